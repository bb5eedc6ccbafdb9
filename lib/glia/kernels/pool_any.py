"""Windows of any kind: into each its largest value or a multiple of its sum, and the way back.

The place (u, v) of the window (i, j) is the pixel (i s + u d − p, j s + v d − p); places outside of
the image are passed over. All windows of a row look at one place before they go on to the next, so
a window's places come in order, and the batch (with a stride of 1 the whole row) is one loop. Of
few images the channels are taken for images too.

Largest values and sums take the same loops, so that there is half as much to compile:

    largest: y ← max(y, x, floor)     gradient: to the first x = y, which uses it up
    sum:     y ← y + factor · x       gradient: factor · ∂y to all, and nothing is used up
"""

from __future__ import annotations

import math

import numpy as np

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import batch_first, batch_last
from ._pool import take
from ._share import STREAM, parts_of, share

PARTS = 8  # into which work is cut at most
_FEW = 8  # images from which on a batch is a loop of its own
NONE = math.nan  # no floor, or no factor: the largest value is asked for


def as_numbers(x, y, kernel, stride, padding, dilation):
    """Return all that the loops know of windows: 14 numbers, in the order of their unpacking.

    x are the images, (C, H, W, N), and y what there is for each window, (C, H_out, W_out, N).
    """
    return *kernel, *stride, *dilation, padding[0][0], padding[1][0], *x.shape, *y.shape[1:3]


def are_few(shape, stride):
    """Return whether the batch leaves vectors empty and its channels had better lie beside it."""
    return shape[0] < _FEW < 2 * shape[0] * shape[1] and stride[1] > 1


def laid(x, few):
    """Return images (N, C, H, W) as (C, H, W, N), or as (1, H, W, N C) if they are few."""
    return batch_last(x.reshape(-1, 1, *x.shape[2:]) if few else x)


def shown(lying, few, batch):
    """Show what `laid` made as (N, C, H, W); the few are brought back to the usual order."""
    if not few:
        return batch_first(lying)
    _, height, width, many = lying.shape
    usual = batch_last(lying.reshape(height * width, 1, 1, many))
    return usual.reshape(batch, many // batch, height, width)


def larger(f, a, b):
    """The larger one; NaN if either is."""
    return f.where(b == b, f.where(b > a, b, a), b)


def _combine(f, a, s):
    """The sum with factor · x, or the larger one of y and of x (not below the floor)."""
    x, y = a
    floor, factor = s
    most = larger(f, y, f.where(x < floor, floor, x))
    return [f.where(factor == factor, f.fma(x, factor, y), most)]


def _begin(f, a, s):
    """The upstream gradient by the factor, or where the largest value is above the floor."""
    y, grad = a[:2]
    floor, factor = s
    passed = f.where(y > floor, grad, f.where(floor == floor, 0.0, grad))
    return [f.where(factor == factor, grad * factor, passed)]


def _give(f, a, s):
    """What is left of the gradient goes to x if it is the largest, or NaN as that is.

    For sums x and y are the same memory: every place wins, and all is left.
    """
    x, y, left, out = a
    rest = f.where(s[1] == s[1], left, 0.0)
    given = f.where(x == y, left, f.where(x == x, 0.0, left))
    rest = f.where(x == y, rest, f.where(x == x, left, rest))
    return [rest, out + given]


_fill = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,), unroll=1)
_take_in = vector_loop(_combine, stores=(1,), unroll=1)
_start = vector_loop(_begin, loads=(0, 1), stores=(2,), unroll=1)
_give_on = vector_loop(_give, stores=(2, 3), unroll=1)


def gather(x, y, window, floor, factor):
    """Write each window's sum times the factor to y, or its largest value, none below the floor.

    Args:
        x: images (C, H, W, N).
        y: the result (C, H_out, W_out, N).
        window: see `as_numbers`.
        floor: NONE if there is none.
        factor: NONE if the largest values are asked for.
    """
    _share_out(False, x, y, y, x, y, window, floor, factor)


def spread(grad, x, y, out, window, floor, factor):
    """Add the gradient of each window's sum to all its pixels, or of its largest to the first.

    Args:
        grad: the upstream gradient, (C, H_out, W_out, N).
        x: images (C, H, W, N); not looked at for sums.
        y: the largest values, (C, H_out, W_out, N); for sums grad once more.
        out: the gradient of the images.
        window: see `as_numbers`.
        floor: NONE if there is none.
        factor: NONE if y are the largest values.
    """
    work = take(PARTS, 1, *grad.shape[2:])  # for each part a row of windows
    _share_out(True, x, y, grad, out, work, window, floor, factor)


@parallel
def _share_out(back, x, y, grad, out, work, window, floor, factor):
    px, py, pg, po, pw = address(x), address(y), address(grad), address(out), address(work)
    parts = parts_of(y.size * window[0] * window[1], STREAM)
    if parts == 1:
        _rows(0, 1, back, px, py, pg, po, pw, window, floor, factor)
    else:
        for t in prange(parts):
            _rows(t, parts, back, px, py, pg, po, pw, window, floor, factor)


@jit
def _rows(part, parts, back, x, y, grad, out, work, window, floor, factor):
    """Go through a part of the rows of windows: from x to y, or back from grad to out."""
    kh, kw, stride, _, dilation, _, pad, _, channels, height, width, batch, rows, columns = window
    # Where windows of two rows have pixels in common, one thread takes all rows of an image.
    reach = max((kh - 1) * dilation + 1, stride)
    first, last = share(part, parts, channels * rows, rows if back and reach > stride else 1)
    setting, is_sum = (np.float32(floor), np.float32(factor)), factor == factor
    zero, least = (np.float32(0),), (np.float32(0.0 if is_sum else -math.inf),)
    pixel = 4 * batch
    step, left = window[3] * pixel, work + part * columns * pixel
    for row in range(first, last):
        c, i = row // rows, row % rows
        top, corner, here = i * stride - pad, c * height * width * pixel, row * columns * pixel
        if back:
            # Rows of pixels are cleared by the first row of windows that may reach them.
            old = 0 if i == 0 else min(max(top - stride + reach, 0), height)
            new = height if i == rows - 1 else min(max(top + reach, 0), height)
            _fill((out + corner + old * width * pixel,), (new - old) * width * batch, zero)
            _start((y + here, grad + here, left), columns * batch, setting)
        else:
            _fill((y + here,), columns * batch, least)
        for u in range(kh):
            h = top + u * dilation
            if 0 <= h < height:
                for v in range(kw):
                    start, w, runs, many = _columns_at(v, window)
                    a, b = corner + (h * width + w) * pixel, start * pixel
                    for _ in range(runs):
                        largest = y + here + b
                        if back:
                            value = largest if is_sum else x + a
                            _give_on((value, largest, left + b, out + a), many, setting)
                        else:
                            _take_in((x + a, largest), many, setting)
                        a, b = a + step, b + pixel


@jit
def _columns_at(v, window):
    """Return which window's place is the first inside, its pixel, and runs of how many floats.

    One run if neighbours see neighbours, else one for each window.
    """
    stride, shift = window[3], v * window[5] - window[7]
    start = max(0, -(shift // stride))
    many = max(0, min(window[13], (window[10] - 1 - shift) // stride + 1) - start)
    runs = 1 if stride == 1 else many
    return start, start * stride + shift, runs, window[11] * (many if stride == 1 else 1)
