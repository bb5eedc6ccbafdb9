"""What students use besides: for information, and no part of the mean."""

from __future__ import annotations

import math
from functools import partial

import glia
import numpy as np

from ..harness import Duel, case
from ..training import forward_backward
from .images import layer as image_layer
from .sequences import layer

for _name, _build, _shape in (
    ("sigmoid (16,64,256)", lambda nn: nn.Sigmoid(), (16, 64, 256)),
    ("SiLU (16,64,256)", lambda nn: nn.SiLU(), (16, 64, 256)),
    ("leaky ReLU (16,64,256)", lambda nn: nn.LeakyReLU(), (16, 64, 256)),
    ("batch norm (128,256)", lambda nn: nn.BatchNorm1d(256), (128, 256)),
    ("RNN T64 B32 H64", lambda nn: nn.RNN(64, 64), (64, 32, 64)),
):
    case(_name, 0, 0)(partial(layer, _build, _shape))


def images(build, shape):
    import torch

    return image_layer(build(glia.nn), build(torch.nn), shape, tolerance=1e-3)


for _name, _build, _shape in (
    ("conv (16,16,32,32) to 32 k3 s2 p1", lambda nn: nn.Conv2d(16, 32, 3, 2, 1), (16, 16, 32, 32)),
    ("conv (16,32,16,16) k3 p1, by channel",
     lambda nn: nn.Conv2d(32, 32, 3, padding=1, groups=32), (16, 32, 16, 16)),
    ("max pool (16,16,32,32) k3 s2 p1", lambda nn: nn.MaxPool2d(3, 2, 1), (16, 16, 32, 32)),
    ("average pool (16,16,32,32)", lambda nn: nn.AvgPool2d(2), (16, 16, 32, 32)),
    ("group norm (16,32,16,16)", lambda nn: nn.GroupNorm(8, 32), (16, 32, 16, 16)),
):  # fmt: skip
    case(_name, 0, 0)(partial(images, _build, _shape))


def with_upstream(run, shapes, tolerance=2e-4):
    """Forward and backward of a function of several arrays, written the same way for both."""
    import torch

    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    mine = [glia.tensor(a, requires_grad=True) for a in arrays]
    other = [torch.from_numpy(a).requires_grad_() for a in arrays]
    g = rng.standard_normal(run(glia, *mine).shape).astype(np.float32)
    a = forward_backward(lambda: run(glia, *mine), mine, glia.Tensor.make(g))
    b = forward_backward(lambda: run(torch, *other), other, torch.from_numpy(g))
    agree = [("output", a().detach().numpy().copy(), b().detach().numpy().copy(), tolerance)]
    for p, q in zip(mine, other, strict=True):
        agree.append(("grad", p.grad.numpy().copy(), q.grad.numpy().copy(), tolerance))
    return Duel(a, b, agree if tolerance else [])


def attention_by_hand(library, q, k, v):
    """Attention as a student writes it."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    hidden = library.triu(library.ones(q.shape[-2], k.shape[-2]), 1) > 0
    return library.softmax(scores.masked_fill(hidden, -math.inf), dim=-1) @ v


case("products of a batch (16,4,64,16)", 0, 0)(
    partial(with_upstream, lambda _, a, b: a @ b, [(16, 4, 64, 16), (16, 4, 16, 64)])
)
case("attention by hand (16,4,64,16)", 0, 0)(
    partial(with_upstream, attention_by_hand, [(16, 4, 64, 16)] * 3)
)
case("dropout (16,64,256)", 0, 0)(  # which entries go is a matter of chance: nothing to compare
    partial(
        with_upstream,
        lambda library, x: library.nn.functional.dropout(x, 0.1),
        [(16, 64, 256)],
        tolerance=0,
    )
)
