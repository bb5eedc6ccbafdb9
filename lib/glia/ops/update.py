"""The optimisers' rules in numpy, each changing the weights in place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..backend import reference
from .memory import Memory

Arrays = Sequence[np.ndarray]


@reference(twin="glia.kernels.update.sgd_update_")
def sgd_update_(w: np.ndarray, grad: np.ndarray, lr: float) -> None:
    """W ← w − η ∇."""
    w -= lr * grad


@reference(twin="glia.kernels.update.sgd_updates_")
def sgd_updates_(weights: Arrays, grads: Arrays, lr: float, memory: Memory) -> None:
    """`sgd_update_` of each."""
    for w, grad in zip(weights, grads, strict=True):
        sgd_update_(w, grad, lr)


@reference(twin="glia.kernels.update.momentum_update_")
def momentum_update_(
    w: np.ndarray, grad: np.ndarray, velocity: np.ndarray, lr: float, momentum: float
) -> None:
    """V ← μ v + ∇, then w ← w − η v."""
    velocity *= momentum
    velocity += grad
    w -= lr * velocity


@reference(twin="glia.kernels.update.momentum_updates_")
def momentum_updates_(
    weights: Arrays, grads: Arrays, velocities: Arrays, lr: float, momentum: float, memory: Memory
) -> None:
    """`momentum_update_` of each."""
    for w, grad, velocity in zip(weights, grads, velocities, strict=True):
        momentum_update_(w, grad, velocity, lr, momentum)


@reference(twin="glia.kernels.update.adam_update_")
def adam_update_(
    w: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    t: float,
) -> None:
    """M ← β₁ m + (1 − β₁) ∇, v ← β₂ v + (1 − β₂) ∇², w ← w − η m̂ / (√v̂ + ε).

    m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ); t infinite leaves the hats out.
    """
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad * grad
    w -= lr / (1 - beta1**t) * m / (np.sqrt(v) / (1 - beta2**t) ** 0.5 + eps)


@reference(twin="glia.kernels.update.adam_updates_")
def adam_updates_(
    weights: Arrays,
    grads: Arrays,
    ms: Arrays,
    vs: Arrays,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    t: float,
    memory: Memory,
) -> None:
    """`adam_update_` of each."""
    for w, grad, m, v in zip(weights, grads, ms, vs, strict=True):
        adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t)
