"""Sums and products, entry by entry; the textbook twins are in `glia.ops.elementwise`.

A large result goes where the pool has room: the pages of a fresh array, which the system hands out
one by one, cost several times the sum itself.
"""

from __future__ import annotations

import numpy as np

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import batch_first
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], loads=(0, 1), stores=(2,))
_multiply = vector_loop(lambda f, a, s: [a[0] * a[1]], loads=(0, 1), stores=(2,))
_PAGES = 1 << 14  # floats from which on fresh memory comes in pages of its own


def add(a, b):
    """Return a + b."""
    return a + b if _is_small(a) and _is_small(b) else _combine(np.add, True, a, b)


def multiply(a, b):
    """Return a b."""
    return a * b if _is_small(a) and _is_small(b) else _combine(np.multiply, False, a, b)


def _is_small(x):
    return type(x) is not np.ndarray or x.size < _PAGES


def _combine(function, adds, a, b):
    """Run numpy's function, or the kernel if that is worth two threads, in memory from the pool."""
    if np.size(b) > np.size(a):
        a, b = b, a
    if a.dtype != FLOAT32:
        return function(a, b)
    alike = False
    if isinstance(b, np.ndarray):
        alike = a.shape == b.shape
        if b.dtype != FLOAT32 or b.shape != a.shape[a.ndim - b.ndim :]:
            return function(a, b)
    lying, other = a, b
    if alike and a.ndim == 4 and a.strides == b.strides and not a.flags.c_contiguous:
        lying, other = a.transpose(1, 2, 3, 0), b.transpose(1, 2, 3, 0)
    if not lying.flags.carray:
        return function(a, b)
    out = take(*lying.shape)
    if alike and out.size >= STREAM and other.flags.carray:
        _run(lying.ravel(), other.ravel(), out.ravel(), adds)
    else:
        function(lying, other, out=out)
    return out if lying is a else batch_first(out)


@parallel
def _run(a, b, out, adds):
    pa, pb, po, parts = address(a), address(b), address(out), parts_of(a.size, STREAM)
    for t in prange(parts):
        first, last = share(t, parts, a.size, 16)
        shift = 4 * first
        _some((pa + shift, pb + shift, po + shift), last - first, adds)


@jit
def _some(places, size, adds):
    if adds:
        _add(places, size, ())
    else:
        _multiply(places, size, ())
