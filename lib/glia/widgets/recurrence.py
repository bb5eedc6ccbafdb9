"""What the RNN unroller computes: recurrent matrices, states, Jacobians."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = [
    "KINDS",
    "SIGNALS",
    "input_signal",
    "measured_jacobians",
    "recurrent_matrix",
    "spectral_radius",
    "unrolled",
]

KINDS = {
    "turn": "a rotation, scaled",
    "random": "random",
    "relay": "a relay (not normal)",
}
SIGNALS = {
    "push": "one push at step 1",
    "wave": "a wave",
    "noise": "noise",
    "own": "your sequence",
}
HAND_OVER = 1.0  # what a unit of the relay hands to the next, whatever the radius


def recurrent_matrix(kind: str, radius: float, size: int) -> np.ndarray:
    """Return a square matrix with this spectral radius.

    "turn" rotates pairs of units and scales: every direction shrinks or grows by the radius.
    "random" is drawn from a seed and scaled. "relay" has the radius on its diagonal and each unit
    hands its value on to the next one: its eigenvalues say nothing of this, so its powers grow at
    first even where the radius is below 1.

    Args:
        kind: "turn", "random" or "relay".
        radius: size of the largest eigenvalue, 0 or more.
        size: number of rows; even for "turn".

    Shape:
        (size, size), float64

    Raises:
        ValueError: an unknown kind, or an odd size to turn in pairs.

    Example:
        >>> spectral_radius(recurrent_matrix("random", 0.7, 6))
        0.7
    """
    if kind == "turn":
        if size % 2:
            raise ValueError(f"recurrent_matrix: 'turn' needs an even size, got {size}")
        matrix = np.zeros((size, size))
        for k in range(0, size, 2):
            angle = 0.3 * (1 + k / 2)
            cos, sin = np.cos(angle), np.sin(angle)
            matrix[k : k + 2, k : k + 2] = [[cos, -sin], [sin, cos]]
        return radius * matrix
    if kind == "random":
        matrix = np.random.default_rng(3).normal(size=(size, size))
        return radius / np.abs(np.linalg.eigvals(matrix)).max() * matrix
    if kind == "relay":
        return radius * np.eye(size) + HAND_OVER * np.eye(size, k=-1)
    raise ValueError(f"recurrent_matrix: got {kind!r}; expected one of {', '.join(KINDS)}")


def spectral_radius(matrix: np.ndarray) -> float:
    """Return the size of the largest eigenvalue, rounded to nine digits."""
    return round(float(np.abs(np.linalg.eigvals(matrix)).max()), 9)


def input_signal(kind: str, steps: int, own: np.ndarray | None = None) -> np.ndarray:
    """Return an input of one number a step; a sequence of one's own begins anew when it is over."""
    t = np.arange(steps)
    if kind == "own" and own is not None:
        return np.resize(own, steps)
    if kind == "push":
        return (t == 0).astype(float)
    if kind == "wave":
        return np.cos(2 * np.pi * t / 8)
    return np.random.default_rng(1).normal(size=steps)


def unrolled(
    x: np.ndarray, weights: dict[str, np.ndarray], activation: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return all states of a recurrent net, and how each depends on the one before.

    Formula:
        h_t = φ(W_xh x_t + W_hh h_{t−1} + b_h), J_t = ∂h_t/∂h_{t−1} = diag(φ'(z_t)) W_hh

    Args:
        x: one number a step.
        weights: W_xh, W_hh and b_h; others are left alone.
        activation: "tanh" or "linear".

    Shape:
        x (T,); states (T, H), Jacobians (T, H, H)
    """
    W, h = weights["W_hh"], np.zeros(len(weights["b_h"]))
    states = np.empty((len(x), len(h)))
    for t, value in enumerate(x):
        z = weights["W_xh"][:, 0] * value + W @ h + weights["b_h"]
        h = states[t] = np.tanh(z) if activation == "tanh" else z
    slopes = 1 - states**2 if activation == "tanh" else np.ones_like(states)
    return states, slopes[:, :, None] * W


def measured_jacobians(
    advance: Callable[[np.ndarray, np.ndarray], np.ndarray], x: np.ndarray, states: np.ndarray
) -> np.ndarray:
    """Measure ∂h_t/∂h_{t−1} of any step by central differences, all steps in one batch.

    Args:
        advance: new states from inputs (N, 1) and states (N, H).
        x: one number a step.
        states: h_1 … h_T; before them was 0.

    Shape:
        x (T,), states (T, H); the result (T, H, H)
    """
    T, H = states.shape
    before = np.concatenate([np.zeros((1, H)), states[:-1]])
    nudge = 1e-5 * np.eye(H)
    around = np.concatenate([before[:, None] + nudge, before[:, None] - nudge], axis=1)
    inputs = np.repeat(x, 2 * H)[:, None]
    far = advance(inputs, around.reshape(-1, H)).reshape(T, 2, H, H)
    return ((far[:, 0] - far[:, 1]) / 2e-5).transpose(0, 2, 1)
