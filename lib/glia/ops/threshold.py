"""Threshold units: the all-or-none neuron of McCulloch and Pitts, and its two tie conventions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glia.ops._check import Array, as_float

__all__ = ["heaviside", "net_input", "sign", "threshold_unit"]


def threshold_unit(inputs: ArrayLike, weights: ArrayLike, threshold: float) -> Array:
    """Fire (1) where the weighted input reaches the threshold, else stay silent (0).

    Formula:
        net_j = Σ_i w_ji o_i;  o_j = 0 if net_j < T else 1

    Args:
        inputs: outputs of the neurons before this one.
        weights: one weight for each input.
        threshold: T. A net input of exactly T fires.

    Shape:
        inputs (..., D), weights (D,) → (...)

    Returns:
        int64 array of 0 and 1 (a numpy integer for a single input vector).

    Raises:
        ValueError: the last axis of `inputs` and `weights` differ in length.

    Example:
        >>> threshold_unit([[0, 0], [0, 1], [1, 0], [1, 1]], [1, 1], threshold=2)  # AND
        array([0, 0, 0, 1])

    Source:
        McCulloch & Pitts (1943), A logical calculus of the ideas immanent in nervous activity.
    """
    net = net_input(inputs, weights)
    return (net >= threshold).astype(np.int64)[()]


def net_input(inputs: ArrayLike, weights: ArrayLike, bias: float = 0.0) -> Array:
    """Return the weighted sum of the inputs plus the bias.

    Formula:
        net = Σ_i w_i x_i + b

    Shape:
        inputs (..., D), weights (D,) → (...)

    Raises:
        ValueError: the shapes do not fit.
    """
    x, w = as_float(inputs, "inputs"), as_float(weights, "weights")
    if w.ndim != 1:
        raise ValueError(f"weights must be one-dimensional, got shape {w.shape}")
    if x.ndim == 0 or x.shape[-1] != w.shape[0]:
        raise ValueError(
            f"inputs must end in an axis of length {w.shape[0]}, one entry for each weight; "
            f"got shape {x.shape}"
        )
    return x @ w + bias


def heaviside(z: ArrayLike) -> Array:
    """Return 1 where z > 0, else 0: the step of the {0, 1} perceptron. A tie (z = 0) gives 0.

    Shape:
        any → the same

    Returns:
        int64 array of 0 and 1.

    Gradient:
        0 everywhere but at 0, where there is none: no slope to learn from.

    Example:
        >>> heaviside([-2.0, 0.0, 3.0])
        array([0, 0, 1])
    """
    return (as_float(z, "z") > 0).astype(np.int64)[()]


def sign(z: ArrayLike) -> Array:
    """Return +1 where z ≥ 0, else −1: the step of the ±1 perceptron. A tie (z = 0) gives +1.

    `numpy.sign` differs: it sends a tie to 0, which is neither class.

    Shape:
        any → the same

    Returns:
        int64 array of −1 and +1.

    Example:
        >>> sign([-2.0, 0.0, 3.0])
        array([-1,  1,  1])
    """
    return np.where(as_float(z, "z") >= 0, 1, -1)[()]
