"""Descent seen from above and minibatch noise: the walks, and the learner's code."""

import numpy as np
import pytest
from glia.widgets import DescentContour, MinibatchNoise
from glia.widgets.descent_contour import BOWLS, RATES, WORDS


@pytest.mark.parametrize("surface", WORDS)
def test_the_gradient_is_that_of_the_height(surface):
    walk = DescentContour(surface=surface)
    rng = np.random.default_rng(1)
    for at in rng.uniform(-2, 2, size=(5, 2)):
        h = 1e-5
        measured = [
            (walk.height(*(at + step)) - walk.height(*(at - step))) / (2 * h)
            for step in h * np.eye(2)
        ]
        np.testing.assert_allclose(walk.gradient(at), measured, atol=1e-6)


@pytest.mark.parametrize(
    ("surface", "lr", "words"),
    [
        ("valley", 0.001, "Too small"),
        ("valley", 0.25, "jumps from side to side"),
        ("valley", 0.3, "Too large"),
        ("round", 1.2, "Too large"),
    ],
)
def test_the_verdict_fits_the_rate(surface, lr, words):
    assert words in DescentContour(surface=surface, lr=lr).picture["say"]


def test_the_limit_is_two_over_the_largest_curvature():
    A, _ = BOWLS["valley"]
    limit = 2 / np.linalg.eigvalsh(A).max()
    for lr in RATES:
        if lr != limit:
            way = DescentContour(surface="valley", lr=lr, steps=40).path()
            assert (np.linalg.norm(way[-1]) < np.linalg.norm(way[0])) == (lr < limit)


def test_the_start_decides_which_hollow():
    ends = []
    for start in (-1.0, 1.5):
        walk = DescentContour(surface="two", lr=0.1, steps=40, from_1=start)
        ends.append(walk.path()[-1, 0])
    assert ends[0] < -1.5 and ends[1] > 1.5


def test_the_learners_walk_is_drawn_and_compared():
    def right(A, b, start, lr, steps):
        way = [start]
        for _ in range(steps):
            way.append(way[-1] - lr * (A @ way[-1] - b))
        return np.array(way)

    def uphill(A, b, start, lr, steps):
        return right(A, b, start, -lr, steps)

    assert DescentContour(right, surface="tilted").error == ""
    assert "at step 1:" in DescentContour(uphill, surface="tilted").error
    assert "shape (21, 2)" in DescentContour(lambda *args: np.zeros(2)).error
    walk = DescentContour(right)
    walk.surface = "two"
    assert "bowls only" in walk.error


@pytest.mark.parametrize(("size", "steps"), [(1, 128), (4, 32), (16, 8), (32, 4)])
def test_steps_in_four_epochs(size, steps):
    walk = MinibatchNoise(batch_size=size)
    assert len(walk.walk()) == steps + 1
    assert f"{steps} steps in 4 epochs" in walk.picture["say"]


def test_only_the_whole_data_walks_without_noise():
    ups = {}
    for size in (1, 4, 32):
        walk = MinibatchNoise(batch_size=size, epochs=10)
        way = walk.walk()
        ups[size] = np.mean(np.diff(walk.loss(way[:, 0], way[:, 1])) > 1e-12)
    assert ups[32] == 0 < ups[4] < ups[1]
    calm = [MinibatchNoise(batch_size=32, seed=s).walk() for s in (0, 1)]
    noisy = [MinibatchNoise(batch_size=4, seed=s).walk() for s in (0, 1)]
    np.testing.assert_allclose(calm[0], calm[1], atol=1e-12)
    assert not np.allclose(noisy[0], noisy[1])


def test_the_learners_epoch_is_marked_and_compared():
    def epoch(X, y, weight, bias, lr, order, batch_size):
        for begin in range(0, len(order), batch_size):
            rows = order[begin : begin + batch_size]
            error = X[rows] @ weight + bias - y[rows]
            weight, bias = weight - lr * X[rows].T @ error / len(rows), bias - lr * error.mean()
        return weight, bias

    def in_order(X, y, weight, bias, lr, order, batch_size):
        return epoch(X, y, weight, bias, lr, np.sort(order), batch_size)

    assert MinibatchNoise(epoch).error == ""
    assert "after epoch 1 you stand" in MinibatchNoise(in_order).error
    assert "two things" in MinibatchNoise(lambda *args: 1.0).error
    with pytest.raises(ValueError, match="one of 1, 4, 16, 32"):
        MinibatchNoise(batch_size=7)
