"""Steps along the gradient: plain, with momentum, with a look ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..aligned import aligned
from ..backend import implementation
from ..ops import update  # noqa: F401 - registers the rules
from ..ops.memory import Memory
from .optimizer import Group, Optimizer, State


class GD(Optimizer):
    """Gradient descent: w ← w − η ∇.

    Args:
        params: parameters or groups.
        lr: η.
    """

    def __init__(self, params: Iterable[Any], lr: float = 1e-3) -> None:
        super().__init__(params, {"lr": lr})

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Step against the gradient."""
        implementation("sgd_update_")(w, grad, group["lr"])

    def update_all(
        self, weights: list, grads: list, states: list[State], group: Group, notes: Memory
    ) -> None:
        """Step against all gradients."""
        if type(self).update is not GD.update:
            super().update_all(weights, grads, states, group, notes)
            return
        implementation("sgd_updates_")(weights, grads, group["lr"], notes)


class SGD(Optimizer):
    """Stochastic gradient descent with momentum: v ← μ v + ∇, w ← w − η v.

    Args:
        params: parameters or groups.
        lr: η.
        momentum: μ, how much of the last velocity stays.
        dampening: the share of the gradient that is left out of the velocity.
        weight_decay: λ; λ w is added to the gradient (of biases too).
        nesterov: step along ∇ + μ v, the velocity after the next push.
        lr_in_velocity: v ← μ v + η ∇, w ← w − v, as the lecture writes it. The same, until the
            rate changes: then the old velocity keeps its old rate.
        maximize: climb instead.

    Source: Polyak (1964); Nesterov (1983); Sutskever et al. (2013).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        lr_in_velocity: bool = False,
        maximize: bool = False,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("SGD: nesterov needs momentum above 0 and no dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "lr_in_velocity": lr_in_velocity,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Push the velocity, then step along it."""
        lr, momentum = group["lr"], group["momentum"]
        if not momentum:
            implementation("sgd_update_")(w, grad, lr)
            return
        if "velocity" in state and not (
            group["lr_in_velocity"] or group["dampening"] or group["nesterov"]
        ):
            implementation("momentum_update_")(w, grad, state["velocity"], lr, momentum)
            return
        push = lr * grad if group["lr_in_velocity"] else grad
        if "velocity" not in state:
            velocity = state["velocity"] = aligned(push)
        else:
            velocity = state["velocity"]
            velocity *= momentum
            velocity += (1 - group["dampening"]) * push
        step = push + momentum * velocity if group["nesterov"] else velocity
        w -= step if group["lr_in_velocity"] else lr * step

    def update_all(
        self, weights: list, grads: list, states: list[State], group: Group, notes: Memory
    ) -> None:
        """Push all velocities and step along them, in one go where all have begun."""
        lr, momentum = group["lr"], group["momentum"]
        if type(self).update is not SGD.update:
            super().update_all(weights, grads, states, group, notes)
            return
        if not momentum:
            implementation("sgd_updates_")(weights, grads, lr, notes)
            return
        if not (group["lr_in_velocity"] or group["dampening"] or group["nesterov"]):
            velocities = [state.get("velocity") for state in states]
            if all([velocity is not None for velocity in velocities]):
                run = implementation("momentum_updates_")
                run(weights, grads, velocities, lr, momentum, notes)
                return
        super().update_all(weights, grads, states, group, notes)
