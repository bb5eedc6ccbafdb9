"""Logistic regression: a neuron that answers with a probability."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.neurons import _check
from glia.neurons._descent import descend
from glia.neurons.history import History
from glia.ops.sigmoid import sigmoid

__all__ = ["LogisticRegression"]

Array = NDArray[Any]


class LogisticRegression:
    """A logistic neuron, trained by gradient descent on the log loss.

    Formula:
        a = σ(w·x + b) = P(y = 1 | x);  w ← w − η (1/B) Σ_batch (a_i − y_i) x_i

    Args:
        lr: step size η.
        epochs: passes over the data.
        batch_size: examples per step: 1 is the per-sample rule, None all of them.
        seed: seed of the order of visit.

    Attributes:
        weight: (D,), in X's float type.
        bias: a float.
        history: `history.loss` has the mean log loss of each epoch, in nats.

    Example:
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
        >>> LogisticRegression(lr=1.0, epochs=200).fit(X, y).predict(X)
        array([0, 0, 1, 1])

    Source:
        Cox (1958), The regression analysis of binary sequences.
    """

    def __init__(
        self,
        lr: float = 0.1,
        epochs: int = 100,
        batch_size: int | None = None,
        seed: int = 0,
    ) -> None:
        self.lr = _check.positive(lr, "lr")
        self.epochs = _check.count_of(epochs, "epochs")
        self.batch_size = None if batch_size is None else _check.count_of(batch_size, "batch_size")
        self.seed = seed
        self._weight: Array | None = None
        self.bias: float = 0.0
        self.history = History()

    @property
    def weight(self) -> Array:
        """The learnt weights, (D,)."""
        return _check.fitted(self._weight, self)

    def fit(self, X: ArrayLike, y: ArrayLike) -> LogisticRegression:
        """Learn from the examples, from zero weights.

        The loss is convex, so the start does not matter. On separable data it has no minimum: the
        weights grow for as long as you train.

        Shape:
            X (N, D), y (N,) of 0 and 1

        Returns:
            Itself.

        Raises:
            TypeError: X or y does not hold numbers.
            ValueError: shapes do not fit, or a label is neither 0 nor 1.
            FloatingPointError: the step size is so large that the loss overflows.
        """
        data = _check.examples(X)
        given = _check.labels_of(y, data.shape[0])
        _check.only_values(given, (0, 1), "logistic regression")
        weight, bias = np.zeros(data.shape[1], data.dtype), np.zeros(1, data.dtype)
        self.history = descend(
            "logistic_epoch_",
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
        """Return the logit w·x + b of each example.

        Shape:
            X (N, D) → (N,)
        """
        weight = self.weight
        data = _check.examples(X, features=weight.shape[0], allow_empty=True)
        return data @ weight + data.dtype.type(self.bias)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return P(y = 1 | x) for each example: one column, not two.

        Shape:
            X (N, D) → (N,)
        """
        return sigmoid(self.decision_function(X))

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return 1 where P(y = 1 | x) exceeds one half, else 0.

        Shape:
            X (N, D) → (N,)
        """
        return (self.decision_function(X) > 0).astype(np.int64)

    def __repr__(self) -> str:
        return (
            f"LogisticRegression(lr={self.lr:g}, epochs={self.epochs}, "
            f"batch_size={self.batch_size})"
        )
