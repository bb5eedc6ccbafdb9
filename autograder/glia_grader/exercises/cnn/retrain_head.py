"""Transfer: the features stay as they are, only a new head learns."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Features that were learnt on one task often serve another. *Freeze* them and train a new head: the
hidden layer $H = \max(0, XW_1^\top + b_1)$ stays as it is, and for its outputs a softmax head
learns by plain gradient descent on *all* examples at once:

$$ P = \text{softmax}(HW_2^\top + b_2), \qquad
   W_2 \leftarrow W_2 - \frac{\eta}{N} (P - Y)^\top H, \qquad
   b_2 \leftarrow b_2 - \frac{\eta}{N} \sum_n (P - Y)_n $$

with the classes one-hot in $Y$. As the features never change, compute them once. Start from the
given $W_2$ and $b_2$, take `steps` steps, and return the two.
"""

SIGNATURE = '''
def retrain_head(X, y, W1, b1, W2, b2, lr, steps):
    """Train a softmax head on frozen features.

    Args:
        X: Examples in rows, shape (N, D).
        y: Classes 0 to K - 1, shape (N,).
        W1: Frozen weights, shape (H, D).
        b1: Frozen biases, shape (H,).
        W2: Weights of the head to start from, shape (K, H).
        b2: Biases of the head to start from, shape (K,).
        lr: Learning rate.
        steps: Number of steps.

    Returns:
        (W2, b2) after the last step; the given arrays stay as they are.
    """
'''


def retrain_head(X, y, W1, b1, W2, b2, lr, steps):
    """Features once, then steps on the head."""
    hidden = np.maximum(X @ W1.T + b1, 0.0)
    wanted = np.eye(len(b2))[y]
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = powers / powers.sum(axis=1, keepdims=True) - wanted
        W2 = W2 - lr / len(X) * delta.T @ hidden
        b2 = b2 - lr * delta.mean(axis=0)
    return W2, b2


_X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, -2.0], [2.0, 1.0]])
_Y = np.array([0, 2, 1, 0])
_W1 = np.array([[1.0, -1.0], [0.5, 1.0], [-2.0, 0.5]])
_B1 = np.array([0.5, -0.25, 1.0])
_W2 = np.array([[0.5, -1.0, 0.0], [1.0, 0.5, -0.5], [0.0, 0.25, 1.0]])
_B2 = np.array([0.5, -1.0, 0.25])


def _step(rng):
    return [
        Case((_X, _Y, _W1, _B1, _W2, _B2, 0.5, 1), "four examples"),
        Case((_X[:1], _Y[:1], _W1, _B1, _W2, _B2, 1.0, 1), "one example"),
    ]


def _steps(rng):
    return [
        Case((_X, _Y, _W1, _B1, _W2, _B2, 0.5, 2), "two steps"),
        Case((_X[:3], _Y[:3], _W1, _B1, _W2, _B2, 0.1, 5), "five steps"),
        Case((_X[1:], _Y[1:], _W1, _B1, -_W2, _B2, 0.25, 3), "three steps"),
    ]


def _random(rng):
    cases = []
    for n, d, h, k, steps in ((6, 3, 5, 4, 3), (8, 4, 4, 4, 4), (5, 3, 3, 2, 6)):
        X, W1, b1, W2, b2 = (rng.normal(size=s) for s in ((n, d), (h, d), (h,), (k, h), (k,)))
        y = rng.permutation(np.arange(n) % k)
        cases.append(Case((X, y, W1, b1 + 1, W2, b2, 0.3, steps), f"{n} examples, {k} classes"))
    X, W1, W2 = rng.normal(size=(10, 3)), rng.normal(size=(3, 4)), rng.normal(size=(8, 3))
    args = (X[::2], np.array([0, 2, 1, 3, 2]), W1[:, ::2].T, np.ones(2), W2[:4, 1:], np.zeros(4))
    cases.append(Case((*args, 0.2, 3), "strided views"))
    return cases


def _large_scores(rng):
    head = 1000.0 * _W2
    return [Case((_X, _Y, _W1, _B1, head, _B2, 0.5, 2), "a head with huge weights", 10.0)]


def _better(ask, rng):
    """The cross entropy on the training data falls."""
    X, y = rng.normal(size=(30, 3)), rng.integers(3, size=30)
    W1, b1, W2, b2 = (rng.normal(size=s) for s in ((6, 3), (6,), (3, 6), (3,)))
    hidden = np.maximum(X @ W1.T + b1, 0)

    def loss(weight, bias):
        scores = hidden @ weight.T + bias
        scores = scores - scores.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(30), y])

    before, after = loss(W2, b2), loss(*ask(X, y, W1, b1, W2, b2, 0.05, 20))
    if after < before:
        return None
    return Finding(
        f"Twenty small steps should lower the loss; yours went from {before:.4g} to {after:.4g}",
        safe="Twenty small steps should lower the loss; yours do not",
    )


def _uphill(X, y, W1, b1, W2, b2, lr, steps):
    hidden = np.maximum(X @ W1.T + b1, 0)
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]) / len(X)
        W2, b2 = W2 + lr * delta.T @ hidden, b2 + lr * delta.sum(axis=0)
    return W2, b2


def _from_zeros(X, y, W1, b1, W2, b2, lr, steps):
    hidden = np.maximum(X @ W1.T + b1, 0)
    W2, b2 = np.zeros(W2.shape), np.zeros(b2.shape)
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]) / len(X)
        W2, b2 = W2 - lr * delta.T @ hidden, b2 - lr * delta.sum(axis=0)
    return W2, b2


def _sums(X, y, W1, b1, W2, b2, lr, steps):
    hidden = np.maximum(X @ W1.T + b1, 0)
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]
        W2, b2 = W2 - lr * delta.T @ hidden, b2 - lr * delta.sum(axis=0)
    return W2, b2


def _no_relu(X, y, W1, b1, W2, b2, lr, steps):
    hidden = X @ W1.T + b1
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]) / len(X)
        W2, b2 = W2 - lr * delta.T @ hidden, b2 - lr * delta.sum(axis=0)
    return W2, b2


def _frozen_bias(X, y, W1, b1, W2, b2, lr, steps):
    hidden = np.maximum(X @ W1.T + b1, 0)
    for _ in range(steps):
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]) / len(X)
        W2 = W2 - lr * delta.T @ hidden
    return W2, b2.copy()


def _thaws(X, y, W1, b1, W2, b2, lr, steps):
    for _ in range(steps):
        hidden = np.maximum(X @ W1.T + b1, 0)
        scores = hidden @ W2.T + b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(len(b2))[y]) / len(X)
        back = (delta @ W2) * (hidden > 0)
        W2, b2 = W2 - lr * delta.T @ hidden, b2 - lr * delta.sum(axis=0)
        W1, b1 = W1 - lr * back.T @ X, b1 - lr * back.sum(axis=0)
    return W2, b2


EXERCISE = Exercise(
    name="retrain_head",
    unit="cnn",
    title="Old features, new head",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=retrain_head,
    returns=("W2", "b2"),
    axes={"N": (("X", 0), ("y", 0))},
    checks=(
        Check("step", "One step", 3, cases=_step),
        Check("steps", "Several steps", 2, cases=_steps),
        Check("random", "Random features", 2, cases=_random),
        Check("large", "Large scores", 1, "stability", cases=_large_scores),
        Check("better", "The loss falls", 1, "property", examine=_better, needs=("step",)),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            "The gradient is added.",
            "The head moves the opposite way.",
            _uphill,
            (
                "Compute the loss before and after one step. In which direction did it go?",
                "The gradient points uphill.",
                "Subtract lr times the gradient.",
            ),
            "step",
        ),
        Misconception(
            "from_zeros",
            "A new head starts from nothing.",
            "The given W2 and b2 have no effect.",
            _from_zeros,
            (
                "Which arguments does your code never use?",
                "The head to start from is given.",
                "Take the first step from W2 and b2 as they come in.",
            ),
            "step",
        ),
        Misconception(
            "sums",
            "The gradient is the sum over the examples.",
            "Steps are too long by the number of examples.",
            _sums,
            (
                "One example is right. By which factor are you off with four?",
                "The loss is the mean over the examples, so its gradient is, too.",
                "Divide delta by len(X).",
            ),
            "step",
        ),
        Misconception(
            "no_relu",
            "Frozen features are linear.",
            "The features are sums that may be negative.",
            _no_relu,
            (
                "Can a feature be negative here? Look at yours.",
                "Freezing a layer changes nothing in how it computes.",
                "Take np.maximum(X @ W1.T + b1, 0).",
            ),
            "step",
        ),
        Misconception(
            "frozen_bias",
            "Only weights learn.",
            "W2 is right after one step; b2 has not moved.",
            _frozen_bias,
            (
                "Which of the two results has not changed?",
                "The biases belong to the head and learn with it.",
                "Subtract lr * delta.mean(axis=0) from b2.",
            ),
            "step",
        ),
        Misconception(
            "thaws",
            "The features learn along with the head.",
            "One step is right; from the second on the features are others.",
            _thaws,
            (
                "Do your features change from step to step?",
                "Frozen means: W1 and b1 stay as they were given.",
                "Compute the features once, before the loop.",
            ),
            "steps",
        ),
    ),
)
