"""Convolutions, pooling, batch norm, and LeNet-5."""

from __future__ import annotations

from functools import partial

import glia
import numpy as np

from ..harness import Duel, case
from ..training import duel, forward_backward, same_weights


def layer(ours, theirs, shape, with_input=True, tolerance=2e-4, first=False):
    """Forward and backward of one layer on images; theirs and ours get the same gradient.

    Both get images and gradients as their own neighbouring layers would have left them in memory:
    PyTorch in the usual order, glia with the batch innermost. Only the first layer of a net gets
    images in the usual order, as a data loader hands them out.
    """
    import torch

    rng = np.random.default_rng(0)
    if list(theirs.parameters()):
        same_weights(ours, theirs)
    x = rng.standard_normal(shape).astype(np.float32)
    mine = glia.Tensor.make(x if first else batch_innermost(x))
    other = torch.from_numpy(x)
    mine.requires_grad_(with_input)
    other.requires_grad_(with_input)
    with torch.no_grad():
        upstream = rng.standard_normal(tuple(theirs(other).shape)).astype(np.float32)
    gradient = glia.Tensor.make(batch_innermost(upstream))
    a = forward_backward(lambda: ours(mine), [mine, *ours.parameters()], gradient)
    gradient = torch.from_numpy(upstream)
    b = forward_backward(lambda: theirs(other), [other, *theirs.parameters()], gradient)
    agree = [("output", a().detach().numpy().copy(), b().detach().numpy().copy(), tolerance)]
    if with_input:
        agree.append(("input.grad", mine.grad.numpy().copy(), other.grad.numpy().copy(), tolerance))
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        agree.append(("grad", p.grad.numpy().copy(), q.grad.numpy().copy(), tolerance))
    return Duel(a, b, agree)


def batch_innermost(x):
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


def conv(shape, out, kernel, padding, first):
    import torch

    sizes = (shape[1], out, kernel)
    return layer(
        glia.nn.Conv2d(*sizes, padding=padding),
        torch.nn.Conv2d(*sizes, padding=padding),
        shape,
        with_input=not first,
        first=first,
    )


case("conv (32,1,28,28) to 6 k5", 5.0, 8.0)(partial(conv, (32, 1, 28, 28), 6, 5, 0, True))
case("conv (32,6,12,12) to 16 k5", 2.5, 4.0)(partial(conv, (32, 6, 12, 12), 16, 5, 0, False))
case("conv (16,16,32,32) to 32 k3 p1", 1.2, 1.7)(partial(conv, (16, 16, 32, 32), 32, 3, 1, False))


@case("max pool (32,6,24,24)", 15.0, 25.0)
def pool():
    import torch

    return layer(glia.nn.MaxPool2d(2), torch.nn.MaxPool2d(2), (32, 6, 24, 24))


@case("batch norm (16,32,32,32)", 3.0, 6.0)
def norm():
    import torch

    return layer(
        glia.nn.BatchNorm2d(32),
        torch.nn.BatchNorm2d(32),
        (16, 32, 32, 32),
        tolerance=1e-3,
    )


def lenet(nn):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def lenet_step(batch):
    import torch

    rng = np.random.default_rng(0)
    return duel(
        lenet(glia.nn),
        lenet(torch.nn),
        (glia.nn.functional.cross_entropy, torch.nn.functional.cross_entropy),
        (lambda p: glia.optim.Adam(p, lr=1e-4), lambda p: torch.optim.Adam(p, lr=1e-4)),
        rng.standard_normal((batch, 1, 28, 28)).astype(np.float32),
        rng.integers(0, 10, batch),
        tolerance=2e-3,
    )


case("LeNet-5 batch 32 Adam", 3.5, 6.0)(partial(lenet_step, 32))
case("LeNet-5 batch 64 Adam", 3.5, 6.0)(partial(lenet_step, 64))
case("LeNet-5 batch 1 Adam", 0, 0)(partial(lenet_step, 1))
