"""Calling a stranger's function: copies go in, plain words come out."""

import warnings

import numpy as np
import pytest
from glia.widgets.learner import LearnerError, as_numbers, ask


def test_arrays_are_copied():
    ours = np.zeros(3)

    def theirs(x):
        x += 1
        return x

    assert ask(theirs, "yours", ours).tolist() == [1, 1, 1]
    assert ours.tolist() == [0, 0, 0]


def test_warnings_of_the_learner_are_swallowed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ask(lambda x: np.exp(x), "yours", np.array([1e4]))[0] == np.inf


def test_the_line_that_failed_is_named():
    def theirs(x):
        y = x + 1
        return y / 0

    with pytest.raises(LearnerError, match=r"ZeroDivisionError.*line \d+: return y / 0") as caught:
        ask(theirs, "yours", 1.0)
    assert "called with 1.0" in str(caught.value)


def test_what_was_handed_over_is_told_in_short():
    def theirs(x, **more):
        raise KeyError("k")

    with pytest.raises(LearnerError) as caught:
        ask(theirs, "yours", np.zeros((4, 5)), w=2)
    assert str(caught.value).endswith("It was called with an array of shape (4, 5), w=2.")
    with pytest.raises(LearnerError) as caught:
        ask(lambda: {}["k"], "yours")
    assert "called with" not in str(caught.value)


def test_who_has_spoken_is_not_interrupted():
    def inner():
        raise LearnerError("the reason")

    with pytest.raises(LearnerError, match=r"^the reason$"):
        ask(inner, "yours")


def test_single_numbers_come_in_many_shapes():
    for value in (2, 2.0, np.float32(2), np.array([2.0]), [[2.0]], True + 1):
        assert as_numbers(value, "yours", ()) == 2.0


@pytest.mark.parametrize("value", ["a", {}, [1, [2]], np.ones(2), object()])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(LearnerError, match="expected one number"):
        as_numbers(value, "yours", ())


def test_nan_is_refused_where_only_finite_numbers_can_be_drawn():
    answer = np.array([[1.0, 2.0], [3.0, np.nan]])
    assert as_numbers(answer, "your f", (2, 2)).shape == (2, 2)
    with pytest.raises(LearnerError, match=r"nan at \[1, 1\]; expected finite"):
        as_numbers(answer, "your f", (2, 2), finite=True)
    with pytest.raises(LearnerError, match="returned inf; expected finite"):
        as_numbers(np.inf, "your f", (), finite=True)
