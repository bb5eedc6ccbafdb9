"""Scaled dot-product attention; the textbook twin is in `glia.ops.attention`.

Each thread takes whole heads: scores, softmax and mix of one head stay in its cache. Queries, keys
and values are read where they lie, whatever the distance between their rows, so that splitting a
projection into heads costs nothing; results lie as (N, L, H, e), so that joining them does neither.

Under a mask of truth values, queries come in blocks, and what lies behind the last key that a block
may see is skipped: a causal mask saves three eighths of the products. Skipped weights are zero, but
zero times inf or NaN is not: the rows that every key and query enter tell whether there was any,
and such a head is done again in full.
"""

from __future__ import annotations

import math

import numpy as np

from glia.ops import attention as plain

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._layout import are_neighbours
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share


def _shifted_exp(f, a, s):
    e = f.exp_below_zero(a[0] * s[0] - s[1])
    return [e], e


def _masked_score(f, a, s):
    return f.where(a[1] == -math.inf, a[1], f.fma(a[0], s[0], a[1]))  # what is hidden may be NaN


def _masked_exp(f, a, s):
    e = f.exp_below_zero(_masked_score(f, a, s) - s[1])
    return [e], e


_scale = vector_loop(lambda f, a, s: [a[0] * s[0]], stores=(0,))
_fill = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))
_largest = vector_loop(lambda f, a, s: ([], a[0]), reduce="max", unroll=1)
_largest_masked = vector_loop(lambda f, a, s: ([], _masked_score(f, a, s)), reduce="max", unroll=1)
_exponentials = vector_loop(_shifted_exp, stores=(0,), reduce="sum")
_masked_exponentials = vector_loop(_masked_exp, stores=(0,), reduce="sum")
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=1)
_pull = vector_loop(lambda f, a, s: [a[0] * (a[1] - s[0]) * s[1]], stores=(1,))
_not_finite = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum", unroll=1)
_nans = vector_loop(lambda f, a, s: ([], f.where(a[0] == a[0], 0.0, 1.0)), reduce="sum", unroll=1)
_nobody = np.zeros((1, 1), np.float32)
_everywhere = np.zeros(0, np.int64)
_BLOCK = 16  # queries in a block


def attention(q, k, v, mask, scale):
    """Return softmax(Q Kᵀ · scale + mask) V and the weights."""
    if _odd(q, k, v, mask) or not scale > 0:
        return plain.attention(q, k, v, mask, scale)
    n, heads, length, depth = _four(q).shape
    many, width = v.shape[-2:]
    weights, y = take(n, heads, length, many), take(n, length, heads, width)
    shown = y.transpose(0, 2, 1, 3)
    table, kept = _places(q, k, v, shown)
    parts = parts_of(n * heads * length * many * (depth + width), SERIAL)
    work = take(parts, depth * many)
    added, reach = _added(mask), _reached(mask)
    _forward(table, depth, width, np.float32(scale), added, mask is not None, reach, weights, work)
    del kept
    return (shown, weights) if q.ndim == 4 else (shown[:, 0], weights[:, 0])


def attention_backward(grad, q, k, v, weights, mask, scale):
    """Return the gradients of Q, K and V."""
    if _odd(q, k, v, mask) or grad.dtype != FLOAT32 or weights.dtype != FLOAT32:
        return plain.attention_backward(grad, q, k, v, weights, mask, scale)
    n, heads, length, depth = _four(q).shape
    many, width = v.shape[-2:]
    made = _gradients(*map(_four, (q, k, v)))
    table, kept = _places(q, k, v, *made, grad)
    parts = parts_of(n * heads * length * many * (2 * depth + 2 * width), SERIAL)
    work = take(parts, width * many + length * many)
    given = np.ascontiguousarray(_four(weights))
    reach = _reached(mask)
    _backward(table, depth, width, np.float32(scale), reach, given, work)
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
    table, kept = np.empty((len(arrays), 4), np.int64), []
    for which, x in enumerate(map(_four, arrays)):
        n, head, row, column = x.strides
        if column != 4 or (n | head | row) & 3 or not x.flags.aligned:
            x = np.array(x, order="C")
        kept.append(x)
        _note(x, table, which)
    return table, kept


@jit
def _note(x, table, which):
    table[which, 0] = address(x)
    for axis in range(3):
        table[which, axis + 1] = x.strides[axis] // 4


def _gradients(q, k, v):
    """Return room for the gradients of Q, K and V, each (N, H, L, d).

    Where these are neighbours in one array (a projection cut in three) so are the gradients, and
    joining them again costs nothing.
    """
    n, heads, length, depth = q.shape
    width = heads * depth
    if q.strides[1:] == (4 * depth, 12 * width, 4) and are_neighbours((q, k, v), width):
        packed = take(n, length, 3, heads, depth)
        return [packed[:, :, part].transpose(0, 2, 1, 3) for part in range(3)]
    return [take(n, x.shape[2], heads, x.shape[3]).transpose(0, 2, 1, 3) for x in (q, k, v)]


def _added(mask):
    """Return the mask as numbers to be added to the scores."""
    if mask is None:
        return _nobody
    if mask.dtype != bool:
        return np.array(mask, order="C")
    added = np.empty(mask.shape, FLOAT32)
    _as_numbers(ready(mask), added)
    return added


@jit
def _as_numbers(mask, added):
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            added[i, j] = np.float32(0) if mask[i, j] else np.float32(-np.inf)


def _reached(mask):
    """Return how many keys each block of queries sees.

    Nothing (all see everything) where no key could be skipped, or where one is seen by nobody.
    """
    if mask is None or mask.dtype != bool:
        return _everywhere
    reach = np.empty(-(-len(mask) // _BLOCK), np.int64)
    return reach if _look(ready(mask), reach) else _everywhere


@jit
def _look(mask, reach):
    """Fill in how many keys each block sees; return whether that is of any use."""
    length, many = mask.shape
    least, most = many, 0
    for block in range(len(reach)):
        seen = 0
        for i in range(block * _BLOCK, min(length, (block + 1) * _BLOCK)):
            last = many
            while last > seen and not mask[i, last - 1]:
                last -= 1
            seen = last
        reach[block] = seen
        least, most = min(least, seen), max(most, seen)
    return 0 < least < most == many


@parallel
def _forward(table, depth, width, scale, mask, with_mask, reach, weights, work):
    count = weights.shape[0] * weights.shape[1]
    parts = len(work)
    if parts == 1:
        _heads(0, count, 0, table, depth, width, scale, mask, with_mask, reach, weights, work)
    else:
        for t in prange(parts):
            first, last = share(t, parts, count, 1)
            _heads(
                first, last, t, table, depth, width, scale, mask, with_mask, reach, weights, work
            )


@jit
def _at(table, which, n, head):
    return table[which, 0] + 4 * (n * table[which, 1] + head * table[which, 2])


@jit
def _heads(first, last, part, table, depth, width, scale, mask, with_mask, reach, weights, work):
    heads, length, many = weights.shape[1:]
    turned = address(work) + 4 * part * work.shape[1]
    for index in range(first, last):
        n, head = index // heads, index % heads
        scores = address(weights) + 4 * index * length * many
        places = (
            _at(table, 0, n, head), turned, _at(table, 2, n, head), _at(table, 3, n, head), scores
        )  # fmt: skip
        transpose(_at(table, 1, n, head), table[1, 3], turned, many, many, depth)
        sizes = (length, many, depth, width)
        blocks = reach
        while True:
            _head(places, table, sizes, scale, mask, with_mask, blocks)
            widest = places[3] + 4 * _first_of_all(blocks, many) * table[3, 3]
            if not len(blocks) or _not_finite((widest,), width, ()) == 0:
                break
            blocks = blocks[:0]


@jit
def _first_of_all(reach, many):
    """Return a query that sees all keys."""
    block = 0
    while block < len(reach) and reach[block] < many:
        block += 1
    return block * _BLOCK if len(reach) else 0


@jit
def _head(places, table, sizes, scale, mask, with_mask, reach):
    """Scores, weights and mixes of one head, by blocks of queries."""
    q, turned, v, y, scores = places
    length, many, depth, width = sizes
    q_row, v_row, y_row = table[0, 3], table[2, 3], table[3, 3]
    step = _BLOCK if len(reach) else length
    for start in range(0, length, step):
        rows = min(step, length - start)
        seen = reach[start // _BLOCK] if len(reach) else many
        block = scores + 4 * start * many
        left = q + 4 * start * q_row
        gemm(left, q_row, 1, turned, many, block, many, rows, seen, depth, 0, 0)
        for i in range(rows):
            line, added = block + 4 * i * many, address(mask) + 4 * (start + i) * many
            if with_mask:
                top = _largest_masked((line, added), seen, (scale,))
            else:
                top = _largest((line,), seen, ()) * scale
            if top == np.float32(-np.inf):  # every key is masked: no weight anywhere; or all NaN
                nothing = np.float32(0) if _nans((line,), seen, ()) == 0 else np.float32(np.nan)
                _fill((line,), many, (nothing,))
            else:
                if with_mask:
                    total = _masked_exponentials((line, added), seen, (scale, top))
                else:
                    total = _exponentials((line,), seen, (scale, top))
                _scale((line,), seen, (np.float32(1) / total,))
                _fill((line + 4 * seen,), many - seen, (np.float32(0) * total,))
        mixed = y + 4 * start * y_row
        gemm(block, many, 1, v, v_row, mixed, y_row, rows, width, seen, 0, 0)


@parallel
def _backward(table, depth, width, scale, reach, weights, work):
    count = weights.shape[0] * weights.shape[1]
    parts = len(work)
    if parts == 1:
        _heads_backward(0, count, 0, table, depth, width, scale, reach, weights, work)
    else:
        for t in prange(parts):
            first, last = share(t, parts, count, 1)
            _heads_backward(first, last, t, table, depth, width, scale, reach, weights, work)


@jit
def _heads_backward(first, last, part, table, depth, width, scale, reach, weights, work):
    heads, length, many = weights.shape[1:]
    turned = address(work) + 4 * part * work.shape[1]
    sizes = (length, many, depth, width)
    for index in range(first, last):
        n, head = index // heads, index % heads
        p = address(weights) + 4 * index * length * many
        transpose(_at(table, 2, n, head), table[2, 3], turned, many, many, width)
        blocks = reach
        while True:
            _head_backward(n, head, table, sizes, scale, p, turned, blocks)
            widest = _at(table, 3, n, head) + 4 * _first_of_all(blocks, many) * table[3, 3]
            suspect = _not_finite((widest,), depth, ())
            suspect += _not_finite((_at(table, 4, n, head),), depth, ())
            suspect += _not_finite((_at(table, 5, n, head),), width, ())
            if not len(blocks) or suspect == 0:
                break
            blocks = blocks[:0]


@jit
def _head_backward(n, head, table, sizes, scale, p, turned, reach):
    """The gradients of one head: of its queries by blocks of these, of the rest by blocks of keys.

    A block of keys leaves out the queries in front of the first block that sees any of them.
    """
    length, many, depth, width = sizes
    slopes = turned + 4 * width * many
    q, k, grad = _at(table, 0, n, head), _at(table, 1, n, head), _at(table, 6, n, head)
    to_q, to_k, to_v = (
        _at(table, 3, n, head), _at(table, 4, n, head), _at(table, 5, n, head)
    )  # fmt: skip
    q_row, k_row, row = table[0, 3], table[1, 3], table[6, 3]
    step = _BLOCK if len(reach) else length
    for start in range(0, length, step):
        rows = min(step, length - start)
        seen = reach[start // _BLOCK] if len(reach) else many
        block = slopes + 4 * start * many
        gemm(
            grad + 4 * start * row, row, 1, turned, many, block, many, rows, seen, width, 0, 0
        )  # ∂P = ∂Y Vᵀ
        for i in range(rows):
            line, weight = block + 4 * i * many, p + 4 * (start + i) * many
            pull = _dot((weight, line), seen, ())
            _pull((weight, line), seen, (pull, scale))
            _fill((line + 4 * seen,), many - seen, (np.float32(0),))
        gemm(
            block, many, 1, k, k_row, to_q + 4 * start * table[3, 3], table[3, 3],
            rows, depth, seen, 0, 0,
        )  # fmt: skip
    step = _BLOCK if len(reach) else many
    start = 0
    for key in range(0, many, step):
        while len(reach) and reach[start // _BLOCK] <= key:
            start += _BLOCK
        keys, rest, move = min(step, many - key), length - start, 4 * (start * many + key)
        gemm(
            slopes + move, 1, many, q + 4 * start * q_row, q_row,
            to_k + 4 * key * table[4, 3], table[4, 3], keys, depth, rest, 0, 0,
        )  # fmt: skip
        gemm(
            p + move, 1, many, grad + 4 * start * row, row,
            to_v + 4 * key * table[5, 3], table[5, 3], keys, width, rest, 0, 0,
        )  # fmt: skip
