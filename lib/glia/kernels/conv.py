"""Convolution as a matrix product without gathering patches; textbook twin in `glia.ops.conv`.

With the batch innermost, row `oh` of all output images is a matrix (O, OW·N): filters times
patches, where the row of patches for a place (c, kh, kw) of the window is a stretch of the input
that begins at an offset of its own. `gemm_at` takes these offsets from a table.

The gradients are in `conv_filters` and `conv_images`.
Filters three or five wide go by fewer products where that pays (`winograd`,
`winograd_back`).

With a stride of two every place is computed and three in four are left out, which is still quicker
than gathering patches. Longer strides, and filters that see only a group of channels, take the
textbook's path.

Threads share output rows.
"""

from __future__ import annotations

import math

import numpy as np

from glia.ops.conv import conv2d as plain_conv2d
from glia.ops.conv import conv2d_backward as plain_conv2d_backward
from glia.ops.conv import output_size

from . import winograd, winograd_back
from ._core.gemm import gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import batch_first, batch_last
from ._padding import pad_rows
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share
from .conv_filters import filters_gradient
from .conv_images import image_gradient

_sum = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum")
_tables: dict[tuple, np.ndarray] = {}
_STRIDE = 4  # rows times columns of a stride beyond which too much is computed for nothing


def conv2d_order(x, stride, groups):
    """Return the images with the batch innermost in memory, turned once for both directions."""
    odd = not x.size or x.dtype != FLOAT32 or math.prod(stride) > _STRIDE or groups != 1
    return x if odd else batch_first(batch_last(x))


def conv2d(
    x, weight, bias=None, stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1
):
    """Cross-correlate images (N, C, H, W) with filters (O, C, KH, KW)."""
    if _odd(x, weight, bias, stride, groups):
        return plain_conv2d(x, weight, bias, stride, padding, dilation, groups)
    if stride != (1, 1):
        every = conv2d(x, weight, bias, (1, 1), padding, dilation)
        return batch_first(ready(batch_last(every)[:, :: stride[0], :: stride[1]]))
    lying = batch_last(x)
    turned = _by_winograd(lying, ready(weight), bias, padding, dilation)
    if turned is not None:
        return batch_first(turned)
    filters, kernel = ready(weight).reshape(len(weight), -1), weight.shape[2:]
    channels, height, width, batch = lying.shape
    h_out = output_size(height, kernel[0], 1, padding[0], dilation[0])
    w_out = output_size(width, kernel[1], 1, padding[1], dilation[1])
    y = take(len(weight), h_out, w_out, batch)
    reach = (kernel[0] - 1) * dilation[0]
    parts = min(parts_of(y.size * filters.shape[1], SERIAL), h_out)
    (top, bottom), (left, right) = padding
    if top or bottom or left or right:
        height, width = -(-h_out // parts) + reach, width + left + right
        work = take(parts, channels * height * width * batch)
    else:
        work = np.empty((parts, 0), FLOAT32)
    offsets = _offsets(channels, height, width, batch, kernel, dilation)
    given, shape = filters[0] if bias is None else ready(bias), (channels, height, width, batch)
    _forward(lying, filters, given, bias is not None, offsets, (top, left, reach), shape, work, y)
    return batch_first(y)


def conv2d_backward(grad, x, weight, stride, padding, dilation, groups, needs=(True, True, True)):
    """Return the gradients of x, weight and bias, None where not needed."""
    if _odd(x, weight, grad, stride, groups) or not grad.size:
        return plain_conv2d_backward(grad, x, weight, stride, padding, dilation, groups, needs)
    if stride != (1, 1):
        grad = _spread(grad, x, weight, stride, padding, dilation)
    upstream = batch_last(grad)
    kernel = weight.shape[2:]
    grad_x = grad_weight = grad_bias = None
    if winograd.fits(len(weight), weight.shape[1], kernel, upstream.shape[2], dilation[1]):
        grad_x, grad_weight = _by_winograd_back(
            upstream, x, ready(weight), padding, dilation, needs
        )
    if needs[1] and grad_weight is None:

        def table(height, width):
            return _offsets(x.shape[1], height, width, len(x), kernel, dilation)

        grad_weight, grad_bias = filters_gradient(
            upstream, batch_last(x), padding, kernel, dilation, table, needs[2]
        )
    if needs[0]:
        if grad_x is None:
            grad_x = _images(upstream, x.shape[1:], ready(weight), padding, dilation)
        grad_x = batch_first(grad_x)
    if not needs[2]:
        grad_bias = None
    elif grad_bias is None:
        grad_bias = np.empty(len(weight), FLOAT32)
        _biases(upstream.reshape(len(weight), -1), grad_bias)
    return grad_x, grad_weight, grad_bias


def _spread(grad, x, weight, stride, padding, dilation):
    """Return the gradient with zeros at the places that the stride leaves out."""
    size = [
        output_size(x.shape[axis + 2], weight.shape[axis + 2], 1, padding[axis], dilation[axis])
        for axis in (0, 1)
    ]
    every = take(grad.shape[1], *size, len(grad))
    every.fill(0)
    every[:, :: stride[0], :: stride[1]] = grad.transpose(1, 2, 3, 0)
    return batch_first(every)


def _by_winograd(lying, weight, bias, padding, dilation):
    """Return the correlation by fewer products, None where that is no gain or not possible."""
    many, channels, kernel = len(weight), weight.shape[1], weight.shape[2:]
    _, height, width, batch = lying.shape
    w_out = output_size(width, kernel[1], 1, padding[1], dilation[1])
    if not winograd.fits(many, channels, kernel, w_out, dilation[1]):
        return None
    h_out = output_size(height, kernel[0], 1, padding[0], dilation[0])
    y = take(many, h_out, w_out, batch)
    given = None if bias is None else ready(bias)

    def table(height, tiles):
        return _offsets(channels, height, tiles, batch, (kernel[0], 1), dilation)

    finite = winograd.correlate(lying, padding, weight, given, y, dilation[0], table)
    return y if finite else None


def _by_winograd_back(upstream, x, weight, padding, dilation, needs):
    """Return ∂X and ∂W by fewer products, None where they are not needed or not finite."""
    many, channels, deep, _ = weight.shape
    batch = len(x)

    def places(height, tiles):
        return _offsets(channels, height, tiles, batch, (deep, 1), dilation)

    def lines(height, tiles):
        return _upstream_offsets(many, height, tiles, batch, deep, dilation[0])

    return winograd_back.gradients(
        upstream, batch_last(x), weight, padding, dilation[0], needs[:2], (places, lines)
    )


def _odd(x, weight, other, stride, groups):
    if other is not None and other.dtype != FLOAT32:
        return True
    small = not x.size or not weight.size
    far = math.prod(stride) > _STRIDE
    return small or x.dtype != FLOAT32 or weight.dtype != FLOAT32 or far or groups != 1


def _images(upstream, size, weight, padding, dilation):
    """Return ∂X, (C, H, W) its size without the batch."""
    many, rows, columns, batch = upstream.shape
    table = _upstream_offsets(many, rows, columns, batch, weight.shape[2], dilation[0])
    corner = padding[0][0], padding[1][0]
    return image_gradient(upstream, size, weight, corner, dilation, table)


def _offsets(channels, height, width, batch, kernel, dilation):
    """Return where each place (c, kh, kw) of the window begins, zeros behind to fill a tile."""

    def make():
        c, u, v = np.indices((channels, *kernel))
        return ((c * height + u * dilation[0]) * width + v * dilation[1]) * batch

    return _table((channels, height, width, batch, *kernel, *dilation), make)


def _upstream_offsets(filters, height, width, batch, deep, dilation):
    """Return where each row (kh, o) of the upstream gradient begins, seen from the window's."""

    def make():
        u, o = np.indices((deep, filters))
        return (o * height - u * dilation) * width * batch

    return _table((filters, height, width, batch, deep, dilation), make)


def _table(key, make):
    table = _tables.get(key)
    if table is None:
        if len(_tables) > 64:
            _tables.clear()
        places = make().reshape(-1)
        table = _tables[key] = np.concatenate([places, np.zeros(8, np.int64)]).astype(np.int64)
    return table


@parallel
def _forward(lying, filters, bias, with_bias, offsets, window, shape, work, y):
    parts, rows = len(work), y.shape[1]
    if parts == 1:
        _part(0, rows, lying, filters, bias, with_bias, offsets, window, shape, work[0], y)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _part(first, last, lying, filters, bias, with_bias, offsets, window, shape, work[t], y)


@jit
def _part(first, last, lying, filters, bias, with_bias, offsets, window, shape, work, y):
    top, left, reach = window
    if work.size:
        pad_rows(lying, first - top, left, last - first + reach, work, shape)
        source, start = address(work), first
    else:
        source, start = address(lying), 0
    _rows(first, last, start, source, filters, bias, with_bias, offsets, shape, y)


@jit
def _rows(first, last, start, source, filters, bias, with_bias, offsets, shape, y):
    many, places = filters.shape
    line = shape[2] * shape[3]
    columns = y.shape[2] * y.shape[3]
    pf, pb, po, py = address(filters), address(bias), address(offsets), address(y)
    for h in range(first, last):
        gemm_at(
            pf, places, 1, source + 4 * (h - start) * line, po, py + 4 * h * columns,
            y.shape[1] * columns, many, columns, places, 3 if with_bias else 0, pb,
        )  # fmt: skip


@jit
def _biases(upstream, out):
    for o in range(len(out)):
        out[o] = _sum((address(upstream) + 4 * o * upstream.shape[1],), upstream.shape[1], ())
