"""Sums, and the search for what is not finite; textbook twins in `glia.ops.elementwise`."""

from __future__ import annotations

import numpy as np

from glia.ops.elementwise import add as plain_add
from glia.ops.elementwise import all_finite as plain_all_finite

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit
from ._pool import FLOAT32, SMALL, take

_zeros = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum", unroll=4)


def add(a, b):
    """Return a + b; numpy's loop is quick, and what it waits for is fresh memory."""
    if (
        isinstance(b, np.ndarray)
        and a.shape == b.shape
        and a.dtype == b.dtype == FLOAT32
        and a.flags.c_contiguous
        and b.flags.c_contiguous
    ):
        return np.add(a, b, out=take(*a.shape))
    return plain_add(a, b)


def all_finite(x):
    """Return whether no entry is infinite or NaN: whether 0 x is 0 everywhere."""
    if x.dtype != FLOAT32 or x.size < SMALL or not x.flags.carray:
        return plain_all_finite(x)
    return bool(_vanishes(x.reshape(-1)))


@jit
def _vanishes(x):
    return _zeros((address(x),), x.size, ()) == 0
