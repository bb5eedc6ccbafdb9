"""Average pooling; the textbook twin is in `glia.ops.pool`.

A sum is multiplied by 1 / count. Where the count is not the same everywhere, the results (or the
gradients on their way back) are multiplied once more, by what each window lacks.
"""

from __future__ import annotations

from glia.ops import pool as plain
from glia.ops.conv import output_size

from ._pool import FLOAT32, take
from .pool_any import NONE, are_few, as_numbers, gather, laid, shown, spread


def avg_pool2d(x, kernel, stride, padding, count_include_pad):
    """Return the mean of each window, over all its places or those inside the image."""
    if x.dtype != FLOAT32 or not x.size:
        return plain.avg_pool2d(x, kernel, stride, padding, count_include_pad)
    few = are_few(x.shape, stride)
    source = laid(x, few)
    channels, *size, batch = source.shape
    y = take(channels, *map(output_size, size, kernel, stride, padding), batch)
    places = kernel[0] * kernel[1]
    window = as_numbers(source, y, kernel, stride, padding, (1, 1))
    gather(source, y, window, NONE, 1 / places)
    if not count_include_pad and any(map(any, padding)):
        y *= _correction(x.shape, kernel, stride, padding)
    return shown(y, few, len(x))


def avg_pool2d_backward(grad, shape, kernel, stride, padding, count_include_pad):
    """Send each window's gradient to all its places in equal shares."""
    if grad.dtype != FLOAT32 or not grad.size:
        return plain.avg_pool2d_backward(grad, shape, kernel, stride, padding, count_include_pad)
    few, places = are_few(shape, stride), kernel[0] * kernel[1]
    upstream = laid(grad, few)
    if not count_include_pad and any(map(any, padding)):
        upstream = upstream * _correction(shape, kernel, stride, padding)
    out = take(len(upstream), *shape[2:], upstream.shape[3])
    window = as_numbers(out, upstream, kernel, stride, padding, (1, 1))
    spread(upstream, upstream, upstream, out, window, NONE, 1 / places)
    return shown(out, few, shape[0])


def _correction(shape, kernel, stride, padding):
    """Return by how much less each window (H_out, W_out, 1) is divided than one that is inside."""
    count = plain.places_that_count(shape, kernel, stride, padding, False)
    return (kernel[0] * kernel[1] / count).astype(FLOAT32)[..., None]
