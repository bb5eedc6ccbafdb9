"""One recurrent layer in one direction, over a whole sequence of Tensors."""

from __future__ import annotations

from ..errors import ShapeError
from ..ops import recurrent as ops
from ..tensor import Tensor

Weights = tuple[Tensor, Tensor, Tensor | None, Tensor | None]


def _check(input: Tensor, hidden: Tensor, weights: Weights) -> None:
    w_ih, w_hh = weights[:2]
    if input.ndim != 3 or input.shape[-1] != w_ih.shape[1]:
        raise ShapeError(f"got an input of shape {input.shape}; expected (T, N, {w_ih.shape[1]})")
    if hidden.shape != (input.shape[1], w_hh.shape[1]):
        raise ShapeError(
            f"got a hidden state of shape {hidden.shape}; expected "
            f"{(input.shape[1], w_hh.shape[1])}"
        )


def rnn(
    input: Tensor,
    hidden: Tensor,
    weights: Weights,
    nonlinearity: str = "tanh",
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """h_t = φ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh).

    Args:
        input: the sequence, time first.
        hidden: the state before it.
        weights: (w_ih, w_hh, b_ih, b_hh), the biases may be None.
        nonlinearity: φ, 'tanh' or 'relu'.
        mask: 1 where a sequence goes on, 0 where it has ended and its state is carried on.

    Shape:
        input (T, N, I), hidden (N, H), mask (T, N, 1); the result all states (T, N, H) and the last
        (N, H).
    """
    _check(input, hidden, weights)
    return ops.RNN.apply(input, hidden, *weights, nonlinearity, _array(mask, input))


def lstm(
    input: Tensor,
    hidden: tuple[Tensor, Tensor],
    weights: Weights,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run an LSTM layer; hidden is (h, c). Returns all h, the last h and the last c."""
    _check(input, hidden[0], weights)
    return ops.LSTM.apply(input, *hidden, *weights, _array(mask, input))


def gru(
    input: Tensor,
    hidden: Tensor,
    weights: Weights,
    reset: str = "after",
    update: str = "keep",
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Run a GRU layer in either convention; see `glia.ops.recurrent.GRU`."""
    if reset not in ("after", "before") or update not in ("keep", "replace"):
        raise ValueError(
            f"gru: got reset={reset!r}, update={update!r}; expected 'after' or 'before', "
            "'keep' or 'replace'"
        )
    _check(input, hidden, weights)
    return ops.GRU.apply(input, hidden, *weights, reset, update, _array(mask, input))


def _array(mask: Tensor | None, like: Tensor):
    return None if mask is None else mask.array.astype(like.dtype)
