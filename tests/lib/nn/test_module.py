import copy

import glia
import numpy as np
import pytest
from glia import nn
from glia.nn import init


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Dropout(0.5))
        self.head = nn.Linear(3, 2)
        self.scale = nn.Parameter([1.0])
        self.register_buffer("seen", glia.zeros(1))

    def forward(self, x):
        return self.head(self.features(x)) * self.scale


def test_parameters_are_found_by_name():
    net = Net()
    names = [name for name, _ in net.named_parameters()]
    assert names == ["scale", "features.0.weight", "features.0.bias", "head.weight", "head.bias"]
    assert len(list(net.parameters())) == 5
    assert [name for name, _ in net.named_children()] == ["features", "head"]
    assert [name for name, _ in net.named_modules()][:3] == ["", "features", "features.0"]
    assert net.get_submodule("features.0") is net.features[0]
    assert [name for name, _ in net.named_buffers()] == ["seen"] and len(list(net.buffers())) == 1
    with pytest.raises(AttributeError, match="no submodule 'tail'"):
        net.get_submodule("tail")
    with pytest.raises(AttributeError, match="no attribute 'tail'"):
        _ = net.tail


def test_a_shared_parameter_is_counted_once():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert len(list(net.parameters())) == 3
    assert "1.weight" in net.state_dict()
    layer = nn.Linear(2, 2)
    assert list(nn.Sequential(layer, layer).state_dict()) == [
        "0.weight", "0.bias", "1.weight", "1.bias"]  # fmt: skip


def test_attributes_can_change_and_go():
    net = Net()
    net.head = nn.Identity()
    assert [name for name, _ in net.named_children()] == ["features", "head"]
    del net.head
    assert "head" not in dict(net.named_children())
    net.scale = None
    assert "scale" not in dict(net.named_parameters())
    with pytest.raises(TypeError, match="got int"):
        net.features = 3

    class Hasty(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Hasty()
    with pytest.raises(NotImplementedError, match="Module needs a method forward"):
        nn.Module()(1)


def test_state_goes_there_and_back(tmp_path):
    net, other = Net(), Net()
    glia.save(net.state_dict(), tmp_path / "net.glia")
    assert other.load_state_dict(glia.load(tmp_path / "net.glia")) == ([], [])
    net.eval(), other.eval()
    x = glia.randn(5, 4)
    assert glia.equal(net(x), other(x))
    state = net.state_dict()
    del state["head.bias"]
    state["extra"] = glia.zeros(1)
    with pytest.raises(KeyError, match=r"missing \['head.bias'\], unexpected \['extra'\]"):
        other.load_state_dict(state)
    keys = other.load_state_dict(state, strict=False)
    assert keys.missing_keys == ["head.bias"] and keys.unexpected_keys == ["extra"]
    with pytest.raises(ValueError, match=r"'scale': got a value of shape \(2,\); expected \(1,\)"):
        other.load_state_dict({**net.state_dict(), "scale": glia.zeros(2)})


def test_training_and_evaluation():
    net = Net()
    assert net.training and net.eval() is net and not net.features[2].training
    x = glia.randn(3, 4)
    assert glia.equal(net(x), net(x))
    assert net.train().features[2].training


def test_apply_and_freezing_and_zero_grad():
    net = Net()
    net.apply(lambda m: init.zeros_(m.weight) if isinstance(m, nn.Linear) else None)
    assert not net.head.weight.array.any()
    net.features.requires_grad_(False)
    net(glia.ones(2, 4)).sum().backward()
    assert net.features[0].weight.grad is None and net.head.weight.grad is not None
    net.zero_grad(set_to_none=False)
    assert not net.head.weight.grad.array.any()
    net.zero_grad()
    assert net.head.weight.grad is None


def test_dtype_conversion():
    net = Net().double()
    assert {p.dtype for p in net.parameters()} == {glia.float64}
    assert net.float().scale.dtype == glia.float32 and net.cpu() is net and net.to("cpu") is net
    assert net.to(glia.float64).seen.dtype == glia.float64


def test_forward_hooks_see_and_change():
    net, seen = Net().eval(), []
    first = net.features[0].register_forward_hook(
        lambda m, i, o: seen.append((i[0].shape, o.shape))
    )
    last = net.register_forward_hook(lambda m, i, o: o * 0)
    before = net.register_forward_pre_hook(lambda m, i: i[0] + 1)
    assert not net(glia.ones(2, 4)).array.any()
    assert seen == [((2, 4), (2, 3))]
    for handle in (first, last, before, before):
        handle.remove()
    assert net(glia.ones(2, 4)).array.any() and len(seen) == 1


def test_containers():
    net = nn.Sequential(nn.Linear(1, 2), nn.Tanh()).append(nn.Linear(2, 1))
    assert len(net) == 3 and isinstance(net[-1], nn.Linear) and len(net[:2]) == 2
    assert [type(m).__name__ for m in net] == ["Linear", "Tanh", "Linear"]
    named = nn.Sequential({"a": nn.Linear(1, 1)})
    assert named.a is named[0]
    layers = nn.ModuleList([nn.Linear(1, 1)]).extend([nn.Linear(1, 1)])
    assert len(layers) == 2 and len(list(layers.parameters())) == 4 and len(layers[1:]) == 1
    table = nn.ModuleDict({"a": nn.Linear(1, 1)})
    table["b"] = nn.ReLU()
    assert list(table) == ["a", "b"] and len(table) == 2 and dict(table.items())["a"] is table["a"]
    values = nn.ParameterList([nn.Parameter([1.0])])
    assert len(values) == 1 and values[0].item() == 1 and len(list(values.parameters())) == 1
    assert [p.item() for p in values] == [1]


def test_repr_shows_the_tree():
    text = repr(nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.LeakyReLU(0.2))))
    assert text == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Sequential(\n    (0): LeakyReLU(negative_slope=0.2)\n  )\n)"
    )
    assert repr(nn.Parameter([1.0])).startswith("Parameter containing:\ntensor([1.]")
    for layer in (
        nn.Conv2d(1, 2, 3),
        nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1),
        nn.BatchNorm2d(3),
        nn.LayerNorm(3),
        nn.GroupNorm(1, 2),
        nn.InstanceNorm1d(2),
        nn.Embedding(2, 3),
        nn.Dropout(),
        nn.Flatten(),
        nn.LSTM(2, 3),
        nn.MultiheadAttention(4, 2),
        nn.MSELoss(),
    ):
        assert type(layer).__name__ in repr(layer)


def test_errors_name_the_layer_by_its_path():
    net = nn.Sequential({"conv": nn.Conv2d(1, 2, 3), "flat": nn.Flatten(), "fc": nn.Linear(9, 3)})
    with pytest.raises(
        ValueError, match=r"^Linear 'fc': got an input of shape \(2, 32\); expected"
    ):
        net(glia.zeros(2, 1, 6, 6))
    with pytest.raises(ValueError, match=r"^Conv2d 'conv': got an input of shape \(2, 3, 6, 6\)"):
        net(glia.zeros(2, 3, 6, 6))
    with pytest.raises(ValueError, match=r"^Linear: got an input"):
        nn.Linear(2, 3)(glia.zeros(3))
    deep = nn.Sequential({"body": nn.Sequential({"norm": nn.BatchNorm2d(3)})})
    with pytest.raises(ValueError, match=r"^BatchNorm2d 'body.norm': .*expected 4-D, \(N, 3, …\)"):
        deep(glia.zeros(2, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2d(3, 4, 3, groups=2), "multiples of groups = 2"),
        (lambda: nn.Conv2d(3, 4, 3, padding_mode="reflect"), "expected 'zeros'"),
        (lambda: nn.Conv2d(1, 1, 3)(glia.zeros(1, 1, 2, 2)), "at least as large as the window"),
        (lambda: nn.Conv2d(1, 1, 3, 2, "same")(glia.zeros(1, 1, 5, 5)), "needs stride 1"),
        (lambda: nn.Conv2d(1, 1, 3, 1, "full")(glia.zeros(1, 1, 5, 5)), "got padding 'full'"),
        (lambda: nn.Conv1d(1, 1, 3)(glia.zeros(5)), r"expected \(N, C, L\)"),
        (lambda: nn.MaxPool2d(2)(glia.zeros(5)), r"expected \(N, C, H, W\)"),
        (lambda: nn.MaxPool2d(2, padding=2)(glia.zeros(1, 1, 5, 5)), "at most half"),
        (lambda: nn.AvgPool2d(2, ceil_mode=True)(glia.zeros(1, 1, 5, 5)), "ceil_mode"),
        (lambda: nn.LayerNorm(3)(glia.zeros(2, 4)), r"expected it to end in \(3,\)"),
        (lambda: nn.GroupNorm(2, 3), "multiple of 2"),
        (lambda: nn.functional.group_norm(glia.zeros(1, 3), 2), "multiple of 2"),
        (lambda: nn.InstanceNorm2d(3)(glia.zeros(2, 3)), "expected 4 axes"),
        (lambda: nn.functional.instance_norm(glia.zeros(2, 3)), r"expected \(N, C, \*\)"),
        (lambda: nn.BatchNorm1d(3)(glia.zeros(1, 3)), "more than one value"),
        (lambda: nn.functional.batch_norm(glia.zeros(2, 3), None, None), "running statistics"),
        (lambda: nn.functional.batch_norm(glia.zeros(2), None, None), r"expected \(N, C, \*\)"),
        (lambda: nn.functional.batch_norm(glia.zeros(2, 3), glia.zeros(4), None), "4 channels"),
        (lambda: nn.Dropout(2.0), r"got p = 2.0"),
        (lambda: nn.Embedding(3, 2)(glia.tensor([3])), "expected 0 to 2"),
        (lambda: nn.Embedding(3, 2)(glia.tensor([1.0])), "expected integers"),
        (lambda: nn.PReLU(3)(glia.zeros(2, 4)), "expected 1 or 4"),
        (lambda: nn.functional.maxout(glia.zeros(2, 3), 2), "multiple of 2"),
        (lambda: nn.functional.gelu(glia.zeros(2), "fast"), "got 'fast'"),
        (lambda: nn.ReLU(slope=2), r"ReLU\(inplace=False\).*'slope'"),
        (lambda: nn.MultiheadAttention(5, 2), "multiple of num_heads = 2"),
        (lambda: nn.MultiheadAttention(4, 2)(*[glia.zeros(1, 2, 3)] * 3), "expected depth 4"),
        (lambda: nn.functional.scaled_dot_product_attention(
            glia.zeros(2, 3), glia.zeros(2, 4), glia.zeros(2, 4)), "one depth"),
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="tanh"), "got activation 'tanh'"),
        (lambda: nn.RNN(2, 3, nonlinearity="sin"), "got nonlinearity 'sin'"),
        (lambda: nn.GRU(2, 3, update="drop")(glia.zeros(1, 1, 2)), "update='drop'"),
        (lambda: nn.LSTM(2, 3)(glia.zeros(1, 1, 4)), "step of 2 features"),
        (lambda: nn.LSTM(2, 3)(glia.zeros(2)), "2 or 3 axes"),
        (lambda: nn.RNN(2, 3)(glia.zeros(4, 1, 2), glia.zeros(1, 2, 3)), r"expected \(1, 1, 3\)"),
        (lambda: nn.RNNCell(2, 3)(glia.zeros(4, 2), glia.zeros(2, 3)), "hidden state"),
        (lambda: nn.RNNCell(2, 3)(glia.zeros(4, 5)), r"expected \(T, N, 2\)"),
        (lambda: nn.MSELoss()(glia.zeros(2), glia.zeros(3)), r"target of shape \(3,\)"),
        (lambda: nn.MSELoss(reduction="avg"), "got reduction 'avg'"),
        (lambda: nn.functional.mse_loss(glia.zeros(2), glia.zeros(2), "avg"), "got 'avg'"),
        (lambda: nn.BCELoss()(glia.full((2,), 2.0), glia.zeros(2)), "from 2.0 to 2.0"),
        (lambda: nn.CrossEntropyLoss()(glia.zeros(2, 3), glia.tensor([0, 3])), "class number 3"),
        (lambda: nn.CrossEntropyLoss()(glia.zeros(2, 3), glia.tensor([0])), r"shape \(2,\)"),
        (lambda: nn.CrossEntropyLoss()(glia.zeros(2, 3), glia.zeros(2)), "integers"),
        (lambda: nn.CrossEntropyLoss(glia.ones(2))(glia.zeros(1, 3), glia.tensor([0])), "2 weig"),
        (lambda: nn.functional.pad(glia.zeros(2), (1, 1), "reflect"), "got mode 'reflect'"),
    ],
)  # fmt: skip
def test_errors_say_what_was_got_and_expected(make, message):
    with pytest.raises((ValueError, TypeError, IndexError), match=message):
        make()


def test_zero_one_loss_counts_mistakes_and_teaches_nothing():
    scores = glia.tensor([[1.0, 2.0], [3.0, 0.0]], requires_grad=True)
    loss = nn.ZeroOneLoss()(scores, glia.tensor([1, 1]))
    assert loss.item() == 0.5
    loss.backward()
    assert not scores.grad.array.any()
    weighted = nn.ZeroOneLoss(glia.tensor([1.0, 3.0]), "sum")
    assert weighted(scores, glia.tensor([1, 1])).item() == 3
    assert nn.ZeroOneLoss()(glia.tensor([1, 0]), glia.tensor([1, 1])).item() == 0.5


def test_loss_modules_run():
    x, y = glia.rand(4, 3), glia.rand(4, 3)
    for loss in (nn.MSELoss(), nn.L1Loss(), nn.BCELoss(), nn.BCEWithLogitsLoss()):
        assert loss(x, y).shape == ()
    classes = glia.tensor([0, 1, 2, 0])
    log_p = nn.LogSoftmax(dim=1)(x)
    assert glia.allclose(nn.NLLLoss()(log_p, classes), nn.CrossEntropyLoss()(x, classes))


def test_initial_values():
    glia.manual_seed(0)
    w = glia.zeros(200, 300)
    assert init.fans(glia.zeros(4, 3, 5, 5)) == (75, 100)
    for fill, std in (
        (init.xavier_uniform_, np.sqrt(2 / 500)),
        (init.xavier_normal_, np.sqrt(2 / 500)),
        (lambda t: init.kaiming_normal_(t, nonlinearity="relu"), np.sqrt(2 / 300)),
        (lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), np.sqrt(2 / 300)),
        (lambda t: init.kaiming_normal_(t, mode="fan_out"), np.sqrt(2 / 200)),
        (lambda t: init.normal_(t, 0, 0.3), 0.3),
        (lambda t: init.uniform_(t, -1, 1), np.sqrt(1 / 3)),
    ):
        assert fill(w).array.std() == pytest.approx(std, rel=0.02)
    assert np.abs(init.trunc_normal_(w).array).max() <= 2
    assert (init.ones_(w).array == 1).all() and (init.constant_(w, 3).array == 3).all()
    assert init.eye_(glia.zeros(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    for shape in ((3, 5), (5, 3)):
        q = init.orthogonal_(glia.zeros(*shape)).array
        small = q @ q.T if shape[0] < shape[1] else q.T @ q
        np.testing.assert_allclose(small, np.eye(3), atol=1e-6)
    assert init.calculate_gain("tanh") == pytest.approx(5 / 3)
    assert init.calculate_gain("leaky_relu", 1.0) == 1
    with pytest.raises(ValueError, match="got nonlinearity 'swish'"):
        init.calculate_gain("swish")
    with pytest.raises(ValueError, match="at least 2 axes"):
        init.xavier_normal_(glia.zeros(3))
    with pytest.raises(ValueError, match="got mode 'in'"):
        init.kaiming_normal_(w, mode="in")
    layer = nn.Linear(100, 50)
    assert np.abs(layer.weight.array).max() <= 0.1


def test_clipping():
    a, b = nn.Parameter([3.0]), nn.Parameter([4.0])
    (a * 3 + b * 4).sum().backward()
    assert nn.utils.clip_grad_norm_([a, b], 1.0).item() == 5
    np.testing.assert_allclose([a.grad.item(), b.grad.item()], [0.6, 0.8], rtol=1e-5)
    assert nn.utils.clip_grad_norm_([a, b], 10.0, norm_type=float("inf")).item() == pytest.approx(
        0.8
    )
    nn.utils.clip_grad_value_([a, b], 0.7)
    np.testing.assert_allclose([a.grad.item(), b.grad.item()], [0.6, 0.7], rtol=1e-5)
    assert nn.utils.clip_grad_norm_(nn.Parameter([1.0]), 1.0).item() == 0


def test_copies_share_nothing():
    net = Net()
    twin = copy.deepcopy(net)
    init.zeros_(twin.head.weight)
    assert net.head.weight.array.any()
    assert twin.head.weight is dict(twin.named_parameters())["head.weight"]


def test_sequences_of_different_lengths():
    rnn = nn.utils.rnn
    parts = [glia.ones(2, 1), glia.ones(3, 1)]
    assert rnn.pad_sequence(parts, batch_first=True, padding_value=-1.0).tolist() == [
        [[1], [1], [-1]], [[1], [1], [1]]]  # fmt: skip
    with pytest.raises(ValueError, match="enforce_sorted"):
        rnn.pack_sequence(parts)
    packed = rnn.pack_sequence(parts, enforce_sorted=False)
    back, lengths = rnn.pad_packed_sequence(packed, batch_first=True)
    assert back.shape == (2, 3, 1) and lengths.tolist() == [2, 3]
    with pytest.raises(ValueError, match="lengths from 1 to 3"):
        rnn.pack_padded_sequence(glia.zeros(3, 2, 1), [4, 1])


def test_layers_without_twins_in_pytorch():
    x = glia.randn(4, 6)
    assert nn.Maxout(6, 3, pieces=2)(x).shape == (4, 3)
    assert nn.Step()(x).tolist() == (x > 0).float().tolist()
    assert set(np.unique(nn.Sign()(x).array)) <= {-1, 1}
    assert nn.Identity("anything", at="all")(x) is x
    assert nn.Unflatten(1, (2, 3))(x).shape == (4, 2, 3)
    gru = nn.GRU(6, 3, reset="before", update="replace")
    output, state = gru(x.unsqueeze(1))
    cell = nn.GRUCell(6, 3, reset="before", update="replace")
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in gru.state_dict().items()})
    h = None
    for step in x:
        h = cell(step.unsqueeze(0), h)
    np.testing.assert_allclose(h.detach().array, state[0].detach().array, atol=1e-6)
    assert output.shape == (4, 1, 3)
    mask = nn.generate_square_subsequent_mask(3).array
    assert mask[0, 1] == -np.inf and mask[1, 0] == 0
