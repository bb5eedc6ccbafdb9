"""One layer back: what a hidden neuron is to blame for."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A hidden neuron has no target. What it is to blame for comes back through its connections: each
neuron $k$ above sends its own $\delta_k$, times the weight that joins the two, and all of them add
up. Then the neuron's activation has a say:

$$ \delta_j = \Big(\sum_k \delta_k w_{kj}\Big)\,\varphi'(z_j) $$

Weights are stored as PyTorch does: row $k$ of `weight` holds what neuron $k$ of the layer above
multiplies its inputs with. The activation $\varphi$ of the hidden layer is `"sigmoid"`, `"tanh"` or
`"relu"`; at its bend a ReLU counts as flat, $\varphi'(0) = 0$.
"""

SIGNATURE = '''
def delta_hidden(delta, weight, z, activation):
    """Carry the deltas of a layer back to the layer below it.

    Args:
        delta: Deltas of the layer above, one example a row, shape (N, K).
        weight: Weights of the layer above, shape (K, H).
        z: Sums of the hidden neurons, before their activation, shape (N, H).
        activation: "sigmoid", "tanh" or "relu": the activation of the hidden neurons.

    Returns:
        Deltas of the hidden neurons, shape (N, H).
    """
'''


def delta_hidden(delta, weight, z, activation):
    """Back through the weights, then through the activation."""
    if activation == "relu":
        slope = np.where(z > 0, 1.0, 0.0)
    elif activation == "tanh":
        slope = 1 - np.tanh(z) ** 2
    else:
        a = 1 / (1 + np.exp(-z))
        slope = a * (1 - a)
    return (delta @ weight) * slope


_DELTA = np.array([[0.5, -1.0], [1.0, 2.0]])
_WEIGHT = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]])
_Z = np.array([[0.0, 1.0, -1.0], [2.0, -0.5, 0.25]])


def _sigmoid(rng):
    return [
        Case((_DELTA[:1], _WEIGHT, _Z[:1], "sigmoid"), "one example, three hidden neurons"),
        Case((_DELTA[1:, :1], _WEIGHT[:1], _Z[1:], "sigmoid"), "one neuron above"),
        Case((_DELTA, _WEIGHT[:, :2], _Z[:, :2], "sigmoid"), "two hidden neurons"),
    ]


def _others(rng):
    return [
        Case((_DELTA, _WEIGHT, _Z, "tanh"), "tanh"),
        Case((_DELTA, _WEIGHT[:, 1:], _Z[:, 1:], "relu"), "relu, some of them silent"),
    ]


def _random(rng):
    cases = []
    for rows, above, hidden, name in (
        (3, 4, 4, "sigmoid"),
        (5, 2, 6, "tanh"),
        (6, 3, 3, "relu"),
        (2, 5, 1, "sigmoid"),
    ):
        args = rng.normal(size=(rows, above)), rng.normal(size=(above, hidden))
        z = rng.normal(size=(rows, hidden))
        cases.append(Case((*args, z, name), f"{above} above, {hidden} hidden, {name}", 3.0))
    delta, weight, z = (rng.normal(size=(4, 4)) for _ in range(3))
    cases.append(Case((delta[::2], weight, z[::-2], "tanh"), "strided", 3.0))
    single = (a.astype(np.float32) for a in (delta, weight, z))
    cases.append(Case((*single, "sigmoid"), "float32", 3.0))
    return cases


def _phi(z, activation):
    if activation == "relu":
        return np.maximum(z, 0.0)
    return np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z))


def _nudges(ask, rng):
    """The layer above answers W φ(z); weighted with delta its sum is the loss."""
    delta, weight, z = rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), rng.normal(size=(2, 2))
    for activation in ("sigmoid", "tanh"):
        up, down = ((_phi(z + s, activation) - _phi(z, activation)) / s for s in (1e-5, -1e-5))
        slope = (delta @ weight) * (up + down) / 2
        mine = ask(delta, weight, z, activation)
        if not np.allclose(mine, slope, rtol=1e-4, atol=1e-6):
            return Finding(
                f"Nudging each sum by a hair changes the loss (with {activation!r}) at other rates "
                "than your deltas say",
                args=(delta, weight, z, activation),
                got=mine,
            )
    return None


def _kink(rng):
    z = np.array([[0.0, 1.0, -1.0], [2.0, 0.0, 0.0]])
    return [Case((_DELTA, _WEIGHT, z, "relu"), "sums that are exactly 0")]


def _no_slope(delta, weight, z, activation):
    return delta @ weight


def _value_for_slope(delta, weight, z, activation):
    if activation == "relu":
        value = np.maximum(z, 0.0)
    elif activation == "tanh":
        value = np.tanh(z)
    else:
        value = 1 / (1 + np.exp(-z))
    return (delta @ weight) * value


def _slope_at_output(delta, weight, z, activation):
    if activation == "relu":
        slope = np.maximum(z, 0.0) > 0
    elif activation == "tanh":
        slope = 1 - np.tanh(np.tanh(z)) ** 2
    else:
        a = 1 / (1 + np.exp(-1 / (1 + np.exp(-z))))
        slope = a * (1 - a)
    return (delta @ weight) * slope


def _weights_forward(delta, weight, z, activation):
    if activation == "relu":
        slope = np.where(z > 0, 1.0, 0.0)
    elif activation == "tanh":
        slope = 1 - np.tanh(z) ** 2
    else:
        a = 1 / (1 + np.exp(-z))
        slope = a * (1 - a)
    return (delta @ weight.T) * slope


def _sigmoid_for_all(delta, weight, z, activation):
    a = 1 / (1 + np.exp(-z))
    return (delta @ weight) * a * (1 - a)


def _tanh_like_sigmoid(delta, weight, z, activation):
    if activation == "relu":
        slope = np.where(z > 0, 1.0, 0.0)
    else:
        a = np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z))
        slope = a * (1 - a)
    return (delta @ weight) * slope


def _steep_at_zero(delta, weight, z, activation):
    if activation == "relu":
        slope = np.where(z >= 0, 1.0, 0.0)
    elif activation == "tanh":
        slope = 1 - np.tanh(z) ** 2
    else:
        a = 1 / (1 + np.exp(-z))
        slope = a * (1 - a)
    return (delta @ weight) * slope


def _mean_of_paths(delta, weight, z, activation):
    if activation == "relu":
        slope = np.where(z > 0, 1.0, 0.0)
    elif activation == "tanh":
        slope = 1 - np.tanh(z) ** 2
    else:
        a = 1 / (1 + np.exp(-z))
        slope = a * (1 - a)
    return (delta @ weight) / len(weight) * slope


EXERCISE = Exercise(
    name="delta_hidden",
    unit="backprop",
    title="One layer back",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=delta_hidden,
    axes={
        "N": (("delta", 0), ("z", 0)),
        "H": (("weight", 1), ("z", 1)),
        "K": (("delta", 1), ("weight", 0)),
    },
    checks=(
        Check("sigmoid", "Sigmoid neurons", 2, cases=_sigmoid),
        Check("others", "Tanh and ReLU neurons", 2, cases=_others),
        Check("random", "Random layers", 3, cases=_random),
        Check(
            "nudges",
            "The loss changes as delta says",
            1,
            "gradient",
            examine=_nudges,
            needs=("sigmoid",),
        ),
        Check("kink", "At a ReLU's bend", 1, "property", cases=_kink),
    ),
    misconceptions=(
        Misconception(
            "no_slope",
            "The weights alone carry the blame back.",
            "The slope of the hidden activation is missing.",
            _no_slope,
            (
                "Which of your arguments does your code never use?",
                "A neuron whose activation is flat at z passes nothing on, whatever its weights.",
                "Multiply delta @ weight by the slope of the activation at z.",
            ),
            "sigmoid",
        ),
        Misconception(
            "value_for_slope",
            "The way back multiplies by the activation itself.",
            "Deltas are multiplied by phi(z), where the slope of phi at z is asked.",
            _value_for_slope,
            (
                "What is the slope of a sigmoid at z = 0, and what do you multiply by there?",
                "Forward goes the value, backward goes the slope.",
                "Use a * (1 - a), 1 - tanh(z)**2, or z > 0.",
            ),
            "sigmoid",
        ),
        Misconception(
            "slope_at_output",
            "The slope is taken at the neuron's output.",
            "The activation is applied twice before its slope is computed.",
            _slope_at_output,
            (
                "At which number do you evaluate the slope: at z or at phi(z)?",
                "a(1 - a) is the slope at z already, written with the output a.",
                "Apply the activation once: a = sigma(z), then a * (1 - a).",
            ),
            "sigmoid",
        ),
        Misconception(
            "weights_forward",
            "The way back uses the weights as the way forward does.",
            "Rows and columns of the weights are swapped, or the shapes do not fit at all.",
            _weights_forward,
            (
                "Which weights leave hidden neuron j: a row of weight, or a column?",
                "Forward, row k collects what goes into neuron k; backward, column j collects "
                "what left neuron j.",
                "Write delta @ weight, without the transpose.",
            ),
            "sigmoid",
        ),
        Misconception(
            "sigmoid_for_all",
            "Every neuron has the slope of a sigmoid.",
            "Sigmoid neurons are right, the others are not.",
            _sigmoid_for_all,
            (
                "What does your code do with the argument activation?",
                "tanh has the slope 1 - tanh(z)², a ReLU 1 where it answers and 0 elsewhere.",
                "Choose the slope with if activation == ...",
            ),
            "others",
        ),
        Misconception(
            "tanh_like_sigmoid",
            "a(1 - a) is the slope of every curve of that shape.",
            "Sigmoid and ReLU are right; for tanh the slopes are wrong, some of them negative.",
            _tanh_like_sigmoid,
            (
                "tanh is steepest at z = 0. What does your slope say there?",
                "tanh runs from -1 to 1: its slope is (1 + t)(1 - t) with t = tanh(z).",
                "Use 1 - np.tanh(z)**2 for tanh.",
            ),
            "others",
        ),
        Misconception(
            "mean_of_paths",
            "The blame is averaged over the neurons above.",
            "One neuron above is right; with several the deltas are divided by their number.",
            _mean_of_paths,
            (
                "A second neuron above also listens to this one. Does the first matter less now?",
                "Every path to the loss counts in full: their contributions add up.",
                "Sum over k; do not divide.",
            ),
            "sigmoid",
        ),
        Misconception(
            "steep_at_zero",
            "At its bend a ReLU has slope 1.",
            "Only sums that are exactly 0 come out wrong.",
            _steep_at_zero,
            (
                "What is your slope of a ReLU at exactly 0?",
                "Any number from 0 to 1 would do at the bend; the convention here is 0.",
                "Write z > 0, not z >= 0.",
            ),
            "kink",
        ),
    ),
)
