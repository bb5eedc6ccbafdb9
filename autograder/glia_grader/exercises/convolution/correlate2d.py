"""Cross-correlation of one grey image with one filter, plus a bias."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
In two dimensions the kernel slides over an image, and at each place where it lies wholly inside

$$ Y_{ij} = b + \sum_{u=0}^{K_h-1} \sum_{v=0}^{K_w-1} W_{uv}\, X_{i+u,\, j+v} $$

The patch that belongs to $(i, j)$ *starts* there; it is not centred there. Each number of the
result says how much the patch looks like the kernel.
"""

SIGNATURE = '''
def correlate2d(image, kernel, bias):
    """Slide one kernel over one grey image.

    Args:
        image: Shape (H, W).
        kernel: Shape (KH, KW), not larger than the image.
        bias: A number that is added everywhere.

    Returns:
        Shape (H - KH + 1, W - KW + 1).
    """
'''


def correlate2d(image, kernel, bias):
    """Add up shifted copies of the image, each with its weight."""
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    out = np.full((rows, columns), bias, dtype=np.result_type(image, kernel, np.float32))
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            out += kernel[u, v] * image[u : u + rows, v : v + columns]
    return out


_NINE = np.arange(9.0).reshape(3, 3)
_FOUR = np.array([[0.0, 1.0], [2.0, 3.0]])
_BLOT = np.array(
    [
        [1.0, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 0],
        [0, 1, 1, 0, 0],
    ]
)
_CROSS = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])


def _small(rng):
    return [
        Case((_NINE, _FOUR, 0.0), "the numbers 0 to 8"),
        Case((_BLOT, _CROSS, 0.0), "a 5 × 5 image"),
        Case((_NINE, np.array([[1.0, 0.0], [0.0, -1.0]]), 0.0), "a difference along the diagonal"),
    ]


def _bias(rng):
    return [
        Case((_NINE, _FOUR, 1.0), "a bias of 1"),
        Case((_BLOT, _CROSS, -2.5), "a negative bias"),
    ]


def _curve(rng):
    """A filter for a bent line, on a patch that has the bend and on one that has not."""
    filter_ = np.zeros((7, 7))
    filter_[[0, 1, 2, 3, 4, 5], [5, 4, 3, 3, 3, 3]] = 30.0
    line = np.zeros((7, 7))
    line[0, 6] = 30.0
    line[1, 4:] = 50.0
    line[2, 3:5] = 20.0, 50.0
    line[3:, 3:5] = 50.0
    elsewhere = np.zeros((7, 7))
    elsewhere[0, :3], elsewhere[4:, 0] = 40.0, 80.0
    wide = np.hstack([elsewhere, line])
    return [
        Case((line, filter_, 0.0), "a filter of 7 × 7 on the bend that it looks for"),
        Case((elsewhere, filter_, 0.0), "the same filter somewhere else"),
        Case((wide[:, 2:], filter_, 0.0), "the same filter on a wide image"),
    ]


def _random(rng):
    cases = []
    for h, w, kh, kw in ((5, 7, 2, 3), (6, 4, 4, 1), (4, 8, 1, 3)):
        args = (rng.normal(size=(h, w)), rng.normal(size=(kh, kw)), float(rng.normal()))
        cases.append(Case(args, f"{h} × {w} with {kh} × {kw}", 3.0))
    big, kernel = rng.normal(size=(10, 12)), rng.normal(size=(3, 6))
    cases.append(Case((big[::2, ::3], kernel.T[::2, :2], 0.5), "strided views", 3.0))
    cases.append(Case((big.astype(np.float32), kernel.astype(np.float32), 0.25), "float32", 5.0))
    return cases


def _flips(image, kernel, bias):
    kh, kw = kernel.shape
    turned = kernel[::-1, ::-1]
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * turned) + bias
             for j in range(image.shape[1] - kw + 1)]
            for i in range(image.shape[0] - kh + 1)
        ]
    )  # fmt: skip


def _transposes(image, kernel, bias):
    turned = kernel.T
    kh, kw = turned.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * turned) + bias
             for j in range(image.shape[1] - kw + 1)]
            for i in range(image.shape[0] - kh + 1)
        ]
    )  # fmt: skip


def _no_bias(image, kernel, bias):
    kh, kw = kernel.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * kernel)
             for j in range(image.shape[1] - kw + 1)]
            for i in range(image.shape[0] - kh + 1)
        ]
    )  # fmt: skip


def _bias_each_time(image, kernel, bias):
    kh, kw = kernel.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * kernel + bias)
             for j in range(image.shape[1] - kw + 1)]
            for i in range(image.shape[0] - kh + 1)
        ]
    )  # fmt: skip


def _sums_first(image, kernel, bias):
    kh, kw = kernel.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw]) * np.sum(kernel) + bias
             for j in range(image.shape[1] - kw + 1)]
            for i in range(image.shape[0] - kh + 1)
        ]
    )  # fmt: skip


def _tiles(image, kernel, bias):
    kh, kw = kernel.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * kernel) + bias
             for j in range(0, image.shape[1] - kw + 1, kw)]
            for i in range(0, image.shape[0] - kh + 1, kh)
        ]
    )  # fmt: skip


def _one_short(image, kernel, bias):
    kh, kw = kernel.shape
    return np.array(
        [
            [np.sum(image[i : i + kh, j : j + kw] * kernel) + bias
             for j in range(image.shape[1] - kw)]
            for i in range(image.shape[0] - kh)
        ]
    )  # fmt: skip


EXERCISE = Exercise(
    name="correlate2d",
    unit="convolution",
    title="A filter on an image",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=correlate2d,
    checks=(
        Check("small", "Small images by hand", 3, cases=_small),
        Check("bias", "The bias", 1.5, cases=_bias),
        Check("curve", "A filter that looks for a bent line", 1.5, cases=_curve),
        Check("random", "Random images, not only square ones", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "flips",
            "A convolutional layer flips its kernel.",
            "The kernel is turned by half a turn.",
            _flips,
            (
                "Which weight meets the pixel in the upper left of a patch?",
                "True convolution flips the kernel in both directions; the formula here does not.",
                "Use the kernel as it is, without [::-1, ::-1].",
            ),
            "small",
        ),
        Misconception(
            "transposes",
            "Rows and columns of a kernel may be swapped.",
            "The kernel is transposed.",
            _transposes,
            (
                "Which pixel does W[0, 1] multiply: the right neighbour or the one below?",
                "The first index goes down, the second to the right, in image and kernel alike.",
                "Use kernel, not kernel.T.",
            ),
            "small",
        ),
        Misconception(
            "no_bias",
            "A filter has no bias.",
            "All numbers are off by the bias.",
            _no_bias,
            (
                "Which argument does your code never use?",
                "One number is added to every place of the result.",
                "Add bias to each sum.",
            ),
            "bias",
        ),
        Misconception(
            "bias_each_time",
            "The bias is added to every product.",
            "The bias is counted once for each weight of the kernel.",
            _bias_each_time,
            (
                "How often does your code add the bias at one place of the result?",
                "The bias stands outside the sum over the kernel.",
                "Add bias after np.sum, not inside it.",
            ),
            "bias",
        ),
        Misconception(
            "sums_first",
            "Only the sums over patch and kernel count.",
            "Two different patches of equal brightness get the same answer.",
            _sums_first,
            (
                "Does your answer change if you shuffle the pixels of a patch?",
                "Each pixel is multiplied with the weight that lies on it, and then it is summed.",
                "Take np.sum(patch * kernel), not np.sum(patch) * np.sum(kernel).",
            ),
            "small",
        ),
        Misconception(
            "tiles",
            "The kernel jumps by its own size.",
            "Patches do not overlap: too few numbers come out.",
            _tiles,
            (
                "By how many pixels does your kernel move to the next place?",
                "Neighbouring patches overlap: the kernel moves on by one pixel.",
                "Leave away the step in range(...).",
            ),
            "small",
        ),
        Misconception(
            "one_short",
            "The kernel stops one before the edge.",
            "The last row and the last column are missing.",
            _one_short,
            (
                "At how many places does a kernel of 2 × 2 fit into 3 × 3 pixels?",
                "Along an axis there are H - KH + 1 places; range leaves its end away.",
                "Add 1 to both ranges.",
            ),
            "small",
        ),
    ),
)
