"""How the learning rate changes over time; call `step()` after each epoch (or each update)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .optimizer import Optimizer


class LRScheduler:
    """Base: sets every group's rate from its first rate and the time t from 0 on.

    Args:
        optimizer: whose rates to set.

    Attributes:
        last_epoch: t.
        base_lrs: the first rate of each group.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]
        self.last_epoch = 0
        self._apply()

    def lr_at(self, base: float, t: int) -> float:
        """Return the rate at time t of a group whose first rate was `base`."""
        raise NotImplementedError(f"{type(self).__name__} needs a method lr_at(base, t)")

    def step(self) -> None:
        """Let one unit of time pass."""
        self.last_epoch += 1
        self._apply()

    def get_last_lr(self) -> list[float]:
        """Return the rates in force."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return the time and the first rates, for a checkpoint."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the time from a checkpoint."""
        self.last_epoch = state_dict["last_epoch"]
        self.base_lrs = list(state_dict["base_lrs"])
        self._apply()

    def _apply(self) -> None:
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.lr_at(base, self.last_epoch)


class LambdaLR(LRScheduler):
    """η_t = η_0 · lr_lambda(t)."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Scale by the function."""
        return base * self.lr_lambda(t)


class ExponentialLR(LRScheduler):
    """η_t = η_0 γᵗ; e^(−kt) is γ = e^(−k)."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = gamma
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Shrink by γ each time."""
        return base * self.gamma**t


class StepLR(LRScheduler):
    """η_t = η_0 γ^⌊t/step_size⌋; halving every T₀ is γ = 1/2, step_size = T₀."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Shrink by γ every step_size."""
        return base * self.gamma ** (t // self.step_size)


class InverseDecay(LRScheduler):
    """η_t = η_0 / (1 + k t)."""

    def __init__(self, optimizer: Optimizer, decay: float) -> None:
        self.decay = decay
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Divide by 1 + k t."""
        return base / (1 + self.decay * t)


class CosineAnnealingLR(LRScheduler):
    """η_t = η_min + ½ (η_0 − η_min)(1 + cos(π t/T_max))."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Follow half a cosine from η_0 down to η_min."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class LinearLR(LRScheduler):
    """η_t = η_0 times a factor that runs evenly from start_factor to end_factor: a warm-up."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Go evenly from one factor to the other."""
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class WarmUp(LRScheduler):
    """η rises evenly to η_0 over so many steps, then follows another schedule.

    Args:
        optimizer: whose rates to set.
        warmup_steps: n; η_t = η_0 (t + 1)/n for t < n.
        then: makes the schedule that follows, such as
            `lambda optimizer: CosineAnnealingLR(optimizer, 100)`; constant without.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        warmup_steps: int,
        then: Callable[[Optimizer], LRScheduler] | None = None,
    ) -> None:
        self.warmup_steps = warmup_steps
        self.then = None if then is None else then(optimizer)
        super().__init__(optimizer)

    def lr_at(self, base: float, t: int) -> float:
        """Rise first."""
        if t < self.warmup_steps:
            return base * (t + 1) / self.warmup_steps
        return base if self.then is None else self.then.lr_at(base, t - self.warmup_steps)


class ReduceLROnPlateau:
    """Shrink the rates when a measure has not improved for a while.

    Args:
        optimizer: whose rates to set.
        mode: 'min' if smaller is better, 'max' if larger.
        factor: what the rates are multiplied by.
        patience: how many steps without improvement are borne.
        threshold: by how much it must improve to count.
        threshold_mode: 'rel' if that is a share of the best, 'abs' if it is the difference itself.
        cooldown: steps after a cut in which nothing is counted.
        min_lr: the smallest rate.
        eps: a smaller change than this is not made.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max") or not factor < 1:
            raise ValueError(
                f"got mode {mode!r}, factor {factor}; expected 'min' or 'max', and below 1"
            )
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"got threshold_mode {threshold_mode!r}; expected 'rel' or 'abs'")
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.cooldown, self.min_lr = threshold, cooldown, min_lr
        self.threshold_mode, self.eps = threshold_mode, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = 0

    def step(self, metrics: Any) -> None:
        """Look at the measure, and shrink the rates if patience is at its end."""
        value = float(metrics)
        if self._better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
        if self.num_bad_epochs > self.patience:
            for group in self.optimizer.param_groups:
                lr = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _better(self, value: float) -> bool:
        if math.isinf(self.best):
            return not math.isnan(value)
        by = self.threshold * (self.best if self.threshold_mode == "rel" else 1)
        return value < self.best - by if self.mode == "min" else value > self.best + by

    def get_last_lr(self) -> list[float]:
        """Return the rates in force."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what was counted, for a checkpoint."""
        return {name: getattr(self, name) for name in _PLATEAU}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the counting from a checkpoint."""
        for name in _PLATEAU:
            setattr(self, name, state_dict[name])


_PLATEAU = ("best", "num_bad_epochs", "cooldown_counter")
