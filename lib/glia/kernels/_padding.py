"""Rows of images with zeros around them, made where they are needed.

Each part of the work pads the rows that it reads, in memory of its own: no pass over the whole
images, nothing that one core writes and another reads.
"""

from __future__ import annotations

import numpy as np

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit

_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_clear = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))


@jit
def pad_rows(lying, start, left, many, work, shape):
    """Write `many` rows of (C, H, W, N) from `start` on to work, (C, height, width, N)."""
    channels, rows, columns, batch = lying.shape
    height, width = shape[1], shape[2]
    nothing = (np.float32(0),)
    for c in range(channels):
        for r in range(many):
            h = start + r
            line = address(work) + 4 * (c * height + r) * width * batch
            if 0 <= h < rows:
                source = address(lying) + 4 * (c * rows + h) * columns * batch
                _clear((line,), left * batch, nothing)
                _copy((source, line + 4 * left * batch), columns * batch, ())
                line += 4 * (left + columns) * batch
                _clear((line,), (width - left - columns) * batch, nothing)
            else:
                _clear((line,), width * batch, nothing)
