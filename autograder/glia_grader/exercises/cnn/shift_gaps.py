"""Measured, not believed: convolution is equivariant to shifts, its maximum is invariant."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
"Convolutional nets are translation *invariant*", one often reads. Measure it. Let $F$ be the
feature map of the image (cross-correlation with the kernel, no padding) and $F'$ that of the image
*shifted* by $d$ columns to the right; zeros come in from the left, and what leaves on the right is
lost. Return three largest differences:

| name | what is compared | what it says |
| --- | --- | --- |
| `equivariance` | $F'$ from column $d$ on, $F$ without its last $d$ columns | 0 if it moves along |
| `invariance` | $F'$ with $F$, at the same places | 0 only if the map stayed the same |
| `pooled` | the maximum of $F'$ with the maximum of $F$ | 0 if global max pooling hides the shift |
"""

SIGNATURE = '''
def shift_gaps(image, kernel, shift):
    """Shift an image and see what becomes of its feature map.

    Args:
        image: Shape (H, W).
        kernel: Shape (KH, KW).
        shift: Columns to the right, from 1 to W - KW.

    Returns:
        (equivariance, invariance, pooled): three largest absolute differences.
    """
'''


def shift_gaps(image, kernel, shift):
    """Two maps, three comparisons."""
    moved = np.zeros(image.shape)
    moved[:, shift:] = image[:, :-shift]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    return (
        float(np.abs(second[:, shift:] - first[:, :-shift]).max()),
        float(np.abs(second - first).max()),
        float(np.abs(second.max() - first.max())),
    )


def _dot(rng):
    image = np.zeros((4, 7))
    image[1, 2], image[2, 1] = 5.0, -2.0
    return [
        Case((image, np.array([[1.0, -1.0], [0.5, 2.0]]), 1), "two dots, one column"),
        Case((image, np.array([[1.0, 3.0]]), 3), "two dots, three columns"),
    ]


def _edges(rng):
    """Something large leaves the image on the right; something on the left leaves a gap."""
    image = np.array([[3.0, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8], [9, 7, 9, 3, 2, 30]])
    return [
        Case((image, np.array([[1.0, -1.0], [2.0, 1.0]]), 2), "a bright pixel is lost"),
        Case((image[:, ::-1] - 4.0, np.array([[-1.0, 0.0, 1.0]]), 1), "zeros come in"),
    ]


def _random(rng):
    cases = []
    for h, w, kh, kw, shift in ((5, 8, 2, 3, 2), (6, 6, 3, 2, 1), (4, 9, 3, 3, 4)):
        image = rng.normal(size=(h, w)) + 1.5
        image[:, -1] += 6.0  # it is lost in the shift
        kernel = rng.normal(size=(kh, kw))
        kernel[0, 0] += 2.0
        cases.append(Case((image, kernel, shift), f"{h} × {w}, {shift} columns", 20.0))
    image = rng.normal(size=(8, 12)) + 1.0
    kernel = rng.normal(size=(2, 4))[:, ::2] + 1.0
    cases.append(Case((image[::2, ::-1], kernel, 2), "strided views", 20.0))
    return cases


def _goes_round(image, kernel, shift):
    moved = np.roll(image, shift, axis=1)
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    return (
        float(np.abs(second[:, shift:] - first[:, :-shift]).max()),
        float(np.abs(second - first).max()),
        float(np.abs(second.max() - first.max())),
    )


def _to_the_left(image, kernel, shift):
    moved = np.zeros(image.shape)
    moved[:, :-shift] = image[:, shift:]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    return (
        float(np.abs(second[:, :-shift] - first[:, shift:]).max()),
        float(np.abs(second - first).max()),
        float(np.abs(second.max() - first.max())),
    )


def _same_places(image, kernel, shift):
    moved = np.zeros(image.shape)
    moved[:, shift:] = image[:, :-shift]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    gap = float(np.abs(second - first).max())
    return gap, gap, float(np.abs(second.max() - first.max()))


def _signed(image, kernel, shift):
    moved = np.zeros(image.shape)
    moved[:, shift:] = image[:, :-shift]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    return (
        float((second[:, shift:] - first[:, :-shift]).max()),
        float((second - first).max()),
        float(second.max() - first.max()),
    )


def _largest_place(image, kernel, shift):
    moved = np.zeros(image.shape)
    moved[:, shift:] = image[:, :-shift]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    place = np.unravel_index(first.argmax(), first.shape)
    return (
        float(np.abs(second[:, shift:] - first[:, :-shift]).max()),
        float(np.abs(second - first).max()),
        float(np.abs(second[place] - first[place])),
    )


def _mean(image, kernel, shift):
    moved = np.zeros(image.shape)
    moved[:, shift:] = image[:, :-shift]
    first, second = (
        np.einsum("ijuv,uv->ij", np.lib.stride_tricks.sliding_window_view(x, kernel.shape), kernel)
        for x in (image, moved)
    )
    return (
        float(np.abs(second[:, shift:] - first[:, :-shift]).mean()),
        float(np.abs(second - first).mean()),
        float(np.abs(second.max() - first.max())),
    )


EXERCISE = Exercise(
    name="shift_gaps",
    unit="cnn",
    title="Does it move along, or does it stay?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=shift_gaps,
    returns=("equivariance", "invariance", "pooled"),
    checks=(
        Check("dots", "Dots on black", 3, cases=_dot),
        Check("edges", "What leaves and what comes in", 3, cases=_edges),
        Check("random", "Random images", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "goes_round",
            "What leaves on the right comes in on the left.",
            "On black it is right; elsewhere the shifted image is another one.",
            _goes_round,
            (
                "What stands in the first columns of your shifted image?",
                "np.roll goes round the image; a camera that turns does not.",
                "Start from zeros and copy image[:, :-shift] to the columns from shift on.",
            ),
            "edges",
        ),
        Misconception(
            "to_the_left",
            "A shift by d looks d columns further.",
            "The image goes to the left.",
            _to_the_left,
            (
                "In which column does a dot of column 2 arrive after a shift by 1?",
                "To the right means: column c goes to column c + shift.",
                "Write moved[:, shift:] = image[:, :-shift].",
            ),
            "dots",
        ),
        Misconception(
            "same_places",
            "Equivariant means that the numbers stay where they are.",
            "The first two numbers are the same.",
            _same_places,
            (
                "What is the difference between your first and your second comparison?",
                "Equivariant: the map moves along. So look for it where it has moved to.",
                "Compare the second map from column shift on with the first without its last "
                "columns.",
            ),
            "dots",
        ),
        Misconception(
            "signed",
            "The largest difference is the one with the largest sign.",
            "Differences below 0 are overlooked.",
            _signed,
            (
                "Can a gap be negative?",
                "A difference of -5 is as large a gap as one of +5.",
                "Take np.abs before max.",
            ),
            "dots",
        ),
        Misconception(
            "largest_place",
            "Pooling looks at the place of the largest number.",
            "The third number compares one place instead of two maxima.",
            _largest_place,
            (
                "Where is the maximum of the shifted map?",
                "Global max pooling forgets the place: each map has its own maximum.",
                "Compare second.max() with first.max().",
            ),
            "dots",
        ),
        Misconception(
            "mean",
            "A gap is an average.",
            "The second number is too small.",
            _mean,
            (
                "The table asks for the largest difference. Which do you return?",
                "A mean over many equal places hides a large difference at one.",
                "Use max() where you use mean().",
            ),
            "dots",
        ),
    ),
)
