"""The way back through attention."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
With $P = \mathrm{softmax}(S)$, $S = QK^\top/\sqrt d$ and $Y = PV$, let $G$ be the gradient of $Y$.
The product gives $\bar V = P^\top G$ and $\bar P = G V^\top$. Then back through the softmax, row by
row: each weight can only grow at the others' expense,

$$ \bar S_{ij} = P_{ij} \Big( \bar P_{ij} - \sum_k \bar P_{ik} P_{ik} \Big) $$

and at last $\bar Q = \bar S K / \sqrt d$ and $\bar K = \bar S^\top Q / \sqrt d$. Where the mask is
`False`, $P$ is 0, and so nothing passes. Scores of $\pm 10^4$ should do no harm. All arrays may
have further axes in front, the same for $Q$, $K$ and $V$.
"""

SIGNATURE = '''
def attention_backward(grad, Q, K, V, mask):
    """Gradients of scaled dot-product attention.

    Args:
        grad: Gradient of the output, shape (..., L, e).
        Q: Queries, shape (..., L, d).
        K: Keys, shape (..., S, d).
        V: Values, shape (..., S, e).
        mask: None, or booleans that broadcast to (..., L, S); every query sees some key.

    Returns:
        (grad_Q, grad_K, grad_V), of the shapes of Q, K and V.
    """
'''


def attention_backward(grad, Q, K, V, mask):
    """Forward once more, then value, softmax, key and query."""
    scale = 1.0 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_P = grad @ np.swapaxes(V, -1, -2)
    grad_S = P * (grad_P - (grad_P * P).sum(axis=-1, keepdims=True)) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


_Q = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
_K = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]])
_V = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, -1.0], [-2.0, 1.0, 1.0]])
_G = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0], [-1.0, 0.5, 0.25]])


def _values(rng):
    return [
        Case((_G[:1], _Q[:1], _K[:2], _V[:2], None), "one query, two keys"),
        Case((_G, _Q, _K, _V, None), "three queries, three keys"),
    ]


def _masked(rng):
    return [
        Case((_G[:1], _Q[:1], _K, _V, np.array([[True, True, False]])), "one key is hidden"),
        Case((_G, _Q, _K, _V, np.tri(3, dtype=bool)), "a causal mask"),
    ]


def _draw(rng, shape, length, keys, d, e):
    sizes = ((length, e), (length, d), (keys, d), (keys, e))
    return tuple(rng.normal(size=(*shape, *size)) for size in sizes)


def _random(rng):
    cases = []
    for shape, *sizes in (((), 4, 3, 2, 5), ((2,), 3, 4, 3, 3), ((2, 2), 3, 3, 5, 2)):
        mask = rng.random((sizes[0], sizes[1])) < 0.6
        mask[:, 0] = True
        args = _draw(rng, shape, *sizes)
        cases.append(Case((*args, mask), f"shape {args[1].shape}, a random mask", 2.0))
    single = tuple(a.astype(np.float32) for a in _draw(rng, (2,), 3, 3, 4, 4))
    cases.append(Case((*single, None), "float32", 3.0))
    return cases


def _attend(Q, K, V, mask):
    scores = np.where(mask, Q @ K.T / np.sqrt(Q.shape[-1]), -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _measured(ask, rng):
    """The slope that the loss Σ grad · Y really has in a random direction."""
    grad, *given = _draw(rng, (), 4, 4, 3, 2)
    mask, ways = np.tri(4, dtype=bool), [rng.normal(size=a.shape) for a in given]

    def loss(eps):
        Q, K, V = (a + eps * way for a, way in zip(given, ways, strict=True))
        return float((grad * _attend(Q, K, V, mask)).sum())

    found = ask(grad, *given, mask)
    slope = sum(float((g * way).sum()) for g, way in zip(found, ways, strict=True))
    measured = (loss(1e-5) - loss(-1e-5)) / 2e-5
    if abs(slope - measured) <= 1e-5 * (1 + abs(measured)):
        return None
    return Finding(
        f"In a random direction the loss has the slope {measured:.6g}; your gradients say "
        f"{slope:.6g}",
        safe="Your gradients do not agree with the slope that the loss really has",
        args=(grad, *given, mask),
    )


def _extreme(rng):
    return [Case((_G, _Q * 1e4, _K, _V, np.tri(3, dtype=bool)), "scores of ten thousand")]


def _no_pull(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_S = P * (grad @ np.swapaxes(V, -1, -2)) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _like_a_sigmoid(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_S = P * (1 - P) * (grad @ np.swapaxes(V, -1, -2)) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _softmax_skipped(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_S = grad @ np.swapaxes(V, -1, -2) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _no_scale(grad, Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_P = grad @ np.swapaxes(V, -1, -2)
    grad_S = P * (grad_P - (grad_P * P).sum(axis=-1, keepdims=True))
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _ignores_mask(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_P = grad @ np.swapaxes(V, -1, -2)
    grad_S = P * (grad_P - (grad_P * P).sum(axis=-1, keepdims=True)) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _mask_at_the_end(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_P = grad @ np.swapaxes(V, -1, -2)
    grad_S = P * (grad_P - (grad_P * P).sum(axis=-1, keepdims=True)) * scale
    grad_S = grad_S if mask is None else grad_S * mask
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


def _weights_are_fixed(grad, Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    return np.zeros_like(Q), np.zeros_like(K), np.swapaxes(P, -1, -2) @ grad


def _mean_pull(grad, Q, K, V, mask):
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = Q @ np.swapaxes(K, -1, -2) * scale
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    P = powers / powers.sum(axis=-1, keepdims=True)
    grad_P = grad @ np.swapaxes(V, -1, -2)
    grad_S = P * (grad_P - grad_P.mean(axis=-1, keepdims=True)) * scale
    return grad_S @ K, np.swapaxes(grad_S, -1, -2) @ Q, np.swapaxes(P, -1, -2) @ grad


EXERCISE = Exercise(
    name="attention_backward",
    unit="attention",
    title="The way back through attention",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=attention_backward,
    returns=("grad_Q", "grad_K", "grad_V"),
    points=3.0,
    checks=(
        Check("value", "The gradient of V", 1.5, cases=_values, parts=("grad_V",)),
        Check("query", "The gradients of Q and K", 2.5, cases=_values, parts=("grad_Q", "grad_K")),
        Check("masked", "With a mask", 1.5, cases=_masked),
        Check("random", "Batches, heads, random masks", 1.5, cases=_random),
        Check(
            "measured", "Gradients agree with measured slopes", 1.5, "gradient", examine=_measured
        ),
        Check("extreme", "Scores of ten thousand", 0.5, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "no_pull",
            "The softmax's slope is P.",
            "V is right; the rows of the scores' gradient do not sum to 0.",
            _no_pull,
            (
                "Add up your gradient of the scores along a row. What should come out?",
                "If all scores of a row grow alike, no weight changes.",
                "Subtract the row's sum of grad_P * P from grad_P before you multiply by P.",
            ),
            "query",
        ),
        Misconception(
            "like_a_sigmoid",
            "The softmax's slope is P(1 - P).",
            "V is right; what a score does to the other weights is left out.",
            _like_a_sigmoid,
            (
                "A score grows. Which weights change: one, or all of its row?",
                "P(1 - P) is the diagonal; the rest of the Jacobian is -P_i P_j.",
                "Use P * (grad_P - sum(grad_P * P)) along each row.",
            ),
            "query",
        ),
        Misconception(
            "softmax_skipped",
            "The gradient passes the softmax unchanged.",
            "V is right; the gradient of the weights is used as that of the scores.",
            _softmax_skipped,
            (
                "Between the scores and V, what lies on the way?",
                "grad_P is the gradient of the weights, not yet of the scores.",
                "Go back through the softmax: P * (grad_P - sum(grad_P * P)).",
            ),
            "query",
        ),
        Misconception(
            "mean_pull",
            "The rows of the gradient are centred by their mean.",
            "V is right; the pull does not weigh the keys by their attention.",
            _mean_pull,
            (
                "Do the rows of your scores' gradient sum to 0?",
                "The keys pull in proportion to the weight that they have.",
                "Subtract (grad_P * P).sum(axis=-1, keepdims=True), not the mean.",
            ),
            "query",
        ),
        Misconception(
            "no_scale",
            "The scale matters forward only.",
            "V is right; the gradients of Q and K are too large by √d.",
            _no_scale,
            (
                "By which factor do your gradients of Q differ from the right ones?",
                "S = QKᵀ/√d: a constant factor stays on the way back.",
                "Multiply the gradient of the scores by 1 / np.sqrt(Q.shape[-1]).",
            ),
            "query",
        ),
        Misconception(
            "weights_are_fixed",
            "Only the values learn.",
            "V is right; Q and K get no gradient.",
            _weights_are_fixed,
            (
                "How would your attention ever learn where to look?",
                "The weights depend on Q and K, and the output on the weights.",
                "Compute grad_P = grad @ Vᵀ and go on from there.",
            ),
            "query",
        ),
        Misconception(
            "ignores_mask",
            "The mask matters forward only.",
            "Without a mask all is right; with one, hidden keys take part.",
            _ignores_mask,
            (
                "Which argument does your code never use?",
                "The weights P of the forward pass were those with the mask.",
                "Put -np.inf where the mask is False before the softmax.",
            ),
            "masked",
        ),
        Misconception(
            "mask_at_the_end",
            "It is enough to mask the gradient.",
            "Hidden keys get no gradient, but they still took part in the softmax.",
            _mask_at_the_end,
            (
                "Do the visible weights of a masked row sum to 1 in your code?",
                "With the right P, which is 0 there, the gradient needs no mask.",
                "Mask the scores with -np.inf before the softmax.",
            ),
            "masked",
        ),
    ),
)
