"""Float32 workspace aligned to 64 bytes, used again when nobody holds it any more.

A fresh large array costs more in page faults than many a kernel in arithmetic. The pool keeps a
reference to all memory that it hands out; when it is the only one left, the memory is free. So an
array from the pool is an ordinary array: it may be kept, and views of it keep it alive.

The search always goes the same way, so that of several free pieces the same ones serve again and
again and stay in the cache, and the others are only touched when many are in use at once.
"""

from __future__ import annotations

import math
import sys
from collections import deque

import numpy as np

FLOAT32 = np.dtype(np.float32)
_PAGE = 1024  # floats in a page of memory
# Where in a page memory begins, in bytes. A processor takes a load for one that must wait if an
# earlier store has the same place in another page; numpy's large arrays begin at byte 16, and a
# result that begins a little behind makes a loop through both a fifth slower.
_START = 2048
SMALL = 2048  # floats below which numpy's own memory is quicker to have
_MOST = 1 << 26  # floats that the pool keeps at most: 256 MiB
_CROWD = 12  # arrays of one size

_Place = tuple[np.ndarray, np.ndarray]  # memory, and a view of it from a multiple of 64 bytes on
_shelves: dict[int, deque[_Place]] = {}
_stored = 0


def take(*shape: int) -> np.ndarray:
    """Return an array with arbitrary contents."""
    size = math.prod(shape)
    if size < SMALL:
        return np.empty(shape, FLOAT32)
    shelf = _shelves.get(size)
    if shelf is None:
        shelf = _shelves.setdefault(size, deque())
    busy: list[_Place] = []
    array = None
    while array is None:
        try:
            place = shelf.pop()  # ours alone until it is back: another thread finds others
        except IndexError:
            break
        owner, aligned = place
        if sys.getrefcount(owner) == _FREE:
            array = aligned.reshape(shape)  # its base is the owner
            shelf.append(place)
        else:
            busy.append(place)
    if busy:
        shelf.extend(reversed(busy))
    return _new(shelf, size, shape) if array is None else array


def _new(shelf: deque[_Place], size: int, shape: tuple[int, ...]) -> np.ndarray:
    global _stored
    owner = np.empty(size + _PAGE, FLOAT32)
    first = (_START - owner.ctypes.data) % (4 * _PAGE) // 4
    aligned = owner[first : first + size]
    if len(shelf) < _CROWD:
        if _stored + owner.size > _MOST:
            _shelves.clear()  # what is in use stays alive by its own references
            _stored = 0
            shelf = _shelves.setdefault(size, deque())
        _stored += owner.size
        shelf.append((owner, aligned))
    return aligned.reshape(shape)


def _references() -> int:
    """Count the references to an array that only a place and a local name hold."""
    memory = np.empty(2, FLOAT32)
    place = (memory, memory[1:])
    del memory
    owner, _ = place
    return sys.getrefcount(owner)


_FREE = _references()


def ready(x: np.ndarray) -> np.ndarray:
    """Return x itself if kernels can take it (contiguous, aligned, writable), else a copy."""
    return x if x.flags.carray else np.array(x, order="C")


def size() -> int:
    """Return how many bytes the pool holds."""
    return 4 * _stored
