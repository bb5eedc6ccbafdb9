"""Sums of products of rows for the gradient of filters: which tile of sums gets which rows.

Each half of the rows has sums of its own, and the two are added: always two, however many threads
there are.
"""

from __future__ import annotations

import numpy as np

from ._core.dots import FEW, SUMS, dots_few, dots_many
from ._core.loops import vector_loop
from ._core.memory import address, read
from ._core.target import LANES
from ._core.transpose import transpose
from ._jit import jit

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_STRETCH = 1024  # columns that one call of `dots` goes through: they stay in the first-level cache


@jit
def sum_half(
    first, last, half, upstream, source, offsets, tile_filters, tile_places, sums, room, places
):  # fmt: skip
    """Add up the products of some rows of (O, H, W, N) with those that lie at the offsets.

    In the end `sums` begins with the sums. Turned round, their lanes lie as rows, and adding these
    up costs a vector addition each.
    """
    filters, rows = upstream.shape[0], upstream.shape[1]
    columns = upstream.shape[2] * upstream.shape[3]
    line = source.shape[2] * source.shape[3]
    sums[half] = np.float32(0)
    pu, ps, po = address(upstream), address(source), address(offsets)
    step = max(1, _STRETCH // columns)
    for h in range(first, last, step):
        some = min(step, last - h)
        place = address(sums) + half * 4 * (sums.size // 2)
        for o in range(0, filters, tile_filters):
            y = pu + 4 * (o * rows + h) * columns
            for k in range(0, places, tile_places):
                if tile_filters == FEW[0]:
                    dots_few(
                        y, rows * columns, columns, ps + 4 * h * line, line, po + 8 * k,
                        some, columns, place,
                    )  # fmt: skip
                else:
                    dots_many(
                        y, rows * columns, columns, ps + 4 * h * line, line, po + 8 * k,
                        some, columns, place,
                    )  # fmt: skip
                place += 4 * SUMS
    floats = sums.size // 2
    many, move = floats // LANES, 4 * half * floats
    here, turned = address(sums) + move, address(room) + move
    transpose(here, LANES, turned, many, many, LANES)
    _copy((turned, here), many, ())
    for lane in range(1, LANES):
        _add((here, turned + 4 * lane * many), many, ())


@jit
def collect(sums, tile_filters, tile_places, out):
    """Add both halves and bring the sums, which lie tile by tile, into order."""
    filters, places = out.shape
    source = address(sums)
    _add((source, source + 4 * (sums.size // 2)), sums.size // 2 // LANES, ())
    for o in range(0, filters, tile_filters):
        for k in range(0, places, tile_places):
            for i in range(tile_filters):
                for j in range(tile_places):
                    if o + i < filters and k + j < places:
                        out[o + i, k + j] = read(source, i * tile_places + j)
            source += 4 * (SUMS // LANES)
