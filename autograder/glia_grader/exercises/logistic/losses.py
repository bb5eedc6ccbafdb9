"""A small museum of losses and reductions."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Textbooks write the squared error with and without a half, summed or averaged. Build the losses
side by side once, and you will always know which one you are looking at. For a truth $y$ and a
prediction $p$:

| `kind` | loss of one example |
| --- | --- |
| `"zero_one"` | 1 if $p \ne y$, else 0 |
| `"squared"` | $(p - y)^2$ |
| `"half_squared"` | $\tfrac12 (p - y)^2$ |
| `"binary_cross_entropy"` | $-(y \log p + (1 - y) \log(1 - p))$, for $0 < p < 1$ |

`reduction` says what to return: `"none"` all of them, `"sum"` their sum, `"mean"` their mean.
"""

SIGNATURE = '''
def losses(y_true, y_pred, kind, reduction):
    """Loss between truths and predictions.

    Args:
        y_true: Truths, shape (N,).
        y_pred: Predictions, shape (N,).
        kind: "zero_one", "squared", "half_squared" or "binary_cross_entropy".
        reduction: "none", "sum" or "mean".

    Returns:
        Shape (N,) for "none", otherwise a number.
    """
'''


def losses(y_true, y_pred, kind, reduction):
    """One loss for each example, then none, sum or mean."""
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "squared":
        each = (y_pred - y_true) ** 2
    elif kind == "half_squared":
        each = (y_pred - y_true) ** 2 / 2
    else:
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    if reduction == "sum":
        return each.sum()
    return each.mean() if reduction == "mean" else each


_TRUE, _GUESS = np.array([1.0, 0.0, 2.0]), np.array([0.5, 0.5, -1.0])
_LABELS, _ANSWERS = np.array([1, 0, 1, 1, 0]), np.array([1, 1, 0, 1, 0])
_PROBABILITIES = np.array([0.9, 0.2, 0.5, 0.1, 0.75])


def _squared(rng):
    return [Case((_TRUE, _GUESS, "squared", "none"), "three examples")]


def _half_squared(rng):
    return [Case((_TRUE, _GUESS, "half_squared", "none"), "three examples")]


def _zero_one(rng):
    return [Case((_LABELS, _ANSWERS, "zero_one", "none"), "five examples, two mistakes")]


def _cross_entropy(rng):
    return [
        Case((_LABELS, _PROBABILITIES, "binary_cross_entropy", "none"), "five probabilities"),
        Case((np.array([0]), np.array([0.25]), "binary_cross_entropy", "none"), "label 0"),
    ]


def _reduced(reduction):
    def cases(rng):
        return [
            Case((_TRUE, _GUESS, "squared", reduction), "squared"),
            Case((_TRUE, _GUESS, "half_squared", reduction), "half squared"),
            Case((_LABELS, _ANSWERS, "zero_one", reduction), "zero-one"),
            Case((_LABELS, _PROBABILITIES, "binary_cross_entropy", reduction), "cross entropy"),
        ]

    return cases


def _random(rng):
    cases = []
    for size in (1, 6, 25):
        y, p = rng.integers(0, 2, size=size), rng.uniform(0.05, 0.95, size=size)
        reduction = ("none", "mean", "sum")[size % 3]
        cases.append(Case((y, p, "binary_cross_entropy", reduction), f"{size} examples"))
        cases.append(Case((y.astype(float), rng.normal(size=size), "squared", reduction)))
    y, p = rng.normal(size=(2, 12)).astype(np.float32)
    cases.append(Case((y, p, "half_squared", "mean"), "float32"))
    cases.append(Case((y[::3], p[::3], "squared", "sum"), "every third number"))
    y = rng.integers(0, 3, size=10)
    p = np.where(np.arange(10) < 3, y, (y + 1) % 3)  # 7 of 10 wrong: not the share that is right
    cases.append(Case((y, p, "zero_one", "mean"), "three classes"))
    return cases


def _no_half(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    else:
        each = (y_pred - y_true) ** 2
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _half_inside(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    elif kind == "half_squared":
        each = ((y_pred - y_true) / 2) ** 2
    else:
        each = (y_pred - y_true) ** 2
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _accuracy(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred == y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _no_minus(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred)
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _only_ones(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -y_true * np.log(y_pred)
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _roles_swapped(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_pred * np.log(y_true) + (1 - y_pred) * np.log(1 - y_true))
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _absolute(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    else:
        each = np.abs(y_pred - y_true) / (2 if kind == "half_squared" else 1)
    return {"none": each, "sum": each.sum(), "mean": each.mean()}[reduction]


def _always_mean(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return each.mean()


def _sum_is_mean(y_true, y_pred, kind, reduction):
    if kind == "zero_one":
        each = np.where(y_pred != y_true, 1.0, 0.0)
    elif kind == "binary_cross_entropy":
        each = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
    else:
        each = (y_pred - y_true) ** 2 / (2 if kind == "half_squared" else 1)
    return each if reduction == "none" else each.sum()


EXERCISE = Exercise(
    name="losses",
    unit="logistic",
    title="A small museum of losses",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=losses,
    returns=("loss",),
    checks=(
        Check("squared", "Squared error, one number for each example", 1, cases=_squared),
        Check("half_squared", "Half the squared error", 1, cases=_half_squared),
        Check("zero_one", "Zero-one loss", 1.5, cases=_zero_one),
        Check("cross_entropy", "Binary cross entropy", 1.5, cases=_cross_entropy),
        Check("sum", 'Reduction "sum"', 1.5, cases=_reduced("sum")),
        Check("mean", 'Reduction "mean"', 1.5, cases=_reduced("mean")),
        Check("random", "Random examples of every kind", 1, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_half",
            "Half a squared error is a squared error.",
            '"half_squared" is exactly twice too large.',
            _no_half,
            (
                'Do "squared" and "half_squared" differ in your function?',
                "The half is there so that the derivative has no 2 in it.",
                'For "half_squared" divide the square by 2.',
            ),
            "half_squared",
        ),
        Misconception(
            "half_inside",
            "The half is squared too.",
            '"half_squared" is exactly half of what it should be.',
            _half_inside,
            (
                "What is (d / 2) ** 2, written without brackets?",
                "Your half stands inside the square, where it becomes a quarter.",
                "Square first, then divide by 2.",
            ),
            "half_squared",
        ),
        Misconception(
            "accuracy",
            "zero_one counts what is right.",
            "Each 0 is a 1 and each 1 a 0.",
            _accuracy,
            (
                "Should a perfect answer have a large or a small loss?",
                "You counted the right answers. A loss counts the wrong ones.",
                "Compare with != instead of ==.",
            ),
            "zero_one",
        ),
        Misconception(
            "no_minus",
            "The cross entropy is y log p + (1 - y) log(1 - p).",
            "The numbers are right but negative.",
            _no_minus,
            (
                "What is the sign of the logarithm of a probability? And of a loss?",
                "A loss should be large when the prediction is bad.",
                "Put a minus sign before the whole expression.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "only_ones",
            "Only examples with label 1 cost something.",
            "Each example with label 0 has loss 0.",
            _only_ones,
            (
                "What does your function charge for y = 0 and p = 0.99?",
                "For label 0 the probability of what happened is 1 - p.",
                "Add the second half: (1 - y) * np.log(1 - p).",
            ),
            "cross_entropy",
        ),
        Misconception(
            "roles_swapped",
            "Truth and prediction can change places in the cross entropy.",
            "The logarithm of a label: nan or inf.",
            _roles_swapped,
            (
                "Of which numbers do you take the logarithm?",
                "log 0 does not exist, and labels are 0 and 1. Numbers between them are safe.",
                "Take the logarithms of y_pred and 1 - y_pred.",
            ),
            "cross_entropy",
        ),
        Misconception(
            "absolute",
            "The size of the error is the squared error.",
            "Errors of 1 are right, smaller ones too large and larger ones too small.",
            _absolute,
            (
                "What is your loss for an error of 3? And of -3?",
                "Squaring makes large errors count much more than small ones.",
                "Use (y_pred - y_true) ** 2.",
            ),
            "squared",
        ),
        Misconception(
            "always_mean",
            "A loss is a single number.",
            "The reduction is ignored: the mean comes back each time.",
            _always_mean,
            (
                'What shape should reduction="none" return?',
                "Compute one loss for each example first, and only then look at reduction.",
                'Return the array for "none", its .sum() for "sum", its .mean() for "mean".',
            ),
            "squared",
        ),
        Misconception(
            "sum_is_mean",
            "Mean and sum are the same reduction.",
            '"mean" is N times too large.',
            _sum_is_mean,
            (
                'Do "sum" and "mean" differ in your function?',
                "A mean does not grow when every example is listed twice.",
                'For "mean" divide the sum by the number of examples.',
            ),
            "mean",
        ),
    ),
)
