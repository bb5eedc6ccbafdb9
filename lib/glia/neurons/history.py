"""What happened during training: every update of a perceptron, and each epoch's tally."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["History", "Update", "Updates"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Update:
    """One correction: what was seen, and the weights after it.

    Attributes:
        step: how many examples had been visited before this one, over all epochs.
        epoch: the epoch of the visit, from 0.
        index: the row of X.
        weight: the weights after the update, (D,).
        bias: the bias after the update.
        error: y − ŷ, the signed mistake: ±1 with labels "01", ±2 with "pm1".
    """

    step: int
    epoch: int
    index: int
    weight: Array
    bias: float
    error: float


class Updates(Sequence[Update]):
    """All updates of a training run, as a read-only list.

    Only which example was corrected and by how much is stored. Since each update adds
    η (y − ŷ) x, the weights after any of them are a running sum, made when someone looks.
    """

    def __init__(
        self,
        X: Array,
        start: tuple[Array, float],
        lr: float,
        step: Array,
        epoch: Array,
        index: Array,
        error: Array,
    ) -> None:
        self._start, self._lr = start, lr
        self._step, self._epoch, self._index, self._error = step, epoch, index, error
        # Our own copy of the rows in question: X is the caller's, who may change it later.
        touched = np.zeros(X.shape[0], dtype=bool)
        touched[index] = True
        kept = np.flatnonzero(touched)
        self._rows = X.take(kept, axis=0)
        place = np.empty(X.shape[0], dtype=np.int64)
        place[kept] = np.arange(len(kept))
        self._row_of = place[index]  # (U,), where each update's row is kept
        self._path: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, key: int) -> Update: ...
    @overload
    def __getitem__(self, key: slice) -> list[Update]: ...
    def __getitem__(self, key: int | slice) -> Update | list[Update]:
        if isinstance(key, slice):
            return [self[i] for i in range(*key.indices(len(self)))]
        position = range(len(self))[key]  # negative positions, and IndexError past the end
        weights, biases = self._weights()
        return Update(
            step=int(self._step[position]),
            epoch=int(self._epoch[position]),
            index=int(self._index[position]),
            weight=weights[position].copy(),
            bias=float(biases[position]),
            error=float(self._error[position]),
        )

    def __iter__(self) -> Iterator[Update]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} updates>"

    def _weights(self) -> tuple[Array, Array]:
        if self._path is None:
            weight, bias = self._start
            steps = (self._lr * self._error).astype(weight.dtype)  # (U,)
            moves = np.concatenate([weight[None], steps[:, None] * self._rows[self._row_of]])
            biases = np.concatenate([np.array([bias], dtype=weight.dtype), steps])
            self._path = np.cumsum(moves, axis=0)[1:], np.cumsum(biases)[1:]  # (U, D), (U,)
        return self._path


@dataclass
class History:
    """The record of one `fit`.

    Attributes:
        updates: each correction in order (perceptron; empty for the others).
        mistakes: wrong predictions in each epoch, met on the way (perceptron).
        loss: mean loss in each epoch, met on the way: each example's is measured just before the
            step that uses it. For the perceptron, the share of mistakes.
        converged: whether training ended because nothing was left to correct.
    """

    updates: Sequence[Update] = ()
    mistakes: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    converged: bool = False

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.loss)

    def __repr__(self) -> str:
        last = f", last loss {self.loss[-1]:.4g}" if self.loss else ""
        return (
            f"History({self.epochs} epochs, {len(self.updates)} updates{last}, "
            f"converged={self.converged})"
        )
