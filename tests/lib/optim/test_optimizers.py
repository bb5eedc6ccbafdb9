import copy

import glia
import numpy as np
import pytest
from glia import optim
from glia.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    InverseDecay,
    ReduceLROnPlateau,
    StepLR,
    WarmUp,
)

EVERY = [
    (optim.GD, {"lr": 0.05}),
    (optim.SGD, {"lr": 0.02, "momentum": 0.9}),
    (optim.SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    (optim.SGD, {"lr": 0.02, "momentum": 0.9, "lr_in_velocity": True}),
    (optim.Adagrad, {"lr": 0.8}),
    (optim.Adadelta, {"lr": 30.0}),
    (optim.RMSprop, {"lr": 0.05}),
    (optim.Rprop, {"lr": 0.05}),
    (optim.Adam, {"lr": 0.2}),
    (optim.Adam, {"lr": 0.1, "bias_correction": False}),
    (optim.AdamW, {"lr": 0.2, "weight_decay": 0.0}),
    (optim.LAMB, {"lr": 0.05}),
]


@pytest.mark.parametrize(("kind", "settings"), EVERY)
def test_every_optimizer_finds_the_bottom_of_a_bowl(kind, settings):
    w = glia.tensor([3.0, -2.0], requires_grad=True)
    optimizer = kind([w], **settings)
    for _ in range(300):
        optimizer.zero_grad()
        loss = ((w - glia.tensor([1.0, 1.0])) ** 2 * glia.tensor([1.0, 5.0])).sum()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05, repr(optimizer)


@pytest.mark.parametrize(("kind", "settings"), EVERY)
def test_a_resumed_optimizer_goes_the_same_way(kind, settings, tmp_path):
    def steps(w, optimizer, grads):
        for grad in grads:
            w.grad = glia.tensor(grad)
            optimizer.step()

    grads = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    w = glia.ones(3).requires_grad_()
    whole = kind([w], **settings)
    steps(w, whole, grads[:3])
    glia.save(whole.state_dict(), tmp_path / "state")
    other = w.clone().detach().requires_grad_()
    resumed = kind([other], **settings)
    resumed.load_state_dict(glia.load(tmp_path / "state"))
    steps(w, whole, grads[3:])
    steps(other, resumed, grads[3:])
    np.testing.assert_array_equal(w.array, other.array)


def test_lamb_steps_by_a_share_of_the_norm():
    w = glia.tensor([3.0, 4.0], requires_grad=True)
    w.grad = glia.tensor([10.0, -10.0])
    optim.LAMB([w], lr=0.1).step()
    np.testing.assert_allclose(np.linalg.norm(w.array - [3, 4]), 0.1 * 5, rtol=1e-4)


def test_weight_decay_and_its_decoupled_form_differ_under_adam_only():
    def after(kind, **settings):
        w = glia.tensor([2.0], requires_grad=True)
        w.grad = glia.tensor([0.5])
        kind([w], lr=0.1, weight_decay=0.1, **settings).step()
        return w.item()

    assert after(optim.SGD) == pytest.approx(2 - 0.1 * (0.5 + 0.1 * 2))
    assert after(optim.Adam) == pytest.approx(2 - 0.1, abs=1e-5)
    assert after(optim.AdamW) == pytest.approx(2 * (1 - 0.1 * 0.1) - 0.1, abs=1e-5)


def test_closures_and_missing_gradients():
    w, unused = glia.tensor([1.0], requires_grad=True), glia.ones(1).requires_grad_()
    optimizer = optim.SGD([w, unused], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    with glia.no_grad():
        assert optimizer.step(closure).item() == 1
    assert w.item() == pytest.approx(0.8) and unused.item() == 1
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.item() == 0


def test_settings_are_checked():
    w = glia.ones(1).requires_grad_()
    for make, message in (
        (lambda: optim.SGD([w], lr=-1), "got lr = -1; expected at least 0"),
        (lambda: optim.SGD([]), "got no parameters"),
        (lambda: optim.SGD([w * 2]), "leaf tensors"),
        (lambda: optim.SGD([w], nesterov=True), "nesterov needs momentum"),
        (lambda: optim.Adam([w], betas=(1.0, 0.9)), "expected 0 ≤ β < 1"),
        (lambda: optim.SGD([w]).load_state_dict({"param_groups": [], "state": {}}), "groups of"),
        (lambda: ReduceLROnPlateau(optim.SGD([w]), "best"), "got mode 'best'"),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            make()
    assert "lr=0.1" in repr(optim.SGD([w], lr=0.1))


def rates(make, n=6):
    optimizer = optim.SGD([glia.ones(1)], lr=1.0)
    schedule = make(optimizer)
    out = []
    for _ in range(n):
        out.append(schedule.get_last_lr()[0])
        schedule.step()
    return out


def test_schedules_by_their_formulas():
    assert rates(lambda o: ExponentialLR(o, 0.5), 3) == [1, 0.5, 0.25]
    assert rates(lambda o: StepLR(o, 2, 0.5)) == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert rates(lambda o: InverseDecay(o, 1.0), 4) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert rates(lambda o: CosineAnnealingLR(o, 2, 0.2), 3) == pytest.approx([1, 0.6, 0.2])
    assert rates(lambda o: WarmUp(o, 4)) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])
    then = rates(lambda o: WarmUp(o, 2, lambda inner: ExponentialLR(inner, 0.5)), 5)
    assert then == pytest.approx([0.5, 1, 1, 0.5, 0.25])


def test_schedules_resume():
    first = optim.SGD([glia.ones(1)], lr=1.0)
    schedule = ExponentialLR(first, 0.5)
    schedule.step()
    second = optim.SGD([glia.ones(1)], lr=1.0)
    resumed = ExponentialLR(second, 0.5)
    resumed.load_state_dict(schedule.state_dict())
    assert second.param_groups[0]["lr"] == 0.5
    plateau = ReduceLROnPlateau(first, patience=0)
    plateau.step(1.0)
    plateau.step(2.0)
    again = ReduceLROnPlateau(second, patience=0)
    again.load_state_dict(plateau.state_dict())
    assert again.best == 1.0 and plateau.get_last_lr() == [0.05]


def _model_and_optimizer(kind):
    net = glia.nn.Sequential(glia.nn.Linear(3, 4), glia.nn.ReLU(), glia.nn.Linear(4, 2))
    make = {
        "SGD": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        "GD": lambda p: optim.GD(p, lr=0.1),
        "Adam": lambda p: optim.Adam(p, lr=0.1),
        "AdamW": lambda p: optim.AdamW(p, lr=0.1),
    }[kind]
    return net, make(net.parameters())


def _train(net, optimizer, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        (net(glia.ones(5, 3)) ** 2).sum().backward()
        optimizer.step()


@pytest.mark.parametrize("name", glia.backend.available())
@pytest.mark.parametrize("kind", ["SGD", "GD", "Adam", "AdamW"])
def test_a_copy_leaves_the_original_alone(name, kind):
    with glia.backend.use(name):
        net, optimizer = _model_and_optimizer(kind)
        _train(net, optimizer)
        twin, other = copy.deepcopy((net, optimizer))
        before = [p.array.copy() for p in net.parameters()]
        _train(twin, other)
        for parameter, was in zip(net.parameters(), before, strict=True):
            np.testing.assert_array_equal(parameter.array, was)
        _train(net, optimizer)
        for one, two in zip(net.parameters(), twin.parameters(), strict=True):
            np.testing.assert_allclose(one.array, two.array, rtol=1e-6)


@pytest.mark.parametrize("name", glia.backend.available())
def test_a_parameter_may_get_another_array_and_a_gradient_may_be_missing(name):
    with glia.backend.use(name):
        net, optimizer = _model_and_optimizer("Adam")
        _train(net, optimizer)
        old = net[0].weight.array
        kept = old.copy()
        net[0].weight.array = old * 2
        net[2].bias.requires_grad_(False)
        bias = net[2].bias.array.copy()
        _train(net, optimizer, 1)
        np.testing.assert_array_equal(old, kept)
        assert not np.array_equal(net[0].weight.array, kept * 2)
        np.testing.assert_array_equal(net[2].bias.array, bias)


def test_a_rule_of_ones_own_is_used():
    class Still(optim.Adam):
        def update(self, w, grad, state, group):
            state["seen"] = grad.shape

    net, _ = _model_and_optimizer("Adam")
    optimizer = Still(net.parameters())
    before = [p.array.copy() for p in net.parameters()]
    _train(net, optimizer)
    for parameter, was in zip(net.parameters(), before, strict=True):
        np.testing.assert_array_equal(parameter.array, was)
        assert optimizer.state[parameter]["seen"] == was.shape
