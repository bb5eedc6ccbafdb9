"""Softmax playground: the library's numbers, the two overflows, and the learner's own softmax."""

import numpy as np
import pytest
from glia.ops import softmax
from glia.widgets import SoftmaxTemperature
from glia.widgets.softmax_temperature import SHIFTS, TEMPERATURES, naive_softmax


def stable(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def naive_rows(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_probabilities_are_the_librarys(temperature):
    widget = SoftmaxTemperature(logits=(2.0, 1.0, 0.0, -1.0))
    widget.temperature = temperature
    expected = softmax(np.array([2.0, 1.0, 0.0, -1.0]) / temperature)
    np.testing.assert_allclose(widget.probabilities(), expected, rtol=1e-12)
    assert f"cat {expected[0]:.3f}" in widget.picture["say"]


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_shift_changes_no_probability(shift):
    widget = SoftmaxTemperature()
    before = widget.probabilities()
    widget.shift = shift
    np.testing.assert_allclose(widget.probabilities(), before, atol=1e-12)


@pytest.mark.parametrize(("shift", "words"), [(1000, "too large"), (-1000, "too small")])
def test_the_printed_formula_fails_both_ways_and_says_why(shift, words):
    widget = SoftmaxTemperature()
    assert np.isfinite(naive_softmax(widget.scores())).all()
    widget.shift = shift
    assert not np.isfinite(naive_softmax(widget.scores())).any()
    assert ">nan<" in widget.picture["side"]
    assert words in widget.picture["side"]
    assert "nan" not in widget.picture["svg"]  # the bars are the stable ones


def test_temperature_takes_the_nearest_notch():
    widget = SoftmaxTemperature()
    widget.temperature = 0.22
    assert widget.temperature == 0.2


def test_the_learners_softmax_draws_the_bars():
    shapes = []

    def mine(z):
        shapes.append(z.shape)
        return np.full_like(z, 0.25)

    widget = SoftmaxTemperature(mine)
    assert shapes == [(1, 4)]
    assert widget.picture["svg"].count(">0.250<") == 4
    assert "differs" in widget.error


def test_a_right_softmax_is_left_in_peace_and_a_naive_one_is_found_out():
    good, naive = SoftmaxTemperature(stable), SoftmaxTemperature(naive_rows)
    assert good.error == naive.error == ""
    good.shift = naive.shift = 1000
    assert good.error == ""
    assert "overflowed" in naive.error
    assert naive.picture["svg"].count("nan: no probability") == 4
    naive.shift = 0
    assert naive.error == ""


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (lambda z: stable(z)[0], "shape (4,)"),
        (lambda z: None, "returned None"),
        (lambda z: z.nothing, "AttributeError"),
        (lambda z: [["a"] * 4], "expected an array of shape (1, 4)"),
    ],
)
def test_a_bad_softmax_is_told_in_words(mine, words):
    widget = SoftmaxTemperature(mine)
    assert words in widget.error
    assert "Traceback" not in widget.error


def test_only_four_classes():
    with pytest.raises(ValueError, match="3 logits"):
        SoftmaxTemperature(logits=(1, 2, 3))
