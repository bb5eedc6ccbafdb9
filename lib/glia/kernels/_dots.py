"""Sums of products of rows for the gradient of filters: which tile of sums gets which rows.

Where each half of the rows has sums of its own, the two are added: always two, however many
threads there are.
"""

from __future__ import annotations

import numpy as np

from ._core.dots import FEW, SUMS, dots_few, dots_many
from ._core.memory import address, read
from ._jit import jit

_STRETCH = 1024  # columns that one call of `dots` goes through: they stay in the first-level cache


@jit
def sum_rows(
    first, last, shift, upstream, source, offsets, tile_filters, tile_places, sums, places
):  # fmt: skip
    """Add up the products of some rows of (O, H, W, N) with those that lie at the offsets.

    Row h of the one meets row h + shift of the other. The sums, (tiles, SUMS), lie tile by tile.
    """
    filters, rows = upstream.shape[0], upstream.shape[1]
    columns = upstream.shape[2] * upstream.shape[3]
    line = source.shape[2] * source.shape[3]
    sums[:] = np.float32(0)
    pu, ps, po = address(upstream), address(source), address(offsets)
    step = max(1, _STRETCH // columns)
    for h in range(first, last, step):
        some = min(step, last - h)
        place = address(sums)
        for o in range(0, filters, tile_filters):
            y = pu + 4 * (o * rows + h) * columns
            for k in range(0, places, tile_places):
                if tile_filters == FEW[0]:
                    dots_few(
                        y, rows * columns, columns, ps + 4 * (h + shift) * line, line, po + 8 * k,
                        some, columns, place,
                    )  # fmt: skip
                else:
                    dots_many(
                        y, rows * columns, columns, ps + 4 * (h + shift) * line, line, po + 8 * k,
                        some, columns, place,
                    )  # fmt: skip
                place += 4 * SUMS


@jit
def collect(sums, tile_filters, tile_places, out):
    """Add both halves and bring the sums, which lie tile by tile, into order."""
    filters, places = out.shape
    source, half = address(sums), sums.size // 2
    for o in range(0, filters, tile_filters):
        for k in range(0, places, tile_places):
            for i in range(tile_filters):
                for j in range(tile_places):
                    if o + i < filters and k + j < places:
                        number = i * tile_places + j
                        out[o + i, k + j] = read(source, number) + read(source, half + number)
            source += 4 * SUMS
