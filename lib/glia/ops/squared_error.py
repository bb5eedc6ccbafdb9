"""Squared errors: with and without the 1/2, per example, summed and averaged; and zero-one."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from glia.ops._check import Array, as_float, reduce, reduction_scale, same_shape

__all__ = [
    "half_squared_error",
    "mean_squared_error",
    "squared_error",
    "squared_error_grad",
    "sum_squared_error",
    "zero_one_loss",
]


def squared_error(
    predictions: ArrayLike, targets: ArrayLike, reduction: str = "mean", half: bool = False
) -> Any:
    """Return the squared error.

    Formula:
        ℓ(ŷ, y) = (ŷ − y)², or ½(ŷ − y)² with `half`; then mean, sum or none

    Books differ: with the ½ the gradient is ŷ − y, without it 2(ŷ − y). The minimum is the same,
    the best step size is not.

    Args:
        predictions: ŷ.
        targets: y.
        reduction: "mean" (over every entry), "sum" or "none".
        half: whether to take the ½.

    Shape:
        predictions (...), targets the same → () or (...)

    Raises:
        ValueError: shapes differ, unknown reduction, or the mean is over nothing.

    Gradient:
        see `squared_error_grad`.

    Example:
        >>> float(squared_error([3.0, 1.0], [1.0, 1.0]))
        2.0
        >>> float(squared_error([3.0, 1.0], [1.0, 1.0], reduction="sum", half=True))
        2.0
    """
    difference = _difference(predictions, targets)
    losses = difference * difference
    return reduce(losses / 2 if half else losses, reduction)


def squared_error_grad(
    predictions: ArrayLike, targets: ArrayLike, reduction: str = "mean", half: bool = False
) -> Array:
    """Return the gradient of `squared_error` with respect to the predictions.

    Formula:
        ∂ℓ/∂ŷ = 2(ŷ − y), or ŷ − y with `half` (over the number of entries, with "mean")

    Shape:
        predictions (...), targets the same → (...)
    """
    difference = _difference(predictions, targets)
    scale = reduction_scale(difference.shape, reduction) * (1 if half else 2)
    return difference * difference.dtype.type(scale)


def mean_squared_error(predictions: ArrayLike, targets: ArrayLike) -> Any:
    """Return the MSE: (1/N) Σ (ŷ − y)²."""
    return squared_error(predictions, targets, reduction="mean")


def sum_squared_error(predictions: ArrayLike, targets: ArrayLike) -> Any:
    """Return the SSE: Σ (ŷ − y)²."""
    return squared_error(predictions, targets, reduction="sum")


def half_squared_error(predictions: ArrayLike, targets: ArrayLike) -> Any:
    """Return ½ Σ (ŷ − y)², whose gradient is simply ŷ − y."""
    return squared_error(predictions, targets, reduction="sum", half=True)


def zero_one_loss(predictions: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> Any:
    """Return the share (or count) of wrong labels.

    Formula:
        ℓ(ŷ, y) = 0 if ŷ = y else 1

    What we truly care about, and no use for gradient descent: flat everywhere but at its jumps.

    Shape:
        predictions (...), targets the same → () or (...)

    Example:
        >>> float(zero_one_loss([0, 1, 1, 0], [0, 1, 0, 0]))
        0.25
    """
    guess, truth = as_float(predictions, "predictions"), as_float(targets, "targets")
    same_shape(guess, truth, "predictions", "targets")
    return reduce((guess != truth).astype(float), reduction)


def _difference(predictions: ArrayLike, targets: ArrayLike) -> Array:
    guess = as_float(predictions, "predictions")
    truth = as_float(targets, "targets").astype(guess.dtype, copy=False)
    same_shape(guess, truth, "predictions", "targets")
    return guess - truth
