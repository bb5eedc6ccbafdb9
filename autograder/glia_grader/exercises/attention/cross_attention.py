"""Cross-attention: the decoder looks into what the encoder has read."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
In a translator each place of the decoder looks into the encoder's finished states, the *memory*
$M$: the question comes from the decoder, keys and values from the encoder:

$$ Q = X W_q, \quad K = M W_k, \quad V = M W_v, \qquad
Y = \mathrm{softmax}\!\left( \frac{QK^\top}{\sqrt D} \right) V\, W_o $$

The source is known from its first word to its last, so nothing is hidden but its padding: `lengths`
says how many places of each memory are real. One head. You may call
`scaled_dot_product_attention(Q, K, V, mask)`. Very large scores should do no harm.
"""

SIGNATURE = '''
def cross_attention(x, memory, lengths, W_q, W_k, W_v, W_o):
    """Attention from the decoder's places to the encoder's states.

    Args:
        x: The decoder's sequences, shape (N, T, D).
        memory: The encoder's states, shape (N, S, D).
        lengths: How many places of each memory are real, shape (N,), each from 1 to S.
        W_q: Weights of the queries, shape (D, D): q = x @ W_q.
        W_k: Weights of the keys, shape (D, D).
        W_v: Weights of the values, shape (D, D).
        W_o: Weights of the output, shape (D, D).

    Returns:
        Sequences, shape (N, T, D).
    """
'''


def cross_attention(x, memory, lengths, W_q, W_k, W_v, W_o):
    """Queries from one side, keys and values from the other."""
    scores = (x @ W_q) @ np.swapaxes(memory @ W_k, 1, 2) / np.sqrt(x.shape[2])
    real = np.arange(memory.shape[1]) < lengths[:, None, None]
    scores = np.where(real, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (memory @ W_v) @ W_o


def _draw(rng, n, t, s, d):
    lengths = rng.integers(1, s, size=n) if s > 1 else np.ones(n, dtype=int)
    weights = [rng.normal(size=(d, d)) * 0.8 for _ in range(4)]
    return rng.normal(size=(n, t, d)), rng.normal(size=(n, s, d)), lengths, *weights


def _whole(rng):
    rng = np.random.default_rng(1)
    cases = []
    for n, t, s, d in ((1, 1, 3, 2), (1, 3, 3, 2), (2, 2, 4, 3)):
        x, memory, _, *rest = _draw(rng, n, t, s, d)
        args = (x, memory, np.full(n, s), *rest)
        cases.append(Case(args, f"{t} places look at {s}"))
    return cases


def _padded(rng):
    rng = np.random.default_rng(2)
    x, memory, _, *rest = _draw(rng, 2, 3, 4, 2)
    return [
        Case((x[:1], memory[:1], np.array([2]), *rest), "two real places of four"),
        Case((x, memory, np.array([4, 1]), *rest), "lengths 4 and 1"),
    ]


def _random(rng):
    cases = []
    for n, t, s, d in ((3, 2, 5, 4), (2, 4, 4, 3), (2, 5, 3, 5)):
        args = _draw(rng, n, t, s, d)
        cases.append(Case(args, f"{t} places look at {s}", 1.0))
    x, memory, lengths, *rest = cases[0].args
    single = [a.astype(np.float32) for a in (x, memory)]
    weights = [a.astype(np.float32) for a in rest]
    cases.append(Case((*single, lengths, *weights), "float32", 3.0))
    return cases


def _padding(ask, rng):
    x, memory, _, *rest = _draw(rng, 2, 3, 5, 4)
    lengths, other = np.array([2, 4]), memory.copy()
    other[0, 2:], other[1, 4:] = 9.0, -9.0
    if np.allclose(ask(x, memory, lengths, *rest), ask(x, other, lengths, *rest)):
        return None
    return Finding(
        "What stands in the memory's padding should change nothing",
        args=(x, other, lengths, *rest),
    )


def _extreme(rng):
    x, memory, _, W_q, *rest = _draw(np.random.default_rng(4), 2, 2, 3, 2)
    return [Case((x, memory, np.array([3, 2]), W_q * 1e4, *rest), "scores of ten thousand")]


def _swapped(x, memory, lengths, W_q, W_k, W_v, W_o):
    scores = (memory @ W_q) @ np.swapaxes(x @ W_k, 1, 2) / np.sqrt(x.shape[2])
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (x @ W_v) @ W_o


def _looks_at_itself(x, memory, lengths, W_q, W_k, W_v, W_o):
    scores = (x @ W_q) @ np.swapaxes(x @ W_k, 1, 2) / np.sqrt(x.shape[2])
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (x @ W_v) @ W_o


def _ignores_lengths(x, memory, lengths, W_q, W_k, W_v, W_o):
    scores = (x @ W_q) @ np.swapaxes(memory @ W_k, 1, 2) / np.sqrt(x.shape[2])
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (memory @ W_v) @ W_o


def _zeroed_memory(x, memory, lengths, W_q, W_k, W_v, W_o):
    real = np.arange(memory.shape[1]) < lengths[:, None]
    memory = memory * real[:, :, None]
    scores = (x @ W_q) @ np.swapaxes(memory @ W_k, 1, 2) / np.sqrt(x.shape[2])
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (memory @ W_v) @ W_o


def _causal(x, memory, lengths, W_q, W_k, W_v, W_o):
    scores = (x @ W_q) @ np.swapaxes(memory @ W_k, 1, 2) / np.sqrt(x.shape[2])
    real = np.arange(memory.shape[1]) < lengths[:, None, None]
    seen = real & np.tri(x.shape[1], memory.shape[1], dtype=bool)
    scores = np.where(seen, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ (memory @ W_v) @ W_o


def _bare_memory(x, memory, lengths, W_q, W_k, W_v, W_o):
    scores = (x @ W_q) @ np.swapaxes(memory @ W_k, 1, 2) / np.sqrt(x.shape[2])
    real = np.arange(memory.shape[1]) < lengths[:, None, None]
    scores = np.where(real, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    return powers / powers.sum(axis=2, keepdims=True) @ memory @ W_o


EXERCISE = Exercise(
    name="cross_attention",
    unit="attention",
    title="The decoder looks into the encoder",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=cross_attention,
    uses=("scaled_dot_product_attention",),
    axes={"N": (("x", 0), ("memory", 0), ("lengths", 0))},
    checks=(
        Check("whole", "A memory without padding", 3, cases=_whole),
        Check("padded", "A padded memory", 2, cases=_padded),
        Check("random", "Random sequences", 2.5, cases=_random),
        Check(
            "padding", "Padding changes nothing", 1, "property", examine=_padding, needs=("whole",)
        ),
        Check("extreme", "Scores of ten thousand", 0.5, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "swapped",
            "The encoder asks, the decoder answers.",
            "There is one row for each place of the source.",
            _swapped,
            (
                "How many rows should come out: one for each place of x, or of the memory?",
                "The decoder wants to know something, so it asks.",
                "Queries come from x, keys and values from memory.",
            ),
            "whole",
        ),
        Misconception(
            "looks_at_itself",
            "Attention is self-attention.",
            "memory has no effect.",
            _looks_at_itself,
            (
                "Which argument does your code never use?",
                "What is looked at is what the encoder has read.",
                "Use memory @ W_k and memory @ W_v.",
            ),
            "whole",
        ),
        Misconception(
            "bare_memory",
            "The memory itself is what is mixed.",
            "W_v has no effect.",
            _bare_memory,
            (
                "Which argument does your code never use?",
                "What a place says need not be what it is found by: values have weights too.",
                "Mix memory @ W_v.",
            ),
            "whole",
        ),
        Misconception(
            "causal",
            "A decoder always hides the future.",
            "Early places see only the beginning of the source.",
            _causal,
            (
                "May the first word of the translation depend on the last of the source?",
                "The source is known as a whole before the first word is written.",
                "Leave away the triangle; hide only padding.",
            ),
            "whole",
        ),
        Misconception(
            "ignores_lengths",
            "Padding does no harm.",
            "Without padding all is right; with it, its places get attention too.",
            _ignores_lengths,
            (
                "Which argument does your code never use?",
                "The weights have to be shared among real places only.",
                "Mask keys at places >= length: np.arange(S) < lengths[:, None, None].",
            ),
            "padded",
        ),
        Misconception(
            "zeroed_memory",
            "Padding set to 0 is harmless.",
            "Padding has nothing to say, but it still takes its share of the weights.",
            _zeroed_memory,
            (
                "Which score does a key of zeros get, and which weight?",
                "A score of 0 is not the lowest score.",
                "Put -np.inf in the scores of padding, before the softmax.",
            ),
            "padded",
        ),
    ),
)
