"""The gradients of what was picked out of an array, and joining; textbook twins in `glia.ops`.

One thread adds up a table's rows, in the order of their uses: sums depend on nothing else.
"""

from __future__ import annotations

import math

import numpy as np

from glia.ops.activation import embedding_backward as plain_embedding_backward
from glia.ops.shape import concatenate as plain_concatenate
from glia.ops.shape import slice_backward as plain_slice_backward

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import are_neighbours, distance
from ._pool import FLOAT32, ready, take
from ._share import STREAM, parts_of, share

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_INT64 = np.dtype(np.int64)


def embedding_backward(grad, indices, shape):
    """Return each row's sum of the gradients of all its uses."""
    if grad.dtype != FLOAT32 or not grad.size:
        return plain_embedding_backward(grad, indices, shape)
    rows = ready(indices if indices.dtype == _INT64 else indices.astype(np.int64)).ravel()
    out = take(*shape)
    out.fill(0)
    _add_rows(ready(grad).reshape(-1, shape[1]), rows, out)
    return out


def slice_backward(grad, shape, index):
    """Return zeros with the gradient where it was taken from."""
    if grad.dtype != FLOAT32:
        return plain_slice_backward(grad, shape, index)
    out = take(*shape)
    out.fill(0)
    out[index] = grad
    return out


def concatenate(arrays, dim):
    """Return arrays joined along an axis."""
    first = arrays[0]
    fit = all(a.dtype == FLOAT32 and a.size and a.ndim == first.ndim for a in arrays)
    if not fit or not first.ndim:
        return plain_concatenate(arrays, dim)
    shape, dim = list(first.shape), dim % first.ndim
    shape[dim] = sum(a.shape[dim] for a in arrays)
    rest = {(*a.shape[:dim], *a.shape[dim + 1 :]) for a in arrays}
    if len(rest) > 1:
        return plain_concatenate(arrays, dim)  # which says what does not fit
    out, outer, column = take(*shape), math.prod(shape[:dim]), 0
    lines = out.reshape(outer, -1)
    for a in arrays:
        part = ready(a).reshape(outer, -1)
        _place(part, lines, column)
        column += part.shape[1]
    return out


def join(arrays, dim):
    """Return parts joined along an axis: the memory that they share, where they lie side by side.

    The gradients of queries, keys and values do (see `attention`).
    """
    first = arrays[0]
    if first.ndim and first.size and dim in (-1, first.ndim - 1):
        width = first.shape[-1]
        if are_neighbours(arrays, width):
            whole = _whole(first, (*first.shape[:-1], width * len(arrays)))
            if whole is not None:
                return whole
    return concatenate(arrays, dim)


def _whole(first, shape):
    """Return the contiguous array of this shape that begins where `first` does, if it is one."""
    base, line = first.base, 4
    for length, stride in zip(reversed(shape[1:]), reversed(first.strides[:-1]), strict=True):
        line *= length
        if stride != line:
            return None
    if first.strides[-1] != 4 or type(base) is not np.ndarray or base.dtype != FLOAT32:
        return None
    if not base.flags.carray:
        return None
    return np.ndarray(shape, FLOAT32, base, 4 * distance(base, first))


@parallel
def _place(source, out, column):
    rows, width = source.shape
    ps, po, wide = address(source), address(out) + 4 * column, out.shape[1]
    parts = parts_of(source.size, STREAM // 4)
    if parts == 1:
        _copy_rows(0, rows, width, ps, po, wide)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _copy_rows(first, last, width, ps, po, wide)


@jit
def _copy_rows(first, last, width, source, out, wide):
    for i in range(first, last):
        _copy((source + 4 * i * width, out + 4 * i * wide), width, ())


@jit
def _add_rows(grad, rows, out):
    size = out.shape[1]
    pg, po = address(grad), address(out)
    for i in range(rows.size):
        row = rows[i] if rows[i] >= 0 else rows[i] + out.shape[0]
        _add((po + 4 * row * size, pg + 4 * i * size), size, ())
