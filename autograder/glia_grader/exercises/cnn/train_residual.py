"""The milestone: a net of thirty-four layers learns, because its blocks have skips."""

from functools import cache

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
Train a net that is far too deep for its own good: a first layer, *sixteen* residual blocks of two
layers each, and a linear layer for the scores.

$$ Z_0 = \max(0, XA^\top + a), \qquad Z_{l+1} = Z_l + R_l(Z_l), \qquad S = Z_{16} V^\top + v $$

Without its skips the same net never leaves the loss of guessing: the signal dies on the way, and so
does the gradient. With them plain gradient descent is enough. Block $l$ has the parameters `W1[l]`,
`b1[l]`, `W2[l]`, `b2[l]`; use your `residual_block` and `residual_block_backward`.

Your net is judged by what it has learnt: on digits that it has never seen its mean cross entropy
has to be below 1.5 nats (guessing has 2.3). Every block should have learnt something. The classes
are renumbered at random, so only training helps.
"""

SIGNATURE = '''
def train_residual(X, y, A, a, W1, b1, W2, b2, V, v):
    """Train a deep net of residual blocks.

    Args:
        X: Images in rows, pixels between 0 and 1, shape (N, 64).
        y: Their classes 0 to 9, shape (N,).
        A: Weights of the first layer, shape (D, 64).
        a: Its biases, shape (D,).
        W1: First weights of each block, shape (L, H, D).
        b1: Their biases, shape (L, H).
        W2: Second weights of each block, shape (L, D, H).
        b2: Their biases, shape (L, D).
        V: Weights of the output, shape (10, D).
        v: Its biases, shape (10,).

    Returns:
        (A, a, W1, b1, W2, b2, V, v), trained; the given arrays stay as they are.
    """
'''

PARAMETERS = ("A", "a", "W1", "b1", "W2", "b2", "V", "v")
TRAINING, HELD_OUT, BLOCKS, WIDTH = 800, 500, 16, 16
LEARNS, GOOD = 2.0, 1.5


def train_residual(X, y, A, a, W1, b1, W2, b2, V, v):
    """Minibatch gradient descent through all blocks."""
    p = [np.array(part) for part in (A, a, W1, b1, W2, b2, V, v)]
    rng = np.random.default_rng(0)
    for _ in range(15):
        for rows in np.array_split(rng.permutation(len(X)), len(X) // 25):
            x, wanted = X[rows], np.eye(len(p[7]))[y[rows]]
            z = [np.maximum(x @ p[0].T + p[1], 0.0)]
            hidden, added = [], []
            for w, b, u, c in zip(*p[2:6], strict=True):
                hidden.append(np.maximum(z[-1] @ w.T + b, 0.0))
                added.append(np.maximum(hidden[-1] @ u.T + c, 0.0))
                z.append(z[-1] + added[-1])
            scores = z[-1] @ p[6].T + p[7]
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            delta = (powers / powers.sum(axis=1, keepdims=True) - wanted) / len(rows)
            back = delta @ p[6]
            p[6] -= 0.03 * delta.T @ z[-1]
            p[7] -= 0.03 * delta.sum(axis=0)
            for k in reversed(range(len(hidden))):
                outer = back * (added[k] > 0)
                inner = (outer @ p[4][k]) * (hidden[k] > 0)
                back = back + inner @ p[2][k]
                p[2][k] -= 0.03 * inner.T @ z[k]
                p[3][k] -= 0.03 * inner.sum(axis=0)
                p[4][k] -= 0.03 * outer.T @ hidden[k]
                p[5][k] -= 0.03 * outer.sum(axis=0)
            back = back * (z[0] > 0)
            p[0] -= 0.03 * back.T @ x
            p[1] -= 0.03 * back.sum(axis=0)
    return tuple(p)


@cache
def _digits():
    from glia.data import load_digits_8x8

    digits = load_digits_8x8()
    images = np.concatenate([digits.x_train, digits.x_test]).astype(float)
    return images, np.concatenate([digits.y_train, digits.y_test])


def _task(rng):
    """Arguments of the call, and the digits that are kept back."""
    X, y = _digits()
    chosen = rng.permutation(len(X))[: TRAINING + HELD_OUT]
    # New numbers for the classes: parameters that were trained elsewhere are of no use.
    X, y = X[chosen], rng.permutation(10)[y[chosen]]
    start = (
        rng.normal(size=(WIDTH, 64)) * np.sqrt(2 / 64),
        np.zeros(WIDTH),
        rng.normal(size=(BLOCKS, WIDTH, WIDTH)) * np.sqrt(2 / WIDTH),
        np.zeros((BLOCKS, WIDTH)),
        rng.normal(size=(BLOCKS, WIDTH, WIDTH)) * 0.02,
        np.zeros((BLOCKS, WIDTH)),
        rng.normal(size=(10, WIDTH)) * np.sqrt(0.25 / WIDTH),
        np.zeros(10),
    )
    return (X[:TRAINING], y[:TRAINING], *start), (X[TRAINING:], y[TRAINING:])


def _net(parameters, X, y):
    """Mean cross entropy of the net with its skips, and all its gradients."""
    import glia
    from glia import functional as F

    p = [glia.tensor(np.asarray(part, dtype=float), requires_grad=True) for part in parameters]
    z = F.relu(F.linear(glia.tensor(X), p[0], p[1]))
    for k in range(BLOCKS):
        z = z + F.relu(F.linear(F.relu(F.linear(z, p[2][k], p[3][k])), p[4][k], p[5][k]))
    loss = F.cross_entropy(F.linear(z, p[6], p[7]), glia.tensor(y))
    loss.backward()
    return loss.item(), [part.grad.numpy() for part in p if part.grad is not None]


def _below(limit):
    def examine(ask, rng):
        given, held_out = _task(rng)
        loss, _ = _net(ask(*given), *held_out)
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
    for name, before, after in zip(PARAMETERS, given[2:], ask(*given), strict=True):
        parts = zip(before, after, strict=True) if before.ndim == 3 else [(before, after)]
        for place, (old, new) in enumerate(parts):
            if np.isclose(old, new, rtol=1e-9, atol=1e-12).mean() > 0.8:  # units may be silent
                where = f"{name}[{place}]" if before.ndim == 3 else name
                words = f"{where} has hardly moved: most of its numbers are as given"
                return Finding(words, safe="Some of the parameters have hardly moved")
    return None


def _alive(ask, rng):
    given, held_out = _task(rng)
    _, gradients = _net(ask(*given), *held_out)
    for name, gradient in zip(PARAMETERS, gradients, strict=True):
        if not np.linalg.norm(gradient) > 1e-8:
            return Finding(f"The gradient of {name} is zero: nothing there can learn any more")
    return None


def _returns_start(X, y, A, a, W1, b1, W2, b2, V, v):
    return tuple(p.copy() for p in (A, a, W1, b1, W2, b2, V, v))


def _plain(X, y, A, a, W1, b1, W2, b2, V, v):
    p = [np.array(part) for part in (A, a, W1, b1, W2, b2, V, v)]
    for step in range(128):
        rows = slice(step * 25 % 800, step * 25 % 800 + 25)
        x, wanted = X[rows], np.eye(10)[y[rows]]
        z, hidden = [np.maximum(x @ p[0].T + p[1], 0)], []
        for w, b, u, c in zip(*p[2:6], strict=True):
            hidden.append(np.maximum(z[-1] @ w.T + b, 0))
            z.append(np.maximum(hidden[-1] @ u.T + c, 0))
        e = np.exp(z[-1] @ p[6].T + p[7])
        delta = (e / e.sum(axis=1, keepdims=True) - wanted) / len(x)
        back = delta @ p[6]
        p[6] -= 0.1 * delta.T @ z[-1]
        p[7] -= 0.1 * delta.sum(axis=0)
        for k in reversed(range(len(hidden))):
            outer = back * (z[k + 1] > 0)
            inner = (outer @ p[4][k]) * (hidden[k] > 0)
            back = inner @ p[2][k]
            p[2][k] -= 0.1 * inner.T @ z[k]
            p[4][k] -= 0.1 * outer.T @ hidden[k]
    return tuple(p)


def _only_the_head(X, y, A, a, W1, b1, W2, b2, V, v):
    z = np.maximum(X @ A.T + a, 0)
    for w, b, u, c in zip(W1, b1, W2, b2, strict=True):
        z = z + np.maximum(np.maximum(z @ w.T + b, 0) @ u.T + c, 0)
    V, v = V.copy(), v.copy()
    for step in range(300):
        rows = slice(step * 50 % 800, step * 50 % 800 + 50)
        scores = z[rows] @ V.T + v
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / 50
        V -= 0.1 * delta.T @ z[rows]
        v -= 0.1 * delta.sum(axis=0)
    return (*(p.copy() for p in (A, a, W1, b1, W2, b2)), V, v)


EXERCISE = Exercise(
    name="train_residual",
    unit="cnn",
    title="Milestone: thirty-four layers deep",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_residual,
    returns=PARAMETERS,
    points=6.0,
    uses=("residual_block", "residual_block_backward"),
    time_limit=30.0,
    milestone=True,
    checks=(
        Check("learns", "It has learnt something", 3, examine=_below(LEARNS), stream="task"),
        Check("moved", "Every block has moved", 2, "property", examine=_moved, stream="task"),
        Check(
            "reads",
            "It reads digits that it has never seen",
            3,
            "property",
            examine=_below(GOOD),
            needs=("moved",),
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
                "Compare the V that you return with the one that you were given.",
                "A gradient changes nothing until you subtract it and keep the result.",
                "In each step subtract lr times its gradient from each of the eight arrays.",
            ),
            "learns",
        ),
        Misconception(
            "plain",
            "A deep net needs no skips.",
            "The loss stays at that of guessing: only the output's biases have learnt.",
            _plain,
            (
                "How large are the gradients of the first layer, compared with those of the last?",
                "Every plain block shrinks signal and gradient; after sixteen nothing is left.",
                "Add the input to each block, and grad to what comes back through it.",
            ),
            "learns",
        ),
        Misconception(
            "only_the_head",
            "The last layer is what learns.",
            "It learns something, but the first layer and the blocks are as they were given.",
            _only_the_head,
            (
                "Which of the eight arrays have moved?",
                "Random features are a start; the skips let every block improve on them.",
                "Go on backwards: delta @ V, then residual_block_backward for each block.",
            ),
            "moved",
        ),
    ),
)
