"""Recurrent layers: simple RNN, LSTM and GRU, in layers and directions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import functional as F
from ..creation import empty, zeros
from ..errors import ShapeError
from ..functions import cat, stack
from ..tensor import Tensor
from . import init
from .module import Module, Parameter
from .utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


class _Recurrent(Module):
    """What the three kinds share: weights of every layer and direction, and the walk through them.

    Args:
        input_size: I, length of each input.
        hidden_size: H, length of the state.
        num_layers: layers on top of each other.
        bias: whether there are biases.
        batch_first: whether sequences come as (N, T, I) and not as (T, N, I).
        dropout: between layers, in training.
        bidirectional: whether a second RNN reads from the end; the outputs are joined.
    """

    _gates = 1
    _states = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional = bidirectional
        rows = self._gates * hidden_size
        for layer in range(num_layers):
            columns = input_size if layer == 0 else hidden_size * (1 + bidirectional)
            for suffix in self._suffixes(layer):
                setattr(self, f"weight_ih_{suffix}", Parameter(empty(rows, columns)))
                setattr(self, f"weight_hh_{suffix}", Parameter(empty(rows, hidden_size)))
                for name in (f"bias_ih_{suffix}", f"bias_hh_{suffix}"):
                    setattr(self, name, Parameter(empty(rows)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters afresh, from U(−1/√H, 1/√H)."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _suffixes(self, layer: int) -> list[str]:
        return [f"l{layer}", f"l{layer}_reverse"][: 1 + self.bidirectional]

    def _weights(self, suffix: str) -> tuple:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return tuple(getattr(self, f"{name}_{suffix}") for name in names)

    def _run(self, x: Tensor, state: tuple, weights: tuple, mask: Tensor | None) -> tuple:
        raise NotImplementedError

    def forward(self, input: Any, hx: Any = None, lengths: Tensor | None = None) -> tuple:
        """Read sequences from a state (zeros by default).

        Args:
            input: sequences, or a PackedSequence.
            hx: the first state of each layer and direction; for an LSTM the pair (h, c).
            lengths: how long each sequence is; what follows is padding and gives zeros.

        Shape:
            input (T, N, I), or (N, T, I) with batch_first, or (T, I) without a batch; hx
            (layers · directions, N, H); the result (T, N, directions · H) and the last states.
        """
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        if input.ndim not in (2, 3):
            raise ShapeError(f"got an input of shape {input.shape}; expected 2 or 3 axes")
        batched = input.ndim == 3
        if not batched:
            input = input.unsqueeze(1)
            hx = None if hx is None else _each(hx, lambda h: h.unsqueeze(1))
        x = input.transpose(0, 1) if self.batch_first and batched else input
        if x.shape[0] == 0 or x.shape[2] != self.input_size:
            raise ShapeError(
                f"got an input of shape {input.shape}; expected at least one step of "
                f"{self.input_size} features"
            )
        output, states = self._layers(x, self._first(x, hx), lengths)
        if not batched:
            output, states = output.squeeze(1), tuple(s.squeeze(1) for s in states)
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, states if self._states > 1 else states[0]

    def _first(self, x: Tensor, hx: Any) -> tuple:
        shape = (self.num_layers * (1 + self.bidirectional), x.shape[1], self.hidden_size)
        if hx is None:
            return tuple(zeros(*shape, dtype=x.dtype) for _ in range(self._states))
        states = hx if isinstance(hx, (tuple, list)) else (hx,)
        if len(states) != self._states:
            expected = "the pair (h, c)" if self._states > 1 else "one tensor h"
            raise TypeError(
                f"{type(self).__name__}: got {len(states)} first states; expected {expected}"
            )
        for state in states:
            if state.shape != shape:
                raise ShapeError(f"got a state of shape {state.shape}; expected {shape}")
        return tuple(states)

    def _layers(self, x: Tensor, first: tuple, lengths: Tensor | None) -> tuple[Tensor, tuple]:
        mask = None
        if lengths is not None:
            steps = np.arange(x.shape[0])[:, None, None]
            mask = Tensor.make((steps < lengths.array.reshape(1, -1, 1)).astype(x.dtype))
        finals: list[tuple] = []
        for layer in range(self.num_layers):
            outputs = []
            for backwards, suffix in enumerate(self._suffixes(layer)):
                source = _reversed(x, lengths) if backwards else x
                state = tuple(s[len(finals)] for s in first)
                y, *last = self._run(source, state, self._weights(suffix), mask)
                outputs.append(_reversed(y, lengths) if backwards else y)
                finals.append(tuple(last))
            x = cat(outputs, dim=2) if len(outputs) > 1 else outputs[0]
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x if mask is None else x * mask, tuple(stack(s) for s in zip(*finals, strict=True))

    def _packed(self, packed: PackedSequence, hx: Any) -> tuple:
        x, lengths = pad_packed_sequence(packed._replace(unsorted_indices=None))
        order, back = packed.sorted_indices, packed.unsorted_indices
        if hx is not None and order is not None:
            hx = _each(hx, lambda h: h.index_select(1, order))
        output, states = self._layers(x, self._first(x, hx), lengths)
        again = pack_padded_sequence(output, lengths)
        if back is not None:
            states = tuple(s.index_select(1, back) for s in states)
        done = again._replace(sorted_indices=order, unsorted_indices=back)
        return done, states if self._states > 1 else states[0]

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}"


def _each(hx: Any, function: Any) -> Any:
    return tuple(function(h) for h in hx) if isinstance(hx, tuple) else function(hx)


def _reversed(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Turn each sequence round within its own length; padding stays behind."""
    if lengths is None:
        return x.flip(0)
    steps = np.arange(x.shape[0])[:, None]
    own = lengths.array.reshape(1, -1)
    index = np.where(steps < own, own - 1 - steps, steps)
    return x[index, np.arange(x.shape[1])[None]]


class RNN(_Recurrent):
    """h_t = φ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), φ = tanh or ReLU."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *args: Any,
        nonlinearity: str = "tanh",
        **named: Any,
    ) -> None:
        if args[1:2] and isinstance(args[1], str):  # PyTorch's order: num_layers, nonlinearity, …
            nonlinearity, args = args[1], (args[0], *args[2:])
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN: got nonlinearity {nonlinearity!r}; expected 'tanh' or 'relu'")
        super().__init__(input_size, hidden_size, *args, **named)
        self.nonlinearity = nonlinearity

    def _run(self, x: Tensor, state: tuple, weights: tuple, mask: Tensor | None) -> tuple:
        return F.rnn(x, state[0], weights, self.nonlinearity, mask)


class LSTM(_Recurrent):
    """c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh c_t; rows of the weights hold i, f, g, o."""

    _gates, _states = 4, 2

    def _run(self, x: Tensor, state: tuple, weights: tuple, mask: Tensor | None) -> tuple:
        return F.lstm(x, state, weights, mask)


class GRU(_Recurrent):
    """A gated unit in two conventions; rows of the weights hold r, z, n.

    Args:
        input_size: I.
        hidden_size: H.
        args: as for the other recurrent layers.
        reset: where r acts, 'after' the matrix product (PyTorch) or 'before' it.
        update: what z = 1 means, 'keep' the old state (PyTorch) or 'replace' it.
        named: as for the other recurrent layers.
    """

    _gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *args: Any,
        reset: str = "after",
        update: str = "keep",
        **named: Any,
    ) -> None:
        super().__init__(input_size, hidden_size, *args, **named)
        self.reset, self.update = reset, update

    def _run(self, x: Tensor, state: tuple, weights: tuple, mask: Tensor | None) -> tuple:
        return F.gru(x, state[0], weights, self.reset, self.update, mask)
