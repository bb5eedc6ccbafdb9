"""The way back through max pooling: the winner takes it all."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Nudge a pixel that is not the largest of its window: nothing changes. So the whole gradient of a
window goes to its winner, and the others get none:

$$ \frac{\partial L}{\partial X_{ncab}} = \sum_{(i,j):\ (a,b)\text{ wins window } (i,j)} G_{ncij} $$

Where windows overlap, a pixel may win several of them: it collects the *sum*. If several pixels of
a window are equally large, the first in reading order wins.
"""

SIGNATURE = '''
def max_pool_backward(grad, x, size, stride):
    """Send the gradient of a max pooling back to its input.

    Args:
        grad: Gradient of the loss by the pooled image, shape (N, C, H_out, W_out).
        x: What was pooled, shape (N, C, H, W).
        size: Side of the square windows.
        stride: Step from window to window.

    Returns:
        Gradient of the loss by x, shape (N, C, H, W).
    """
'''


def max_pool_backward(grad, x, size, stride):
    """Find each window's winner and add the gradient there."""
    out = np.zeros(x.shape, dtype=np.result_type(grad, np.float32))
    images, channels = np.ogrid[: x.shape[0], : x.shape[1]]
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            winner = window.reshape(*x.shape[:2], -1).argmax(axis=2)
            out[images, channels, top + winner // size, left + winner % size] += grad[:, :, i, j]
    return out


_IMAGE = np.array([[1.0, 5, 2, 0], [3, 4, 7, 6], [9, 0, -1, -2], [8, 2, -3, -4]])[None, None]


def _one_window(rng):
    return [
        Case((np.array([[[[2.0]]]]), _IMAGE[:, :, :2, :2], 2, 2), "one window"),
        Case((np.array([[[[-3.0]]]]), _IMAGE[:, :, 2:, 2:], 2, 2), "only negative pixels"),
        Case((np.array([[[[4.0]]]]), _IMAGE, 4, 1), "the largest number of the whole image"),
    ]


def _side_by_side(rng):
    grad = np.array([[[[1.0, 2.0], [3.0, -4.0]]]])
    more = np.concatenate([_IMAGE, -_IMAGE], axis=1)
    return [
        Case((grad, _IMAGE, 2, 2), "four windows"),
        Case((np.concatenate([grad, 10 * grad], axis=1), more, 2, 2), "two channels"),
        Case((grad[:, :, :, :1], _IMAGE[:, :, :, :3], 2, 2), "a column that no window sees"),
    ]


def _overlap(rng):
    grad = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    return [
        Case((grad, _IMAGE, 2, 1), "windows that overlap"),
        Case((grad[:, :, :2, :2], _IMAGE, 3, 1), "larger windows"),
    ]


def _ties(rng):
    even = np.ones((1, 1, 2, 2))
    return [
        Case((np.array([[[[5.0]]]]), even, 2, 2), "four equal pixels"),
        Case((np.array([[[[1.0, 2.0]]]]), np.zeros((1, 1, 2, 4)), 2, 2), "nothing but zeros"),
        Case(
            (np.array([[[[7.0]]]]), np.array([[[[0.0, 3.0], [3.0, 1.0]]]]), 2, 2),
            "two equal winners",
        ),
    ]


def _random(rng):
    cases = []
    for shape, size, stride in (((2, 3, 6, 5), 2, 1), ((3, 2, 7, 7), 3, 2), ((1, 4, 6, 6), 2, 2)):
        x = rng.normal(size=shape)
        out = [(n - size) // stride + 1 for n in shape[2:]]
        grad = rng.normal(size=(*shape[:2], *out))
        cases.append(Case((grad, x, size, stride), f"windows of {size}, stride {stride}", 3.0))
    x, grad = rng.normal(size=(2, 4, 8, 8)), rng.normal(size=(2, 2, 2, 2))
    cases.append(Case((grad[..., ::-1], x[:, ::2, ::2, ::-2], 2, 2), "strided views", 3.0))
    cases.append(Case((grad.astype("f4"), x[:, :2, :4, :4].astype("f4"), 2, 2), "float32", 3.0))
    return cases


def _slopes(ask, rng):
    """Nudge a pixel and see by how much the weighted sum of the pooled image changes."""
    x = rng.permutation(36).reshape(1, 1, 6, 6) * 1.0
    x[0, 0, 2, 3] = 50.0  # it wins four windows
    grad = rng.normal(size=(1, 1, 5, 5))
    got = ask(grad, x, 2, 1)

    def value(image):
        windows = np.lib.stride_tricks.sliding_window_view(image, (2, 2), axis=(2, 3))
        return float(np.sum(windows.max(axis=(4, 5)) * grad))

    for a, b in ((0, 0), (2, 3), (5, 5), (3, 1), (1, 4), (4, 2)):
        step = np.zeros_like(x)
        step[0, 0, a, b] = 0.25
        slope = (value(x + step) - value(x - step)) / 0.5
        if abs(slope - got[0, 0, a, b]) > 1e-6:
            return Finding(
                f"Nudging pixel ({a}, {b}) shows a slope of {slope:.4g}; your gradient there is "
                f"{got[0, 0, a, b]:.4g}",
                args=(grad, x, 2, 1),
                got=got,
                safe="Your gradient is not the slope that a small nudge shows",
            )
    return None


def _spreads(grad, x, size, stride):
    out = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            out[:, :, rows, columns] += grad[:, :, i : i + 1, j : j + 1] / size**2
    return out


def _to_all(grad, x, size, stride):
    out = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            out[:, :, rows, columns] += grad[:, :, i : i + 1, j : j + 1]
    return out


def _all_winners(grad, x, size, stride):
    out = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            window = x[:, :, rows, columns]
            won = window == window.max(axis=(2, 3), keepdims=True)
            out[:, :, rows, columns] += won * grad[:, :, i : i + 1, j : j + 1]
    return out


def _shares_ties(grad, x, size, stride):
    out = np.zeros(x.shape)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            window = x[:, :, rows, columns]
            won = window == window.max(axis=(2, 3), keepdims=True)
            won = won / won.sum(axis=(2, 3), keepdims=True)
            out[:, :, rows, columns] += won * grad[:, :, i : i + 1, j : j + 1]
    return out


def _overwrites(grad, x, size, stride):
    out = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*grad.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        out[n, c, i * stride + u, j * stride + v] = grad[n, c, i, j]
    return out


def _value_times_gradient(grad, x, size, stride):
    out = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*grad.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        out[n, c, i * stride + u, j * stride + v] += grad[n, c, i, j] * window.max()
    return out


def _ones(grad, x, size, stride):
    out = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*grad.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        out[n, c, i * stride + u, j * stride + v] += 1.0
    return out


EXERCISE = Exercise(
    name="max_pool_backward",
    unit="convolution",
    title="The way back through max pooling",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=max_pool_backward,
    axes={"N": (("grad", 0), ("x", 0)), "C": (("grad", 1), ("x", 1))},
    checks=(
        Check("one_window", "One window", 2, cases=_one_window),
        Check("side_by_side", "Windows side by side", 1.5, cases=_side_by_side),
        Check("overlap", "Windows that overlap", 1.5, cases=_overlap),
        Check("ties", "Equal pixels", 1, cases=_ties),
        Check("random", "Random images", 2, cases=_random),
        Check("slopes", "It is the slope", 1, "gradient", examine=_slopes, needs=("one_window",)),
    ),
    misconceptions=(
        Misconception(
            "spreads",
            "The gradient is shared out among the pixels of a window.",
            "Every pixel gets the same part: that is average pooling.",
            _spreads,
            (
                "What happens to the largest number if you nudge one of the others a little?",
                "Only the winner has a say in what comes out, so only it gets the gradient.",
                "Find the place of the maximum and add the whole gradient there.",
            ),
            "one_window",
        ),
        Misconception(
            "to_all",
            "Every pixel of a window gets its gradient.",
            "The losers get as much as the winner.",
            _to_all,
            (
                "How much does the result change when you nudge a pixel that is not the largest?",
                "A pixel without influence has the gradient 0.",
                "Write the gradient to the winner only.",
            ),
            "one_window",
        ),
        Misconception(
            "all_winners",
            "All of the equally large pixels win.",
            "Where pixels are equal the gradient is counted several times.",
            _all_winners,
            (
                "In a window of four equal pixels, what do your gradients add up to?",
                "window == window.max() may be true at several places.",
                "Use argmax: it names the first winner only.",
            ),
            "ties",
        ),
        Misconception(
            "shares_ties",
            "Equal pixels share the gradient.",
            "Where pixels are equal each of them gets a part.",
            _shares_ties,
            (
                "What does the statement say of pixels that are equally large?",
                "Sharing would be fair, but one winner is asked: the first in reading order.",
                "Use argmax and leave away the division.",
            ),
            "ties",
        ),
        Misconception(
            "overwrites",
            "A pixel wins once.",
            "With overlapping windows the gradients of all but one window are lost.",
            _overwrites,
            (
                "In how many of the overlapping windows can one pixel be the largest?",
                "What is used several times collects the gradient of each use.",
                "Write += where you write = now.",
            ),
            "overlap",
        ),
        Misconception(
            "value_times_gradient",
            "The gradient is multiplied with the pixel.",
            "Every gradient is too large by the factor of the winning pixel.",
            _value_times_gradient,
            (
                "By how much does the result change if the winner grows by 0.1?",
                "The winner is passed on as it is, so its local derivative is 1.",
                "Add the gradient alone, without the pixel's value.",
            ),
            "one_window",
        ),
        Misconception(
            "ones",
            "The derivative of the maximum is all that counts.",
            "The winners are marked by 1: the gradient from above has no effect.",
            _ones,
            (
                "Which argument does your code never use?",
                "Backwards means: local derivative times what comes from above.",
                "Multiply the 1 by grad[n, c, i, j].",
            ),
            "one_window",
        ),
    ),
)
