"""Novikoff's bound on the number of mistakes."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
That learning ends is good; a number is better. Absorb the bias as a feature that is always 1:
$\tilde x = (x, 1)$, $\tilde w = (w, b)$. With $s = +1$ where $y = 1$ and $-1$ where $y = 0$,

$$ R = \max_n \lVert \tilde x_n \rVert, \qquad
\gamma = \min_n \frac{s_n\, \tilde w^\top \tilde x_n}{\lVert \tilde w \rVert}, \qquad
\text{mistakes} \le \left( \frac{R}{\gamma} \right)^2 $$

Return this bound. If the line does not separate the data ($\gamma \le 0$), it says nothing: return
`np.inf`.
"""

SIGNATURE = '''
def mistake_bound(X, y, weight, bias):
    """How many mistakes a perceptron can make at most, given a separating line.

    Args:
        X: Examples, shape (N, D).
        y: Labels 0 and 1, shape (N,).
        weight: Of the separating line, shape (D,).
        bias: Of the separating line.

    Returns:
        (R / gamma) squared, a float; np.inf if the line does not separate the data.
    """
'''


def mistake_bound(X, y, weight, bias):
    """Radius over margin, squared, with the bias as a feature that is always 1."""
    length = np.sqrt(weight @ weight + bias**2)
    if length == 0:
        return np.inf
    radius = np.sqrt((X**2).sum(axis=1).max() + 1)
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / length
    return float((radius / margin) ** 2) if margin > 0 else np.inf


_INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def _no_bias(rng):
    return [
        Case((np.array([[2.0], [-2.0]]), np.array([1, 0]), np.array([1.0]), 0.0), "two points"),
        Case((np.array([[2.0], [-2.0]]), np.array([1, 0]), np.array([2.0]), 0.0), "the same line"),
        Case(
            (np.array([[2.0, 1.0], [-1.0, -2.0]]), np.array([1, 0]), np.array([3.0, 4.0]), 0.0),
            "a weight of length 5",
        ),
    ]


def _with_bias(rng):
    return [
        Case((_INPUTS, np.array([0, 0, 0, 1]), np.array([1.0, 1.0]), -1.5), "AND"),
        Case((_INPUTS, np.array([0, 1, 1, 1]), np.array([2.0, 2.0]), -1.0), "OR"),
        Case((np.array([[1.0], [4.0]]), np.array([1, 0]), np.array([-1.0]), 2.5), "one feature"),
    ]


def _separable(rng, rows, size):
    weight, bias = rng.normal(size=size), float(rng.normal())
    X = rng.normal(size=(4 * rows, size)) * 2
    score = X @ weight + bias
    X = X[np.argsort(-np.abs(score))][:rows]
    return X, (X @ weight + bias > 0).astype(int), weight, bias


def _random(rng):
    cases = []
    for rows, size in ((4, 2), (10, 3), (25, 6)):
        cases.append(Case(_separable(rng, rows, size), f"{rows} rows"))
    X, y, weight, bias = _separable(rng, 8, 4)
    arrays = X.astype(np.float32), y, weight.astype(np.float32), bias
    cases.append(Case(arrays, "float32"))
    wide = np.repeat(X, 2, axis=1)[:, ::2]
    cases.append(Case((wide, y.astype(float), weight, bias), "every second column"))
    return cases


def _hopeless(rng):
    X, y, weight, bias = _separable(rng, 6, 2)
    return [
        Case((_INPUTS, np.array([0, 1, 1, 0]), np.array([1.0, 1.0]), -0.5), "XOR"),
        Case((X, 1 - y, weight, bias), "every row on the wrong side"),
        Case((_INPUTS, np.array([0, 0, 0, 1]), np.array([1.0, 1.0]), -1.0), "rows on the line"),
    ]


def _scale(ask, rng):
    X, y, weight, bias = _separable(rng, 6, 3)
    once, thrice = float(ask(X, y, weight, bias)), float(ask(X, y, 3 * weight, 3 * bias))
    if np.isclose(once, thrice, rtol=1e-6):
        return None
    return Finding(
        "Weight and bias times 3 draw the same line, so the bound should stay the same, and it "
        "does not",
        args=(X, y, 3 * weight, 3 * bias),
        got=thrice,
        want=once,
    )


def _not_squared(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / length
    return np.sqrt((X**2).sum(axis=1).max() + 1) / margin if margin > 0 else np.inf


def _not_normalised(X, y, weight, bias):
    margin = ((2 * y - 1) * (X @ weight + bias)).min()
    return ((X**2).sum(axis=1).max() + 1) / margin**2 if margin > 0 else np.inf


def _radius_without_one(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / length
    return (X**2).sum(axis=1).max() / margin**2 if margin > 0 else np.inf


def _length_without_bias(X, y, weight, bias):
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / np.sqrt(weight @ weight)
    return ((X**2).sum(axis=1).max() + 1) / margin**2 if margin > 0 else np.inf


def _bias_ignored(X, y, weight, bias):
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / np.sqrt(weight @ weight)
    return (X**2).sum(axis=1).max() / margin**2 if margin > 0 else np.inf


def _labels_as_they_are(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = (y * (X @ weight + bias)).min() / length
    return ((X**2).sum(axis=1).max() + 1) / margin**2 if margin > 0 else np.inf


def _absolute_distance(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = np.abs(X @ weight + bias).min() / length
    return ((X**2).sum(axis=1).max() + 1) / margin**2 if margin > 0 else np.inf


def _no_inf(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / length
    return ((X**2).sum(axis=1).max() + 1) / margin**2


def _mean_radius(X, y, weight, bias):
    length = np.sqrt(weight @ weight + bias**2)
    margin = ((2 * y - 1) * (X @ weight + bias)).min() / length
    return ((X**2).sum(axis=1).mean() + 1) / margin**2 if margin > 0 else np.inf


EXERCISE = Exercise(
    name="mistake_bound",
    unit="perceptron",
    title="How many mistakes at most?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=mistake_bound,
    returns=("bound",),
    axes={"N": (("X", 0), ("y", 0))},
    checks=(
        Check("no_bias", "A line through the origin", 2, cases=_no_bias),
        Check("with_bias", "A line with a bias", 3, cases=_with_bias),
        Check("random", "Random separable data", 2, cases=_random),
        Check("scale", "The length of the weight does not matter", 1, "property", examine=_scale),
        Check(
            "hopeless",
            "No bound (inf) if the line does not separate",
            1,
            "property",
            cases=_hopeless,
        ),
    ),
    misconceptions=(
        Misconception(
            "not_squared",
            "The bound is R / γ.",
            "Your number is the square root of the expected one.",
            _not_squared,
            (
                "Compare your number with the expected one: do you see a simple relation?",
                "Read the last formula again: what happens to the ratio?",
                "Square it: (R / gamma) ** 2.",
            ),
            "no_bias",
        ),
        Misconception(
            "not_normalised",
            "The margin is the smallest score.",
            "A longer weight vector changes the bound, though it draws the same line.",
            _not_normalised,
            (
                "Multiply weight and bias by 10: the line is the same. And your bound?",
                "A score is a distance only after division by the length of the weight vector.",
                "Divide by the length of (weight, bias): np.sqrt(weight @ weight + bias**2).",
            ),
            "no_bias",
        ),
        Misconception(
            "radius_without_one",
            "R is the length of the longest x.",
            "The bound is somewhat too small: the constant feature is missing in R.",
            _radius_without_one,
            (
                "How many features does x with a tilde have, compared with x?",
                "The feature that is always 1 makes every row a little longer.",
                "R squared is the largest of x @ x + 1.",
            ),
            "no_bias",
        ),
        Misconception(
            "length_without_bias",
            "γ is measured with the length of the weight alone.",
            "Right without a bias; with one the bound is too small.",
            _length_without_bias,
            (
                "Which vector's length stands in the denominator of γ?",
                "The bias has become one of the weights, so it belongs to their length.",
                "The length is np.sqrt(weight @ weight + bias**2).",
            ),
            "with_bias",
        ),
        Misconception(
            "bias_ignored",
            "Everything is measured among the original features.",
            "Both R and γ leave the constant feature out.",
            _bias_ignored,
            (
                "What do the tildes in the formulas stand for?",
                "Append a 1 to each row and the bias to the weight before you measure anything.",
                "Build np.column_stack([X, np.ones(len(X))]) and np.append(weight, bias), then "
                "use these two throughout.",
            ),
            "no_bias",
        ),
        Misconception(
            "labels_as_they_are",
            "The labels 0 and 1 can stand for the signs.",
            "The rows with label 0 have margin 0, so there is never a bound.",
            _labels_as_they_are,
            (
                "What is the signed distance of a row with label 0 in your code?",
                "s is -1 for label 0, not 0.",
                "Turn labels into signs first: s = 2 * y - 1.",
            ),
            "no_bias",
        ),
        Misconception(
            "absolute_distance",
            "The margin is the distance of the closest row, on whatever side.",
            "Right if the line separates; a finite number where it does not.",
            _absolute_distance,
            (
                "What do you get for XOR, which no line separates?",
                "A row on the wrong side must make the margin negative.",
                "Use the sign s times the score, not the absolute value.",
            ),
            "hopeless",
        ),
        Misconception(
            "no_inf",
            "The formula always holds.",
            "A finite number even where the line does not separate the data.",
            _no_inf,
            (
                "Squaring hides the sign of γ. What does a negative γ mean?",
                "The theorem speaks only of lines that separate the data.",
                "If gamma <= 0 return np.inf before you divide.",
            ),
            "hopeless",
        ),
        Misconception(
            "mean_radius",
            "R is a typical length.",
            "The bound is too small where the rows differ in length.",
            _mean_radius,
            (
                "A bound must hold for the worst case. Which row is that?",
                "R is the length of the longest row.",
                "Use .max() over the rows, not .mean().",
            ),
            "with_bias",
        ),
    ),
)
