"""Products of two matrices; the textbook twin is in `glia.ops.matmul`.

A block of B, a slab of rows deep and a tile wide, is copied to where its rows follow each other;
all rows of A then meet it while it is in the second-level cache. Threads share the rows of A.
Batches of matrices take the textbook's path.
"""

from __future__ import annotations

from glia.ops.matmul import product as plain_product

from ._core.gemm import SLAB, gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._core.target import LANES, ROWS, VECTORS
from ._jit import jit, parallel, prange
from ._layout import as_it_lies
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share

_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_WIDE = LANES * VECTORS


def product(a, b):
    """Return A B."""
    if not (a.ndim == b.ndim == 2 and a.dtype == b.dtype == FLOAT32) or a.shape[1] != b.shape[0]:
        return plain_product(a, b)
    if not (a.size and b.size):
        return plain_product(a, b)
    lying, _, back = as_it_lies(a)
    (rows, depth), columns = a.shape, b.shape[1]
    out = take(rows, columns)
    parts = parts_of(rows * depth * columns, SERIAL)
    room = take(parts, SLAB * _WIDE)
    _product(lying, back is not None, ready(b), out, room)
    return out


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
