"""Float32 workspace aligned to 64 bytes, used again when nobody holds it any more.

A fresh large array costs more in page faults than many a kernel in arithmetic. The pool keeps a
reference to all memory that it hands out; when it is the only one left, the memory is free. So an
array from the pool is an ordinary array: it may be kept, and views of it keep it alive.

What was lent last is asked for first: a result that is soon done with leaves warm memory behind for
the next. Then comes what is known to be free, and when that is used up, all that was lent is gone
through.
"""

from __future__ import annotations

import math
import sys

import numpy as np

FLOAT32 = np.dtype(np.float32)
_PAGE = 1024  # floats in a page of memory
# Where in a page memory begins, in bytes. A processor takes a load for one that must wait if an
# earlier store has the same place in another page; numpy's large arrays begin at byte 16, and a
# result that begins a little behind makes a loop through both a fifth slower.
_START = 2048
SMALL = 2048  # floats below which numpy's own memory is quicker to have
_MOST = 1 << 26  # floats that the pool keeps at most: 256 MiB
_CROWD = 256  # arrays of one size that may be lent at once: of more, half are given away
_LAST = -1, -2, -3  # which of those lent are looked at first

_Place = tuple[np.ndarray, np.ndarray]  # memory, and a view of it from a multiple of 64 bytes on


class _Shelf:
    """The memory of one size: what is known to be free, and what was lent, the last at the end.

    A place that a thread has popped from either list is its own: others no longer find it.
    """

    __slots__ = ("free", "lent")

    def __init__(self) -> None:
        self.free: list[_Place] = []
        self.lent: list[_Place] = []


_shelves: dict[int, _Shelf] = {}
_stored = 0


def take(*shape: int) -> np.ndarray:
    """Return an array with arbitrary contents."""
    size = math.prod(shape)
    if size < SMALL:
        return np.empty(shape, FLOAT32)
    shelf = _shelves.get(size)
    if shelf is None:
        shelf = _shelves.setdefault(size, _Shelf())
    lent = shelf.lent
    place = None
    try:
        for last in _LAST:
            owner = lent[last][0]
            if _references(owner) == _FREE:
                place = lent.pop(last)
                if place[0] is not owner:  # another thread was quicker
                    lent.append(place)
                    place = None
                break
    except IndexError:
        pass
    if place is None:
        try:
            place = shelf.free.pop()
        except IndexError:
            place = _search(shelf) or _new(shelf, size)
    lent.append(place)
    return place[1].reshape(shape)  # its base is the memory


def _search(shelf: _Shelf) -> _Place | None:
    """Go through all that was lent; note what has come back, and take out the last of it."""
    busy: list[_Place] = []
    back: list[_Place] = []
    while shelf.lent:
        try:
            place = shelf.lent.pop()
        except IndexError:  # another thread was quicker
            break
        owner, _ = place
        (back if _references(owner) == _FREE else busy).append(place)
    shelf.lent.extend(reversed(busy))
    shelf.free.extend(reversed(back[1:]))
    return back[0] if back else None


def _new(shelf: _Shelf, size: int) -> _Place:
    global _stored
    owner = np.empty(size + _PAGE, FLOAT32)
    first = (_START - owner.ctypes.data) % (4 * _PAGE) // 4
    if len(shelf.lent) >= _CROWD:
        given_away = shelf.lent[: _CROWD // 2]  # whoever holds them keeps them alive
        del shelf.lent[: _CROWD // 2]
        _stored -= sum([memory.size for memory, _ in given_away])
    if _stored + owner.size > _MOST:
        _shelves.clear()
        shelf.free.clear()
        shelf.lent.clear()
        _shelves[size] = shelf
        _stored = 0
    _stored += owner.size
    return owner, owner[first : first + size]


_references = sys.getrefcount


def _references_when_free() -> int:
    """Count the references to an array that only a place and a local name hold."""
    memory = np.empty(2, FLOAT32)
    place = (memory, memory[1:])
    del memory
    owner, _ = place
    return _references(owner)


_FREE = _references_when_free()


def ready(x: np.ndarray) -> np.ndarray:
    """Return x itself if kernels can take it (contiguous, aligned, writable), else a copy."""
    return x if x.flags.carray else np.array(x, order="C")


def size() -> int:
    """Return how many bytes the pool holds."""
    return 4 * _stored
