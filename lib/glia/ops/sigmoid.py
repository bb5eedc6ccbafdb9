"""The logistic sigmoid and its logarithm, computed without overflow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glia.ops._check import Array, as_float

__all__ = ["log_sigmoid", "log_sigmoid_grad", "sigmoid", "sigmoid_grad"]


def sigmoid(z: ArrayLike) -> Array:
    """Squash z into (0, 1).

    Formula:
        σ(z) = 1 / (1 + e^(−z)) = e^z / (1 + e^z)

    The first form overflows for very negative z and the second for very positive z; each is used
    where it is safe.

    Shape:
        any → the same

    Returns:
        Float array of z's dtype (float64 for integers).

    Gradient:
        σ'(z) = σ(z) (1 − σ(z)); see `sigmoid_grad`.

    Example:
        >>> sigmoid([-10000.0, 0.0, 10000.0])
        array([0. , 0.5, 1. ])
    """
    z = as_float(z, "z")
    decay = np.exp(-np.abs(z))  # in (0, 1]: cannot overflow
    return np.where(z >= 0, 1 / (1 + decay), decay / (1 + decay))[()]


def sigmoid_grad(z: ArrayLike) -> Array:
    """Return the derivative of the sigmoid.

    Formula:
        σ'(z) = σ(z) (1 − σ(z)), computed as e^(−|z|) / (1 + e^(−|z|))²: the plain form loses all
        digits where σ(z) rounds to 1

    Shape:
        any → the same

    Example:
        >>> sigmoid_grad(0.0)
        np.float64(0.25)
    """
    decay = np.exp(-np.abs(as_float(z, "z")))
    return (decay / np.square(1 + decay))[()]


def log_sigmoid(z: ArrayLike) -> Array:
    """Return log σ(z), exact even where σ(z) underflows to 0.

    Formula:
        log σ(z) = −log(1 + e^(−z)) = min(z, 0) − log(1 + e^(−|z|))

    Shape:
        any → the same

    Example:
        >>> log_sigmoid(-10000.0)
        np.float64(-10000.0)
    """
    z = as_float(z, "z")
    return (np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z))))[()]


def log_sigmoid_grad(z: ArrayLike) -> Array:
    """Return the derivative of log σ(z).

    Formula:
        d/dz log σ(z) = 1 − σ(z) = σ(−z)

    Shape:
        any → the same
    """
    return sigmoid(-as_float(z, "z"))
