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

    Only which example was corrected is stored, with a copy of each: X is the caller's, who may
    change it later. Since each update adds η (y − ŷ) x, the weights after any of them are a running
    sum, made when someone looks.

    Args:
        start: weight and bias before the first update.
        lr: step size η.
        visits: for each epoch, how many examples it visited, and for each correction (U, 2) after
            how many, and the row of X.
        rows: the corrected examples, each once.
        place: for each row of X, where in `rows` it is.
        labels: the label of each row of X; 1 is the upper one.
        gap: the upper label less the lower one.
    """

    def __init__(
        self,
        start: tuple[Array, float],
        lr: float,
        visits: list[tuple[int, Array]],
        rows: Array,
        place: Array,
        labels: Array,
        gap: int,
    ) -> None:
        self._start, self._lr, self._visits = start, lr, visits
        self._rows, self._place, self._labels, self._gap = rows, place, labels, gap
        self._count = sum(len(seen) for _, seen in visits)
        self._made: tuple[Array, ...] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, key: int) -> Update: ...
    @overload
    def __getitem__(self, key: slice) -> list[Update]: ...
    def __getitem__(self, key: int | slice) -> Update | list[Update]:
        if isinstance(key, slice):
            return [self[i] for i in range(*key.indices(len(self)))]
        position = range(len(self))[key]  # negative positions, and IndexError past the end
        step, epoch, index, error, weight, bias = (column[position] for column in self._columns())
        return Update(
            step=int(step),
            epoch=int(epoch),
            index=int(index),
            weight=weight.copy(),
            bias=float(bias),
            error=float(error),
        )

    def __iter__(self) -> Iterator[Update]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} updates>"

    def _columns(self) -> tuple[Array, ...]:
        """Return all of the updates' attributes, each as an array over the updates."""
        if self._made is None:
            before = np.cumsum([0] + [length for length, _ in self._visits])
            corrections = [seen for _, seen in self._visits]
            counts = [len(seen) for seen in corrections]
            epoch = np.repeat(np.arange(len(counts)), counts)  # (U,)
            position, index = np.concatenate(corrections).T
            # The prediction was the other label, so the error follows from the label alone.
            error = np.where(self._labels[index] == 1, float(self._gap), -float(self._gap))
            weight, bias = self._start
            steps = (self._lr * error).astype(weight.dtype)
            moves = steps[:, None] * self._rows[self._place[index]]  # (U, D)
            weights = np.cumsum(np.concatenate([weight[None], moves]), axis=0)[1:]
            biases = np.cumsum(np.concatenate([np.array([bias], weight.dtype), steps]))[1:]
            self._made = before[epoch] + position, epoch, index, error, weights, biases
        return self._made


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
