"""CharRNN: a recurrent network that writes a text character by character."""

from __future__ import annotations

from typing import Any

from ..creation import zeros
from ..gradmode import no_grad
from ..nn import GRU, LSTM, RNN, Dropout, Embedding, Linear, Module
from ..rng import Generator
from ..tensor import Tensor
from .sampling import sample_token

__all__ = ["CharRNN"]


class CharRNN(Module):
    """Embed the character, update the state, score what comes next.

    Formula:
        h_t = RNN(E[x_t], h_{t−1}), scores of x_{t+1} = W h_t + b

    Args:
        vocab_size: K.
        embedding_dim: length of a character's vector.
        hidden_size: H.
        num_layers: recurrent layers on top of each other.
        kind: 'RNN', 'LSTM' or 'GRU'.
        dropout: before the last layer and between recurrent layers, in training.

    Shape:
        ids (N, T); the result (N, T, K)

    Raises:
        ValueError: an unknown kind.

    Example:
        >>> from glia import zeros
        >>> CharRNN(65)(zeros(2, 7, dtype=int)).shape
        (2, 7, 65)

    Source:
        Karpathy (2015), The unreasonable effectiveness of recurrent neural networks; Graves (2013),
        arXiv:1308.0850.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int = 32,
        hidden_size: int = 128,
        num_layers: int = 1,
        kind: str = "LSTM",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        kinds = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
        if kind not in kinds:
            raise ValueError(f"CharRNN: got kind {kind!r}; expected one of {sorted(kinds)}")
        self.embedding = Embedding(vocab_size, embedding_dim)
        between = dropout if num_layers > 1 else 0.0
        self.rnn = kinds[kind](
            embedding_dim, hidden_size, num_layers, batch_first=True, dropout=between
        )
        self.dropout = Dropout(dropout)
        self.head = Linear(hidden_size, vocab_size)

    def step(self, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read on from a state: return the scores after each character and the last state.

        For truncated backpropagation through time, detach the state between two calls.
        """
        output, state = self.rnn(self.embedding(ids), state)  # (N, T, H)
        return self.head(self.dropout(output)), state

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of what follows each character."""
        return self.step(ids)[0]

    def generate(
        self,
        ids: Tensor,
        length: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: Generator | None = None,
    ) -> Tensor:
        """Go on from a beginning; see `sample_token`.

        Shape:
            ids (N, T), T ≥ 1; the result (N, T + length), the beginning included
        """
        was_training = self.training
        self.eval()
        out = zeros(ids.shape[0], ids.shape[1] + length, dtype=ids.dtype)
        out.array[:, : ids.shape[1]] = ids.array
        with no_grad():
            logits, state = self.step(ids)
            for t in range(ids.shape[1], out.shape[1]):
                token = sample_token(logits[:, -1], temperature, top_k, generator)
                out.array[:, t] = token.array
                logits, state = self.step(token.unsqueeze(1), state)
        self.train(was_training)
        return out
