"""The training loop, written once: progress, history, early stopping, checkpoints, resuming.

Inside it is the loop of every lecture: zero the gradients, compute the loss, walk back, step.
"""

from __future__ import annotations

import copy
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import rng
from .gradmode import no_grad
from .nn.module import Module
from .nn.utils import clip_grad_norm_
from .optim.lr_scheduler import ReduceLROnPlateau
from .serialization import load, save
from .tensor import Tensor

__all__ = ["History", "accuracy", "evaluate", "fit"]

Metric = Callable[[Tensor, Tensor], Any]


@dataclass
class History:
    """What happened, one entry for each epoch.

    Attributes:
        loss: mean training loss.
        val_loss: loss on the validation data, if there is any.
        metrics: measures on the validation data, by name.
        lr: the first group's rate.
        seconds: how long the epoch took.
        best_epoch: the epoch of the smallest validation loss (from 0), or None.
        stopped_early: whether patience ran out.
    """

    loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    lr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    stopped_early: bool = False


def accuracy(output: Tensor, target: Tensor) -> float:
    """Return the share of right answers, the largest score (axis 1) being the answer."""
    return float((output.array.argmax(axis=1) == target.array).mean())


def fit(
    model: Module,
    train_loader: Any,
    loss_fn: Callable[[Any, Any], Tensor],
    optimizer: Any,
    epochs: int,
    *,
    val_loader: Any = None,
    metrics: dict[str, Metric] | None = None,
    scheduler: Any = None,
    clip_norm: float | None = None,
    patience: int | None = None,
    restore_best: bool = True,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    seed: int | None = None,
    progress: bool = True,
) -> History:
    """Train a model.

    Args:
        model: called with each batch's inputs.
        train_loader: yields (inputs, targets).
        loss_fn: takes the model's output and the targets.
        optimizer: holds the model's parameters.
        epochs: how many in all, those before a resumed checkpoint included.
        val_loader: data to measure on after each epoch, never to learn from.
        metrics: functions of (output, target), averaged over the validation data.
        scheduler: stepped after each epoch (with the validation loss if it asks for a measure).
        clip_norm: the largest joint norm of the gradients.
        patience: epochs without a better validation loss before stopping.
        restore_best: whether to end with the parameters of the best epoch.
        checkpoint: a file, written after each epoch.
        resume: go on from the checkpoint, if the file exists: the same run as without a break.
        seed: for `manual_seed`, at the start of a new run.
        progress: whether to show a line that grows.

    Returns:
        The history of all epochs.

    Raises:
        FloatingPointError: the loss is NaN or infinite.
    """
    history, first, best = History(), 0, None
    if seed is not None:
        rng.manual_seed(seed)
    if resume and checkpoint is not None and os.path.exists(checkpoint):
        history, best = _resumed(load(checkpoint), model, optimizer, scheduler)
        first = len(history.loss)
    for epoch in range(first, epochs):
        if history.stopped_early:
            break
        start = time.perf_counter()
        lr = optimizer.param_groups[0]["lr"]
        loss = _epoch(model, train_loader, loss_fn, optimizer, clip_norm, epoch)
        history.loss.append(loss)
        history.lr.append(lr)
        if val_loader is not None:
            measured = evaluate(model, val_loader, loss_fn, metrics)
            history.val_loss.append(measured.pop("loss"))
            for name, value in measured.items():
                history.metrics.setdefault(name, []).append(value)
        watched = history.val_loss or history.loss
        if history.best_epoch is None or watched[-1] < watched[history.best_epoch]:
            history.best_epoch, best = epoch, copy.deepcopy(model.state_dict())
        history.stopped_early = patience is not None and epoch - history.best_epoch >= patience
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(watched[-1])
        elif scheduler is not None:
            scheduler.step()
        history.seconds.append(time.perf_counter() - start)
        if checkpoint is not None:
            _save(checkpoint, model, optimizer, scheduler, history, best)
        if progress:
            _show(history, epoch, epochs)
    if patience is not None and restore_best and best is not None:
        model.load_state_dict(best)
    return history


def _epoch(
    model: Module, loader: Any, loss_fn: Any, optimizer: Any, clip_norm: float | None, epoch: int
) -> float:
    model.train()
    total = count = 0.0
    for step, (inputs, targets) in enumerate(loader):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(
                f"the loss is {value} in epoch {epoch + 1}, step {step + 1}: try a smaller "
                "learning rate or clip_norm, and autograd.detect_anomaly() to find the layer"
            )
        loss.backward()
        if clip_norm is not None:
            clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        total += value * len(targets)
        count += len(targets)
    return total / max(count, 1)


@no_grad()
def evaluate(
    model: Module,
    loader: Any,
    loss_fn: Callable[[Any, Any], Tensor],
    metrics: dict[str, Metric] | None = None,
) -> dict[str, float]:
    """Return the mean loss and metrics over a loader's examples; the model is left in its mode."""
    training, totals, count = model.training, {"loss": 0.0}, 0
    model.eval()
    for inputs, targets in loader:
        output, n = model(inputs), len(targets)
        totals["loss"] += loss_fn(output, targets).item() * n
        for name, metric in (metrics or {}).items():
            totals[name] = totals.get(name, 0.0) + float(metric(output, targets)) * n
        count += n
    model.train(training)
    return {name: value / max(count, 1) for name, value in totals.items()}


def _save(path: Any, model: Any, optimizer: Any, scheduler: Any, history: Any, best: Any) -> None:
    """Write beside the file and move over it: a break in between loses nothing."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": None if scheduler is None else scheduler.state_dict(),
        "history": dict(vars(history)),
        "best": best,
        "chance": _plain(rng.get_state()),
    }
    partial = f"{os.fspath(path)}.partial"
    save(state, partial)
    os.replace(partial, path)


def _resumed(state: Any, model: Any, optimizer: Any, scheduler: Any) -> tuple[History, Any]:
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    if scheduler is not None and state["scheduler"] is not None:
        scheduler.load_state_dict(state["scheduler"])
    rng.set_state(state["chance"])
    return History(**state["history"]), state["best"]


def _plain(value: Any) -> Any:
    """Turn numpy integers in a generator's state into Python's."""
    if isinstance(value, dict):
        return {key: _plain(inside) for key, inside in value.items()}
    return int(value) if isinstance(value, np.integer) else value


def _show(history: History, epoch: int, epochs: int) -> None:
    done = round(20 * (epoch + 1) / epochs)
    parts = [f"epoch {epoch + 1}/{epochs}", f"loss {history.loss[-1]:.4f}"]
    if history.val_loss:
        parts.append(f"val_loss {history.val_loss[-1]:.4f}")
    parts += [f"{name} {values[-1]:.4f}" for name, values in history.metrics.items()]
    end = "\n" if epoch + 1 == epochs or history.stopped_early else ""
    sys.stdout.write(f"\r[{'#' * done}{'.' * (20 - done)}] " + "  ".join(parts) + end)
    sys.stdout.flush()
