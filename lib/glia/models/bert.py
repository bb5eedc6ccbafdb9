"""A BERT-like encoder: every place sees every other, and masked tokens are to be guessed."""

from __future__ import annotations

import numpy as np

from .. import functional as F
from .. import rng
from ..nn import (
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    Module,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from ..tensor import Tensor


class BERT(Module):
    """Token and place embeddings, an encoder, and two heads: guess tokens, classify the text.

    Args:
        vocab_size: number of tokens.
        max_len: the longest sequence.
        d_model: depth.
        nhead: heads.
        num_layers: encoder layers.
        num_classes: scores for the whole text, read off the first place.
        dropout: everywhere.
        padding_idx: the token that is padding and is not looked at, or None.

    Source: Devlin et al. (2019), arXiv:1810.04805.
    """

    def __init__(
        self,
        vocab_size: int,
        max_len: int = 64,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        num_classes: int = 2,
        dropout: float = 0.0,
        padding_idx: int | None = None,
    ) -> None:
        super().__init__()
        self.tokens = Embedding(vocab_size, d_model, padding_idx)
        self.places = Embedding(max_len, d_model)
        self.norm, self.dropout = LayerNorm(d_model), Dropout(dropout)
        layer = TransformerEncoderLayer(
            d_model, nhead, 4 * d_model, dropout, "gelu", batch_first=True
        )
        self.encoder = TransformerEncoder(layer, num_layers)
        self.guess = Linear(d_model, vocab_size)
        self.classify = Linear(d_model, num_classes)
        self.padding_idx = padding_idx

    def encode(self, tokens: Tensor) -> Tensor:
        """(N, T) int → (N, T, d_model), each place in its context."""
        x = self.tokens(tokens) + self.places.weight[: tokens.shape[1]]
        padding = None if self.padding_idx is None else tokens == self.padding_idx
        return self.encoder(self.dropout(self.norm(x)), src_key_padding_mask=padding)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T) int → (N, T, vocab_size): scores of the token that belongs at each place."""
        return self.guess(F.gelu(self.encode(tokens)))

    def classify_text(self, tokens: Tensor) -> Tensor:
        """(N, T) int → (N, num_classes), logits read off the first place."""
        return self.classify(self.encode(tokens)[:, 0])


def mask_tokens(tokens: Tensor, mask_token: int, p: float = 0.15) -> tuple[Tensor, Tensor]:
    """Hide tokens at random.

    Returns:
        The tokens with some hidden, and the targets: the hidden token, or −100 (ignored by
        `cross_entropy`) where nothing was hidden.
    """
    hidden = rng.generator().random(tokens.shape) < p
    inputs = np.where(hidden, mask_token, tokens.array)
    return Tensor.make(inputs), Tensor.make(np.where(hidden, tokens.array, -100))
