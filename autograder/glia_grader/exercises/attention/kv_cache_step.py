"""Writing token by token: keys and values of the past are kept."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
When a GPT writes, the past does not change: under a causal mask the keys and values of earlier
places stay what they are. So one keeps them in a *cache*, and each new token costs one row in place
of all:

1. project the new place: $q = x W_q$, $\; k = x W_k$, $\; v = x W_v$
2. append $k$ and $v$ at the end of the cache
3. attend with $q$ over the whole cache, the new place included:
   $y = \mathrm{softmax}(q K^\top / \sqrt D)\, V$

Return the output and the longer cache. Very large scores should do no harm. The cache may be empty
at first. The given arrays stay as they are.
"""

SIGNATURE = '''
def kv_cache_step(x, keys, values, W_q, W_k, W_v):
    """Causal self-attention for one new place behind a cache.

    Args:
        x: The new place, shape (D,).
        keys: Keys of the places before it, shape (T, D); T may be 0.
        values: Values of the places before it, shape (T, D).
        W_q: Weights of the query, shape (D, D): q = x @ W_q.
        W_k: Weights of the key, shape (D, D).
        W_v: Weights of the value, shape (D, D).

    Returns:
        (output, keys, values): shapes (D,), (T + 1, D) and (T + 1, D).
    """
'''


def kv_cache_step(x, keys, values, W_q, W_k, W_v):
    """One query, all keys so far."""
    keys = np.concatenate([keys, (x @ W_k)[None]])
    values = np.concatenate([values, (x @ W_v)[None]])
    scores = keys @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ values, keys, values


_X = np.array([1.0, -0.5])
_KEYS = np.array([[1.0, 0.0], [0.5, 2.0]])
_VALUES = np.array([[0.0, 1.0], [-1.0, 3.0]])
_W_Q = np.array([[1.0, 0.5], [-1.0, 1.0]])
_W_K = np.array([[0.5, 1.0], [2.0, -1.0]])
_W_V = np.array([[2.0, 0.0], [1.0, -1.0]])


def _cache(rng):
    return [
        Case((_X, _KEYS, _VALUES, _W_Q, _W_K, _W_V), "two places in the cache"),
        Case((-_X, _KEYS[:1], _VALUES[:1], _W_Q, _W_K, _W_V), "one place in the cache"),
    ]


def _first(rng):
    empty = np.zeros((0, 2))
    return [Case((_X, empty, empty, _W_Q, _W_K, _W_V), "an empty cache")]


def _random(rng):
    cases = []
    for places, size in ((3, 4), (6, 3), (1, 5), (4, 2)):
        shapes = ((size,), (places, size), (places, size), *((size, size),) * 3)
        args = tuple(rng.normal(size=shape) for shape in shapes)
        cases.append(Case(args, f"{places} places, depth {size}", 1.0))
    single = tuple(a.astype(np.float32) for a in cases[0].args)
    cases.append(Case(single, "float32", 3.0))
    return cases


def _as_a_whole(ask, rng):
    """Step by step the same comes out as from the whole sequence at once."""
    x, (W_q, W_k, W_v) = rng.normal(size=(5, 3)), rng.normal(size=(3, 3, 3))
    scores = np.where(np.tri(5, dtype=bool), (x @ W_q) @ (x @ W_k).T / np.sqrt(3), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    whole = powers / powers.sum(axis=1, keepdims=True) @ (x @ W_v)
    keys = values = np.zeros((0, 3))
    for t in range(5):
        args = (x[t], keys, values, W_q, W_k, W_v)
        y, keys, values = ask(*args)
        if not np.allclose(y, whole[t]):
            return Finding(
                f"At place {t} the cache gives another output than causal attention over the "
                "whole sequence",
                args=args,
                got=y,
                want=None,
            )
    return None


def _extreme(rng):
    return [Case((_X * 1e4, _KEYS, _VALUES, _W_Q, _W_K, _W_V), "a very long x")]


def _attends_first(x, keys, values, W_q, W_k, W_v):
    scores = keys @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max(initial=-1e300))
    y = powers / max(powers.sum(), 1e-300) @ values
    return y, np.vstack([keys, x @ W_k]), np.vstack([values, x @ W_v])


def _in_front(x, keys, values, W_q, W_k, W_v):
    keys, values = np.vstack([x @ W_k, keys]), np.vstack([x @ W_v, values])
    scores = keys @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ values, keys, values


def _no_scale(x, keys, values, W_q, W_k, W_v):
    keys, values = np.vstack([keys, x @ W_k]), np.vstack([values, x @ W_v])
    scores = keys @ (x @ W_q)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ values, keys, values


def _caches_x(x, keys, values, W_q, W_k, W_v):
    keys, values = np.vstack([keys, x]), np.vstack([values, x])
    scores = keys @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ values, keys, values


def _projects_again(x, keys, values, W_q, W_k, W_v):
    scores = np.vstack([keys, x]) @ W_k @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    y = powers / powers.sum() @ (np.vstack([values, x]) @ W_v)
    return y, np.vstack([keys, x @ W_k]), np.vstack([values, x @ W_v])


def _interchanged(x, keys, values, W_q, W_k, W_v):
    keys, values = np.vstack([keys, x @ W_v]), np.vstack([values, x @ W_k])
    scores = keys @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ values, keys, values


def _old_cache(x, keys, values, W_q, W_k, W_v):
    k, v = np.vstack([keys, x @ W_k]), np.vstack([values, x @ W_v])
    scores = k @ (x @ W_q) / np.sqrt(len(x))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum() @ v, keys.copy(), values.copy()


EXERCISE = Exercise(
    name="kv_cache_step",
    unit="attention",
    title="Keep what does not change",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=kv_cache_step,
    returns=("output", "keys", "values"),
    checks=(
        Check("cache", "The longer cache", 2, cases=_cache, parts=("keys", "values")),
        Check("output", "The output", 2.5, cases=_cache, parts=("output",)),
        Check("first", "An empty cache", 1, cases=_first),
        Check("random", "Random places", 2, cases=_random),
        Check("as_a_whole", "Step by step the same as at once", 1, "property", examine=_as_a_whole),
        Check("extreme", "Very large scores", 0.5, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "attends_first",
            "The new place looks at the past only.",
            "The cache is right; the output leaves out the new place itself.",
            _attends_first,
            (
                "What should come out when the cache is empty?",
                "A causal mask hides the future; a place may see itself.",
                "Append the new key and value before you attend.",
            ),
            "output",
        ),
        Misconception(
            "in_front",
            "The newest comes first.",
            "The output is right; the cache stands in the wrong order.",
            _in_front,
            (
                "Which row of your cache belongs to the first token?",
                "The cache is read like the text.",
                "Append at the end.",
            ),
            "cache",
        ),
        Misconception(
            "caches_x",
            "The cache holds the places themselves.",
            "The new rows are x, not its key and value.",
            _caches_x,
            (
                "What do the rows hold that are already in the cache?",
                "Keys and values are kept so that they need not be computed again.",
                "Append x @ W_k to the keys and x @ W_v to the values.",
            ),
            "cache",
        ),
        Misconception(
            "interchanged",
            "W_v makes what is looked for.",
            "The new key and value are interchanged.",
            _interchanged,
            (
                "Which weights make your new key?",
                "The key is compared with the query; the value is what is mixed.",
                "keys gets x @ W_k, values gets x @ W_v.",
            ),
            "cache",
        ),
        Misconception(
            "old_cache",
            "The cache is only read.",
            "The cache comes back as short as it was.",
            _old_cache,
            (
                "How many rows does the cache have after the step?",
                "The next token has to see this one too.",
                "Return the longer keys and values.",
            ),
            "cache",
        ),
        Misconception(
            "projects_again",
            "What is in the cache still has to be projected.",
            "The cache is right; old keys and values went through the weights twice.",
            _projects_again,
            (
                "What do the rows hold that are already in the cache?",
                "They are finished: that is the gain.",
                "Project x only; use the cached rows as they are.",
            ),
            "output",
        ),
        Misconception(
            "no_scale",
            "A single query needs no scale.",
            "The cache is right; the weights are too extreme.",
            _no_scale,
            (
                "By what do you divide the scores?",
                "It is the same attention as before, one row of it.",
                "Divide by np.sqrt(len(x)).",
            ),
            "output",
        ),
    ),
)
