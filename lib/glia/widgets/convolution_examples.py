"""The small inputs and kernels that the convolution stepper walks over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["EXAMPLES", "Example", "example"]


@dataclass(frozen=True)
class Example:
    """An input and a kernel with the same channels.

    Attributes:
        words: how a menu names it.
        x: (C, H, W)
        kernel: (C, KH, KW)
        flat: a row of numbers rather than an image; height 1.
    """

    words: str
    x: np.ndarray
    kernel: np.ndarray
    flat: bool = False


def example(words: str, x: object, kernel: object) -> Example:
    """Return an example from arrays of one (a row), two (an image) or three (channels) axes.

    Raises:
        ValueError: the axes of input and kernel differ, or their channels do.
    """
    x, kernel = np.array(x, dtype=float), np.array(kernel, dtype=float)
    if x.ndim != kernel.ndim or x.ndim not in (1, 2, 3):
        raise ValueError(
            f"expected input and kernel with as many axes, 1 to 3, got {x.shape} and {kernel.shape}"
        )
    flat = x.ndim == 1
    while x.ndim < 3:
        x, kernel = x[None], kernel[None]
    if len(x) != len(kernel):
        raise ValueError(f"expected as many channels in both, got {len(x)} and {len(kernel)}")
    return Example(words, x, kernel, flat)


NINE, FOUR = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
CROSS = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
LETTER = [
    [0, 1, 1, 1, 1, 1, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 1, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 1, 1, 1, 1, 1, 0],
]

EXAMPLES = {
    "nine": example("3×3 input, 2×2 kernel", NINE, FOUR),
    "five": example("5×5 input, 3×3 kernel", CROSS, [[1, 0, 1], [0, 1, 0], [1, 0, 1]]),
    "row": example("a row, a symmetric kernel", [1, 1, 1, 0, 0], [1, 0, 1]),
    "step": example("a row, a lopsided kernel", [0, 0, 1, 2, 2, 2, 0], [1, 0, -1]),
    "channels": example("two channels", [NINE, NINE + 1], [FOUR, FOUR + 1]),
    "letter": example("5×7 letter, diagonal kernel", LETTER, np.eye(3)[::-1]),
}
