"""A hidden layer of ReLUs on one input: a curve made of straight pieces."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A net with one input, a hidden layer of ReLUs and one linear output draws a curve out of straight
pieces:

$$ Z(x) = c + \sum_k v_k \max(0,\; w_k x + b_k) $$

Six of them are enough to track $x^3 + x^2 - x - 1$ between $-2$ and $1.5$. Evaluate $Z$ at many
points at once.
"""

SIGNATURE = '''
def relu_sum(x, weight, bias, out_weight, out_bias):
    """Evaluate a one-input net with one hidden layer of ReLUs.

    Args:
        x: Points, shape (N,).
        weight: Weights w of the hidden units, shape (K,).
        bias: Their biases b, shape (K,).
        out_weight: Output weights v, shape (K,).
        out_bias: Output bias c, a number.

    Returns:
        Z(x), shape (N,).
    """
'''


def relu_sum(x, weight, bias, out_weight, out_bias):
    """Every unit at every point, then the weighted sum."""
    hidden = np.maximum(np.outer(x, weight) + bias, 0.0)  # (N, K)
    return hidden @ out_weight + out_bias


_W = np.array([-5.0, -1.2, 1.2, 1.2, 2.0, 5.0])
_B = np.array([-7.7, -1.3, 1.0, -0.2, -1.1, -5.0])
_V = np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0])


def _one_unit(rng):
    x = np.array([-2.0, -0.5, 0.0, 1.0, 3.0])
    one = np.array([1.0])
    return [
        Case((x, 2 * one, -one, 3 * one, 0.5), "one unit"),
        Case((x, -one, one, -2 * one, 1.0), "one unit that looks to the left"),
    ]


def _six(rng):
    x = np.arange(-2, 2.1, 0.5)
    return [
        Case((x, _W, _B, _V, 0.0), "the six units of x³ + x² − x − 1"),
        Case((x, _W, _B, _V, 1.5), "the same, moved up"),
        Case((x[3:4], _W, _B, _V, -1.0), "one point"),
    ]


def _random(rng):
    cases = []
    for points, units in ((5, 3), (4, 4), (12, 8), (3, 1)):
        parts = [rng.normal(size=n) for n in (points, units, units, units)]
        cases.append(Case((*parts, float(rng.normal())), f"{points} points, {units} units", 5.0))
    x, w, b, v = (rng.normal(size=10) for _ in range(4))
    cases.append(Case((x[::3], w[::2], b[::2], v[::2], 0.3), "strided", 5.0))
    cases.append(Case((*(a.astype(np.float32) for a in (x, w, b, v)), 0.5), "float32", 10.0))
    return cases


def _one_bend(x, weight, bias, out_weight, out_bias):
    return np.maximum((np.outer(x, weight) + bias) @ out_weight + out_bias, 0)


def _no_relu(x, weight, bias, out_weight, out_bias):
    return (np.outer(x, weight) + bias) @ out_weight + out_bias


def _weighted_inside(x, weight, bias, out_weight, out_bias):
    return np.maximum((np.outer(x, weight) + bias) * out_weight, 0).sum(axis=1) + out_bias


def _shifted(x, weight, bias, out_weight, out_bias):
    return np.maximum((x[:, None] + bias) * weight, 0) @ out_weight + out_bias


def _no_out_bias(x, weight, bias, out_weight, out_bias):
    return np.maximum(np.outer(x, weight) + bias, 0) @ out_weight


def _bias_per_unit(x, weight, bias, out_weight, out_bias):
    hidden = np.maximum(np.outer(x, weight) + bias, 0)
    return (hidden * out_weight + out_bias).sum(axis=1)


EXERCISE = Exercise(
    name="relu_sum",
    unit="multilayer",
    title="A curve out of ReLUs",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=relu_sum,
    axes={
        "N": (("x", 0),),
        "K": (("weight", 0), ("bias", 0), ("out_weight", 0)),
    },
    checks=(
        Check("one_unit", "One unit", 3, cases=_one_unit),
        Check("six", "The six units that track a cubic", 3, cases=_six),
        Check("random", "Random nets", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "one_bend",
            "The ReLU comes after the sum.",
            "The curve has no negative values and one bend at most.",
            _one_bend,
            (
                "Can your Z be negative anywhere? Should it?",
                "Each hidden unit bends by itself; the output only adds up.",
                "Apply np.maximum to each w x + b before the weights v are used.",
            ),
            "one_unit",
        ),
        Misconception(
            "no_relu",
            "Adding units makes the bends.",
            "The curve is a straight line.",
            _no_relu,
            (
                "Plot your Z. How many bends does it have?",
                "A sum of straight lines is a straight line.",
                "Cut each w x + b off at 0 with np.maximum.",
            ),
            "one_unit",
        ),
        Misconception(
            "weighted_inside",
            "The output weight belongs inside the ReLU.",
            "Units with a negative output weight look the wrong way.",
            _weighted_inside,
            (
                "Can a unit with output weight -1 lower your curve?",
                "A ReLU is never negative; it is the weight outside that turns it over.",
                "Multiply by v after np.maximum, not before.",
            ),
            "one_unit",
        ),
        Misconception(
            "shifted",
            "b is a shift of x.",
            "The bends are at x = -b where they should be at x = -b / w.",
            _shifted,
            (
                "At which x does your unit with w = 2, b = -1 bend?",
                "It is w x + b, not w (x + b).",
                "Multiply x by w first, then add b.",
            ),
            "one_unit",
        ),
        Misconception(
            "no_out_bias",
            "The output needs no bias.",
            "The curve is too low or too high by a constant.",
            _no_out_bias,
            (
                "How far is your curve from the expected one, at each point?",
                "Where all units are silent, Z is c.",
                "Add out_bias at the end.",
            ),
            "one_unit",
        ),
        Misconception(
            "bias_per_unit",
            "Each unit brings the output bias along.",
            "With several units the output bias is added several times.",
            _bias_per_unit,
            (
                "With one unit you are right. How often is out_bias added with six?",
                "There is one output neuron, so there is one output bias.",
                "Add out_bias after the sum over the units.",
            ),
            "six",
        ),
    ),
)
