"""The perceptron explorer: its run is the library's, its pages say what happened."""

import numpy as np
import pytest
from glia import Perceptron
from glia.data import truth_table
from glia.widgets import PerceptronExplorer
from glia.widgets.perceptron_run import run


@pytest.mark.parametrize("gate", ["and", "or"])
@pytest.mark.parametrize("labels", ["01", "pm1"])
def test_the_run_is_the_librarys(gate, labels):
    X, y = truth_table(gate)
    y = 2 * y - 1 if labels == "pm1" else y
    unit = Perceptron(labels=labels).fit(X, y)
    mine = run(X, y, labels=labels)
    assert mine.converged and mine.mistakes == unit.history.mistakes
    np.testing.assert_array_equal(mine.visits[-1].weight, unit.weight)
    assert mine.visits[-1].bias == unit.bias


def test_xor_is_called_off():
    mine = run(*truth_table("xor"), max_visits=40)
    assert not mine.converged and len(mine.visits) == 40 and not mine.error


def test_stepping_turns_the_pages():
    widget = PerceptronExplorer()
    start = widget.picture
    widget.step = 1
    assert widget.picture != start and "Visit 1 of" in widget.picture["say"]
    assert widget.controls[4]["max"] == len(widget.frames) - 1
    widget.step = len(widget.frames) - 1
    assert "learning has ended" in widget.picture["say"]


def test_every_frame_says_different_numbers_and_has_alternative_text():
    widget = PerceptronExplorer()
    says = [frame["say"] for frame in widget.frames]
    assert len(set(says)) == len(says)
    assert all("aria-label=" in frame["svg"] for frame in widget.frames)


def test_mistakes_only_keeps_just_those():
    widget = PerceptronExplorer(step=50)
    widget.mistakes_only = True
    assert len(widget.frames) - 1 == sum(widget.run.mistakes)
    assert widget.step == 0
    assert all("wrong" in frame["say"] for frame in widget.frames[1:])


def test_other_data_start_again():
    widget = PerceptronExplorer(step=5)
    assert widget.step == 5
    widget.data = "xor"
    assert widget.step == 0
    assert "did not converge" in widget.frames[-1]["say"]


def test_pm1_labels_double_the_step():
    widget = PerceptronExplorer(data="and")
    errors = {abs(v.bias - v.bias_before) for v in widget.run.visits}
    widget.labels = "pm1"
    doubled = {abs(v.bias - v.bias_before) for v in widget.run.visits}
    assert errors == {0, 1} and doubled == {0, 2}


def test_the_learners_update_is_what_moves():
    seen = []

    def update(x, y, weight, bias, lr):
        seen.append((tuple(x), y, lr))
        return weight, bias

    widget = PerceptronExplorer(update=update, max_visits=20)
    assert len(seen) == 20 and "your update" in widget.label
    assert not any(v.moved for v in widget.run.visits)
    assert widget.error == ""


@pytest.mark.parametrize(
    ("update", "told"),
    [
        (lambda x, y, w, b, lr: None, "got None (is there a return?)"),
        (lambda x, y, w, b, lr: w, "must return two things, (weight, bias); got ndarray"),
        (lambda x, y, w, b, lr: (w[:1], b), "weight of shape (2,); got shape (1,)"),
        (lambda x, y, w, b, lr: (w, w), "one number as bias; got shape (2,)"),
        (lambda x, y, w, b, lr: (w * np.nan, b), "finite"),
        (lambda x, y, w, b, lr: ("a", "b"), "must return numbers"),
        (lambda x, y, w, b: (w, b), "TypeError"),
        (lambda x, y, w, b, lr: (w / 0, 1 // 0), "update raised ZeroDivisionError"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value|divide by zero")
def test_a_wrong_update_is_told_readably(update, told):
    widget = PerceptronExplorer(update=update)
    assert told in widget.error
    assert "epoch 1, example 0: x = (1.6, 1.2), y = 1" in widget.error
    assert widget.picture["svg"]  # there is still something to look at


def test_an_update_in_place_cannot_rewrite_history():
    def update(x, y, weight, bias, lr):
        error = y - int(weight @ x + bias > 0)
        weight += lr * error * x
        return weight, bias + lr * error

    mine, theirs = run(*truth_table("and"), update=update), run(*truth_table("and"))
    assert mine.mistakes == theirs.mistakes
    np.testing.assert_array_equal(mine.visits[0].weight_before, [0, 0])


def test_bad_examples_are_refused():
    with pytest.raises(ValueError, match="both X and y"):
        PerceptronExplorer(X=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"X \(N, 2\).*got \(3, 3\)"):
        PerceptronExplorer(X=np.ones((3, 3)), y=np.ones(3))
    with pytest.raises(ValueError, match=r"0/1 or -1/\+1"):
        PerceptronExplorer(X=np.ones((3, 2)), y=np.array([0, 1, 2]))


def test_given_examples_with_signed_labels_use_their_convention():
    X, y = truth_table("and")
    widget = PerceptronExplorer(X, 2 * y - 1)
    assert widget.labels == "pm1" and widget.run.converged
    assert {c["name"] for c in widget.controls} == {"step", "mistakes_only"}


def test_the_mistakes_of_the_epoch_are_counted_as_they_happen():
    widget = PerceptronExplorer(data="xor")
    tallies = [
        frame["side"].rsplit("<td>", 1)[1].split("</td>")[0] for frame in widget.frames[1:13]
    ]
    expected, done, count = [], [], 0
    for place, visit in enumerate(widget.run.visits[:12]):
        count += visit.prediction != widget.examples()[1][visit.index]
        expected.append(", ".join(map(str, [*done, count])))
        if place % 4 == 3:
            done, count = [*done, count], 0
    assert tallies == expected and done == widget.run.mistakes[:3]
