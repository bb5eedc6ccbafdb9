"""The numbers of one training step of a small net, and the net that it starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glia.ops import sigmoid

__all__ = ["WorkedStep", "worked_step"]

X = (0.35, 0.9)
HIDDEN = ((0.1, 0.8), (0.4, 0.6))  # top unit, bottom unit
OUTPUT = (0.3, 0.9)
TARGET = 0.5


@dataclass
class WorkedStep:
    """Everything that one training step computes.

    Attributes:
        net: sums of the hidden neurons.
        h: their activations.
        s: sum of the output neuron.
        y: the net's answer.
        error: half the squared error.
        delta: gradient of the error with respect to ``s``.
        deltas: gradients with respect to ``net``.
        W: hidden weights after the step.
        v: output weights after the step.
    """

    net: np.ndarray
    h: np.ndarray
    s: float
    y: float
    error: float
    delta: float
    deltas: np.ndarray
    W: np.ndarray
    v: np.ndarray


def worked_step(
    x: np.ndarray, W: np.ndarray, v: np.ndarray, target: float, lr: float, *, slip: bool = False
) -> WorkedStep:
    """Forward, backward and update of a net of sigmoids without biases.

    Formula:
        h = σ(Wx), y = σ(v·h), E = ½(y − t)²;
        δ = (y − t) y(1 − y), δ_j = v_j δ h_j(1 − h_j); v ← v − ηδh, W_ji ← W_ji − ηδ_j x_i

    Args:
        x: inputs.
        W: hidden weights, one row per neuron.
        v: output weights.
        target: what should come out, t.
        lr: learning rate η.
        slip: let δ_j use the output weights *after* their update, a frequent mistake.

    Shape:
        - x: (D,), W: (H, D), v: (H,)

    Example:
        >>> done = worked_step(np.array(X), np.array(HIDDEN), np.array(OUTPUT), 0.5, 1.0)
        >>> round(done.y, 6), round(done.delta, 7)
        (0.690283, 0.0406811)
    """
    net = W @ x
    h = sigmoid(net)
    s = float(v @ h)
    y = float(sigmoid(s))
    delta = (y - target) * y * (1 - y)
    new_v = v - lr * delta * h
    deltas = (new_v if slip else v) * delta * h * (1 - h)
    error = (y - target) ** 2 / 2
    return WorkedStep(net, h, s, y, error, delta, deltas, W - lr * np.outer(deltas, x), new_v)
