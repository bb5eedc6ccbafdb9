"""Layer norm and batch norm; the textbook twins are in `glia.ops.norm`.

A layer norm's rows are cut into parts by the size of the work alone; each part adds up its own
∂γ and ∂β, and these are added in order. A batch norm's channels belong to one thread each.
"""

from __future__ import annotations

import math

import numpy as np

from glia.ops import norm as plain

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import as_it_lies, batch_first, in_order
from ._pool import FLOAT32, ready, take
from ._share import STREAM, parts_of, share
from .linear import turned_copy


def _hat(f, x, mean, rstd):
    return (x - mean) * rstd


_sum = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum")
_square = vector_loop(lambda f, a, s: ([], (a[0] - s[0]) * (a[0] - s[0])), reduce="sum")
_sum_and_dot = vector_loop(
    lambda f, a, s: ([], [a[0], a[0] * (a[1] - s[0])]), reduce=("sum", "sum")
)
_scaled = vector_loop(
    lambda f, a, s: [f.fma(_hat(f, a[0], *s), a[1], a[2])], loads=(0, 1, 2), stores=(3,)
)
_affine = vector_loop(lambda f, a, s: [f.fma(a[0] - s[0], s[1], s[2])], loads=(0,), stores=(1,))


def _pulls(f, a, s):
    g = a[0] * a[1]
    return [], [g, g * _hat(f, a[2], *s)]


def _slopes(f, a, s):
    g, weight, x, grad_weight, grad_bias = a[:5]
    hat = _hat(f, x, s[0], s[1])
    return [
        s[1] * (g * weight - s[2] - hat * s[3]),
        f.fma(g, hat, grad_weight),
        grad_bias + g,
    ]


_along_and_across = vector_loop(_pulls, reduce=("sum", "sum"))
_slope = vector_loop(_slopes, loads=(0, 1, 2, 3, 4), stores=(5, 3, 4))
_channel_slope = vector_loop(
    lambda f, a, s: [s[1] * (a[0] - s[2] - (a[1] - s[0]) * s[3])], loads=(0, 1), stores=(2,)
)
_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_fill = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))
_WORTH = STREAM // 6
_APART = 16  # floats: two threads that write into one line of a cache wait for each other


def layer_norm(x, count, weight, bias, eps):
    """Return γ (x − μ)/√(σ² + ε) + β over the last `count` axes; μ and 1/√(σ² + ε), (2, rows)."""
    if not _all_float32(x, weight, bias) or not x.size:
        return plain.layer_norm(x, count, weight, bias, eps)
    size = math.prod(x.shape[x.ndim - count :])
    many = x.size // size
    y, statistics = take(many, size), take(2, many)
    scale = np.ones(size, FLOAT32) if weight is None else ready(weight).reshape(-1)
    shift = np.zeros(size, FLOAT32) if bias is None else ready(bias).reshape(-1)
    _layer(ready(x).reshape(many, size), scale, shift, eps, y, statistics)
    return y.reshape(x.shape), statistics


def layer_norm_backward(grad, x, statistics, count, weight):
    """Return the gradients of x, γ and β."""
    if not _all_float32(grad, x, weight) or not x.size:
        return plain.layer_norm_backward(grad, x, statistics, count, weight)
    many = statistics.shape[1]
    shape = many, x.size // many
    size = shape[1]
    scale = np.ones(size, FLOAT32) if weight is None else ready(weight).reshape(-1)
    out, sums, own = take(many, size), take(8, 2, size + _APART), take(2, size)
    rows, upstream = ready(x).reshape(shape), ready(grad).reshape(shape)
    _layer_backward(upstream, rows, statistics, scale, out, sums, own)
    grad_weight, grad_bias = own if count == 1 else own.reshape(2, *x.shape[x.ndim - count :])
    return out.reshape(x.shape), grad_weight, grad_bias


@parallel
def _layer(x, scale, shift, eps, y, statistics):
    parts = parts_of(x.size, _WORTH)
    if parts == 1:
        _layer_rows(0, len(x), x, scale, shift, eps, y, statistics)
    else:
        for t in prange(parts):
            first, last = share(t, parts, len(x), 1)
            _layer_rows(first, last, x, scale, shift, eps, y, statistics)


@jit
def _layer_rows(first, last, x, scale, shift, eps, y, statistics):
    size = x.shape[1]
    px, py, ps, pb = address(x), address(y), address(scale), address(shift)
    count, eps = np.float32(size), np.float32(eps)
    for i in range(first, last):
        here = px + 4 * i * size
        centre = _sum((here,), size, ()) / count
        spread = _square((here,), size, (centre,)) / count
        inverse = np.float32(1) / np.float32(math.sqrt(spread + eps))
        statistics[0, i], statistics[1, i] = centre, inverse
        _scaled((here, ps, pb, py + 4 * i * size), size, (centre, inverse))


@parallel
def _layer_backward(grad, x, statistics, scale, out, sums, own):
    parts = parts_of(x.size, _WORTH)
    size, pw, apart = x.shape[1], address(sums), 4 * sums[0].size
    _fill((pw,), parts * sums[0].size, (np.float32(0),))
    if parts == 1:
        _layer_rows_backward(0, len(x), 0, grad, x, statistics, scale, out, sums)
    else:
        for t in prange(parts):
            first, last = share(t, parts, len(x), 1)
            _layer_rows_backward(first, last, t, grad, x, statistics, scale, out, sums)
        for t in range(1, parts):
            _add((pw, pw + t * apart), sums[0].size, ())
    _copy((pw, address(own)), size, ())
    _copy((pw + 4 * sums.shape[2], address(own) + 4 * size), size, ())


@jit
def _layer_rows_backward(first, last, part, grad, x, statistics, scale, out, sums):
    size = x.shape[1]
    pg, px, ps, po = address(grad), address(x), address(scale), address(out)
    pw = address(sums) + 4 * part * sums[0].size
    pb = pw + 4 * sums.shape[2]
    count = np.float32(size)
    for i in range(first, last):
        move = 4 * i * size
        g, here, centre, inverse = pg + move, px + move, statistics[0, i], statistics[1, i]
        along, across = _along_and_across((g, ps, here), size, (centre, inverse))
        scalars = (centre, inverse, along / count, across / count)
        _slope((g, ps, here, pw, pb, po + move), size, scalars)


def batch_norm(x, weight, bias, eps):
    """Return the normalised x, and each channel's μ, 1/√(σ² + ε) and σ²."""
    if not _all_float32(x, weight, bias) or not x.size:
        return plain.batch_norm(x, weight, bias, eps)
    if x.ndim == 2:  # a row for each channel, as a linear layer can take it
        y, *statistics = batch_norm(_turned(x)[None], weight, bias, eps)
        return y[0].T, *statistics
    channels = x.shape[1]
    lying, back = _channels(x)
    y = take(*lying.shape)
    statistics = np.empty((3, channels), FLOAT32)
    scale = np.ones(channels, FLOAT32) if weight is None else ready(weight)
    shift = np.zeros(channels, FLOAT32) if bias is None else ready(bias)
    blocks = _blocks(lying, back)
    _batch(lying.reshape(blocks), scale, shift, np.float32(eps), y.reshape(blocks), statistics)
    return y if back is None else batch_first(y), *statistics


def batch_norm_backward(grad, x, mean, rstd, weight):
    """Return the gradients of x, γ and β."""
    if not _all_float32(grad, x, weight) or not x.size:
        return plain.batch_norm_backward(grad, x, mean, rstd, weight)
    if x.ndim == 2:
        out, *sums = batch_norm_backward(_turned(grad)[None], _turned(x)[None], mean, rstd, weight)
        return out[0].T, *sums
    channels = x.shape[1]
    lying, back = _channels(x)
    upstream = in_order(grad, None if back is None else (1, 2, 3, 0))
    out, sums = take(*lying.shape), np.empty((2, channels), FLOAT32)
    scale = np.ones(channels, FLOAT32) if weight is None else ready(weight)
    blocks = _blocks(lying, back)
    _batch_backward(*(a.reshape(blocks) for a in (upstream, lying, out)), mean, rstd, scale, sums)
    return out if back is None else batch_first(out), sums[0], sums[1]


def _turned(x):
    """Return (N, C) as contiguous (C, N)."""
    return x.T if x.T.flags.carray else turned_copy(ready(x))


def _channels(x):
    if x.ndim == 4:
        lying, _, back = as_it_lies(x)
        return lying, back
    return ready(x), None


def _blocks(lying, back):
    """Return the shape (outer, channels, inner): (N, C, HW), or (1, C, HWN) with the batch last."""
    if back is not None:
        return 1, lying.shape[0], math.prod(lying.shape[1:])
    return lying.shape[0], lying.shape[1], math.prod(lying.shape[2:])


@parallel
def _batch(x, scale, shift, eps, y, statistics):
    channels = x.shape[1]
    parts = min(parts_of(x.size, _WORTH), channels)
    if parts == 1:
        _batch_channels(0, channels, x, scale, shift, eps, y, statistics)
    else:
        for t in prange(parts):
            first, last = share(t, parts, channels, 1)
            _batch_channels(first, last, x, scale, shift, eps, y, statistics)


@jit
def _batch_channels(first, last, x, scale, shift, eps, y, statistics):
    outer, channels, inner = x.shape
    px, py = address(x), address(y)
    count = np.float32(outer * inner)
    for c in range(first, last):
        total, spread = 0.0, 0.0
        for n in range(outer):
            total += _sum((px + 4 * (n * channels + c) * inner,), inner, ())
        mean = np.float32(total / count)
        for n in range(outer):
            spread += _square((px + 4 * (n * channels + c) * inner,), inner, (mean,))
        var = np.float32(spread / count)
        rstd = np.float32(1) / np.float32(math.sqrt(var + eps))
        statistics[0, c], statistics[1, c], statistics[2, c] = mean, rstd, var
        for n in range(outer):
            move = 4 * (n * channels + c) * inner
            _affine((px + move, py + move), inner, (mean, rstd * scale[c], shift[c]))


@parallel
def _batch_backward(grad, x, out, mean, rstd, scale, sums):
    channels = x.shape[1]
    parts = min(parts_of(x.size, _WORTH), channels)
    if parts == 1:
        _batch_channels_backward(0, channels, grad, x, out, mean, rstd, scale, sums)
    else:
        for t in prange(parts):
            first, last = share(t, parts, channels, 1)
            _batch_channels_backward(first, last, grad, x, out, mean, rstd, scale, sums)


@jit
def _batch_channels_backward(first, last, grad, x, out, mean, rstd, scale, sums):
    outer, channels, inner = x.shape
    pg, px, po = address(grad), address(x), address(out)
    count = outer * inner
    for c in range(first, last):
        along, across = 0.0, 0.0
        for n in range(outer):
            move = 4 * (n * channels + c) * inner
            straight, centred = _sum_and_dot((pg + move, px + move), inner, (mean[c],))
            along += straight
            across += centred
        sums[0, c] = np.float32(across) * rstd[c]
        sums[1, c] = np.float32(along)
        slope = np.float32(across / count) * rstd[c] * rstd[c]
        for n in range(outer):
            move = 4 * (n * channels + c) * inner
            _channel_slope(
                (pg + move, px + move, po + move),
                inner,
                (mean[c], rstd[c] * scale[c], np.float32(along / count), slope),
            )


def _all_float32(*arrays):
    for a in arrays:  # a plain loop: `all` would make a generator
        if a is not None and a.dtype != FLOAT32:
            return False
    return True
