"""Layer norm: each place is standardised over its own features."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Deep stacks of attention train well only if the size of their activations stays in bounds. *Layer
norm* standardises each vector by itself, over its $D$ features, and then lets the net choose a
scale and a shift for each feature:

$$ \mu = \frac{1}{D} \sum_k x_k, \qquad \sigma^2 = \frac{1}{D} \sum_k (x_k - \mu)^2, \qquad
y = \gamma \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta $$

It knows nothing of the batch or of other places: the features are the last axis, however many axes
stand in front.
"""

SIGNATURE = '''
def layer_norm(x, gain, bias, eps):
    """Standardise over the last axis, then scale and shift.

    Args:
        x: Shape (..., D).
        gain: Scale of each feature, shape (D,).
        bias: Shift of each feature, shape (D,).
        eps: A small number inside the root.

    Returns:
        An array of the shape of x.
    """
'''


def layer_norm(x, gain, bias, eps):
    """Mean and variance over the features."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(variance + eps) + bias


_X = np.array([[1.0, 3.0, 2.0], [0.0, 4.0, -1.0], [10.0, 10.5, 12.0]])
_ONES, _ZEROS = np.ones(3), np.zeros(3)


def _plain(rng):
    return [
        Case((_X[:1], _ONES, _ZEROS, 0.0), "one vector"),
        Case((_X, _ONES, _ZEROS, 0.0), "three vectors"),
        Case((_X[:2, :2], _ONES[:2], _ZEROS[:2], 0.0), "two features"),
    ]


def _gain(rng):
    return [
        Case((_X, np.array([1.0, 2.0, -1.0]), _ZEROS, 0.0), "a gain for each feature"),
        Case((_X, _ONES, np.array([0.5, 0.0, -3.0]), 0.0), "a bias for each feature"),
    ]


def _eps(rng):
    return [
        Case((_X, _ONES, _ZEROS, 1.0), "eps = 1"),
        Case((np.full((2, 3), 5.0) + 0.01 * _X[:2], _ONES, _ZEROS, 0.1), "hardly any variance"),
    ]


def _random(rng):
    cases = []
    for shape in ((4, 5), (2, 3, 4), (6,), (2, 2, 3, 8)):
        x = rng.normal(size=shape) * 3 + 1
        gain, bias = rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
        cases.append(Case((x, gain, bias, 1e-5), f"shape {shape}", 3.0))
    x = rng.normal(size=(4, 6))
    cases.append(Case((x[:, ::2], rng.normal(size=3), np.ones(3), 1e-3), "every second column"))
    single = tuple(a.astype(np.float32) for a in cases[0].args[:3])
    cases.append(Case((*single, 1e-5), "float32", 3.0))
    return cases


def _free_of_scale(ask, rng):
    x = rng.normal(size=(3, 5))
    gain, bias = rng.normal(size=5), rng.normal(size=5)
    y = ask(x, gain, bias, 0.0)
    if np.allclose(y, ask(2.5 * x - 7.0, gain, bias, 0.0)):
        return None
    return Finding(
        "With eps = 0 it should make no difference if x is scaled and shifted as a whole",
        args=(2.5 * x - 7.0, gain, bias, 0.0),
    )


def _over_batch(x, gain, bias, eps):
    centred = x - x.mean(axis=0)
    return gain * centred / np.sqrt((centred**2).mean(axis=0) + eps) + bias


def _over_all(x, gain, bias, eps):
    return gain * (x - x.mean()) / np.sqrt(x.var() + eps) + bias


def _one_less(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(x.var(axis=-1, keepdims=True, ddof=1) + eps) + bias


def _not_centred(x, gain, bias, eps):
    return gain * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + bias


def _eps_outside(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / (x.std(axis=-1, keepdims=True) + eps) + bias


def _by_variance(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / (x.var(axis=-1, keepdims=True) + eps) + bias


def _unit_length(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt((centred**2).sum(axis=-1, keepdims=True) + eps) + bias


def _gain_on_all(x, gain, bias, eps):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * (centred / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + bias)


EXERCISE = Exercise(
    name="layer_norm",
    unit="attention",
    title="Layer norm",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=layer_norm,
    checks=(
        Check("plain", "Mean 0, variance 1", 2.5, cases=_plain),
        Check("gain", "Gain and bias", 2, cases=_gain),
        Check("eps", "The eps", 1, cases=_eps),
        Check("random", "Random arrays of many shapes", 2.5, cases=_random),
        Check(
            "free_of_scale",
            "Scale and shift of x do not matter",
            1,
            "property",
            examine=_free_of_scale,
        ),
    ),
    misconceptions=(
        Misconception(
            "over_batch",
            "One standardises over the batch.",
            "Columns have mean 0 instead of rows.",
            _over_batch,
            (
                "Does your result for one vector change when another row is added?",
                "That would be batch norm. Layer norm looks at one vector at a time.",
                "Use axis=-1 with keepdims=True.",
            ),
            "plain",
        ),
        Misconception(
            "over_all",
            "Mean and variance are two numbers.",
            "One vector is right; several share their mean and variance.",
            _over_all,
            (
                "Does your result for one vector change when another row is added?",
                "Every vector has a mean and a variance of its own.",
                "Give mean and var axis=-1 and keepdims=True.",
            ),
            "plain",
        ),
        Misconception(
            "one_less",
            "The variance is divided by D - 1.",
            "All results are a little too small.",
            _one_less,
            (
                "What is the variance of your result, computed with np.var?",
                "Nothing is estimated here: the mean of the squares is meant.",
                "Leave ddof at 0.",
            ),
            "plain",
        ),
        Misconception(
            "not_centred",
            "Only the size has to be right.",
            "The mean of each vector is not 0.",
            _not_centred,
            (
                "What is the mean of each row of your result, with gain 1 and bias 0?",
                "That is RMS norm, a younger cousin.",
                "Subtract the mean before you divide, and take the variance about it.",
            ),
            "plain",
        ),
        Misconception(
            "by_variance",
            "One divides by the variance.",
            "Large vectors become small and small ones large.",
            _by_variance,
            (
                "Multiply x by 2. What does your result do?",
                "The standard deviation has the unit of x, the variance has its square.",
                "Divide by np.sqrt(variance + eps).",
            ),
            "plain",
        ),
        Misconception(
            "unit_length",
            "Every vector gets the length 1.",
            "All results are too small by √D.",
            _unit_length,
            (
                "What is the variance of each row of your result?",
                "The vectors end on a sphere of radius √D, not 1.",
                "Divide by the root of the *mean* of the squares.",
            ),
            "plain",
        ),
        Misconception(
            "gain_on_all",
            "The gain scales everything, the bias too.",
            "Gain and bias alone are right, together they are not.",
            _gain_on_all,
            (
                "With gain 0, what should your result be?",
                "First scale, then shift.",
                "Write gain * standardised + bias.",
            ),
            "random",
        ),
        Misconception(
            "eps_outside",
            "eps is added to the standard deviation.",
            "With eps = 0 all is right; with a large eps it is not.",
            _eps_outside,
            (
                "Where does eps stand in the formula?",
                "Inside the root, eps is a small variance.",
                "Divide by np.sqrt(variance + eps).",
            ),
            "eps",
        ),
    ),
)
