"""BERT: a transformer encoder that learns a language by filling in words that were hidden."""

from __future__ import annotations

import numpy as np

from .. import functional as F
from .. import rng
from ..creation import arange, zeros
from ..nn import (
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    Module,
    ModuleList,
    Parameter,
    TransformerEncoderLayer,
    init,
)
from ..rng import Generator
from ..tensor import Tensor

__all__ = ["BERT", "mask_tokens"]


class BERT(Module):
    """Tokens, places and segments are added, post-norm encoder layers look in both directions.

    Formula:
        x = LN(E[ids] + P[0 … T−1] + S[segments]); x = layer_l(x) for each l.
        Hidden words: scores = LN(gelu(x W + b)) Eᵀ + c. Classes: scores = W' tanh(V x_0) of the
        first token, which therefore should be a class token.

    Args:
        vocab_size: K; token 0 is padding, which nobody looks at.
        context: the longest sequence.
        d_model: D.
        nhead: heads.
        num_layers: encoder layers.
        classes: how many classes `classify` tells apart; None for no such head.
        segments: how many kinds of sentence there are (2 for question and answer).
        dropout: after the embeddings and in the layers, in training.

    Shape:
        ids (N, T), T ≤ context; the result (N, T, K)

    Raises:
        ValueError: the sequence is longer than the context.

    Source:
        Devlin, Chang, Lee & Toutanova (2019), arXiv:1810.04805, section 3.
    """

    def __init__(
        self,
        vocab_size: int,
        context: int = 64,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        classes: int | None = None,
        segments: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.context = context
        self.tokens = Embedding(vocab_size, d_model)
        self.places = Embedding(context, d_model)
        self.segments = Embedding(segments, d_model)
        self.norm = LayerNorm(d_model)
        self.dropout = Dropout(dropout)
        self.layers = ModuleList(
            TransformerEncoderLayer(
                d_model, nhead, 4 * d_model, dropout, activation="gelu", batch_first=True
            )
            for _ in range(num_layers)
        )
        self.fill = Linear(d_model, d_model)
        self.fill_norm = LayerNorm(d_model)
        self.fill_bias = Parameter(zeros(vocab_size))
        self.pooler = Linear(d_model, d_model) if classes else None
        self.head = Linear(d_model, classes) if classes else None
        for table in (self.tokens, self.places, self.segments):
            init.normal_(table.weight, 0.0, 0.02)

    def encode(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        """Return what each place has become, (N, T, D)."""
        length = ids.shape[1]
        if length > self.context:
            raise ValueError(f"BERT: got {length} tokens; expected at most {self.context}")
        x = self.tokens(ids) + self.places(arange(length))
        x = x + self.segments(segments if segments is not None else ids * 0)
        x = self.dropout(self.norm(x))
        padding = Tensor.make(ids.array == 0)
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        return x

    def forward(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        """Return the scores of the token at each place."""
        x = self.fill_norm(F.gelu(self.fill(self.encode(ids, segments))))
        return x @ self.tokens.weight.T + self.fill_bias

    def classify(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        """Return the scores of the classes, (N, classes), from the first token."""
        if self.pooler is None or self.head is None:
            raise ValueError("BERT: got no classes when it was made; expected a number of classes")
        return self.head(self.pooler(self.encode(ids, segments)[:, 0]).tanh())


def mask_tokens(
    ids: Tensor,
    mask: int,
    vocab_size: int,
    p: float = 0.15,
    first: int = 1,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Hide some tokens, to be guessed: 80% become the mask, 10% a random token, 10% stay.

    Args:
        ids: tokens.
        mask: the token that hides another.
        vocab_size: K.
        p: how likely each token is chosen.
        first: tokens below this (padding, specials) are never chosen and never drawn.
        generator: where the draws come from; by default the library's stream.

    Shape:
        ids (N, T); the hidden version (N, T), and the targets (N, T), −100 where nothing is asked

    Source:
        Devlin et al. (2019), section 3.1, Task 1.
    """
    source = rng.generator(generator)
    chosen = (source.random(ids.shape) < p) & (ids.array >= first)
    kind = source.random(ids.shape)
    hidden = np.where(chosen & (kind < 0.8), mask, ids.array)
    other = source.integers(first, vocab_size, ids.shape)
    hidden = np.where(chosen & (kind >= 0.8) & (kind < 0.9), other, hidden)
    return Tensor.make(hidden), Tensor.make(np.where(chosen, ids.array, -100))
