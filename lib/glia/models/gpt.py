"""A small GPT: a decoder-only transformer that predicts the next token."""

from __future__ import annotations

import numpy as np

from .. import functional as F
from ..functions import cat
from ..gradmode import no_grad
from ..nn import Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, init
from ..tensor import Tensor
from .sampling import next_token

Cache = list[tuple[Tensor, Tensor] | None]


class CausalSelfAttention(Module):
    """Multi-head self-attention in which each place sees itself and what came before.

    Args:
        d_model: depth.
        nhead: heads.
        dropout: on the attention weights.
    """

    def __init__(self, d_model: int, nhead: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.qkv, self.proj = Linear(d_model, 3 * d_model), Linear(d_model, d_model)
        self.nhead, self.dropout = nhead, dropout

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Attend; `past` holds the keys and values of the places before x.

        Shape:
            x (N, T, d_model), past twice (N, H, P, d/H); the result (N, T, d_model) and the keys
            and values of all P + T places.
        """
        n, t, depth = x.shape
        heads = self.qkv(x).reshape(n, t, 3, self.nhead, depth // self.nhead)
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (N, H, T, d/H)
        if past is not None:
            k, v = cat([past[0], k], dim=2), cat([past[1], v], dim=2)
        before = k.shape[2] - t
        seen = Tensor.make(np.tri(t, k.shape[2], before, dtype=bool))
        p = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, seen, p)
        return self.proj(y.transpose(1, 2).reshape(n, t, depth)), (k, v)


class Block(Module):
    """x + attention(LN(x)), then x + feed-forward(LN(x)): pre-norm."""

    def __init__(self, d_model: int, nhead: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)
        self.attention = CausalSelfAttention(d_model, nhead, dropout)
        self.linear1, self.linear2 = Linear(d_model, 4 * d_model), Linear(4 * d_model, d_model)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None = None) -> tuple:
        """Return the places, and the keys and values for a cache."""
        y, kept = self.attention(self.norm1(x), past)
        x = x + self.dropout(y)
        y = self.linear2(F.gelu(self.linear1(self.norm2(x)), approximate="tanh"))
        return x + self.dropout(y), kept


class GPT(Module):
    """Token and place embeddings, blocks, a last norm, and scores by the token embeddings.

    Args:
        vocab_size: number of tokens.
        block_size: the longest sequence.
        d_model: depth.
        nhead: heads.
        num_layers: blocks.
        dropout: everywhere.

    Shape:
        (N, T) int → (N, T, vocab_size), logits of the next token at every place.

    Source: Radford et al. (2019), the shape of GPT-2 in miniature.
    """

    def __init__(
        self,
        vocab_size: int,
        block_size: int = 64,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.tokens, self.places = Embedding(vocab_size, d_model), Embedding(block_size, d_model)
        self.dropout = Dropout(dropout)
        self.blocks = ModuleList([Block(d_model, nhead, dropout) for _ in range(num_layers)])
        self.norm = LayerNorm(d_model)
        self.block_size = block_size
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                std = (
                    0.02 / (2 * num_layers) ** 0.5 if "proj" in name or "linear2" in name else 0.02
                )
                init.normal_(parameter, 0.0, std)
            elif name.endswith("bias"):
                init.zeros_(parameter)

    def _read(self, tokens: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
        past = 0 if cache[0] is None else cache[0][0].shape[2]
        length = past + tokens.shape[1]
        if length > self.block_size:
            raise ValueError(f"GPT: got {length} tokens; expected at most {self.block_size}")
        x = self.dropout(self.tokens(tokens) + self.places.weight[past:length])
        kept: Cache = []
        for block, before in zip(self.blocks, cache, strict=True):
            x, state = block(x, before)
            kept.append(state)
        return F.linear(self.norm(x), self.tokens.weight), kept

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the next token at every place."""
        return self._read(tokens, [None] * len(self.blocks))[0]

    @no_grad()
    def generate(
        self,
        tokens: Tensor,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        use_cache: bool = True,
    ) -> Tensor:
        """Continue sequences (N, T) by so many tokens.

        With the cache each step computes one place, and the keys and values of the others are kept;
        once block_size is full the window slides, and is read anew each time.
        """
        empty: Cache = [None] * len(self.blocks)
        logits, cache = self._read(tokens[:, -self.block_size :], empty)
        for _ in range(length):
            new = next_token(logits[:, -1], temperature, top_k).unsqueeze(1)
            tokens = cat([tokens, new], dim=1)
            if use_cache and tokens.shape[1] <= self.block_size:
                logits, cache = self._read(new, cache)
            else:
                logits, cache = self._read(tokens[:, -self.block_size :], empty)
        return tokens
