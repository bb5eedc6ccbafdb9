import numpy as np
import pytest
from glia.data import blobs, truth_table
from glia.neurons import Perceptron, margin, mistake_bound, verbal_rule_counterexample
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.05, 2.0),
    st.sampled_from(["01", "pm1"]),
    st.sampled_from(["epoch", "random"]),
)
def test_the_perceptron_keeps_to_the_bound(seed, gap, labels, schedule):
    X, y = blobs(seed, 40, margin=gap)
    y = 2 * y - 1 if labels == "pm1" else y
    unit = Perceptron(labels=labels, schedule=schedule).fit(X, y, epochs=2000)
    assert unit.history.converged
    # Any separating line gives a bound; the learnt one will do, unless it touches a point.
    if margin(X, y, unit.weight, unit.bias) > 0:
        assert len(unit.history.updates) <= mistake_bound(X, y, unit.weight, unit.bias)


def test_margin_and_bound_by_hand():
    X, y = truth_table("and")
    # x1 + x2 − 1.5: every corner but one is ½ or 1½ off; R² = 1 + 1 + 1, ‖(w, b)‖² = 4.25.
    assert margin(X, y, [1, 1], -1.5) == pytest.approx(0.5 / np.sqrt(4.25))
    assert mistake_bound(X, y, [1, 1], -1.5) == pytest.approx(3 * 4.25 / 0.25)
    assert mistake_bound(X, 2 * y - 1, [1, 1], -1.5) == mistake_bound(X, y, [1, 1], -1.5)
    assert mistake_bound(X, y, [10, 10], -15) == pytest.approx(mistake_bound(X, y, [1, 1], -1.5))


def test_bound_messages():
    X, y = truth_table("xor")
    with pytest.raises(ValueError, match="a line that separates the classes; this one has margin"):
        mistake_bound(X, y, [1, 1], -0.5)
    with pytest.raises(ValueError, match="all zero: that is no line"):
        mistake_bound(X, y, [0, 0], 0)
    with pytest.raises(ValueError, match=r"weight must be \(2,\)"):
        mistake_bound(X, y, [1], 0)
    with pytest.raises(ValueError, match="expects labels"):
        mistake_bound(X, [-1, 0, 1, 1], [1, 1], -1.5)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=5).filter(lambda v: max(v) > 0.1))
def test_the_words_hold_for_inputs_that_are_not_negative(x):
    assert verbal_rule_counterexample(x).verbal_helps


@given(st.lists(st.floats(-10, -0.1), min_size=1, max_size=5))
def test_the_words_fail_for_negative_inputs_and_the_formula_does_not(x):
    shown = verbal_rule_counterexample(x)
    assert not shown.verbal_helps
    assert shown.net_rule < shown.net_before < shown.net_verbal


def test_counterexample_messages():
    for x in ([0.0, 0.0], [[1.0]], []):
        with pytest.raises(ValueError, match="must be a vector that is not all zeros"):
            verbal_rule_counterexample(x)
