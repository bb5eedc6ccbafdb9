"""Receptive field and feature maps: their numbers, and the learner's code."""

import glia
import numpy as np
import pytest
from glia import nn
from glia.models import LeNet5
from glia.widgets import FeatureMaps, ReceptiveField
from glia.widgets.feature_maps import shifted, written
from glia.widgets.layer_stack import NETS, Layer, field, paths, sizes


def measured(layers, cell, size=28):
    """Which pixels of a row have a gradient, by autograd; weights of 1 count the paths."""
    x = glia.zeros(1, 1, size, dtype=glia.float64, requires_grad=True)
    y = x
    for layer in layers:
        ones = glia.ones(1, 1, layer.kernel, dtype=glia.float64)
        y = nn.functional.conv1d(y, ones, None, layer.stride, layer.padding, layer.dilation)
    y[0, 0, cell].backward()
    return x.grad.numpy()[0, 0], y.shape[2]


@pytest.mark.parametrize("name", list(NETS))
@pytest.mark.parametrize("cell", [0, 1, -1])
def test_paths_are_what_autograd_counts(name, cell):
    layers = NETS[name][1]
    counts, length = measured(layers, cell)
    assert sizes(layers, 28)[-1] == length
    np.testing.assert_array_equal(paths(layers, cell % length, 28)[0], counts)


@pytest.mark.parametrize(
    ("layers", "want"),
    [
        ((Layer(3),) * 3, 7),
        ((Layer(3), Layer(2, 2), Layer(3)), 8),
        ((Layer(5), Layer(2, 2), Layer(5), Layer(2, 2)), 16),
        ((Layer(3, 1, 1), Layer(3, 1, 2), Layer(3, 1, 4)), 15),
        ((Layer(7, 1, 3),), 19),
        ((), 1),
    ],
)
def test_field_by_the_formula(layers, want):
    assert field(layers) == want


def test_sliders_leave_the_prepared_net_and_cells_stay_inside():
    shown = ReceptiveField(net="three")
    assert shown.size() == 7 and shown.column == 14
    shown.kernel = 5
    assert shown.net == "own" and shown.size() == 13
    shown.stride = 2
    assert shown.column == shown.row == 3  # 28 → 14 → 7 → 4 cells
    places = {c["name"]: c["max"] for c in shown.controls if c["kind"] == "range"}
    assert places["column"] == places["row"] == 3
    assert len(shown.frames) == 4


def test_what_is_said_at_the_border_and_through_gaps():
    corner = ReceptiveField(net="seven", row=0, column=0)
    assert "sees 4×4 = 16 of 784 pixels; its receptive field is 7×7" in corner.picture["say"]
    gaps = ReceptiveField(kernel=3, dilation=3, depth=2)
    assert "sees 5×5 = 25" in gaps.picture["say"] and gaps.size() == 13


def test_the_learners_receptive_field_is_asked():
    shown = ReceptiveField(lambda layers: sum(k - 1 for k, _ in layers) + 1)
    assert shown.error == "" and "yours" in shown.picture["side"]
    shown.dilation = 2
    assert shown.error == ""  # a window with gaps comes as one of its whole reach
    shown.stride = 2
    assert "says 13 for [(5, 2), (5, 2), (5, 2)]; the widget counts 29" in shown.error
    assert "one number" in ReceptiveField(lambda layers: [1, 2]).error


@pytest.fixture(scope="module")
def net():
    glia.manual_seed(0)
    return LeNet5().eval()


def test_maps_are_the_nets_own(net):
    shown = FeatureMaps(net, centred=False)
    x = glia.tensor(shown.seen()[None, None])
    first = nn.functional.relu(net.features[0](x)).detach().numpy()[0]
    np.testing.assert_allclose(shown.stages[0].maps, first, atol=1e-6)
    scores = net(x).detach().numpy()[0].astype(float)
    want = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(shown.probabilities, want, atol=1e-6)
    assert f"The net says {want.argmax()}" in shown.picture["say"]


def test_ink_comes_as_drawn_is_centred_and_shifted(net):
    ink = np.zeros((28, 28))
    ink[2:6, 3:5] = 1
    shown = FeatureMaps(net, ink=written(ink), centred=False)
    np.testing.assert_array_equal(shown.seen(), ink)
    shown.right, shown.down = 4, 1
    np.testing.assert_array_equal(shown.seen(), np.roll(ink, (1, 4), axis=(0, 1)))
    shown.right = shown.down = 0
    shown.centred = True
    rows, columns = np.nonzero(shown.seen())
    assert abs(rows.mean() - 13.5) <= 0.5 and abs(columns.mean() - 13.5) <= 0.5


def test_new_ink_new_maps_and_an_empty_pad(net):
    shown = FeatureMaps(net)
    before = shown.picture["svg"]
    shown.on_press("another")
    assert shown.picture["svg"] != before
    shown.on_press("clear")
    assert shown.picture["say"] == "The pad is empty: draw a digit."
    with pytest.raises(ValueError, match="784 pixels"):
        shown.ink = "00ff"


def test_look_chooses_among_all_filters(net):
    shown = FeatureMaps(net, look=7)
    assert "filter 1 of convolution 2" in shown.picture["side"]
    shown.look = 6
    assert "filter 6 of convolution 1" in shown.picture["side"]


def test_the_net_runs_on_the_learners_convolution(net):
    def conv2d(x, weight, bias, stride, padding):
        t = [glia.tensor(a) for a in (x, weight, bias)]
        return nn.functional.conv2d(*t, stride, padding).numpy()

    def flipped(x, weight, bias, stride, padding):
        return conv2d(x, weight[..., ::-1, ::-1].copy(), bias, stride, padding)

    def stub(x, weight, bias, stride, padding):
        raise NotImplementedError

    right = FeatureMaps(net)
    own = FeatureMaps(net, conv2d=conv2d)
    assert own.error == "" and own.picture["say"] == right.picture["say"]
    wrong = FeatureMaps(net, conv2d=flipped)
    assert "differ from the library's, first in ReLU after convolution 1" in wrong.error
    assert "not written yet" in FeatureMaps(net, conv2d=stub).error
    assert "the net stops" in FeatureMaps(net, conv2d=lambda *args: np.zeros((1, 6, 2, 2))).error
    assert FeatureMaps(net).error == ""  # nothing of it has stayed behind


def test_shifts_lose_what_leaves():
    image = np.arange(9.0).reshape(3, 3)
    assert shifted(image, 1, -1).tolist() == [[0, 0, 0], [1, 2, 0], [4, 5, 0]]
    assert not shifted(image, 5, 0).any()


def test_a_net_with_other_layers_is_shown_as_well():
    glia.manual_seed(0)
    shown = FeatureMaps(LeNet5(activation="tanh", pool="avg"))
    assert [stage.words for stage in shown.stages] == [
        "Tanh after convolution 1", "pooling 1", "Tanh after convolution 2", "pooling 2",
    ]  # fmt: skip
    assert "<svg" in shown.still()


def test_tiles_cover_exactly_the_pixels_that_are_seen():
    from glia.widgets.receptive_field import _runs

    for counts in ([0, 1, 2, 1, 0], [1, 0, 1, 1], [3], [0, 0, 1]):
        covered = [start + k for start, many in _runs(np.array(counts)) for k in range(many)]
        assert covered == np.flatnonzero(counts).tolist()


def test_feature_maps_say_what_net_and_digits_they_need():
    with pytest.raises(ValueError, match="no part features and no classifier"):
        FeatureMaps(nn.Linear(2, 3))
    with pytest.raises(ValueError, match=r"expected digits .* got \(2, 5, 5\)"):
        FeatureMaps(LeNet5(), digits=np.zeros((2, 5, 5)))
