"""The RNN unroller and the gate viewer: their numbers, and the learner's code."""

import re

import glia
import numpy as np
import pytest
import traitlets
from glia import nn
from glia.models import CharRNN
from glia.widgets import GateViewer, RNNUnroller
from glia.widgets.gated_run import gru_parts, layer_weights, lstm_parts
from glia.widgets.recurrence import KINDS, recurrent_matrix, spectral_radius


def rnn_step(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    h = np.tanh(x @ W_xh.T + h @ W_hh.T + b_h)
    return h, h @ W_hy.T + b_y


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius", [0.0, 0.55, 1.6])
def test_matrices_have_the_radius_that_was_asked_for(kind, radius):
    assert spectral_radius(recurrent_matrix(kind, radius, 6)) == pytest.approx(radius)


def test_only_the_relay_is_not_normal():
    for kind in KINDS:
        W = recurrent_matrix(kind, 0.6, 6)
        powers = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(1, 13)]
        assert (max(powers) > 2) == (kind == "relay")
    with pytest.raises(ValueError, match="even size"):
        recurrent_matrix("turn", 1.0, 5)
    with pytest.raises(ValueError, match="expected one of turn"):
        recurrent_matrix("spiral", 1.0, 6)


def test_unroller_states_and_gradient_are_the_librarys():
    net = RNNUnroller(radius=1.3, kind="random", signal="noise", steps=12)
    w, now = net.weights(), net.run()
    layer = nn.RNN(1, 6, bias=False).double()
    layer.load_state_dict({"weight_ih_l0": w["W_xh"], "weight_hh_l0": w["W_hh"]})
    x = glia.tensor(net.sequence()[:, None], dtype=glia.float64)
    first = glia.zeros(1, 6, dtype=glia.float64).requires_grad_()
    states, last = layer(x, first)
    (last[0] * glia.tensor(w["W_hy"][0])).sum().backward()
    np.testing.assert_allclose(now["states"], states.detach().numpy(), rtol=1e-12)
    measured = np.linalg.norm(layer.weight_hh_l0.grad.numpy())
    assert now["weight_gradient"] == pytest.approx(measured, rel=1e-12)


def test_unroller_shrinks_and_grows_with_the_radius():
    net = RNNUnroller(activation="linear", steps=20)
    for radius, words in ((0.5, "vanished"), (1.5, "explodes")):
        net.radius = radius
        assert net.run()["gradient"][0] == pytest.approx(radius**19)
        assert words in net.picture["say"]


def test_a_relay_grows_first_though_its_radius_is_small():
    gradient = RNNUnroller(kind="relay", radius=0.6, activation="linear", steps=24).run()[
        "gradient"
    ]
    assert gradient.max() > 10 and gradient[0] < gradient.max() / 5
    bent = RNNUnroller(kind="relay", radius=0.6, steps=24, strength=3.0).run()["gradient"]
    assert bent.max() < gradient.max()


def test_saturation_lets_the_gradient_vanish_though_the_radius_is_large():
    loud = RNNUnroller(radius=1.5, signal="wave", strength=3.0, steps=20)
    assert loud.run()["gradient"][0] < 0.1
    loud.strength = 0.0
    assert loud.run()["gradient"][0] > 100


def test_cutting_stops_the_gradient_and_not_the_state():
    net = RNNUnroller(steps=12, cut=5)
    whole, now = RNNUnroller(steps=12).run(), net.run()
    np.testing.assert_array_equal(now["states"], whole["states"])
    assert not now["gradient"][:10].any()
    np.testing.assert_array_equal(now["gradient"][10:], whole["gradient"][10:])
    assert "before step 11" in net.picture["say"]


def test_clipping_scales_the_whole_gradient():
    net = RNNUnroller(radius=1.5, activation="linear", clip=3)
    now = net.run()
    assert now["weight_gradient"] > 1
    assert now["weight_gradient"] * now["factor"] == pytest.approx(1.0)
    assert "clipped to 1.0000" in net.picture["side"]
    net.clip = 6
    assert net.run()["factor"] == 1.0


def test_unroller_measures_the_learners_own_step():
    own = RNNUnroller(step=rnn_step, radius=1.2, signal="noise")
    np.testing.assert_allclose(
        own.run()["gradient"], RNNUnroller(radius=1.2, signal="noise").run()["gradient"], rtol=1e-6
    )
    assert own.error == ""
    own.activation = "linear"
    assert "bends with tanh" in own.error


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda x, h, W, V, b, A, c: (np.tanh(x @ W.T + h @ V + b), 0), "leave the library's"),
        (lambda x, h, W, V, b, A, c: np.tanh(x @ W.T + h @ V.T + b)[None], "two things"),
        (lambda x, h, W, V, b, A, c: (h @ V @ x, 0), "stopped with ValueError"),
        (lambda x, h, W, V, b, A, c: (h[0], 0), "shape (6,)"),
    ],
)
def test_unroller_tells_what_is_wrong_with_the_learners_step(step, words):
    assert words in RNNUnroller(step=step).error


def test_unroller_takes_the_learners_sequence():
    net = RNNUnroller(X=[1.0, -2.0, 3.0], strength=0.5)
    np.testing.assert_array_equal(net.sequence(), [0.5, -1.0, 1.5])
    assert ["own", "your sequence"] in [o for c in net.controls for o in c.get("options", [])]
    with pytest.raises(ValueError, match="2 numbers or more"):
        RNNUnroller(X=[1.0])
    with pytest.raises(ValueError, match="needs a sequence"):
        RNNUnroller(signal="own")


def small(kind, **named):
    glia.manual_seed(0)
    tokenizer = glia.data.CharTokenizer("abcdefgh ")
    net = CharRNN(len(tokenizer), 4, 12, kind=kind)
    if named:
        net.rnn = nn.GRU(4, 12, batch_first=True, **named)
    return net, tokenizer


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("update", ["keep", "replace"])
def test_gru_parts_end_in_the_librarys_states(reset, update):
    net, tokenizer = small("GRU", reset=reset, update=update)
    ids = tokenizer.encode("a bad cafe")
    x = net.embedding.weight.detach().numpy()[ids]
    parts = gru_parts(net.rnn, x)
    states = net.rnn(glia.tensor(x[None]))[0].detach().numpy()[0]
    np.testing.assert_allclose(parts["h"], states, atol=1e-6)
    before = np.concatenate([np.zeros((1, 12)), parts["h"][:-1]])
    kept = parts["z"] * before + (1 - parts["z"]) * parts["n"]
    np.testing.assert_allclose(parts["h"], kept, atol=1e-12)


def test_lstm_parts_end_in_the_librarys_states():
    net, tokenizer = small("LSTM")
    x = net.embedding.weight.detach().numpy()[tokenizer.encode("a bad cafe")]
    states, (_, cell) = net.rnn(glia.tensor(x[None]))
    parts = lstm_parts(net.rnn, x)
    np.testing.assert_allclose(parts["h"], states.detach().numpy()[0], atol=1e-6)
    np.testing.assert_allclose(parts["c"][-1], cell.detach().numpy()[0, 0], atol=1e-6)


def test_the_other_convention_turns_z_and_nothing_else():
    view = GateViewer(*small("GRU"), text="abba")
    keep = view.run()
    view.convention = "replace"
    replace = view.run()
    np.testing.assert_allclose(replace["z"], 1 - keep["z"])
    for name in "rnh":
        np.testing.assert_array_equal(replace[name], keep[name])
    assert "(1 − z)·h + z·n" in view.frames[2]["side"]


def test_viewer_frames_follow_the_text():
    view = GateViewer(*small("LSTM"), text="bad cafe", place=7)
    assert len(view.frames) == 8 and "Character 8 of 8, 'e'" in view.picture["say"]
    backdrop = view.backdrop
    view.text = "a b"
    assert view.place == 2 and len(view.frames) == 3 and view.backdrop != backdrop
    assert "'␣'" in view.frames[1]["say"]
    ranged = next(c for c in view.controls if c["name"] == "place" and c["kind"] == "range")
    assert ranged["max"] == 2 and ranged["shown"] == ["a", "␣", "b"]
    view.text = "xyz"
    assert view.frames[0]["say"].startswith("Write something") and "x y z" in view.error


def test_viewer_says_what_the_head_answers():
    net, tokenizer = small("GRU")
    net.head = nn.Linear(12, 3)
    view = GateViewer(net, tokenizer, text="cab", outputs=["red", "green", "blue"])
    logits = net.head(net.rnn(net.embedding(glia.tensor(tokenizer.encode("cab")[None])))[0])
    best = ["red", "green", "blue"][int(logits.detach().numpy()[0, -1].argmax())]
    assert f">{best} " in view.frames[-1]["side"]


def test_viewer_shows_the_units_that_were_asked_for():
    view = GateViewer(*small("GRU"), text="cab", units=[7, 2], unit=2)
    assert [int(n) for n in re.findall(r">unit (\d+)<", view.backdrop)] == [7, 2]
    assert "unit 2:" in view.picture["say"]
    with pytest.raises(ValueError, match=r"units are 0 to 11, got \[12\]"):
        GateViewer(*small("GRU"), units=[12])


def test_viewer_reads_with_the_learners_step():
    def gru_step(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
        a, b = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
        (ar, az, an), (br, bz, bn) = np.split(a, 3, axis=1), np.split(b, 3, axis=1)
        r, z = 1 / (1 + np.exp(-ar - br)), 1 / (1 + np.exp(-az - bz))
        n = np.tanh(an + r * bn)
        return z * h + (1 - z) * n

    def turned(*args):
        return args[1] - gru_step(*args)

    assert GateViewer(*small("GRU"), text="abc", step=gru_step).error == ""
    assert (
        "leaves the model's at character 1"
        in GateViewer(*small("GRU"), text="abc", step=turned).error
    )
    assert (
        "two things"
        in GateViewer(*small("LSTM"), text="abc", step=lambda x, h, c, W, U, b: h).error
    )


def test_viewer_refuses_what_it_cannot_show():
    net, tokenizer = small("RNN")
    with pytest.raises(ValueError, match=r"expected an nn\.GRU or nn\.LSTM, got RNN"):
        GateViewer(net, tokenizer)
    net.rnn = nn.GRU(4, 12, 2)
    with pytest.raises(ValueError, match="one layer"):
        GateViewer(net, tokenizer)
    with pytest.raises(ValueError, match="no part embedding"):
        GateViewer(nn.Linear(2, 2), tokenizer)
    with pytest.raises(traitlets.TraitError, match="expected one of z, r, n, h"):
        GateViewer(*small("GRU"), part="f")


def test_layers_without_biases_have_zeros():
    biases = layer_weights(nn.LSTM(3, 5, bias=False))[2:]
    assert all(b.shape == (20,) and not b.any() for b in biases)
