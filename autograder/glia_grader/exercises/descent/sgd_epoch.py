"""One epoch of minibatch gradient descent for a linear neuron."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Why look at all the examples before taking one step? *Minibatch* gradient descent cuts the shuffled
data into batches and takes a step after each. For a linear neuron $\hat y = X w + b$ with the loss
$\frac{1}{2m}\sum (\hat y - y)^2$ over the $m$ examples *of the batch* that is

$$ w \leftarrow w - \frac{\eta}{m} X_B^\top (\hat y_B - y_B), \qquad
b \leftarrow b - \frac{\eta}{m} \sum_B (\hat y - y) $$

`order` holds the row numbers in the order in which they are to be visited: the first `batch_size`
of them form the first batch, and so on. The last batch may be smaller, and is used too.
Return the `(weight, bias)` after one epoch.
"""

SIGNATURE = '''
def sgd_epoch(X, y, weight, bias, lr, order, batch_size):
    """One epoch of minibatch gradient descent on half the mean squared error.

    Args:
        X: Examples, shape (N, D).
        y: Targets, shape (N,).
        weight: Current weight, shape (D,).
        bias: Current bias.
        lr: Learning rate.
        order: Row numbers in the order of visiting, shape (N,).
        batch_size: Examples in a batch; the last one may hold fewer.

    Returns:
        (weight, bias) after the epoch.
    """
'''


def sgd_epoch(X, y, weight, bias, lr, order, batch_size):
    """A step after each batch."""
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[batch]
        weight = weight - lr * (X[batch].T @ error) / len(batch)
        bias = bias - lr * error.mean()
    return weight, bias


_X = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [-1.0, 1.0], [2.0, -1.0]])
_Y = np.array([1.0, -1.0, 0.5, 2.0, 0.0])


def _whole(rng):
    order = np.array([3, 1, 0, 2, 4])
    return [
        Case((_X, _Y, np.zeros(2), 0.0, 0.1, order, 5), "one batch with all examples"),
        Case((_X, _Y, np.array([1.0, -1.0]), 0.5, 0.2, order, 5), "another start"),
    ]


def _batches(rng):
    order = np.array([3, 1, 0, 2])
    return [
        Case((_X[:4], _Y[:4], np.zeros(2), 0.0, 0.1, order, 2), "two batches of two"),
        Case((_X[:4], _Y[:4], np.array([0.5, 1.0]), -0.5, 0.3, order, 1), "one at a time"),
    ]


def _rest(rng):
    order = np.array([4, 2, 0, 1, 3])
    return [
        Case((_X, _Y, np.zeros(2), 0.0, 0.1, order, 2), "the last batch has one example"),
        Case((_X, _Y, np.array([1.0, 1.0]), 1.0, 0.2, order, 3), "the last batch has two"),
        Case((_X, _Y, np.array([1.0, 1.0]), 1.0, 0.2, order, 8), "fewer examples than a batch"),
    ]


def _random(rng):
    cases = []
    for rows, size, batch in ((6, 3, 2), (11, 4, 4), (20, 2, 7)):
        X, y = rng.normal(size=(rows, size)), rng.normal(size=rows)
        args = (X, y, rng.normal(size=size), float(rng.normal()), 0.1, rng.permutation(rows), batch)
        cases.append(Case(args, f"{rows} rows in batches of {batch}", 3.0))
    X, y, w = rng.normal(size=(10, 3)), rng.normal(size=10), rng.normal(size=3)
    cases.append(
        Case((X[::2], y[::2], w, 0.5, 0.2, rng.permutation(5), 2), "every second row", 3.0)
    )
    single = [a.astype(np.float32) for a in (X, y, w)]
    cases.append(Case((*single, 0.5, 0.1, rng.permutation(10), 3), "float32", 3.0))
    return cases


def _still(ask, rng):
    X, w = rng.normal(size=(7, 3)), rng.normal(size=3)
    args = (X, X @ w + 0.5, w, 0.5, 0.3, rng.permutation(7), 2)
    weight, bias = ask(*args)
    if np.allclose(weight, w) and np.isclose(float(bias), 0.5):
        return None
    return Finding("Where every example fits perfectly, nothing should move", args=args)


def _drops_last(X, y, weight, bias, lr, order, batch_size):
    for k in range(len(order) // batch_size):
        batch = order[k * batch_size : (k + 1) * batch_size]
        error = X[batch] @ weight + bias - y[batch]
        weight, bias = weight - lr * X[batch].T @ error / len(batch), bias - lr * error.mean()
    return weight, bias


def _full_divisor(X, y, weight, bias, lr, order, batch_size):
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[batch]
        weight = weight - lr * X[batch].T @ error / batch_size
        bias = bias - lr * error.sum() / batch_size
    return weight, bias


def _ignores_order(X, y, weight, bias, lr, order, batch_size):
    for begin in range(0, len(X), batch_size):
        rows, targets = X[begin : begin + batch_size], y[begin : begin + batch_size]
        error = rows @ weight + bias - targets
        weight, bias = weight - lr * rows.T @ error / len(rows), bias - lr * error.mean()
    return weight, bias


def _sums(X, y, weight, bias, lr, order, batch_size):
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[batch]
        weight, bias = weight - lr * X[batch].T @ error, bias - lr * error.sum()
    return weight, bias


def _one_step(X, y, weight, bias, lr, order, batch_size):
    error = X @ weight + bias - y
    return weight - lr * X.T @ error / len(X), bias - lr * error.mean()


def _old_weights(X, y, weight, bias, lr, order, batch_size):
    new_weight, new_bias = weight, bias
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[batch]
        new_weight = new_weight - lr * X[batch].T @ error / len(batch)
        new_bias = new_bias - lr * error.mean()
    return new_weight, new_bias


def _shuffles_x_only(X, y, weight, bias, lr, order, batch_size):
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[begin : begin + batch_size]
        weight, bias = weight - lr * X[batch].T @ error / len(batch), bias - lr * error.mean()
    return weight, bias


def _in_place(X, y, weight, bias, lr, order, batch_size):
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        error = X[batch] @ weight + bias - y[batch]
        weight -= lr * X[batch].T @ error / len(batch)
        bias -= lr * error.mean()
    return weight, bias


EXERCISE = Exercise(
    name="sgd_epoch",
    unit="descent",
    title="One epoch in minibatches",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=sgd_epoch,
    returns=("weight", "bias"),
    axes={"D": (("X", 1), ("weight", 0))},
    checks=(
        Check("whole", "One batch with all examples", 2, cases=_whole),
        Check("batches", "Batches of equal size", 2, cases=_batches),
        Check("rest", "A smaller last batch", 2, cases=_rest),
        Check("random", "Random data", 2, cases=_random),
        Check(
            "still",
            "Where all fits, nothing moves",
            1,
            "property",
            examine=_still,
            needs=("whole",),
        ),
    ),
    misconceptions=(
        Misconception(
            "drops_last",
            "An incomplete batch is left out.",
            "The last, smaller batch takes no step.",
            _drops_last,
            (
                "With five examples in batches of two, how many steps do you take?",
                "The rest is a batch too.",
                "Use range(0, len(order), batch_size); slicing past the end is harmless.",
            ),
            "rest",
        ),
        Misconception(
            "full_divisor",
            "Every batch is divided by batch_size.",
            "The smaller last batch takes too small a step.",
            _full_divisor,
            (
                "What do you divide by when the last batch holds one example?",
                "The mean is over the examples that are there.",
                "Divide by len(batch).",
            ),
            "rest",
        ),
        Misconception(
            "ignores_order",
            "The rows are visited as they lie.",
            "order has no effect: the batches hold other examples.",
            _ignores_order,
            (
                "Which argument does your code never use?",
                "order[0] is the number of the row to visit first.",
                "Take batch = order[i : i + batch_size], then X[batch] and y[batch].",
            ),
            "batches",
        ),
        Misconception(
            "sums",
            "The errors of a batch are added up.",
            "Steps are larger by the size of the batch.",
            _sums,
            (
                "If a batch held every example twice, should the step double?",
                "The loss is a mean over the batch.",
                "Divide both gradients by len(batch).",
            ),
            "whole",
        ),
        Misconception(
            "one_step",
            "An epoch is one step.",
            "One batch of all examples is right; smaller batches change nothing.",
            _one_step,
            (
                "Does batch_size have an effect in your code?",
                "After each batch the weights move; the next batch sees the new ones.",
                "Loop over the batches and take a step in each.",
            ),
            "batches",
        ),
        Misconception(
            "old_weights",
            "All batches see the weights of the epoch's start.",
            "One batch is right; later batches use errors that are out of date.",
            _old_weights,
            (
                "With which weights do you predict in the second batch?",
                "That the second batch profits from the first is the point of small batches.",
                "Compute the error with the weight and bias as they are now.",
            ),
            "batches",
        ),
        Misconception(
            "shuffles_x_only",
            "Only the inputs have to be shuffled.",
            "Inputs and targets no longer belong together.",
            _shuffles_x_only,
            (
                "Which target belongs to the first row of your first batch?",
                "Shuffle inputs and targets with the same order.",
                "Use y[batch] beside X[batch].",
            ),
            "whole",
        ),
        Misconception(
            "in_place",
            "weight -= ... makes a new array.",
            "The numbers are right, but the caller's weight has changed.",
            _in_place,
            (
                "Print the weight that you passed in, after the call.",
                "-= on an array changes that very array.",
                "Write weight = weight - ...",
            ),
            "form",
        ),
    ),
)
