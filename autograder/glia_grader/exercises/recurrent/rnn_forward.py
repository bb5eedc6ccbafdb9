"""A recurrent layer over whole sequences of different lengths."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
*Unrolling*: the same step, with the same weights, for every element of the sequence,

$$ h_t = \tanh(W_{xh}\, x_t + W_{hh}\, h_{t-1} + b_h), \qquad t = 1 \dots T $$

Sequences of a batch rarely have one length. The shorter ones are filled up with *padding*, and
`lengths` says how many elements are real. Once a sequence has ended, its state stays as it is: it
is carried on unchanged to the last step, whatever stands in the padding. Return all states and, for
each sequence, the state at its end.
"""

SIGNATURE = '''
def rnn_forward(X, lengths, h0, W_xh, W_hh, b_h):
    """Run a recurrent layer over a batch of padded sequences.

    Args:
        X: Sequences, shape (N, T, D); what comes after a sequence's end is padding.
        lengths: How many steps are real, shape (N,), each from 1 to T.
        h0: States before the first step, shape (N, H).
        W_xh: Weights of the input, shape (H, D).
        W_hh: Weights of the state, shape (H, H).
        b_h: Biases, shape (H,).

    Returns:
        (states, last): shapes (N, T, H) and (N, H).
    """
'''


def rnn_forward(X, lengths, h0, W_xh, W_hh, b_h):
    """Step by step; where a sequence has ended, keep the state."""
    h, states = h0, []
    for t in range(X.shape[1]):
        new = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = np.where((t < lengths)[:, None], new, h)
        states.append(h)
    return np.stack(states, axis=1), h


_W_XH = np.array([[1.0, -0.5], [0.5, 1.0], [-1.0, 0.25]])
_W_HH = np.array([[0.5, -1.0, 0.0], [1.0, 0.5, -0.5], [0.25, 0.0, 1.0]])
_B_H = np.array([0.25, -0.25, 0.5])
_X = np.array(
    [
        [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.5]],
        [[0.5, -1.0], [1.0, 0.5], [9.0, 9.0], [-9.0, 9.0]],
        [[-1.0, 1.0], [0.5, 0.5], [0.25, -1.0], [7.0, -7.0]],
    ]
)
_H0 = np.array([[0.5, -0.5, 0.25], [-0.25, 0.5, 0.75], [0.1, 0.2, -0.3]])
_LENGTHS = np.array([4, 2, 3])


def _whole(rng):
    rest = (_W_XH, _W_HH, _B_H)
    return [
        Case((_X[:1, :1], np.array([1]), _H0[:1], *rest), "a sequence of one element"),
        Case((_X[:1, :2], np.array([2]), _H0[:1], *rest), "two elements"),
        Case((_X[:1], np.array([4]), _H0[:1], *rest), "four elements"),
    ]


def _lengths(rng):
    rest = (_W_XH, _W_HH, _B_H)
    return [
        Case((_X[1:2], _LENGTHS[1:2], _H0[1:2], *rest), "two real elements, two of padding"),
        Case((_X, _LENGTHS, _H0, *rest), "lengths 4, 2 and 3"),
    ]


def _random(rng):
    cases = []
    for n, t, d, h in ((3, 5, 2, 4), (4, 6, 3, 3), (2, 3, 4, 2)):
        lengths = rng.integers(1, t, size=n)
        lengths[0] = t
        shapes = ((n, h), (h, d), (h, h), (h,))
        args = (rng.normal(size=(n, t, d)), lengths, *(rng.normal(size=s) * 0.7 for s in shapes))
        cases.append(Case(args, f"lengths {', '.join(map(str, lengths))}", 1.0))
    X, lengths, *rest = cases[1].args
    backward = (X[:, ::-1], lengths, *rest)
    cases.append(Case(backward, "read from the other end, a view", 1.0))
    single = [a.astype(np.float32) for a in rest]
    cases.append(Case((X.astype(np.float32), lengths, *single), "float32", 1.0))
    return cases


def _padding(ask, rng):
    X, rest = rng.normal(size=(3, 5, 2)), [rng.normal(size=s) for s in ((4, 2), (4, 4), (4,))]
    lengths, h0 = np.array([2, 5, 3]), rng.normal(size=(3, 4))
    other = X.copy()
    other[0, 2:], other[2, 3:] = 5.0, -5.0
    one, two = ask(X, lengths, h0, *rest), ask(other, lengths, h0, *rest)
    if np.allclose(one[0], two[0]) and np.allclose(one[1], two[1]):
        return None
    return Finding(
        "What stands in the padding should change nothing; yours depends on it",
        args=(other, lengths, h0, *rest),
        got=two[1],
    )


def _ignores_lengths(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, axis=1), h


def _zeros_after_end(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h) * (t < lengths)[:, None]
        states.append(h)
    return np.stack(states, axis=1), h


def _one_too_long(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = h0, []
    for t in range(X.shape[1]):
        new = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = np.where((t <= lengths)[:, None], new, h)
        states.append(h)
    return np.stack(states, axis=1), h


def _no_recurrence(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = h0, []
    for t in range(X.shape[1]):
        new = np.tanh(X[:, t] @ W_xh.T + h0 @ W_hh.T + b_h)
        h = np.where((t < lengths)[:, None], new, h)
        states.append(h)
    return np.stack(states, axis=1), h


def _starts_at_zero(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = np.zeros_like(h0), []
    for t in range(X.shape[1]):
        new = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = np.where((t < lengths)[:, None], new, h)
        states.append(h)
    return np.stack(states, axis=1), h


def _end_of_padding(X, lengths, h0, W_xh, W_hh, b_h):
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        states.append(h)
    states = np.stack(states, axis=1)
    return states, states[np.arange(len(X)), lengths - 1]


EXERCISE = Exercise(
    name="rnn_forward",
    unit="recurrent",
    title="Unroll it, whatever the length",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=rnn_forward,
    returns=("states", "last"),
    axes={"N": (("X", 0), ("lengths", 0), ("h0", 0))},
    checks=(
        Check("whole", "One sequence without padding", 3, cases=_whole),
        Check("lengths", "Sequences that end early", 2.5, cases=_lengths),
        Check("random", "Random sequences", 2.5, cases=_random),
        Check(
            "padding",
            "Padding changes nothing",
            1,
            "property",
            examine=_padding,
            needs=("whole", "lengths"),
        ),
    ),
    misconceptions=(
        Misconception(
            "ignores_lengths",
            "Padding is read like everything else.",
            "One sequence alone is right; the state of a shorter one goes on changing.",
            _ignores_lengths,
            (
                "Which argument does your code never use?",
                "After its end a sequence has nothing more to say: its state stands still.",
                "Take np.where((t < lengths)[:, None], new, h) as the next state.",
            ),
            "lengths",
        ),
        Misconception(
            "zeros_after_end",
            "After the end the state is 0.",
            "What a shorter sequence had remembered is wiped out.",
            _zeros_after_end,
            (
                "What is left of a short sequence at the last step of your loop?",
                "An ended sequence keeps its state; multiplying by 0 erases it.",
                "Where t >= length, keep the old h in place of the new one.",
            ),
            "lengths",
        ),
        Misconception(
            "one_too_long",
            "A sequence of length L has a step number L.",
            "Every sequence reads one element of padding.",
            _one_too_long,
            (
                "Which is the last index of a sequence of length 2?",
                "Steps are counted from 0: the real ones are 0 to length - 1.",
                "Compare with t < lengths.",
            ),
            "lengths",
        ),
        Misconception(
            "end_of_padding",
            "Only the last state has to respect the lengths.",
            "last is right, but the states after the end go on changing.",
            _end_of_padding,
            (
                "Your last is right. Look at the states after a sequence's end.",
                "The states of an ended sequence repeat the one at its end.",
                "Inside the loop keep h where t >= lengths, before you store it.",
            ),
            "lengths",
        ),
        Misconception(
            "no_recurrence",
            "Every step starts from h0.",
            "The first state is right; later ones know only their own input.",
            _no_recurrence,
            (
                "Which state goes into your second step?",
                "Each step starts where the one before ended.",
                "Use h, the state of the step before, and assign the new one to it.",
            ),
            "whole",
        ),
        Misconception(
            "starts_at_zero",
            "A sequence always starts from zeros.",
            "h0 has no effect.",
            _starts_at_zero,
            (
                "Which argument does your code never use?",
                "Zeros are a usual start, but here the start is given.",
                "Begin with h = h0.",
            ),
            "whole",
        ),
    ),
)
