"""Gradient of a convolution's filters and biases: sums of products of rows.

∂W[o, c, kh, kw] = Σ_h Σ_w,n ∂Y[o, h, w, n] X[c, h + d kh, w + d kw, n], X padded with zeros
∂b[o] = Σ ∂Y[o]

Each half of the rows has sums of its own, and the two are added: always two, however many threads
there are.
"""

from __future__ import annotations

import numpy as np

from ._core.dots import FEW, MANY, SUMS
from ._core.loops import vector_loop
from ._core.memory import address
from ._dots import collect, sum_rows
from ._jit import jit, parallel, prange
from ._padding import pad_rows
from ._pool import FLOAT32, take
from ._share import SERIAL, share

_sum = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum")


def filters_gradient(upstream, lying, padding, kernel, dilation, table_of, with_bias):
    """Return ∂W (O, C, KH, KW) and ∂b (O,), this one arbitrary if it is not asked for.

    Args:
        upstream: ∂Y (O, H_out, W_out, N).
        lying: X (C, H, W, N).
        padding: zeros around X.
        kernel: KH, KW.
        dilation: of rows, of columns.
        table_of: called with the height and width of an image, tells for each place (c, kh, kw)
            of the window where it begins.
        with_bias: whether ∂b is asked for.
    """
    many, rows, _, batch = upstream.shape
    channels, height, width, _ = lying.shape
    (top, bottom), (left, right) = padding
    places, reach = channels * kernel[0] * kernel[1], (kernel[0] - 1) * dilation[0]
    tile = FEW if many <= FEW[0] else MANY
    if many % tile[0]:  # whole tiles only: filters of zeros fill the last one
        filled = take(-(-many // tile[0]) * tile[0], *upstream.shape[1:])
        filled[:many], filled[many:] = upstream, 0
        upstream = filled
    if top or bottom or left or right:
        height, width = -(-rows // 2) + reach, width + left + right
        work = take(2, channels * height * width * batch)
    else:
        work = np.empty((2, 0), FLOAT32)
    shape = channels, height, width, batch
    sums = take(2, len(upstream) // tile[0] * -(-places // tile[1]), SUMS)
    biases = np.zeros((2, many), FLOAT32)
    out = np.empty((many, channels, *kernel), FLOAT32)
    _sum_halves(
        upstream, lying, table_of(height, width), (top, left, reach, *tile), shape, work,
        with_bias, sums, biases, out.reshape(many, places),
    )  # fmt: skip
    return out, biases[0]


@parallel
def _sum_halves(upstream, lying, offsets, window, shape, work, with_bias, sums, biases, out):
    if upstream.size * out.shape[1] < SERIAL:
        for t in range(2):
            _half(t, upstream, lying, offsets, window, shape, work[t], with_bias, sums[t],
                  biases[t], out.shape[1])  # fmt: skip
    else:
        for t in prange(2):
            _half(t, upstream, lying, offsets, window, shape, work[t], with_bias, sums[t],
                  biases[t], out.shape[1])  # fmt: skip
    collect(sums, window[3], window[4], out)
    for o in range(len(out)):
        biases[0, o] += biases[1, o]


@jit
def _half(t, upstream, lying, offsets, window, shape, work, with_bias, sums, biases, places):
    top, left, reach, tile_filters, tile_places = window
    rows, line = upstream.shape[1], upstream.shape[2] * upstream.shape[3]
    first, last = share(t, 2, rows, 1)
    if work.size:
        pad_rows(lying, first - top, left, last - first + reach, work, shape)
        sum_rows(
            first, last, -first, upstream, work.reshape(shape), offsets, tile_filters,
            tile_places, sums, places,
        )  # fmt: skip
    else:
        sum_rows(
            first, last, 0, upstream, lying, offsets, tile_filters, tile_places, sums, places
        )  # fmt: skip
    if with_bias:
        for o in range(len(biases)):
            place = address(upstream) + 4 * (o * rows + first) * line
            biases[o] = _sum((place,), (last - first) * line, ())
