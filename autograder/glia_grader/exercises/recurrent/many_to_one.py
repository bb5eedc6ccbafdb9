"""Many-to-one: a whole sequence read out as one prediction."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Of which language is a surname, of which mood a review? A *many-to-one* net reads the whole sequence
and answers once. From the states $h_1 \dots h_T$ it makes one vector $s$, by `pool`:

| `pool` | $s$ |
| --- | --- |
| `"last"` | the state at the sequence's end, $h_L$ |
| `"mean"` | the mean of its real states, $\frac{1}{L} \sum_{t \le L} h_t$ |

Then come scores and probabilities: $p = \mathrm{softmax}(W_{hy}\, s + b_y)$ for each sequence. Here
the states after a sequence's end hold numbers without meaning: leave them out.
"""

SIGNATURE = '''
def many_to_one(states, lengths, W_hy, b_y, pool):
    """Class probabilities of whole sequences.

    Args:
        states: States of every step, shape (N, T, H); those after the end mean nothing.
        lengths: How many steps are real, shape (N,), each from 1 to T.
        W_hy: Weights of the scores, shape (K, H).
        b_y: Biases of the scores, shape (K,).
        pool: "last" or "mean".

    Returns:
        Probabilities, shape (N, K), each row summing to 1.
    """
'''


def many_to_one(states, lengths, W_hy, b_y, pool):
    """Pool over the real steps, then a linear layer and a softmax."""
    if pool == "last":
        pooled = states[np.arange(len(states)), lengths - 1]
    else:
        real = np.arange(states.shape[1]) < lengths[:, None]
        pooled = np.where(real[:, :, None], states, 0.0).sum(axis=1) / lengths[:, None]
    scores = pooled @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


_STATES = np.array(
    [
        [[1.0, 0.0], [0.0, 1.0], [0.5, -0.5]],
        [[-1.0, 1.0], [0.25, 0.5], [3.0, -4.0]],
        [[0.5, 0.75], [-2.0, 5.0], [4.0, 1.0]],
    ]
)
_LENGTHS = np.array([3, 2, 1])
_W = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]])
_B = np.array([0.0, -0.5, 0.25])


def _last(rng):
    return [
        Case((_STATES[:1], _LENGTHS[:1], _W, _B, "last"), "one sequence of full length"),
        Case((_STATES[1:], _LENGTHS[1:], _W, _B, "last"), "two that end early"),
    ]


def _mean(rng):
    return [
        Case((_STATES[:1], _LENGTHS[:1], _W, _B, "mean"), "one sequence of full length"),
        Case((_STATES, _LENGTHS, _W, _B, "mean"), "lengths 3, 2 and 1"),
    ]


def _random(rng):
    cases = []
    for n, t, h, k in ((4, 5, 3, 2), (3, 6, 4, 5), (5, 4, 2, 3)):
        lengths = rng.integers(1, t, size=n)
        lengths[1] = t
        args = (rng.normal(size=(n, t, h)), lengths, rng.normal(size=(k, h)), rng.normal(size=k))
        cases += [Case((*args, pool), f"{pool}, lengths {lengths.tolist()}", 1.0)
                  for pool in ("last", "mean")]  # fmt: skip
    states, lengths, W, b = cases[0].args[:4]
    single = (states.astype(np.float32), lengths, W.astype(np.float32), b.astype(np.float32))
    cases.append(Case((*single, "mean"), "float32", 1.0))
    return cases


def _order(ask, rng):
    states, W, b = rng.normal(size=(2, 4, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    lengths = np.array([4, 4])
    mixed = states[:, [2, 0, 3, 1]]
    p = ask(states, lengths, W, b, "mean")
    if np.allclose(p, ask(mixed, lengths, W, b, "mean")) and np.allclose(p.sum(axis=1), 1):
        return None
    return Finding(
        "A mean does not know the order of the steps, and probabilities sum to 1",
        args=(mixed, lengths, W, b, "mean"),
    )


def _extreme(rng):
    W = np.array([[1e4, 0.0], [0.0, 1e4]])
    return [Case((_STATES[:2], _LENGTHS[:2], W, np.zeros(2), "last"), "scores of ten thousand")]


def _last_of_padding(states, lengths, W_hy, b_y, pool):
    real = np.arange(states.shape[1]) < lengths[:, None]
    mean = np.where(real[:, :, None], states, 0.0).sum(axis=1) / lengths[:, None]
    scores = (states[:, -1] if pool == "last" else mean) @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _index_is_length(states, lengths, W_hy, b_y, pool):
    if pool == "last":
        padded = np.concatenate([states, states[:, -1:]], axis=1)
        pooled = padded[np.arange(len(states)), lengths]
    else:
        real = np.arange(states.shape[1]) < lengths[:, None]
        pooled = np.where(real[:, :, None], states, 0.0).sum(axis=1) / lengths[:, None]
    scores = pooled @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _mean_of_padding(states, lengths, W_hy, b_y, pool):
    last = states[np.arange(len(states)), lengths - 1]
    scores = (last if pool == "last" else states.mean(axis=1)) @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _divides_by_all(states, lengths, W_hy, b_y, pool):
    if pool == "last":
        pooled = states[np.arange(len(states)), lengths - 1]
    else:
        real = np.arange(states.shape[1]) < lengths[:, None]
        pooled = np.where(real[:, :, None], states, 0.0).mean(axis=1)
    scores = pooled @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _mean_of_answers(states, lengths, W_hy, b_y, pool):
    scores = states @ W_hy.T + b_y
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    answers = powers / powers.sum(axis=2, keepdims=True)
    if pool == "last":
        return answers[np.arange(len(states)), lengths - 1]
    real = np.arange(states.shape[1]) < lengths[:, None]
    return (answers * real[:, :, None]).sum(axis=1) / lengths[:, None]


def _scores(states, lengths, W_hy, b_y, pool):
    if pool == "last":
        pooled = states[np.arange(len(states)), lengths - 1]
    else:
        real = np.arange(states.shape[1]) < lengths[:, None]
        pooled = np.where(real[:, :, None], states, 0.0).sum(axis=1) / lengths[:, None]
    return pooled @ W_hy.T + b_y


def _overflows(states, lengths, W_hy, b_y, pool):
    if pool == "last":
        pooled = states[np.arange(len(states)), lengths - 1]
    else:
        real = np.arange(states.shape[1]) < lengths[:, None]
        pooled = np.where(real[:, :, None], states, 0.0).sum(axis=1) / lengths[:, None]
    powers = np.exp(pooled @ W_hy.T + b_y)
    return powers / powers.sum(axis=1, keepdims=True)


EXERCISE = Exercise(
    name="many_to_one",
    unit="recurrent",
    title="One answer for a whole sequence",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=many_to_one,
    axes={"N": (("states", 0), ("lengths", 0))},
    checks=(
        Check("last", "The state at the end", 2.5, cases=_last),
        Check("mean", "The mean of the real states", 2.5, cases=_mean),
        Check("random", "Random sequences", 2, cases=_random),
        Check("order", "A mean ignores the order", 1, "property", examine=_order, needs=("mean",)),
        Check("extreme", "Scores of ten thousand", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "last_of_padding",
            "The last state stands at index -1.",
            "Full sequences are right; shorter ones are read out in their padding.",
            _last_of_padding,
            (
                "At which index does a sequence of length 2 end, when T is 3?",
                "Behind the end of a sequence stands padding, not its last state.",
                "Take states[np.arange(N), lengths - 1].",
            ),
            "last",
        ),
        Misconception(
            "index_is_length",
            "A sequence of length L ends at index L.",
            "Each sequence is read out one step after its end.",
            _index_is_length,
            (
                "Which index has the last of three elements?",
                "Indices are counted from 0.",
                "Take states[np.arange(N), lengths - 1].",
            ),
            "last",
        ),
        Misconception(
            "mean_of_padding",
            "The mean runs over all steps.",
            "The mean of shorter sequences holds their padding.",
            _mean_of_padding,
            (
                "How many states go into your mean of a sequence of length 2?",
                "Only real steps count.",
                "Put 0 in place of the padding, sum over the steps, and divide by the length.",
            ),
            "mean",
        ),
        Misconception(
            "divides_by_all",
            "Zeros in the padding make the mean right.",
            "The sum is right, but it is divided by T instead of the length.",
            _divides_by_all,
            (
                "Your padding is 0. By what number do you divide?",
                "A zero adds nothing to a sum, but it counts in a mean.",
                "Divide the sum by lengths[:, None].",
            ),
            "mean",
        ),
        Misconception(
            "mean_of_answers",
            "The mean of the answers is the answer of the mean.",
            "The probabilities of every step were averaged, not its states.",
            _mean_of_answers,
            (
                "What do you average: states, scores or probabilities?",
                "The softmax bends: it cannot be swapped with a mean.",
                "First pool the states to one vector, then take scores and softmax once.",
            ),
            "mean",
        ),
        Misconception(
            "scores",
            "The scores are the answer.",
            "The rows do not sum to 1.",
            _scores,
            (
                "Add up each row of your result.",
                "Probabilities are asked for.",
                "Send the scores through a softmax over each row.",
            ),
            "last",
        ),
        Misconception(
            "overflows",
            "exp can take any number.",
            "All is right until the scores are large: then nan comes back.",
            _overflows,
            (
                "What is np.exp(10000.0)?",
                "A softmax does not change when all scores of a row are shifted together.",
                "Subtract the row's maximum from the scores before np.exp.",
            ),
            "extreme",
        ),
    ),
)
