"""One step of a recurrent layer at a time: cells, for loops written by hand."""

from __future__ import annotations

import math

from .. import functional as F
from ..creation import empty, zeros
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class _Cell(Module):
    """One step of a recurrent layer."""

    _gates = 1

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        rows, bound = self._gates * hidden_size, 1 / math.sqrt(hidden_size)
        self.weight_ih = Parameter(empty(rows, input_size))
        self.weight_hh = Parameter(empty(rows, hidden_size))
        self.bias_ih = Parameter(empty(rows)) if bias else None
        self.bias_hh = Parameter(empty(rows)) if bias else None
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _weights(self) -> tuple:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _start(self, input: Tensor) -> Tensor:
        return zeros(input.shape[0], self.hidden_size, dtype=input.dtype)


class RNNCell(_Cell):
    """One step of an RNN: (N, I) and (N, H) → (N, H)."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh"
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return the next state."""
        h = self._start(input) if hx is None else hx
        return F.rnn(input.unsqueeze(0), h, self._weights(), self.nonlinearity)[1]


class LSTMCell(_Cell):
    """One step of an LSTM: (N, I) and (h, c) → (h, c)."""

    _gates = 4

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the next h and c."""
        state = (self._start(input), self._start(input)) if hx is None else hx
        return F.lstm(input.unsqueeze(0), state, self._weights())[1:]


class GRUCell(_Cell):
    """One step of a GRU, in either convention: (N, I) and (N, H) → (N, H)."""

    _gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        reset: str = "after",
        update: str = "keep",
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.reset, self.update = reset, update

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return the next state."""
        h = self._start(input) if hx is None else hx
        return F.gru(input.unsqueeze(0), h, self._weights(), self.reset, self.update)[1]
