"""The way back through one step of an LSTM."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
From the step after, or from a loss, come two gradients: $\bar h = \partial L / \partial h_t$ and
$\bar c = \partial L / \partial c_t$, the part that reaches the cell *without* passing $h_t$. With
the gates of the step's forward pass, $\bar c$ first takes up what comes through $h_t$:

$$ \bar c \leftarrow \bar c + \bar h \odot o \odot (1 - \tanh^2 c_t) $$

Then each gate gets its share, times the slope of its sigmoid or tanh:

$$ \bar a_i = \bar c\, g \; i(1-i), \quad \bar a_f = \bar c\, c_{t-1} \; f(1-f), \quad
\bar a_g = \bar c\, i \; (1-g^2), \quad \bar a_o = \bar h \tanh(c_t) \; o(1-o) $$

The cell before gets $\bar c \odot f$: no matrix, no tanh. That is why an LSTM remembers. The
rest is a linear layer, $a = W_{ih} x + W_{hh} h + b$; gradients of weights are sums over the batch.
"""

SIGNATURE = '''
def lstm_step_backward(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    """Gradients of everything that went into one step of an LSTM.

    Args:
        grad_h: Gradient of the new h, shape (N, H).
        grad_c: Gradient of the new c from the step after, shape (N, H).
        x: Inputs of the step, shape (N, D).
        h: Hidden states before it, shape (N, H).
        c: Cell states before it, shape (N, H).
        W_ih: Weights of the input, shape (4H, D): blocks i, f, g, o.
        W_hh: Weights of the hidden state, shape (4H, H).
        b: Biases, shape (4H,).

    Returns:
        (grad_x, grad_h, grad_c, grad_W_ih, grad_W_hh, grad_b), each of the shape of what it is
        the gradient of; grad_h and grad_c are those of the states before the step.
    """
'''


def lstm_step_backward(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    """Forward once more, then back through cell, gates and the linear layer."""
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1.0 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1.0 - shown**2)
    parts = (
        grad_c * g * i * (1.0 - i),
        grad_c * c * f * (1.0 - f),
        grad_c * i * (1.0 - g**2),
        grad_h * shown * o * (1.0 - o),
    )
    grad_a = np.concatenate(parts, axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


_W_IH = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.5], [2.0, 1.0]])
_W_HH = np.array([[0.5], [-1.0], [1.5], [-0.5]])
_B = np.array([0.25, 0.5, -0.5, 0.0])
_X, _H, _C = np.array([[1.0, 0.5]]), np.array([[0.5]]), np.array([[2.0]])
_ONE, _NONE = np.array([[1.0]]), np.array([[0.0]])


def _cell_only(rng):
    return [
        Case((_NONE, _ONE, _X, _H, _C, _W_IH, _W_HH, _B), "a gradient of the cell only"),
        Case((_NONE, -2 * _ONE, -_X, _H, -_C, _W_IH, _W_HH, _B), "another one"),
    ]


def _hidden_only(rng):
    return [
        Case((_ONE, _NONE, _X, _H, _C, _W_IH, _W_HH, _B), "a gradient of h only"),
        Case((-2 * _ONE, _NONE, _X, -_H, _C / 4, _W_IH, _W_HH, _B), "another one"),
    ]


def _draw(rng, n, d, h):
    shapes = ((n, h), (n, h), (n, d), (n, h), (n, h), (4 * h, d), (4 * h, h), (4 * h,))
    return tuple(rng.normal(size=shape) * 0.8 for shape in shapes)


def _random(rng):
    cases = [Case(_draw(rng, n, d, h), f"{n} sequences, sizes {d} and {h}", 2.0)
             for n, d, h in ((1, 2, 2), (3, 2, 4), (4, 3, 3), (5, 4, 1))]  # fmt: skip
    single = tuple(a.astype(np.float32) for a in cases[1].args)
    cases.append(Case(single, "float32", 4.0))
    return cases


def _step(x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1.0 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    new_c = f * c + i * np.tanh(g)
    return o * np.tanh(new_c), new_c


def _measured(ask, rng):
    """The slope of the loss Σ grad_h · h + Σ grad_c · c in a random direction."""
    args = _draw(rng, 2, 3, 2)
    grad_h, grad_c, given = args[0], args[1], args[2:]
    ways = [rng.normal(size=a.shape) for a in given]

    def loss(eps):
        new_h, new_c = _step(*(a + eps * way for a, way in zip(given, ways, strict=True)))
        return float((grad_h * new_h + grad_c * new_c).sum())

    found = ask(*args)
    slope = sum(float((g * way).sum()) for g, way in zip(found, ways, strict=True))
    measured = (loss(1e-5) - loss(-1e-5)) / 2e-5
    if abs(slope - measured) <= 1e-5 * (1 + abs(measured)):
        return None
    return Finding(
        f"In a random direction the loss has the slope {measured:.6g}; your gradients say "
        f"{slope:.6g}",
        safe="Your gradients do not agree with the slope that the loss really has",
        args=args,
    )


def _ignores_grad_c(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_h * o * (1 - shown**2)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * shown * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _h_misses_the_cell(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * shown * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _no_tanh_slope(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * shown * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _no_forget_gate(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1 - shown**2)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * shown * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _no_gate_slopes(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1 - shown**2)
    grad_a = np.concatenate([grad_c * g, grad_c * c, grad_c * i, grad_h * shown], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _sigmoid_slope_for_g(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1 - shown**2)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * g * (1 - g), grad_h * shown * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _new_cell_for_old(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    new_c = f * c + i * g
    grad_c = grad_c + grad_h * o * (1 - np.tanh(new_c) ** 2)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * new_c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * np.tanh(new_c) * o * (1 - o)
    grad_a = np.concatenate([d_i, d_f, d_g, d_o], axis=1)
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, grad_a.T @ x, grad_a.T @ h, grad_a.sum(axis=0)


def _mean_over_batch(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    i, f, g, o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, o = (0.5 * (1 + np.tanh(0.5 * gate)) for gate in (i, f, o))
    g = np.tanh(g)
    shown = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1 - shown**2)
    d_i, d_f = grad_c * g * i * (1 - i), grad_c * c * f * (1 - f)
    d_g, d_o = grad_c * i * (1 - g**2), grad_h * shown * o * (1 - o)
    grad_a, n = np.concatenate([d_i, d_f, d_g, d_o], axis=1), len(x)
    weights = (grad_a.T @ x / n, grad_a.T @ h / n, grad_a.mean(axis=0))
    return grad_a @ W_ih, grad_a @ W_hh, grad_c * f, *weights


EXERCISE = Exercise(
    name="lstm_step_backward",
    unit="recurrent",
    title="Back through the gates",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=lstm_step_backward,
    returns=("grad_x", "grad_h", "grad_c", "grad_W_ih", "grad_W_hh", "grad_b"),
    points=3.0,
    axes={"D": (("x", 1), ("W_ih", 1))},
    checks=(
        Check("cell_only", "A gradient that comes through the cell", 2, cases=_cell_only),
        Check("hidden_only", "A gradient that comes through h", 2.5, cases=_hidden_only),
        Check("random", "Random layers and batches", 3, cases=_random),
        Check(
            "measured", "Gradients agree with measured slopes", 1.5, "gradient", examine=_measured
        ),
    ),
    misconceptions=(
        Misconception(
            "ignores_grad_c",
            "All gradients come through h.",
            "What the step after sends through the cell is lost.",
            _ignores_grad_c,
            (
                "Does grad_c have an effect on your result?",
                "The cell is handed on by itself: a gradient comes back by this way too.",
                "Write grad_c = grad_c + grad_h * o * (1 - np.tanh(c_t) ** 2).",
            ),
            "cell_only",
        ),
        Misconception(
            "h_misses_the_cell",
            "h depends on the output gate alone.",
            "A gradient of h never reaches the cell, nor the other three gates.",
            _h_misses_the_cell,
            (
                "grad_c = 0 and grad_h = 1: what do your gates i, f and g get?",
                "h = o * tanh(c): through the second factor the gradient reaches the cell.",
                "Add grad_h * o * (1 - np.tanh(c_t) ** 2) to grad_c before all else.",
            ),
            "hidden_only",
        ),
        Misconception(
            "no_tanh_slope",
            "Between cell and h there is only the output gate.",
            "The slope 1 - tanh² of the cell is missing.",
            _no_tanh_slope,
            (
                "What stands between c_t and h_t, beside o?",
                "h = o * tanh(c_t), and a tanh has a slope.",
                "Multiply grad_h * o by 1 - np.tanh(c_t) ** 2.",
            ),
            "hidden_only",
        ),
        Misconception(
            "no_forget_gate",
            "The cell is copied, so its gradient is too.",
            "The gradient of the cell before lacks the factor f.",
            _no_forget_gate,
            (
                "By what was the old cell multiplied on its way forward?",
                "c_t = f * c_(t-1) + ...: the same factor applies on the way back.",
                "Return grad_c * f for the cell before.",
            ),
            "cell_only",
        ),
        Misconception(
            "no_gate_slopes",
            "Gates are numbers, not functions.",
            "The slopes of sigmoid and tanh are missing.",
            _no_gate_slopes,
            (
                "You have the gradients of i, f, g, o. The weights stand before which functions?",
                "Weights make a; gates are σ(a): go back through σ and tanh as well.",
                "Multiply by i(1-i), f(1-f), 1-g² and o(1-o).",
            ),
            "cell_only",
        ),
        Misconception(
            "sigmoid_slope_for_g",
            "All four blocks have the slope of a sigmoid.",
            "The candidate's gradient has g(1-g) in place of 1-g².",
            _sigmoid_slope_for_g,
            (
                "Which function makes g?",
                "The derivative of tanh is 1 minus the square of its output.",
                "Multiply grad_c * i by 1 - g ** 2.",
            ),
            "cell_only",
        ),
        Misconception(
            "new_cell_for_old",
            "The forget gate has seen the new cell.",
            "Only the forget gate's gradient is wrong: it uses c_t.",
            _new_cell_for_old,
            (
                "By what was f multiplied in the forward pass?",
                "f * c_(t-1): a product's gradient for one factor is the other factor.",
                "Use the cell before the step, c, in the gradient of f.",
            ),
            "cell_only",
        ),
        Misconception(
            "mean_over_batch",
            "Gradients of weights are means over the batch.",
            "One sequence is right; with N the weights' gradients are N times too small.",
            _mean_over_batch,
            (
                "Does your result for the weights change when every row stands there twice?",
                "Weights are shared by the rows, so their gradients add up.",
                "Use grad_a.T @ x and grad_a.sum(axis=0), without a division.",
            ),
            "random",
        ),
    ),
)
