"""The pool: memory is used again when, and only when, nobody holds it."""

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

from glia.kernels import _pool
from glia.kernels._pool import ready, take

ODD = 54_321  # a size nobody else takes


def test_free_memory_comes_back():
    first = take(ODD)
    place = first.ctypes.data
    del first
    assert take(ODD).ctypes.data == place


def test_a_view_keeps_its_memory():
    first = take(3, ODD)
    view = first[1:, ::2].T
    place = first.ctypes.data
    first[...] = 1
    del first
    other = take(3, ODD)
    other[...] = 2
    assert other.ctypes.data != place
    assert (view == 1).all()


def test_of_several_free_pieces_the_same_one_serves_again():
    several = [take(ODD + 7) for _ in range(4)]
    del several
    places = set()
    for _ in range(6):
        places.add(take(ODD + 7).ctypes.data)
    assert len(places) == 1


def test_large_arrays_are_aligned():
    assert all(take(n).ctypes.data % 64 == 0 for n in (ODD, ODD + 1, ODD + 2))


def test_the_pool_does_not_grow_without_bound(monkeypatch):
    monkeypatch.setattr(_pool, "_MOST", _pool._stored + 300_000)
    for n in range(50):
        take(20_000 + n)
    assert _pool.size() <= 4 * _pool._MOST


def test_ready_copies_only_what_kernels_cannot_take():
    x = np.zeros((4, 5), np.float32)
    assert ready(x) is x
    for odd in (x.T, x[:, ::2]):
        assert ready(odd).flags.carray
        assert ready(odd) is not odd
    x.flags.writeable = False
    assert ready(x).flags.carray
