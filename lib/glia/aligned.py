"""Copies that begin with a line of the processor's cache.

A vector of 64 bytes then lies in one line and not across two, which every load and store of what is
read a thousand times, weights and what an optimiser remembers of them, would feel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["aligned"]

_LINE = 64
_WORTH = 1024  # bytes below which finding the place costs more than it saves


def aligned(array: np.ndarray, dtype: Any = None) -> np.ndarray:
    """Return a copy, of another dtype if one is given, whose memory begins with a cache line."""
    kind = array.dtype if dtype is None else np.dtype(dtype)
    size = array.size * kind.itemsize
    if size < _WORTH or kind.hasobject or not array.flags.c_contiguous:
        return np.array(array, kind)
    owner = np.empty(size + _LINE, np.uint8)
    start = -owner.ctypes.data % _LINE
    copy = owner[start : start + size].view(kind).reshape(array.shape)
    copy[...] = array
    return copy
