import math

import numpy as np
import pytest
from glia.ops import log_sigmoid, log_sigmoid_grad, sigmoid, sigmoid_grad
from glia.testing import gradcheck
from hypothesis import given
from hypothesis import strategies as st

logits = st.floats(-1e4, 1e4)


@given(logits)
def test_symmetry_range_and_logarithm(z):
    a = float(sigmoid(z))
    assert 0 <= a <= 1
    assert a + float(sigmoid(-z)) == pytest.approx(1, abs=1e-15)
    assert float(log_sigmoid(z)) <= 0
    if abs(z) < 30:
        assert a == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-13)
        assert float(log_sigmoid(z)) == pytest.approx(-math.log1p(math.exp(-z)), rel=1e-12)
        assert float(sigmoid_grad(z)) == pytest.approx(a * (1 - a), rel=1e-3, abs=1e-300)


def test_far_out():
    for dtype in (np.float32, np.float64):
        far = np.array([-1e4, 1e4], dtype=dtype)
        np.testing.assert_array_equal(sigmoid(far), [0, 1])
        np.testing.assert_array_equal(log_sigmoid(far), [-1e4, 0])
        np.testing.assert_array_equal(sigmoid_grad(far), [0, 0])
        np.testing.assert_array_equal(sigmoid([-np.inf, np.inf]), [0, 1])
        assert sigmoid(far).dtype == log_sigmoid(far).dtype == sigmoid_grad(far).dtype == dtype
    assert sigmoid_grad(40.0) == pytest.approx(math.exp(-40), rel=1e-12)  # σ(40) rounds to 1
    assert np.isnan(sigmoid(np.nan))


def test_gradients():
    z = np.linspace(-6, 6, 13).reshape(1, 13)
    assert gradcheck(sigmoid, [z], sigmoid_grad)
    assert gradcheck(log_sigmoid, [z], log_sigmoid_grad)


def test_shapes_and_untouched_inputs():
    z = np.arange(6.0).reshape(2, 3)
    z.flags.writeable = False
    assert sigmoid(z.T).shape == (3, 2)
    assert sigmoid(np.zeros((0, 2))).shape == (0, 2)
    assert sigmoid(3).dtype == np.float64
    with pytest.raises(TypeError, match="must hold numbers"):
        sigmoid(["one"])
