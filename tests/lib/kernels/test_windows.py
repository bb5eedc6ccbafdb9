"""Pooling of images large enough for several threads, and of values that are no numbers."""

import os

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

import numba

from .draws import pair

NONE = ((0, 0), (0, 0))
WINDOWS = {
    "overlapping": ((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)),
    "stride 1": ((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "apart": ((2, 3), (3, 4), NONE, (1, 1)),
    "side by side": ((3, 3), (3, 3), NONE, (1, 1)),
    "dilated": ((2, 3), (2, 1), ((0, 0), (1, 1)), (3, 2)),
}
THREADS = (1, 2) if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0" else (1,)


def in_threads(run):
    """Return what a function returns, once it has been the same with each number of threads."""
    usual, results = numba.get_num_threads(), []
    try:
        for count in THREADS:
            numba.set_num_threads(min(count, usual))
            results.append(np.array(run()))
    finally:
        numba.set_num_threads(usual)
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])
    return results[0]


def images(order):
    x = np.random.default_rng(0).standard_normal((16, 8, 33, 31)).astype(np.float32)
    x = np.round(x, 1)  # equals
    if order == "usual":
        return x
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


@pytest.mark.parametrize("order", ["usual", "batch last"])
@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
@pytest.mark.parametrize("rectify", [False, True])
def test_largest_values_and_their_gradients(window, order, rectify):
    x = images(order)
    (plain, fast), (plain_back, fast_back) = pair("max_pool2d"), pair("max_pool2d_backward")
    y = plain(x, *window, rectify)
    np.testing.assert_array_equal(in_threads(lambda: fast(x, *window, rectify)), y)
    grad = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    ours = in_threads(lambda: fast_back(grad, x, y, *window, rectify))
    np.testing.assert_allclose(ours, plain_back(grad, x, y, *window, rectify), atol=1e-5)


@pytest.mark.parametrize("order", ["usual", "batch last"])
@pytest.mark.parametrize("window", list(WINDOWS.values())[:4], ids=list(WINDOWS)[:4])
@pytest.mark.parametrize("count", [True, False])
def test_means_and_their_gradients(window, order, count):
    x, window = images(order), (*window[:3], count)
    (plain, fast), (plain_back, fast_back) = pair("avg_pool2d"), pair("avg_pool2d_backward")
    y = plain(x, *window)
    np.testing.assert_allclose(in_threads(lambda: fast(x, *window)), y, atol=1e-5)
    grad = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    ours = in_threads(lambda: fast_back(grad, x.shape, *window))
    np.testing.assert_allclose(ours, plain_back(grad, x.shape, *window), atol=1e-5)


def test_gradients_of_nan_and_infinities_go_where_the_textbook_sends_them():
    x = np.arange(32, dtype=np.float32).reshape(2, 1, 4, 4)
    x[0, 0, 1, 1:3] = np.nan
    x[1, 0, 2:, 2:] = -np.inf
    window = ((3, 3), (1, 1), NONE, (1, 1))
    y = pair("max_pool2d")[0](x, *window)
    grad = np.array([[[[1, 2], [3, np.inf]]], [[[-np.inf, 5], [6, 7]]]], np.float32)
    plain, fast = pair("max_pool2d_backward")
    np.testing.assert_array_equal(fast(grad, x, y, *window), plain(grad, x, y, *window))


def test_the_least_value_of_all_beats_padding():
    x = np.full((1, 1, 2, 2), -np.inf, np.float32)
    window = ((2, 2), (2, 2), ((1, 1), (1, 1)), (1, 1))
    for run in pair("max_pool2d"):
        np.testing.assert_array_equal(run(x, *window), x)
    y, grad = x, np.ones_like(x)
    np.testing.assert_array_equal(pair("max_pool2d_backward")[1](grad, x, y, *window), grad)
