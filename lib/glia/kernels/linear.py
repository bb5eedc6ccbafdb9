"""The affine map Y = X Wᵀ + b; the textbook twin is in `glia.ops.matmul`.

What each thread does is in `_affine`. Sums over rows are never shared out, with one exception:
where the rows are many beside the weights, ∂W is the sum over one half of them plus the sum over
the other, so that a thread reads of X and ∂Y what it made or is about to need. Which sums there
are depends on the sizes alone.
"""

from __future__ import annotations

import numpy as np

from glia.ops.matmul import linear as plain_linear
from glia.ops.matmul import linear_backward as plain_linear_backward

from ._affine import (
    FEW,
    MANY,
    NARROW,
    NONE,
    TURNED,
    add,
    forward_share,
    input_share,
    turn_columns,
    weight_share,
)
from ._core.memory import address
from ._core.target import ROWS
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, STREAM, parts_of, share

_nothing = np.zeros(1, np.float32)
_empty = np.zeros((1, 1), np.float32)


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
        way, room = FEW, _empty
    elif out * features > rows * (out + features):
        turned = flat.T  # lies as needed behind a convolution, whose batch is innermost
        way, room = (
            (TURNED, take(rows, out))
            if turned.flags.carray
            else (NARROW, take(rows, out + features))
        )
        flat = turned if way == TURNED else flat
    else:
        way, room = MANY, take(features, out)
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
        flat = turned_copy(flat.T) if flat.T.flags.carray else ready(flat)
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


def turned_copy(x):
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
    px, pw, py, right = address(x), address(weight), address(y), address(room)
    pb = address(bias) if with_bias else NONE
    product = right
    parts = parts_of(rows * features * out, SERIAL)
    if way == NARROW:
        transpose(px, features, right, rows, rows, features)
        product += 4 * features * rows
    elif way == TURNED:
        right = px
    elif way == MANY and out * features < STREAM:
        transpose(pw, features, right, out, out, features)
    elif way == MANY:
        for t in prange(8):
            first, last = share(t, 8, features, 16)
            turn_columns(pw, features, right, out, first, last)
    if parts == 1:
        forward_share(0, 1, way, rows, features, out, px, pw, pb, False, py, right, product)
    else:
        for t in prange(parts):
            forward_share(t, parts, way, rows, features, out, px, pw, pb, False, py, right, product)


@parallel
def _backward(
    grad, x, weight, grad_x, grad_weight, grad_bias, need_x, need_weight, need_bias, in_halves, room
):
    """∂X = ∂Y W, ∂W = ∂Yᵀ X, ∂b = Σ ∂Y; sums over rows run in the order of the rows."""
    rows, out = grad.shape
    features = max(x.shape[1], weight.shape[1])  # one of them may not be needed
    parts = parts_of((int(need_x) + int(need_weight)) * rows * features * out, SERIAL)
    pg, px, pw = address(grad), address(x), address(weight)
    to_x = address(grad_x) if need_x else NONE
    to_w = address(grad_weight) if need_weight else NONE
    to_b = address(grad_bias) if need_bias else NONE
    if parts == 1:
        weight_share(0, 1, 0, rows, features, out, pg, px, to_w, to_b)
        input_share(0, 1, rows, features, out, pg, pw, to_x, NONE)
    elif in_halves:
        again = address(room)
        again_b = again + 4 * out * features if need_bias else NONE
        for t in prange(parts):
            half, groups = 2 * t // parts, parts // 2
            first, last = share(half, 2, rows, ROWS)
            here, here_b = (to_w, to_b) if half == 0 else (again, again_b)
            weight_share(t % groups, groups, first, last, features, out, pg, px, here, here_b)
            input_share(t, parts, rows, features, out, pg, pw, to_x, NONE)
        add((to_w, again), out * features, ())
        if need_bias:
            add((to_b, again_b), out, ())
    else:
        for t in prange(parts):
            weight_share(t, parts, 0, rows, features, out, pg, px, to_w, to_b)
            input_share(t, parts, rows, features, out, pg, pw, to_x, NONE)
