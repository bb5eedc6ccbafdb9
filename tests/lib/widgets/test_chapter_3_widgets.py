"""Forward pass, conventions, bumps, boundary by width: their numbers, and the learner's code."""

from itertools import pairwise

import glia
import numpy as np
import pytest
from glia import nn
from glia.nn.utils import convert_weight
from glia.widgets import (
    BoundaryByWidth,
    ForwardPass,
    ReluBumps,
    WeightConventions,
    boundary_by_width,
)
from glia.widgets.boundary_by_width import train


def test_forward_pass_says_what_the_library_computes():
    net = ForwardPass(x1=-0.7, x2=1.3)
    layers = nn.Linear(2, 3).double(), nn.Linear(3, 2).double()
    layers[0].load_state_dict({"weight": net.W1, "bias": net.b1})
    layers[1].load_state_dict({"weight": net.W2, "bias": net.b2})
    x = glia.tensor([[-0.7, 1.3]], dtype=glia.float64)
    scores = layers[1](nn.functional.relu(layers[0](x))).detach().numpy()[0]
    np.testing.assert_allclose(net.values()["scores"], scores, rtol=1e-12)
    assert f"{scores[1]:.2f}".replace("-", "−") in net.frames[-1]["say"]


def test_forward_pass_unveils_one_number_a_step():
    net = ForwardPass()
    unknown = [frame["side"].count("?") for frame in net.frames]
    assert unknown[0] == 8 and unknown[-1] == 0
    assert all(a - b == 1 for a, b in pairwise(unknown))
    assert "silent" in net.frames[6]["say"]
    net.x1, net.x2 = -2.0, 0.0
    assert "silent" not in net.frames[6]["say"]


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda X, W1, b1, W2, b2: (X @ W1.T + b1, np.zeros((1, 2))), "your hidden differ"),
        (lambda X, W1, b1, W2, b2: np.maximum(X @ W1.T + b1, 0), "two things"),
        (lambda X, W1, b1, W2, b2: (X @ W1, None), "stopped with ValueError"),
    ],
)
def test_forward_pass_tells_what_is_wrong_with_the_learners(forward, words):
    assert words in ForwardPass(forward=forward).error


def test_forward_pass_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="at most 3"):
        ForwardPass(np.ones((4, 2)), np.zeros(4), np.ones((1, 4)), np.zeros(1))
    with pytest.raises(ValueError, match="expected W1"):
        ForwardPass(np.ones((3, 3)))


def test_conventions_agree_with_the_librarys_converter():
    layer = WeightConventions(neurons=2, inputs=3)
    weight, bias = (glia.tensor(a) for a in layer.layer())
    for way, target in (("xW + b", "xW"), ("Θa", "theta")):
        converted, _ = convert_weight(weight, bias, source="Wx", target=target)
        np.testing.assert_array_equal(layer.matrices()[way], converted.numpy())


def test_conventions_follow_one_number():
    layer = WeightConventions(neuron=2, place=3)
    where = layer.picture["say"]
    assert "is 6." in where and "xW + b: row 3, column 2" in where
    layer.place = 0
    assert "bias of neuron 2 is −2" in layer.picture["say"]
    layer.neurons = 1  # what is followed is drawn in
    assert "neuron 1" in layer.picture["say"]


def test_conventions_catch_a_converter_that_never_turns():
    def never(weight, bias, convention):
        rows = weight if len(weight) == len(bias) else weight.T
        return np.column_stack([bias, rows])

    layer = WeightConventions(neurons=2, inputs=3, convert=never)
    assert layer.error == ""
    layer.inputs = 2
    assert "from xW" in layer.error


def test_bumps_golden_values_and_distance():
    bumps = ReluBumps(start="six")
    x = np.arange(-2, 2.01, 0.5)
    golden = [-3.4, -0.5, 0, -0.4, -1, -1.2, -0.3, 3.2, 6.7]
    np.testing.assert_allclose(bumps.curve_of_units(x), golden, atol=1e-9)
    assert 0.4 < bumps.worst() < 0.45


def test_bumps_sliders_turn_the_chosen_unit_only():
    bumps = ReluBumps(start="six", unit=4)
    before = bumps.out_weight.copy()
    bumps.v = -2.0
    assert bumps.out_weight[3] == -2.0
    assert np.array_equal(np.delete(bumps.out_weight, 3), np.delete(before, 3))
    bumps.unit = 1
    assert (bumps.w, bumps.b, bumps.v) == (-5.0, -7.7, -1.0)
    assert bumps.out_weight[3] == -2.0
    bumps.start = "flat"
    assert not bumps.out_weight.any() and bumps.v == 0
    bumps.start = "knots"
    assert bumps.worst() < 0.4


def test_bumps_take_the_learners_functions():
    def slopes_only(knots, values):
        return np.diff(values) / np.diff(knots), values[0]

    def no_relu(x, w, b, v, c):
        return (np.outer(x, w) + b) @ v + c

    assert ReluBumps(start="knots", interpolate=slopes_only).worst() > 2
    assert "differs from the library's" in ReluBumps(start="six", net=no_relu).error
    short = ReluBumps(start="knots", interpolate=lambda t, y: (np.ones(3), 0.0))
    assert "shape (3,)" in short.error and short.worst() < 0.4
    assert ReluBumps(target=np.sin, start="knots").worst() < 0.1


def test_width_lets_xor_be_parted_and_moons_be_overfitted():
    xor = BoundaryByWidth(data="xor")
    assert xor.wrong[0] >= 20 and xor.wrong[-1] == 0
    moons = BoundaryByWidth(data="moons", place=6)
    assert moons.wrong[-1] == 0 < moons.wrong[3]
    assert moons.unseen[-1] < moons.unseen[3] - 0.03
    assert "of 40 examples wrong" in moons.picture["say"]


def test_nets_trained_side_by_side_are_those_trained_alone():
    net = BoundaryByWidth(data="xor", seed=4)
    X, y = net.examples()
    for width, wrong in zip((1, 2, 3, 4, 8, 16, 32), net.wrong, strict=True):
        alone = train(X, y, width, seed=4)
        assert int(np.sum((alone(X) > 0.5) != y)) == wrong, width


def test_a_seed_seen_before_is_not_trained_again(monkeypatch):
    net = BoundaryByWidth(data="xor")
    before, trained = net.frames, []
    monkeypatch.setattr(boundary_by_width, "_train_together", lambda *a: trained.append(a) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        net.seed = 1
    net.seed = 0
    assert net.frames == before and len(trained) == 1


def test_width_trains_with_the_learners_fit_and_says_when_it_cannot():
    X, y = glia.data.xor_points(seed=1, n=20)
    seen = []

    def fit(X, y, width, seed):
        seen.append(width)
        return lambda points: np.zeros(len(points))

    net = BoundaryByWidth(X, y, fit=fit)
    assert seen == [1, 2, 3, 4, 8, 16, 32] and net.wrong == [10] * 7 and net.unseen == []
    assert "a function that predicts" in BoundaryByWidth(X, y, fit=lambda *args: 3).error
    with pytest.raises(ValueError, match="both X and y"):
        BoundaryByWidth(X)
    with pytest.raises(ValueError, match="0 and 1"):
        BoundaryByWidth(X, 2 * y - 1)
