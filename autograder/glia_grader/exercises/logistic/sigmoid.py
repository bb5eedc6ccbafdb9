"""The logistic function, safe at both ends."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
The logistic function turns any number into a probability:

$$ \sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^z}{1 + e^z} $$

Both forms are the same number on paper. In floating point the first one overflows for very negative
$z$, the second one for very positive $z$. Use each where it is safe: your function must answer for
$z = \pm 10^4$. It takes a number or an array of any shape and returns the same shape.
"""

SIGNATURE = '''
def sigmoid(z):
    """Logistic function of each number.

    Args:
        z: A number or an array of any shape.

    Returns:
        Numbers between 0 and 1, of the same shape.
    """
'''


def sigmoid(z):
    """Logistic function; the exponent is never positive."""
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))


def _numbers(rng):
    return [
        Case((0.0,), "zero", 1.0),
        Case((2.0,), "a positive number", 1.0),
        Case((-1.5,), "a negative number", 1.0),
        Case((float(np.log(3)),), "the logarithm of 3", 1.0),
    ]


def _arrays(rng):
    return [
        Case((np.array([-1.0, 0.0, 1.0]),), "a vector", 1.0),
        Case((np.array([[0.0, 2.0], [-3.0, 0.5]]),), "a matrix", 1.0),
    ]


def _random(rng):
    return [
        Case((rng.normal(size=7) * 3,), "7 numbers", 1.0),
        Case((rng.normal(size=(3, 4)).astype(np.float32),), "float32", 1.0),
        Case((rng.normal(size=(2, 3, 2)),), "three axes", 1.0),
        Case((rng.normal(size=(6, 6))[::2, ::-3],), "every second row", 1.0),
        Case((np.zeros((0, 2)),), "no numbers at all", 1.0),
        Case((rng.integers(-4, 5, size=9),), "whole numbers", 1.0),
    ]


def _mirror(ask, rng):
    z = rng.normal(size=8) * 4
    total = ask(z) + ask(-z)
    if np.allclose(total, 1, rtol=1e-6):
        return None
    i = int(np.argmax(np.abs(total - 1)))
    return Finding(
        f"σ(z) and σ(-z) should add up to 1; for z = {z[i]:.4g} they make {total[i]:.6g}",
        args=(z,),
        got=ask(z),
    )


def _slope(ask, rng):
    z, step = rng.normal(size=6), 1e-4
    slope = (ask(z + step) - ask(z - step)) / (2 * step)
    a = ask(z)
    if np.allclose(slope, a * (1 - a), rtol=1e-4, atol=1e-6):
        return None
    return Finding("The slope should be σ(z)(1 - σ(z)), and it is not", args=(z,), got=a)


def _large(rng):
    return [
        Case((np.array([1e4, -1e4]),), "±10000", 1.0),
        Case((np.array([-800.0, 800.0, 0.0]),), "±800", 1.0),
        Case((np.array([-50.0, -40.0]),), "very unlikely, but not impossible"),
        Case((np.array([-200.0, 200.0], dtype=np.float32),), "±200 in float32", 1.0),
    ]


def _missing_minus(z):
    return 1 / (1 + np.exp(z))


def _missing_brackets(z):
    return 1 / 1 + np.exp(-z)


def _second_form_only(z):
    return np.exp(z) / (1 + np.exp(z))


def _numbers_only(z):
    small = np.exp(-abs(float(z)))
    return 1 / (1 + small) if z >= 0 else small / (1 + small)


def _if_on_array(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


def _tanh(z):
    return np.tanh(z)


def _derivative(z):
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


def _step(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


def _clips(z):
    return 1 / (1 + np.exp(-np.clip(z, -20, 20)))


EXERCISE = Exercise(
    name="sigmoid",
    unit="logistic",
    title="The logistic function",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=sigmoid,
    returns=("a",),
    checks=(
        Check("numbers", "Single numbers", 2, cases=_numbers),
        Check("arrays", "Vectors and matrices", 2, cases=_arrays),
        Check("random", "Random numbers of many shapes", 1, cases=_random),
        Check("mirror", "σ(z) + σ(-z) = 1", 1, "property", examine=_mirror, needs=("arrays",)),
        Check(
            "slope", "The slope is σ(z)(1 - σ(z))", 1, "gradient", examine=_slope, needs=("arrays",)
        ),
        Check(
            "large",
            "Large numbers (±10000) stay finite, small answers stay exact",
            2,
            "stability",
            cases=_large,
        ),
    ),
    misconceptions=(
        Misconception(
            "missing_minus",
            "The exponent is z.",
            "Large inputs give small answers: the curve falls instead of rising.",
            _missing_minus,
            (
                "Should a larger z give a larger or a smaller probability?",
                "Your curve is the mirror image. Compare your exponent with the formula's.",
                "The exponent is -z.",
            ),
            "numbers",
        ),
        Misconception(
            "missing_brackets",
            "1 / 1 + np.exp(-z) divides by the whole sum.",
            "The answers are larger than 1.",
            _missing_brackets,
            (
                "What is 1 / 1 + 1 in Python?",
                "Division comes before addition. Your answers are 1 + exp(-z).",
                "Put the denominator in brackets: 1 / (1 + np.exp(-z)).",
            ),
            "numbers",
        ),
        Misconception(
            "second_form_only",
            "The form with exp(z) above and below is safe everywhere.",
            "All is right until z is large; then nan appears.",
            _second_form_only,
            (
                "What does np.exp(1000.0) give, and what is inf / inf?",
                "This form is safe for negative z only. Which form is safe for positive z?",
                "Work with small = np.exp(-np.abs(z)), which is never above 1, and choose "
                "1 / (1 + small) for z >= 0 and small / (1 + small) otherwise with np.where.",
            ),
            "large",
        ),
        Misconception(
            "numbers_only",
            "z is a single number.",
            "Numbers are right; arrays give an error.",
            _numbers_only,
            (
                "What does your function do with np.array([0.0, 1.0])?",
                "float(...), math.exp and if look at one number only.",
                "Use np.exp, np.abs and np.where: they work on numbers and arrays alike.",
            ),
            "arrays",
        ),
        Misconception(
            "if_on_array",
            "An if can look at a whole array.",
            "An error says that the truth value of an array is ambiguous.",
            _if_on_array,
            (
                "z may hold many numbers. Which one should your if look at?",
                "Compute both forms and let numpy choose between them for each number.",
                "Use np.where(z >= 0, ..., ...) in place of if.",
            ),
            "arrays",
        ),
        Misconception(
            "tanh",
            "The S-shaped curve is tanh.",
            "The answers lie between -1 and 1.",
            _tanh,
            (
                "What does your function give for z = 0? Which probability should it be?",
                "tanh is a relative: it runs from -1 to 1 and is twice as steep.",
                "Write the formula itself, or use σ(z) = (1 + tanh(z / 2)) / 2.",
            ),
            "numbers",
        ),
        Misconception(
            "derivative",
            "The slope is asked.",
            "The result is a hill around 0, not a rising curve.",
            _derivative,
            (
                "What should the answer be for a very large z?",
                "You computed σ(z)(1 - σ(z)), the derivative. It will be needed soon.",
                "Return σ(z) itself.",
            ),
            "numbers",
        ),
        Misconception(
            "step",
            "A neuron answers 0 or 1.",
            "The answers are 0 and 1 with nothing between.",
            _step,
            (
                "Which answer should a score of 0 give: certain yes, certain no, or undecided?",
                "The logistic neuron says how sure it is. The threshold is what it replaces.",
                "Return 1 / (1 + np.exp(-z)), made safe for large z.",
            ),
            "numbers",
        ),
        Misconception(
            "clips",
            "Cutting off large scores makes the function safe.",
            "Nothing overflows, but very small probabilities are wrong.",
            _clips,
            (
                "Compare your answers for z = -40 and z = -50.",
                "Cutting throws information away: both become the same number.",
                "Use np.exp(-np.abs(z)), which cannot overflow, and nothing needs cutting.",
            ),
            "large",
        ),
    ),
)
