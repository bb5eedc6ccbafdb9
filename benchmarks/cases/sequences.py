"""What transformers and recurrent networks are made of."""

from __future__ import annotations

from functools import partial

import glia
import numpy as np

from ..harness import Duel, case
from ..training import forward_backward, same_weights


def function(name, ours, theirs, shape, tolerance=2e-4):
    """Forward and backward of a layer on a random array."""
    import torch

    rng = np.random.default_rng(0)
    if list(theirs.parameters()):
        same_weights(ours, theirs)
    x, g = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    mine, other = glia.tensor(x, requires_grad=True), torch.from_numpy(x).requires_grad_()
    a = forward_backward(
        lambda: first(ours(mine)), [mine, *ours.parameters()], glia.Tensor.make(g[..., :])
    )
    b = forward_backward(
        lambda: first(theirs(other)), [other, *theirs.parameters()], torch.from_numpy(g)
    )
    agree = [("output", a().detach().numpy().copy(), b().detach().numpy().copy(), tolerance)]
    agree.append(("input.grad", mine.grad.numpy().copy(), other.grad.numpy().copy(), tolerance))
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        agree.append(("grad", p.grad.numpy().copy(), q.grad.numpy().copy(), tolerance))
    return Duel(a, b, agree)


def first(value):
    """Return the first of several results."""
    return value[0] if isinstance(value, tuple) else value


def layer(build, shape):
    import torch

    return function(str(shape), build(glia.nn), build(torch.nn), shape)


case("layer norm (16,64,64)", 3.0, 5.0)(partial(layer, lambda nn: nn.LayerNorm(64), (16, 64, 64)))
case("GELU (16,64,256)", 1.6, 2.5)(partial(layer, lambda nn: nn.GELU(), (16, 64, 256)))
case("softmax (16,4,64,64)", 1.6, 3.0)(
    partial(layer, lambda nn: nn.Softmax(dim=-1), (16, 4, 64, 64))
)
for _size, _lstm, _gru in ((64, (1.4, 2.2), (4.0, 7.0)), (128, (1.15, 1.6), (2.5, 4.0))):
    case(f"LSTM T64 B32 H{_size}", *_lstm)(
        partial(layer, lambda nn, n=_size: nn.LSTM(n, n), (64, 32, _size))
    )
    case(f"GRU T64 B32 H{_size}", *_gru)(
        partial(layer, lambda nn, n=_size: nn.GRU(n, n), (64, 32, _size))
    )


def attention(shape=(16, 4, 64, 16)):
    import torch

    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype(np.float32) for _ in range(4)]
    mine = [glia.tensor(a, requires_grad=True) for a in arrays[:3]]
    other = [torch.from_numpy(a).requires_grad_() for a in arrays[:3]]
    ours = glia.nn.functional.scaled_dot_product_attention
    theirs = torch.nn.functional.scaled_dot_product_attention
    a = forward_backward(lambda: ours(*mine), mine, glia.Tensor.make(arrays[3]))
    b = forward_backward(lambda: theirs(*other), other, torch.from_numpy(arrays[3]))
    agree = [("output", a().detach().numpy().copy(), b().detach().numpy().copy(), 2e-4)]
    for p, q in zip(mine, other, strict=True):
        agree.append(("grad", p.grad.numpy().copy(), q.grad.numpy().copy(), 2e-4))
    return Duel(a, b, agree)


case("attention T64 d64 B16", 1.7, 3.5)(partial(attention, (16, 1, 64, 64)))


@case("multi-head attention T64 d64 B16", 2.0, 3.0)
def heads():
    import torch

    class Of(glia.nn.MultiheadAttention):
        def forward(self, x):
            return super().forward(x, x, x, need_weights=False)

    class Theirs(torch.nn.MultiheadAttention):
        def forward(self, x):
            return super().forward(x, x, x, need_weights=False)

    sizes = {"batch_first": True}
    return function("", Of(64, 4, **sizes), Theirs(64, 4, **sizes), (16, 64, 64))
