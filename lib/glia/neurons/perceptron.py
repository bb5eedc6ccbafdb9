"""Rosenblatt's perceptron, in both label conventions and with both training schedules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia import backend
from glia.neurons import _check
from glia.neurons.history import History, Updates
from glia.ops.perceptron import label_values, perceptron_predict, perceptron_update

__all__ = ["Perceptron"]

Array = NDArray[Any]


class Perceptron:
    """The perceptron: a threshold unit that learns from its mistakes.

    Formula:
        ŷ = σ(w·x + b);  w ← w + η (y − ŷ) x;  b ← b + η (y − ŷ)

    Labels: "01" has σ(z) = 1 if z > 0 else 0; "pm1" has σ(z) = +1 if z ≥ 0 else −1. They differ in
    two ways: a tie goes to the lower class under "01" and to the upper under "pm1", and the error
    y − ŷ, hence the step, is twice as large under "pm1".

    Schedule: "epoch" visits all examples in order and stops after a pass without a mistake;
    "random" draws an example with replacement at each step, for a set number of steps.

    Args:
        labels: "01" or "pm1".
        schedule: "epoch" or "random".
        lr: step size η. From zero weights it only sets the scale, never the answers.
        seed: seed of the draws ("random" only).

    Attributes:
        weight: (D,), in X's float type.
        bias: a float.
        history: what happened during the last `fit`.

    Example:
        >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> unit = Perceptron().fit(X, [0, 0, 0, 1])
        >>> unit.predict(X), unit.history.converged
        (array([0, 0, 0, 1]), True)

    Source:
        Rosenblatt (1958), The perceptron: a probabilistic model for information storage.
    """

    update = staticmethod(perceptron_update)

    def __init__(
        self, *, labels: str = "01", schedule: str = "epoch", lr: float = 1.0, seed: int = 0
    ) -> None:
        label_values(labels)
        if schedule not in ("epoch", "random"):
            raise ValueError(f"schedule must be 'epoch' or 'random', got {schedule!r}")
        self.labels = labels
        self.schedule = schedule
        self.lr = _check.positive(lr, "lr")
        self.seed = seed
        self._weight: Array | None = None
        self.bias: float = 0.0
        self.history = History()

    @property
    def weight(self) -> Array:
        """The learnt weights, (D,)."""
        return _check.fitted(self._weight, self)

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        epochs: int = 100,
        steps: int | None = None,
        weight: ArrayLike | None = None,
        bias: float = 0.0,
    ) -> Perceptron:
        """Learn from the examples, from zero weights unless others are given.

        Args:
            X: examples.
            y: their labels, in this unit's convention.
            epochs: passes over the data at most ("random": as many times N draws).
            steps: number of draws ("random" only); overrides `epochs`.
            weight: weights to start from; zeros by default.
            bias: bias to start from.

        Shape:
            X (N, D), y (N,), weight (D,)

        Returns:
            Itself.

        Raises:
            TypeError: X or y does not hold numbers.
            ValueError: shapes do not fit, a label is not of this convention, a value is not finite.
        """
        data, given = _check.examples(X, finite=False), None
        low, high = label_values(self.labels)
        try:
            given = _check.labels_of(y, data.shape[0], finite=False)
            wide = given.dtype.kind == "f" and given.dtype.itemsize > data.dtype.itemsize
            if self.schedule == "random" or wide:  # not all are seen, or are rounded to labels
                self._look(data, given)
            target = given.astype(data.dtype)
            start = self._start(data, weight, bias)
            orders = self._orders(data.shape[0], epochs, steps)
        except Exception:
            self._look(data, given)
            raise
        w, b = start[0].copy(), np.array([start[1]], dtype=data.dtype)

        learn = backend.implementation("perceptron_epoch_")
        room = np.empty((data.shape[0], 2), dtype=np.int64)
        rows, kept = np.empty(data.shape, dtype=data.dtype), 0
        place = np.full(data.shape[0], -1, dtype=np.int32)
        history, visits = History(), []
        for epoch, order in enumerate(orders):
            with np.errstate(over="ignore", invalid="ignore"):
                mistakes, kept, sound = learn(
                    data, target, order, w, b, self.lr, float(low), low == -1,
                    room, place, rows, kept,
                )  # fmt: skip
            if epoch == 0 and not sound:
                self._look(data, given)
            visits.append((len(order), room[:mistakes].copy()))
            history.mistakes.append(mistakes)
            history.loss.append(mistakes / len(order))
            if self.schedule == "epoch" and mistakes == 0:
                history.converged = True
                break

        rows.resize((kept, data.shape[1]), refcheck=False)  # what was never written to goes back
        history.updates = Updates(start, self.lr, visits, rows, place, target, high - low)
        self._weight, self.bias, self.history = w, float(b[0]), history
        if self.schedule == "random":
            history.converged = bool((self.predict(data) == given).all())
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the net input w·x + b of each example.

        Shape:
            X (N, D) → (N,)
        """
        weight = self.weight
        data = _check.examples(X, features=weight.shape[0], allow_empty=True)
        return data @ weight + data.dtype.type(self.bias)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the label of each example.

        Shape:
            X (N, D) → (N,)
        """
        weight = self.weight
        data = _check.examples(X, features=weight.shape[0], allow_empty=True)
        return perceptron_predict(data, weight, self.bias, self.labels)

    def _look(self, data: Array, given: Array | None) -> None:
        """Raise if a value in X is not finite, or one in y no label.

        These checks go through all data, so `fit` leaves them to the first epoch, which does too,
        and comes here when that has noticed something. In whatever order things are noticed, the
        one that the learner is told of is the first in the order of the arguments.
        """
        _check.all_finite(data, "X")
        if given is not None:
            _check.all_finite(given, "y")
            allowed = label_values(self.labels)
            _check.only_values(given, allowed, f"a perceptron with labels={self.labels!r}")

    def _orders(self, count: int, epochs: int, steps: int | None) -> Iterator[NDArray[np.int64]]:
        if self.schedule == "epoch":
            if steps is not None:
                raise ValueError("steps is for schedule='random'; with 'epoch', give epochs")
            return _passes(count, _check.count_of(epochs, "epochs"))
        draws = _check.count_of(epochs, "epochs") * count
        if steps is not None:
            draws = _check.count_of(steps, "steps")
        return _draws(count, draws, self.seed)

    def _start(self, data: Array, weight: ArrayLike | None, bias: float) -> tuple[Array, float]:
        features = data.shape[1]
        if weight is None:
            return np.zeros(features, dtype=data.dtype), float(bias)
        start = np.array(weight, dtype=data.dtype)
        if start.shape != (features,):
            raise ValueError(f"weight must be ({features},) to fit X, got shape {start.shape}")
        return start, float(bias)

    def __repr__(self) -> str:
        return f"Perceptron(labels={self.labels!r}, schedule={self.schedule!r}, lr={self.lr:g})"


def _passes(count: int, epochs: int) -> Iterator[NDArray[np.int64]]:
    order = np.arange(count)
    return (order for _ in range(epochs))


def _draws(count: int, steps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield the random draws in portions of `count`, so that each makes one epoch of history."""
    rng = np.random.default_rng(seed)
    for start in range(0, steps, count):
        yield rng.integers(count, size=min(count, steps - start))
