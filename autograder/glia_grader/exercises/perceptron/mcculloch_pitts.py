"""The threshold unit of McCulloch and Pitts."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
The first model of a neuron keeps two facts: signals are summed, and there is a threshold $T$.

$$ \text{net} = \sum_j w_j x_j, \qquad \text{output} = 0 \text{ if net} < T, \text{ otherwise } 1 $$

A net input *equal* to the threshold fires. `x` is one input `(D,)` or several, `(N, D)`; return 0
or 1, or an integer array `(N,)`.
"""

SIGNATURE = '''
def mcculloch_pitts(x, weights, threshold):
    """Output of a threshold unit.

    Args:
        x: One input, shape (D,), or many, shape (N, D).
        weights: Shape (D,).
        threshold: A number.

    Returns:
        0 or 1, or an integer array of shape (N,).
    """
'''


def mcculloch_pitts(x, weights, threshold):
    """Fire if the weighted sum of the inputs reaches the threshold."""
    return np.where(x @ weights < threshold, 0, 1)


_INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def _clear(rng):
    one = np.array([1, 1])
    return [
        Case((np.array([1, 1]), one, 1.5), "net 2, threshold 1.5"),
        Case((np.array([1, 0]), one, 1.5), "net 1, threshold 1.5"),
        Case((np.array([1]), np.array([-1]), -0.5), "an inhibiting input that is on"),
        Case((np.array([0]), np.array([-1]), -0.5), "an inhibiting input that is off"),
        Case((np.array([1, 1, 1]), np.array([1, -1, 1]), 0.5), "two excite, one inhibits"),
    ]


def _ties(rng):
    one = np.array([1, 1])
    return [
        Case((np.array([1, 1]), one, 2), "net 2, threshold 2"),
        Case((np.array([0, 1]), one, 1), "net 1, threshold 1"),
        Case((np.array([0, 1]), one, 2), "net 1, threshold 2"),
        Case((np.array([0]), np.array([-1]), 0), "net 0, threshold 0"),
        Case((np.array([1]), np.array([-1]), 0), "net -1, threshold 0"),
    ]


def _tables(rng):
    return [
        Case((_INPUTS, np.array([1, 1]), 2), "AND, four inputs at once"),
        Case((_INPUTS, np.array([1, 1]), 1), "OR, four inputs at once"),
        Case((_INPUTS, np.array([1, -1]), 1), "first but not second"),
    ]


def _random(rng):
    cases = []
    for rows, size in ((1, 3), (6, 4), (20, 7)):
        x = rng.integers(0, 2, size=(rows, size))
        weights = rng.choice([-1, 1], size=size)
        tie = int(x[0] @ weights)  # so that one input is exactly at the threshold
        cases.append(Case((x, weights, tie), f"{rows} inputs of {size}"))
    x, weights = rng.normal(size=(12, 5)), rng.normal(size=5)
    x[0] = 0.0  # a net input of 0 tells a threshold of 0.3 from one of -0.3
    cases.append(Case((x, weights, 0.3), "real numbers"))
    cases.append(Case((x.astype(np.float32)[::2], weights.astype(np.float32), -0.2), "float32"))
    cases.append(Case((rng.integers(0, 2, size=9), rng.choice([-1, 1], size=9), 0), "one input"))
    cases.append(Case((np.zeros((0, 3)), np.ones(3), 1.0), "no inputs at all"))
    return cases


def _strict(x, weights, threshold):
    return np.where(x @ weights > threshold, 1, 0)


def _reversed(x, weights, threshold):
    return np.where(x @ weights < threshold, 1, 0)


def _no_threshold(x, weights, threshold):
    return x @ weights - threshold


def _net_only(x, weights, threshold):
    return x @ weights


def _minus_one(x, weights, threshold):
    return np.where(x @ weights < threshold, -1, 1)


def _ignores_weights(x, weights, threshold):
    return np.where(x.sum(axis=-1) < threshold, 0, 1)


def _threshold_as_bias(x, weights, threshold):
    return np.where(x @ weights + threshold < 0, 0, 1)


def _one_at_a_time(x, weights, threshold):
    net = 0
    for x_j, w_j in zip(x, weights, strict=False):
        net += x_j * w_j
    if net < threshold:
        return 0
    return 1


EXERCISE = Exercise(
    name="mcculloch_pitts",
    unit="perceptron",
    title="The McCulloch-Pitts unit",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=mcculloch_pitts,
    returns=("output",),
    checks=(
        Check("clear", "One input, well above or below the threshold", 3, cases=_clear),
        Check("ties", "A net input equal to the threshold fires", 2, cases=_ties),
        Check("tables", "Several inputs at once", 2, cases=_tables),
        Check("random", "Random weights and inputs", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "strict",
            "The net input must exceed the threshold.",
            "All is right but where the net input is exactly the threshold.",
            _strict,
            (
                "What does your unit say for net 2 and threshold 2? What does the formula say?",
                "The formula gives 0 only if net is smaller than T. Everything else is 1.",
                "Compare with >= instead of > (or keep < and answer 0 there).",
            ),
            "ties",
        ),
        Misconception(
            "reversed",
            "The unit fires below the threshold.",
            "Each 0 is a 1 and each 1 a 0.",
            _reversed,
            (
                "Should a stronger input make firing more likely or less likely?",
                "The threshold has to be reached. Which of your two answers stands for firing?",
                "Answer 0 where net < threshold, and 1 otherwise.",
            ),
            "clear",
        ),
        Misconception(
            "no_threshold",
            "Taking the threshold away from the net input is all there is.",
            "The result is the distance to the threshold instead of 0 or 1.",
            _no_threshold,
            (
                "Which two values can the output of this unit take?",
                "You have how far the net input lies above the threshold. Now make a decision "
                "from it.",
                "Return 1 where net - threshold is at least 0, else 0 (np.where does it for "
                "arrays).",
            ),
            "clear",
        ),
        Misconception(
            "net_only",
            "The output of a neuron is its weighted sum.",
            "The result is the net input; the threshold plays no part.",
            _net_only,
            (
                "Does your result change if you change the threshold?",
                "Summing is the first half of the model. The second half compares.",
                "Compare the sum with threshold: 0 where it is smaller, otherwise 1.",
            ),
            "clear",
        ),
        Misconception(
            "minus_one",
            "A silent neuron answers -1.",
            "Each 1 is right and each 0 is a -1.",
            _minus_one,
            (
                "What does your unit return when it stays silent?",
                "The labels -1 and +1 belong to another tradition. McCulloch and Pitts use "
                "0 and 1.",
                "Return 0, not -1, where net < threshold.",
            ),
            "clear",
        ),
        Misconception(
            "ignores_weights",
            "It is enough to count the inputs that are on.",
            "Right while all weights are +1, wrong with an inhibiting input.",
            _ignores_weights,
            (
                "Does your result change if you change the weights?",
                "A weight of -1 makes an input count against firing.",
                "Multiply each input by its weight before you sum: x @ weights.",
            ),
            "clear",
        ),
        Misconception(
            "threshold_as_bias",
            "The threshold is added to the net input.",
            "It behaves as if the threshold had the opposite sign.",
            _threshold_as_bias,
            (
                "If you raise the threshold, should the unit fire more easily or less easily?",
                "A bias helps firing, a threshold hinders it: b = -T.",
                "Compare net with threshold, or subtract it: net - threshold >= 0.",
            ),
            "clear",
        ),
        Misconception(
            "one_at_a_time",
            "x is always one input.",
            "One input is right; a table of inputs gives an error or a single number.",
            _one_at_a_time,
            (
                "What is the shape of x when it holds four inputs of two numbers each?",
                "x @ weights works for (D,) and for (N, D) alike. What can replace your `if`, "
                "which only knows a single truth value?",
                "Use np.where(net < threshold, 0, 1): it decides for each number by itself.",
            ),
            "tables",
        ),
    ),
)
