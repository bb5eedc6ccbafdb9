"""The plain twins of all primitives: numpy on views of the memory at an address.

They stand in with NUMBA_DISABLE_JIT=1, where no vector code can be emitted, and are the oracle of
the primitives' own tests.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np

_F4 = np.dtype(np.float32)


class Plain:
    """The functions of a formula, on numpy arrays; the counterpart of `lanes.Lanes`."""

    where = staticmethod(np.where)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)
    sqrt = staticmethod(np.sqrt)
    tanh = staticmethod(np.tanh)

    @staticmethod
    def fma(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """X y + z."""
        return x * y + z

    @staticmethod
    def exp(x: np.ndarray) -> np.ndarray:
        """e^x, inf where it overflows."""
        with np.errstate(over="ignore"):
            return np.exp(x)

    @staticmethod
    def exp_below_zero(x: np.ndarray) -> np.ndarray:
        """e^x for x ≤ 0, 0 below -88."""
        return np.where(x < -88, _F4.type(0), np.exp(x))

    @staticmethod
    def sigmoid(x: np.ndarray) -> np.ndarray:
        """1 / (1 + e^-x)."""
        return np.tanh(x * _F4.type(0.5)) * _F4.type(0.5) + _F4.type(0.5)


def floats(address: int, rows: int, columns: int, row_stride: int, column_stride: int = 1):
    """View the float32 values at an address as a matrix; strides count floats."""
    if rows == 0 or columns == 0:
        return np.empty((rows, columns), _F4)
    length = (rows - 1) * row_stride + (columns - 1) * column_stride + 1
    flat = np.ctypeslib.as_array((ctypes.c_float * length).from_address(int(address)))
    return np.lib.stride_tricks.as_strided(
        flat, (rows, columns), (4 * row_stride, 4 * column_stride)
    )


def address(array: np.ndarray) -> int:
    """Return where an array's first element lies."""
    return array.ctypes.data


def read(place: int, offset: int) -> np.float32:
    """Return the float `offset` floats behind an address."""
    return floats(place + 4 * offset, 1, 1, 1)[0, 0]


def write(place: int, offset: int, value: float) -> None:
    """Write a float `offset` floats behind an address."""
    floats(place + 4 * offset, 1, 1, 1)[0, 0] = value


def run_loop(formula: Callable, stores: tuple, reduce: str | tuple | None) -> Callable:
    """Return the plain twin of a vector loop."""

    def run(pointers, count, scalars):
        arrays = [floats(p, 1, count, 1)[0] for p in pointers]
        with np.errstate(all="ignore"):
            results = formula(Plain, arrays, [_F4.type(s) for s in scalars])
        if reduce is not None:
            results, value = results
        for index, result in zip(stores, results, strict=True):
            arrays[index][:] = result
        if isinstance(reduce, tuple):
            return tuple(_reduced(*pair) for pair in zip(reduce, value, strict=True))
        return None if reduce is None else _reduced(reduce, value)

    return run


def _reduced(kind, value):
    return value.sum(dtype=_F4) if kind == "sum" else value.max(initial=_F4.type(-np.inf))


def gemm(a, a_row, a_col, b, b_row, c, c_row, rows, columns, depth, start, bias):
    """C ← start + A B; see `glia.kernels._core.gemm`."""
    left = floats(a, rows, depth, a_row, a_col)
    right = floats(b, depth, columns, b_row)
    _accumulate(floats(c, rows, columns, c_row), left @ right, start, bias)


def gemm_at(a, a_row, a_col, b, offsets, c, c_row, rows, columns, depth, start, bias):
    """C ← start + A B, row k of B lying `offsets[k]` floats behind b."""
    left = floats(a, rows, depth, a_row, a_col)
    where = (ctypes.c_int64 * max(depth, 1)).from_address(int(offsets))
    lines = [floats(b + 4 * where[k], 1, columns, 1)[0] for k in range(depth)]
    right = np.stack(lines) if lines else np.empty((0, columns), _F4)
    _accumulate(floats(c, rows, columns, c_row), left @ right, start, bias)


def _accumulate(out, product, start, bias):
    rows, columns = out.shape
    if start == 1:
        product = product + out
    elif start == 2:
        product = product + floats(bias, 1, columns, 1)
    elif start == 3:
        product = product + floats(bias, rows, 1, 1)
    out[...] = product


def transpose(source, source_row, target, target_row, rows, columns):
    """D ← Sᵀ; see `glia.kernels._core.transpose`."""
    floats(target, columns, rows, target_row)[...] = floats(source, rows, columns, source_row).T


def make_dots(filters: int, places: int) -> Callable:
    """Return S += Y X for tiles of this size; see `glia.kernels._core.dots`."""

    def run(y, y_filter, y_row, x, x_row, offsets, rows, columns, sums):
        where = (ctypes.c_int64 * places).from_address(int(offsets))
        for i in range(filters):
            left = floats(y + 4 * i * y_filter, rows, columns, y_row)
            for j in range(places):
                right = floats(x + 4 * where[j], rows, columns, x_row)
                place = floats(sums + 4 * (i * places + j), 1, 1, 1)
                place[0, 0] += (left * right).sum(dtype=_F4)

    return run
