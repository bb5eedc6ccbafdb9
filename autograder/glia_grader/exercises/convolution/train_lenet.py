"""The milestone: a LeNet reads digits, and its convolutions are the student's own."""

from functools import cache

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception
from glia_grader.forbid import FORBIDDEN

STATEMENT = r"""
Train a small LeNet on handwritten digits, **with your own convolution**. The given function
`lenet(x, K1, b1, K2, b2, W3, b3, W4, b4)` is the net, written with the library: convolution, ReLU,
pooling, the same again, two dense layers. Inside

    with glia.use(conv2d=(conv2d, conv2d_backward)):

the library calls *your* `conv2d` and *your* `conv2d_backward` wherever it needs a convolution. Its
own is switched off here, so there is no other.

You get training images, labels and starting parameters; return trained ones. Your net is judged by
what it has learnt: on digits that it has never seen its mean cross entropy has to be below 1.2 nats
(guessing has 2.3). All parameters should have moved. The classes are renumbered at random, so only
training helps.
"""

SIGNATURE = '''
def train_lenet(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    """Train a small LeNet with your own convolution.

    Args:
        x: Images, pixels between 0 and 1, shape (N, 1, 14, 14).
        y: Their classes 0 to 9, shape (N,).
        K1: First filters to start from, shape (4, 1, 3, 3).
        b1: Their biases, shape (4,).
        K2: Second filters, shape (8, 4, 3, 3).
        b2: Their biases, shape (8,).
        W3: Weights of the dense layer, shape (24, 32).
        b3: Its biases, shape (24,).
        W4: Weights of the output, shape (10, 24).
        b4: Its biases, shape (10,).

    Returns:
        (K1, b1, K2, b2, W3, b3, W4, b4), trained; the given arrays stay as they are.
    """
'''

PARAMETERS = ("K1", "b1", "K2", "b2", "W3", "b3", "W4", "b4")
TRAINING, HELD_OUT = 800, 500
LEARNS, GOOD = 1.7, 1.2


def train_lenet(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    """Adam on minibatches, every gradient by hand."""

    def block(x, kernels, bias):
        patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
        sums = np.tensordot(kernels, patches, ((1, 2, 3), (1, 4, 5))).swapaxes(0, 1)
        active = np.maximum(sums + bias[:, None, None], 0.0)
        n, c, h, w = active.shape
        cells = active.reshape(n, c, h // 2, 2, w // 2, 2)
        best = cells.max(axis=(3, 5))
        won = (cells == best[:, :, :, None, :, None]) & (cells > 0)
        return best, won.reshape(active.shape), patches

    def back(grad, won, patches):
        grad = grad.repeat(2, axis=2).repeat(2, axis=3) * won
        return grad, np.tensordot(grad, patches, ((0, 2, 3), (0, 2, 3))), grad.sum(axis=(0, 2, 3))

    p = [K1, b1, K2, b2, W3, b3, W4, b4]
    first, second = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
    rng, count = np.random.default_rng(0), 0
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 25):
            one, won1, seen1 = block(x[rows], p[0], p[1])
            two, won2, seen2 = block(one, p[2], p[3])
            flat = two.reshape(len(rows), -1)
            hidden = np.maximum(flat @ p[4].T + p[5], 0.0)
            scores = hidden @ p[6].T + p[7]
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            delta = powers / powers.sum(axis=1, keepdims=True)
            delta[np.arange(len(rows)), y[rows]] -= 1.0
            delta = delta / len(rows)
            dense = (delta @ p[6]) * (hidden > 0)
            up, grad_K2, grad_b2 = back((dense @ p[4]).reshape(two.shape), won2, seen2)
            down = np.zeros_like(one)
            for u in range(3):
                for v in range(3):
                    told = np.tensordot(up, p[2][:, :, u, v], (1, 0)).transpose(0, 3, 1, 2)
                    down[:, :, u : u + up.shape[2], v : v + up.shape[3]] += told
            _, grad_K1, grad_b1 = back(down, won1, seen1)
            grads = [grad_K1, grad_b1, grad_K2, grad_b2, dense.T @ flat, dense.sum(axis=0)]
            grads += [delta.T @ hidden, delta.sum(axis=0)]
            count += 1
            for k, g in enumerate(grads):
                first[k] = 0.9 * first[k] + 0.1 * g
                second[k] = 0.999 * second[k] + 0.001 * g**2
                size = np.sqrt(second[k] / (1 - 0.999**count)) + 1e-8
                p[k] = p[k] - 0.01 * first[k] / (1 - 0.9**count) / size
    return tuple(p)


@cache
def _digits():
    """All images, shrunk to half their size, and their classes."""
    from glia.data import load_mnist_5k

    digits = load_mnist_5k()
    images = np.concatenate([digits.x_train, digits.x_test]).reshape(-1, 1, 14, 2, 14, 2)
    return images.mean(axis=(3, 5)), np.concatenate([digits.y_train, digits.y_test])


def _task(rng):
    """Arguments of the call, and the digits that are kept back."""
    images, y = _digits()
    chosen = rng.permutation(len(y))[: TRAINING + HELD_OUT]
    x = images[chosen].astype(float)
    # New numbers for the classes: parameters that were trained elsewhere are of no use.
    y = rng.permutation(10)[y[chosen]]
    start = []
    for shape in ((4, 1, 3, 3), (8, 4, 3, 3), (24, 32), (10, 24)):
        seen = np.prod(shape[1:])
        start += [rng.normal(size=shape) * np.sqrt(2 / seen), np.zeros(shape[0])]
    return (x[:TRAINING], y[:TRAINING], *start), (x[TRAINING:], y[TRAINING:])


def _net(parameters, x, y):
    """Mean cross entropy of the net with these parameters, and all its gradients."""
    import glia
    from glia import functional as F

    p = [glia.tensor(np.asarray(a, dtype=float), requires_grad=True) for a in parameters]
    z = glia.tensor(x)
    for k in (0, 2):
        z = F.max_pool2d(F.relu(F.conv2d(z, p[k], p[k + 1])), 2)
    z = F.linear(F.relu(F.linear(z.flatten(1), p[4], p[5])), p[6], p[7])
    loss = F.cross_entropy(z, glia.tensor(y))
    loss.backward()
    return loss.item(), [a.grad.numpy() for a in p if a.grad is not None]


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
        still = np.isclose(before, after, rtol=1e-9, atol=1e-12)
        if still.mean() > 0.25:
            words = f"{name} has hardly moved: {still.mean():.0%} of its numbers are as given"
            return Finding(words, safe="Some of the parameters have hardly moved")
    return None


def _alive(ask, rng):
    given, held_out = _task(rng)
    _, gradients = _net(ask(*given), *held_out)
    for name, gradient in zip(PARAMETERS, gradients, strict=True):
        if not np.linalg.norm(gradient) > 1e-8:
            return Finding(f"The gradient of {name} is zero: nothing there can learn any more")
    return None


def _returns_start(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    return tuple(p.copy() for p in (K1, b1, K2, b2, W3, b3, W4, b4))


def _from_zeros(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    K1, b1, K2, b2, W3, b3, W4, b4 = (0.0 * p for p in (K1, b1, K2, b2, W3, b3, W4, b4))
    for begin in range(0, len(x), 20):
        powers = np.exp(b4 - b4.max())
        counts = np.bincount(y[begin : begin + 20], minlength=10)
        b4 = b4 - 0.1 * (powers / powers.sum() - counts / counts.sum())
    return K1, b1, K2, b2, W3, b3, W4, b4


def _frozen_filters(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    z = x
    for kernels, bias in ((K1, b1), (K2, b2)):
        patches = np.lib.stride_tricks.sliding_window_view(z, (3, 3), axis=(2, 3))
        z = np.einsum("ncijuv,ocuv->noij", patches, kernels) + bias[:, None, None]
        n, c, h, w = z.shape
        z = np.maximum(z.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5)), 0.0)
    flat = z.reshape(len(x), -1)
    W3, b3, W4, b4 = W3.copy(), b3.copy(), W4.copy(), b4.copy()
    for step in range(1000):
        rows = slice(step * 40 % len(x), step * 40 % len(x) + 40)
        hidden = np.maximum(flat[rows] @ W3.T + b3, 0.0)
        scores = hidden @ W4.T + b4
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = powers / powers.sum(axis=1, keepdims=True)
        delta = (delta - np.eye(10)[y[rows]]) / 40
        back = (delta @ W4) * (hidden > 0)
        W4, b4 = W4 - 0.2 * delta.T @ hidden, b4 - 0.2 * delta.sum(axis=0)
        W3, b3 = W3 - 0.2 * back.T @ flat[rows], b3 - 0.2 * back.sum(axis=0)
    return K1.copy(), b1.copy(), K2.copy(), b2.copy(), W3, b3, W4, b4


def _only_the_output(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    for begin in range(0, len(x), 20):
        labels = y[begin : begin + 20]
        powers = np.exp(b4 - b4.max())
        b4 = b4 - 0.1 * (powers / powers.sum() - np.bincount(labels, minlength=10) / len(labels))
    return K1.copy(), b1.copy(), K2.copy(), b2.copy(), W3.copy(), b3.copy(), W4.copy(), b4


EXERCISE = Exercise(
    name="train_lenet",
    unit="convolution",
    title="Milestone: LeNet with your own convolution",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_lenet,
    returns=PARAMETERS,
    points=6.0,
    # The library is there, and with it everything but what the student has written.
    needs=("glia",),
    forbid=(
        *(name for name in FORBIDDEN if name != "glia"),
        "glia.ops.conv.conv2d",
        "glia.ops.conv.conv2d_backward",
    ),
    time_limit=30.0,
    milestone=True,
    checks=(
        Check("learns", "It has learnt something", 3, examine=_below(LEARNS), stream="task"),
        Check("moved", "All parameters have moved", 2, "property", examine=_moved, stream="task"),
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
                "Compare the K1 that you return with the one that you were given.",
                "glia.tensor copies an array: training changes the tensor and not the array.",
                "Return p.detach().numpy() of the tensors that you have trained.",
            ),
            "learns",
        ),
        Misconception(
            "from_zeros",
            "Training can start from zeros.",
            "Every image gets the same answer: no filter has ever woken up.",
            _from_zeros,
            (
                "What is the gradient of K1 in your first step?",
                "With all weights 0 no gradient gets through, and equal filters would stay equal.",
                "Start from the given parameters; they are random on purpose.",
            ),
            "learns",
        ),
        Misconception(
            "only_the_output",
            "The output's biases are enough.",
            "Every image gets nearly the same answer; only b4 has moved.",
            _only_the_output,
            (
                "Which of the eight parameters does your optimiser know?",
                "A bias alone can only learn how frequent the classes are.",
                "Give all eight to the optimiser, each with requires_grad=True.",
            ),
            "learns",
        ),
        Misconception(
            "frozen_filters",
            "Only the dense layers learn.",
            "It learns something, but the filters are as they were given.",
            _frozen_filters,
            (
                "Which of the eight parameters have moved?",
                "Random filters give random features; let them learn too.",
                "Give K1, b1, K2 and b2 requires_grad=True and hand them to the optimiser.",
            ),
            "moved",
        ),
    ),
)
