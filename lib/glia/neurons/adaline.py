"""Adaline (1960): the linear neuron, a convex bridge from the perceptron to logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.neurons import _check
from glia.neurons._descent import descend
from glia.neurons.history import History
from glia.ops.perceptron import label_values, perceptron_predict

__all__ = ["Adaline"]

Array = NDArray[Any]


class Adaline:
    """A linear neuron that descends on the squared error of its net input.

    Formula:
        z = w·x + b;  ℓ = (1/2N) Σ_i (z_i − y_i)²;  w ← w − η (1/B) Σ_batch (z_i − y_i) x_i

    The perceptron learns from y − ŷ, after the threshold; Adaline from y − z, before it. That makes
    its loss a convex bowl, with one lowest point.

    Args:
        lr: step size η.
        epochs: passes over the data.
        batch_size: examples per step: 1 is the rule of Widrow and Hoff, None all of them.
        seed: seed of the order of visit.
        labels: what `predict` answers with: "pm1" or "01" (threshold half-way), or None for the
            net input itself (linear regression).

    Attributes:
        weight: (D,), in X's float type.
        bias: a float.
        history: `history.loss` has the mean half squared error of each epoch.

    Example:
        >>> unit = Adaline(lr=0.5, epochs=200, labels=None).fit([[0.0], [1.0]], [1.0, 3.0])
        >>> unit.predict([[2.0]]).round(3)
        array([5.])

    Source:
        Widrow & Hoff (1960), Adaptive switching circuits.
    """

    def __init__(
        self,
        lr: float = 0.01,
        epochs: int = 100,
        batch_size: int | None = None,
        seed: int = 0,
        labels: str | None = "pm1",
    ) -> None:
        if labels is not None:
            label_values(labels)
        self.lr = _check.positive(lr, "lr")
        self.epochs = _check.count_of(epochs, "epochs")
        self.batch_size = None if batch_size is None else _check.count_of(batch_size, "batch_size")
        self.seed = seed
        self.labels = labels
        self._weight: Array | None = None
        self.bias: float = 0.0
        self.history = History()

    @property
    def weight(self) -> Array:
        """The learnt weights, (D,)."""
        return _check.fitted(self._weight, self)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Adaline:
        """Learn from the examples, from zero weights.

        Shape:
            X (N, D), y (N,)

        Returns:
            Itself.

        Raises:
            TypeError: X or y does not hold numbers.
            ValueError: shapes do not fit, or a label is not of this convention.
            FloatingPointError: the step size is so large that the loss overflows.
        """
        data = _check.examples(X)
        given = _check.labels_of(y, data.shape[0])
        if self.labels is not None:
            _check.only_values(given, label_values(self.labels), f"labels={self.labels!r}")
        weight, bias = np.zeros(data.shape[1], data.dtype), np.zeros(1, data.dtype)
        self.history = descend(
            "adaline_epoch_",
            data,
            given.astype(data.dtype),
            weight,
            bias,
            lr=self.lr,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
        )
        self._weight, self.bias = weight, float(bias[0])
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the net input w·x + b of each example.

        Shape:
            X (N, D) → (N,)
        """
        weight = self.weight
        data = _check.examples(X, features=weight.shape[0], allow_empty=True)
        return data @ weight + data.dtype.type(self.bias)

    def predict(self, X: ArrayLike) -> Array:
        """Return the label of each example, or the net input where `labels` is None.

        Shape:
            X (N, D) → (N,)
        """
        if self.labels is None:
            return self.decision_function(X)
        weight = self.weight
        data = _check.examples(X, features=weight.shape[0], allow_empty=True)
        middle = 0.5 if self.labels == "01" else 0.0  # half-way between the two targets
        return perceptron_predict(data, weight, self.bias - middle, self.labels)

    def __repr__(self) -> str:
        return f"Adaline(lr={self.lr:g}, epochs={self.epochs}, batch_size={self.batch_size})"
