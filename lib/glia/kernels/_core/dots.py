"""Products of rows, summed: the gradient of a convolution's filters.

Formula:
    S[i, j] ← S[i, j] + Σ_r Σ_v Y[i, r, v] X[offset_j + r, v], i < I, j < J

Register plan: I x J vectors of running sums, one for each pair of a filter and a place in the
window; each step loads I vectors of Y and one of X at a time, J of them. At the end of a call the
lanes are added up where they are, in registers, which costs no more than storing them would.

| CPU | I x J | in use of |
| --- | --- | --- |
| x86-64-v4 | 4 x 6 or 6 x 4 | 24 sums + 5 to 7 of 32 |
| x86-64-v3 and others | 2 x 4 or 4 x 2 | 8 sums + 3 to 5 of 16 |
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from . import plain
from .external import external
from .lanes import FLOATS, LONG, at, first_lanes, fma, load, long, store, sums_across
from .target import JIT, LANES, intrinsic

FEW = (6, 4) if LANES == 16 else (4, 2)  # for up to six (four) filters
MANY = (4, 6) if LANES == 16 else (2, 4)
SUMS = -(-FEW[0] * FEW[1] // LANES) * LANES  # floats of memory that a tile's sums take
_SIGNATURE = types.void(*[types.int64] * 9)


def _tile(filters: int, places: int) -> Any:
    @intrinsic
    def tile(typingctx, y, y_filter, y_row, x, x_row, offsets, rows, columns, sums):
        def emit(context, b, signature, arguments):
            y, y_filter, y_row, x, x_row, offsets, rows, columns, sums = arguments
            table = b.inttoptr(offsets, LONG.as_pointer())
            shifts = [b.load(b.gep(table, [long(j)])) for j in range(places)]
            zero = ir.Constant(FLOATS, [0.0] * LANES)
            running = [
                [cgutils.alloca_once_value(b, zero) for _ in range(places)] for _ in range(filters)
            ]
            starts = [b.mul(y_filter, long(i)) for i in range(filters)]

            def meet(v, y_line, x_line, mask):
                left = [load(b, at(b, y, b.add(b.add(start, v), y_line)), mask) for start in starts]
                for j, shift in enumerate(shifts):
                    right = load(b, at(b, x, b.add(b.add(shift, v), x_line)), mask)
                    for i in range(filters):
                        b.store(fma(b, left[i], right, b.load(running[i][j])), running[i][j])

            whole = b.and_(columns, long(-LANES))
            with cgutils.for_range(b, rows, intp=LONG) as loop:
                lines = b.mul(loop.index, y_row), b.mul(loop.index, x_row)
                with cgutils.for_range_slice(b, long(0), whole, long(LANES), intp=LONG) as (v, _):
                    meet(v, *lines, None)
                with cgutils.for_range_slice(b, whole, columns, long(LANES), intp=LONG) as (v, _):
                    meet(v, *lines, first_lanes(b, b.sub(columns, v)))
            totals = sums_across(b, [b.load(total) for line in running for total in line])
            for number, total in enumerate(totals):
                place = at(b, sums, long(number * LANES))
                store(b, b.fadd(load(b, place), total), place)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 9), emit

    return tile


if JIT:
    _few, _many = _tile(*FEW), _tile(*MANY)

    @external(_SIGNATURE)
    def dots_few(y, y_filter, y_row, x, x_row, offsets, rows, columns, sums):
        """S += Y X for FEW filters and places."""
        _few(y, y_filter, y_row, x, x_row, offsets, rows, columns, sums)

    @external(_SIGNATURE)
    def dots_many(y, y_filter, y_row, x, x_row, offsets, rows, columns, sums):
        """S += Y X for MANY."""
        _many(y, y_filter, y_row, x, x_row, offsets, rows, columns, sums)

else:
    dots_few, dots_many = plain.make_dots(*FEW), plain.make_dots(*MANY)
