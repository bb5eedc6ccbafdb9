"""Recurrent models: a character model, and sequence to sequence with and without attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from ..functions import cat, stack
from ..gradmode import no_grad
from ..nn import GRU, LSTM, RNN, Embedding, GRUCell, Linear, Module
from ..tensor import Tensor
from .sampling import next_token


class CharRNN(Module):
    """Embed, run a recurrent layer, score the next token at every place.

    Args:
        vocab_size: number of tokens.
        hidden_size: length of state and embedding.
        kind: 'rnn', 'lstm' or 'gru'.
        num_layers: layers.
        dropout: between the layers.

    Shape:
        (N, T) int → (N, T, vocab_size), logits, and the last state.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int = 128,
        kind: str = "lstm",
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        kinds = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
        if kind not in kinds:
            raise ValueError(f"CharRNN: got kind {kind!r}; expected one of {sorted(kinds)}")
        self.embedding = Embedding(vocab_size, hidden_size)
        self.rnn = kinds[kind](
            hidden_size, hidden_size, num_layers, batch_first=True, dropout=dropout
        )
        self.head = Linear(hidden_size, vocab_size)

    def forward(self, tokens: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Score the next token at every place."""
        output, state = self.rnn(self.embedding(tokens), state)
        return self.head(output), state

    @no_grad()
    def generate(
        self, tokens: Tensor, length: int, temperature: float = 1.0, top_k: int | None = None
    ) -> Tensor:
        """Continue sequences (N, T) by so many tokens; the state makes re-reading needless."""
        logits, state = self(tokens)
        out = [tokens]
        for _ in range(length):
            new = next_token(logits[:, -1], temperature, top_k).unsqueeze(1)
            out.append(new)
            logits, state = self(new, state)
        return cat(out, dim=1)


class Seq2Seq(Module):
    """An encoder reads, a decoder writes; with attention it may look back at every place.

    Without attention all that was read must pass through one state: the bottleneck.

    Args:
        source_vocab: number of source tokens.
        target_vocab: number of target tokens.
        hidden_size: length of states and embeddings.
        attention: whether the decoder attends (dot product) to the encoder's states.

    Attributes:
        weights: after a forward with attention, how much each target place looked at each source
            place: (N, T_target, T_source).
    """

    def __init__(
        self, source_vocab: int, target_vocab: int, hidden_size: int = 64, attention: bool = True
    ) -> None:
        super().__init__()
        self.source = Embedding(source_vocab, hidden_size)
        self.target = Embedding(target_vocab, hidden_size)
        self.encoder = GRU(hidden_size, hidden_size, batch_first=True)
        self.bridge = Linear(hidden_size, hidden_size)
        self.keys = Linear(hidden_size, hidden_size)
        self.decoder = GRUCell(hidden_size * (2 if attention else 1), hidden_size)
        self.head = Linear(hidden_size * (2 if attention else 1), target_vocab)
        self.attention = attention
        self.weights: Tensor | None = None

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states to attend to (N, T, H), and the decoder's first state (N, H)."""
        states, last = self.encoder(self.source(source))
        return self.keys(states), F.tanh(self.bridge(last[0]))

    def _attend(self, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Score, softmax, mix: the context (N, H) and the weights (N, T)."""
        scores = (memory @ state.unsqueeze(2)).squeeze(2) / memory.shape[2] ** 0.5
        weights = F.softmax(scores, dim=1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def _step(self, token: Tensor, state: Tensor, context: Tensor | None, memory: Tensor) -> tuple:
        """Write one token; the context is what the last step looked at."""
        embedded = self.target(token)
        if context is None:
            state = self.decoder(embedded, state)
            return self.head(state), state, None, None
        state = self.decoder(cat([embedded, context], dim=1), state)
        context, weights = self._attend(state, memory)
        return self.head(cat([state, context], dim=1)), state, context, weights

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Score each next target token, given the right ones before it (teacher forcing).

        Shape:
            source (N, S) int, target (N, T) int → (N, T, target_vocab).
        """
        memory, state = self.encode(source)
        context = self._attend(state, memory)[0] if self.attention else None
        scores, looks = [], []
        for t in range(target.shape[1]):
            logits, state, context, weights = self._step(target[:, t], state, context, memory)
            scores.append(logits)
            looks.append(weights)
        self.weights = stack(looks, dim=1).detach() if self.attention else None
        return stack(scores, dim=1)

    @no_grad()
    def translate(self, source: Tensor, start: int, length: int) -> Tensor:
        """Write so many tokens, always the best, after a start token: (N, S) → (N, length)."""
        memory, state = self.encode(source)
        context = self._attend(state, memory)[0] if self.attention else None
        token = Tensor.make(np.full(source.shape[0], start))
        out, looks = [], []
        for _ in range(length):
            logits, state, context, weights = self._step(token, state, context, memory)
            token = logits.argmax(1)
            out.append(token)
            looks.append(weights)
        self.weights = stack(looks, dim=1) if self.attention else None
        return stack(out, dim=1)
