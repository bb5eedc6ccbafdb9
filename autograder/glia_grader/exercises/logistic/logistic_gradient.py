"""Gradient of the logistic loss."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
The loss is the *mean* negative log-likelihood. The chain rule takes three factors, and two of them
cancel: $\partial\ell/\partial z = a - y$. So

$$ \nabla_w \mathcal{L} = \frac1N \sum_n (a_n - y_n)\, x_n, \qquad
\frac{\partial \mathcal{L}}{\partial b} = \frac1N \sum_n (a_n - y_n), \qquad a_n = \sigma(w^\top
x_n + b) $$

Return `(grad_weight, grad_bias)`. You may call your `sigmoid`.
"""

SIGNATURE = '''
def logistic_gradient(X, y, weight, bias):
    """Gradient of the mean logistic loss.

    Args:
        X: Examples, shape (N, D).
        y: Labels 0 and 1, shape (N,).
        weight: Shape (D,).
        bias: A number.

    Returns:
        (grad_weight, grad_bias): shape (D,), and a number.
    """
'''


def logistic_gradient(X, y, weight, bias):
    """Mean of (a - y) x and of (a - y), with a safe logistic function."""
    z = X @ weight + bias
    small = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    error = a - y
    return X.T @ error / len(X), error.mean()


def _one(rng):
    return [
        Case((np.array([[2.0, 1.0]]), np.array([1]), np.zeros(2), 0.0), "label 1, zero weight"),
        Case((np.array([[1.0, -1.0]]), np.array([0]), np.array([1.0, 2.0]), 0.5), "label 0"),
        Case((np.array([[3.0]]), np.array([1]), np.array([-1.0]), 1.0), "one feature"),
    ]


def _several(rng):
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return [
        Case((X, np.array([0, 1, 1, 1]), np.array([2.0, 2.0]), -1.0), "OR"),
        Case((X[1:], np.array([0, 0, 1]), np.array([1.0, -1.0]), 0.5), "three rows"),
        Case(
            (
                np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]),
                np.array([1, 0]),
                np.array([0.5, -0.5, 1.0]),
                0.0,
            ),
            "three features",
        ),
    ]


def _random(rng):
    cases = []
    for rows, size in ((6, 3), (15, 5), (40, 2)):
        X, y = rng.normal(size=(rows, size)), rng.integers(0, 2, size=rows)
        cases.append(Case((X, y, rng.normal(size=size), float(rng.normal())), f"{rows} rows", 1.0))
    X, weight = rng.normal(size=(10, 4)).astype(np.float32), rng.normal(size=4)
    y = rng.integers(0, 2, size=10)
    cases.append(Case((X, y, weight.astype(np.float32), 0.5), "float32", 1.0))
    cases.append(Case((X.astype(float)[::2, ::-1], y[::2], weight, -0.5), "every second row", 1.0))
    return cases


def _loss(X, y, weight, bias):
    z = X @ weight + bias
    return float(np.logaddexp(0.0, np.where(y == 1, -z, z)).mean())


def _nudges(ask, rng):
    X, y = rng.normal(size=(7, 3)), rng.integers(0, 2, size=7)
    weight, bias, step = rng.normal(size=3), float(rng.normal()), 1e-5
    grad_weight, grad_bias = ask(X, y, weight, bias)
    for i in range(4):
        nudge = step * np.eye(4)[i]
        up = _loss(X, y, weight + nudge[:3], bias + nudge[3])
        down = _loss(X, y, weight - nudge[:3], bias - nudge[3])
        slope = (up - down) / (2 * step)
        mine = float(grad_weight[i] if i < 3 else grad_bias)
        if abs(slope - mine) > 1e-6 + 1e-4 * abs(slope):
            name = f"weight[{i}]" if i < 3 else "bias"
            return Finding(
                f"Nudging {name} by a hair changes the loss at the rate {slope:.5g}; your "
                f"gradient says {mine:.5g}",
                args=(X, y, weight, bias),
                got=(grad_weight, grad_bias),
            )
    return None


def _large(rng):
    X = np.array([[1.0, 1000.0], [2.0, -1000.0]])
    return [
        Case((X, np.array([1, 0]), np.array([0.0, 1.0]), 0.0), "certain and right", 1.0),
        Case((X, np.array([0, 1]), np.array([0.0, 10.0]), 0.0), "certain and wrong"),
    ]


def _sum(X, y, weight, bias):
    error = 1 / (1 + np.exp(-(X @ weight + bias))) - y
    return X.T @ error, error.sum()


def _wrong_sign(X, y, weight, bias):
    error = y - 1 / (1 + np.exp(-(X @ weight + bias)))
    return X.T @ error / len(X), error.mean()


def _extra_slope(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    error = (a - y) * a * (1 - a)
    return X.T @ error / len(X), error.mean()


def _threshold(X, y, weight, bias):
    error = np.where(X @ weight + bias > 0, 1, 0) - y
    return X.T @ error / len(X), error.mean()


def _linear(X, y, weight, bias):
    error = X @ weight + bias - y
    return X.T @ error / len(X), error.mean()


def _bias_summed(X, y, weight, bias):
    error = 1 / (1 + np.exp(-(X @ weight + bias))) - y
    return X.T @ error / len(X), error.sum()


def _no_inputs(X, y, weight, bias):
    error = 1 / (1 + np.exp(-(X @ weight + bias))) - y
    return np.full(X.shape[1], error.mean()), error.mean()


def _forgets_bias(X, y, weight, bias):
    error = 1 / (1 + np.exp(-(X @ weight))) - y
    return X.T @ error / len(X), error.mean()


def _not_transposed(X, y, weight, bias):
    error = 1 / (1 + np.exp(-(X @ weight + bias))) - y
    return X @ error / len(X), error.mean()


def _overflows(X, y, weight, bias):
    z = X @ weight + bias
    error = np.exp(z) / (1 + np.exp(z)) - y
    return X.T @ error / len(X), error.mean()


EXERCISE = Exercise(
    name="logistic_gradient",
    unit="logistic",
    title="The slope of the logistic loss",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=logistic_gradient,
    returns=("grad_weight", "grad_bias"),
    uses=("sigmoid",),
    axes={"N": (("X", 0), ("y", 0)), "D": (("X", 1), ("weight", 0))},
    checks=(
        Check("one", "One example", 2, cases=_one),
        Check("weight", "Several examples: grad_weight", 2, cases=_several, parts=("grad_weight",)),
        Check("bias", "Several examples: grad_bias", 1, cases=_several, parts=("grad_bias",)),
        Check("random", "Random examples", 2, cases=_random),
        Check(
            "nudges",
            "It agrees with nudging each number by a hair",
            1,
            "gradient",
            examine=_nudges,
            needs=("one",),
        ),
        Check(
            "large",
            "Very sure neurons (z = ±10000) stay finite",
            1,
            "stability",
            cases=_large,
            needs=("one",),
        ),
    ),
    misconceptions=(
        Misconception(
            "sum",
            "The examples are summed.",
            "One example is right; with N of them the gradient is N times too large.",
            _sum,
            (
                "How does your gradient change if each example is listed twice? And how should it?",
                "The loss is a mean over the examples, so its gradient is a mean too.",
                "Divide both parts by N = len(X).",
            ),
            "weight",
        ),
        Misconception(
            "wrong_sign",
            "The gradient points towards smaller loss.",
            "Each number has the opposite sign.",
            _wrong_sign,
            (
                "If you raise the score of an example with label 1, does the loss rise or fall?",
                "The gradient points uphill on the loss. The minus sign comes with the step.",
                "The error is a - y.",
            ),
            "one",
        ),
        Misconception(
            "extra_slope",
            "The slope of σ stays in the chain.",
            "The gradient is too small by the factor a(1 - a).",
            _extra_slope,
            (
                "Multiply the derivative of the loss by a with the derivative of a by z. What "
                "remains?",
                "(a - y) / (a - a²) times a(1 - a): the second factor cancels the denominator. "
                "It would stay with the squared error.",
                "∂ℓ/∂z is just a - y: leave a * (1 - a) away.",
            ),
            "one",
        ),
        Misconception(
            "threshold",
            "The error is counted after a threshold, as in the perceptron.",
            "Only mistakes pull, each with full strength.",
            _threshold,
            (
                "What are the possible values of your a?",
                "The logistic neuron says how sure it is; the error is graded, not 0 or ±1.",
                "Use a = sigmoid(X @ weight + bias).",
            ),
            "one",
        ),
        Misconception(
            "linear",
            "The prediction is the score itself.",
            "The gradient is the one of linear regression (Adaline).",
            _linear,
            (
                "Can your predictions be larger than 1?",
                "The score must pass through σ before it is compared with the label.",
                "a = sigmoid(X @ weight + bias), then a - y.",
            ),
            "one",
        ),
        Misconception(
            "bias_summed",
            "Only the gradient of the weight is averaged.",
            "grad_weight is right; grad_bias is N times too large.",
            _bias_summed,
            (
                "Which of the two parts is right, and by which factor is the other off?",
                "The bias is the weight of an input that is always 1. What would grad_weight "
                "be for it?",
                "grad_bias is the mean of a - y.",
            ),
            "bias",
        ),
        Misconception(
            "no_inputs",
            "Each weight has the same share in the error.",
            "All numbers of grad_weight are equal.",
            _no_inputs,
            (
                "Can a weight whose input is always 0 change the loss?",
                "A weight acts through its input, so its gradient is multiplied by this input.",
                "grad_weight is X.T @ (a - y) / len(X).",
            ),
            "one",
        ),
        Misconception(
            "forgets_bias",
            "The score is X @ weight.",
            "The bias has no effect on the gradient.",
            _forgets_bias,
            (
                "Does your result change if you change the bias?",
                "The score of the neuron has two parts.",
                "z = X @ weight + bias.",
            ),
            "one",
        ),
        Misconception(
            "not_transposed",
            "X @ error adds up the examples.",
            "An error about shapes, or one number for each example.",
            _not_transposed,
            (
                "Which shape has the error, and which shape should grad_weight have?",
                "The sum runs over the examples, so they must be the axis that the product sums "
                "over.",
                "Use X.T @ error: (D, N) times (N,) is (D,).",
            ),
            "one",
        ),
        Misconception(
            "overflows",
            "exp(z) / (1 + exp(z)) is safe.",
            "All is right until a neuron is very sure; then nan appears.",
            _overflows,
            (
                "What does np.exp(1000.0) give, and what is inf / inf?",
                "You have written a safe sigmoid already.",
                "Call your sigmoid here.",
            ),
            "large",
        ),
    ),
)
