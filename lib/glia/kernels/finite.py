"""The search for what is not finite; the textbook twin is in `glia.ops.elementwise`."""

from __future__ import annotations

from glia.ops.elementwise import all_finite as plain_all_finite

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit
from ._pool import FLOAT32, SMALL

_zeros = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum", unroll=4)


def all_finite(x):
    """Return whether no entry is infinite or NaN: whether 0 x is 0 everywhere."""
    if x.dtype != FLOAT32 or x.size < SMALL or not x.flags.carray:
        return plain_all_finite(x)
    return bool(_vanishes(x.reshape(-1)))


@jit
def _vanishes(x):
    return _zeros((address(x),), x.size, ()) == 0
