"""The perceptron's answer in both label conventions."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Two traditions write the same perceptron with different labels, and they disagree exactly *on* the
boundary. With $z = w^\top x + b$ for each row of `X`:

- `labels="01"`: 1 if $z > 0$, otherwise 0;
- `labels="pm1"`: $+1$ if $z \ge 0$, otherwise $-1$.

Return integers of shape `(N,)`.
"""

SIGNATURE = '''
def perceptron_predict(X, weight, bias, labels):
    """Answers of a perceptron.

    Args:
        X: Examples, shape (N, D).
        weight: Shape (D,).
        bias: A number.
        labels: "01" or "pm1".

    Returns:
        Integers of shape (N,): 0 and 1, or -1 and +1.
    """
'''


def perceptron_predict(X, weight, bias, labels):
    """Threshold the score; a tie is 0 with "01" and +1 with "pm1"."""
    z = X @ weight + bias
    if labels == "01":
        return np.where(z > 0, 1, 0)
    return np.where(z >= 0, 1, -1)


_INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def _zero_one(rng):
    return [
        Case((_INPUTS, np.array([1.0, 1.0]), -1.5, "01"), "an AND"),
        Case((np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -1.0]), 0.5, "01"), "two rows"),
        Case((np.array([[1.0], [3.0]]), np.array([-1.0]), 2.0, "01"), "one feature"),
    ]


def _plus_minus(rng):
    return [
        Case((_INPUTS, np.array([1.0, 1.0]), -0.5, "pm1"), "an OR"),
        Case((np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -1.0]), 0.5, "pm1"), "two rows"),
    ]


def _tie_zero_one(rng):
    X = np.array([[2.0, 2.0], [3.0, 1.0], [1.0, 3.0]])
    return [
        Case((X, np.array([1.0, -1.0]), 0.0, "01"), "the first row lies on the boundary"),
        Case((_INPUTS, np.array([1.0, 1.0]), -1.0, "01"), "two rows lie on the boundary"),
    ]


def _tie_plus_minus(rng):
    X = np.array([[2.0, 2.0], [3.0, 1.0], [1.0, 3.0]])
    return [
        Case((X, np.array([1.0, -1.0]), 0.0, "pm1"), "the first row lies on the boundary"),
        Case((_INPUTS, np.array([1.0, 1.0]), -1.0, "pm1"), "two rows lie on the boundary"),
    ]


def _random(rng):
    cases = []
    for rows, size, labels in ((9, 4, "01"), (9, 4, "pm1"), (30, 2, "01"), (25, 6, "pm1")):
        X, weight = rng.normal(size=(rows, size)), rng.normal(size=size)
        cases.append(Case((X, weight, float(rng.normal()) / 2, labels), f"{rows} rows, {labels}"))
    X = rng.normal(size=(12, 6)).astype(np.float32)
    cases.append(Case((X[::2], rng.normal(size=6).astype(np.float32), 0.1, "pm1"), "float32"))
    cases.append(Case((X[:, ::2], rng.normal(size=3), 0.1, "01"), "every second column"))
    cases.append(Case((np.zeros((0, 3)), np.ones(3), 1.0, "01"), "no rows at all"))
    return cases


def _forgets_bias(X, weight, bias, labels):
    z = X @ weight
    if labels == "01":
        return np.where(z > 0, 1, 0)
    return np.where(z >= 0, 1, -1)


def _always_strict(X, weight, bias, labels):
    z = X @ weight + bias
    return np.where(z > 0, 1, 0 if labels == "01" else -1)


def _never_strict(X, weight, bias, labels):
    z = X @ weight + bias
    return np.where(z >= 0, 1, 0 if labels == "01" else -1)


def _ties_swapped(X, weight, bias, labels):
    z = X @ weight + bias
    if labels == "01":
        return np.where(z >= 0, 1, 0)
    return np.where(z > 0, 1, -1)


def _ignores_labels(X, weight, bias, labels):
    return np.where(X @ weight + bias > 0, 1, 0)


def _labels_swapped(X, weight, bias, labels):
    z = X @ weight + bias
    if labels == "pm1":
        return np.where(z > 0, 1, 0)
    return np.where(z >= 0, 1, -1)


def _score(X, weight, bias, labels):
    return X @ weight + bias


def _sign(X, weight, bias, labels):
    z = X @ weight + bias
    if labels == "01":
        return (z > 0).astype(int)
    return np.sign(z).astype(int)


def _if_on_array(X, weight, bias, labels):
    z = X @ weight + bias
    if z > 0:
        return 1
    return 0 if labels == "01" else -1


_ROWS = (("X", 0),)

EXERCISE = Exercise(
    name="perceptron_predict",
    unit="perceptron",
    title="The perceptron's answer",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=perceptron_predict,
    returns=("predictions",),
    axes={"N": _ROWS, "D": (("X", 1), ("weight", 0))},
    checks=(
        Check("zero_one", 'Labels "01", off the boundary', 3, cases=_zero_one),
        Check("plus_minus", 'Labels "pm1", off the boundary', 2, cases=_plus_minus),
        Check(
            "tie_01",
            'On the boundary with "01": the answer is 0',
            1,
            "property",
            cases=_tie_zero_one,
            needs=("zero_one",),
        ),
        Check(
            "tie_pm1",
            'On the boundary with "pm1": the answer is +1',
            1,
            "property",
            cases=_tie_plus_minus,
            needs=("plus_minus",),
        ),
        Check("random", "Random examples of many shapes", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "forgets_bias",
            "The weights alone draw the boundary.",
            "The boundary always passes through the origin.",
            _forgets_bias,
            (
                "Does your result change if you change the bias?",
                "Without a bias the origin always has score 0. The bias moves the boundary away.",
                "The score is X @ weight + bias.",
            ),
            "zero_one",
        ),
        Misconception(
            "always_strict",
            "Both conventions ask for z > 0.",
            'All is right but on the boundary with "pm1".',
            _always_strict,
            (
                "Which rows differ? Work out their score by hand.",
                "Read the two conventions again: they treat z = 0 differently.",
                'With "pm1" compare with >= 0.',
            ),
            "tie_pm1",
        ),
        Misconception(
            "never_strict",
            "Both conventions ask for z >= 0.",
            'All is right but on the boundary with "01".',
            _never_strict,
            (
                "Which rows differ? Work out their score by hand.",
                "Read the two conventions again: they treat z = 0 differently.",
                'With "01" compare with > 0.',
            ),
            "tie_01",
        ),
        Misconception(
            "ties_swapped",
            "The conventions' ties are the other way round.",
            "All is right but on the boundary, and there both conventions differ.",
            _ties_swapped,
            (
                "Work out the score of a row that differs. What is special about it?",
                "A score of 0 is the lower label in one convention and the upper one in the other.",
                'With "01" compare with > 0, with "pm1" with >= 0.',
            ),
            "tie_01",
        ),
        Misconception(
            "ignores_labels",
            "A perceptron answers 0 or 1.",
            'With "pm1" there are zeros where -1 is expected.',
            _ignores_labels,
            (
                'What does your function return with labels="pm1"?',
                "The argument labels chooses between two pairs of answers.",
                'Write an if on labels: 0 and 1 for "01", -1 and +1 for "pm1".',
            ),
            "plus_minus",
        ),
        Misconception(
            "labels_swapped",
            'pm1 means the answers 0 and 1, and "01" the others.',
            "Each convention gives the other one's answers.",
            _labels_swapped,
            (
                'Print your answers with labels="01". Which values occur?',
                '"pm1" is short for plus-minus one.',
                "Swap the two branches of your if.",
            ),
            "zero_one",
        ),
        Misconception(
            "score",
            "The score is the answer.",
            "The result is the score z, not a label.",
            _score,
            (
                "Which values can a perceptron's answer take?",
                "You have how far each row lies from the boundary. Only its side counts.",
                "Turn the scores into labels with np.where(z > 0, ..., ...).",
            ),
            "zero_one",
        ),
        Misconception(
            "sign",
            "np.sign gives -1 and +1.",
            'On the boundary "pm1" gives 0, which is no label.',
            _sign,
            (
                "What is np.sign(0.0)?",
                'With "pm1" there are only two answers, and a tie counts as +1.',
                "Use np.where(z >= 0, 1, -1).",
            ),
            "tie_pm1",
        ),
        Misconception(
            "if_on_array",
            "An if can look at a whole array.",
            "An error says that the truth value of an array is ambiguous.",
            _if_on_array,
            (
                "z holds one score per row. Which row should your if look at?",
                "A comparison such as z > 0 gives one truth value per row. What turns those into "
                "numbers, all at once?",
                "Use np.where(z > 0, 1, 0) instead of if.",
            ),
            "zero_one",
        ),
    ),
)
