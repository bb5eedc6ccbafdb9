"""Softmax and its logarithm, with the shift that keeps them finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glia.ops._check import Array, as_float

__all__ = ["log_softmax", "log_softmax_grad", "log_sum_exp", "softmax", "softmax_grad"]


def softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Turn scores into probabilities that sum to 1 along `axis`.

    Formula:
        p_j = e^(x_j) / Σ_k e^(x_k) = e^(x_j − m) / Σ_k e^(x_k − m) for any m; m = max x here

    Shifting all scores by one number changes nothing, so the largest is shifted to 0 and no
    exponential overflows.

    Shape:
        any → the same

    Returns:
        Float array of x's dtype (float64 for integers).

    Raises:
        ValueError: x is a scalar, or empty along `axis`.

    Gradient:
        see `softmax_grad`.

    Example:
        >>> softmax([[0.0, 0.0], [10000.0, -10000.0]])
        array([[0.5, 0.5],
               [1. , 0. ]])
    """
    x = _scores(x, axis)
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))  # the shift: no overflow
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def softmax_grad(grad_output: ArrayLike, output: ArrayLike, axis: int = -1) -> Array:
    """Carry a gradient back through `softmax`.

    Formula:
        ∂p_j/∂x_k = p_j (δ_jk − p_k), hence grad_x = p ⊙ (g − Σ_j g_j p_j)

    Args:
        grad_output: g, the gradient with respect to softmax's output.
        output: p, what softmax returned.
        axis: softmax's axis.

    Shape:
        both (...) → the same
    """
    g, p = as_float(grad_output, "grad_output"), as_float(output, "output")
    return p * (g - (g * p).sum(axis=axis, keepdims=True))


def log_softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Return the logarithm of softmax, exact even where a probability underflows to 0.

    Formula:
        log p_j = x_j − log Σ_k e^(x_k)

    It is idempotent: log_softmax(log_softmax(x)) = log_softmax(x).

    Shape:
        any → the same

    Example:
        >>> log_softmax([10000.0, -10000.0])
        array([     0., -20000.])
    """
    x = _scores(x, axis)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def log_softmax_grad(grad_output: ArrayLike, output: ArrayLike, axis: int = -1) -> Array:
    """Carry a gradient back through `log_softmax`.

    Formula:
        grad_x = g − p Σ_j g_j, with p = exp(output)

    Shape:
        both (...) → the same
    """
    g, log_p = as_float(grad_output, "grad_output"), as_float(output, "output")
    return g - np.exp(log_p) * g.sum(axis=axis, keepdims=True)


def log_sum_exp(x: ArrayLike, axis: int = -1) -> Array:
    """Return log Σ e^x along `axis` without overflow: a smooth maximum.

    Formula:
        log Σ_k e^(x_k) = m + log Σ_k e^(x_k − m), m = max x

    Shape:
        (..., K, ...) → the same without `axis`

    Gradient:
        softmax(x).

    Example:
        >>> round(float(log_sum_exp([1000.0, 1000.0])), 4)
        1000.6931
    """
    x = _scores(x, axis)
    largest = x.max(axis=axis, keepdims=True)
    total = np.log(np.exp(x - largest).sum(axis=axis, keepdims=True)) + largest
    return np.squeeze(total, axis=axis)[()]


def _scores(x: ArrayLike, axis: int) -> Array:
    array = as_float(x)
    if array.ndim == 0:
        raise ValueError("softmax needs an axis to sum over, got a scalar")
    if not -array.ndim <= axis < array.ndim:
        raise IndexError(f"softmax: got axis {axis} for an array of shape {array.shape}")
    if array.shape[axis] == 0:
        raise ValueError(f"softmax needs at least one score along axis {axis}, got {array.shape}")
    return array
