"""Layers that run together give what they give one by one, and a graph shows each of them."""

import copy
import itertools
import pickle

import glia
import numpy as np
import pytest
from glia import backend, nn
from glia import functional as F
from glia.autograd import slow_backward
from glia.errors import ShapeError
from glia.fused import Fused

BACKENDS = backend.available()
WORDS = "Linear of 5×4 and 8×4 and 8 gives 5×8. ReLU of 5×8 gives 5×8. "


def mlp(*sizes, last=False):
    layers = []
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*(layers if last else layers[:-1]))


def pooled():
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2))


def one_by_one(net, x):
    for layer in net:
        x = layer(x)
    return x


def results(net, run, x):
    x = glia.tensor(x, requires_grad=True)
    net.zero_grad()
    y = run(x)
    weights = np.random.default_rng(1).standard_normal(y.shape).astype(y.dtype)
    (y * glia.tensor(weights)).sum().backward()
    return [y.detach().numpy(), x.grad.numpy(), *(p.grad.numpy() for p in net.parameters())]


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("rows", [(0,), (1,), (3,), (4,), (33,), (300,), (2, 5), ()])
def test_a_perceptron_of_many_layers(name, dtype, last, rows):
    with backend.use(name):
        net = mlp(7, 130, 16, 3, last=last).to(dtype)
        x = np.random.default_rng(0).standard_normal((*rows, 7)).astype(dtype)
        assert type(net(glia.tensor(x)).grad_fn) is Fused
        together = results(net, net, x)
        for ours, theirs in zip(
            together, results(net, lambda x: one_by_one(net, x), x), strict=True
        ):
            assert ours.dtype == theirs.dtype == dtype
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("size", [(8, 8), (9, 7), (4, 5)])
def test_a_relu_and_a_pool(name, size):
    with backend.use(name):
        net = pooled()
        x = np.random.default_rng(0).standard_normal((4, 1, *size)).astype(np.float32)
        assert type(net(glia.tensor(x)).grad_fn) is Fused
        together = results(net, net, x)
        for ours, theirs in zip(
            together, results(net, lambda x: one_by_one(net, x), x), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", BACKENDS)
def test_nan_and_infinities_pass_as_they_pass_one_by_one(name):
    with backend.use(name):
        layers = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
        x = np.zeros((2, 1, 4, 4), np.float32)
        x[0, 0, :2, :2] = [[np.nan, 1], [2, 3]]
        x[0, 0, 2:, :2] = -np.inf
        x[1, 0, :2, :2] = [[np.inf, np.inf], [-1, 5]]
        x[1, 0, :2, 2:] = [[2, 2], [2, 1]]
        together = results(layers, layers, x)
        for ours, theirs in zip(
            together, results(layers, lambda x: one_by_one(layers, x), x), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_the_graph_shows_every_step():
    net, x = mlp(4, 8, 3), glia.randn(5, 4)
    y = net(x)
    assert str(y.graph()).startswith(WORDS)
    assert repr(net(x).grad_fn) == "<LinearBackward>"
    inner = y.grad_fn.inputs[0].grad_fn
    assert inner.name == "ReLU" and inner.number < y.grad_fn.number
    assert [visit.ctx.name for visit in slow_backward(net(x).sum())] == [
        "Sum", "Linear", "ReLU", "Linear",
    ]  # fmt: skip
    z = pooled()(glia.randn(2, 1, 6, 6))
    assert "ReLU of 2×3×4×4" in str(z.graph()) and z.grad_fn.name == "MaxPool2d"


def test_looking_changes_no_gradient():
    net, x = mlp(4, 8, 3), glia.randn(5, 4, requires_grad=True)
    before = net(x * 2)
    gradients = []
    for look in (lambda y: None, lambda y: y.graph(), lambda y: y.grad_fn.inputs):
        net.zero_grad()
        x.grad = None
        y = net(x * 2)
        look(y)
        y.sum().backward()
        gradients.append([x.grad.numpy(), *(p.grad.numpy() for p in net.parameters())])
    for other in gradients[1:]:
        for ours, theirs in zip(gradients[0], other, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    before.sum().backward(retain_graph=True)
    assert str(before.graph()).count("grad") > 5
    before.sum().backward()


def test_steps_that_were_taken_by_the_library_stay_the_librarys():
    y = mlp(4, 8, 3)(glia.randn(5, 4))
    with glia.use(relu=(lambda x: x * 0, lambda grad, x: grad * 0)), glia.no_grad():
        assert str(y.graph()).startswith(WORDS)
    assert y.grad_fn.inputs[0].array.any()


def test_a_released_graph_says_so():
    y = mlp(4, 8, 3)(glia.randn(5, 4))
    y.sum().backward()
    with pytest.raises(RuntimeError, match="Linear: this graph was already walked"):
        y.sum().backward()
    with pytest.raises(RuntimeError, match="released by backward"):
        y.graph()
    assert repr(y.grad_fn) == "<LinearBackward>"


def test_an_input_changed_in_place_later_keeps_its_part_in_the_graph():
    net, leaf = mlp(3, 5, 2), glia.ones(4, 3).requires_grad_()
    gradients = []
    for look in (False, True):
        leaf.grad = None
        x = leaf * 2
        y = net(x)
        x += 1
        if look:
            assert "ReLU" in str(y.graph())
        y.sum().backward()
        gradients.append(leaf.grad.numpy())
    np.testing.assert_array_equal(*gradients)


def test_hooks_on_results_and_leaves_run():
    net, seen = mlp(4, 8, 3), []
    y = net(glia.randn(5, 4))
    y.register_hook(lambda grad: seen.append(grad.shape))
    y.register_hook(lambda grad: str(y.graph()) and grad * 2)
    net[0].weight.register_hook(lambda grad: seen.append(grad.shape))
    y.sum().backward()
    assert seen == [(5, 3), (8, 4)]
    np.testing.assert_array_equal(net[2].bias.grad.numpy(), 10)


def together(net, x):
    return type(net(x).grad_fn) is Fused


def test_whoever_watches_sees_layer_by_layer():
    net, x = mlp(4, 8, 3), glia.randn(5, 4)
    assert together(net, x)
    with glia.trace(net) as record:
        net(x).sum().backward()
    assert [layer.kind for layer in record] == ["Linear", "ReLU", "Linear"]
    seen = []
    handle = net[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape))
    net(x)
    handle.remove()
    assert seen == [(5, 8)] and together(net, x)
    with glia.use(relu=(lambda x: x * 0, lambda grad, x: grad * 0)):
        np.testing.assert_array_equal(net(x).detach().numpy(), [net[2].bias.detach().numpy()] * 5)
    with glia.autograd.detect_anomaly():
        assert net(x).grad_fn.layer == "Linear '2'"
    with backend.withhold("relu", lambda x: x * 0):
        np.testing.assert_array_equal(net(x).detach().numpy(), [net[2].bias.detach().numpy()] * 5)
    net[1].forward = lambda x: x * 0
    np.testing.assert_array_equal(net(x).detach().numpy(), [net[2].bias.detach().numpy()] * 5)


def test_a_class_changed_by_the_learner_counts(monkeypatch):
    net, x = mlp(4, 8, 3), glia.randn(5, 4)
    net(x)
    monkeypatch.setattr(nn.ReLU, "forward", lambda self, x: x * 0)
    np.testing.assert_array_equal(net(x).detach().numpy(), [net[2].bias.detach().numpy()] * 5)


def test_layers_may_change_after_the_first_run():
    net, x = mlp(4, 8, 3), glia.randn(5, 4)
    net(x)
    net.append(nn.ReLU())
    assert (net(x).detach().numpy() >= 0).all() and net(x).grad_fn.name == "ReLU"
    net.add_module("1", nn.Tanh())
    assert "Tanh" in str(net(x).graph())


@pytest.mark.parametrize("name", BACKENDS)
def test_parameters_may_be_other_arrays(name):
    with backend.use(name):
        net, x = mlp(4, 8, 3), glia.randn(5, 4)
        net(x)
        twin, again = copy.deepcopy(net), pickle.loads(pickle.dumps(net))
        for other in (twin, again):
            for parameter in other.parameters():
                parameter.array[...] = 1
            expected = one_by_one(other, x).detach().numpy()
            np.testing.assert_allclose(other(x).detach().numpy(), expected, rtol=1e-6)
        net[0].weight.data = glia.zeros(8, 4)
        net[0].bias.array = np.asfortranarray(np.full(8, -1.0, np.float32))
        np.testing.assert_array_equal(net(x).detach().numpy(), [net[2].bias.detach().numpy()] * 5)
        net.double()
        assert net(x.double()).dtype == np.float64


def test_frozen_and_shared_layers():
    shared = nn.Linear(4, 4)
    net, x = nn.Sequential(shared, nn.ReLU(), shared), glia.randn(5, 4)
    net(x).sum().backward()
    twice = shared.weight.grad.numpy().copy()
    net.zero_grad()
    one_by_one(net, x).sum().backward()
    np.testing.assert_allclose(twice, shared.weight.grad.numpy(), rtol=1e-5)
    net = mlp(4, 8, 3)
    net[0].requires_grad_(False)
    net(x).sum().backward()
    assert net[0].weight.grad is None and net[2].weight.grad is not None
    with glia.no_grad():
        assert not net(x).requires_grad


def test_mistakes_are_named_by_the_layer_that_finds_them():
    with pytest.raises(ShapeError, match=r"Linear '2'.*\(5, 8\).*\(\*, 7\)"):
        nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(7, 3))(glia.randn(5, 4))
    with pytest.raises(TypeError, match="dtype int64"):
        mlp(4, 8, 3)(glia.tensor([[1, 2, 3, 4]]))
    with pytest.raises(TypeError, match="expected a Tensor"):
        mlp(4, 8, 3)([1.0, 2.0])
    with pytest.raises(ShapeError, match="MaxPool2d"):
        nn.Sequential(nn.ReLU(), nn.MaxPool2d(9))(glia.randn(1, 1, 4, 4))
    assert F.relu(glia.randn(2)).grad_fn is None
