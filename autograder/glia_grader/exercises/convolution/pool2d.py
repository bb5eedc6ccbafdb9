"""Pooling: the largest value or the mean of each window."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Pooling makes one number of each window, in every channel by itself: the largest one (`"max"`) or
the mean (`"avg"`). Windows are squares of side $k$ (`size`), they start every $s$ (`stride`)
pixels, and windows that would stick out are left away:

$$ Y_{ncij} = \max_{0 \le u,v < k} X_{n,\,c,\,si+u,\,sj+v} $$

A window as large as the image is *global* pooling. There is nothing to learn here.
"""

SIGNATURE = '''
def pool2d(x, size, stride, kind):
    """Pool each channel of each image.

    Args:
        x: Shape (N, C, H, W).
        size: Side of the square windows.
        stride: Step from window to window.
        kind: "max" or "avg".

    Returns:
        Shape (N, C, H_out, W_out) with H_out = (H - size) // stride + 1, W_out likewise.
    """
'''


def pool2d(x, size, stride, kind):
    """All windows as a view, then one reduction."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return windows.max(axis=(4, 5)) if kind == "max" else windows.mean(axis=(4, 5))


_NINE = np.arange(9.0).reshape(1, 1, 3, 3)
_SIGNS = np.array([[1.0, -5, 2, 0], [3, -1, -7, 4], [0, 6, -2, -3], [-4, 1, 8, -9]])[None, None]


def _max(rng):
    return [
        Case((_NINE, 2, 1, "max"), "the numbers 0 to 8"),
        Case((_SIGNS, 2, 2, "max"), "with negative numbers"),
        Case((-1.0 - _NINE, 2, 1, "max"), "negative numbers only"),
    ]


def _avg(rng):
    return [
        Case((_NINE, 2, 1, "avg"), "the numbers 0 to 8"),
        Case((_SIGNS, 2, 2, "avg"), "with negative numbers"),
    ]


def _strides(rng):
    image = np.arange(35.0).reshape(1, 1, 5, 7) % 11 - 3
    return [
        Case((image, 2, 2, "max"), "a rest at the edges"),
        Case((image, 3, 2, "max"), "windows that overlap"),
        Case((image, 3, 2, "avg"), "windows that overlap, their means"),
        Case((image, 2, 3, "max"), "windows with gaps"),
    ]


def _channels(rng):
    stack = np.concatenate([_SIGNS, -_SIGNS, _SIGNS + 10], axis=1)
    both = np.concatenate([stack, stack[:, ::-1, ::-1]])
    return [
        Case((stack, 2, 2, "max"), "three channels"),
        Case((both, 4, 1, "avg"), "the mean of whole images"),
        Case((both, 4, 4, "max"), "the largest number of whole images"),
    ]


def _random(rng):
    cases = []
    for shape, size, stride in (((2, 3, 6, 5), 2, 1), ((3, 1, 7, 7), 3, 3), ((1, 4, 4, 6), 2, 2)):
        x = rng.normal(size=shape)
        for kind in ("max", "avg"):
            cases.append(Case((x, size, stride, kind), f"windows of {size}, stride {stride}", 2.0))
    x = rng.normal(size=(4, 4, 10, 8))
    cases.append(Case((x[::2, ::3, ::-2, ::2], 2, 1, "max"), "a strided view", 2.0))
    cases.append(Case((x.astype(np.float32), 2, 2, "avg"), "float32", 2.0))
    return cases


def _starts_at_zero(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return np.maximum(views.max(axis=(4, 5)), 0) if kind == "max" else views.mean(axis=(4, 5))


def _by_size(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    views = views[:, :, ::size, ::size]
    return views.max(axis=(4, 5)) if kind == "max" else views.mean(axis=(4, 5))


def _sum(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return views.max(axis=(4, 5)) if kind == "max" else views.sum(axis=(4, 5))


def _strongest(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    if kind == "avg":
        return views.mean(axis=(4, 5))
    high, low = views.max(axis=(4, 5)), views.min(axis=(4, 5))
    return np.where(np.abs(low) > np.abs(high), low, high)


def _across_channels(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    if kind == "max":
        return views.max(axis=(1, 4, 5))[:, None]
    return views.mean(axis=(1, 4, 5))[:, None]


def _keeps_the_rest(x, size, stride, kind):
    rows = -(-max(x.shape[2] - size, 0) // stride) + 1
    columns = -(-max(x.shape[3] - size, 0) // stride) + 1
    out = np.zeros((*x.shape[:2], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, i * stride : i * stride + size, j * stride : j * stride + size]
            out[:, :, i, j] = window.max(axis=(2, 3)) if kind == "max" else window.mean(axis=(2, 3))
    return out


def _always_max(x, size, stride, kind):
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return views[:, :, ::stride, ::stride].max(axis=(4, 5))


EXERCISE = Exercise(
    name="pool2d",
    unit="convolution",
    title="Pooling",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=pool2d,
    axes={"N": (("x", 0),), "C": (("x", 1),)},
    checks=(
        Check("max", "Max pooling", 2, cases=_max),
        Check("avg", "Average pooling", 1.5, cases=_avg),
        Check("strides", "Strides and rests", 2, cases=_strides),
        Check("channels", "Channels and global pooling", 1.5, cases=_channels),
        Check("random", "Random images", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "starts_at_zero",
            "The search for the largest number can start at 0.",
            "Windows of negative numbers give 0.",
            _starts_at_zero,
            (
                "What is the largest of -3, -1, -2, -5? What does your code say?",
                "Starting at 0 is like adding a 0 to each window.",
                "Start at -np.inf, or let np.max do the work.",
            ),
            "max",
        ),
        Misconception(
            "by_size",
            "Windows never overlap.",
            "The stride has no effect: windows stand side by side.",
            _by_size,
            (
                "How many windows of 2 with stride 1 has an axis of 3?",
                "Window (i, j) starts at (i * stride, j * stride), whatever its size.",
                "Use stride for the step and size for the side only.",
            ),
            "max",
        ),
        Misconception(
            "sum",
            "Average pooling adds up.",
            "Means are too large by the number of pixels in a window.",
            _sum,
            (
                "Can the mean of a window be larger than its largest number?",
                "Divide the sum by the number of pixels.",
                "Divide by size * size, or use np.mean.",
            ),
            "avg",
        ),
        Misconception(
            "strongest",
            "The largest number is the one farthest from 0.",
            "Large negative numbers win against small positive ones.",
            _strongest,
            (
                "Which is larger, -5 or 2?",
                "Max pooling keeps the maximum, with its sign, and not the largest size.",
                "Leave np.abs away.",
            ),
            "max",
        ),
        Misconception(
            "across_channels",
            "Pooling joins the channels.",
            "One channel comes out, however many go in.",
            _across_channels,
            (
                "How many channels does your result have?",
                "Each channel is pooled by itself: they stand for different features.",
                "Reduce over the two axes of the window only.",
            ),
            "channels",
        ),
        Misconception(
            "keeps_the_rest",
            "The rest at the edge makes a window too.",
            "There is a row or column too many where the windows do not come out even.",
            _keeps_the_rest,
            (
                "How many whole windows of 2 with stride 2 has an axis of 5?",
                "A window that would stick out is left away.",
                "Round down: (H - size) // stride + 1.",
            ),
            "strides",
        ),
        Misconception(
            "always_max",
            "Pooling means max pooling.",
            "kind has no effect.",
            _always_max,
            (
                "Does your result change with the last argument?",
                '"avg" asks for the mean of each window.',
                'Return the mean unless kind == "max".',
            ),
            "avg",
        ),
    ),
)
