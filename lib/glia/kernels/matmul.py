"""Products of two matrices; the textbook twin is in `glia.ops.matmul`.

A block of B, a slab of rows deep and a tile wide, is copied to where its rows follow each other;
all rows of A then meet it while it is in the second-level cache. Threads share the rows of A.
Of a batch of products, threads share the products.
"""

from __future__ import annotations

import math

from glia.ops.matmul import product as plain_product

from ._core.gemm import SLAB, gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._core.target import LANES, ROWS, VECTORS
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._layout import as_it_lies
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share

_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_WIDE = LANES * VECTORS
_SMALL = 1 << 16  # floats of B that stay in the second-level cache


def product(a, b):
    """Return A B."""
    if not a.dtype == b.dtype == FLOAT32 or not (a.size and b.size):
        return plain_product(a, b)
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        return plain_product(a, b)
    if a.ndim > 2 or b.ndim > 2:
        fits = a.shape[:-2] == b.shape[:-2] and b.shape[-2] * b.shape[-1] <= _SMALL
        return _batch(a, b) if fits and math.prod(a.shape[:-2]) > 1 else plain_product(a, b)
    lying, _, back = as_it_lies(a)
    (rows, depth), columns = a.shape, b.shape[1]
    out = take(rows, columns)
    parts = parts_of(rows * depth * columns, SERIAL)
    room = take(parts, SLAB * _WIDE)
    _product(lying, back is not None, ready(b), out, room)
    return out


def _batch(a, b):
    """Return the products of as many matrices on either side."""
    lead, (rows, depth), columns = a.shape[:-2], a.shape[-2:], b.shape[-1]
    (left, turned), (right, also_turned) = _as_they_lie(a), _as_they_lie(b)
    out = take(len(left), rows, columns)
    parts = min(parts_of(len(left) * rows * depth * columns, SERIAL), len(left))
    _products(left, turned, right, also_turned, out, take(parts, depth * columns))
    return out.reshape(*lead, rows, columns)


def _as_they_lie(x):
    """Return matrices one behind the other, and whether each of them is turned."""
    turned = not x.flags.c_contiguous and x.swapaxes(-1, -2).flags.c_contiguous
    x = ready(x.swapaxes(-1, -2) if turned else x)
    return x.reshape(-1, *x.shape[-2:]), turned


@parallel
def _products(a, a_turned, b, b_turned, out, room):
    parts = len(room)
    if parts == 1:
        _some_products(0, len(out), a, a_turned, b, b_turned, out, address(room))
    else:
        for t in prange(parts):
            first, last = share(t, parts, len(out), 1)
            place = address(room) + 4 * t * room.shape[1]
            _some_products(first, last, a, a_turned, b, b_turned, out, place)


@jit
def _some_products(first, last, a, a_turned, b, b_turned, out, room):
    _, rows, columns = out.shape
    depth = a.shape[1] if a_turned else a.shape[2]
    row, col = (1, rows) if a_turned else (depth, 1)
    for i in range(first, last):
        right = address(b) + 4 * i * depth * columns
        if b_turned:
            transpose(right, depth, room, columns, columns, depth)
            right = room
        gemm(
            address(a) + 4 * i * rows * depth, row, col, right, columns,
            address(out) + 4 * i * rows * columns, columns, rows, columns, depth, 0, 0,
        )  # fmt: skip


@parallel
def _product(a, turned, b, out, room):
    parts = len(room)
    if parts == 1:
        _rows(0, len(out), 0, a, turned, b, out, room)
    else:
        for t in prange(parts):
            first, last = share(t, parts, len(out), ROWS)
            _rows(first, last, t, a, turned, b, out, room)


@jit
def _rows(first, last, part, a, turned, b, out, room):
    rows, columns = out.shape
    depth = len(b)
    row, col = (1, rows) if turned else (depth, 1)
    pa, pb, po = address(a) + 4 * first * row, address(b), address(out) + 4 * first * columns
    pr = address(room) + 4 * part * room.shape[1]
    for k in range(0, depth, SLAB):
        deep = min(SLAB, depth - k)
        for j in range(0, columns, _WIDE):
            some = min(_WIDE, columns - j)
            source = pb + 4 * (k * columns + j)
            if last - first < 32 or columns <= _WIDE:  # too few rows to pay for the copy
                lines, width = source, columns
            else:
                lines, width = pr, _WIDE
                for i in range(deep):
                    _copy((source + 4 * i * columns, pr + 4 * i * _WIDE), some, ())
            gemm(
                pa + 4 * k * col, row, col, lines, width, po + 4 * j, columns,
                last - first, some, deep, 0 if k == 0 else 1, 0,
            )  # fmt: skip
