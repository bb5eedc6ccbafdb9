"""A derivative by measurement, to both sides."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A slope can be measured: step to both sides, and divide the rise by the run,

$$ f'(x) \approx \frac{f(x + h) - f(x - h)}{2h} $$

As a function to measure take a polynomial, given by its coefficients:
$f(x) = c_0 + c_1 x + c_2 x^2 + \dots$ So `[3, 0, 1]` is $x^2 + 3$, whose slope at 5 is 10.
Do not use the known derivative: for large $h$ the measurement differs from it, and yours should
differ in the same way.
"""

SIGNATURE = '''
def central_difference(coefficients, x, h):
    """Measure the slope of a polynomial by a central difference.

    Args:
        coefficients: c_0, c_1, c_2, ..., shape (K,).
        x: Points, shape (N,).
        h: Step to each side, a number.

    Returns:
        The measured slopes, shape (N,).
    """
'''


def central_difference(coefficients, x, h):
    """Rise over run, to both sides."""
    powers = np.arange(len(coefficients))
    above = ((x[:, None] + h) ** powers) @ coefficients
    below = ((x[:, None] - h) ** powers) @ coefficients
    return (above - below) / (2 * h)


def _square(rng):
    c = np.array([3.0, 0.0, 1.0])
    return [
        Case((c, np.array([5.0]), 0.01), "x² + 3 at 5", 3e3),
        Case((c, np.array([-1.0, 0.5, 2.0]), 0.5), "x² + 3 at three points"),
        Case((np.array([1.0, -2.0]), np.array([0.0, 3.0]), 0.25), "1 − 2x"),
    ]


def _coarse(rng):
    return [
        Case((np.array([0.0, 0.0, 0.0, 1.0]), np.array([1.0, -2.0, 0.5]), 1.0), "x³ with h = 1"),
        Case((np.array([1.0, -1.0, 2.0, 0.0, 0.5]), np.array([1.5]), 0.5), "a quartic, h = 0.5"),
    ]


def _random(rng):
    cases = []
    for degree, points, h in ((2, 3, 0.1), (4, 5, 0.3), (5, 4, 0.7)):
        args = (rng.normal(size=degree + 1), rng.normal(size=points), h)
        cases.append(Case(args, f"degree {degree}, h = {h}", 10.0))
    c, x = rng.normal(size=8), rng.normal(size=6)
    cases.append(Case((c[::2], x[::-2], 0.2), "strided", 10.0))
    return cases


def _error_shrinks(ask, rng):
    c, x = np.append(rng.normal(size=3), [1.0, 0.5]), np.array([0.8])
    true = float(np.sum(c[1:] * np.arange(1, 5) * x[0] ** np.arange(4)))
    coarse, fine = (abs(float(ask(c, x, h)[0]) - true) for h in (0.2, 0.1))
    if coarse > 0 and 3.0 < coarse / max(fine, 1e-300) < 5.0:
        return None
    return Finding(
        f"Half the step should make the error a quarter; yours goes from {coarse:.3g} "
        f"to {fine:.3g}",
        args=(c, x, 0.1),
    )


def _forward(coefficients, x, h):
    powers = np.arange(len(coefficients))
    here = (x[:, None] ** powers) @ coefficients
    return (((x[:, None] + h) ** powers) @ coefficients - here) / h


def _backward(coefficients, x, h):
    powers = np.arange(len(coefficients))
    here = (x[:, None] ** powers) @ coefficients
    return (here - ((x[:, None] - h) ** powers) @ coefficients) / h


def _half_missing(coefficients, x, h):
    f = np.polynomial.Polynomial(coefficients)
    return (f(x + h) - f(x - h)) / h


def _no_division(coefficients, x, h):
    f = np.polynomial.Polynomial(coefficients)
    return f(x + h) - f(x - h)


def _precedence(coefficients, x, h):
    f = np.polynomial.Polynomial(coefficients)
    return (f(x + h) - f(x - h)) / 2 * h


def _known_derivative(coefficients, x, h):
    powers = np.arange(1, len(coefficients))
    return (x[:, None] ** (powers - 1)) @ (coefficients[1:] * powers)


def _reversed(coefficients, x, h):
    return (np.polyval(coefficients, x + h) - np.polyval(coefficients, x - h)) / (2 * h)


EXERCISE = Exercise(
    name="central_difference",
    unit="descent",
    title="Measure a slope",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=central_difference,
    axes={"N": (("x", 0),)},
    checks=(
        Check("square", "A parabola and a line", 3, cases=_square),
        Check("coarse", "Large steps: the measurement, not the formula", 2, cases=_coarse),
        Check("random", "Random polynomials", 3, cases=_random),
        Check(
            "error_shrinks",
            "Half the step, a quarter of the error",
            1,
            "gradient",
            examine=_error_shrinks,
            needs=("square",),
        ),
    ),
    misconceptions=(
        Misconception(
            "forward",
            "One step ahead is enough.",
            "The slope is measured between x and x + h.",
            _forward,
            (
                "Your slope of x² + 3 is too large for h > 0. To which side do you step?",
                "The errors of a step ahead and of a step back nearly cancel.",
                "Use f(x + h) and f(x - h), which are 2h apart.",
            ),
            "square",
        ),
        Misconception(
            "backward",
            "One step back is enough.",
            "The slope is measured between x - h and x.",
            _backward,
            (
                "Your slope of x² + 3 is too small for h > 0. To which side do you step?",
                "The errors of a step ahead and of a step back nearly cancel.",
                "Use f(x + h) and f(x - h), which are 2h apart.",
            ),
            "square",
        ),
        Misconception(
            "half_missing",
            "The run is h.",
            "Every slope is twice as large as it should be.",
            _half_missing,
            (
                "How far apart are x - h and x + h?",
                "The run is the whole way from the left point to the right one.",
                "Divide by 2 * h.",
            ),
            "square",
        ),
        Misconception(
            "no_division",
            "The rise is the slope.",
            "The result shrinks with h.",
            _no_division,
            (
                "What happens to your result when h gets smaller?",
                "A slope is rise over run.",
                "Divide by 2 * h.",
            ),
            "square",
        ),
        Misconception(
            "precedence",
            "/ 2 * h divides by 2h.",
            "Your result is divided by 2 and then multiplied by h.",
            _precedence,
            (
                "What is 8 / 2 * 4 in Python?",
                "Division and multiplication are worked off from left to right.",
                "Put brackets around (2 * h).",
            ),
            "square",
        ),
        Misconception(
            "known_derivative",
            "A known derivative makes measuring needless.",
            "h has no effect.",
            _known_derivative,
            (
                "Does your result depend on h?",
                "Here the measurement itself is asked for, with its error.",
                "Evaluate f at x + h and at x - h, and take the difference over 2h.",
            ),
            "coarse",
        ),
        Misconception(
            "reversed",
            "The first coefficient belongs to the highest power.",
            "The polynomial is read from the other end, as np.polyval does.",
            _reversed,
            (
                "Which polynomial is [3, 0, 1]? Evaluate yours at 0.",
                "np.polyval expects the highest power first; here c_0 comes first.",
                "Turn the coefficients round (coefficients[::-1]) before np.polyval.",
            ),
            "square",
        ),
    ),
)
