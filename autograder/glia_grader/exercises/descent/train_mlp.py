"""The milestone: train a multilayer perceptron on digits, judged by what it has learnt."""

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
Put it together: train a net with one hidden layer of ReLUs and a softmax head on scanned digits.
You get the training images, their labels, and starting parameters; return trained ones. Everything
between is yours: the number of epochs, the learning rate, the size of the batches.

The gradients come from the given function `mlp_gradients(X, y, W1, b1, W2, b2)`; chapter 5 opens
that box. Your net is judged by what it has learnt: on other digits, which it has never seen and
whose mean cross entropy has to be below 0.5 nats (guessing has 2.3). All weights should have moved.
The classes are renumbered at random, so only training helps.
"""

SIGNATURE = '''
def train_mlp(X, y, W1, b1, W2, b2):
    """Train a multilayer perceptron with one hidden layer of ReLUs.

    Args:
        X: Images in rows, pixels between 0 and 1, shape (N, 64).
        y: Their classes 0 to 9, shape (N,).
        W1: Hidden weights to start from, shape (H, 64).
        b1: Hidden biases to start from, shape (H,).
        W2: Output weights to start from, shape (10, H).
        b2: Output biases to start from, shape (10,).

    Returns:
        (W1, b1, W2, b2), trained; the given arrays stay as they are.
    """
'''


def train_mlp(X, y, W1, b1, W2, b2):
    """Minibatch gradient descent."""
    for _ in range(12):
        for begin in range(0, len(X), 25):
            rows, labels = X[begin : begin + 25], y[begin : begin + 25]
            before = rows @ W1.T + b1
            hidden = np.maximum(before, 0.0)
            scores = hidden @ W2.T + b2
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            delta = powers / powers.sum(axis=1, keepdims=True)
            delta[np.arange(len(labels)), labels] -= 1.0
            delta = delta / len(labels)
            back = (delta @ W2) * (before > 0)
            W2, b2 = W2 - 0.2 * delta.T @ hidden, b2 - 0.2 * delta.sum(axis=0)
            W1, b1 = W1 - 0.2 * back.T @ rows, b1 - 0.2 * back.sum(axis=0)
    return W1, b1, W2, b2


TRAINING, HELD_OUT, HIDDEN = 800, 500, 24
LEARNS, GOOD = 1.5, 0.5


def _task(rng):
    """Arguments of the call, and the digits that are kept back."""
    from glia.data import load_digits_8x8

    digits = load_digits_8x8()
    X = np.concatenate([digits.x_train, digits.x_test]).astype(float)
    y = np.concatenate([digits.y_train, digits.y_test])
    chosen = rng.permutation(len(X))[: TRAINING + HELD_OUT]
    # New numbers for the classes: parameters that were trained elsewhere are of no use.
    X, y = X[chosen], rng.permutation(10)[y[chosen]]
    start = (
        rng.normal(size=(HIDDEN, 64)) * np.sqrt(2 / 64),
        np.zeros(HIDDEN),
        rng.normal(size=(10, HIDDEN)) * np.sqrt(1 / HIDDEN),
        np.zeros(10),
    )
    return (X[:TRAINING], y[:TRAINING], *start), (X[TRAINING:], y[TRAINING:])


def _loss(parameters, X, y):
    """Mean cross entropy, and the four gradients at these parameters."""
    W1, b1, W2, b2 = parameters
    hidden = np.maximum(X @ W1.T + b1, 0.0)
    scores = hidden @ W2.T + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    delta = np.exp(log_p)
    delta[np.arange(len(y)), y] -= 1.0
    back = (delta @ W2) * (hidden > 0)
    gradients = (back.T @ X, back.sum(axis=0), delta.T @ hidden, delta.sum(axis=0))
    return float(-log_p[np.arange(len(y)), y].mean()), gradients


def _below(limit):
    def examine(ask, rng):
        given, held_out = _task(rng)
        loss, _ = _loss(ask(*given), *held_out)
        if loss < limit:  # a nan is not
            return None
        return Finding(
            f"On digits that your net has never seen its loss is {loss:.3g} nats; it should be "
            f"below {limit:g}. Guessing has 2.3",
            safe="The loss on digits that your net has never seen is still too high",
        )

    return examine


def _moved(ask, rng):
    given, _ = _task(rng)
    inked = given[0].max(axis=0) > 0.2  # a pixel without ink has no gradient
    for name, before, after in zip(("W1", "b1", "W2", "b2"), given[2:], ask(*given), strict=True):
        still = np.isclose(before, after, rtol=1e-9, atol=1e-12)
        still = still[:, inked] if name == "W1" else still
        if still.mean() > 0.25:
            words = f"{name} has hardly moved: {still.mean():.0%} of its numbers are as given"
            return Finding(words, safe="Some of the parameters have hardly moved")
    return None


def _alive(ask, rng):
    given, held_out = _task(rng)
    parameters = ask(*given)
    _, gradients = _loss(parameters, *held_out)
    for name, gradient in zip(("W1", "b1", "W2", "b2"), gradients, strict=True):
        if not np.linalg.norm(gradient) > 1e-8:
            return Finding(f"The gradient of {name} is zero: nothing there can learn any more")
    silent = np.all(held_out[0] @ parameters[0].T + parameters[1] <= 0, axis=0)
    if silent.mean() > 0.5:
        return Finding("More than half of your hidden units never answer: they are dead ReLUs")
    return None


def _returns_start(X, y, W1, b1, W2, b2):
    return W1.copy(), b1.copy(), W2.copy(), b2.copy()


def _uphill(X, y, W1, b1, W2, b2):
    for begin in range(0, len(X), 25):
        rows, labels = X[begin : begin + 25], y[begin : begin + 25]
        before = rows @ W1.T + b1
        hidden = np.maximum(before, 0.0)
        scores = hidden @ W2.T + b2
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = powers / powers.sum(axis=1, keepdims=True)
        delta[np.arange(len(labels)), labels] -= 1.0
        delta = delta / len(labels)
        back = (delta @ W2) * (before > 0)
        W2, b2 = W2 + 0.05 * delta.T @ hidden, b2 + 0.05 * delta.sum(axis=0)
        W1, b1 = W1 + 0.05 * back.T @ rows, b1 + 0.05 * back.sum(axis=0)
    return W1, b1, W2, b2


def _from_zeros(X, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = W1 * 0.0, b1 * 0.0, W2 * 0.0, b2 * 0.0
    for _ in range(5):
        for begin in range(0, len(X), 25):
            labels = y[begin : begin + 25]
            powers = np.exp(b2 - b2.max())
            p = powers / powers.sum()
            b2 = b2 - 0.2 * (p - np.bincount(labels, minlength=10) / len(labels))
    return W1, b1, W2, b2


def _frozen_hidden(X, y, W1, b1, W2, b2):
    hidden = np.maximum(X @ W1.T + b1, 0.0)
    for _ in range(40):
        for begin in range(0, len(X), 25):
            rows, labels = hidden[begin : begin + 25], y[begin : begin + 25]
            scores = rows @ W2.T + b2
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            delta = powers / powers.sum(axis=1, keepdims=True)
            delta[np.arange(len(labels)), labels] -= 1.0
            W2 = W2 - 0.2 * delta.T @ rows / len(labels)
            b2 = b2 - 0.2 * delta.mean(axis=0)
    return W1.copy(), b1.copy(), W2, b2


def _one_epoch_of_all(X, y, W1, b1, W2, b2):
    before = X @ W1.T + b1
    hidden = np.maximum(before, 0.0)
    scores = hidden @ W2.T + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    delta = powers / powers.sum(axis=1, keepdims=True)
    delta[np.arange(len(y)), y] -= 1.0
    delta = delta / len(y)
    back = (delta @ W2) * (before > 0)
    return (
        W1 - 0.2 * back.T @ X,
        b1 - 0.2 * back.sum(axis=0),
        W2 - 0.2 * delta.T @ hidden,
        b2 - 0.2 * delta.sum(axis=0),
    )


EXERCISE = Exercise(
    name="train_mlp",
    unit="descent",
    title="Milestone: a net that reads digits",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_mlp,
    returns=("W1", "b1", "W2", "b2"),
    points=6.0,
    uses=("mlp_forward", "output_head"),
    time_limit=30.0,
    milestone=True,
    checks=(
        Check("learns", "It has learnt something", 3, examine=_below(LEARNS), stream="task"),
        Check("moved", "All weights have moved", 2, "property", examine=_moved, stream="task"),
        Check(
            "reads",
            "It reads digits that it has never seen",
            3,
            "property",
            examine=_below(GOOD),
            stream="task",
        ),
        Check("alive", "Gradients are not zero", 1, "gradient", examine=_alive, stream="task"),
    ),
    misconceptions=(
        Misconception(
            "returns_start",
            "The given arrays change by themselves.",
            "The parameters come back as they were given.",
            _returns_start,
            (
                "Compare the W1 that you return with the one that you were given.",
                "A gradient changes nothing until you subtract it and keep the result.",
                "In each step write W1 = W1 - lr * grad_W1, likewise the others, and return them.",
            ),
            "learns",
        ),
        Misconception(
            "uphill",
            "The gradient is added.",
            "The loss on unseen digits is worse than guessing.",
            _uphill,
            (
                "Print the training loss after each epoch. In which direction does it go?",
                "The gradient points uphill.",
                "Subtract lr times the gradient.",
            ),
            "learns",
        ),
        Misconception(
            "from_zeros",
            "Training can start from zeros.",
            "Every image gets the same answer: the hidden units never woke up.",
            _from_zeros,
            (
                "What are your hidden units' outputs in the first step, and their gradients?",
                "With all weights 0 no gradient gets through, and equal units would stay equal.",
                "Start from the given parameters; they are random on purpose.",
            ),
            "learns",
        ),
        Misconception(
            "frozen_hidden",
            "Only the last layer learns.",
            "It learns something, but W1 and b1 are as they were given.",
            _frozen_hidden,
            (
                "Which of the four parameters do you update?",
                "A random hidden layer gives random features; let it learn too.",
                "Update W1 and b1 in the same step as W2 and b2.",
            ),
            "moved",
        ),
        Misconception(
            "one_epoch_of_all",
            "One step is enough.",
            "The loss has fallen a little below guessing.",
            _one_epoch_of_all,
            (
                "How many steps does your training take?",
                "One step goes a short way downhill; the bottom is hundreds of steps away.",
                "Loop over epochs, and inside over batches of some 25 images.",
            ),
            "learns",
        ),
    ),
)
