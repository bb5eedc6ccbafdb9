"""The pool: memory is used again when, and only when, nobody holds it."""

import sys
import threading

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


def test_what_came_back_is_found_behind_what_is_still_held():
    several = [take(ODD + 8) for _ in range(20)]
    places = {a.ctypes.data for a in several}
    held = several[12:]
    del several
    again = [take(ODD + 8) for _ in range(12)]
    assert {a.ctypes.data for a in again} == places - {a.ctypes.data for a in held}


def test_what_is_held_for_long_is_given_away_and_stays_whole(monkeypatch):
    monkeypatch.setattr(_pool, "_CROWD", 8)
    stored, held = _pool.size(), []
    for number in range(50):
        held.append(take(ODD + 9))
        held[-1][...] = number
    assert _pool.size() - stored <= 8 * 4 * (ODD + 9 + 1024)
    assert all((a == number).all() for number, a in enumerate(held))
    assert len({a.ctypes.data for a in held}) == 50


def test_threads_never_get_the_same_memory(monkeypatch):
    monkeypatch.setattr(_pool, "_CROWD", 4)
    interval, wrong = sys.getswitchinterval(), []

    def borrow(number):
        for turn in range(1500):
            held = [take(ODD // 16) for _ in range(turn % 7)]
            for a in held:
                a[...] = number
            wrong.extend(number for a in held if not (a == number).all())

    threads = [threading.Thread(target=borrow, args=(number,)) for number in range(4)]
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


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
