"""Seq2Seq: one network reads a sequence, another writes one; with attention it may look back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions import cat
from ..gradmode import no_grad
from ..nn import GRU, Embedding, Linear, Module
from ..tensor import Tensor

__all__ = ["Seq2Seq"]


class Seq2Seq(Module):
    r"""Encoder and decoder, joined by one vector, or by attention as well.

    Formula:
        The encoder reads x_1 … x_S in both directions: states e_1 … e_S, and a summary c of the
        last ones. The decoder starts from c: d_t = GRU(E[y_{t−1}], d_{t−1}). Without attention the
        scores of y_t are W d_t + b: all that is known of x has passed through c. With attention

        a_t = softmax(e_1·d_t, …, e_S·d_t), context_t = Σ_s a_ts e_s,
        scores = W tanh(V [context_t; d_t]) + b

    Args:
        source_size: how many tokens the source has; 0 is padding.
        target_size: how many tokens the target has.
        embedding_dim: length of a token's vector.
        hidden_size: H.
        attention: whether the decoder may look back.

    Shape:
        source (N, S), target (N, T); the result (N, T, target_size)

    Source:
        Sutskever, Vinyals & Le (2014), arXiv:1409.3215; attention: Luong, Pham & Manning (2015),
        arXiv:1508.04025, global attention with the dot score.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_dim: int = 32,
        hidden_size: int = 64,
        attention: bool = True,
    ) -> None:
        super().__init__()
        self.attention = attention
        self.source_embedding = Embedding(source_size, embedding_dim)
        self.target_embedding = Embedding(target_size, embedding_dim)
        self.encoder = GRU(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.summary = Linear(2 * hidden_size, hidden_size)
        self.decoder = GRU(embedding_dim, hidden_size, batch_first=True)
        if attention:
            self.join = Linear(2 * hidden_size, hidden_size, bias=False)
            self.mix = Linear(2 * hidden_size, hidden_size)
        self.head = Linear(hidden_size, target_size)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read the source: states (N, S, ·), summary (1, N, H), and where there is text (N, S)."""
        seen = source.array != 0
        lengths = Tensor.make(seen.sum(1))
        states, last = self.encoder(self.source_embedding(source), lengths=lengths)
        summary = self.summary(cat([last[0], last[1]], dim=1)).tanh()
        states = self.join(states) if self.attention else states
        return states, summary.unsqueeze(0), Tensor.make(seen)

    def decode(self, target: Tensor, memory: Any, state: Tensor) -> tuple[Tensor, Tensor, Any]:
        """Write on from a state: return the scores, the last state, and the attention or None.

        Args:
            target: the tokens before those to be scored.
            memory: the encoder's states and where there is text.
            state: the decoder's state.

        Shape:
            target (N, T), state (1, N, H); scores (N, T, target_size), attention (N, T, S)
        """
        output, state = self.decoder(self.target_embedding(target), state)  # (N, T, H)
        if not self.attention:
            return self.head(output), state, None
        states, seen = memory
        scores = output @ states.transpose(1, 2)  # (N, T, S)
        # Not −∞: a source of padding alone would give 0/0.
        weights = scores.masked_fill(~seen.unsqueeze(1), -1e9).softmax(-1)
        mixed = self.mix(cat([weights @ states, output], dim=2)).tanh()
        return self.head(mixed), state, weights

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Return the scores of each next token, given the right tokens before it."""
        states, summary, seen = self.encode(source)
        return self.decode(target, (states, seen), summary)[0]

    def translate(self, source: Tensor, bos: int, length: int) -> tuple[Tensor, np.ndarray | None]:
        """Write so many tokens, each time the likeliest, and say where the decoder looked.

        Args:
            source: what to translate.
            bos: the token that stands before the first.
            length: T, how many tokens to write.

        Shape:
            source (N, S); the tokens (N, T) and the attention (N, T, S), or None without attention
        """
        was_training = self.training
        self.eval()
        written, looked = [], []
        with no_grad():
            states, state, seen = self.encode(source)
            token = Tensor.make(np.full((source.shape[0], 1), bos))
            for _ in range(length):
                scores, state, weights = self.decode(token, (states, seen), state)
                token = scores.argmax(-1)
                written.append(token.array)
                looked.append(weights)
        self.train(was_training)
        tokens = Tensor.make(np.concatenate(written, axis=1))
        if not self.attention:
            return tokens, None
        return tokens, np.concatenate([weights.array for weights in looked], axis=1)
