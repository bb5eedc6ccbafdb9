"""Matrix product by tiles of C that stay in registers.

Formula:
    C ← start + A B; start is 0: nothing, 1: C, 2: one bias for each column, 3: one for each row

Register plan (see `target`): a tile of ROWS x VECTORS vectors of C is summed in registers over a
slab of the depth. For each k, VECTORS loads fetch a row of B, ROWS broadcasts an entry of A; each
broadcast meets all vectors of B: on AVX-512 24 multiply-adds stand against 11 loads. Tiles
at the right edge have fewer vectors and mask the last one, tiles at the lower edge have 4, 2 or 1
rows. The slab is short enough for its part of B to stay in the first-level cache.

A may have any strides (so Aᵀ costs nothing); rows of B and C are contiguous. `gemm_at` takes for
each row of B an offset from a table: a convolution's patches need not be gathered first.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils

from . import plain
from .external import external
from .lanes import (
    FLOATS,
    LONG,
    at,
    first_lanes,
    fma,
    load,
    long,
    splat,
    store,
)
from .target import JIT, LANES, ROWS, VECTORS, intrinsic

SLAB = 384  # depth of one pass: 384 rows of 48 floats are 72 KiB, streamed once for each tile
_int = types.int64
_SIGNATURE = types.void(*[_int] * 12)


def _tile(rows: int, vectors: int, *, masked: bool, table: bool, unroll: int) -> Any:
    """Make tile(a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, last) for rows x vectors.

    `last` is the number of columns in the last vector, if masked; with a `table`, b_row is the
    address of B's row offsets.
    """

    @intrinsic
    def tile(typingctx, a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, last):
        def emit(context, ib, signature, arguments):
            a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, last = arguments
            # With strides known to be 1, LLVM would turn the broadcasts into loads and shuffles,
            # which costs a third of the speed: an empty assembly line hides them.
            hide = ir.FunctionType(LONG, [LONG])
            a_row, a_col = (ib.asm(hide, "", "=r,0", [s], False) for s in (a_row, a_col))
            mask = first_lanes(ib, last) if masked else None
            edge = [mask if j == vectors - 1 else None for j in range(vectors)]
            sums = [[cgutils.alloca_once(ib, FLOATS) for _ in range(vectors)] for _ in range(rows)]

            def place(i, j):
                return at(ib, c, ib.add(ib.mul(c_row, long(i)), long(j * LANES)))

            zero = ir.Constant(FLOATS, [0.0] * LANES)
            blocks = [ib.append_basic_block(f"start{kind}") for kind in range(4)]
            begin = ib.append_basic_block("begin")
            switch = ib.switch(start, blocks[0])
            for kind in (1, 2, 3):
                switch.add_case(long(kind), blocks[kind])
            for kind, block in enumerate(blocks):
                ib.position_at_end(block)
                if kind == 2:
                    column = [
                        load(ib, at(ib, bias, long(j * LANES)), edge[j]) for j in range(vectors)
                    ]
                for i in range(rows):
                    if kind == 3:
                        row = splat(ib, ib.load(at(ib, bias, long(i))))
                    for j in range(vectors):
                        if kind == 0:
                            first = zero
                        elif kind == 1:
                            first = load(ib, place(i, j), edge[j])
                        else:
                            first = column[j] if kind == 2 else row
                        ib.store(first, sums[i][j])
                ib.branch(begin)
            ib.position_at_end(begin)
            down = [ib.mul(a_row, long(i)) for i in range(rows)]
            offsets = ib.inttoptr(b_row, LONG.as_pointer()) if table else None

            def meet(k):
                line = ib.load(ib.gep(offsets, [k])) if table else ib.mul(k, b_row)
                along = ib.mul(k, a_col)
                right = [
                    load(ib, at(ib, b, ib.add(line, long(j * LANES))), edge[j])
                    for j in range(vectors)
                ]
                for i in range(rows):
                    left = splat(ib, ib.load(at(ib, a, ib.add(along, down[i]))))
                    for j in range(vectors):
                        ib.store(fma(ib, left, right[j], ib.load(sums[i][j])), sums[i][j])

            whole = ib.and_(depth, long(-unroll))
            with cgutils.for_range_slice(ib, long(0), whole, long(unroll), intp=LONG) as (k, _):
                for step in range(unroll):
                    meet(ib.add(k, long(step)))
            if unroll > 1:
                with cgutils.for_range_slice(ib, whole, depth, long(1), intp=LONG) as (k, _):
                    meet(k)
            for i in range(rows):
                for j in range(vectors):
                    store(ib, ib.load(sums[i][j]), place(i, j), edge[j])
            return context.get_dummy_value()

        return types.void(*[_int] * 11), emit

    return tile


def _row_block(rows: int, table: bool) -> Any:
    """Make a function that fills one block of `rows` rows, all columns of one tile's width."""
    unroll = 4 if rows == ROWS else 2
    full = _tile(rows, VECTORS, masked=False, table=table, unroll=unroll)
    wide = _tile(rows, VECTORS, masked=True, table=table, unroll=unroll)
    two = _tile(rows, 2, masked=True, table=table, unroll=unroll)
    one = _tile(rows, 1, masked=True, table=table, unroll=unroll)

    def block(a, a_row, a_col, b, b_row, c, c_row, columns, depth, start, bias):
        last = columns - (VECTORS - 1) * LANES
        if last == LANES:
            full(a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, last)
        elif last > 0:
            wide(a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, last)
        elif columns > LANES:
            two(a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, columns - LANES)
        else:
            one(a, a_row, a_col, b, b_row, c, c_row, depth, start, bias, columns)

    # The name must tell the variants apart: numba numbers its symbols anew in each process, and
    # what two processes have cached under one name would be linked to each other.
    block.__qualname__ = f"block_of_{rows}_{'table' if table else 'rows'}"
    return njit(block)


def _driver(table: bool) -> Any:
    """Make the function that cuts C into tiles and the depth into slabs."""
    many, four, two, one = (_row_block(rows, table) for rows in (ROWS, 4, 2, 1))
    width = VECTORS * LANES

    def run(a, a_row, a_col, b, b_row, c, c_row, rows, columns, depth, start, bias):
        slabs = max((depth + SLAB - 1) // SLAB, 1)
        slab = ((depth + slabs - 1) // slabs + 3) & -4
        for k in range(0, max(depth, 1), max(slab, 1)):
            part = min(slab, depth - k)
            begin = start if k == 0 else 1
            source = b if table else b + 4 * k * b_row
            lines = b_row + 8 * k if table else b_row
            for j in range(0, columns, width):
                some = min(width, columns - j)
                right = source + 4 * j
                i = 0
                while i < rows:
                    left = a + 4 * (i * a_row + k * a_col)
                    out = c + 4 * (i * c_row + j)
                    shift = 4 * j if begin == 2 else 4 * i
                    rest = rows - i
                    if rest >= ROWS:
                        many(
                            left,
                            a_row,
                            a_col,
                            right,
                            lines,
                            out,
                            c_row,
                            some,
                            part,
                            begin,
                            bias + shift,
                        )
                        i += ROWS
                    elif rest >= 4:
                        four(
                            left,
                            a_row,
                            a_col,
                            right,
                            lines,
                            out,
                            c_row,
                            some,
                            part,
                            begin,
                            bias + shift,
                        )
                        i += 4
                    elif rest >= 2:
                        two(
                            left,
                            a_row,
                            a_col,
                            right,
                            lines,
                            out,
                            c_row,
                            some,
                            part,
                            begin,
                            bias + shift,
                        )
                        i += 2
                    else:
                        one(
                            left,
                            a_row,
                            a_col,
                            right,
                            lines,
                            out,
                            c_row,
                            some,
                            part,
                            begin,
                            bias + shift,
                        )
                        i += 1

    run.__qualname__ = f"run_{'table' if table else 'rows'}"
    return run


if JIT:
    _run: Any = njit(_driver(False))
    _run_at: Any = njit(_driver(True))

    @external(_SIGNATURE)
    def gemm(a, a_row, a_col, b, b_row, c, c_row, rows, columns, depth, start, bias):
        """C ← start + A B; strides count floats."""
        _run(a, a_row, a_col, b, b_row, c, c_row, rows, columns, depth, start, bias)

    @external(_SIGNATURE)
    def gemm_at(a, a_row, a_col, b, offsets, c, c_row, rows, columns, depth, start, bias):
        """C ← start + A B, row k of B lying `offsets[k]` (int64) floats behind b."""
        _run_at(a, a_row, a_col, b, offsets, c, c_row, rows, columns, depth, start, bias)

else:
    gemm, gemm_at = plain.gemm, plain.gemm_at
