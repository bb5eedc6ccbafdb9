"""The loss explorer: its numbers are the library's, and the learner's functions draw its curves."""

import numpy as np
import pytest
from glia.ops import logistic_loss, sigmoid
from glia.widgets import LogisticLossExplorer


def good_loss(a, y):
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize(("x", "weight", "bias"), [(1.5, 1.0, 0.0), (-3.0, 2.0, 2.0), (0, -1, 0.5)])
def test_the_numbers_are_the_librarys(x, weight, bias, y):
    explorer = LogisticLossExplorer(x=x, y=y, weight=weight, bias=bias)
    z = weight * x + bias
    now = explorer.numbers()
    assert now["a"] == float(sigmoid(z))
    assert now["loss"] == float(logistic_loss(z, y))
    assert now["slope"] == pytest.approx(float(sigmoid(z)) - y)
    assert f"the loss is {now['loss']:.3f} nats" in explorer.picture["say"]


def test_moving_a_slider_redraws():
    explorer = LogisticLossExplorer()
    before = explorer.picture
    explorer.weight = -1.0
    assert explorer.picture["svg"] != before["svg"]
    assert "−1.500" in explorer.picture["say"]


def test_the_learners_loss_draws_the_curve_and_is_asked():
    asked = []

    def loss(a, y):
        asked.append((a, y))
        return good_loss(a, y)

    explorer = LogisticLossExplorer(loss=loss, y=0)
    assert explorer.error == ""
    assert {y for _, y in asked} == {0}
    assert "yours" in explorer.picture["side"]
    assert (
        LogisticLossExplorer(loss=lambda a, y: a * 0 + 3.0, y=0).picture["svg"]
        != (explorer.picture["svg"])
    )


def test_a_missing_minus_sign_is_told():
    explorer = LogisticLossExplorer(loss=lambda a, y: -good_loss(a, y))
    assert "Only the sign differs" in explorer.error


def test_the_learners_sigmoid_is_compared():
    assert LogisticLossExplorer(sigmoid=lambda z: 1 / (1 + np.exp(-z))).error == ""
    wrong = LogisticLossExplorer(sigmoid=lambda z: 1 / (1 + np.exp(z)))
    assert "σ(1.50)" in wrong.error


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda a, y: None, "returned None"),
        (lambda a, y: "much", "expected one number"),
        (lambda a, y: np.ones(3), "shape (3,)"),
        (lambda a, y: a / 0, "ZeroDivisionError"),
        (lambda a: a, "TypeError"),
    ],
)
def test_a_bad_loss_is_told_in_words(loss, words):
    explorer = LogisticLossExplorer(loss=loss)
    assert words in explorer.error
    assert "Traceback" not in explorer.error
    assert explorer.picture["say"].startswith("z = 1.500")  # the rest goes on


def test_a_stub_is_not_an_error_of_the_learners():
    def stub(a, y):
        raise NotImplementedError

    assert "not written yet" in LogisticLossExplorer(loss=stub).error


def test_the_error_goes_away_where_the_function_is_right():
    explorer = LogisticLossExplorer(loss=lambda a, y: good_loss(a, 1))
    assert explorer.error == ""
    explorer.y = 0
    assert "your loss" in explorer.error
    explorer.y = 1
    assert explorer.error == ""


def test_values_that_are_not_finite_leave_the_picture_whole():
    explorer = LogisticLossExplorer(loss=lambda a, y: np.nan)
    assert "nan" in explorer.error
    assert "nan" not in explorer.picture["svg"]
