"""Softmax regression: one linear neuron a class, and the softmax to compare them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.neurons import _check
from glia.neurons._descent import descend
from glia.neurons.history import History
from glia.ops.softmax import softmax

__all__ = ["SoftmaxRegression"]

Array = NDArray[Any]


class SoftmaxRegression:
    """K linear neurons under a softmax, trained by gradient descent on the cross entropy.

    Formula:
        p = softmax(Wx + b);  W ← W − η (1/B) Σ_batch (p_i − y_i) x_iᵀ, y one-hot

    Args:
        lr: step size η.
        epochs: passes over the data.
        batch_size: examples per step: 1 is the per-sample rule, None all of them.
        seed: seed of the order of visit.
        num_classes: K; by default one more than the largest label in `fit`.

    Attributes:
        weight: (K, D), one row per class, in X's float type.
        bias: (K,).
        history: `history.loss` has the mean cross entropy of each epoch, in nats.

    Example:
        >>> X, y = [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]
        >>> SoftmaxRegression(lr=1.0).fit(X, y).predict(X)
        array([0, 0, 1, 1])
    """

    def __init__(
        self,
        lr: float = 0.1,
        epochs: int = 100,
        batch_size: int | None = None,
        seed: int = 0,
        num_classes: int | None = None,
    ) -> None:
        self.lr = _check.positive(lr, "lr")
        self.epochs = _check.count_of(epochs, "epochs")
        self.batch_size = None if batch_size is None else _check.count_of(batch_size, "batch_size")
        self.seed = seed
        self.num_classes = (
            None if num_classes is None else _check.count_of(num_classes, "num_classes")
        )
        self._weight: Array | None = None
        self.bias: Array = np.zeros(0)
        self.history = History()

    @property
    def weight(self) -> Array:
        """The learnt weights, (K, D)."""
        return _check.fitted(self._weight, self)

    def fit(self, X: ArrayLike, y: ArrayLike) -> SoftmaxRegression:
        """Learn from the examples, from zero weights.

        Shape:
            X (N, D), y (N,) of class numbers 0 … K − 1

        Returns:
            Itself.

        Raises:
            TypeError: X or y does not hold numbers.
            ValueError: shapes do not fit, or labels are not whole numbers from 0.
            FloatingPointError: the step size is so large that the loss overflows.
        """
        data = _check.examples(X)
        given = _check.labels_of(y, data.shape[0])
        target = given.astype(np.int64)
        classes = self.num_classes or int(target.max()) + 1
        if (target != given).any() or target.min() < 0 or target.max() >= classes:
            raise ValueError(
                f"y must hold whole numbers 0 … {classes - 1}, "
                f"got values from {given.min()} to {given.max()}"
            )
        weight = np.zeros((classes, data.shape[1]), data.dtype)
        bias = np.zeros(classes, data.dtype)
        self.history = descend(
            "softmax_regression_epoch_",
            data,
            target,
            weight,
            bias,
            lr=self.lr,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
        )
        self._weight, self.bias = weight, bias
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the logits Wx + b of each example.

        Shape:
            X (N, D) → (N, K)
        """
        weight = self.weight
        data = _check.examples(X, features=weight.shape[1], allow_empty=True)
        return data @ weight.T + self.bias.astype(data.dtype, copy=False)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of each class.

        Shape:
            X (N, D) → (N, K), rows sum to 1
        """
        return softmax(self.decision_function(X), axis=1)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the most probable class (the lowest of several).

        Shape:
            X (N, D) → (N,)
        """
        return self.decision_function(X).argmax(axis=1)

    def __repr__(self) -> str:
        return (
            f"SoftmaxRegression(lr={self.lr:g}, epochs={self.epochs}, batch_size={self.batch_size})"
        )
