import numpy as np
import pytest
from glia.testing import assert_close, gradcheck, numerical_gradient


def test_numerical_gradient_of_the_lectures():
    assert numerical_gradient(lambda x: x**2 + 3, 5.0) == pytest.approx(10, abs=1e-6)
    grad = numerical_gradient(lambda v: v[0] ** 2 * v[1], [0.5, 0.5])
    np.testing.assert_allclose(grad, [0.5, 0.25], atol=1e-8)


def test_numerical_gradient_by_another_argument_leaves_the_inputs_alone():
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_allclose(numerical_gradient(np.dot, x, w, argument=1), x, atol=1e-6)
    np.testing.assert_array_equal(w, [3.0, 4.0])


def test_a_function_that_returns_its_buffer_is_differentiated_too():
    room = np.zeros(1)

    def into_the_same_array(x):
        room[0] = x[0] ** 2
        return room

    np.testing.assert_allclose(numerical_gradient(into_the_same_array, [3.0]), [6.0], atol=1e-6)


def test_gradcheck_accepts_the_right_and_rejects_the_wrong():
    inputs = [np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([2.0, 0.5])]

    def product(X, w):
        return X @ w

    def right(X, w):
        return np.tile(w, (2, 1)), X.sum(axis=0)

    def wrong(X, w):
        return np.tile(w, (2, 1)), X.sum(axis=1)

    assert gradcheck(product, inputs, right)
    with pytest.raises(AssertionError, match="gradient by argument 1: 2 of 2 entries differ"):
        gradcheck(product, inputs, wrong)


@pytest.mark.parametrize(
    ("got", "expected", "message"),
    [
        ([1.0, 2.0], [[1.0, 2.0]], r"got shape \(2,\), expected \(1, 2\)"),
        ([1.0, np.nan], [1.0, 2.0], r"1 of 2 entries differ; worst at index \(1,\): got nan"),
        ([1.0, np.inf], [9.0, -np.inf], r"2 of 2 .* worst at index \(1,\): got inf"),
        (1.0, 2.0, r"1 of 1 entries differ; worst at index \(\): got 1.0, expected 2.0"),
    ],
)
def test_assert_close_says_what_differs(got, expected, message):
    with pytest.raises(AssertionError, match=message):
        assert_close(got, expected)


def test_assert_close_lets_equal_things_pass():
    assert_close([np.nan, np.inf, 1.0], [np.nan, np.inf, 1.0 + 1e-12])
    assert_close(np.zeros((0, 3)), np.zeros((0, 3)))
