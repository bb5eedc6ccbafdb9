"""Rosenblatt's learning rule: one step of it, and one pass over the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glia import backend
from glia.ops._check import Array, as_float

__all__ = ["label_values", "perceptron_epoch_", "perceptron_predict", "perceptron_update"]


def label_values(labels: str) -> tuple[int, int]:
    """Return the two label values of a convention: ``"01"`` → (0, 1), ``"pm1"`` → (−1, 1).

    Raises:
        ValueError: no such convention.
    """
    if labels == "01":
        return 0, 1
    if labels == "pm1":
        return -1, 1
    raise ValueError(f"labels must be '01' (0 and 1) or 'pm1' (-1 and +1), got {labels!r}")


def perceptron_predict(
    X: ArrayLike, weight: ArrayLike, bias: float = 0.0, labels: str = "01"
) -> Array:
    """Return the perceptron's answer for each example.

    Formula:
        ŷ = σ(w·x + b); "01": σ(z) = 1 if z > 0 else 0; "pm1": σ(z) = +1 if z ≥ 0 else −1

    The conventions disagree on a tie: z = 0 is class 0 under "01" and class +1 under "pm1".

    Shape:
        X (N, D) or (D,), weight (D,) → (N,) or ()

    Returns:
        int64 labels.

    Example:
        >>> perceptron_predict([[1.0, 1.0]], [1.0, -1.0], labels="01")
        array([0])
        >>> perceptron_predict([[1.0, 1.0]], [1.0, -1.0], labels="pm1")
        array([1])
    """
    low, high = label_values(labels)
    x, w = as_float(X, "X"), as_float(weight, "weight")
    if w.ndim != 1 or x.ndim == 0 or x.shape[-1] != w.shape[0]:
        raise ValueError(f"X (..., D) and weight (D,) do not fit: got {x.shape} and {w.shape}")
    z = x @ w + bias
    fires = z >= 0 if labels == "pm1" else z > 0
    return np.where(fires, high, low)[()]


def perceptron_update(
    x: ArrayLike,
    y: float,
    weight: ArrayLike,
    bias: float,
    lr: float = 1.0,
    labels: str = "01",
) -> tuple[Array, float]:
    """Take one step of the perceptron rule; nothing moves where the prediction is right.

    Formula:
        w ← w + η (y − ŷ) x;  b ← b + η (y − ŷ)

    Under "pm1" the error y − ŷ is ±2 where under "01" it is ±1, so the same mistake moves the
    weights twice as far.

    Args:
        x: one example.
        y: its label, 0 or 1 (labels "01"), −1 or +1 (labels "pm1").
        weight: weights before the step; left as they are.
        bias: bias before the step.
        lr: step size η.
        labels: label convention, "01" or "pm1".

    Shape:
        x (D,), weight (D,) → ((D,), scalar)

    Returns:
        The new weight and the new bias.

    Raises:
        ValueError: shapes do not fit, or y is no label of this convention.

    Example:
        >>> perceptron_update([1.0, 2.0], 1, [0.0, 0.0], 0.0)
        (array([1., 2.]), 1.0)

    Source:
        Rosenblatt (1958), The perceptron: a probabilistic model for information storage.
    """
    vector, w = as_float(x, "x"), as_float(weight, "weight")
    if vector.ndim != 1 or vector.shape != w.shape:
        raise ValueError(f"x and weight must both be (D,), got {vector.shape} and {w.shape}")
    if y not in label_values(labels):
        raise ValueError(f"y must be one of {label_values(labels)} with labels={labels!r}, got {y}")
    error = float(y) - float(perceptron_predict(vector, w, bias, labels))
    return w + lr * error * vector, float(bias) + lr * error


@backend.reference(twin="glia.kernels.perceptron.perceptron_epoch_")
def perceptron_epoch_(
    X: Array,
    y: Array,
    order: Array,
    weight: Array,
    bias: Array,
    lr: float,
    low: float,
    tie: bool,
    updates: Array,
    place: Array,
    rows: Array,
    kept: int,
) -> tuple[int, int, bool]:
    """Visit the examples in the given order, learning from each mistake; changes its arguments.

    The trailing underscore says so, as in PyTorch: `weight` and `bias` are updated in place,
    `updates[:mistakes]` receives what was learnt from, and `rows` a copy of each such example.

    Args:
        X: examples, C-contiguous float.
        y: labels, as floats of X's dtype: `low` or 1.
        order: which example each step visits; may repeat and skip.
        weight: current weights, updated in place.
        bias: current bias in an array of one, updated in place.
        lr: step size η.
        low: the value of the lower label: 0.0 or −1.0.
        tie: whether z = 0 counts as the upper label.
        updates: room for the mistakes: the position of each in `order`, and the example's index.
        place: where in `rows` each example is; negative for those that are not there yet.
        rows: room for copies of the examples that something was learnt from.
        kept: how many of the rows are filled.

    Shape:
        X (N, D), y (N,), order (M,) int64, weight (D,), bias (1,), updates (≥ M, 2) int64,
        place (N,) int32, rows (N, D)

    Returns:
        The number of mistakes made on the way; how many rows are filled now; and whether all is
        sound: no net input came out infinite or NaN, and no label is a third value.
    """
    mistakes, sound = 0, True
    for position, i in enumerate(order):
        z = X[i] @ weight + bias[0]
        predicted = 1.0 if z > 0 or (tie and z == 0) else low
        error = y[i] - predicted
        sound = sound and bool(np.isfinite(z)) and y[i] in (low, 1.0)
        if error != 0:
            weight += lr * error * X[i]
            bias[0] += lr * error
            updates[mistakes] = position, i
            mistakes += 1
            if place[i] < 0:
                rows[kept], place[i] = X[i], kept
                kept += 1
    return mistakes, kept, sound
