"""One step of a recurrent layer: the state meets the next input."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A recurrent layer reads a sequence one element at a time and keeps a *state* $h$: what it remembers
of everything before. One step mixes the state with the new input and answers:

$$ h_t = \tanh(W_{xh}\, x_t + W_{hh}\, h_{t-1} + b_h), \qquad y_t = W_{hy}\, h_t + b_y $$

Take the step for a batch with one sequence in each row. The weights are stored as PyTorch does,
one row for each unit, so that $W x$ becomes `x @ W.T`. Return `(h_t, y_t)`.
"""

SIGNATURE = '''
def rnn_step(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    """One step of a recurrent layer with its output.

    Args:
        x: Inputs of this step, shape (N, D): one row per sequence.
        h: States before the step, shape (N, H).
        W_xh: Weights of the input, shape (H, D).
        W_hh: Weights of the state, shape (H, H): row j holds what unit j listens to.
        b_h: Biases of the state, shape (H,).
        W_hy: Weights of the output, shape (K, H).
        b_y: Biases of the output, shape (K,).

    Returns:
        (state, output): shapes (N, H) and (N, K).
    """
'''


def rnn_step(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    """The tanh of a sum of two linear maps, then a third."""
    state = np.tanh(x @ W_xh.T + h @ W_hh.T + b_h)
    return state, state @ W_hy.T + b_y


_W_XH = np.array([[1.0, -1.0, 0.5], [0.0, 0.5, -0.5]])
_W_HH = np.array([[0.5, -1.0], [2.0, 0.0]])
_B_H = np.array([0.25, -0.5])
_W_HY = np.array([[1.0, 2.0], [-2.0, 1.0], [0.5, 0.5]])
_B_Y = np.array([1.0, 0.0, -0.5])
_X = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]])
_H = np.array([[0.5, 0.25], [-0.5, 1.0]])


def _one(rng):
    rest = (_W_XH, _W_HH, _B_H, _W_HY, _B_Y)
    return [
        Case((_X[:1], _H[:1], *rest), "one sequence"),
        Case((_X[1:], _H[1:], *rest), "another sequence"),
        Case((_X[:1], -_H[1:], *rest), "the first input, another past"),
    ]


def _batch(rng):
    X, H = np.vstack([_X, -_X]), np.vstack([_H, _H[::-1]])
    return [Case((X, H, _W_XH, _W_HH, _B_H, _W_HY, _B_Y), "four sequences")]


def _random(rng):
    cases = []
    for n, d, h, k in ((4, 3, 5, 2), (2, 2, 2, 2), (3, 3, 3, 3), (1, 4, 6, 1)):
        shapes = ((n, d), (n, h), (h, d), (h, h), (h,), (k, h), (k,))
        args = tuple(rng.normal(size=shape) * 0.7 for shape in shapes)
        cases.append(Case(args, f"{n} sequences, sizes {d}, {h}, {k}", 2.0))
    X, H, W = rng.normal(size=(8, 3)), rng.normal(size=(8, 4)), rng.normal(size=(3, 4))
    rest = (rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(2, 4)), np.ones(2))
    args = (X[::2], H[::2], W.T, *rest)
    cases.append(Case(args, "every second row, a transposed view", 3.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 3.0))
    return cases


def _alone(ask, rng):
    shapes = ((5, 3), (5, 4), (4, 3), (4, 4), (4,), (2, 4), (2,))
    args = tuple(rng.normal(size=s) for s in shapes)
    x, h, rest = args[0], args[1], args[2:]
    together = ask(*args)[0]
    single = np.vstack([ask(x[i : i + 1], h[i : i + 1], *rest)[0] for i in range(len(x))])
    if np.allclose(together, single, rtol=1e-6) and np.abs(together).max() <= 1:
        return None
    return Finding(
        "A sequence should reach the same state alone and in a batch, and no state leaves -1 … 1",
        args=args,
        got=together,
    )


def _no_tanh(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = x @ W_xh.T + h @ W_hh.T + b_h
    return state, state @ W_hy.T + b_y


def _forgets(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = np.tanh(x @ W_xh.T + b_h)
    return state, state @ W_hy.T + b_y


def _transposed(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = np.tanh(x @ W_xh.T + h @ W_hh + b_h)
    return state, state @ W_hy.T + b_y


def _bias_outside(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = np.tanh(x @ W_xh.T + h @ W_hh.T) + b_h
    return state, state @ W_hy.T + b_y


def _state_inside_only(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = np.tanh(x @ W_xh.T + b_h) + h @ W_hh.T
    return state, state @ W_hy.T + b_y


def _old_state(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    return np.tanh(x @ W_xh.T + h @ W_hh.T + b_h), h @ W_hy.T + b_y


def _tanh_output(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    state = np.tanh(x @ W_xh.T + h @ W_hh.T + b_h)
    return state, np.tanh(state @ W_hy.T + b_y)


EXERCISE = Exercise(
    name="rnn_step",
    unit="recurrent",
    title="One step through a sequence",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=rnn_step,
    returns=("state", "output"),
    axes={"N": (("x", 0), ("h", 0))},
    checks=(
        Check("state", "One sequence: the new state", 2, cases=_one, parts=("state",)),
        Check("output", "One sequence: the output", 2, cases=_one, parts=("output",)),
        Check("batch", "A batch", 1, cases=_batch),
        Check("random", "Random layers of other sizes", 3, cases=_random),
        Check(
            "alone",
            "Sequences of a batch do not mix",
            1,
            "property",
            examine=_alone,
            needs=("state",),
        ),
    ),
    misconceptions=(
        Misconception(
            "no_tanh",
            "The state is a plain sum.",
            "The state leaves the range from -1 to 1.",
            _no_tanh,
            (
                "How large can your state become after a hundred steps?",
                "The tanh keeps every unit of the state between -1 and 1.",
                "Put np.tanh(...) around the whole sum, bias included.",
            ),
            "state",
        ),
        Misconception(
            "forgets",
            "Only the input makes the state.",
            "Two different pasts lead to the same state.",
            _forgets,
            (
                "Which of the seven arguments does your code never use?",
                "Without the old state the layer remembers nothing.",
                "Add h @ W_hh.T inside the tanh.",
            ),
            "state",
        ),
        Misconception(
            "transposed",
            "W_hh is square, so its direction does not matter.",
            "Each unit listens along a column of W_hh instead of its row.",
            _transposed,
            (
                "Which entries of W_hh does unit 0 use in your code?",
                "A square matrix never complains about its shape. Row j belongs to unit j.",
                "Write h @ W_hh.T, as you did for x @ W_xh.T.",
            ),
            "state",
        ),
        Misconception(
            "bias_outside",
            "The bias is added to the finished state.",
            "States are shifted by b_h and may leave -1 … 1.",
            _bias_outside,
            (
                "Can your state become larger than 1?",
                "The bias moves the point where the tanh crosses 0: it belongs inside.",
                "Write np.tanh(x @ W_xh.T + h @ W_hh.T + b_h).",
            ),
            "state",
        ),
        Misconception(
            "state_added",
            "The past is added after the tanh.",
            "Only the input went through the tanh.",
            _state_inside_only,
            (
                "What goes through your tanh, and what does not?",
                "The unit first sums up everything it hears, then it answers.",
                "Move h @ W_hh.T into the brackets of np.tanh.",
            ),
            "state",
        ),
        Misconception(
            "old_state",
            "The output is read from the state before the step.",
            "The state is right; the output knows nothing of x.",
            _old_state,
            (
                "Your state is right. Does your output change when x changes?",
                "The output belongs to step t, so it reads the state of step t.",
                "Use the new state in state @ W_hy.T + b_y.",
            ),
            "output",
        ),
        Misconception(
            "tanh_output",
            "The output goes through the tanh too.",
            "The state is right; all outputs lie between -1 and 1.",
            _tanh_output,
            (
                "Your state is right. How large can your output become?",
                "The outputs are scores; an output map comes later, if at all.",
                "Return state @ W_hy.T + b_y as it is.",
            ),
            "output",
        ),
    ),
)
