import numpy as np
import pytest
from glia import optim
from glia.tensor import Tensor

from ..oracle import torch

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.01}),
    ("Adadelta", {"lr": 0.7, "weight_decay": 0.01}),
    ("RMSprop", {"lr": 0.05}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9, "centered": True}),
    ("Rprop", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.01}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_ten_steps(name, settings):
    rng = np.random.default_rng(5)
    start = rng.standard_normal((3, 4))
    mine, yours = (
        Tensor.make(start.copy()).requires_grad_(),
        torch.tensor(start, requires_grad=True),
    )
    ours = getattr(optim, name)([mine], **settings)
    theirs = getattr(torch.optim, name)([yours], **settings)
    for _ in range(10):
        grad = rng.standard_normal((3, 4))
        mine.grad, yours.grad = Tensor.make(grad.copy()), torch.tensor(grad)
        ours.step()
        theirs.step()
        np.testing.assert_allclose(mine.array, yours.detach(), atol=1e-9)


SCHEDULES = [
    ("ExponentialLR", {"gamma": 0.9}),
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.01}),
    ("LinearLR", {"start_factor": 0.25, "total_iters": 4}),
    ("LambdaLR", {"lr_lambda": lambda t: 1 / (1 + t)}),
]


@pytest.mark.parametrize(("name", "settings"), SCHEDULES)
def test_schedules(name, settings):
    mine = optim.SGD([Tensor.make(np.zeros(1))], lr=0.1)
    yours = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    ours = getattr(optim.lr_scheduler, name)(mine, **settings)
    theirs = getattr(torch.optim.lr_scheduler, name)(yours, **settings)
    for _ in range(10):
        np.testing.assert_allclose(mine.param_groups[0]["lr"], yours.param_groups[0]["lr"])
        yours.step()
        ours.step()
        theirs.step()


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("more", [{}, {"threshold_mode": "abs", "threshold": 0.9}, {"eps": 0.03}])
def test_plateau(mode, more):
    settings = {"mode": mode, "patience": 2, "factor": 0.5, "cooldown": 1, "min_lr": 0.01, **more}
    mine = optim.SGD([Tensor.make(np.zeros(1))], lr=0.1)
    yours = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    ours = optim.lr_scheduler.ReduceLROnPlateau(mine, **settings)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(yours, **settings)
    for value in [3, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5]:
        ours.step(value)
        theirs.step(value)
        assert mine.param_groups[0]["lr"] == pytest.approx(yours.param_groups[0]["lr"])
