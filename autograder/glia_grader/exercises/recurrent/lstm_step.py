"""One step of an LSTM: a memory that is copied, and three gates."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
An LSTM has two states. The *cell* $c$ is copied from step to step and changed only by what its
gates let through; $h$ is what it shows of it. From $a = W_{ih} x_t + W_{hh} h_{t-1} + b$, whose
rows hold four blocks of $H$ in the order $i, f, g, o$:

$$ i = \sigma(a_i), \quad f = \sigma(a_f), \quad g = \tanh(a_g), \quad o = \sigma(a_o) $$

$$ c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t) $$

The forget gate $f$ says what is kept, the input gate $i$ what is written, the output gate $o$ what
is shown. Return `(h_t, c_t)` for a batch.
"""

SIGNATURE = '''
def lstm_step(x, h, c, W_ih, W_hh, b):
    """One step of an LSTM.

    Args:
        x: Inputs, shape (N, D).
        h: Hidden states before, shape (N, H).
        c: Cell states before, shape (N, H).
        W_ih: Weights of the input, shape (4H, D): blocks i, f, g, o.
        W_hh: Weights of the hidden state, shape (4H, H).
        b: Biases, shape (4H,).

    Returns:
        (h, c) after the step, both (N, H).
    """
'''


def lstm_step(x, h, c, W_ih, W_hh, b):
    """Four blocks, two states."""
    a = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = np.split(a, 4, axis=1)
    i, f, o = (0.5 * (1.0 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = f * c + i * np.tanh(g)
    return o * np.tanh(new_c), new_c


_W_IH = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.5], [2.0, 1.0]])
_W_HH = np.array([[0.5], [-1.0], [1.5], [-0.5]])
_B = np.array([0.25, 1.0, -0.5, 0.0])
_X = np.array([[1.0, 0.5], [-0.5, 1.0]])
_H = np.array([[0.5], [-0.75]])
_C = np.array([[2.0], [-1.5]])


def _one(rng):
    return [
        Case((_X[:1], _H[:1], _C[:1], _W_IH, _W_HH, _B), "one unit"),
        Case((_X[1:], _H[1:], _C[1:], _W_IH, _W_HH, _B), "one unit, another past"),
        Case((_X, _H, -_C, _W_IH, _W_HH, -_B), "two sequences, other cells"),
    ]


def _draw(rng, n, d, h):
    shapes = ((n, d), (n, h), (n, h), (4 * h, d), (4 * h, h), (4 * h,))
    return tuple(rng.normal(size=shape) for shape in shapes)


def _units(rng):
    rng = np.random.default_rng(5)
    return [Case(_draw(rng, 1, 2, 2), "two units"), Case(_draw(rng, 2, 3, 3), "three units")]


def _random(rng):
    cases = []
    for n, d, h in ((3, 2, 4), (4, 4, 4), (1, 5, 2)):
        cases.append(Case(_draw(rng, n, d, h), f"{n} sequences, {h} units", 1.0))
    x, h, c, *rest = _draw(rng, 6, 3, 3)
    cases.append(Case((x[::2], h[::2], c[::2], *rest), "every second row", 1.0))
    single = tuple(a.astype(np.float32) for a in cases[0].args)
    cases.append(Case(single, "float32", 2.0))
    return cases


def _keeps(ask, rng):
    x, h, c, W_ih, W_hh, b = _draw(rng, 3, 2, 4)
    b = np.repeat([-100.0, 100.0, 0.0, 0.0], 4)  # nothing is written, everything is kept
    args = (x, h, c, W_ih, W_hh, b)
    if np.allclose(ask(*args)[1], c, rtol=1e-6):
        return None
    return Finding(
        "With the input gate shut and the forget gate open the cell should stay as it is",
        args=args,
    )


def _extreme(rng):
    x, h, c, W_ih, W_hh, b = _draw(np.random.default_rng(3), 2, 2, 2)
    return [Case((x * 1e4, h, c, W_ih, W_hh, b), "inputs of ten thousand")]


def _swapped_blocks(x, h, c, W_ih, W_hh, b):
    i, f, o, g = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = f * c + i * np.tanh(g)
    return o * np.tanh(new_c), new_c


def _forget_means_forget(x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = (1 - f) * c + i * np.tanh(g)
    return o * np.tanh(new_c), new_c


def _sigmoid_candidate(x, h, c, W_ih, W_hh, b):
    a = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = np.split(0.5 * (1 + np.tanh(0.5 * a)), 4, axis=1)
    new_c = f * c + i * g
    return o * np.tanh(new_c), new_c


def _bare_cell(x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = f * c + i * np.tanh(g)
    return o * new_c, new_c


def _old_cell(x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    return o * np.tanh(c), f * c + i * np.tanh(g)


def _coupled(x, h, c, W_ih, W_hh, b):
    _, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (f, o))
    new_c = f * c + (1 - f) * np.tanh(g)
    return o * np.tanh(new_c), new_c


def _squashed_cell(x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = np.tanh(f * c + i * np.tanh(g))
    return o * new_c, new_c


def _interleaved(x, h, c, W_ih, W_hh, b):
    a = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = (a[:, k::4] for k in range(4))
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = f * c + i * np.tanh(g)
    return o * np.tanh(new_c), new_c


EXERCISE = Exercise(
    name="lstm_step",
    unit="recurrent",
    title="An LSTM's step",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=lstm_step,
    returns=("h", "c"),
    axes={"N": (("x", 0), ("h", 0), ("c", 0)), "D": (("x", 1), ("W_ih", 1))},
    checks=(
        Check("cell", "One unit: the cell", 2, cases=_one, parts=("c",)),
        Check("hidden", "One unit: what it shows", 2, cases=_one, parts=("h",)),
        Check("units", "Several units", 1, cases=_units),
        Check("random", "Random layers", 2, cases=_random),
        Check("keeps", "The cell can keep", 1, "property", examine=_keeps, needs=("cell",)),
        Check("extreme", "Very large inputs", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "swapped_blocks",
            "The blocks stand in the order i, f, o, g.",
            "The candidate is made of the output gate's rows, and the other way round.",
            _swapped_blocks,
            (
                "In which order do the four blocks stand?",
                "Libraries differ here: Keras has another order than PyTorch.",
                "Split into i, f, g, o, in this order.",
            ),
            "cell",
        ),
        Misconception(
            "forget_means_forget",
            "f = 1 forgets.",
            "The cell keeps what it should forget, and forgets what it should keep.",
            _forget_means_forget,
            (
                "Set the forget gate's bias to 100. What becomes of your cell?",
                "Despite its name the forget gate says how much is kept.",
                "Write f * c + i * g.",
            ),
            "cell",
        ),
        Misconception(
            "sigmoid_candidate",
            "All four blocks go through the sigmoid.",
            "Nothing negative can ever be written to the cell.",
            _sigmoid_candidate,
            (
                "Can your cell get a negative entry when it starts at 0?",
                "Gates are sigmoids; g is no gate but what is to be written.",
                "Use np.tanh for g.",
            ),
            "cell",
        ),
        Misconception(
            "bare_cell",
            "The cell is shown as it is.",
            "The cell is right; h leaves the range -1 … 1.",
            _bare_cell,
            (
                "Your cell is right. How large can your h become?",
                "The cell may grow step by step; what is shown passes a tanh.",
                "Write o * np.tanh(new_c).",
            ),
            "hidden",
        ),
        Misconception(
            "old_cell",
            "What is shown comes from the cell before the step.",
            "The cell is right; h lags one step behind.",
            _old_cell,
            (
                "Your cell is right. Does x have an effect on h beyond the output gate?",
                "h_t shows c_t, the cell as it has just become.",
                "Compute the new cell first and use it in o * np.tanh(new_c).",
            ),
            "hidden",
        ),
        Misconception(
            "coupled",
            "What is not kept is written: i = 1 - f.",
            "The input gate's rows have no effect.",
            _coupled,
            (
                "Do the first H rows of W_ih have an effect in your code?",
                "In an LSTM keeping and writing are decided apart; a GRU couples them.",
                "Write f * c + i * g with a gate i of its own.",
            ),
            "cell",
        ),
        Misconception(
            "squashed_cell",
            "The cell goes through the tanh too.",
            "The cell never leaves -1 … 1, and fades at every step.",
            _squashed_cell,
            (
                "With f = 1 and i = 0, is your cell after the step the one before it?",
                "The cell is copied; squashing it at every step would let gradients fade.",
                "Take the tanh only for h, not for c.",
            ),
            "cell",
        ),
        Misconception(
            "interleaved",
            "The rows of one unit stand together.",
            "One unit is right; with several, gates of different units are mixed up.",
            _interleaved,
            (
                "Which rows hold the forget gates of two units?",
                "The first H rows are all input gates, the next H all forget gates.",
                "Use np.split(a, 4, axis=1).",
            ),
            "units",
        ),
    ),
)
