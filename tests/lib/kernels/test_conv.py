"""Convolutions large enough to be cut into parts, with zeros around the images or without."""

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

from glia.kernels import conv, winograd
from glia.ops import conv as plain

# images, channels, height, width, filters, window, padding, dilation
SHAPES = [
    (32, 1, 28, 28, 6, (5, 5), ((2, 2), (2, 2)), (1, 1)),  # two parts
    (32, 1, 28, 28, 6, (5, 5), ((0, 0), (0, 0)), (1, 1)),
    (32, 3, 21, 19, 7, (3, 4), ((5, 0), (0, 1)), (2, 1)),  # rows that see nothing but zeros
    (16, 3, 41, 39, 11, (3, 3), ((1, 1), (1, 1)), (1, 1)),  # eight
    (70, 2, 1, 300, 9, (1, 7), ((0, 0), (3, 3)), (1, 1)),  # one row
]


@pytest.mark.parametrize("shape", SHAPES)
def test_parts_together_are_the_textbook(shape):
    n, c, h, w, o, kernel, padding, dilation = shape
    rng = np.random.default_rng(0)
    x, weight, bias = (
        rng.standard_normal(s).astype("f") for s in ((n, c, h, w), (o, c, *kernel), (o,))
    )
    window = (1, 1), padding, dilation, 1
    want = plain.conv2d(x, weight, bias, *window)
    assert not winograd.fits(o, c, kernel, want.shape[3], dilation[1])
    close(conv.conv2d(x, weight, bias, *window), want)
    grad = rng.standard_normal(want.shape).astype("f")
    wanted = plain.conv2d_backward(grad, x, weight, *window)
    for got, right in zip(conv.conv2d_backward(grad, x, weight, *window), wanted, strict=True):
        close(got, right)
    for missing in range(3):
        needs = tuple(k != missing for k in range(3))
        grads = conv.conv2d_backward(grad, x, weight, *window, needs)
        assert [g is not None for g in grads] == list(needs)
        for got, right, needed in zip(grads, wanted, needs, strict=True):
            if needed:
                close(got, right)


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=0, atol=2e-6 * np.abs(want).max())
