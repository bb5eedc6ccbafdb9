"""Softmax and its logarithm along the last axis; the textbook twins are in `glia.ops.activation`.

Rows belong to one thread each: largest, exponentials and their sum, quotient, while the row is in
the first-level cache.
"""

from __future__ import annotations

import math

import numpy as np

from glia.ops import activation as plain

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import STREAM, parts_of, share


def _shifted_exp(f, a, s):
    e = f.exp_below_zero(a[0] - s[0])
    return [e], e


_largest = vector_loop(lambda f, a, s: ([], a[0]), reduce="max", unroll=1)
_exponentials = vector_loop(_shifted_exp, loads=(0,), stores=(1,), reduce="sum")
_total_exp = vector_loop(lambda f, a, s: ([], f.exp_below_zero(a[0] - s[0])), reduce="sum")
_scale = vector_loop(lambda f, a, s: [a[0] * s[0]], stores=(0,))
_shift = vector_loop(lambda f, a, s: [a[0] - s[0]], loads=(0,), stores=(1,))
_sum = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum", unroll=1)
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=1)
_pull = vector_loop(lambda f, a, s: [a[1] * (a[0] - s[0])], loads=(0, 1), stores=(2,))
_log_pull = vector_loop(
    lambda f, a, s: [a[0] - f.exp_below_zero(a[1]) * s[0]], loads=(0, 1), stores=(2,)
)
_WORTH = STREAM // 8


def softmax(x, axis):
    """Return e^x / Σ e^x along an axis."""
    if _odd(x, axis):
        return plain.softmax_forward(x, axis)
    return _run(_forward, x, False)


def log_softmax(x, axis):
    """Return x − log Σ e^x along an axis."""
    if _odd(x, axis):
        return plain.log_softmax_forward(x, axis)
    return _run(_forward, x, True)


def softmax_backward(grad, p, axis):
    """Return p (g − Σ g p)."""
    if _odd(p, axis) or grad.dtype != FLOAT32:
        return plain.softmax_backward(grad, p, axis)
    return _run_backward(grad, p, False)


def log_softmax_backward(grad, log_p, axis):
    """Return g − p Σ g."""
    if _odd(log_p, axis) or grad.dtype != FLOAT32:
        return plain.log_softmax_backward(grad, log_p, axis)
    return _run_backward(grad, log_p, True)


def _odd(x, axis):
    return x.dtype != FLOAT32 or not x.size or axis not in (-1, x.ndim - 1)


def _run(kernel, x, logarithm):
    out = take(*x.shape)
    kernel(ready(x).reshape(-1, x.shape[-1]), out.reshape(-1, x.shape[-1]), logarithm)
    return out


def _run_backward(grad, y, logarithm):
    out, shape = take(*y.shape), (-1, y.shape[-1])
    _backward(ready(grad).reshape(shape), ready(y).reshape(shape), out.reshape(shape), logarithm)
    return out


@parallel
def _forward(x, out, logarithm):
    rows, k = x.shape
    px, po = address(x), address(out)
    parts = parts_of(x.size, _WORTH)
    if parts == 1:
        _rows(0, rows, k, px, po, logarithm)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows(first, last, k, px, po, logarithm)


@jit
def _rows(first, last, k, x, out, logarithm):
    for i in range(first, last):
        source, here = x + 4 * i * k, out + 4 * i * k
        top = _largest((source,), k, ())
        if logarithm:
            total = np.float32(math.log(_total_exp((source,), k, (top,))))
            _shift((source, here), k, (top,))
            _shift((here, here), k, (total,))  # in two steps: log Σ may drown in the largest
        else:
            total = _exponentials((source, here), k, (top,))
            _scale((here,), k, (np.float32(1) / total,))


@parallel
def _backward(grad, y, out, logarithm):
    rows, k = y.shape
    pg, py, po = address(grad), address(y), address(out)
    parts = parts_of(y.size, _WORTH)
    if parts == 1:
        _rows_backward(0, rows, k, pg, py, po, logarithm)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows_backward(first, last, k, pg, py, po, logarithm)


@jit
def _rows_backward(first, last, k, grad, y, out, logarithm):
    for i in range(first, last):
        shift = 4 * i * k
        if logarithm:
            total = _sum((grad + shift,), k, ())
            _log_pull((grad + shift, y + shift, out + shift), k, (total,))
        else:
            pull = _dot((grad + shift, y + shift), k, ())
            _pull((grad + shift, y + shift, out + shift), k, (pull,))
