"""Where the way back begins: the delta of sigmoid outputs, for two losses."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Backpropagation carries one number a neuron: $\delta = \partial \mathcal L / \partial z$, what the
loss would do if the neuron's sum $z$ were a little larger. It starts at the output. For sigmoid
outputs $a = \sigma(z)$ there are two losses to choose from:

| `loss` | of one output | $\partial \mathcal L/\partial a$ |
| --- | --- | --- |
| `"squared"` | $\tfrac12 (a - y)^2$ | $a - y$ |
| `"cross_entropy"` | $-y \log a - (1 - y) \log(1 - a)$ | $(a - y)\,/\,(a - a^2)$ |

Both times $\delta = \frac{\partial \mathcal L}{\partial a} \cdot \frac{da}{dz}$ with
$\frac{da}{dz} = a(1 - a)$. Work the second one out on paper before you program it: what cancels,
cancels for good, and never divides 0 by 0. Every example has deltas of its own; nothing is averaged
here.
"""

SIGNATURE = '''
def delta_output(z, y, loss):
    """Derivatives of each example's loss for the sums of its sigmoid output neurons.

    Args:
        z: Sums of the output neurons, one example a row, shape (N, K).
        y: Targets, shape (N, K).
        loss: "squared" or "cross_entropy".

    Returns:
        delta, shape (N, K).
    """
'''


def delta_output(z, y, loss):
    """With cross entropy the sigmoid's slope cancels."""
    a = 1 / (1 + np.exp(-z))
    if loss == "cross_entropy":
        return a - y
    return (a - y) * a * (1 - a)


_Z = np.array([[0.5, -1.0], [2.0, 0.0], [-3.0, 1.0]])
_Y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])


def _cross_entropy(rng):
    return [
        Case((np.array([[2.0]]), np.array([[1.0]]), "cross_entropy"), "z = 2, y = 1"),
        Case((np.array([[2.0]]), np.array([[0.0]]), "cross_entropy"), "z = 2, y = 0"),
        Case((_Z, _Y, "cross_entropy"), "three examples, two outputs"),
    ]


def _squared(rng):
    return [
        Case((np.array([[0.0]]), np.array([[1.0]]), "squared"), "z = 0, y = 1"),
        Case((np.array([[0.801445]]), np.array([[0.5]]), "squared"), "the worked net's output"),
        Case((_Z, _Y, "squared"), "three examples, two outputs"),
    ]


def _random(rng):
    cases = []
    for rows, outputs, loss in (
        (4, 3, "squared"),
        (5, 2, "cross_entropy"),
        (3, 3, "squared"),
        (7, 1, "cross_entropy"),
    ):
        z = 2 * rng.normal(size=(rows, outputs))
        y = rng.integers(0, 2, size=(rows, outputs)).astype(float)
        cases.append(Case((z, y, loss), f"{rows} examples, {loss}", 1.0))
    z, y = rng.normal(size=(8, 3)), rng.uniform(size=(8, 3))
    cases.append(Case((z[::2, ::-1], y[::2], "squared"), "every second row", 1.0))
    single = z.astype(np.float32), y.round().astype(np.float32)
    cases.append(Case((*single, "cross_entropy"), "float32", 1.0))
    return cases


def _loss(z, y, loss):
    if loss == "cross_entropy":
        return np.logaddexp(0.0, z) - y * z
    return 0.5 * (1 / (1 + np.exp(-z)) - y) ** 2


def _nudges(ask, rng):
    z, y = rng.normal(size=(3, 2)), rng.integers(0, 2, size=(3, 2)).astype(float)
    for loss in ("cross_entropy", "squared"):
        delta = ask(z, y, loss)
        slope = (_loss(z + 1e-5, y, loss) - _loss(z - 1e-5, y, loss)) / 2e-5
        if not np.allclose(delta, slope, rtol=1e-4, atol=1e-6):
            return Finding(
                f"Nudging each sum by a hair changes the loss {loss!r} at other rates than your "
                "deltas say",
                args=(z, y, loss),
                got=delta,
            )
    return None


def _certain(rng):
    z = np.array([[50.0, -50.0, 40.0], [-800.0, 800.0, 1.0]])
    y = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    return [
        Case((z, y, "cross_entropy"), "certain outputs"),
        Case((z, 1 - y, "cross_entropy"), "certain outputs, other targets"),
    ]


def _turned(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    return y - a if loss == "cross_entropy" else (y - a) * a * (1 - a)


def _no_slope(z, y, loss):
    return 1 / (1 + np.exp(-z)) - y


def _slope_always(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    return (a - y) * a * (1 - a)


def _slope_of_sums(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    return a - y if loss == "cross_entropy" else (a - y) * z * (1 - z)


def _no_sigmoid(z, y, loss):
    return z - y if loss == "cross_entropy" else (z - y) * z * (1 - z)


def _two(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    return a - y if loss == "cross_entropy" else 2 * (a - y) * a * (1 - a)


def _averaged(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    delta = a - y if loss == "cross_entropy" else (a - y) * a * (1 - a)
    return delta / len(z)


def _to_the_output(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    return (a - y) / (a - a**2) if loss == "cross_entropy" else a - y


def _divides(z, y, loss):
    a = 1 / (1 + np.exp(-z))
    change = (a - y) / (a * (1 - a)) if loss == "cross_entropy" else a - y
    return change * (a * (1 - a))


EXERCISE = Exercise(
    name="delta_output",
    unit="backprop",
    title="Delta at the output",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=delta_output,
    axes={"N": (("z", 0), ("y", 0)), "K": (("z", 1), ("y", 1))},
    checks=(
        Check("cross_entropy", "Cross entropy", 2.5, cases=_cross_entropy),
        Check("squared", "Half the squared error", 2.5, cases=_squared),
        Check("random", "Random outputs", 2, cases=_random),
        Check(
            "nudges",
            "The loss changes as delta says",
            1,
            "gradient",
            examine=_nudges,
            needs=("cross_entropy", "squared"),
        ),
        Check("certain", "Outputs that are certain", 1, "stability", cases=_certain),
    ),
    misconceptions=(
        Misconception(
            "turned",
            "The delta is target minus output.",
            "Every delta has the wrong sign, so a step downhill would go uphill.",
            _turned,
            (
                "The output is too low. If z rises a little, does the loss rise or fall?",
                "Some texts write y - a and then add the step; here delta is the derivative "
                "itself, and the step is subtracted.",
                "Write a - y, not y - a.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "no_slope",
            "The delta is the error, whatever the loss.",
            "Cross entropy is right; with the squared error the slope of the sigmoid is missing.",
            _no_slope,
            (
                "Does your result depend on loss? Which factor of the chain differs?",
                "Only with cross entropy does the slope a(1 - a) cancel.",
                "For the squared error multiply a - y by a * (1 - a).",
            ),
            "squared",
        ),
        Misconception(
            "slope_always",
            "The slope of the sigmoid is always there.",
            "The squared error is right; with cross entropy the deltas are too small.",
            _slope_always,
            (
                "Multiply (a - y) / (a - a²) by a(1 - a) on paper. What is left?",
                "The loss's own derivative has a - a² below the line, and it cancels the slope.",
                "For cross entropy return a - y alone.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "slope_of_sums",
            "The slope is z(1 - z).",
            "With the squared error some slopes are negative or above 1/4.",
            _slope_of_sums,
            (
                "Can a sigmoid ever fall? Print the slope that you multiply by.",
                "a(1 - a) takes the output a of the sigmoid, not its input z.",
                "Compute a = 1 / (1 + np.exp(-z)) first, then a * (1 - a).",
            ),
            "squared",
        ),
        Misconception(
            "no_sigmoid",
            "z is the output already.",
            "The error is taken at the sum z; it can be larger than 1.",
            _no_sigmoid,
            (
                "With z = 2 and y = 1 your delta is 1. Is the neuron's output 2?",
                "z is what goes into the sigmoid; the loss looks at what comes out.",
                "Use a = 1 / (1 + np.exp(-z)) in place of z.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "two",
            "The squared error has no one half.",
            "With the squared error every delta is twice as large as it should be.",
            _two,
            (
                "Which factor stands before (a - y)² in the statement?",
                "The one half is there so that the 2 of the square's derivative cancels.",
                "Leave the factor 2 out: (a - y) * a * (1 - a).",
            ),
            "squared",
        ),
        Misconception(
            "averaged",
            "Deltas are averaged over the examples.",
            "One example is right; with several every delta is divided by their number.",
            _averaged,
            (
                "Should the delta of an example change when another example joins the batch?",
                "Averaging comes later, when gradients of weights are added up.",
                "Do not divide by len(z).",
            ),
            "cross_entropy",
        ),
        Misconception(
            "to_the_output",
            "The delta belongs to the output a.",
            "You return the derivative for a; the step from a back to z is missing.",
            _to_the_output,
            (
                "Which variable is nudged in the derivative that you return, a or z?",
                "Delta is the derivative for the sum z, which lies before the sigmoid.",
                "Multiply by da/dz = a * (1 - a), and let it cancel where it does.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "divides",
            "What cancels on paper may be left to the computer.",
            "All is well until an output is certain: then 0 is divided by 0.",
            _divides,
            (
                "What is a(1 - a) for z = 50, in floating point?",
                "Once a has been rounded to 1, (a - y) / (a - a²) is 0 / 0.",
                "Cancel on paper: for cross entropy return a - y, without any division.",
            ),
            "certain",
        ),
    ),
)
