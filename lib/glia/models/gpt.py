"""GPT: a transformer decoder that predicts the next token, and remembers keys and values."""

from __future__ import annotations

import math

from .. import functional as F
from ..creation import arange
from ..functions import cat
from ..gradmode import no_grad
from ..nn import Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, init
from ..rng import Generator
from ..tensor import Tensor
from .sampling import sample_token

__all__ = ["GPT", "GPTBlock"]

Cache = list[tuple[Tensor, Tensor] | None]


class CausalSelfAttention(Module):
    """Each place looks at itself and those before it, in several heads."""

    def __init__(self, d_model: int, nhead: int, dropout: float) -> None:
        super().__init__()
        if d_model % nhead:
            raise ValueError(f"GPT: got d_model {d_model}; expected a multiple of nhead = {nhead}")
        self.nhead, self.dropout = nhead, dropout
        self.qkv = Linear(d_model, 3 * d_model)
        self.out = Linear(d_model, d_model)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the sequence, and all keys and values so far, each (N, H, T, D/H)."""
        n, length, d_model = x.shape
        q, k, v = (
            part.reshape(n, length, self.nhead, -1).transpose(1, 2)  # (N, H, T, D/H)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        if past is not None:
            k, v = cat([past[0], k], dim=2), cat([past[1], v], dim=2)
        # New places behind a cache come one at a time: the last one may see everything.
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=past is None)
        return self.out(y.transpose(1, 2).reshape(n, length, d_model)), (k, v)


class GPTBlock(Module):
    """Attention, then a feed-forward net of four times the width, each x + f(LN(x))."""

    def __init__(self, d_model: int, nhead: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = LayerNorm(d_model)
        self.attention = CausalSelfAttention(d_model, nhead, dropout)
        self.norm2 = LayerNorm(d_model)
        self.linear1 = Linear(d_model, 4 * d_model)
        self.linear2 = Linear(4 * d_model, d_model)
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the sequence, and the keys and values of its attention."""
        y, cache = self.attention(self.norm1(x), past)
        x = x + self.dropout(y)
        y = self.linear2(F.gelu(self.linear1(self.norm2(x)), approximate="tanh"))
        return x + self.dropout(y), cache


class GPT(Module):
    """A pre-norm transformer decoder over tokens; the output layer shares the embedding's weights.

    Formula:
        x = E[ids] + P[0 … T−1]; x = x + Attention(LN(x)), x = x + FFN(LN(x)) in each block;
        scores = LN(x) Eᵀ

    Args:
        vocab_size: K.
        context: the longest sequence it can look back on.
        d_model: D, depth of the sequence.
        nhead: H.
        num_layers: how many blocks.
        dropout: after each sublayer and on the attention weights, in training.

    Shape:
        ids (N, T), T ≤ context; the result (N, T, K)

    Raises:
        ValueError: the sequence is longer than the context, or D is no multiple of H.

    Example:
        >>> from glia.nn.utils import count_parameters
        >>> count_parameters(GPT(65, context=64, d_model=64, nhead=4, num_layers=2))
        108352

    Source:
        Radford et al. (2019), Language models are unsupervised multitask learners; weight tying:
        Press & Wolf (2017), arXiv:1608.05859.
    """

    def __init__(
        self,
        vocab_size: int,
        context: int = 64,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.context = context
        self.tokens = Embedding(vocab_size, d_model)
        self.places = Embedding(context, d_model)
        self.dropout = Dropout(dropout)
        self.blocks = ModuleList(GPTBlock(d_model, nhead, dropout) for _ in range(num_layers))
        self.norm = LayerNorm(d_model)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                # Each block adds twice to the residual path: the last layers start smaller.
                last = name.endswith(("out.weight", "linear2.weight"))
                init.normal_(parameter, 0.0, 0.02 / (math.sqrt(2 * num_layers) if last else 1))
            elif name.endswith("bias"):
                init.zeros_(parameter)

    def step(self, ids: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Read on: return the scores after each token and the keys and values of all so far.

        Args:
            ids: the new tokens; behind a cache exactly one.
            cache: what an earlier call returned.

        Shape:
            ids (N, T); scores (N, T, K)
        """
        past: Cache = list(cache) if cache else [None for _ in self.blocks]
        before = past[0][0].shape[2] if past and past[0] else 0
        if before + ids.shape[1] > self.context or (before and ids.shape[1] != 1):
            raise ValueError(
                f"GPT: got {ids.shape[1]} tokens after {before}; expected at most "
                f"{self.context} in all, and one at a time behind a cache"
            )
        x = self.tokens(ids) + self.places(arange(before, before + ids.shape[1]))
        x = self.dropout(x)
        for i, block in enumerate(self.blocks):
            x, past[i] = block(x, past[i])
        return self.norm(x) @ self.tokens.weight.T, past

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of what follows each token."""
        return self.step(ids)[0]

    def generate(
        self,
        ids: Tensor,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: Generator | None = None,
        use_cache: bool = True,
    ) -> Tensor:
        """Go on from a beginning; see `sample_token`.

        As long as everything fits into the context, keys and values are kept and each new token
        costs one place. Beyond it the window moves on, all places change, and nothing can be kept.

        Shape:
            ids (N, T), T ≥ 1; the result (N, T + length), the beginning included
        """
        was_training = self.training
        self.eval()
        cache: Cache | None = None
        with no_grad():
            for _ in range(length):
                fits = use_cache and ids.shape[1] <= self.context
                new = ids[:, -1:] if fits and cache else ids[:, -self.context :]
                logits, kept = self.step(new, cache if fits else None)
                cache = kept if fits else None
                token = sample_token(logits[:, -1], temperature, top_k, generator)
                ids = cat([ids, token.unsqueeze(1)], dim=1)
        self.train(was_training)
        return ids
