"""Adaline: the linear neuron that learns from its net input, not from its thresholded answer."""

from __future__ import annotations

from numpy.typing import ArrayLike

from glia import backend
from glia.ops._check import Array, as_float
from glia.ops.squared_error import squared_error_grad

__all__ = ["adaline_epoch_", "adaline_gradient"]


def adaline_gradient(
    X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float
) -> tuple[Array, float]:
    """Return the gradient of the mean half squared error of a linear neuron.

    Formula:
        ℓ = (1/2N) Σ_i (z_i − y_i)², z = Xw + b;
        ∂ℓ/∂w = (1/N) Xᵀ(z − y);  ∂ℓ/∂b = (1/N) Σ_i (z_i − y_i)

    Shape:
        X (N, D), y (N,), weight (D,) → ((D,), scalar)

    Example:
        >>> adaline_gradient([[1.0], [3.0]], [1.0, 2.0], [1.0], 0.0)
        (array([1.5]), 0.5)

    Source:
        Widrow & Hoff (1960), Adaptive switching circuits.
    """
    x, w = as_float(X, "X"), as_float(weight, "weight")
    grad_z = squared_error_grad(x @ w + bias, y, half=True)
    return x.T @ grad_z, float(grad_z.sum())


@backend.reference(twin="glia.kernels.adaline.adaline_epoch_")
def adaline_epoch_(
    X: Array, y: Array, order: Array, weight: Array, bias: Array, lr: float, batch_size: int
) -> float:
    """Descend once through the data in batches; changes `weight` and `bias` in place.

    Formula:
        w ← w − η (1/B) Σ_batch (z_i − y_i) x_i;  b ← b − η (1/B) Σ_batch (z_i − y_i)

    Args:
        X: examples, C-contiguous float.
        y: targets as floats of X's dtype.
        order: the order of the visit.
        weight: updated in place.
        bias: an array of one, updated in place.
        lr: step size η.
        batch_size: B; 1 is the rule of Widrow and Hoff, N is full-batch gradient descent.

    Shape:
        X (N, D), y (N,), order (M,) int64, weight (D,), bias (1,)

    Returns:
        Mean half squared error, each example's measured just before its batch's step.
    """
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x = X[batch]
        error = x @ weight + bias[0] - y[batch]
        total += 0.5 * float(error @ error)
        weight -= lr * (x.T @ error) / len(batch)
        bias[0] -= lr * error.mean()
    return total / len(order)
