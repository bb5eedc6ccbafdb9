"""The layer itself: many channels in, many filters, stride and padding."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
The whole convolutional layer. Each of the $O$ filters has a kernel for every channel and one bias;
what the channels give is *summed*, so a filter makes one channel of the result:

$$ Y_{noij} = b_o + \sum_{c} \sum_{u} \sum_{v} W_{ocuv}\, X_{n,\,c,\,s i + u,\, s j + v} $$

where $X$ has $p$ rows and columns of zeros on *each* side, and $s$ is the stride. Loop over the
$K_h \cdot K_w$ places of the kernel and let numpy do the images, channels and filters: this very
function will train a net at the end of the problem set.
"""

SIGNATURE = '''
def conv2d(x, weight, bias, stride, padding):
    """Cross-correlate images with filters.

    Args:
        x: Images, shape (N, C, H, W).
        weight: Filters, shape (O, C, KH, KW).
        bias: One number for each filter, shape (O,).
        stride: Step from place to place, the same along both axes.
        padding: Rows and columns of zeros on each side.

    Returns:
        Shape (N, O, H_out, W_out) with H_out = (H + 2 padding - KH) // stride + 1, W_out likewise.
    """
'''


def conv2d(x, weight, bias, stride, padding):
    """One product of matrices for each place of the kernel."""
    around = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), around, around))
    kh, kw = weight.shape[2:]
    rows = (padded.shape[2] - kh) // stride + 1
    columns = (padded.shape[3] - kw) // stride + 1
    shape = (len(weight), len(x), rows, columns)
    out = np.zeros(shape, dtype=np.result_type(x, weight, np.float32))
    for u in range(kh):
        for v in range(kw):
            down = slice(u, u + stride * rows, stride)
            right = slice(v, v + stride * columns, stride)
            out += np.tensordot(weight[:, :, u, v], padded[:, :, down, right], (1, 1))
    return out.transpose(1, 0, 2, 3) + bias[:, None, None]


_NINE = np.arange(9.0).reshape(1, 1, 3, 3)
_TWO = np.concatenate([_NINE, _NINE + 1], axis=1)
_FOUR = np.arange(4.0).reshape(1, 1, 2, 2)
_PAIR = np.concatenate([_FOUR, _FOUR + 1], axis=1)


def _one_channel(rng):
    image = np.array([[1.0, -2, 0, 3], [0, 1, 4, -1], [2, 2, -3, 0]])[None, None]
    kernel = np.array([[1.0, -1, 2], [0, 3, -2]])[None, None]
    return [
        Case((_NINE, _FOUR, np.array([0.0]), 1, 0), "the numbers 0 to 8"),
        Case((_NINE, _FOUR, np.array([1.0]), 1, 0), "with a bias of 1"),
        Case((image, kernel, np.array([0.5]), 1, 0), "not square"),
    ]


def _channels(rng):
    filters = np.concatenate([_PAIR, -_PAIR[:, ::-1], _PAIR[:, :, ::-1]])
    by_one = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]]).reshape(3, 2, 1, 1)
    b = np.array([0.0, 10.0, -1.0])
    return [
        Case((_TWO, _PAIR, np.array([0.0]), 1, 0), "two channels, one filter"),
        Case((_TWO, filters, b, 1, 0), "two channels, three filters"),
        Case((_TWO, by_one, b, 1, 0), "filters of 1 × 1 mix the channels"),
        Case((np.concatenate([_TWO, -_TWO[:, :, ::-1]]), filters, b, 1, 0), "two images"),
    ]


def _padding(rng):
    ones = np.ones((1, 1, 3, 3))
    return [
        Case((_NINE, ones, np.array([0.0]), 1, 1), "as large as the image"),
        Case((_TWO, _PAIR, np.array([2.0]), 1, 1), "larger than the image"),
        Case((_NINE, _FOUR, np.array([0.0]), 1, 2), "two rows of zeros on each side"),
    ]


def _stride(rng):
    image = rng.normal(size=(1, 1, 6, 7))
    kernel = rng.normal(size=(1, 1, 3, 2))
    return [
        Case((np.arange(25.0).reshape(1, 1, 5, 5), _FOUR, np.array([0.0]), 2, 0), "steps of 2"),
        Case((image, kernel, np.array([0.0]), 2, 0), "not square, steps of 2", 3.0),
        Case((image, kernel, np.array([1.0]), 3, 1), "padding, steps of 3", 3.0),
    ]


def _random(rng):
    cases = []
    sizes = (2, 3, 6, 5, 4, 3, 2, 1, 1), (3, 2, 5, 7, 3, 2, 3, 2, 0), (1, 4, 4, 4, 2, 1, 1, 1, 0)
    for n, c, h, w, o, kh, kw, stride, padding in sizes:
        arrays = [rng.normal(size=s) for s in ((n, c, h, w), (o, c, kh, kw), (o,))]
        note = f"{n} images of {c} × {h} × {w}, stride {stride}, padding {padding}"
        cases.append(Case((*arrays, stride, padding), note, 5.0))
    x, weight, bias = arrays = [rng.normal(size=s) for s in ((4, 2, 8, 6), (3, 2, 3, 3), (6,))]
    args = (x[::2, :, ::-1], weight.transpose(0, 1, 3, 2), bias[::2], 2, 1)
    cases.append(Case(args, "strided views", 5.0))
    single = tuple(a.astype(np.float32) for a in (x, weight, bias[:3]))
    cases.append(Case((*single, 1, 1), "float32", 10.0))
    return cases


def _flips(x, weight, bias, stride, padding):
    weight = weight[:, :, ::-1, ::-1]
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,ocuv->noij", views, weight) + bias[:, None, None]


def _mean_of_channels(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    out = np.einsum("ncijuv,ocuv->noij", views, weight) / x.shape[1]
    return out + bias[:, None, None]


def _one_kernel_for_all_channels(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,ouv->noij", views, weight[:, 0]) + bias[:, None, None]


def _bias_for_each_channel(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    out = np.einsum("ncijuv,ocuv->noij", views, weight)
    return out + x.shape[1] * bias[:, None, None]


def _no_padding(x, weight, bias, stride, padding):
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,ocuv->noij", views, weight) + bias[:, None, None]


def _pads_behind(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    views = views[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,ocuv->noij", views, weight) + bias[:, None, None]


def _thins_the_image(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows = (x.shape[2] - weight.shape[2]) // stride + 1
    columns = (x.shape[3] - weight.shape[3]) // stride + 1
    thin = x[:, :, ::stride, ::stride]
    more = ((0, 0), (0, 0), (0, weight.shape[2]), (0, weight.shape[3]))
    views = np.lib.stride_tricks.sliding_window_view(
        np.pad(thin, more), weight.shape[2:], axis=(2, 3)
    )[:, :, :rows, :columns]
    return np.einsum("ncijuv,ocuv->noij", views, weight) + bias[:, None, None]


def _no_stride(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,ocuv->noij", views, weight) + bias[:, None, None]


EXERCISE = Exercise(
    name="conv2d",
    unit="convolution",
    title="A convolutional layer",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=conv2d,
    axes={"N": (("x", 0),), "O": (("weight", 0), ("bias", 0)), "C": (("x", 1), ("weight", 1))},
    checks=(
        Check("one_channel", "One channel, one filter", 1.5, cases=_one_channel),
        Check("channels", "Many channels, many filters", 2, cases=_channels),
        Check("padding", "Padding", 1.5, cases=_padding),
        Check("stride", "Stride", 1.5, cases=_stride),
        Check("random", "Random layers", 2.5, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "flips",
            "A convolutional layer flips its kernels.",
            "Every kernel is turned by half a turn.",
            _flips,
            (
                "Which weight meets the upper left pixel of a patch?",
                "What is called a convolution here is a cross-correlation: nothing is flipped.",
                "Use weight[:, :, u, v] for the pixel u down and v to the right.",
            ),
            "one_channel",
        ),
        Misconception(
            "mean_of_channels",
            "Channels are averaged.",
            "With two channels the sums are half of what they should be.",
            _mean_of_channels,
            (
                "One channel is right. By which factor are you off with two?",
                "A filter adds up what its kernels find in all channels.",
                "Sum over the channels; do not divide.",
            ),
            "channels",
        ),
        Misconception(
            "one_kernel_for_all_channels",
            "A filter is one kernel, whatever the channel.",
            "The kernel of the first channel is used for all of them.",
            _one_kernel_for_all_channels,
            (
                "Which axis of weight does your code never use?",
                "weight[o] has shape (C, KH, KW): one kernel for each channel.",
                "Multiply channel c with weight[o, c].",
            ),
            "channels",
        ),
        Misconception(
            "bias_for_each_channel",
            "Each channel brings the bias along.",
            "With C channels the bias is added C times.",
            _bias_for_each_channel,
            (
                "How often is bias[o] added at one place of the result?",
                "A filter has one bias, not one for each of its kernels.",
                "Add the bias after the sum over the channels.",
            ),
            "channels",
        ),
        Misconception(
            "no_padding",
            "The kernel never leaves the image.",
            "The padding has no effect: the result is too small.",
            _no_padding,
            (
                "Which argument does your code never use?",
                "With padding 1 the image is framed by zeros before the kernel slides.",
                "np.pad the last two axes of x by (padding, padding).",
            ),
            "padding",
        ),
        Misconception(
            "pads_behind",
            "It does not matter where the zeros are.",
            "The shape is right; everything is moved up and to the left.",
            _pads_behind,
            (
                "Where is the first pixel of the image in your padded one?",
                "Half of the zeros come before the image, half of them behind it.",
                "np.pad takes (before, after) for each axis: give it (padding, padding).",
            ),
            "padding",
        ),
        Misconception(
            "thins_the_image",
            "A stride leaves pixels away.",
            "With a stride the patches have holes.",
            _thins_the_image,
            (
                "With stride 2, does a kernel of 2 × 2 see neighbours, or every second pixel?",
                "The stride moves the kernel further; the patch under it stays as it was.",
                "Place (i, j) starts at pixel (stride * i, stride * j); then u and v are added.",
            ),
            "stride",
        ),
        Misconception(
            "no_stride",
            "The kernel always moves by one pixel.",
            "With a stride too many numbers come out.",
            _no_stride,
            (
                "Which argument does your code never use?",
                "With stride 2 every second place is left away, along both axes.",
                "Keep the places [::stride, ::stride].",
            ),
            "stride",
        ),
    ),
)
