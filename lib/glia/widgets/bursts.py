"""A small net on points of the plane that trains in bursts, for the playground."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from glia import autograd, nn, optim, rng
from glia.tensor import Tensor
from glia.widgets.learner import LearnerError, ask

__all__ = ["ACTIVATIONS", "OPTIMISERS", "Trainee", "mlp", "tried"]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
OPTIMISERS: dict[str, Callable[..., Any]] = {
    "sgd": lambda p, lr: optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: optim.SGD(p, lr=lr, momentum=0.9),
    "rmsprop": lambda p, lr: optim.RMSprop(p, lr=lr),
    "adam": lambda p, lr: optim.Adam(p, lr=lr),
}
LONGEST = 0.03  # seconds a burst may take: then the next picture is due, and Stop is heard


def mlp(depth: int, width: int, activation: str) -> nn.Module:
    """Two inputs, ``depth`` hidden layers of ``width`` neurons, one score."""
    layers: list[nn.Module] = []
    inputs = 2
    for _ in range(depth):
        layers += [nn.Linear(inputs, width), ACTIVATIONS[activation]()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, 1))


def tried(build: Callable[[], nn.Module]) -> nn.Module:
    """The net that the learner's function makes, tried on three points.

    Raises:
        LearnerError: it makes no net, or one that cannot turn points (N, 2) into scores (N, 1).
    """
    name = f"your {getattr(build, '__name__', 'function').replace('<lambda>', 'function')}"
    net = ask(build, name)
    if not isinstance(net, nn.Module):
        got = type(net).__name__
        raise LearnerError(f"{name} returned type {got}; expected a net (nn.Module).")
    with autograd.no_grad():
        points = Tensor(np.zeros((3, 2), np.float32))
        scores = ask(net, "your net, given points of shape (3, 2),", points)
    got = f"shape {scores.shape}" if isinstance(scores, Tensor) else f"a {type(scores).__name__}"
    if got != "shape (3, 1)":
        raise LearnerError(
            f"your net makes {got} out of points of shape (3, 2); expected shape (3, 1), one score "
            "a point. Does it begin with nn.Linear(2, …) and end with nn.Linear(…, 1)?"
        )
    return net


class Trainee:
    """A net, its optimiser and its record; every step sees all points.

    Formula:
        ℒ = mean log loss + λ Σ w² (or λ Σ |w|), the sum over weights and not over biases

    Args:
        build: makes the net, from points (N, 2) to scores (N, 1).
        seed: of the starting weights; the learner's own stream of random numbers stays untouched.
        optimiser: a key of ``OPTIMISERS``.
        lr: learning rate.

    Attributes:
        steps: taken so far.
        losses: mean log loss before each step, the penalty not counted.
        slopes: root mean square of the last step's gradient of each weight matrix.
    """

    def __init__(
        self, build: Callable[[], nn.Module], seed: int, optimiser: str, lr: float
    ) -> None:
        before = rng.get_state()
        rng.manual_seed(seed)
        try:
            self.net = build()
        finally:
            rng.set_state(before)
        self.weights = [p for p in self.net.parameters() if p.array.ndim > 1]
        self.use(optimiser, lr)
        self.steps = 0
        self.losses: list[float] = []
        self.slopes: list[float] = [0.0 for _ in self.weights]

    def use(self, optimiser: str, lr: float) -> None:
        """Go on with this optimiser and rate; the weights stay."""
        self._optimiser = OPTIMISERS[optimiser](list(self.net.parameters()), lr)

    def step(self, X: np.ndarray, y: np.ndarray, penalty: str, strength: float) -> float:
        """One step on all points; returns the loss before it."""
        scores = self.net(Tensor(X.astype(np.float32)))
        loss = nn.functional.binary_cross_entropy_with_logits(
            scores, Tensor(y[:, None].astype(np.float32))
        )
        value = loss.item()
        if penalty != "none":
            for weight in self.weights:
                size = weight.abs() if penalty == "l1" else weight * weight
                loss = loss + strength * size.sum()
        self._optimiser.zero_grad()
        loss.backward()
        self.slopes = [_rms(w.grad.array) if w.grad is not None else 0.0 for w in self.weights]
        self._optimiser.step()
        self.steps += 1
        self.losses.append(value)
        return value

    def burst(
        self, X: np.ndarray, y: np.ndarray, penalty: str, strength: float, steps: int
    ) -> bool:
        """Take a few steps, fewer if they take long; False as soon as the loss is no number."""
        end = time.perf_counter() + LONGEST
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if not math.isfinite(self.step(X, y, penalty, strength)):
                    return False
                if time.perf_counter() >= end:
                    break
        return True

    def chances(self, points: np.ndarray) -> np.ndarray:
        """Probability of class 1 at points (M, 2)."""
        with autograd.no_grad(), np.errstate(all="ignore"):
            scores = self.net(Tensor(points.astype(np.float32))).array[:, 0]
            return 1 / (1 + np.exp(-scores.astype(np.float64)))


def _rms(array: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
