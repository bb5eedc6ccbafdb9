"""Gates, hidden units, the nerve cell and the timeline."""

import itertools

import numpy as np
import pytest
from glia import McCullochPitts
from glia.widgets import GateExplorer, NeuronSignal, Timeline, XorHiddenUnits

HALVES = np.arange(-2, 2.5, 0.5)


@pytest.mark.parametrize(
    ("gate", "weights", "threshold", "right"),
    [
        ("and", (1, 1), 2, 4),
        ("and", (1, 2), 2.5, 4),
        ("or", (1, 1), 1, 4),
        ("or", (1, 1), 2, 2),
        ("xor", (1, 1), 1, 3),
        ("and", (0, 0), 0, 1),
    ],
)
def test_gate_counts_right_rows(gate, weights, threshold, right):
    widget = GateExplorer(gate, weight_1=weights[0], weight_2=weights[1], threshold=threshold)
    assert widget.right == right
    assert f"{right} of 4 rows right" in widget.picture["say"]
    assert widget.picture["side"].count("✗") == 4 - right
    assert ("glia-solved" in widget.picture["side"]) == (right == 4)


def test_no_setting_of_the_sliders_ever_shows_xor_as_solved():
    widget = GateExplorer("xor")
    low, high = (
        next(c for c in widget.controls if c["name"] == "threshold")[k] for k in ("min", "max")
    )
    best = 0
    for w1, w2, threshold in itertools.product(HALVES, HALVES, np.arange(low, high + 0.5, 0.5)):
        with widget.hold_trait_notifications():
            widget.weight_1, widget.weight_2, widget.threshold = w1, w2, threshold
        assert "glia-solved" not in widget.picture["side"]
        best = max(best, widget.right)
    assert best == 3


def test_gate_refuses_an_unknown_one():
    with pytest.raises(Exception, match="nor"):
        GateExplorer("nor")


def test_hidden_units_start_unsolved_and_can_be_solved():
    widget = XorHiddenUnits()
    assert widget.right == 3
    widget.direction_1 = widget.direction_2 = 45
    widget.offset_1, widget.offset_2 = 0.4, 1.1
    assert widget.right == 4 and "glia-solved" in widget.picture["side"]


def test_the_texts_other_challenges_have_solutions():
    crossing = XorHiddenUnits(direction_1=30, offset_1=0.4, direction_2=60, offset_2=1.1)
    assert crossing.right == 4  # lines that are not parallel
    facing = XorHiddenUnits(
        direction_1=45, offset_1=0.4, direction_2=225, offset_2=-1.1, output="h1 and h2"
    )
    assert facing.right == 4


def test_hidden_units_show_what_the_output_sees():
    widget = XorHiddenUnits(direction_1=45, offset_1=0.4, direction_2=45, offset_2=1.1)
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(widget.hidden(rows), [[0, 0], [1, 0], [1, 0], [1, 1]])
    assert "01, 10" in widget.picture["svg"]  # the two that fall together share a label


@pytest.mark.parametrize("inputs", list(itertools.product([False, True], repeat=3)))
def test_neuron_fires_as_the_unit_does(inputs):
    widget = NeuronSignal(
        **{f"input_{i + 1}": on for i, on in enumerate(inputs)}, threshold=2, stage=5
    )
    fires = McCullochPitts([1, 1, -1], 2)(np.array(inputs, dtype=float))
    assert f"Output {int(fires)}" in widget.picture["say"]


def test_neuron_changes_with_an_input():
    widget = NeuronSignal(stage=4)
    assert "a spike" in widget.picture["say"]
    widget.input_3 = True
    assert "no spike" in widget.picture["say"]
    assert len({frame["svg"] for frame in widget.frames}) == 6  # each stage looks different


def test_timeline_tells_each_date():
    widget = Timeline()
    for stop, year in enumerate([1943, 1958, 1969, 1986, 2006, 2012]):
        widget.stop = stop
        assert widget.picture["say"].startswith(str(year))
        assert "Source:" in widget.picture["side"]
