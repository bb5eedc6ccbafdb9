"""The gradients of what was picked out of an array, and joining; textbook twins in `glia.ops`.

One thread adds up a table's rows, in the order of their uses: sums depend on nothing else.
"""

from __future__ import annotations

import numpy as np

from glia.ops.activation import embedding_backward as plain_embedding_backward
from glia.ops.shape import concatenate as plain_concatenate
from glia.ops.shape import slice_backward as plain_slice_backward

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit
from ._pool import FLOAT32, ready, take

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
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
    if any(a.dtype != FLOAT32 or a.ndim != first.ndim for a in arrays) or not first.ndim:
        return plain_concatenate(arrays, dim)
    shape = list(first.shape)
    shape[dim] = sum(a.shape[dim] for a in arrays)
    return np.concatenate(arrays, axis=dim, out=take(*shape))


@jit
def _add_rows(grad, rows, out):
    size = out.shape[1]
    pg, po = address(grad), address(out)
    for i in range(rows.size):
        row = rows[i] if rows[i] >= 0 else rows[i] + out.shape[0]
        _add((po + 4 * row * size, pg + 4 * i * size), size, ())
