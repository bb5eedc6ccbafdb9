"""One step of a GRU, in both conventions."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A GRU has one state and two gates: $r$ says how much of the past goes into the candidate $n$, and
$z$ mixes the candidate with the old state. The rows of the weights hold blocks of $H$ in the order
$r, z, n$; write $a = W_{ih} x_t + b_{ih}$ and $u = W_{hh} h_{t-1} + b_{hh}$, each with these
blocks:

$$ r = \sigma(a_r + u_r), \qquad z = \sigma(a_z + u_z) $$

Papers and libraries disagree twice, and the lectures do so too. Make both choices:

| | | |
| --- | --- | --- |
| `reset="after"` (PyTorch) | $n = \tanh(a_n + r \odot u_n)$ | the gate acts after the product |
| `reset="before"` | $n = \tanh(a_n + W_{hh}^{(n)} (r \odot h_{t-1}) + b_{hh}^{(n)})$ | before it |
| `update="keep"` (PyTorch) | $h_t = z \odot h_{t-1} + (1 - z) \odot n$ | $z = 1$ keeps |
| `update="replace"` | $h_t = (1 - z) \odot h_{t-1} + z \odot n$ | $z = 1$ replaces |
"""

SIGNATURE = '''
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    """One step of a GRU.

    Args:
        x: Inputs, shape (N, D).
        h: States before the step, shape (N, H).
        W_ih: Weights of the input, shape (3H, D): blocks r, z, n.
        W_hh: Weights of the state, shape (3H, H).
        b_ih: Biases beside W_ih, shape (3H,).
        b_hh: Biases beside W_hh, shape (3H,).
        reset: "after" or "before" the product with W_hh.
        update: "keep" or "replace": what z = 1 means.

    Returns:
        The states after the step, shape (N, H).
    """
'''


def gru_step(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    """Two gates, a candidate, a mixture."""
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    gates = 0.5 * (1.0 + np.tanh(0.5 * (a[:, : 2 * size] + u[:, : 2 * size])))
    r, z = gates[:, :size], gates[:, size:]
    if reset == "after":
        past = r * u[:, 2 * size :]
    else:
        past = (r * h) @ W_hh[2 * size :].T + b_hh[2 * size :]
    candidate = np.tanh(a[:, 2 * size :] + past)
    return z * h + (1.0 - z) * candidate if update == "keep" else (1.0 - z) * h + z * candidate


_W_IH = np.array([[1.0, -1.0], [0.5, 1.0], [-1.0, 0.5]])
_W_HH = np.array([[0.5], [-1.0], [1.5]])
_B_IH, _B_HH = np.array([0.25, 0.5, -0.5]), np.array([-0.5, 0.25, 1.0])
_X = np.array([[1.0, 0.5], [-0.5, 1.0]])
_H = np.array([[0.5], [-0.75]])


def _given(reset, update):
    rest = (_W_IH, _W_HH, _B_IH, _B_HH, reset, update)
    return [
        Case((_X[:1], _H[:1], *rest), "one unit"),
        Case((_X, _H[::-1], *rest), "two sequences"),
    ]


def _pytorch(rng):
    return _given("after", "keep")


def _before(rng):
    rng = np.random.default_rng(8)
    return [
        *_given("before", "keep"),
        Case((*_draw(rng, 2, 2, 3), "before", "keep"), "three units"),
    ]


def _replace(rng):
    return _given("after", "replace")


def _draw(rng, n, d, h):
    shapes = ((n, d), (n, h), (3 * h, d), (3 * h, h), (3 * h,), (3 * h,))
    return tuple(rng.normal(size=shape) for shape in shapes)


def _random(rng):
    cases = []
    sizes = ((3, 2, 4), (4, 3, 3), (1, 4, 2), (2, 2, 2))
    ways = (("after", "keep"), ("before", "replace"), ("before", "keep"), ("after", "replace"))
    for (n, d, h), way in zip(sizes, ways, strict=True):
        cases.append(Case((*_draw(rng, n, d, h), *way), f"{n} sequences, {h} units", 1.0))
    x, h, *rest = _draw(rng, 6, 3, 3)
    cases.append(Case((x[::2], h[::2], *rest, "after", "keep"), "every second row", 1.0))
    single = tuple(a.astype(np.float32) for a in cases[0].args[:6])
    cases.append(Case((*single, "after", "keep"), "float32", 2.0))
    return cases


def _keeps(ask, rng):
    x, h, W_ih, W_hh, b_ih, b_hh = _draw(rng, 3, 2, 4)
    size = h.shape[1]
    b_ih[size : 2 * size] = 100.0  # z = 1
    args = (x, h, W_ih, W_hh, b_ih, b_hh, "after", "keep")
    if np.allclose(ask(*args), h, rtol=1e-6):
        return None
    return Finding("With z = 1 and update='keep' the state should stay as it is", args=args)


def _swapped_update(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    inside = (r * h) @ W_hh[2 * size :].T + b_hh[2 * size :]
    n = np.tanh(a[:, 2 * size :] + (r * u[:, 2 * size :] if reset == "after" else inside))
    return (1 - z) * h + z * n if update == "keep" else z * h + (1 - z) * n


def _one_update(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    inside = (r * h) @ W_hh[2 * size :].T + b_hh[2 * size :]
    n = np.tanh(a[:, 2 * size :] + (r * u[:, 2 * size :] if reset == "after" else inside))
    return z * h + (1 - z) * n


def _one_reset(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    n = np.tanh(a[:, 2 * size :] + r * u[:, 2 * size :])
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


def _order_z_r(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    z, r, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    inside = (r * h) @ W_hh[2 * size :].T + b_hh[2 * size :]
    n = np.tanh(a[:, 2 * size :] + (r * u[:, 2 * size :] if reset == "after" else inside))
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


def _no_reset(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    _, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    n = np.tanh(np.split(a + u, 3, axis=1)[2])
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


def _bias_outside_reset(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    W_n, b_n = W_hh[2 * size :], b_hh[2 * size :]
    past = r * (h @ W_n.T) if reset == "after" else (r * h) @ W_n.T
    n = np.tanh(a[:, 2 * size :] + past + b_n)
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


def _bias_inside_reset(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    W_n, b_n = W_hh[2 * size :], b_hh[2 * size :]
    inside = (r * h) @ W_n.T + r * b_n
    n = np.tanh(a[:, 2 * size :] + (r * u[:, 2 * size :] if reset == "after" else inside))
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


def _sigmoid_candidate(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size = h.shape[1]
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, _ = np.split(0.5 * (1 + np.tanh(0.5 * (a + u))), 3, axis=1)
    inside = (r * h) @ W_hh[2 * size :].T + b_hh[2 * size :]
    before = a[:, 2 * size :] + (r * u[:, 2 * size :] if reset == "after" else inside)
    n = 0.5 * (1 + np.tanh(0.5 * before))
    return z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n


EXERCISE = Exercise(
    name="gru_step",
    unit="recurrent",
    title="A GRU's step, whatever the convention",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=gru_step,
    axes={"N": (("x", 0), ("h", 0)), "D": (("x", 1), ("W_ih", 1))},
    checks=(
        Check("pytorch", "Reset after, z keeps: as in PyTorch", 3, cases=_pytorch),
        Check("before", "Reset before the product", 1.5, cases=_before),
        Check("replace", "z replaces", 1.5, cases=_replace),
        Check("random", "Random layers", 2, cases=_random),
        Check("keeps", "The state can be kept", 1, "property", examine=_keeps, needs=("pytorch",)),
    ),
    misconceptions=(
        Misconception(
            "swapped_update",
            "z = 1 means: take the candidate.",
            "The two meanings of z are interchanged.",
            _swapped_update,
            (
                'With update="keep" and z = 1, what should the new state be?',
                "The lectures use both signs; the names of `update` say what z = 1 does.",
                '"keep": z * h + (1 - z) * n; "replace": (1 - z) * h + z * n.',
            ),
            "pytorch",
        ),
        Misconception(
            "one_update",
            "There is one meaning of z.",
            "update has no effect.",
            _one_update,
            (
                "Which argument does your code never use?",
                "Half of the books swap z and 1 - z.",
                'For update="replace" return (1 - z) * h + z * n.',
            ),
            "replace",
        ),
        Misconception(
            "one_reset",
            "It makes no difference where the reset gate acts.",
            "reset has no effect.",
            _one_reset,
            (
                "Which argument does your code never use?",
                "r * (W h) and W (r * h) differ as soon as r has different entries.",
                'For reset="before" use (r * h) @ W_n.T + b_n, with the last H rows and biases.',
            ),
            "before",
        ),
        Misconception(
            "order_z_r",
            "The blocks stand in the order z, r, n.",
            "The two gates are interchanged.",
            _order_z_r,
            (
                "Which rows of the weights belong to the reset gate?",
                "Papers often write z first; here, as in PyTorch, r comes first.",
                "Rows 0 to H-1 are r, H to 2H-1 are z, the rest is n.",
            ),
            "pytorch",
        ),
        Misconception(
            "no_reset",
            "The candidate sees the whole past.",
            "The reset gate has no effect.",
            _no_reset,
            (
                "Where do you use r?",
                "With r = 0 the candidate should depend on x alone (and on biases).",
                "Multiply the part of the candidate that comes from h by r.",
            ),
            "pytorch",
        ),
        Misconception(
            "bias_outside_reset",
            "The reset gate touches h, never a bias.",
            'With reset="after" the bias b_hh of the candidate is not gated.',
            _bias_outside_reset,
            (
                'With reset="after", what exactly is multiplied by r?',
                "u_n is the finished sum W h + b_hh: the gate comes after it, bias included.",
                "Write r * (h @ W_n.T + b_n).",
            ),
            "pytorch",
        ),
        Misconception(
            "bias_inside_reset",
            "The reset gate always scales the bias as well.",
            'With reset="before" the bias b_hh of the candidate is gated too.',
            _bias_inside_reset,
            (
                'With reset="before", what exactly is multiplied by r?',
                "Only the state is gated there; the bias comes after the product.",
                "Write (r * h) @ W_n.T + b_n.",
            ),
            "before",
        ),
        Misconception(
            "sigmoid_candidate",
            "All three blocks are sigmoids.",
            "The candidate is never negative.",
            _sigmoid_candidate,
            (
                "Can the state become negative when it starts at 0?",
                "Gates are sigmoids; the candidate is a state, between -1 and 1.",
                "Use np.tanh for n.",
            ),
            "pytorch",
        ),
    ),
)
