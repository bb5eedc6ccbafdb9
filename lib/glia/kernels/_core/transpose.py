"""A matrix turned in square blocks that stay in registers.

Formula:
    D[j, i] ← S[i, j]

Register plan: LANES vectors hold the block's rows; log2(LANES) rounds of shuffles exchange halves,
quarters, … between pairs of vectors, and the same registers then hold the columns.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types

from . import plain
from .external import external
from .lanes import INTS, at, load, long, store
from .memory import read, write
from .target import JIT, LANES, intrinsic

if JIT:

    @intrinsic
    def _block(typingctx: Any, source: Any, source_row: Any, target: Any, target_row: Any) -> Any:
        def emit(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
            source, source_row, target, target_row = arguments
            rows = [load(b, at(b, source, b.mul(source_row, long(i)))) for i in range(LANES)]
            distance = 1
            while distance < LANES:
                exchanged: list[Any] = list(rows)
                low = [j if not j & distance else LANES + (j ^ distance) for j in range(LANES)]
                high = [j | distance if not j & distance else LANES + j for j in range(LANES)]
                for i in range(LANES):
                    if not i & distance:
                        pair = rows[i], rows[i + distance]
                        exchanged[i] = b.shuffle_vector(*pair, ir.Constant(INTS, low))
                        exchanged[i + distance] = b.shuffle_vector(*pair, ir.Constant(INTS, high))
                rows, distance = exchanged, 2 * distance
            for i, row in enumerate(rows):
                store(b, row, at(b, target, b.mul(target_row, long(i))))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 4), emit

    @njit
    def _run(source, source_row, target, target_row, rows, columns):
        whole_rows, whole_columns = rows & -LANES, columns & -LANES
        for i in range(0, whole_rows, LANES):
            for j in range(0, whole_columns, LANES):
                start = source + 4 * (i * source_row + j)
                _block(start, source_row, target + 4 * (j * target_row + i), target_row)
            for j in range(whole_columns, columns):
                for k in range(i, i + LANES):
                    write(target, j * target_row + k, read(source, k * source_row + j))
        for i in range(whole_rows, rows):
            for j in range(columns):
                write(target, j * target_row + i, read(source, i * source_row + j))

    @external(types.void(*[types.int64] * 6))
    def transpose(source, source_row, target, target_row, rows, columns):
        """D ← Sᵀ, S of rows x columns; strides count floats."""
        _run(source, source_row, target, target_row, rows, columns)

else:
    transpose = plain.transpose
