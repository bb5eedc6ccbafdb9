"""Convolution by fewer products: the change of basis, and the whole against the plain sum."""

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

from glia.kernels import conv, winograd
from glia.ops import conv as plain

# images, channels, height, width, filters, rows of the window, padding, dilation of the rows
SHAPES = [
    (3, 8, 9, 8, 8, 3, 1, 1),
    (5, 9, 7, 11, 13, 3, 0, 1),
    (4, 8, 8, 8, 10, 1, 0, 1),
    (2, 12, 10, 16, 8, 3, 2, 2),
    (17, 8, 6, 7, 9, 2, 1, 1),
    (1, 8, 6, 16, 9, 3, 1, 1),
]


def drawn(n, c, h, w, o, kh, padding, dilation):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s).astype("f") for s in ((n, c, h, w), (o, c, kh, 3), (o,))]
    return arrays, ((1, 1), ((padding, padding),) * 2, (dilation, 1), 1)


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-5 * np.abs(want).max())


def test_six_products_are_the_four_outputs():
    """One row, one channel, one image: Aᵀ((G w) ⊙ (Bᵀ x)) against the sum."""
    x = np.array([3, 1, -4, 1, 5, -9], "f").reshape(1, 1, 6, 1)
    w = np.array([2, 7, -1], "f").reshape(1, 1, 1, 3)
    six = winograd.images(x, ((0, 0), (0, 0)), 4).reshape(6) * winograd.filters_forth(w).reshape(6)
    back = np.array(
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    )
    close(back @ six, np.array([17, -27, -6, 46]))


def test_the_gradient_of_filters_is_the_transpose_of_their_change_of_basis():
    rng = np.random.default_rng(0)
    w, u = rng.standard_normal((3, 2, 4, 3)).astype("f"), rng.standard_normal((6, 3, 8)).astype("f")
    forth = np.vdot(winograd.filters_forth(w), u)
    assert np.vdot(w, winograd.filters_back(u, w.shape)) == pytest.approx(forth, abs=1e-4)


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
def test_a_pixel_that_is_not_finite_spoils_no_others(bad):
    (x, weight, bias), window = drawn(*SHAPES[0])
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
    assert winograd.fits(8, 8, (3, 3), 8, 1)
    for filters, channels, kernel, width, dilation in [
        (4, 8, (3, 3), 8, 1),
        (8, 4, (3, 3), 8, 1),
        (8, 8, (3, 5), 8, 1),
        (8, 8, (3, 3), 5, 1),  # two tiles for five outputs: 12 products against 15
        (8, 8, (3, 3), 8, 2),
    ]:
        assert not winograd.fits(filters, channels, kernel, width, dilation)
