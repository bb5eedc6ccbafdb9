"""A rate for each weight: long or steady slopes earn shorter or longer steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .optimizer import Group, Optimizer, State, kept


class Rprop(Optimizer):
    """Only the gradient's sign counts: steps grow while it stays and shrink when it flips.

    Args:
        params: parameters or groups.
        lr: the first step of every weight.
        etas: factors (η⁻, η⁺) for a flipped and for a steady sign.
        step_sizes: the shortest and the longest step.

    Source: Riedmiller & Braun (1993). For full batches: noise flips signs.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes})

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Adapt the steps, then go; after a flip stand still once."""
        before = kept(state, "grad_before", w)
        size = kept(state, "step_size", w, group["lr"])
        agreement = np.sign(grad * before)
        shrink, grow = group["etas"]
        size *= np.where(agreement > 0, grow, np.where(agreement < 0, shrink, 1))
        np.clip(size, *group["step_sizes"], out=size)
        grad = np.where(agreement < 0, 0, grad)
        w -= np.sign(grad) * size
        before[...] = grad


class Adagrad(Optimizer):
    """s ← s + ∇², w ← w − η ∇ / (√s + ε): rates only fall, most where slopes were steep.

    Args:
        params: parameters or groups.
        lr: η.
        lr_decay: η falls as η / (1 + (t − 1) lr_decay).
        weight_decay: λ; λ w is added to the gradient.
        initial_accumulator_value: what s starts from.
        eps: ε.

    Source: Duchi, Hazan, Singer (2011).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        defaults = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        super().__init__(params, {**defaults, "start": initial_accumulator_value})

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Add up the squares, then step."""
        total = kept(state, "sum", w, group["start"])
        total += grad * grad
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        w -= lr * grad / (np.sqrt(total) + group["eps"])


class RMSprop(Optimizer):
    """s ← α s + (1 − α) ∇², w ← w − η ∇ / (√s + ε): Adagrad that forgets.

    Args:
        params: parameters or groups.
        lr: η.
        alpha: α.
        eps: ε.
        weight_decay: λ; λ w is added to the gradient.
        momentum: of the scaled gradient.
        centered: divide by the standard deviation, s − (mean gradient)².

    Source: Tieleman & Hinton (2012), lecture 6e.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        defaults = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "momentum": momentum, "centered": centered})

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Average the squares, then step."""
        alpha, square = group["alpha"], kept(state, "square", w)
        square *= alpha
        square += (1 - alpha) * grad * grad
        spread = square
        if group["centered"]:
            mean = kept(state, "mean", w)
            mean *= alpha
            mean += (1 - alpha) * grad
            spread = square - mean * mean
        scaled = grad / (np.sqrt(spread) + group["eps"])
        if group["momentum"]:
            velocity = kept(state, "velocity", w)
            velocity *= group["momentum"]
            velocity += scaled
            scaled = velocity
        w -= group["lr"] * scaled


class Adadelta(Optimizer):
    """RMSprop whose rate is the size of its own last steps: no unit is left over.

    s ← ρ s + (1 − ρ) ∇², Δ = ∇ √(d + ε)/√(s + ε), d ← ρ d + (1 − ρ) Δ², w ← w − η Δ.

    Args:
        params: parameters or groups.
        lr: η.
        rho: ρ.
        eps: ε.
        weight_decay: λ; λ w is added to the gradient.

    Source: Zeiler (2012), arXiv:1212.5701.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay})

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Scale by the ratio of the two averages, then step."""
        rho, eps = group["rho"], group["eps"]
        square, moved = kept(state, "square", w), kept(state, "moved", w)
        square *= rho
        square += (1 - rho) * grad * grad
        delta = grad * np.sqrt(moved + eps) / np.sqrt(square + eps)
        moved *= rho
        moved += (1 - rho) * delta * delta
        w -= group["lr"] * delta
