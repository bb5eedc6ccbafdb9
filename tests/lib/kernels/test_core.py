"""The primitives of the engine room against their plain twins."""

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

from glia.kernels._core import plain, target
from glia.kernels._core.gemm import SLAB, gemm, gemm_at
from glia.kernels._core.loops import vector_loop
from glia.kernels._core.memory import address, read, write
from glia.kernels._core.transpose import transpose
from glia.kernels._jit import jit

F = np.float32


@jit
def multiply(a, a_row, a_col, b, b_row, c, c_row, rows, columns, depth, start, bias):
    gemm(address(a), a_row, a_col, address(b), b_row, address(c), c_row, rows, columns, depth,
         start, address(bias))  # fmt: skip


@jit
def multiply_at(a, b, offsets, c, start, bias):
    rows, depth = a.shape
    columns = c.shape[1]
    gemm_at(address(a), depth, 1, address(b), address(offsets), address(c), columns, rows, columns,
            depth, start, address(bias))  # fmt: skip


def drawn(rng, *shape):
    return rng.standard_normal(shape).astype(F)


def sizes(rng):
    edge = target.LANES * target.VECTORS
    rows = rng.choice([1, 2, 3, target.ROWS - 1, target.ROWS, target.ROWS + 5])
    columns = rng.choice([1, 5, target.LANES, target.LANES + 1, edge - 1, edge, edge + 3])
    return int(rows), int(columns), int(rng.choice([0, 1, 3, 6, SLAB + 1]))


@pytest.mark.parametrize("start", range(4))
@pytest.mark.parametrize("turned", [False, True])
def test_gemm(start, turned):
    rng = np.random.default_rng(start)
    for _ in range(20):
        rows, columns, depth = sizes(rng)
        a = drawn(rng, *((depth, rows) if turned else (rows, depth)))
        b, c, bias = drawn(rng, depth, columns + 2), drawn(rng, rows, columns + 3), drawn(rng, 200)
        first = [0, c[:, :columns].copy(), bias[:columns], bias[:rows, None]][start]
        expected = (a.T if turned else a).astype(float) @ b[:, :columns] + first
        outside = c[:, columns:].copy()
        strides = (1, rows) if turned else (depth, 1)
        multiply(a, *strides, b, columns + 2, c, columns + 3, rows, columns, depth, start, bias)
        np.testing.assert_allclose(c[:, :columns], expected, rtol=1e-4, atol=2e-4)
        np.testing.assert_array_equal(c[:, columns:], outside)


def test_gemm_with_scattered_rows():
    rng = np.random.default_rng(1)
    for _ in range(15):
        rows, columns, depth = sizes(rng)
        a, b, bias = drawn(rng, rows, depth), drawn(rng, 50 + columns), drawn(rng, rows)
        offsets = rng.integers(0, 50, depth + 1)
        c = np.zeros((rows, columns), F)
        lines = np.array([b[o : o + columns] for o in offsets[:depth]]).reshape(depth, columns)
        multiply_at(a, b, offsets, c, 3, bias)
        expected = a.astype(float) @ lines + bias[:, None]
        np.testing.assert_allclose(c, expected, rtol=1e-4, atol=2e-4)


def test_the_plain_gemm_is_the_same_function():
    rng = np.random.default_rng(2)
    a, b, bias = drawn(rng, 5, 7), drawn(rng, 7, 9), drawn(rng, 9)
    c, d = np.zeros((2, 5, 9), F)
    multiply(a, 7, 1, b, 9, c, 9, 5, 9, 7, 2, bias)
    plain.gemm(*(a.ctypes.data, 7, 1), b.ctypes.data, 9, d.ctypes.data, 9, 5, 9, 7, 2,
               bias.ctypes.data)  # fmt: skip
    np.testing.assert_allclose(c, d, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (3, 70), (16, 16), (37, 50), (64, 5)])
def test_transpose(shape):
    rng = np.random.default_rng(3)
    source, out = drawn(rng, *shape), np.zeros(shape[::-1], F)
    turn(source, out)
    np.testing.assert_array_equal(out, source.T)


@jit
def turn(source, out):
    rows, columns = source.shape
    transpose(address(source), columns, address(out), rows, rows, columns)


VALUES = np.concatenate(
    [np.linspace(-110, 95, 4001), np.linspace(-1, 1, 999), [np.inf, -np.inf, np.nan, 88.8, -0.0]]
).astype(F)
EXACT = {"exp": np.exp, "tanh": np.tanh}
EXACT["sigmoid"] = lambda x: 1 / (1 + np.exp(-x))
EXACT["sqrt"] = np.sqrt


def mapped(name):
    loop = vector_loop(lambda f, a, s: [getattr(f, name)(a[0])], loads=(0,), stores=(1,))

    @jit
    def run(x, y):
        loop((address(x), address(y)), x.size, ())

    return run


@pytest.mark.parametrize("name", sorted(EXACT))
def test_functions_of_a_vector(name):
    out = np.empty_like(VALUES)
    mapped(name)(VALUES, out)
    with np.errstate(all="ignore"):
        expected = EXACT[name](VALUES.astype(float)).astype(F)
    # Stated tolerances: 2 units in the last place for exp and sqrt, 5e-7 absolute for the others.
    exact = name in ("exp", "sqrt")
    np.testing.assert_allclose(
        out, expected, rtol=2.5e-7 if exact else 0, atol=1e-37 if exact else 5e-7
    )


def test_exponentials_below_zero():
    values = VALUES[~(VALUES > 0)]
    out = np.empty_like(values)
    mapped("exp_below_zero")(values, out)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(out, np.exp(values), rtol=2.5e-7, atol=2e-38)
    assert out[np.isneginf(values)] == 0


def test_loops_touch_only_what_they_are_given():
    loop = vector_loop(lambda f, a, s: [f.fma(a[0], s[0], a[1])], stores=(1,))

    @jit
    def axpy(x, y, size, scale):
        loop((address(x), address(y)), size, (scale,))

    rng = np.random.default_rng(4)
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 100):
        x, y = drawn(rng, 120), drawn(rng, 120)
        expected = np.concatenate([y[:size] + F(0.5) * x[:size], y[size:]])
        axpy(x, y, size, F(0.5))
        np.testing.assert_allclose(y, expected, rtol=1e-6, atol=1e-6)


def test_reductions_ignore_what_lies_behind():
    total = vector_loop(lambda f, a, s: ([], a[0]), reduce="sum")
    largest = vector_loop(lambda f, a, s: ([], a[0]), reduce="max")

    @jit
    def both(x, size):
        return total((address(x),), size, ()), largest((address(x),), size, ())

    x = -np.arange(1, 200, dtype=F)
    x[150:] = 1000
    for size in (1, 5, 16, 40, 100, 150):
        added, top = both(x, size)
        assert added == x[:size].sum()
        assert top == x[:size].max()


def test_single_floats():
    @jit
    def swap(x):
        first = read(address(x), 0)
        write(address(x), 0, read(address(x), 1))
        write(address(x), 1, first)

    x = np.array([1, 2], F)
    swap(x)
    assert x.tolist() == [2, 1]
