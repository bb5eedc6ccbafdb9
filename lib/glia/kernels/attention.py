"""Scaled dot-product attention; the textbook twin is in `glia.ops.attention`.

Each thread takes whole heads: scores, softmax and mix of one head stay in its cache. Queries, keys
and values are read where they lie, whatever the distance between their rows, so that splitting a
projection into heads costs nothing; results lie as (N, L, H, e), so that joining them does neither.
"""

from __future__ import annotations

import numpy as np

from glia.ops import attention as plain

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from ._share import SERIAL, parts_of, share


def _shifted_exp(f, a, s):
    e = f.exp_below_zero(a[0] * s[0] - s[1])
    return [e], e


_scale = vector_loop(lambda f, a, s: [a[0] * s[0]], stores=(0,))
_masked = vector_loop(lambda f, a, s: [f.fma(a[0], s[0], a[1])], stores=(0,))
_largest = vector_loop(lambda f, a, s: ([], a[0]), reduce="max", unroll=1)
_exponentials = vector_loop(_shifted_exp, stores=(0,), reduce="sum")
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=1)
_pull = vector_loop(lambda f, a, s: [a[0] * (a[1] - s[0]) * s[1]], stores=(1,))
_nobody = np.zeros((1, 1), np.float32)


def attention(q, k, v, mask, scale):
    """Return softmax(Q Kᵀ · scale + mask) V and the weights."""
    if _odd(q, k, v, mask):
        return plain.attention(q, k, v, mask, scale)
    n, heads, length, depth = _four(q).shape
    many, width = v.shape[-2:]
    weights, y = take(n, heads, length, many), take(n, length, heads, width)
    shown = y.transpose(0, 2, 1, 3)
    table, kept = _places(q, k, v, shown)
    parts = parts_of(n * heads * length * many * (depth + width), SERIAL)
    work = take(parts, depth * many)
    _forward(table, depth, width, np.float32(scale), *_added(mask, length, many), weights, work)
    del kept
    return (shown, weights) if q.ndim == 4 else (shown[:, 0], weights[:, 0])


def attention_backward(grad, q, k, v, weights, scale):
    """Return the gradients of Q, K and V."""
    if _odd(q, k, v, None) or grad.dtype != FLOAT32 or weights.dtype != FLOAT32:
        return plain.attention_backward(grad, q, k, v, weights, scale)
    n, heads, length, depth = _four(q).shape
    many, width = v.shape[-2:]
    sizes = (length, depth), (many, depth), (many, width)
    made = [take(n, rows, heads, columns).transpose(0, 2, 1, 3) for rows, columns in sizes]
    table, kept = _places(q, k, v, *made, grad)
    parts = parts_of(n * heads * length * many * (2 * depth + 2 * width), SERIAL)
    work = take(parts, width * many + length * many)
    given = np.ascontiguousarray(_four(weights))
    _backward(table, depth, width, np.float32(scale), given, work)
    del kept
    return tuple(made) if q.ndim == 4 else tuple(array[:, 0] for array in made)


def _odd(q, k, v, mask):
    if not (q.dtype == k.dtype == v.dtype == FLOAT32) or q.ndim not in (3, 4):
        return True
    if not (q.shape[:-2] == k.shape[:-2] == v.shape[:-2]) or not (q.size and k.size and v.size):
        return True
    if mask is None:
        return False
    known = mask.dtype == bool or mask.dtype == FLOAT32
    return not known or mask.shape[-2:] != (q.shape[-2], k.shape[-2]) or mask.ndim != 2


def _four(x):
    """(N, L, d) → (N, 1, L, d)."""
    return x if x.ndim == 4 else x[:, None]


def _places(*arrays):
    """Return the address and the strides (in floats) of each, and what must stay alive."""
    rows, kept = [], []
    for x in map(_four, arrays):
        if x.strides[3] != 4 or any(step % 4 for step in x.strides) or not x.flags.aligned:
            x = np.array(x, order="C")
        kept.append(x)
        rows.append((x.__array_interface__["data"][0], *(step // 4 for step in x.strides[:3])))
    return np.array(rows, np.int64), kept


def _added(mask, length, many):
    """Return the mask as numbers to be added to the scores, and whether there is one."""
    if mask is None:
        return _nobody, False
    if mask.dtype == bool:
        return np.where(mask, FLOAT32.type(0), FLOAT32.type(-np.inf)), True
    return np.array(mask, order="C"), True


@parallel
def _forward(table, depth, width, scale, mask, with_mask, weights, work):
    count = weights.shape[0] * weights.shape[1]
    parts = len(work)
    if parts == 1:
        _heads(0, count, 0, table, depth, width, scale, mask, with_mask, weights, work)
    else:
        for t in prange(parts):
            first, last = share(t, parts, count, 1)
            _heads(first, last, t, table, depth, width, scale, mask, with_mask, weights, work)


@jit
def _at(table, which, n, head):
    return table[which, 0] + 4 * (n * table[which, 1] + head * table[which, 2])


@jit
def _heads(first, last, part, table, depth, width, scale, mask, with_mask, weights, work):
    heads, length, many = weights.shape[1:]
    turned = address(work) + 4 * part * work.shape[1]
    for index in range(first, last):
        n, head = index // heads, index % heads
        scores = address(weights) + 4 * index * length * many
        transpose(_at(table, 1, n, head), table[1, 3], turned, many, many, depth)
        gemm(
            _at(table, 0, n, head), table[0, 3], 1, turned, many, scores, many,
            length, many, depth, 0, 0,
        )  # fmt: skip
        for i in range(length):
            line = scores + 4 * i * many
            factor = scale
            if with_mask:
                _masked((line, address(mask) + 4 * i * many), many, (scale,))
                factor = np.float32(1)
            top = _largest((line,), many, ()) * factor
            if top == np.float32(-np.inf):  # every key is masked: no weight anywhere
                weights[n, head, i, :] = np.float32(0)
            else:
                total = _exponentials((line,), many, (factor, top))
                _scale((line,), many, (np.float32(1) / total,))
        gemm(
            scores, many, 1, _at(table, 2, n, head), table[2, 3], _at(table, 3, n, head),
            table[3, 3], length, width, many, 0, 0,
        )  # fmt: skip


@parallel
def _backward(table, depth, width, scale, weights, work):
    count = weights.shape[0] * weights.shape[1]
    parts = len(work)
    if parts == 1:
        _heads_backward(0, count, 0, table, depth, width, scale, weights, work)
    else:
        for t in prange(parts):
            first, last = share(t, parts, count, 1)
            _heads_backward(first, last, t, table, depth, width, scale, weights, work)


@jit
def _heads_backward(first, last, part, table, depth, width, scale, weights, work):
    heads, length, many = weights.shape[1:]
    turned = address(work) + 4 * part * work.shape[1]
    slopes = turned + 4 * width * many
    for index in range(first, last):
        n, head = index // heads, index % heads
        p = address(weights) + 4 * index * length * many
        grad, row = _at(table, 6, n, head), table[6, 3]
        transpose(_at(table, 2, n, head), table[2, 3], turned, many, many, width)
        gemm(grad, row, 1, turned, many, slopes, many, length, many, width, 0, 0)  # ∂P = ∂Y Vᵀ
        for i in range(length):
            line = 4 * i * many
            pull = _dot((p + line, slopes + line), many, ())
            _pull((p + line, slopes + line), many, (pull, scale))
        gemm(
            slopes, many, 1, _at(table, 1, n, head), table[1, 3], _at(table, 3, n, head),
            table[3, 3], length, depth, many, 0, 0,
        )  # fmt: skip
        gemm(
            slopes, 1, many, _at(table, 0, n, head), table[0, 3], _at(table, 4, n, head),
            table[4, 3], many, depth, length, 0, 0,
        )  # fmt: skip
        gemm(
            p, 1, many, grad, row, _at(table, 5, n, head), table[5, 3],
            many, width, length, 0, 0,
        )  # fmt: skip
