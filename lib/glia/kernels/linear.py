"""The affine map Y = X Wᵀ + b; the textbook twin is in `glia.ops.matmul`.

Weights lie in memory as (in, out), which is the order that X Wᵀ reads them in; `nn.Linear` stores
them so and shows the transposed view. Other orders are turned first.

Who computes what. With few rows (a batch of an MLP) each of two halves of the input features
belongs to one thread, in forward, in ∂W, in ∂X: its part of W stays in that thread's cache. Forward
then has two partial products to add, always two, however many threads there are. With many rows
(the positions of a transformer) the rows are shared out.
"""

from __future__ import annotations

import numpy as np

from glia.ops.matmul import linear as plain_linear
from glia.ops.matmul import linear_backward as plain_linear_backward

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._layout import as_it_lies
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share

MANY_ROWS = 512

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_nothing = np.zeros(1, np.float32)


def linear(x, weight, bias=None):
    """Return x Wᵀ + b.

    Shape:
        x (*, in), weight (out, in), bias (out,) or None; the result (*, out)
    """
    if not (x.dtype == weight.dtype == FLOAT32) or (bias is not None and bias.dtype != FLOAT32):
        return plain_linear(x, weight, bias)
    features = x.shape[-1]
    if x.size == 0 or weight.size == 0:
        return plain_linear(x, weight, bias)
    out = weight.shape[0]
    lying, _, back = as_it_lies(x if x.ndim == 2 else x.reshape(-1, features))
    rows = x.size // features
    turned, stored, turn = _both_orders(weight, forward=True)
    y = take(rows, out)
    part = take(rows, out) if rows < MANY_ROWS and x.size * out >= SERIAL else _row
    _forward(
        lying,
        back is not None,
        turned,
        stored,
        turn,
        _nothing if bias is None else ready(bias),
        0 if bias is None else 2,
        y,
        part,
    )
    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], out)


def linear_backward(grad, x, weight, needs):
    """Return the gradients of x, weight and bias, None where not needed."""
    if not (grad.dtype == x.dtype == weight.dtype == FLOAT32) or not (grad.size and x.size):
        return plain_linear_backward(grad, x, weight, needs)
    out, features = weight.shape
    upstream = ready(grad if grad.ndim == 2 else grad.reshape(-1, out))
    column = weight.flags.f_contiguous
    flat = x if x.ndim == 2 else x.reshape(-1, features)
    lying, _, back = as_it_lies(flat) if column else (ready(flat), None, None)
    rows = x.size // features
    need_x, need_weight, need_bias = needs
    turned, stored, turn = _both_orders(weight, forward=False) if need_x else (_row, _row, False)
    grad_x = take(rows, features) if need_x else _row
    grad_weight = take(*((features, out) if column else (out, features))) if need_weight else _row
    grad_bias = take(out) if need_bias else _nothing
    _backward(
        upstream,
        lying,
        back is not None,
        turned,
        stored,
        turn,
        grad_x,
        grad_weight,
        grad_bias,
        need_x,
        need_weight,
        need_bias,
        column,
    )
    return (
        None if not need_x else grad_x if x.ndim == 2 else grad_x.reshape(x.shape),
        None if not need_weight else grad_weight.T if column else grad_weight,
        grad_bias if need_bias else None,
    )


_row = np.zeros((1, 1), np.float32)


def _both_orders(weight, forward):
    """Return W as (in, out) and as (out, in), and whether the one that is needed is still empty."""
    if weight.flags.f_contiguous:
        lying = ready(weight.T)
        return lying, _row if forward else take(*weight.shape), not forward
    standing = ready(weight)
    return take(*weight.shape[::-1]) if forward else _row, standing, forward


@parallel
def _forward(x, turned_x, turned, stored, turn, bias, start, y, part):
    """Y = X W + b with W (in, out); `part` takes the second half's product."""
    rows, out = y.shape
    features = x.size // rows
    row, col = (1, rows) if turned_x else (features, 1)
    px, pw, py, pb = address(x), address(turned), address(y), address(bias)
    if turn:
        transpose(address(stored), features, pw, out, out, features)
    if rows * features * out < SERIAL:
        gemm(px, row, col, pw, out, py, out, rows, out, features, start, pb)
    elif rows < MANY_ROWS:
        pp = address(part)
        for t in prange(2):
            first, last = share(t, 2, features, 16)
            left, right = px + 4 * first * col, pw + 4 * first * out
            if t == 0:
                gemm(left, row, col, right, out, py, out, rows, out, last - first, start, pb)
            else:
                gemm(left, row, col, right, out, pp, out, rows, out, last - first, 0, pb)
        _add((py, pp), rows * out, ())
    else:
        parts = parts_of(rows * features * out, SERIAL)
        for t in prange(parts):
            first, last = share(t, parts, rows, 8)
            left, here = px + 4 * first * row, py + 4 * first * out
            gemm(left, row, col, pw, out, here, out, last - first, out, features, start, pb)


@parallel
def _backward(
    grad,
    x,
    turned_x,
    turned,
    stored,
    turn,
    grad_x,
    grad_weight,
    grad_bias,
    need_x,
    need_weight,
    need_bias,
    column,
):
    """∂X = ∂Y W, ∂W = ∂Yᵀ X, ∂b = Σ ∂Y; all sums over rows run in the order of the rows."""
    rows, out = grad.shape
    features = x.size // rows
    px, pg, pt, ps = address(x), address(grad), address(turned), address(stored)
    pdx, pdw, pdb = address(grad_x), address(grad_weight), address(grad_bias)
    products = int(need_x) + int(need_weight)
    parts = parts_of(products * rows * features * out, SERIAL)
    if parts == 1:
        _share_of_backward(
            0,
            1,
            px,
            turned_x,
            pg,
            pt,
            ps,
            turn,
            pdx,
            pdw,
            pdb,
            rows,
            features,
            out,
            need_x,
            need_weight,
            need_bias,
            column,
        )
    else:
        if turn and need_x and rows >= MANY_ROWS:
            transpose(pt, out, ps, features, features, out)
        for t in prange(parts):
            _share_of_backward(
                t,
                parts,
                px,
                turned_x,
                pg,
                pt,
                ps,
                turn,
                pdx,
                pdw,
                pdb,
                rows,
                features,
                out,
                need_x,
                need_weight,
                need_bias,
                column,
            )


@jit
def _share_of_backward(
    part,
    parts,
    x,
    turned_x,
    grad,
    turned,
    stored,
    turn,
    grad_x,
    grad_weight,
    grad_bias,
    rows,
    features,
    out,
    need_x,
    need_weight,
    need_bias,
    column,
):
    """One thread's part: its input features in ∂W, and in ∂X too unless there are many rows."""
    first, last = share(part, parts, features, 16)
    row, col = (1, rows) if turned_x else (features, 1)
    if need_weight and last > first:
        if column:  # ∂W as (in, out) = Xᵀ ∂Y
            gemm(
                x + 4 * first * col,
                col,
                row,
                grad,
                out,
                grad_weight + 4 * first * out,
                out,
                last - first,
                out,
                rows,
                0,
                0,
            )
        else:  # ∂W as (out, in) = ∂Yᵀ X
            gemm(
                grad,
                1,
                out,
                x + 4 * first,
                features,
                grad_weight + 4 * first,
                features,
                out,
                last - first,
                rows,
                0,
                0,
            )
    if need_x and (rows < MANY_ROWS or parts == 1):
        if last > first:
            if turn:
                transpose(
                    turned + 4 * first * out, out, stored + 4 * first, features, last - first, out
                )
            gemm(
                grad,
                out,
                1,
                stored + 4 * first,
                features,
                grad_x + 4 * first,
                features,
                rows,
                last - first,
                out,
                0,
                0,
            )
    elif need_x:
        top, bottom = share(part, parts, rows, 8)
        gemm(
            grad + 4 * top * out,
            out,
            1,
            stored,
            features,
            grad_x + 4 * top * features,
            features,
            bottom - top,
            features,
            out,
            0,
            0,
        )
    if need_bias:
        left, right = share(part, parts, out, 16)
        _copy((grad + 4 * left, grad_bias + 4 * left), right - left, ())
        for row in range(1, rows):
            _add((grad_bias + 4 * left, grad + 4 * (row * out + left)), right - left, ())
