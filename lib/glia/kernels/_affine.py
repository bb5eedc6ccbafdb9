"""Shares of an affine map: what one thread does of Y = X Wᵀ + b, forward and back.

A tile of a product wants the rows of its right factor to lie in memory, and forward has Wᵀ there.
Whatever costs less is turned round first: the weights, or (few rows, as in an MLP's batch) the
activations, for Yᵀ = W Xᵀ. One to three rows are taken as dot products with the rows of W.
Backward, ∂X = ∂Y W and ∂W = ∂Yᵀ X have their right factors as they need them.

Who computes what. With few rows a thread has the same share of the output features, that is of the
rows of W, in forward and in ∂W, as it has in the optimiser's update: they stay in its cache. With
many rows (the positions of a transformer) the rows are shared out.

All arrays come as addresses. A ReLU is taken by the thread that computed the values, and its slope
by the one that computed their gradient: both still lie in its cache.
"""

from __future__ import annotations

import numpy as np

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import read, write
from ._core.target import ROWS
from ._core.transpose import transpose
from ._jit import jit
from ._share import share

FEW, NARROW, TURNED, MANY = range(4)  # ways; what is turned round
NONE = 0  # in the place of an address: not there, or not asked for

add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
slope = vector_loop(lambda f, a, s: [a[0] * f.where(a[1] > 0.0, 1.0, 0.0)], stores=(0,))
_rectify = vector_loop(lambda f, a, s: [f.maximum(a[0], 0.0)], stores=(0,))
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=4)


@jit
def turn_columns(source, columns, target, rows, first, last):
    """Turn the columns from first to last."""
    if last > first:
        transpose(source + 4 * first, columns, target + 4 * first * rows, rows, rows, last - first)


@jit
def forward_share(
    part, parts, way, rows, features, out, x, weight, bias, rectify, y, right, product
):
    """One thread's rows of X, or its rows of W.

    Args:
        part: which share.
        parts: how many there are.
        way: FEW, NARROW, TURNED or MANY.
        rows: of X and Y.
        features: columns of X and W.
        out: rows of W, columns of Y.
        x: X.
        weight: W.
        bias: b or NONE.
        rectify: whether Y ← max(Y, 0).
        y: where the result goes.
        right: what was turned round: Xᵀ, or Wᵀ if the way is MANY.
        product: room for Yᵀ, if the way is NARROW or TURNED.
    """
    if way == MANY:
        first, last = share(part, parts, rows, ROWS)
        here = y + 4 * first * out
        gemm(
            x + 4 * first * features, features, 1, right, out, here, out,
            last - first, out, features, 0 if bias == NONE else 2, bias,
        )  # fmt: skip
        if rectify:
            _rectify((here,), (last - first) * out, ())
        return
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    if way == FEW:
        for j in range(first, last):
            shift = np.float32(0) if bias == NONE else read(bias, j)
            for i in range(rows):
                both = x + 4 * i * features, weight + 4 * j * features
                write(y, i * out + j, _dot(both, features, ()) + shift)
        if rectify:
            for i in range(rows):
                _rectify((y + 4 * (i * out + first),), last - first, ())
        return
    here = product + 4 * first * rows
    gemm(
        weight + 4 * first * features, features, 1, right, rows, here, rows,
        last - first, rows, features, 0 if bias == NONE else 3, bias + 4 * first,
    )  # fmt: skip
    if rectify:
        _rectify((here,), (last - first) * rows, ())
    transpose(here, rows, y + 4 * first, out, last - first, rows)


@jit
def weight_share(part, parts, first_row, last_row, features, out, grad, x, grad_weight, grad_bias):
    """One thread's output features of ∂W = ∂Yᵀ X and ∂b = Σ ∂Y, summed over some of the rows.

    Sums run in the order of the rows.
    """
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    rows = last_row - first_row
    here = grad + 4 * (first_row * out + first)
    if grad_weight != NONE:
        gemm(
            here, 1, out, x + 4 * first_row * features, features,
            grad_weight + 4 * first * features, features, last - first, features, rows, 0, 0,
        )  # fmt: skip
    if grad_bias != NONE:
        total = grad_bias + 4 * first
        copy((here, total), last - first, ())
        for row in range(1, rows):
            add((total, here + 4 * row * out), last - first, ())


@jit
def input_share(part, parts, rows, features, out, grad, weight, grad_x, rectified):
    """One thread's input features of ∂X = ∂Y W, or with more rows than features its rows.

    Where X is what a ReLU put out (`rectified`, else NONE), times the ReLU's slope.
    """
    if grad_x == NONE:
        return
    if rows < features:
        first, last = share(part, parts, features, 16)
        if last <= first:
            return
        here = grad_x + 4 * first
        gemm(
            grad, out, 1, weight + 4 * first, features, here, features,
            rows, last - first, out, 0, 0,
        )  # fmt: skip
        if rectified != NONE:
            for i in range(rows):
                down = 4 * i * features
                slope((here + down, rectified + 4 * first + down), last - first, ())
    else:
        first, last = share(part, parts, rows, ROWS)
        here = grad_x + 4 * first * features
        gemm(
            grad + 4 * first * out, out, 1, weight, features, here, features,
            last - first, features, out, 0, 0,
        )  # fmt: skip
        if rectified != NONE:
            slope((here, rectified + 4 * first * features), (last - first) * features, ())
