"""Max pooling; the textbook twin is in `glia.ops.pool`.

The four values of a window of 2 x 2 lie in four stretches of memory (the batch is innermost), and
the windows of all images are compared lane by lane. Other windows go place by place (`pool_any`).
"""

from __future__ import annotations

import numpy as np

from glia.ops import pool as plain
from glia.ops.conv import output_size

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share
from .pool_any import NONE, are_few, as_numbers, gather, laid, larger, shown, spread


def _largest(f, a, s):
    """The largest of four, or the floor if that is larger; NaN is no floor."""
    y = larger(f, larger(f, a[0], a[1]), larger(f, a[2], a[3]))
    return [f.where(y < s[0], s[0], y)]


def _winners(f, a, s):
    """The upstream gradient to the first of equals (or NaN) above the floor, 0 to the others."""
    y = a[4]
    has_floor = s[0] == s[0]
    left = f.where(y > s[0], a[5], f.where(has_floor, 0.0, a[5]))
    out = []
    for x in a[:4]:
        out.append(f.where(x == y, left, f.where(x == x, 0.0, left)))
        left = f.where(x == y, 0.0, f.where(x == x, left, 0.0))
    return out


_largest_of_four = vector_loop(_largest, loads=(0, 1, 2, 3), stores=(4,))
_to_the_first = vector_loop(_winners, loads=tuple(range(6)), stores=(6, 7, 8, 9), unroll=1)
_PAIRS = ((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))


def max_pool2d(x, kernel, stride, padding, dilation, rectify=False):
    """Return the largest value of each window, of max(x, 0) if it is to be rectified."""
    if x.dtype != FLOAT32 or not x.size:
        return plain.max_pool2d(x, kernel, stride, padding, dilation, rectify)
    is_pairs = (kernel, stride, padding, dilation) == _PAIRS
    few = not is_pairs and are_few(x.shape, stride)
    source, floor = laid(x, few), 0.0 if rectify else NONE
    channels, height, width, batch = source.shape
    if is_pairs:
        y = take(channels, height // 2, width // 2, batch)
        _forward(source, y, floor)
    else:
        sizes = map(output_size, (height, width), kernel, stride, padding, dilation)
        y = take(channels, *sizes, batch)
        window = as_numbers(source, y, kernel, stride, padding, dilation)
        gather(source, y, window, floor, NONE)
    return shown(y, few, len(x))


def max_pool2d_backward(grad, x, y, kernel, stride, padding, dilation, rectify=False):
    """Send each window's gradient to its (first) largest value, if rectified only a positive."""
    if not x.dtype == grad.dtype == FLOAT32 or not x.size or not grad.size:
        return plain.max_pool2d_backward(grad, x, y, kernel, stride, padding, dilation, rectify)
    is_pairs = (kernel, stride, padding, dilation) == _PAIRS
    few = not is_pairs and are_few(x.shape, stride)
    source, largest, upstream = laid(x, few), laid(y, few), laid(grad, few)
    out, floor = take(*source.shape), 0.0 if rectify else NONE
    if is_pairs:
        if source.shape[1] % 2 or source.shape[2] % 2:
            out[...] = 0  # the last row or column is in no window
        _backward(source, largest, upstream, out, floor)
    else:
        window = as_numbers(source, upstream, kernel, stride, padding, dilation)
        spread(upstream, source, largest, out, window, floor, NONE)
    return shown(out, few, len(x))


@parallel
def _forward(x, y, floor):
    rows = y.shape[0] * y.shape[1]
    parts = min(parts_of(x.size, STREAM), rows)
    if parts == 1:
        _rows(0, rows, x, y, floor)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows(first, last, x, y, floor)


@jit
def _rows(first, last, x, y, floor):
    least = np.float32(floor)
    height, width, batch = x.shape[1], x.shape[2], x.shape[3]
    px, py = address(x), address(y)
    right, down = 4 * batch, 4 * width * batch
    for row in range(first, last):
        c, h = row // y.shape[1], row % y.shape[1]
        for w in range(y.shape[2]):
            a = px + 4 * (((c * height + 2 * h) * width + 2 * w) * batch)
            out = py + 4 * ((row * y.shape[2] + w) * batch)
            _largest_of_four((a, a + right, a + down, a + down + right, out), batch, (least,))


@parallel
def _backward(x, y, grad, out, floor):
    rows = y.shape[0] * y.shape[1]
    parts = min(parts_of(x.size, STREAM), rows)
    if parts == 1:
        _rows_backward(0, rows, x, y, grad, out, floor)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows_backward(first, last, x, y, grad, out, floor)


@jit
def _rows_backward(first, last, x, y, grad, out, floor):
    least = np.float32(floor)
    height, width, batch = x.shape[1], x.shape[2], x.shape[3]
    px, py, pg, po = address(x), address(y), address(grad), address(out)
    right, down = 4 * batch, 4 * width * batch
    for row in range(first, last):
        c, h = row // y.shape[1], row % y.shape[1]
        for w in range(y.shape[2]):
            move = 4 * (((c * height + 2 * h) * width + 2 * w) * batch)
            a, d = px + move, po + move
            here = 4 * ((row * y.shape[2] + w) * batch)
            _to_the_first(
                (
                    a,
                    a + right,
                    a + down,
                    a + down + right,
                    py + here,
                    pg + here,
                    d,
                    d + right,
                    d + down,
                    d + down + right,
                ),
                batch,
                (least,),
            )
