"""Convolution with filters three or five wide by half as many products, as Winograd has it.

Four neighbouring outputs of a row take 4 x 3 (4 x 5) products with a filter; after a change of
basis (`winograd_bases`) six (eight) are enough:

    y = Aᵀ ((G w) ⊙ (Bᵀ x)),   six pixels x, three weights w, four outputs y

Bᵀ x, G w and Aᵀ m are a few sums each; what lies between is a convolution with filters one wide
for each of the six points (`V` and `U` hold the points of images and of filters), which `gemm_at`
does as usual. The gradients are in `winograd_back`.

Rounding errors are about ten times those of the plain sum. A pixel that is not finite would spoil
its neighbours; then nothing is returned and the caller takes the plain path.

Threads share output rows. Each changes the basis of the rows that it needs itself, in memory of
its own: so they stay in its cache, and the few that two of them need are cheaper made than sent.
"""

from __future__ import annotations

import numpy as np

from ._core.gemm import gemm, gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from ._share import SERIAL, parts_of, share
from .winograd_bases import FILTERS, OUTPUTS, turn_back, turn_images

Pads = tuple[tuple[int, int], tuple[int, int]]

APART = 80  # floats between planes, so that they do not fall on the same lines of the cache
_COLUMNS = 384  # floats in a row of what is multiplied at once: whole tiles of every CPU
_THIN = {3: 8, 5: 4}  # channels or filters below which the changes of basis cost too much

_sum = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum")
doubt_of = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum")  # 0, or NaN


def fits(filters: int, channels: int, kernel: tuple[int, ...], width: int, dilation: int) -> bool:
    """Say whether this is quicker than the plain sum for outputs of this width."""
    wide = kernel[1]
    if wide not in FILTERS or dilation != 1 or min(filters, channels) < _THIN[wide]:
        return False
    return len(FILTERS[wide]) * tiles_of(width) <= 0.75 * wide * width


def tiles_of(width: int) -> int:
    """Return how many tiles of four outputs cover a row."""
    return -(-width // OUTPUTS)


def parts_for(work: int, rows: int, reach: int) -> int:
    """Return into how many parts rows are cut that need `reach` more at their edge."""
    parts = min(parts_of(work, SERIAL), rows)
    return parts if parts <= 2 or rows >= 2 * reach * parts else 2


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
    dilation: int,
    table_of,
) -> bool:
    """Write the correlation of images (C, H, W, N) with filters to y; say if all of it is finite.

    Args:
        lying: images.
        padding: zeros around them.
        weight: (O, C, KH, KW).
        bias: (O,).
        y: (O, H_out, W_out, N).
        dilation: of the rows.
        table_of: called with the height and width of V, tells for each place (c, kh) where its
            row begins.
    """
    filters = filters_forth(weight)
    points, (many, channels, deep, _) = len(filters), weight.shape
    rows, width, batch = y.shape[1:]
    line, reach = tiles_of(width) * batch, (deep - 1) * dilation
    at_once = max(1, _COLUMNS // line)
    parts = parts_for(y.size * weight[0].size, rows, reach)
    height = -(-rows // parts) + reach
    floats = points * ((channels * height + many * at_once) * line + 2 * APART) + batch
    work, doubts = take(parts, floats), np.empty(parts, FLOAT32)
    window = padding[0][0], padding[1][0], reach, height, at_once
    given = filters[0, 0] if bias is None else bias
    zeros = np.zeros(batch, FLOAT32)
    table = table_of(height, tiles_of(width))
    with_bias = bias is not None
    return _share_rows(lying, filters, given, with_bias, table, window, zeros, work, y, doubts)


@jit
def _turn_filters(matrix, planes, out):
    """U = G w."""
    gemm(
        address(matrix), planes.shape[0], 1, address(planes), planes.shape[1],
        address(out), out.shape[1], len(out), out.shape[1], planes.shape[0], 0, address(out),
    )  # fmt: skip


@jit
def spread_images(points, lying, start, left, many, height, tiles, nothing, out, plane):
    """V of `many` rows from `start` on: (C, height, tiles, N) for each point; return nothing."""
    channels, rows, width, batch = lying.shape
    step = 4 * batch
    for c in range(channels):
        for r in range(many):
            h = start + r
            v = out + (c * height + r) * tiles * step
            row = address(lying) + (c * rows + h) * width * step
            wide = width if 0 <= h < rows else 0  # rows above and below have no pixels
            for t in range(tiles):
                turn_images(points, row, 4 * t - left, wide, nothing, v + t * step, plane, batch)


@parallel
def _share_rows(lying, filters, bias, with_bias, offsets, window, zeros, work, y, doubts):
    """Write y; return whether all of it is finite."""
    parts, rows = len(work), y.shape[1]
    if parts == 1:
        doubts[0] = _rows(
            0, rows, lying, filters, bias, with_bias, offsets, window, zeros, work[0], y
        )  # fmt: skip
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            doubts[t] = _rows(
                first, last, lying, filters, bias, with_bias, offsets, window, zeros, work[t], y
            )
    return vanish(doubts)


@jit
def vanish(doubts):
    """Return whether all are 0, none of them NaN."""
    return _sum((address(doubts),), doubts.size, ()) == 0


@jit
def _rows(first, last, lying, filters, bias, with_bias, offsets, window, zeros, work, y):
    points, many, places = filters.shape
    rows, width, batch = y.shape[1], y.shape[2], y.shape[3]
    top, left, reach, height, at_once = window
    tiles, step = (width + 3) // 4, 4 * batch
    line = tiles * batch
    pv, py = address(work), address(y)
    plane_v = 4 * (len(lying) * height * line + APART)
    pm, plane = pv + points * plane_v, 4 * (many * at_once * line + APART)
    spare = pm + points * plane  # for outputs beyond the edge
    spread_images(
        points, lying, first - top, left, last - first + reach, height, tiles, address(zeros), pv,
        plane_v,
    )  # fmt: skip
    doubt = np.float32(0)
    for h in range(first, last, at_once):
        some = min(at_once, last - h)
        columns = some * line
        for k in range(points):
            gemm_at(
                address(filters) + 4 * k * many * places, places, 1,
                pv + k * plane_v + 4 * (h - first) * line, address(offsets),
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
                doubt += doubt_of((out,), width * batch, ())
    return doubt
