"""Adaline, logistic and softmax regression: what they share, and each one's minimum."""

import numpy as np
import pytest
from glia.data import blobs, clusters, load_digits_8x8
from glia.neurons import Adaline, LogisticRegression, SoftmaxRegression
from glia.ops import (
    cross_entropy,
    logistic_gradient,
    logistic_loss,
    one_hot,
    softmax,
    squared_error,
)
from sklearn.linear_model import LogisticRegression as TheirLogistic

pytestmark = pytest.mark.usefixtures("each_backend")
MODELS = [
    lambda **k: Adaline(labels="01", **k),
    LogisticRegression,
    SoftmaxRegression,
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("batch_size", [None, 1, 7, 1000])
def test_the_loss_falls_and_the_seed_decides(model, batch_size):
    X, y = blobs(0, 50)
    one = model(lr=0.05, epochs=30, batch_size=batch_size, seed=5).fit(X, y)
    two = model(lr=0.05, epochs=30, batch_size=batch_size, seed=5).fit(X, y)
    np.testing.assert_array_equal(one.weight, two.weight)
    np.testing.assert_array_equal(one.bias, two.bias)
    assert one.history.loss == two.history.loss
    assert one.history.epochs == 30
    assert one.history.loss[-1] < one.history.loss[0] / 2
    assert (one.predict(X) == y).mean() > 0.9
    other = model(lr=0.05, epochs=30, batch_size=batch_size, seed=6).fit(X, y)
    assert (other.weight == one.weight).all() == (batch_size in (None, 1000))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_kept_inputs_untouched(model, dtype):
    X, y = blobs(0, 20)
    X = np.asfortranarray(X.astype(dtype))
    before = X.copy()
    X.flags.writeable = y.flags.writeable = False
    fitted = model(epochs=3, batch_size=6).fit(X, y)
    np.testing.assert_array_equal(X, before)
    assert fitted.weight.dtype == dtype
    assert fitted.decision_function(X).dtype == dtype
    assert fitted.predict(X[:0]).shape == (0,)
    assert fitted.predict(X[:1]).shape == (1,)
    one = model(epochs=2).fit(X[:1], y[:1])
    assert np.isfinite(one.weight).all()


@pytest.mark.parametrize("model", MODELS)
def test_first_full_batch_step_by_hand(model):
    X, y = blobs(1, 12)
    fitted = model(lr=0.1, epochs=1).fit(X, y)
    count = len(y)
    if isinstance(fitted, SoftmaxRegression):
        grad_z = (softmax(np.zeros((count, 2))) - one_hot(y, 2)) / count
        np.testing.assert_allclose(fitted.weight, -0.1 * grad_z.T @ X)
        np.testing.assert_allclose(fitted.bias, -0.1 * grad_z.sum(axis=0))
        assert fitted.history.loss == pytest.approx([np.log(2)])
    else:
        start = 0.5 if isinstance(fitted, LogisticRegression) else 0.0
        np.testing.assert_allclose(fitted.weight, -0.1 * X.T @ (start - y) / count)
        assert fitted.bias == pytest.approx(-0.1 * (start - y).mean())
        first = np.log(2) if start else 0.5 * (y**2).mean()
        assert fitted.history.loss == pytest.approx([first])


def test_per_sample_logistic_rule_by_hand():
    X, y = blobs(2, 15)
    fitted = LogisticRegression(lr=0.3, epochs=2, batch_size=1, seed=9).fit(X, y)
    rng, w, b = np.random.default_rng(9), np.zeros(2), 0.0
    for _ in range(2):
        losses = []
        for i in rng.permutation(15):
            losses.append(logistic_loss(X[i] @ w + b, float(y[i])))
            a = 1 / (1 + np.exp(-(X[i] @ w + b)))
            w, b = w - 0.3 * (a - y[i]) * X[i], b - 0.3 * (a - y[i])
    np.testing.assert_allclose(fitted.weight, w)
    assert fitted.bias == pytest.approx(b)
    assert fitted.history.loss[-1] == pytest.approx(np.mean(losses))


def test_logistic_minimum_is_scikit_learns():
    X, y = blobs(7, 120, margin=-0.7)
    ours = LogisticRegression(lr=1.0, epochs=3000).fit(X, y)
    theirs = TheirLogistic(C=1e9, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(ours.weight, theirs.coef_[0], rtol=1e-4)
    assert ours.bias == pytest.approx(theirs.intercept_[0], rel=1e-3, abs=1e-4)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X)[:, 1], atol=1e-4)
    grad_w, grad_b = logistic_gradient(X, y, ours.weight, ours.bias)
    assert np.abs(np.append(grad_w, grad_b)).max() < 1e-6


def test_softmax_minimum_is_scikit_learns():
    X, y = clusters(3, 90, spread=1.5)
    ours = SoftmaxRegression(lr=0.5, epochs=3000).fit(X, y)
    theirs = TheirLogistic(C=1e9, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-3)
    assert ours.history.loss[-1] == pytest.approx(cross_entropy(ours.decision_function(X), y))
    np.testing.assert_allclose(ours.weight.sum(axis=0), 0, atol=1e-9)  # from zeros it stays centred


def test_softmax_of_two_classes_is_logistic_regression():
    X, y = blobs(8, 60)
    two = SoftmaxRegression(lr=0.1, epochs=40).fit(X, y)
    one = LogisticRegression(lr=0.2, epochs=40).fit(X, y)
    np.testing.assert_allclose(two.weight[1] - two.weight[0], one.weight)
    np.testing.assert_allclose(two.predict_proba(X)[:, 1], one.predict_proba(X))


def test_adaline_minimum_is_least_squares():
    X, y = blobs(9, 80, margin=-0.5)
    target = 2 * y - 1
    ours = Adaline(lr=0.1, epochs=3000).fit(X, target)
    lifted = np.column_stack([X, np.ones(80)])
    best = np.linalg.lstsq(lifted, target.astype(float))[0]
    np.testing.assert_allclose(np.append(ours.weight, ours.bias), best, atol=1e-6)
    assert ours.history.loss[-1] == pytest.approx(squared_error(lifted @ best, target, half=True))


def test_adaline_labels():
    X, y = blobs(0, 40)
    zero_one = Adaline(lr=0.1, epochs=500, labels="01").fit(X, y)
    plus_minus = Adaline(lr=0.1, epochs=500, labels="pm1").fit(X, 2 * y - 1)
    np.testing.assert_array_equal(2 * zero_one.predict(X) - 1, plus_minus.predict(X))
    line = Adaline(lr=0.1, epochs=500, labels=None).fit(X, 3 * X[:, 0] + 1)
    np.testing.assert_allclose(line.predict(X), 3 * X[:, 0] + 1, atol=1e-3)


def test_softmax_learns_real_digits():
    digits = load_digits_8x8()
    model = SoftmaxRegression(lr=0.5, epochs=15, batch_size=32).fit(digits.x_train, digits.y_train)
    assert (model.predict(digits.x_test) == digits.y_test).mean() > 0.93
    assert model.weight.shape == (10, 64)
    np.testing.assert_allclose(model.predict_proba(digits.x_test).sum(axis=1), 1, rtol=1e-5)


def test_a_class_that_is_absent_can_be_asked_for():
    model = SoftmaxRegression(num_classes=4).fit([[0.0], [1.0]], [0, 2])
    assert model.predict_proba([[0.5]]).shape == (1, 4)


def test_far_out_inputs_stay_finite():
    X, y = np.array([[1e4], [-1e4]]), np.array([0, 1])
    for batch_size in (1, None):
        logistic = LogisticRegression(lr=1.0, epochs=5, batch_size=batch_size).fit(X, y)
        softmaxed = SoftmaxRegression(lr=1.0, epochs=5, batch_size=batch_size).fit(X, y)
        assert np.isfinite(logistic.history.loss + softmaxed.history.loss).all()
        np.testing.assert_array_equal(logistic.predict(X), y)
        np.testing.assert_array_equal(softmaxed.predict(X), y)


X2, Y2 = np.ones((3, 2)), np.array([0, 1, 0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: LogisticRegression(lr=-1), ValueError, "lr must be above 0, got -1"),
        (lambda: LogisticRegression(epochs=1.5), ValueError, "epochs must be a whole number"),
        (lambda: SoftmaxRegression(batch_size=0), ValueError, "batch_size must be a whole number"),
        (lambda: SoftmaxRegression(num_classes=True), ValueError, "num_classes must be a whole"),
        (lambda: Adaline(labels="ab"), ValueError, "labels must be"),
        (lambda: Adaline().fit(X2, Y2), ValueError, r"expects labels \(-1, 1\), got also 0"),
        (lambda: LogisticRegression().fit(X2, [0, 1, 2]), ValueError, r"\(0, 1\), got also 2"),
        (lambda: SoftmaxRegression().fit(X2, [0, 1, -1]), ValueError, "got values from -1 to 1"),
        (lambda: SoftmaxRegression().fit(X2, [0, 1, 0.5]), ValueError, "must hold whole numbers"),
        (lambda: SoftmaxRegression(num_classes=2).fit(X2, [0, 1, 2]), ValueError, "0 … 1"),
        (lambda: SoftmaxRegression().predict(X2), RuntimeError, "SoftmaxRegression has no weights"),
        (lambda: Adaline().decision_function(X2), RuntimeError, "Adaline has no weights yet"),
        (
            lambda: LogisticRegression().fit(X2, Y2).predict_proba(np.ones((3, 5))),
            ValueError,
            r"must have 2 columns, as in fit; got shape \(3, 5\)",
        ),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_step_size_that_explodes_is_named():
    X, y = blobs(0, 20)
    with pytest.raises(FloatingPointError, match=r"lr=1000 is too large .* try a tenth"):
        Adaline(lr=1000.0, epochs=500, labels="01").fit(X, y)
