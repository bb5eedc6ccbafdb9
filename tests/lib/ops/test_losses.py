import math

import numpy as np
import pytest
from glia.ops import (
    adaline_gradient,
    binary_cross_entropy,
    binary_cross_entropy_grad,
    cross_entropy,
    cross_entropy_grad,
    half_squared_error,
    log_likelihood,
    logistic_gradient,
    logistic_loss,
    logistic_loss_grad,
    mean_squared_error,
    one_hot,
    sigmoid,
    sigmoid_grad,
    softmax,
    squared_error,
    squared_error_grad,
    sum_squared_error,
    zero_one_loss,
)
from glia.testing import gradcheck
from hypothesis import given
from hypothesis import strategies as st

RNG = np.random.default_rng(3)
REDUCTIONS = ["mean", "sum", "none"]


@given(st.floats(-30, 30), st.floats(0, 1))
def test_logistic_loss_against_the_definition(z, y):
    a = 1 / (1 + math.exp(-z))
    expected = -(y * math.log(a) + (1 - y) * math.log1p(-a)) if a < 1 else -y * math.log(a)
    assert float(logistic_loss([z], [y])) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_logistic_values_of_the_lectures():
    assert float(logistic_loss_grad([2.0], [1.0])[0]) == pytest.approx(-0.1192, abs=5e-5)
    assert float(logistic_loss([0.0], [1.0])) == pytest.approx(math.log(2))


def test_the_chain_of_the_logistic_gradient():
    z, y = RNG.normal(size=7), RNG.integers(0, 2, size=7).astype(float)
    a = sigmoid(z)
    np.testing.assert_allclose(
        binary_cross_entropy_grad(a, y, "sum"), (a - y) / (a - a**2), rtol=1e-10
    )
    by_parts = binary_cross_entropy_grad(a, y, "sum") * sigmoid_grad(z)
    np.testing.assert_allclose(logistic_loss_grad(z, y, "sum"), by_parts, rtol=1e-10)


def test_losses_agree_with_each_other():
    z, y = RNG.normal(size=9), RNG.integers(0, 2, size=9)
    losses = logistic_loss(z, y, "none")
    np.testing.assert_allclose(binary_cross_entropy(sigmoid(z), y, "none"), losses)
    two = np.column_stack([np.zeros(9), z])
    np.testing.assert_allclose(cross_entropy(two, y, "none"), losses)  # softmax of (0, z) is σ(z)
    X, w, b = RNG.normal(size=(9, 3)), RNG.normal(size=3), 0.3
    likelihood = np.prod(
        [
            sigmoid(x @ w + b) ** t * sigmoid(-(x @ w + b)) ** (1 - t)
            for x, t in zip(X, y, strict=True)
        ]
    )
    assert log_likelihood(X, y, w, b) == pytest.approx(math.log(likelihood))


def test_cross_entropy_takes_indices_or_rows():
    z, y = RNG.normal(size=(6, 4)), RNG.integers(0, 4, size=6)
    by_hand = [-math.log(np.exp(row[c]) / np.exp(row).sum()) for row, c in zip(z, y, strict=True)]
    for targets in (y, y.astype(np.uint8), y.astype(float), one_hot(y, 4), one_hot(y, 4) > 0):
        np.testing.assert_allclose(cross_entropy(z, targets, "none"), by_hand)
        np.testing.assert_allclose(
            cross_entropy_grad(z, targets), (softmax(z) - one_hot(y, 4)) / 6, atol=1e-15
        )
    assert float(cross_entropy(z, y)) == pytest.approx(np.mean(by_hand))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_logits_stay_finite(dtype):
    z = np.array([1e4, -1e4], dtype=dtype)
    np.testing.assert_array_equal(logistic_loss(z, [0, 1], "none"), [1e4, 1e4])
    np.testing.assert_array_equal(logistic_loss(z, [1, 0], "none"), [0, 0])
    np.testing.assert_array_equal(logistic_loss_grad(z, [0, 1], "none"), [1, -1])
    rows = np.array([[1e4, -1e4, 0]], dtype=dtype)
    assert cross_entropy(rows, [1]) == 2e4
    assert cross_entropy(rows, [0]) == 0
    assert cross_entropy(rows, [[1.0, 0.0, 0.0]]) == 0
    assert not np.signbit(cross_entropy(rows, [0]))
    for value in (
        logistic_loss(z, [0, 1]),
        cross_entropy(rows, [1]),
        cross_entropy_grad(rows, [1]),
    ):
        assert value.dtype == dtype


def test_binary_cross_entropy_at_its_ends():
    np.testing.assert_array_equal(
        binary_cross_entropy([0.0, 1.0, 0.0, 1.0], [0, 1, 1, 0], "none"), [0, 0, np.inf, np.inf]
    )
    np.testing.assert_array_equal(
        binary_cross_entropy_grad([0.0, 1.0, 0.0, 1.0], [0, 1, 1, 0], "none"),
        [1, -1, -np.inf, np.inf],
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gradients_of_losses(reduction):
    z, t = RNG.normal(size=(3, 2)), RNG.uniform(size=(3, 2))
    assert gradcheck(
        lambda z: logistic_loss(z, t, reduction), [z], lambda z: logistic_loss_grad(z, t, reduction)
    )
    for half in (False, True):
        assert gradcheck(
            lambda z, half=half: squared_error(z, t, reduction, half),
            [z],
            lambda z, half=half: squared_error_grad(z, t, reduction, half),
        )
    a = sigmoid(z)
    assert gradcheck(
        lambda a: binary_cross_entropy(a, t, reduction),
        [a],
        lambda a: binary_cross_entropy_grad(a, t, reduction),
    )
    soft = t / t.sum(axis=1, keepdims=True)
    for targets in (np.array([0, 1, 1]), soft):
        assert gradcheck(
            lambda z, targets=targets: cross_entropy(z, targets, reduction),
            [z],
            lambda z, targets=targets: cross_entropy_grad(z, targets, reduction),
        )


def test_gradients_of_models():
    X, y = RNG.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
    w, b = RNG.normal(size=3), 0.2
    assert gradcheck(
        lambda w, b: logistic_loss(X @ w + b, y), [w, b], lambda w, b: logistic_gradient(X, y, w, b)
    )
    assert gradcheck(
        lambda w, b: squared_error(X @ w + b, y, half=True),
        [w, b],
        lambda w, b: adaline_gradient(X, y, w, b),
    )


def test_squared_errors_side_by_side():
    guess, truth = np.array([3.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0])
    assert mean_squared_error(guess, truth) == pytest.approx(5 / 3)
    assert sum_squared_error(guess, truth) == 5
    assert half_squared_error(guess, truth) == 2.5
    np.testing.assert_array_equal(squared_error_grad(guess, truth, "sum"), [4, 0, -2])
    np.testing.assert_array_equal(squared_error_grad(guess, truth, "sum", half=True), [2, 0, -1])


def test_zero_one_loss():
    assert zero_one_loss([1, -1, 1], [1, 1, 1]) == pytest.approx(1 / 3)
    assert zero_one_loss([1, 0], [0, 1], "sum") == 2
    np.testing.assert_array_equal(zero_one_loss([1, 0], [0, 0], "none"), [1, 0])


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_empty_batches(reduction):
    empty = np.zeros(0)
    for loss in (logistic_loss, squared_error, zero_one_loss):
        assert np.sum(loss(empty, empty, reduction)) == 0
    assert np.sum(cross_entropy(np.zeros((0, 3)), np.zeros(0, int), reduction)) == 0


@pytest.mark.parametrize("loss", [logistic_loss, logistic_loss_grad, squared_error_grad])
def test_the_mean_over_nothing_is_refused(loss):
    with pytest.raises(ValueError, match="mean over zero examples is undefined"):
        loss(np.zeros(0), np.zeros(0))


def test_inputs_may_be_read_only_strided_and_are_not_changed():
    z, y = RNG.normal(size=(4, 6))[:, ::2], np.array([0, 2, 1, 1, 9, 9, 9, 9])[:4]
    before = z.copy()
    z.flags.writeable = y.flags.writeable = False
    np.testing.assert_allclose(cross_entropy(z, y), cross_entropy(before, y.copy()))
    cross_entropy_grad(z, y)
    logistic_loss_grad(z[:, 0], np.array([0.0, 1, 0, 1]))
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logistic_loss([0.0, 1.0], [1.0]), r"same shape, got \(2,\) and \(1,\)"),
        (
            lambda: logistic_loss([0.0], [-1]),
            "targets must lie between 0 and 1, got values from -1",
        ),
        (lambda: binary_cross_entropy([1.5], [1]), "probabilities must lie between 0 and 1"),
        (lambda: squared_error([[1.0]], [1.0]), r"same shape, got \(1, 1\) and \(1,\)"),
        (lambda: squared_error([1.0], [1.0], "average"), "reduction must be .* got 'average'"),
        (lambda: cross_entropy([0.0], [0]), r"logits must be \(N, K\).*got shape \(1,\)"),
        (lambda: cross_entropy([[0.0, 0.0]], [2]), "must lie in 0 … 1, got values from 2 to 2"),
        (lambda: cross_entropy([[0.0, 0.0]], [0, 1]), "logits hold 1 examples and targets 2"),
        (lambda: cross_entropy([[0.0, 0.0]], [0.5]), "class numbers must be integers"),
        (lambda: cross_entropy([[0.0, 0.0]], [[1.0, 1.0]]), "probabilities that sum to 1"),
        (lambda: cross_entropy([[0.0, 0.0]], [[1.0]]), r"got shape \(1, 1\)"),
        (lambda: one_hot([0, 3], 3), "must lie in 0 … 2, got values from 0 to 3"),
    ],
)
def test_messages(call, message):
    with pytest.raises(ValueError, match=message):
        call()
