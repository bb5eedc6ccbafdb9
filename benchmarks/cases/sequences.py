"""What transformers and recurrent networks are made of."""

from __future__ import annotations

from functools import partial

import glia
import numpy as np

from ..harness import Duel, case
from ..training import duel, forward_backward, same_weights


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


def gpt(nn, functional, tensor):
    """Two pre-norm blocks over 65 tokens, written the same way for both libraries."""

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            n, length, width = x.shape
            q, k, v = (
                part.reshape(n, length, self.heads, width // self.heads).transpose(1, 2)
                for part in self.qkv(self.norm1(x)).chunk(3, dim=-1)
            )
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(n, length, width))
            return x + self.down(functional.gelu(self.up(self.norm2(x))))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(65, 64), nn.Embedding(64, 64)
            self.blocks = nn.Sequential(Block(64, 4), Block(64, 4))
            self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 65)

        def forward(self, ids):
            x = self.tokens(ids) + self.places(tensor(np.arange(ids.shape[1])))
            return self.head(self.norm(self.blocks(x))).reshape(-1, 65)

    return Model()


@case("mini GPT T64 B16 Adam", 1.9, 3.0)
def mini_gpt():
    import torch

    rng = np.random.default_rng(0)
    return duel(
        gpt(glia.nn, glia.nn.functional, glia.tensor),
        gpt(torch.nn, torch.nn.functional, torch.from_numpy),
        (glia.nn.functional.cross_entropy, torch.nn.functional.cross_entropy),
        (lambda p: glia.optim.Adam(p, lr=1e-4), lambda p: torch.optim.Adam(p, lr=1e-4)),
        rng.integers(0, 65, (16, 64)),
        rng.integers(0, 65, 1024),
        tolerance=2e-3,
    )
