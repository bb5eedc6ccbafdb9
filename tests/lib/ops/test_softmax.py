import numpy as np
import pytest
from glia.ops import log_softmax, log_softmax_grad, log_sum_exp, softmax, softmax_grad
from glia.testing import gradcheck
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

scores = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5),
    elements=st.floats(-50, 50),
)


@given(scores, st.floats(-1e4, 1e4))
def test_rows_sum_to_one_and_a_shift_changes_nothing(x, shift):
    for axis in range(x.ndim):
        p = softmax(x, axis=axis)
        np.testing.assert_allclose(p.sum(axis=axis), 1, rtol=1e-12)
        np.testing.assert_allclose(softmax(x + shift, axis=axis), p, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(np.exp(log_softmax(x, axis=axis)), p, rtol=1e-9, atol=1e-15)


@given(scores)
def test_log_softmax_is_idempotent(x):
    once = log_softmax(x)
    np.testing.assert_allclose(log_softmax(once), once, atol=1e-9)


def test_against_the_definition():
    x = np.random.default_rng(0).normal(size=(4, 3))
    for row, p in zip(x, softmax(x), strict=True):
        total = sum(np.exp(v) for v in row)
        np.testing.assert_allclose(p, [np.exp(v) / total for v in row])
    np.testing.assert_allclose(log_sum_exp(x), np.log(np.exp(x).sum(axis=1)))
    np.testing.assert_allclose(log_sum_exp(x, axis=0), np.log(np.exp(x).sum(axis=0)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out(dtype):
    x = np.array([[1e4, -1e4, 1e4], [-1e4, -1e4, -1e4]], dtype=dtype)
    np.testing.assert_allclose(softmax(x), [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)
    assert np.isfinite(log_softmax(x)).all()
    assert np.isfinite(log_sum_exp(x)).all()
    assert softmax(x).dtype == log_softmax(x).dtype == log_sum_exp(x).dtype == dtype


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gradients(axis):
    rng = np.random.default_rng(1)
    x, g = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    assert gradcheck(
        lambda x: (g * softmax(x, axis)).sum(),
        [x],
        lambda x: softmax_grad(g, softmax(x, axis), axis),
    )
    assert gradcheck(
        lambda x: (g * log_softmax(x, axis)).sum(),
        [x],
        lambda x: log_softmax_grad(g, log_softmax(x, axis), axis),
    )
    assert gradcheck(lambda x: log_sum_exp(x, axis), [x], lambda x: softmax(x, axis))


def test_edges_and_messages():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    np.testing.assert_array_equal(softmax([[7.0]]), [[1.0]])
    x = np.arange(6.0).reshape(2, 3)
    before = x.copy()
    x.flags.writeable = False
    softmax(x), log_softmax(x), log_sum_exp(x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(softmax(x.T, axis=0), softmax(x).T)
    with pytest.raises(ValueError, match="got a scalar"):
        softmax(3.0)
    with pytest.raises(ValueError, match=r"at least one score along axis -1, got \(2, 0\)"):
        softmax(np.zeros((2, 0)))
