"""Convolution by fewer products: the change of basis, and the whole against the plain sum."""

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

from glia.kernels import conv, winograd, winograd_back
from glia.ops import conv as plain

# images, channels, height, width, filters, window, padding, dilation of the rows
SHAPES = [
    (3, 8, 9, 8, 8, (3, 3), 1, 1),
    (5, 9, 7, 11, 13, (3, 3), 0, 1),
    (4, 8, 8, 8, 10, (1, 3), 0, 1),
    (2, 12, 10, 16, 8, (3, 3), 2, 2),
    (17, 8, 6, 7, 9, (2, 3), 1, 1),
    (1, 8, 6, 16, 9, (3, 3), 1, 1),
    (2, 8, 4, 7, 8, (2, 3), 5, 1),  # more padding than window
    (3, 4, 12, 12, 16, (5, 5), 0, 1),
    (2, 5, 7, 14, 4, (5, 5), 3, 1),
    (17, 4, 5, 11, 7, (1, 5), 0, 1),
    (1, 4, 9, 13, 5, (3, 5), 2, 2),
    (2, 4, 6, 8, 9, (5, 5), 6, 1),
    (16, 8, 9, 16, 9, (3, 3), 1, 1),  # two parts
    (32, 16, 32, 16, 13, (2, 3), 1, 1),  # eight
]


def drawn(n, c, h, w, o, kernel, padding, dilation):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s).astype("f") for s in ((n, c, h, w), (o, c, *kernel), (o,))]
    return arrays, ((1, 1), ((padding, padding),) * 2, (dilation, 1), 1)


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-5 * np.abs(want).max())


@pytest.mark.parametrize("wide", [3, 5])
def test_one_row_of_one_channel_of_one_image(wide):
    """Four outputs by the products at the points, and their gradients, in whole numbers."""
    x, w = np.array([3, 1, -4, 1, 5, -9, 2, 6], "f")[: wide + 3], np.array([2, 7, -1, 8, 3], "f")
    w, g = w[:wide], np.array([1, -2, 3, 5], "f")
    y, none = np.empty((1, 1, 4, 1), "f"), ((0, 0), (0, 0))
    images, filters = x.reshape(1, 1, -1, 1), w.reshape(1, 1, 1, -1)
    assert winograd.correlate(images, none, filters, None, y, 1, no_table)
    close(y.ravel(), np.correlate(x, w, "valid"))
    grad_x, grad_w = winograd_back.gradients(
        g.reshape(1, 1, 4, 1), images, filters, none, 1, (True, True), (no_table, no_table)
    )
    close(grad_x.ravel(), np.convolve(g, w))
    close(grad_w.ravel(), np.correlate(x, g, "valid"))


def no_table(height, tiles):
    return np.zeros(8, np.int64)


def test_changes_of_basis_are_as_winograd_has_them():
    """G for the points 0, 1, -1, 2, -2 and infinity."""
    w = np.array([2, 7, -1], "f")
    u = winograd.filters_forth(w.reshape(1, 1, 1, 3)).ravel()
    close(u, np.array([2 / 4, -8 / 6, 6 / 6, 12 / 24, -16 / 24, -1]))


def test_parts_that_need_many_rows_of_their_neighbours_stay_large():
    assert winograd.parts_for(10**9, 32, 2) == 8
    assert winograd.parts_for(10**9, 32, 4) == 2
    assert winograd.parts_for(10**9, 1, 4) == 1
    assert winograd.parts_for(1000, 32, 2) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_forth_and_back_as_the_plain_sum(shape):
    (x, weight, bias), window = drawn(*shape)
    want = plain.conv2d(x, weight, bias, *window)
    assert winograd.fits(*weight.shape[:2], weight.shape[2:], want.shape[3], 1)
    close(conv.conv2d(x, weight, bias, *window), want)
    grad = np.random.default_rng(1).standard_normal(want.shape).astype("f")
    wanted = plain.conv2d_backward(grad, x, weight, *window)
    for got, right in zip(conv.conv2d_backward(grad, x, weight, *window), wanted, strict=True):
        close(got, right)


@pytest.mark.parametrize("bad", [np.inf, np.nan, 3e38])
@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[7]])
def test_a_pixel_that_is_not_finite_spoils_no_others(bad, shape):
    (x, weight, bias), window = drawn(*shape)
    x[0, 0, 3, 3] = bad
    with np.errstate(all="ignore"):
        want = plain.conv2d(x, weight, bias, *window)
        got = conv.conv2d(x, weight, bias, *window)
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
        np.testing.assert_array_equal(np.isfinite(got), np.isfinite(want))
        grad = np.ones_like(want)
        grads = plain.conv2d_backward(grad, x, weight, *window)
        mine = conv.conv2d_backward(grad, x, weight, *window)
    for got, right in zip(mine, grads, strict=True):
        np.testing.assert_array_equal(np.isfinite(got), np.isfinite(right))


def test_narrow_or_thin_layers_take_the_plain_sum():
    assert winograd.fits(16, 6, (5, 5), 8, 1)
    assert winograd.fits(8, 8, (3, 3), 8, 1)
    for filters, channels, kernel, width, dilation in [
        (4, 8, (3, 3), 8, 1),
        (8, 4, (3, 3), 8, 1),
        (8, 8, (3, 4), 8, 1),
        (8, 3, (5, 5), 8, 1),
        (8, 8, (5, 5), 2, 1),  # one tile for two outputs: 8 products against 10
        (8, 8, (3, 3), 5, 1),  # two tiles for five outputs: 12 products against 15
        (8, 8, (3, 3), 8, 2),
    ]:
        assert not winograd.fits(filters, channels, kernel, width, dilation)
