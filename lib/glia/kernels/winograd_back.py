"""Gradients of a convolution by fewer products: the changes of basis, transposed.

    ∂w = Gᵀ Σ (A ∂y) ⊙ (Bᵀ x)    ∂x = B Σ (G w) ⊙ (A ∂y)

Both need A ∂y. It is made part by part of the rows, as are Bᵀ x, the sums for ∂w and the rows of
∂x, each part in memory of its own; the parts' sums are added in their order. How many parts there
are depends on the sizes alone.
"""

from __future__ import annotations

import functools

import numpy as np

from ._core.dots import FEW, MANY, SUMS
from ._core.gemm import gemm, gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._dots import sum_rows
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from .winograd import (
    APART,
    Pads,
    doubt_of,
    filters_forth,
    parts_for,
    spread_images,
    tiles_of,
    vanish,
)
from .winograd_bases import FILTERS, join_pixels, turn_upstream

_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,), unroll=1)
_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_clear = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))


def gradients(
    upstream: np.ndarray,
    lying: np.ndarray,
    weight: np.ndarray,
    padding: Pads,
    dilation: int,
    needs: tuple[bool, bool],
    tables: tuple,
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return ∂x (C, H, W, N) and ∂w, each None if it is not needed or not finite throughout.

    Args:
        upstream: ∂y (O, H_out, W_out, N).
        lying: images (C, H, W, N).
        weight: (O, C, KH, KW).
        padding: zeros around the images.
        dilation: of the rows.
        needs: which of the two are asked for.
        tables: called with a height and a width in tiles, the first tells for each place (c, kh)
            where its row begins in V, the second for each (kh, o) where row −d kh of A ∂y does.
    """
    many, channels, deep, wide = weight.shape
    _, rows, width, batch = upstream.shape
    matrix, tiles, reach = FILTERS[wide], tiles_of(width), (deep - 1) * dilation
    points, places, line = len(matrix), channels * deep, tiles_of(width) * batch
    tile = FEW if many <= FEW[0] else MANY
    whole = -(-many // tile[0]) * tile[0]  # filters of zeros fill the last tile
    parts = parts_for(upstream.size * weight[0].size, min(rows, lying.shape[1]), reach)
    plan, height, height_v = _plan(rows, lying.shape[1], padding[0][0], reach, parts, needs[0])
    floats = (whole * height + channels * (height_v + 1)) * line + 3 * APART
    work, doubts = take(parts, points * floats + batch), np.empty(parts, FLOAT32)
    sums = take(parts, points, whole // tile[0], -(-places // tile[1]), SUMS)
    filters = filters_forth(weight, back=True)
    out = take(*lying.shape) if needs[0] else lying
    window = deep, padding[0][0], padding[1][0], dilation, height, height_v, *tile
    finite = _share_parts(
        upstream, lying, filters, tables[0](height_v, tiles), tables[1](height, tiles), plan,
        window, needs[0], needs[1], np.zeros(batch, FLOAT32), work, sums, out, doubts,
    )  # fmt: skip
    grad = None
    if needs[1]:
        in_order = np.empty((points, many, places), FLOAT32)
        grad = np.empty(weight.shape, FLOAT32)
        grad = grad if _turn_filters_back(sums, *tile, matrix, in_order, grad) else None
    return out if needs[0] and finite else None, grad


@functools.lru_cache(256)
def _plan(rows: int, rows_x: int, top: int, reach: int, parts: int, images: bool):
    """Return for each part its rows of ∂y, its rows of ∂x, and the rows of A ∂y that these need.

    Then how many rows of A ∂y and of V a part has at most.
    """
    plan = []
    for t in range(parts):
        first, last = t * rows // parts, (t + 1) * rows // parts
        first_x, last_x = t * rows_x // parts, (t + 1) * rows_x // parts
        low, high = first, last
        if images:
            low = min(low, max(first_x + top - reach, 0))
            high = max(high, min(last_x + top, rows))
        plan.append((first, last, first_x, last_x, low, high))
    each = np.array(plan)
    height_v = int((each[:, 1] - each[:, 0]).max()) + reach
    return each, int((each[:, 5] - each[:, 4]).max()), height_v


@parallel
def _share_parts(
    upstream, lying, filters, places, offsets, plan, window, images, weights, zeros, work, sums,
    out, doubts,
):  # fmt: skip
    """Take all parts; return whether all of ∂x is finite."""
    if len(work) == 1:
        doubts[0] = _part(
            upstream, lying, filters, places, offsets, plan[0], window, images, weights, zeros,
            work[0], sums[0], out,
        )  # fmt: skip
    else:
        for t in prange(len(work)):
            doubts[t] = _part(
                upstream, lying, filters, places, offsets, plan[t], window, images, weights, zeros,
                work[t], sums[t], out,
            )  # fmt: skip
    return vanish(doubts)


@jit
def _part(
    upstream, lying, filters, places, offsets, plan, window, images, weights, zeros, work, sums, out
):
    points, tiles_of_filters = sums.shape[0], sums.shape[1]
    first, last, first_x, last_x, low, high = plan
    deep, top, left, down, height, height_v, tile_filters, tile_places = window
    channels, batch = len(lying), upstream.shape[3]
    tiles = (upstream.shape[2] + 3) // 4
    line, whole = tiles * batch, tiles_of_filters * tile_filters
    size, size_v = whole * height * line, channels * height_v * line
    behind = points * (size + APART)
    spread, turned = address(work), address(work) + 4 * behind
    _spread_upstream(upstream, points, low, high, height, whole, zeros, spread, size)
    if weights:
        spread_images(
            points, lying, first - top, left, last - first + (deep - 1) * down, height_v, tiles,
            address(zeros), turned, 4 * (size_v + APART),
        )  # fmt: skip
        for k in range(points):
            at, at_v = k * (size + APART), behind + k * (size_v + APART)
            ours = work[at : at + size].reshape((whole, height, tiles, batch))
            theirs = work[at_v : at_v + size_v].reshape((channels, height_v, tiles, batch))
            sum_rows(
                first - low, last - low, low - first, ours, theirs, places, tile_filters,
                tile_places, sums[k], channels * deep,
            )  # fmt: skip
    if not images:
        return np.float32(0)
    return _image_rows(
        first_x, last_x, low, upstream.shape[1], spread, 4 * (size + APART), filters, offsets,
        deep, top, left, down, tiles, address(zeros), turned + 4 * points * (size_v + APART), out,
    )  # fmt: skip


@jit
def _spread_upstream(upstream, points, low, high, height, whole, zeros, spread, size):
    """A ∂y of rows low to high: (whole, height, tiles, N) for each point."""
    many, rows, width, batch = upstream.shape
    tiles = (width + 3) // 4
    step, plane = 4 * batch, 4 * (size + APART)
    for o in range(whole):
        for r in range(high - low):
            v = spread + (o * height + r) * tiles * step
            if o >= many:
                for k in range(points):
                    _clear((v + k * plane,), tiles * batch, (np.float32(0),))
                continue
            row = address(upstream) + (o * rows + low + r) * width * step
            for t in range(tiles):
                turn_upstream(
                    points, row, 4 * t, width, address(zeros), v + t * step, plane, batch
                )  # fmt: skip


@jit
def _image_rows(
    first, last, low, height, spread, plane_y, filters, offsets, deep, top, left, down, tiles,
    nothing, pm, out,
):  # fmt: skip
    points, channels, places = filters.shape
    _, rows, width, batch = out.shape
    each, line, step = places // deep, tiles * batch, 4 * batch
    plane = 4 * (channels * line + APART)
    spare = pm + points * plane  # for pixels beyond the edge
    doubt = np.float32(0)
    for h in range(first, last):
        start = h + top  # the row of ∂y that meets the window's first row
        begin = max(0, (start - height + down) // down)
        end = min(deep, start // down + 1)
        for k in range(points):
            gemm_at(
                address(filters) + 4 * (k * channels * places + begin * each), places, 1,
                spread + k * plane_y + 4 * (start - low) * line,
                address(offsets) + 8 * begin * each,
                pm + k * plane, line, channels, line, max(0, end - begin) * each, 0, pm,
            )  # fmt: skip
        for c in range(channels):
            row = address(out) + (c * rows + h) * width * step
            m = pm + 4 * c * line
            for t in range(tiles + 1):
                here, apart = (m + t * step, plane) if t < tiles else (nothing, 0)
                before, apart_before = (m + (t - 1) * step, plane) if t else (nothing, 0)
                join_pixels(
                    points, here, apart, before, apart_before, row, 4 * t - left, width, spare,
                    batch,
                )  # fmt: skip
            doubt += doubt_of((row,), width * batch, ())
    return doubt


@jit
def _turn_filters_back(sums, tile_filters, tile_places, matrix, work, out):
    """∂w = Gᵀ ∂U; return whether it is finite.

    The sums lie tile by tile, `work` gets them in order: (points, O, C · KH).
    """
    parts, points, tiles, tiles_along, _ = sums.shape
    _, filters, places = work.shape
    source, target = address(sums), address(work)
    floats = sums.size // parts
    for t in range(1, parts):
        _add((source, source + 4 * t * floats), floats, ())
    for k in range(points):
        for tile in range(tiles):
            for along in range(tiles_along):
                p = along * tile_places
                for i in range(min(tile_filters, filters - tile * tile_filters)):
                    o = tile * tile_filters + i
                    _copy(
                        (
                            source + 4 * i * tile_places,
                            target + 4 * ((k * filters + o) * places + p),
                        ), min(tile_places, places - p), (),
                    )  # fmt: skip
                source += 4 * SUMS
    wide, many = matrix.shape[1], filters * places
    gemm(
        target, 1, many, address(matrix), wide, address(out), wide, many, wide, points, 0, target
    )  # fmt: skip
    return doubt_of((address(out),), out.size, ()) == 0
