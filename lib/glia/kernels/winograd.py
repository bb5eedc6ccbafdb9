"""Convolution with filters three or five wide by half as many products, as Winograd has it.

Four neighbouring outputs of a row take 4 x 3 (4 x 5) products with a filter; after a change of
basis (`winograd_bases`) six (eight) are enough:

    y = Aᵀ ((G w) ⊙ (Bᵀ x)),   six pixels x, three weights w, four outputs y

Bᵀ x, G w and Aᵀ m are a few sums each; what lies between is a convolution with filters one wide
for each of the six points (`V` and `U` hold the points of images and of filters), which `gemm_at`
does as usual. The gradients go the same way back, from A ∂y, which both need:

    ∂w = Gᵀ Σ (A ∂y) ⊙ (Bᵀ x)    ∂x = B Σ (G w) ⊙ (A ∂y)

Rounding errors are about ten times those of the plain sum. A pixel that is not finite would spoil
its neighbours; then nothing is returned and the caller takes the plain path.

Threads share channels or filters in the changes of basis, rows in the products, and the points in
the gradient of the filters.
"""

from __future__ import annotations

import math

import numpy as np

from ._core.dots import FEW, MANY, SUMS
from ._core.gemm import gemm, gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._dots import sum_rows
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from ._share import SERIAL, STREAM, parts_of, share
from .winograd_bases import (
    FILTERS,
    OUTPUTS,
    join_pixels,
    turn_back,
    turn_images,
    turn_upstream,
)

Pads = tuple[tuple[int, int], tuple[int, int]]

_APART = 80  # floats between planes
_COLUMNS = 384  # floats in a row of what is multiplied at once: whole tiles of every CPU
_THIN = {3: 8, 5: 4}  # channels or filters below which the changes of basis cost too much

_doubt = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum")  # 0, or NaN
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,), unroll=1)
_clear = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))


def fits(filters: int, channels: int, kernel: tuple[int, ...], width: int, dilation: int) -> bool:
    """Say whether this is quicker than the plain sum for outputs of this width."""
    wide = kernel[1]
    if wide not in FILTERS or dilation != 1 or min(filters, channels) < _THIN[wide]:
        return False
    return len(FILTERS[wide]) * tiles_of(width) <= 0.75 * wide * width


def tiles_of(width: int) -> int:
    """Return how many tiles of four outputs cover a row."""
    return -(-width // OUTPUTS)


def images(lying: np.ndarray, padding: Pads, width: int, points: int) -> np.ndarray:
    """Return V: (C, H, W, N) → (points, C, H padded, tiles, N), for outputs of this width."""
    channels, height, _, batch = lying.shape
    (top, bottom), (left, _) = padding
    out = _planes(points, channels, height + top + bottom, tiles_of(width), batch)
    _spread_images(lying, top, left, out, np.zeros(batch, FLOAT32))
    return out


def upstream(grad: np.ndarray, points: int) -> np.ndarray:
    """Return A ∂y: (O, H, W, N) → (points, O, H, tiles, N), O filled up with zeros."""
    filters, height, width, batch = grad.shape
    whole = _tile(filters)[0]
    out = _planes(points, -(-filters // whole) * whole, height, tiles_of(width), batch)
    _spread_upstream(grad, out, np.zeros(batch, FLOAT32))
    return out


def filters_forth(weight: np.ndarray, back: bool = False) -> np.ndarray:
    """Return U = G w: (O, C, KH, KW) → (points, O, C · KH), or (points, C, KH · O) to go back."""
    filters, channels, _, wide = weight.shape
    planes = np.ascontiguousarray(weight.transpose((3, 1, 2, 0) if back else (3, 0, 1, 2)))
    out = np.empty((len(FILTERS[wide]), weight.size // wide), FLOAT32)
    _turn_filters(FILTERS[wide], planes.reshape(wide, -1), out)
    return out.reshape(len(out), channels if back else filters, -1)


def correlate(
    lying: np.ndarray,
    padding: Pads,
    weight: np.ndarray,
    bias: np.ndarray | None,
    y: np.ndarray,
    offsets: np.ndarray,
) -> bool:
    """Write the correlation of images (C, H, W, N) with filters to y; say if all of it is finite.

    `offsets` tells for each place (c, kh) where its row begins in an image that has tiles for
    pixels.
    """
    filters = filters_forth(weight)
    turned = images(lying, padding, y.shape[2], len(filters))
    line = turned.shape[3] * turned.shape[4]
    at_once = max(1, _COLUMNS // line)
    parts = min(parts_of(y.size * weight[0].size, SERIAL), y.shape[1])
    work = take(parts, len(filters) * (len(weight) * at_once * line + _APART) + y.shape[3])
    doubts = np.zeros(parts, FLOAT32)
    given = filters[0, 0] if bias is None else bias
    _products(turned, filters, given, bias is not None, offsets, at_once, work, y, doubts)
    return bool(doubts.sum() == 0)


def filters_gradient(
    spread: np.ndarray,
    lying: np.ndarray,
    padding: Pads,
    shape: tuple[int, ...],
    width: int,
    offsets: np.ndarray,
) -> np.ndarray:
    """Return ∂w, (O, C, KH, KW) of this shape, for images (C, H, W, N) and A ∂y."""
    filters, channels, deep, wide = shape
    tile, matrix = _tile(filters), FILTERS[wide]
    turned = images(lying, padding, width, len(matrix))
    places = channels * deep
    sums = take(len(matrix), spread.shape[1] // tile[0], -(-places // tile[1]), SUMS)
    work, out = np.empty((len(matrix), filters, places), FLOAT32), np.empty(shape, FLOAT32)
    _sum_products(spread, turned, offsets, tile[0], tile[1], sums, places)
    _turn_filters_back(sums, tile[0], tile[1], matrix, work, out)
    return out


def image_gradient(
    spread: np.ndarray,
    shape: tuple[int, int, int],
    weight: np.ndarray,
    corner: tuple[int, int],
    dilation: int,
    offsets: np.ndarray,
) -> np.ndarray | None:
    """Return ∂x (C, H, W, N) for A ∂y, None if not all of it is finite.

    Args:
        spread: A ∂y.
        shape: C, H, W.
        weight: (O, C, KH, KW).
        corner: rows of padding above, columns on the left.
        dilation: of the rows.
        offsets: where the row −d kh of ∂Y[o] begins, for each (kh, o), with tiles for pixels.
    """
    filters = filters_forth(weight, back=True)
    out = take(*shape, spread.shape[4])
    line = spread.shape[3] * spread.shape[4]
    parts = min(parts_of(spread.size * weight[0, :, :, 0].size, SERIAL), shape[1])
    work = take(parts, len(filters) * (shape[0] * line + _APART) + spread.shape[4])
    doubts, zeros = np.zeros(parts, FLOAT32), np.zeros(spread.shape[4], FLOAT32)
    window = np.array([weight.shape[2], *corner, dilation])
    _image_products(spread, filters, offsets, window, zeros, work, out, doubts)
    return out if doubts.sum() == 0 else None


def _tile(filters: int) -> tuple[int, int]:
    return FEW if filters <= FEW[0] else MANY


def _planes(points: int, *shape: int) -> np.ndarray:
    """Return an array of points x shape whose planes do not fall on the same lines of the cache."""
    size = math.prod(shape)
    return take(points, size + _APART)[:, :size].reshape(points, *shape)


@jit
def _turn_filters(matrix, planes, out):
    """U = G w."""
    gemm(
        address(matrix), planes.shape[0], 1, address(planes), planes.shape[1],
        address(out), out.shape[1], len(out), out.shape[1], planes.shape[0], 0, address(out),
    )  # fmt: skip


@jit
def _turn_filters_back(sums, tile_filters, tile_places, matrix, work, out):
    """∂w = Gᵀ ∂U; the sums lie tile by tile, `work` gets them in order: (points, O, C · KH)."""
    points, tiles, tiles_along, _ = sums.shape
    _, filters, places = work.shape
    source, target = address(sums), address(work)
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


@parallel
def _spread_images(lying, top, left, out, zeros):
    channels = len(lying)
    parts = min(parts_of(out.size, STREAM), channels)
    if parts == 1:
        _spread_channels(0, channels, lying, top, left, out, zeros)
    else:
        for t in prange(parts):
            first, last = share(t, parts, channels, 1)
            _spread_channels(first, last, lying, top, left, out, zeros)


@jit
def _spread_channels(first, last, lying, top, left, out, zeros):
    points, _, rows, tiles, batch = out.shape
    height, width = lying.shape[1], lying.shape[2]
    plane = out.strides[0]
    step, nothing = 4 * batch, address(zeros)
    for line in range(first * rows, last * rows):
        h = line % rows - top
        v = address(out) + line * tiles * step
        row = address(lying) + (line // rows * height + h) * width * step
        wide = width if 0 <= h < height else 0  # rows above and below have no pixels
        for t in range(tiles):
            turn_images(points, row, 4 * t - left, wide, nothing, v + t * step, plane, batch)


@parallel
def _spread_upstream(grad, out, zeros):
    filters = out.shape[1]
    parts = min(parts_of(out.size, STREAM), filters)
    if parts == 1:
        _spread_filters(0, filters, grad, out, zeros)
    else:
        for t in prange(parts):
            first, last = share(t, parts, filters, 1)
            _spread_filters(first, last, grad, out, zeros)


@jit
def _spread_filters(first, last, grad, out, zeros):
    points, _, height, tiles, batch = out.shape
    width = grad.shape[2]
    plane = out.strides[0]
    step, nothing = 4 * batch, address(zeros)
    for line in range(first * height, last * height):
        v = address(out) + line * tiles * step
        if line >= len(grad) * height:
            for k in range(points):
                _clear((v + k * plane,), tiles * batch, (np.float32(0),))
            continue
        row = address(grad) + line * width * step
        for t in range(tiles):
            turn_upstream(points, row, 4 * t, width, nothing, v + t * step, plane, batch)


@parallel
def _products(turned, filters, bias, with_bias, offsets, at_once, work, y, doubts):
    parts, rows = len(work), y.shape[1]
    if parts == 1:
        doubts[0] = _rows(
            0, rows, turned, filters, bias, with_bias, offsets, at_once, work[0], y
        )  # fmt: skip
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            doubts[t] = _rows(
                first, last, turned, filters, bias, with_bias, offsets, at_once, work[t], y
            )


@jit
def _rows(first, last, turned, filters, bias, with_bias, offsets, at_once, work, y):
    points, _, _, tiles, batch = turned.shape
    _, many, places = filters.shape
    rows, width = y.shape[1], y.shape[2]
    line, step = tiles * batch, 4 * batch
    pm, py = address(work), address(y)
    plane = 4 * (many * at_once * line + _APART)
    spare = pm + points * plane  # for outputs beyond the edge
    doubt = np.float32(0)
    for h in range(first, last, at_once):
        some = min(at_once, last - h)
        columns = some * line
        for k in range(points):
            gemm_at(
                address(filters) + 4 * k * many * places, places, 1,
                address(turned) + k * turned.strides[0] + 4 * h * line, address(offsets),
                pm + k * plane, columns, many, columns, places, 0, pm,
            )  # fmt: skip
        for o in range(many):
            start = bias[o] if with_bias else np.float32(0)
            for i in range(some):
                m = pm + 4 * (o * columns + i * line)
                out = py + (o * rows + h + i) * width * step
                for t in range(tiles):
                    turn_back(
                        points, m + t * step, plane, out, 4 * t, width, spare, batch, start
                    )  # fmt: skip
                doubt += _doubt((out,), width * batch, ())
    return doubt


@parallel
def _sum_products(spread, turned, offsets, tile_filters, tile_places, sums, places):
    points, tiles = sums.shape[0], sums.shape[1]
    if spread.size * places < SERIAL:
        for unit in range(points * tiles):
            _sum_tile(unit, spread, turned, offsets, tile_filters, tile_places, sums, places)
    else:
        for unit in prange(points * tiles):
            _sum_tile(unit, spread, turned, offsets, tile_filters, tile_places, sums, places)


@jit
def _sum_tile(unit, spread, turned, offsets, tile_filters, tile_places, sums, places):
    """Sum the products of one point and one tile of filters."""
    tiles = sums.shape[1]
    k, tile = unit // tiles, unit % tiles
    some = spread[k, tile * tile_filters : (tile + 1) * tile_filters]
    sum_rows(
        0, some.shape[1], some, turned[k], offsets, tile_filters, tile_places, sums[k, tile], places
    )  # fmt: skip


@parallel
def _image_products(spread, filters, offsets, window, zeros, work, out, doubts):
    parts, rows = len(work), out.shape[1]
    if parts == 1:
        doubts[0] = _image_rows(0, rows, spread, filters, offsets, window, zeros, work[0], out)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            doubts[t] = _image_rows(
                first, last, spread, filters, offsets, window, zeros, work[t], out
            )


@jit
def _image_rows(first, last, spread, filters, offsets, window, zeros, work, out):
    points, _, height, tiles, batch = spread.shape
    channels, rows, width = out.shape[0], out.shape[1], out.shape[2]
    deep, top, left, down = window
    places = filters.shape[2]
    each = places // deep  # filters without those that fill up a tile
    line, step = tiles * batch, 4 * batch
    pm, nothing = address(work), address(zeros)
    plane = 4 * (channels * line + _APART)
    spare = pm + points * plane
    doubt = np.float32(0)
    for h in range(first, last):
        start = h + top  # the row of ∂Y that meets the window's first row
        low = max(0, (start - height + down) // down)
        high = min(deep, start // down + 1)
        for k in range(points):
            gemm_at(
                address(filters) + 4 * (k * channels * places + low * each), places, 1,
                address(spread) + k * spread.strides[0] + 4 * start * line,
                address(offsets) + 8 * low * each,
                pm + k * plane, line, channels, line, max(0, high - low) * each, 0, pm,
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
            doubt += _doubt((row,), width * batch, ())
    return doubt
