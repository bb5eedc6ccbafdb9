"""fit: the loop that trains a model, with everything one comes to want around it.

The loop itself is five lines: forward, loss, zero_grad, backward, step. The rest is progress,
history, validation, early stopping, and a checkpoint from which a run goes on as if never stopped.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import functional as F
from . import rng
from .gradmode import no_grad
from .nn.module import Module
from .nn.utils import clip_grad_norm_
from .optim import Optimizer
from .optim.lr_scheduler import ReduceLROnPlateau
from .progress import Progress
from .serialization import load, save
from .tensor import Tensor

__all__ = ["History", "accuracy", "evaluate", "fit", "token_cross_entropy"]

Loss = Callable[[Any, Tensor], Tensor]
Metrics = Mapping[str, Callable[[Any, Tensor], Any]]


@dataclass
class History:
    """What happened in each epoch.

    Attributes:
        train_loss: mean loss over the epoch's examples, while the weights were changing.
        val_loss: loss on the validation data after the epoch; empty without such data.
        metrics: each metric on the validation data after the epoch.
        lr: learning rate of the first group during the epoch.
        seconds: how long each epoch took.
        best_epoch: number of the epoch with the smallest validation loss, from 0; −1 without one.
        stopped_early: whether early stopping ended the run.
    """

    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    lr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best_epoch: int = -1
    stopped_early: bool = False

    def __len__(self) -> int:
        return len(self.train_loss)


def fit(
    model: Module,
    train: Iterable[Any],
    optimizer: Optimizer,
    loss_fn: Loss = F.cross_entropy,
    *,
    epochs: int = 10,
    validation: Iterable[Any] | None = None,
    metrics: Metrics | None = None,
    scheduler: Any = None,
    schedule: str = "epoch",
    max_norm: float | None = None,
    patience: int | None = None,
    min_delta: float = 0.0,
    checkpoint: str | Path | None = None,
    resume: bool = True,
    seed: int | None = None,
    progress: bool = True,
) -> History:
    """Train a model.

    A batch is a tuple: its last part is the target, all others go into the model.

    Args:
        model: what is trained; it ends in evaluation mode.
        train: batches, such as a DataLoader; walked through once an epoch.
        optimizer: changes the model's parameters.
        loss_fn: loss_fn(output, target), mean over the batch.
        epochs: how many in all, those before a resumed checkpoint included.
        validation: batches to judge on after each epoch.
        metrics: names and functions of (output, target) to report on the validation data.
        scheduler: from `glia.optim.lr_scheduler`.
        schedule: when the scheduler steps: after each 'epoch' or each 'step'.
        max_norm: clip the gradient to this norm.
        patience: stop when the validation loss has not fallen for so many epochs, and go back to
            the weights of the best one.
        min_delta: by how much it must fall to count.
        checkpoint: a file, written after each epoch. If it is there already, the run goes on from
            it, to the same end as an unbroken run.
        resume: False starts afresh and overwrites the checkpoint.
        seed: starts the library's stream of random numbers: same seed, same run.
        progress: whether to draw a progress bar.

    Returns:
        The history; losses as `loss_fn` has them (for cross entropy, mean nats per example).

    Raises:
        ValueError: patience without validation, or an unknown schedule.
        FloatingPointError: the loss is no longer a number.

    Example:
        >>> from glia import data, nn, optim
        >>> X, y = data.truth_table("and")
        >>> net = nn.Linear(2, 2)
        >>> loader = data.DataLoader(data.TensorDataset(X.astype("float32"), y), batch_size=4)
        >>> history = fit(net, loader, optim.SGD(net.parameters(), lr=1), epochs=3, progress=False)
        >>> history.train_loss[0] > history.train_loss[-1]
        True
    """
    if patience is not None and validation is None:
        raise ValueError("fit: got patience without validation; expected data to judge on")
    if schedule not in ("epoch", "step"):
        raise ValueError(f"fit: got schedule {schedule!r}; expected 'epoch' or 'step'")
    if seed is not None:
        rng.manual_seed(seed)
    run = _Run(model, optimizer, scheduler, getattr(train, "generator", None))
    if checkpoint is not None and resume and Path(checkpoint).exists():
        run.restore(load(checkpoint))
    history = run.history
    bar = Progress(_length(train), show=progress)
    while len(history) < epochs and not history.stopped_early:
        start, epoch = time.perf_counter(), len(history)
        history.lr.append(float(optimizer.param_groups[0]["lr"]))
        total = count = 0
        model.train()
        for i, (*inputs, target) in enumerate(train, 1):
            loss = loss_fn(model(*inputs), target)
            if not math.isfinite(loss.item()):
                raise FloatingPointError(
                    f"fit: the loss is {loss.item()} at epoch {epoch}, batch {i}; a smaller lr or "
                    "max_norm may help, and glia.autograd.set_detect_anomaly(True) names the layer"
                )
            optimizer.zero_grad()
            loss.backward()
            if max_norm is not None:
                clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            if scheduler is not None and schedule == "step":
                scheduler.step()
            total, count = total + loss.item() * len(target), count + len(target)
            bar.update(i, f"epoch {epoch + 1}/{epochs}  loss {total / count:.4f}")
        if count == 0:
            raise ValueError("fit: got no batches; expected at least one an epoch")
        history.train_loss.append(total / count)
        if validation is not None:
            run.judge(evaluate(model, validation, loss_fn, metrics), min_delta, patience)
        if scheduler is not None and schedule == "epoch":
            plateau = isinstance(scheduler, ReduceLROnPlateau)
            losses = history.val_loss or history.train_loss
            scheduler.step(losses[-1]) if plateau else scheduler.step()
        history.seconds.append(time.perf_counter() - start)
        if checkpoint is not None:
            run.write(Path(checkpoint))
        bar.finish(_line(history, epochs))
    if patience is not None and run.best is not None:
        model.load_state_dict(run.best)
    model.eval()
    return history


def evaluate(
    model: Module,
    batches: Iterable[Any],
    loss_fn: Loss = F.cross_entropy,
    metrics: Metrics | None = None,
) -> dict[str, float]:
    """Judge a model, in evaluation mode and without gradients; its mode is kept.

    Args:
        model: what is judged.
        batches: tuples whose last part is the target.
        loss_fn: loss_fn(output, target), mean over the batch.
        metrics: names and functions of (output, target), means over the batch.

    Returns:
        'loss' and every metric, means over all examples.
    """
    training = model.training
    model.eval()
    functions = {"loss": loss_fn, **(metrics or {})}
    totals, count = dict.fromkeys(functions, 0.0), 0
    with no_grad():
        for *inputs, target in batches:
            output = model(*inputs)
            for name, function in functions.items():
                totals[name] += float(function(output, target)) * len(target)
            count += len(target)
    model.train(training)
    if count == 0:
        raise ValueError("evaluate: got no batches; expected at least one")
    return {name: total / count for name, total in totals.items()}


def accuracy(output: Tensor, target: Tensor) -> float:
    """Return the share of places at which the largest score is the target's.

    Shape:
        output (..., K), target (...) of classes
    """
    return float((output.array.argmax(-1) == target.array).mean())


def token_cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Cross entropy of every token of every sequence, in mean nats per token.

    Args:
        logits: scores with the classes on the last axis, as language models give them.
        targets: the right tokens.
        ignore_index: a target that does not count, such as padding.

    Shape:
        logits (N, T, K), targets (N, T)
    """
    return F.cross_entropy(logits.flatten(0, -2), targets.reshape(-1), ignore_index=ignore_index)


class _Run:
    """What a run must remember to be stopped and taken up again."""

    def __init__(self, model: Module, optimizer: Any, scheduler: Any, generator: Any) -> None:
        self.model, self.optimizer, self.scheduler = model, optimizer, scheduler
        self.streams = [rng.default()] + (
            [generator] if isinstance(generator, rng.Generator) else []
        )
        self.history = History()
        self.best: dict[str, Any] | None = None
        self.waited = 0

    def judge(self, result: dict[str, float], min_delta: float, patience: int | None) -> None:
        """File the validation's results; keep the best weights; decide whether to stop."""
        history = self.history
        earlier = history.val_loss[history.best_epoch] if history.best_epoch >= 0 else math.inf
        loss = result.pop("loss")
        history.val_loss.append(loss)
        for name, value in result.items():
            history.metrics.setdefault(name, []).append(value)
        if loss < earlier - min_delta:
            history.best_epoch, self.waited = len(history.val_loss) - 1, 0
            if patience is not None:
                state = self.model.state_dict()
                self.best = {name: tensor.clone() for name, tensor in state.items()}
        else:
            self.waited += 1
        history.stopped_early = patience is not None and self.waited >= patience

    def write(self, path: Path) -> None:
        """Write the checkpoint, so that a crash in the middle leaves the old one whole."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self.scheduler is None else self.scheduler.state_dict(),
            "streams": [stream.get_state() for stream in self.streams],
            "history": asdict(self.history),
            "best": self.best,
            "waited": self.waited,
        }
        unfinished = path.with_name(path.name + ".part")
        save(state, unfinished)
        os.replace(unfinished, path)

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a run where the checkpoint left it."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler is not None and state["scheduler"] is not None:
            self.scheduler.load_state_dict(state["scheduler"])
        for stream, saved in zip(self.streams, state["streams"], strict=True):
            stream.set_state(saved)
        self.history = History(**state["history"])
        self.best, self.waited = state["best"], state["waited"]


def _length(batches: Any) -> int:
    return len(batches) if hasattr(batches, "__len__") else 1


def _line(history: History, epochs: int) -> str:
    parts = [f"epoch {len(history)}/{epochs}", f"loss {history.train_loss[-1]:.4f}"]
    if history.val_loss:
        parts.append(f"val loss {history.val_loss[-1]:.4f}")
    parts += [f"{name} {values[-1]:.4f}" for name, values in history.metrics.items()]
    return "  ".join([*parts, f"{history.seconds[-1]:.1f} s"])
