"""The affine map Y = X Wᵀ + b; the textbook twin is in `glia.ops.matmul`.

A tile of a product wants the rows of its right factor to lie in memory, and forward has Wᵀ there.
Whatever costs less is turned round first: the weights, or (few rows, as in an MLP's batch) the
activations, for Yᵀ = W Xᵀ. One to three rows are taken as dot products with the rows of W.
Backward, ∂X = ∂Y W and ∂W = ∂Yᵀ X have their right factors as they need them.

Who computes what. With few rows a thread has the same share of the output features, that is of the
rows of W, in forward and in ∂W, as it has in the optimiser's update: they stay in its cache. With
many rows (the positions of a transformer) the rows are shared out, and ∂W is the sum over one half
of them plus the sum over the other: so a thread reads of X and ∂Y what it made or is about to need.
Which sums there are depends on the sizes alone.
"""

from __future__ import annotations

import numpy as np

from glia.ops.matmul import linear as plain_linear
from glia.ops.matmul import linear_backward as plain_linear_backward

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address, read, write
from ._core.target import ROWS
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, STREAM, parts_of, share

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=4)
_nothing = np.zeros(1, np.float32)
_empty = np.zeros((1, 1), np.float32)
_FEW, _NARROW, _TURNED, _MANY = range(4)  # ways; what is turned round


def linear(x, weight, bias=None):
    """Return x Wᵀ + b.

    Shape:
        x (*, in), weight (out, in), bias (out,) or None; the result (*, out)
    """
    if not (x.dtype == weight.dtype == FLOAT32) or (bias is not None and bias.dtype != FLOAT32):
        return plain_linear(x, weight, bias)
    out, features = weight.shape
    if x.shape[-1] != features or x.size == 0 or out == 0:
        return plain_linear(x, weight, bias)
    rows = x.size // features
    flat = x if x.ndim == 2 else x.reshape(rows, features)
    y = take(rows, out)
    if rows < 4:
        way, room = _FEW, _empty
    elif out * features > rows * (out + features):
        turned = flat.T  # lies as needed behind a convolution, whose batch is innermost
        way, room = (
            (_TURNED, take(rows, out))
            if turned.flags.carray
            else (_NARROW, take(rows, out + features))
        )
        flat = turned if way == _TURNED else flat
    else:
        way, room = _MANY, take(features, out)
    given = _nothing if bias is None else ready(bias)
    _forward(way, ready(flat), ready(weight), given, bias is not None, y, room)
    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], out)


def linear_backward(grad, x, weight, needs):
    """Return the gradients of x, weight and bias, None where not needed."""
    if not (grad.dtype == x.dtype == weight.dtype == FLOAT32) or not (grad.size and x.size):
        return plain_linear_backward(grad, x, weight, needs)
    out, features = weight.shape
    rows = x.size // features
    upstream = ready(grad if grad.ndim == 2 else grad.reshape(rows, out))
    need_x, need_weight, need_bias = needs
    flat = _empty
    if need_weight:
        flat = x if x.ndim == 2 else x.reshape(rows, features)
        flat = _turned(flat.T) if flat.T.flags.carray else ready(flat)
    grad_x = take(rows, features) if need_x else _empty
    grad_weight = take(out, features) if need_weight else _empty
    grad_bias = take(out) if need_bias else _nothing
    given = ready(weight) if need_x else _empty
    both = _in_halves(rows, out, features, needs)
    room = take(out * (features + 1)) if both else _nothing
    _backward(upstream, flat, given, grad_x, grad_weight, grad_bias, *needs, both, room)
    return (
        None if not need_x else grad_x if x.ndim == 2 else grad_x.reshape(x.shape),
        grad_weight if need_weight else None,
        grad_bias if need_bias else None,
    )


def _in_halves(rows, out, features, needs):
    """Return whether ∂W is worth two sums: the rows are many beside the weights."""
    work = (int(needs[0]) + 1) * rows * out * features
    return needs[1] and work >= SERIAL and rows >= 4 * max(out, features)


def _turned(x):
    """Return the transpose as an array of its own."""
    out = take(*x.shape[::-1])
    _turn_all(x, out)
    return out


@jit
def _turn_all(x, out):
    transpose(address(x), x.shape[1], address(out), x.shape[0], *x.shape)


@parallel
def _forward(way, x, weight, bias, with_bias, y, room):
    rows, out = y.shape
    features = weight.shape[1]
    px, pw, pr = address(x), address(weight), address(room)
    parts = parts_of(rows * features * out, SERIAL)
    if way == _NARROW:
        transpose(px, features, pr, rows, rows, features)
    elif way == _MANY and out * features < STREAM:
        transpose(pw, features, pr, out, out, features)
    elif way == _MANY:
        for t in prange(8):
            first, last = share(t, 8, features, 16)
            _turn(pw, features, pr, out, first, last)
    if parts == 1:
        _forward_share(0, 1, way, x, weight, bias, with_bias, y, room)
    else:
        for t in prange(parts):
            _forward_share(t, parts, way, x, weight, bias, with_bias, y, room)


@jit
def _turn(source, columns, target, rows, first, last):
    """Turn the columns from first to last."""
    if last > first:
        transpose(source + 4 * first, columns, target + 4 * first * rows, rows, rows, last - first)


@jit
def _forward_share(part, parts, way, x, weight, bias, with_bias, y, room):
    """One thread's rows of X, or its rows of W."""
    rows, out = y.shape
    features = weight.shape[1]
    px, pw, pb, py, pr = address(x), address(weight), address(bias), address(y), address(room)
    if way == _MANY:
        first, last = share(part, parts, rows, ROWS)
        left, here = px + 4 * first * features, py + 4 * first * out
        start = 2 if with_bias else 0
        gemm(left, features, 1, pr, out, here, out, last - first, out, features, start, pb)
        return
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    if way == _NARROW or way == _TURNED:
        left, turned = pw + 4 * first * features, pr + 4 * first * rows
        right = px
        if way == _NARROW:
            right, turned = pr, turned + 4 * features * rows
        start = 3 if with_bias else 0
        gemm(
            left, features, 1, right, rows, turned, rows, last - first, rows, features,
            start, pb + 4 * first,
        )  # fmt: skip
        transpose(turned, rows, py + 4 * first, out, last - first, rows)
        return
    for j in range(first, last):
        shift = read(pb, j) if with_bias else np.float32(0)
        for i in range(rows):
            both = px + 4 * i * features, pw + 4 * j * features
            write(py, i * out + j, _dot(both, features, ()) + shift)


@parallel
def _backward(
    grad, x, weight, grad_x, grad_weight, grad_bias, need_x, need_weight, need_bias, in_halves, room
):
    """∂X = ∂Y W, ∂W = ∂Yᵀ X, ∂b = Σ ∂Y; sums over rows run in the order of the rows."""
    rows, out = grad.shape
    features = max(x.shape[1], weight.shape[1])  # one of them may not be needed
    parts = parts_of((int(need_x) + int(need_weight)) * rows * features * out, SERIAL)
    to_weight, to_bias = address(grad_weight), address(grad_bias)
    if parts == 1:
        _weight_share(0, 1, 0, rows, grad, x, to_weight, to_bias, need_weight, need_bias)
        _input_share(0, 1, grad, weight, grad_x, need_x)
    elif in_halves:
        again = address(room)
        for t in prange(parts):
            half, groups = 2 * t // parts, parts // 2
            first, last = share(half, 2, rows, ROWS)
            to = to_weight if half == 0 else again
            to_b = to_bias if half == 0 else again + 4 * out * features
            _weight_share(t % groups, groups, first, last, grad, x, to, to_b, True, need_bias)
            _input_share(t, parts, grad, weight, grad_x, need_x)
        _add((to_weight, again), out * features, ())
        if need_bias:
            _add((to_bias, again + 4 * out * features), out, ())
    else:
        for t in prange(parts):
            _weight_share(t, parts, 0, rows, grad, x, to_weight, to_bias, need_weight, need_bias)
            _input_share(t, parts, grad, weight, grad_x, need_x)


@jit
def _weight_share(
    part, parts, first_row, last_row, grad, x, to_weight, to_bias, need_weight, need_bias
):
    """One thread's output features, summed over some of the rows."""
    out, features = grad.shape[1], x.shape[1]
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    rows = last_row - first_row
    pg, px = address(grad) + 4 * (first_row * out + first), address(x) + 4 * first_row * features
    if need_weight:
        here = to_weight + 4 * first * features
        gemm(pg, 1, out, px, features, here, features, last - first, features, rows, 0, 0)
    if need_bias:
        total = to_bias + 4 * first
        _copy((pg, total), last - first, ())
        for row in range(1, rows):
            _add((total, pg + 4 * row * out), last - first, ())


@jit
def _input_share(part, parts, grad, weight, grad_x, need_x):
    """One thread's input features, or with more rows than features its rows."""
    if not need_x:
        return
    rows, out = grad.shape
    features = weight.shape[1]
    pg, pw, po = address(grad), address(weight), address(grad_x)
    if rows < features:
        first, last = share(part, parts, features, 16)
        if last > first:
            here = po + 4 * first
            gemm(
                pg, out, 1, pw + 4 * first, features, here, features,
                rows, last - first, out, 0, 0,
            )  # fmt: skip
    else:
        first, last = share(part, parts, rows, ROWS)
        here = po + 4 * first * features
        gemm(
            pg + 4 * first * out, out, 1, pw, features, here, features,
            last - first, features, out, 0, 0,
        )  # fmt: skip
