"""Several heads: split, attend, concatenate, project."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
One softmax can look at one thing at a time. So one splits the depth $D$ into $h$ *heads* of depth
$D/h$, lets each attend for itself, sets the results side by side and mixes them with $W_o$:

$$ \mathrm{head}_k = \mathrm{softmax}\!\left( \frac{Q_k K_k^\top}{\sqrt{D/h}} \right) V_k, \qquad
Y = [\mathrm{head}_1, \dots, \mathrm{head}_h]\; W_o $$

where $Q = X W_q$, $K = X W_k$, $V = X W_v$, and head $k$ has the $k$-th block of $D/h$ neighbouring
columns. You may call `scaled_dot_product_attention(Q, K, V, mask)`.
Very large scores should do no harm.
"""

SIGNATURE = '''
def multi_head_attention(x, W_q, W_k, W_v, W_o, heads, mask):
    """Self-attention in several heads.

    Args:
        x: Sequences, shape (N, T, D).
        W_q: Weights of the queries, shape (D, D): q = x @ W_q.
        W_k: Weights of the keys, shape (D, D).
        W_v: Weights of the values, shape (D, D).
        W_o: Weights of the output, shape (D, D).
        heads: How many, a divisor of D.
        mask: None, or booleans, shape (T, T): True where a key may be seen.

    Returns:
        Sequences, shape (N, T, D).
    """
'''


def multi_head_attention(x, W_q, W_k, W_v, W_o, heads, mask):
    """Heads as an axis in front of the places."""
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 1, 3).reshape(n, t, d) @ W_o


def _draw(rng, n, t, d):
    return rng.normal(size=(n, t, d)), *(rng.normal(size=(d, d)) * 0.7 for _ in range(4))


def _one(rng):
    rng = np.random.default_rng(1)
    return [
        Case((*_draw(rng, 1, 2, 2), 1, None), "one head, two places"),
        Case((*_draw(rng, 2, 3, 4), 1, None), "one head, two sequences"),
    ]


def _several(rng):
    rng = np.random.default_rng(2)
    return [
        Case((*_draw(rng, 1, 3, 4), 2, None), "two heads"),
        Case((*_draw(rng, 2, 3, 6), 3, None), "three heads"),
        Case((*_draw(rng, 1, 2, 4), 4, None), "four heads of depth 1"),
    ]


def _masked(rng):
    rng = np.random.default_rng(3)
    return [Case((*_draw(rng, 2, 4, 4), 2, np.tri(4, dtype=bool)), "a causal mask")]


def _random(rng):
    cases = []
    for n, t, d, heads in ((2, 4, 6, 2), (1, 5, 8, 4), (3, 3, 3, 3)):
        mask = rng.random((t, t)) < 0.7
        mask[:, 0] = True
        cases.append(Case((*_draw(rng, n, t, d), heads, mask), f"{heads} heads of {d // heads}"))
    single = tuple(a.astype(np.float32) for a in _draw(rng, 2, 3, 4))
    cases.append(Case((*single, 2, None), "float32", 3.0))
    return cases


def _order(ask, rng):
    x, *weights = _draw(rng, 1, 5, 4)
    order = rng.permutation(5)
    if np.allclose(ask(x, *weights, 2, None)[:, order], ask(x[:, order], *weights, 2, None)):
        return None
    return Finding(
        "Without a mask, other places in another order should give the same rows in that order",
        args=(x[:, order], *weights, 2, None),
    )


def _extreme(rng):
    x, W_q, *rest = _draw(np.random.default_rng(4), 1, 3, 4)
    return [Case((x, W_q * 1e4, *rest, 2, None), "scores of ten thousand")]


def _one_head(x, W_q, W_k, W_v, W_o, heads, mask):
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(x.shape[2])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ v @ W_o


def _whole_depth(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 1, 3).reshape(n, t, d) @ W_o


def _only_reshaped(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = ((x @ W).reshape(n, heads, t, d // heads) for W in (W_q, W_k, W_v))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.reshape(n, t, d) @ W_o


def _not_turned_back(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.reshape(n, t, d) @ W_o


def _every_hth(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, d // heads, heads).transpose(0, 3, 1, 2) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 3, 1).reshape(n, t, d) @ W_o


def _no_output(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 1, 3).reshape(n, t, d)


def _ignores_mask(x, W_q, W_k, W_v, W_o, heads, mask):
    n, t, d = x.shape
    q, k, v = (
        (x @ W).reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for W in (W_q, W_k, W_v)
    )
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    y = powers / powers.sum(axis=-1, keepdims=True) @ v
    return y.transpose(0, 2, 1, 3).reshape(n, t, d) @ W_o


EXERCISE = Exercise(
    name="multi_head_attention",
    unit="attention",
    title="Several heads",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=multi_head_attention,
    uses=("scaled_dot_product_attention",),
    axes={"N": (("x", 0),)},
    checks=(
        Check("one", "One head", 2, cases=_one),
        Check("several", "Several heads", 3, cases=_several),
        Check("masked", "With a mask", 1, cases=_masked),
        Check("random", "Random sequences", 1.5, cases=_random),
        Check("order", "It does not know the order", 1, "property", examine=_order),
        Check("extreme", "Scores of ten thousand", 0.5, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "one_head",
            "Heads are a way of counting.",
            "heads has no effect.",
            _one_head,
            (
                "Which argument does your code never use?",
                "Each head has its own softmax over the keys, from its own part of the depth.",
                "Split q, k and v into blocks of D / heads columns and attend in each.",
            ),
            "several",
        ),
        Misconception(
            "whole_depth",
            "The scale is the root of D.",
            "One head is right; with several the weights are too even.",
            _whole_depth,
            (
                "How many terms has the dot product inside one head?",
                "The scale belongs to the depth of what is multiplied.",
                "Divide by np.sqrt(D // heads).",
            ),
            "several",
        ),
        Misconception(
            "only_reshaped",
            "reshape(N, heads, T, D // heads) splits the depth.",
            "Places and depth are mixed up; some heads see other places' numbers.",
            _only_reshaped,
            (
                "Which numbers of x land in the first row of your first head?",
                "A reshape keeps the order of the numbers; the depth is the last axis.",
                "Reshape to (N, T, heads, D // heads), then transpose(0, 2, 1, 3).",
            ),
            "several",
        ),
        Misconception(
            "not_turned_back",
            "reshape(N, T, D) puts the heads side by side.",
            "The heads are right; their results are joined in the wrong order.",
            _not_turned_back,
            (
                "After attention your array is (N, heads, T, D / heads). Which axis comes last?",
                "Side by side means: place by place, head after head.",
                "transpose(0, 2, 1, 3) before you reshape to (N, T, D).",
            ),
            "several",
        ),
        Misconception(
            "every_hth",
            "Head k has every h-th column.",
            "The columns of the heads are interleaved.",
            _every_hth,
            (
                "Which columns belong to your first head?",
                "The first head has the first D / heads columns.",
                "Reshape to (N, T, heads, D // heads), heads before depth.",
            ),
            "several",
        ),
        Misconception(
            "no_output",
            "Side by side is all.",
            "W_o has no effect.",
            _no_output,
            (
                "Which argument does your code never use?",
                "W_o lets the heads' findings mix.",
                "Multiply the concatenated heads by W_o from the right.",
            ),
            "one",
        ),
        Misconception(
            "ignores_mask",
            "The mask is somebody else's business.",
            "The mask has no effect.",
            _ignores_mask,
            (
                "Which argument does your code never use?",
                "Each head has to leave out what must not be seen.",
                "Hand the mask on; it broadcasts over sequences and heads.",
            ),
            "masked",
        ),
    ),
)
