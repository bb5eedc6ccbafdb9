"""Adam and what came of it: momentum and a rate for each weight together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..backend import implementation
from ..ops import update  # noqa: F401 - registers the rules
from ..ops.memory import Memory
from .optimizer import Group, Optimizer, State, kept


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) ∇, v ← β₂ v + (1 − β₂) ∇², w ← w − η m̂ / (√v̂ + ε).

    m and v start from 0 and are too small at first; m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) correct it.

    Args:
        params: parameters or groups.
        lr: η.
        betas: (β₁, β₂).
        eps: ε.
        weight_decay: λ; λ w is added to the gradient, and then scaled like it (see AdamW).
        amsgrad: divide by the largest v̂ so far.
        bias_correction: False leaves the hats out, as the lecture writes it.

    Source: Kingma & Ba (2015), arXiv:1412.6980.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        bias_correction: bool = True,
    ) -> None:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{type(self).__name__}: got betas {betas}; expected 0 ≤ β < 1")
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "bias_correction": bias_correction,
        }
        super().__init__(params, defaults)

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Step along the scaled momentum."""
        if group["amsgrad"]:
            w -= group["lr"] * self.direction(w, grad, state, group)
            return
        m, v = kept(state, "m", w), kept(state, "v", w)
        t = state["step"] if group["bias_correction"] else np.inf
        run = implementation("adam_update_")
        run(w, grad, m, v, group["lr"], *group["betas"], group["eps"], t)

    def update_all(
        self, weights: list, grads: list, states: list[State], group: Group, notes: Memory
    ) -> None:
        """Step along all scaled momenta, in one go where all have come as far."""
        alike = not group["amsgrad"] and len({state["step"] for state in states}) == 1
        kind = type(self).update
        if not alike or kind not in (Adam.update, AdamW.update):
            super().update_all(weights, grads, states, group, notes)
            return
        if kind is AdamW.update:
            for w in weights:
                w *= AdamW.shrinkage(group)
        ms = [kept(state, "m", w) for state, w in zip(states, weights, strict=True)]
        vs = [kept(state, "v", w) for state, w in zip(states, weights, strict=True)]
        t = states[0]["step"] if group["bias_correction"] else np.inf
        run = implementation("adam_updates_")
        run(weights, grads, ms, vs, group["lr"], *group["betas"], group["eps"], t, notes)

    def direction(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> np.ndarray:
        """Return m̂ / (√v̂ + ε)."""
        beta1, beta2 = group["betas"]
        m, v = kept(state, "m", w), kept(state, "v", w)
        m *= beta1
        m += (1 - beta1) * grad
        v *= beta2
        v += (1 - beta2) * grad * grad
        t = state["step"] if group["bias_correction"] else np.inf
        largest = v
        if group["amsgrad"]:
            largest = np.maximum(kept(state, "v_max", w), v, out=state["v_max"])
        root = np.sqrt(largest) / (1 - beta2**t) ** 0.5 + group["eps"]
        return m / (1 - beta1**t) / root


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: w ← w − η λ w, then Adam's step.

    Source: Loshchilov & Hutter (2019), arXiv:1711.05101.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, bias_correction=bias_correction
        )

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Shrink the weights, then step."""
        w *= AdamW.shrinkage(group)
        super().update(w, grad, state, group)

    @staticmethod
    def shrinkage(group: Group) -> float:
        """Return what is left of each weight before the step: 1 − η λ."""
        return 1 - group["lr"] * group["weight_decay"]


class LAMB(Adam):
    """Adam's direction r + λ w, scaled in each layer by ‖w‖/‖r + λ w‖: for very large batches.

    Source: You et al. (2020), arXiv:1904.00962.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, bias_correction=bias_correction)

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Step by a fixed share of the layer's norm."""
        step = self.direction(w, grad, state, group) + group["weight_decay"] * w
        size, length = float(np.linalg.norm(w)), float(np.linalg.norm(step))
        trust = size / length if size > 0 and length > 0 else 1.0
        w -= group["lr"] * trust * step
