"""Gradient checking: measure what was derived."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Whoever derives a gradient by hand checks it: measure each number of it by a central difference,
and compare. A layer of tanh neurons without biases has the loss

$$ E(W) = \frac12 \sum_{n,k} \big( \tanh(X W^\top)_{nk} - Y_{nk} \big)^2 $$

Nudge *one* weight at a time by $h$ to either side, all others as they were:

$$ m_{kd} = \frac{E(W + h\,e_{kd}) - E(W - h\,e_{kd})}{2h} $$

Then compare the measured matrix $m$ with the `claimed` one, $c$, by one number that does not depend
on the scale of the loss:

$$ \text{error} = \frac{\lVert m - c \rVert}{\lVert m \rVert + \lVert c \rVert} $$

with the norm $\lVert m \rVert = \sqrt{\sum m_{kd}^2}$, and 0 if both are 0 everywhere. Below
$10^{-7}$ one believes the claim; above $10^{-2}$ there is a bug. Do not use the known derivative:
with the large $h$ of the checks the measurement differs from it, and yours should differ alike.
"""

SIGNATURE = '''
def gradient_check(X, Y, weight, claimed, h):
    """Measure the gradient of a tanh layer's loss and compare it with a claimed one.

    Args:
        X: Examples in rows, shape (N, D).
        Y: Targets, shape (N, K).
        weight: Weights of the K neurons, shape (K, D).
        claimed: The gradient that somebody claims, shape (K, D).
        h: Step to each side.

    Returns:
        (measured, error): the measured gradient, shape (K, D), and the relative error, a number.
    """
'''


def gradient_check(X, Y, weight, claimed, h):
    """One weight at a time, to both sides."""

    def loss(moved):
        return 0.5 * np.sum((np.tanh(X @ moved.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for place in np.ndindex(*weight.shape):
        nudge = np.zeros(weight.shape)
        nudge[place] = h
        measured[place] = (loss(weight + nudge) - loss(weight - nudge)) / (2 * h)
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    error = np.linalg.norm(measured - claimed) / size if size > 0 else 0.0
    return measured, error


_X = np.array([[1.0, -0.5], [0.25, 1.0], [-1.0, 0.5]])
_Y = np.array([[0.5, -0.5], [0.0, 1.0], [-0.5, 0.25]])
_W = np.array([[0.5, -1.0], [0.25, 0.75]])


def _exact(X, Y, weight):
    out = np.tanh(X @ weight.T)
    return ((out - Y) * (1 - out**2)).T @ X


def _single(rng):
    return [
        Case(
            (_X[:1, :1], _Y[:1, :1], _W[:1, :1], np.array([[0.25]]), 0.5),
            "one weight, a large step",
        ),
        Case((_X, _Y[:, :1], _W[:1], np.array([[1.0, -1.0]]), 0.1), "one neuron, two weights"),
    ]


def _layer(rng):
    exact = _exact(_X, _Y, _W)
    return [
        Case((_X, _Y, _W, exact, 0.25), "a right claim, a large step"),
        Case((_X, _Y, _W, -exact, 0.25), "a claim with the wrong sign"),
        Case((_X, _Y, _W, 2 * exact, 0.5), "a claim twice as large"),
        Case((0.1 * _X, _Y, _W, 0.1 * _W, 0.5), "a gradient of small numbers"),
    ]


def _random(rng):
    cases = []
    for rows, size, neurons, h in ((4, 3, 2, 0.1), (6, 2, 3, 0.3), (3, 3, 3, 0.2)):
        X, Y = rng.normal(size=(rows, size)), rng.normal(size=(rows, neurons))
        weight = rng.normal(size=(neurons, size))
        claimed = _exact(X, Y, weight) + 0.1 * rng.normal(size=weight.shape)
        cases.append(Case((X, Y, weight, claimed, h), f"{neurons} × {size} weights, h = {h}", 3.0))
    X, Y, weight = rng.normal(size=(6, 4)), rng.normal(size=(6, 2)), rng.normal(size=(2, 2))
    cases.append(Case((X[::2, ::2], Y[::2], weight[::-1], weight, 0.2), "strided", 3.0))
    return cases


def _finds_bugs(ask, rng):
    X, Y, weight = rng.normal(size=(5, 2)), rng.normal(size=(5, 2)), rng.normal(size=(2, 2))
    right = _exact(X, Y, weight)
    wrong = right.copy()
    wrong[1, 0] = -wrong[1, 0] - 1.0
    for claimed, good in ((right, True), (wrong, False)):
        _, error = ask(X, Y, weight, claimed, 1e-4)
        if not (0 <= error < 1e-6 if good else 1e-3 < error <= 1):
            word = "a right" if good else "a wrong"
            return Finding(
                f"With h = 0.0001 and {word} claim your relative error is {float(error):.3g}",
                args=(X, Y, weight, claimed, 1e-4),
                safe=f"Your relative error does not recognise {word} claim",
            )
    return None


def _nothing(rng):
    X, zero = np.zeros((2, 2)), np.zeros((2, 2))
    return [
        Case((X, _Y[:2], _W, zero, 0.5), "no gradient, none claimed"),
        Case((X, _Y[:2], _W, _W, 0.5), "no gradient, one claimed"),
    ]


def _one_side(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for k, d in np.ndindex(*weight.shape):
        moved = weight.astype(float)
        moved[k, d] += h
        measured[k, d] = (loss(moved) - loss(weight)) / h
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _run_is_h(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for k, d in np.ndindex(*weight.shape):
        step = np.zeros(weight.shape)
        step[k, d] = h
        measured[k, d] = (loss(weight + step) - loss(weight - step)) / h
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _never_put_back(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured, moved = np.zeros(weight.shape), weight.astype(float)
    for k, d in np.ndindex(*weight.shape):
        moved[k, d] += h
        above = loss(moved)
        moved[k, d] -= 2 * h
        measured[k, d] = (above - loss(moved)) / (2 * h)
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _all_at_once(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.full(weight.shape, (loss(weight + h) - loss(weight - h)) / (2 * h))
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _known_derivative(X, Y, weight, claimed, h):
    out = np.tanh(X @ weight.T)
    measured = ((out - Y) * (1 - out**2)).T @ X
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _absolute(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for k, d in np.ndindex(*weight.shape):
        step = np.zeros(weight.shape)
        step[k, d] = h
        measured[k, d] = (loss(weight + step) - loss(weight - step)) / (2 * h)
    return measured, np.linalg.norm(measured - claimed)


def _norm_of_sum(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for k, d in np.ndindex(*weight.shape):
        step = np.zeros(weight.shape)
        step[k, d] = h
        measured[k, d] = (loss(weight + step) - loss(weight - step)) / (2 * h)
    size = np.linalg.norm(measured + claimed)
    return measured, np.linalg.norm(measured - claimed) / size if size else 0.0


def _divides_nothing(X, Y, weight, claimed, h):
    def loss(W):
        return 0.5 * np.sum((np.tanh(X @ W.T) - Y) ** 2)

    measured = np.zeros(weight.shape)
    for k, d in np.ndindex(*weight.shape):
        step = np.zeros(weight.shape)
        step[k, d] = h
        measured[k, d] = (loss(weight + step) - loss(weight - step)) / (2 * h)
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return measured, np.linalg.norm(measured - claimed) / size


EXERCISE = Exercise(
    name="gradient_check",
    unit="backprop",
    title="Trust, but measure",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=gradient_check,
    returns=("measured", "error"),
    axes={"N": (("X", 0), ("Y", 0))},
    checks=(
        Check("single", "One weight, one neuron", 2, cases=_single, parts=("measured",)),
        Check("layer", "A layer: the measured gradient", 2, cases=_layer, parts=("measured",)),
        Check("error", "A layer: the relative error", 2, cases=_layer, parts=("error",)),
        Check("random", "Random layers", 1.5, cases=_random),
        Check(
            "finds_bugs",
            "It tells right claims from wrong ones",
            1,
            "gradient",
            examine=_finds_bugs,
            needs=("layer", "error"),
        ),
        Check("nothing", "Where there is no gradient", 0.5, "stability", cases=_nothing),
    ),
    misconceptions=(
        Misconception(
            "one_side",
            "One step ahead is enough.",
            "The slope is measured between W and W + h.",
            _one_side,
            (
                "To which sides do you nudge?",
                "One-sided errors shrink with h, two-sided ones with h²: too good to miss.",
                "(E(W + h) - E(W - h)) / (2 * h).",
            ),
            "single",
        ),
        Misconception(
            "run_is_h",
            "The run is h.",
            "Every measured slope is twice as large as it should be.",
            _run_is_h,
            (
                "How far apart are W - h and W + h?",
                "From left to right it is two steps.",
                "Divide by 2 * h.",
            ),
            "single",
        ),
        Misconception(
            "never_put_back",
            "A nudge can stay.",
            "The first number is right; later ones are measured at weights that have moved.",
            _never_put_back,
            (
                "What is weight[0, 0] when you nudge weight[0, 1]?",
                "All weights but one must be as they were given.",
                "Add h again after the second measurement, or nudge a fresh copy each time.",
            ),
            "single",
        ),
        Misconception(
            "all_at_once",
            "All weights can be nudged together.",
            "Every number of the measured gradient is the same.",
            _all_at_once,
            (
                "Why are all numbers of your gradient equal?",
                "A partial derivative moves one variable and holds the others still.",
                "Loop over the weights: for k, d in np.ndindex(*weight.shape).",
            ),
            "single",
        ),
        Misconception(
            "known_derivative",
            "A known derivative makes measuring needless.",
            "h has no effect.",
            _known_derivative,
            (
                "Does your result depend on h?",
                "A check that uses the same derivation twice finds nothing.",
                "Evaluate the loss at both sides of each weight.",
            ),
            "single",
        ),
        Misconception(
            "absolute",
            "The error is the difference.",
            "The measured gradient is right; the error grows with the scale of the loss.",
            _absolute,
            (
                "Multiply the loss by 1000. What happens to your error?",
                "Whether 0.01 is much depends on how large the gradients are.",
                "Divide by the sum of both norms.",
            ),
            "error",
        ),
        Misconception(
            "norm_of_sum",
            "The norm of a sum is the sum of the norms.",
            "The measured gradient is right; a claim with the wrong sign has a huge error.",
            _norm_of_sum,
            (
                "What do you divide by when the claim is the measured gradient turned round?",
                "measured + claimed is 0 there; each has a length of its own.",
                "np.linalg.norm(measured) + np.linalg.norm(claimed).",
            ),
            "error",
        ),
        Misconception(
            "divides_nothing",
            "Somewhere there is always a gradient.",
            "All is right but where both gradients are 0: then 0 is divided by 0.",
            _divides_nothing,
            (
                "What is your error where measured and claimed are both 0?",
                "Two gradients that are both 0 agree perfectly.",
                "Return 0.0 as the error if the sum of the norms is 0.",
            ),
            "nothing",
        ),
    ),
)
