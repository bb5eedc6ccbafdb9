"""Images with the batch innermost: (C, H, W, N) in memory, shown as (N, C, H, W).

Every inner loop of a convolution, a pool or a norm then runs over contiguous memory, whatever the
width of the image. A layer that gets images in the usual order turns them once; what it returns
lies in the new order already, and the layers behind it find it so.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ._core.memory import address
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import STREAM, parts_of, share

Axes = tuple[int, ...] | None


def batch_last(x: np.ndarray) -> np.ndarray:
    """Return images (N, C, H, W) as contiguous (C, H, W, N): a view if they lie so, else a copy."""
    lying = x.transpose(1, 2, 3, 0)
    if lying.flags.carray:
        return lying
    out = take(*lying.shape)
    if out.size:
        _turn(ready(x).reshape(len(x), -1), out.reshape(-1, len(x)))
    return out


def batch_first(lying: np.ndarray) -> np.ndarray:
    """Show contiguous (C, H, W, N) as (N, C, H, W)."""
    return lying.transpose(3, 0, 1, 2)


def as_it_lies(x: np.ndarray) -> tuple[np.ndarray, Axes, Axes]:
    """Return x with its axes in the order of memory, how they went there, and how they come back.

    What lies in no order at all is copied.
    """
    flags = x.flags
    if flags.carray:
        return x, None, None
    if x.ndim == 4:
        lying = x.transpose(1, 2, 3, 0)
        if lying.flags.carray:
            return lying, (1, 2, 3, 0), (3, 0, 1, 2)
    elif x.ndim == 2 and flags.f_contiguous and flags.behaved:
        return x.T, (1, 0), (1, 0)
    return np.array(x, order="C"), None, None


def in_order(x: np.ndarray, axes: Axes) -> np.ndarray:
    """Return x with its axes in this order, contiguous."""
    return ready(x if axes is None else x.transpose(axes))


def are_neighbours(arrays: Sequence[np.ndarray], width: int) -> bool:
    """Return whether each float32 array begins `width` floats behind the one before it.

    In the same memory, and with the same distances between their elements.
    """
    first = arrays[0]
    for before, a in itertools.pairwise(arrays):
        if a.dtype != FLOAT32 or a.strides != first.strides or a.shape != first.shape:
            return False
        if a.base is None or a.base is not first.base or distance(before, a) != width:
            return False
    return first.dtype == FLOAT32


@jit
def distance(a, b):
    """Return how many floats b begins behind a."""
    return (address(b) - address(a)) // 4


@parallel
def _turn(x, out):
    rows, columns = x.shape
    px, po = address(x), address(out)
    if x.size < STREAM:
        transpose(px, columns, po, rows, rows, columns)
    else:
        parts = parts_of(x.size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, columns, 16)
            transpose(px + 4 * first, columns, po + 4 * first * rows, rows, rows, last - first)
