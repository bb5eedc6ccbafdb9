"""One step of gradient descent for the linear neuron."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Between Rosenblatt's switch and the logistic neuron stands the *adaptive linear neuron*: without the
threshold in its learning, the loss is a smooth bowl with a single bottom. With $\hat y = X w + b$
and
$\mathcal{L} = \frac{1}{2N} \sum_n (\hat y_n - y_n)^2$, one step of gradient descent over all
examples is

$$ w \leftarrow w - \frac{\eta}{N} X^\top (\hat y - y), \qquad
b \leftarrow b - \frac{\eta}{N} \sum_n (\hat y_n - y_n) $$

Both use the *old* weight and bias. Return the new `(weight, bias)` and leave the given arrays
alone.
"""

SIGNATURE = '''
def adaline_step(X, y, weight, bias, lr):
    """One step of gradient descent on half the mean squared error.

    Args:
        X: Examples, shape (N, D).
        y: Targets, shape (N,).
        weight: Current weight, shape (D,).
        bias: Current bias.
        lr: Learning rate.

    Returns:
        (weight, bias) after the step.
    """
'''


def adaline_step(X, y, weight, bias, lr):
    """One step downhill on the bowl, for all examples together."""
    error = X @ weight + bias - y
    return weight - lr * (X.T @ error) / len(X), bias - lr * error.mean()


def _one(rng):
    return [
        Case((np.array([[1.0, 2.0]]), np.array([1.0]), np.zeros(2), 0.0, 0.5), "from zeros"),
        Case((np.array([[1.0, -1.0]]), np.array([0.5]), np.array([2.0, 1.0]), 1.0, 0.1), "lr 0.1"),
        Case((np.array([[3.0]]), np.array([-1.0]), np.array([1.0]), -0.5, 1.0), "one feature"),
    ]


def _several(rng):
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return [
        Case((X, np.array([0.0, 1.0, 1.0, 1.0]), np.array([1.0, -1.0]), 0.5, 0.2), "OR"),
        Case((np.array([[1.0], [2.0]]), np.array([1.0, 2.0]), np.zeros(1), 0.0, 1.0), "two rows"),
        Case((X[1:], np.array([3.0, -1.0, 2.0]), np.array([0.5, 0.5]), -1.0, 0.3), "three rows"),
    ]


def _random(rng):
    cases = []
    for rows, size in ((6, 3), (15, 5), (40, 2)):
        X, y = rng.normal(size=(rows, size)), rng.normal(size=rows)
        lr = float(rng.uniform(0.01, 1))
        cases.append(
            Case((X, y, rng.normal(size=size), float(rng.normal()), lr), f"{rows} rows", 3.0)
        )
    X, y, weight = rng.normal(size=(10, 4)), rng.normal(size=10), rng.normal(size=4)
    cases.append(Case((X[::2, ::-1], y[::2], weight, 0.5, 0.1), "every second row", 3.0))
    single = [a.astype(np.float32) for a in (X, y, weight)]
    cases.append(Case((*single, 0.5, 0.1), "float32", 3.0))
    return cases


def _downhill(ask, rng):
    X, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    weight, bias = rng.normal(size=3) * 2, 1.5
    new_weight, new_bias = ask(X, y, weight, bias, 0.05)
    before = np.mean((X @ weight + bias - y) ** 2) / 2
    after = np.mean((X @ new_weight + float(new_bias) - y) ** 2) / 2
    if after < before:
        return None
    return Finding(
        f"A small step should lower the loss; yours goes from {before:.4g} to {after:.4g}",
        args=(X, y, weight, bias, 0.05),
        got=(new_weight, new_bias),
    )


def _still(rng):
    X, weight = rng.normal(size=(5, 3)), rng.normal(size=3)
    return [Case((X, X @ weight + 0.5, weight, 0.5, 0.7), "a perfect fit: nothing to learn", 3.0)]


def _uphill(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return weight + lr * X.T @ error / len(X), bias + lr * error.mean()


def _sum(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return weight - lr * X.T @ error, bias - lr * error.sum()


def _factor_two(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return weight - 2 * lr * X.T @ error / len(X), bias - 2 * lr * error.mean()


def _threshold(X, y, weight, bias, lr):
    error = np.where(X @ weight + bias > 0, 1.0, 0.0) - y
    return weight - lr * X.T @ error / len(X), bias - lr * error.mean()


def _new_weight_for_bias(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    weight = weight - lr * X.T @ error / len(X)
    error = X @ weight + bias - y
    return weight, bias - lr * error.mean()


def _row_by_row(X, y, weight, bias, lr):
    for row, target in zip(X, y, strict=True):
        error = row @ weight + bias - target
        weight, bias = weight - lr * error * row, bias - lr * error
    return weight, bias


def _ignores_lr(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return weight - X.T @ error / len(X), bias - error.mean()


def _forgets_bias(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return weight - lr * X.T @ error / len(X), bias


def _gradient_only(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    return X.T @ error / len(X), error.mean()


def _in_place(X, y, weight, bias, lr):
    error = X @ weight + bias - y
    weight -= lr * X.T @ error / len(X)
    return weight, bias - lr * error.mean()


EXERCISE = Exercise(
    name="adaline_step",
    unit="logistic",
    title="Adaline: one step downhill",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=adaline_step,
    returns=("weight", "bias"),
    axes={"N": (("X", 0), ("y", 0)), "D": (("X", 1), ("weight", 0))},
    checks=(
        Check("one_weight", "One example: the weight", 2, cases=_one, parts=("weight",)),
        Check("one_bias", "One example: the bias", 1, cases=_one, parts=("bias",)),
        Check("several", "Several examples together", 2.5, cases=_several),
        Check("random", "Random examples", 2, cases=_random),
        Check(
            "downhill",
            "A small step lowers the loss",
            1,
            "gradient",
            examine=_downhill,
            needs=("one_weight",),
        ),
        Check(
            "still",
            "Where the fit is perfect, nothing moves",
            0.5,
            "property",
            cases=_still,
            needs=("several",),
        ),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            "Following the gradient means adding it.",
            "Each step makes the loss larger.",
            _uphill,
            (
                "Compute the loss before and after your step. What happens?",
                "The gradient points uphill. Where do you want to go?",
                "Subtract lr times the gradient.",
            ),
            "one_weight",
        ),
        Misconception(
            "sum",
            "The examples are summed.",
            "One example is right; with N of them the step is N times too long.",
            _sum,
            (
                "How does your step change if each example is listed twice? And how should it?",
                "The loss is a mean over the examples.",
                "Divide both gradients by len(X).",
            ),
            "several",
        ),
        Misconception(
            "factor_two",
            "The derivative of the square brings a 2.",
            "Each step is exactly twice too long.",
            _factor_two,
            (
                "By which factor is your step too long?",
                "The loss has a half in front. What is the derivative of d² / 2?",
                "Leave the 2 away: it cancels against the half.",
            ),
            "one_weight",
        ),
        Misconception(
            "threshold",
            "The error is counted after a threshold, as in the perceptron.",
            "The size of the miss has no effect on the step.",
            _threshold,
            (
                "Which values can your prediction take?",
                "Adaline learns before the threshold: the prediction is the score itself.",
                "error = X @ weight + bias - y.",
            ),
            "one_weight",
        ),
        Misconception(
            "new_weight_for_bias",
            "The bias sees the new weight.",
            "The weight is right, the bias is slightly off.",
            _new_weight_for_bias,
            (
                "In which order do you update, and which weight does the bias's error use?",
                "Weight and bias take the step together, from the same place.",
                "Compute the error once, before you change anything, and use it for both.",
            ),
            "one_bias",
        ),
        Misconception(
            "row_by_row",
            "Each example takes its own step.",
            "One example is right; with more, later ones see weights that already moved.",
            _row_by_row,
            (
                "How often does the weight change during one call of your function?",
                "Here one step looks at all the examples first (the other way is stochastic "
                "gradient descent).",
                "Average the gradient over all rows, then take one step.",
            ),
            "several",
        ),
        Misconception(
            "ignores_lr",
            "The learning rate is 1.",
            "All is right when lr is 1, and the step is too long otherwise.",
            _ignores_lr,
            (
                "Does your result change if you change lr?",
                "The learning rate is the length of the step.",
                "Multiply both gradients by lr.",
            ),
            "one_weight",
        ),
        Misconception(
            "forgets_bias",
            "Only the weight learns.",
            "The weight is right every time and the bias never moves.",
            _forgets_bias,
            (
                "Which of the two parts of your result is right?",
                "The bias is the weight of an input that is always 1.",
                "Return bias - lr * error.mean() as the new bias.",
            ),
            "one_bias",
        ),
        Misconception(
            "gradient_only",
            "The gradient is the result.",
            "What comes back is the slope, not the new place.",
            _gradient_only,
            (
                "Set lr to 0: what should come back?",
                "A step starts from the old weight.",
                "Return weight - lr * gradient, and the same for the bias.",
            ),
            "one_weight",
        ),
        Misconception(
            "in_place",
            "weight -= ... makes a new array.",
            "The numbers are right, and the caller's old weight is gone.",
            _in_place,
            (
                "Keep the old weight in a variable, call your function, and print the old weight.",
                "-= writes into the very array that the caller gave you.",
                "Write weight = weight - lr * ... instead of -=.",
            ),
            "form",
        ),
    ),
)
