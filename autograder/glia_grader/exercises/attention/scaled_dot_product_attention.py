"""Self-attention's heart: softmax(QKᵀ/√d)V, with a mask."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Every place asks a question (a row of $Q$), offers a key (a row of $K$) and has something to say (a
row of $V$). All questions at once:

$$ Y = \mathrm{softmax}\!\left( \frac{Q K^\top}{\sqrt{d}} \right) V $$

Why $\sqrt d$? A dot product of two vectors with $d$ entries of variance 1 has the variance $d$;
divided by $\sqrt d$ it has variance 1 again, so that the softmax is not saturated from the start.

`mask` is `None` or boolean: where it is `False` the weight is 0. A query that may see nothing gets
zeros. All arrays may have further axes in front (a batch, heads); the mask broadcasts over them.
"""

SIGNATURE = '''
def scaled_dot_product_attention(Q, K, V, mask):
    """Scaled dot-product attention.

    Args:
        Q: Queries, shape (..., L, d).
        K: Keys, shape (..., S, d).
        V: Values, shape (..., S, e).
        mask: None, or booleans that broadcast to (..., L, S): True where a key may be seen.

    Returns:
        Outputs, shape (..., L, e); zeros for a query that may see nothing.
    """
'''


def scaled_dot_product_attention(Q, K, V, mask):
    """Score, mask, softmax, mix."""
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0.0, 1.0, total) @ V


_Q = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
_K = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]])
_V = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, -1.0], [-2.0, 1.0, 1.0]])


def _plain(rng):
    return [
        Case((_Q[:1], _K[:2], _V[:2], None), "one query, two keys"),
        Case((_Q, _K, _V, None), "three queries, three keys"),
        Case((_Q[:2], _K, _V, None), "two queries, three keys"),
    ]


def _masked(rng):
    some = np.array([[True, False, True], [True, True, False], [False, True, True]])
    return [
        Case((_Q[:1], _K, _V, np.array([[True, True, False]])), "one key is hidden"),
        Case((_Q, _K, _V, np.tri(3, dtype=bool)), "a causal mask"),
        Case((_Q, _K, _V, some), "another mask"),
    ]


def _random(rng):
    cases = []
    for shape, length, keys, d, e in (((), 4, 3, 2, 5), ((2,), 3, 4, 3, 3), ((2, 3), 3, 3, 4, 2)):
        Q, K, V = (rng.normal(size=(*shape, *s)) for s in ((length, d), (keys, d), (keys, e)))
        mask = rng.random((length, keys)) < 0.6
        mask[:, 0] = True
        cases.append(Case((Q, K, V, mask), f"shape {Q.shape}, a random mask", 1.0))
        cases.append(Case((Q * 2, K, V, None), f"shape {Q.shape}, no mask", 1.0))
    Q, K, V = (rng.normal(size=(2, 3, 4)).astype(np.float32) for _ in range(3))
    cases.append(Case((Q, K, V, np.tri(3, dtype=bool)), "float32", 1.0))
    several = rng.random((2, 1, 3)) < 0.5
    several[..., 1] = True
    cases.append(Case((*(rng.normal(size=(2, 3, 4)) for _ in range(3)), several), "padding", 1.0))
    return cases


def _past_only(ask, rng):
    Q, K, V = (rng.normal(size=(4, 3)) for _ in range(3))
    K2, V2 = K.copy(), V.copy()
    K2[-1], V2[-1] = 5.0, -5.0
    mask = np.tri(4, dtype=bool)
    if np.allclose(ask(Q, K, V, mask)[:-1], ask(Q, K2, V2, mask)[:-1]):
        return None
    return Finding(
        "Under a causal mask the last key and value should change the last row only",
        args=(Q, K2, V2, mask),
    )


def _empty(rng):
    mask = np.array([[True, False, True], [False, False, False], [True, True, True]])
    return [Case((_Q, _K, _V, mask), "the second query may see nothing")]


def _extreme(rng):
    return [Case((_Q * 1e4, _K, _V, np.tri(3, dtype=bool)), "scores of ten thousand")]


def _no_scale(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


def _divides_by_d(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / Q.shape[-1]
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


def _over_queries(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(axis=-2, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-2, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


def _ignores_mask(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _after_softmax(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return (weights if mask is None else weights * mask) @ V


def _score_zero(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, 0.0)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _inverted(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, -np.inf, scores)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


def _forgets_none(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


def _forgets_none_and_empty(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _very_low(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -1e9)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _minus_infinity(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def _overflows(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    powers = np.exp(scores) if mask is None else np.exp(scores) * mask
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total) @ V


EXERCISE = Exercise(
    name="scaled_dot_product_attention",
    unit="attention",
    title="Everyone looks at everyone",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=scaled_dot_product_attention,
    checks=(
        Check("plain", "Without a mask", 2.5, cases=_plain),
        Check("masked", "With a mask", 2, cases=_masked),
        Check("random", "Batches, heads, random masks", 2, cases=_random),
        Check("past_only", "Nothing comes from the future", 0.5, "property", examine=_past_only),
        Check("empty", "A query that may see nothing", 1, "stability", cases=_empty),
        Check("extreme", "Scores of ten thousand", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "no_scale",
            "The score is the plain dot product.",
            "The weights are more extreme than they should be.",
            _no_scale,
            (
                "How large do your scores become when d is 512?",
                "Longer vectors have larger dot products: the softmax saturates.",
                "Divide the scores by np.sqrt(Q.shape[-1]).",
            ),
            "plain",
        ),
        Misconception(
            "divides_by_d",
            "Scores are divided by d.",
            "The weights are too even.",
            _divides_by_d,
            (
                "By what do you divide?",
                "The standard deviation of a sum of d terms grows like the root of d.",
                "Divide by np.sqrt(Q.shape[-1]).",
            ),
            "plain",
        ),
        Misconception(
            "over_queries",
            "The softmax runs over the queries.",
            "Columns of the weights sum to 1 instead of rows.",
            _over_queries,
            (
                "Along which axis do your weights sum to 1?",
                "Each query has one unit of attention to share among the keys.",
                "Use axis=-1 with keepdims=True in the maximum and in the sum.",
            ),
            "plain",
        ),
        Misconception(
            "forgets_none",
            "There is always a mask.",
            "With a mask all is right; without one every key is hidden.",
            _forgets_none,
            (
                "What is np.where(None, 1, 0)?",
                "None counts as False, so every score becomes minus infinity.",
                "Put the masking under: if mask is not None.",
            ),
            "plain",
            variants=(_forgets_none_and_empty,),
        ),
        Misconception(
            "ignores_mask",
            "A mask is for training only.",
            "The mask has no effect.",
            _ignores_mask,
            (
                "Which argument does your code never use?",
                "Hidden keys must have the weight 0.",
                "Before the softmax, put -np.inf where the mask is False.",
            ),
            "masked",
        ),
        Misconception(
            "after_softmax",
            "Hidden weights are set to 0 after the softmax.",
            "Rows with hidden keys do not sum to 1.",
            _after_softmax,
            (
                "What do the weights of a masked row sum to?",
                "The visible keys have to share the whole unit among themselves.",
                "Mask the scores with -np.inf before the softmax.",
            ),
            "masked",
        ),
        Misconception(
            "score_zero",
            "A hidden key has the score 0.",
            "Hidden keys still get weight.",
            _score_zero,
            (
                "What is e to the power of 0?",
                "The weight has to be 0, so the score has to be minus infinity.",
                "Use np.where(mask, scores, -np.inf).",
            ),
            "masked",
        ),
        Misconception(
            "inverted",
            "True means hidden.",
            "Exactly the hidden keys are seen.",
            _inverted,
            (
                "With a causal mask, what does your first query see?",
                "True is what may be seen.",
                "Use np.where(mask, scores, -np.inf).",
            ),
            "masked",
        ),
        Misconception(
            "minus_infinity",
            "There is always something to see.",
            "A query that may see nothing gets nan.",
            _minus_infinity,
            (
                "What is the maximum of a row of -inf, and -inf minus it?",
                "An empty row needs a maximum and a sum that one can calculate with.",
                "Replace an infinite maximum by 0, and a sum of 0 by 1, before you use them.",
            ),
            "empty",
        ),
        Misconception(
            "very_low",
            "-1e9 is as good as minus infinity.",
            "A query that may see nothing sees everything alike.",
            _very_low,
            (
                "What does a softmax make of a row in which all scores are -1e9?",
                "Equal scores give equal weights, however low they are.",
                "Use -np.inf, and take care of rows in which nothing is visible.",
            ),
            "empty",
        ),
        Misconception(
            "overflows",
            "exp can take any number.",
            "All is right until the scores are large: then nan comes back.",
            _overflows,
            (
                "What is np.exp(10000.0)?",
                "A softmax does not change when all scores of a row are shifted together.",
                "Subtract the row's maximum before np.exp.",
            ),
            "extreme",
        ),
    ),
)
