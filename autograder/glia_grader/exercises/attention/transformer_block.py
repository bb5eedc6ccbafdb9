"""A transformer block: attention, feed-forward, residuals and norms, in both orders."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A block has two sublayers: causal self-attention, in which places exchange what they know, and a
small *feed-forward* net, in which each place thinks for itself:

$$ A(x) = \mathrm{Attention}(xW_q,\, xW_k,\, xW_v)\, W_o, \qquad
F(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2 $$

Around each goes a residual and a layer norm $N$, in one of two orders:

| `norm` | first sublayer | second sublayer |
| --- | --- | --- |
| `"pre"` | $x \leftarrow x + A(N(x))$ | $x \leftarrow x + F(N(x))$ |
| `"post"` | $x \leftarrow N(x + A(x))$ | $x \leftarrow N(x + F(x))$ |

Here attention has one head, and $N$ neither gain nor bias (gain 1, bias 0, $\varepsilon =
10^{-5}$). You may call `scaled_dot_product_attention(Q, K, V, mask)` and `layer_norm(x, gain, bias,
eps)`. Very large scores should do no harm.
"""

SIGNATURE = '''
def transformer_block(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    """One block of a transformer with causal attention.

    Args:
        x: One sequence, shape (T, D).
        W_q: Weights of the queries, shape (D, D): q = x @ W_q.
        W_k: Weights of the keys, shape (D, D).
        W_v: Weights of the values, shape (D, D).
        W_o: Weights of attention's output, shape (D, D).
        W_1: Weights into the feed-forward net, shape (D, M).
        b_1: Biases there, shape (M,).
        W_2: Weights out of it, shape (M, D).
        b_2: Biases there, shape (D,).
        norm: "pre" or "post".

    Returns:
        The sequence after the block, shape (T, D).
    """
'''


def transformer_block(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    """Two sublayers, each with a residual."""

    def normed(x):
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)

    def attend(x):
        scores = (x @ W_q) @ (x @ W_k).T / np.sqrt(len(W_q))
        scores = np.where(np.tri(len(x), dtype=bool), scores, -np.inf)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True) @ (x @ W_v) @ W_o

    def think(x):
        return np.maximum(x @ W_1 + b_1, 0.0) @ W_2 + b_2

    if norm == "pre":
        x = x + attend(normed(x))
        return x + think(normed(x))
    x = normed(x + attend(x))
    return normed(x + think(x))


def _draw(rng, t, d, m):
    shapes = ((t, d), *((d, d),) * 4, (d, m), (m,), (m, d), (d,))
    return tuple(rng.normal(size=shape) * 0.8 for shape in shapes)


def _pre(rng):
    rng = np.random.default_rng(1)
    return [
        Case((*_draw(rng, 1, 2, 3), "pre"), "one place"),
        Case((*_draw(rng, 3, 2, 4), "pre"), "three places"),
    ]


def _post(rng):
    rng = np.random.default_rng(2)
    return [
        Case((*_draw(rng, 1, 3, 3), "post"), "one place"),
        Case((*_draw(rng, 3, 3, 4), "post"), "three places"),
    ]


def _random(rng):
    cases = []
    for (t, d, m), norm in zip(
        ((4, 4, 8), (5, 3, 6), (2, 6, 4)), ("pre", "post", "pre"), strict=True
    ):
        cases.append(Case((*_draw(rng, t, d, m), norm), f"{t} places, depth {d}, {norm}", 3.0))
    single = tuple(a.astype(np.float32) for a in _draw(rng, 3, 4, 5))
    cases.append(Case((*single, "pre"), "float32", 5.0))
    return cases


def _causal(ask, rng):
    x, *rest = _draw(rng, 5, 4, 6)
    other = x.copy()
    other[3:] = rng.normal(size=(2, 4))
    for norm in ("pre", "post"):
        if not np.allclose(ask(x, *rest, norm)[:3], ask(other, *rest, norm)[:3]):
            return Finding(
                "Other tokens at the end change what comes out at the beginning: the attention "
                "should be causal",
                args=(other, *rest, norm),
            )
    return None


def _extreme(rng):
    x, W_q, *rest = _draw(np.random.default_rng(4), 3, 3, 4)
    return [Case((x, W_q * 1e4, *rest, "pre"), "scores of ten thousand")]


def _always_pre(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        if part == "attend":
            scores = (n @ W_q) @ (n @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(n))
            x = x + powers / powers.sum(axis=-1, keepdims=True) @ (n @ W_v) @ W_o
        else:
            x = x + np.maximum(n @ W_1 + b_1, 0) @ W_2 + b_2
    return x


def _always_post(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        if part == "attend":
            scores = (x @ W_q) @ (x @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(x))
            x = x + powers / powers.sum(axis=-1, keepdims=True) @ (x @ W_v) @ W_o
        else:
            x = x + np.maximum(x @ W_1 + b_1, 0) @ W_2 + b_2
        x = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return x


def _no_residual(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        y = n if norm == "pre" else x
        if part == "attend":
            scores = (y @ W_q) @ (y @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(y))
            y = powers / powers.sum(axis=-1, keepdims=True) @ (y @ W_v) @ W_o
        else:
            y = np.maximum(y @ W_1 + b_1, 0) @ W_2 + b_2
        n = (y - y.mean(axis=-1, keepdims=True)) / np.sqrt(y.var(axis=-1, keepdims=True) + 1e-5)
        x = y if norm == "pre" else n
    return x


def _normed_residual(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        y = n if norm == "pre" else x
        if part == "attend":
            scores = (y @ W_q) @ (y @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(y))
            y = y + powers / powers.sum(axis=-1, keepdims=True) @ (y @ W_v) @ W_o
        else:
            y = y + np.maximum(y @ W_1 + b_1, 0) @ W_2 + b_2
        n = (y - y.mean(axis=-1, keepdims=True)) / np.sqrt(y.var(axis=-1, keepdims=True) + 1e-5)
        x = y if norm == "pre" else n
    return x


def _residual_outside(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        y = n if norm == "pre" else x
        if part == "attend":
            scores = (y @ W_q) @ (y @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(y))
            y = powers / powers.sum(axis=-1, keepdims=True) @ (y @ W_v) @ W_o
        else:
            y = np.maximum(y @ W_1 + b_1, 0) @ W_2 + b_2
        n = (y - y.mean(axis=-1, keepdims=True)) / np.sqrt(y.var(axis=-1, keepdims=True) + 1e-5)
        x = x + (y if norm == "pre" else n)
    return x


def _sees_all(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        y = n if norm == "pre" else x
        if part == "attend":
            scores = (y @ W_q) @ (y @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max())
            y = x + powers / powers.sum(axis=-1, keepdims=True) @ (y @ W_v) @ W_o
        else:
            y = x + np.maximum(y @ W_1 + b_1, 0) @ W_2 + b_2
        n = (y - y.mean(axis=-1, keepdims=True)) / np.sqrt(y.var(axis=-1, keepdims=True) + 1e-5)
        x = y if norm == "pre" else n
    return x


def _no_relu(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    for part in ("attend", "think"):
        n = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        y = n if norm == "pre" else x
        if part == "attend":
            scores = (y @ W_q) @ (y @ W_k).T / np.sqrt(W_q.shape[1])
            powers = np.exp(scores - scores.max()) * np.tri(len(y))
            y = x + powers / powers.sum(axis=-1, keepdims=True) @ (y @ W_v) @ W_o
        else:
            y = x + (y @ W_1 + b_1) @ W_2 + b_2
        n = (y - y.mean(axis=-1, keepdims=True)) / np.sqrt(y.var(axis=-1, keepdims=True) + 1e-5)
        x = y if norm == "pre" else n
    return x


EXERCISE = Exercise(
    name="transformer_block",
    unit="attention",
    title="A whole block, in both orders",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=transformer_block,
    uses=("scaled_dot_product_attention", "layer_norm"),
    checks=(
        Check("pre", "Norm first", 3, cases=_pre),
        Check("post", "Norm last", 2.5, cases=_post),
        Check("random", "Random blocks", 2, cases=_random),
        Check("causal", "Nothing comes from the future", 1, "property", examine=_causal),
        Check("extreme", "Scores of ten thousand", 0.5, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "always_pre",
            "The norm always comes first.",
            "norm has no effect.",
            _always_pre,
            (
                "Which argument does your code never use?",
                "The first transformers had the norm after the residual.",
                'For norm="post" write x = N(x + A(x)), then x = N(x + F(x)).',
            ),
            "post",
        ),
        Misconception(
            "always_post",
            "The norm always comes last.",
            "norm has no effect.",
            _always_post,
            (
                "Which argument does your code never use?",
                "With the norm first, x itself goes through the block untouched.",
                'For norm="pre" write x = x + A(N(x)), then x = x + F(N(x)).',
            ),
            "pre",
        ),
        Misconception(
            "no_residual",
            "Each sublayer replaces its input.",
            "What came in is lost.",
            _no_residual,
            (
                "With W_o = 0 and W_2 = 0, what should come out of a pre-norm block?",
                "A sublayer adds something to x; it does not replace it.",
                "Write x = x + A(...), likewise for F.",
            ),
            "pre",
        ),
        Misconception(
            "normed_residual",
            "The residual starts from the normed x.",
            "With the norm first, x comes out standardised.",
            _normed_residual,
            (
                "With W_o = 0 and W_2 = 0, does your pre-norm block return x?",
                "The norm stands on the branch, not on the main road.",
                "Keep x, and write x = x + A(N(x)).",
            ),
            "pre",
        ),
        Misconception(
            "residual_outside",
            "Post-norm normalises the sublayer's output.",
            "With the norm last, x + N(A(x)) comes out in place of N(x + A(x)).",
            _residual_outside,
            (
                'With norm="post", is what your block returns standardised?',
                "The norm comes after the sum.",
                "Write x = N(x + A(x)).",
            ),
            "post",
        ),
        Misconception(
            "sees_all",
            "Attention sees the whole sequence.",
            "One place is right; with more, the future can be seen.",
            _sees_all,
            (
                "Change the last row of x. Which rows of your result change?",
                "The block predicts what comes next, so it must not see it.",
                "Use the mask np.tri(T, dtype=bool).",
            ),
            "pre",
        ),
        Misconception(
            "no_relu",
            "The feed-forward net is two products.",
            "The ReLU in the middle is missing.",
            _no_relu,
            (
                "What are two linear layers without a bend between them?",
                "F(x) = max(0, x W_1 + b_1) W_2 + b_2.",
                "Put np.maximum(..., 0) around x @ W_1 + b_1.",
            ),
            "pre",
        ),
    ),
)
