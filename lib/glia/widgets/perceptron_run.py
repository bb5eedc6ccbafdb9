"""A perceptron's training, visit by visit, with the library's update rule or the learner's own."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glia.neurons import perceptron_predict, perceptron_update

Update = Callable[[np.ndarray, int, np.ndarray, float, float], tuple[np.ndarray, float]]


@dataclass(frozen=True)
class Visit:
    """One example looked at during training.

    Attributes:
        epoch: from 1.
        index: which example.
        prediction: the answer before the update.
        weight_before: (D,).
        bias_before: the bias before the update.
        weight: (D,), after the update.
        bias: the bias after the update.
    """

    epoch: int
    index: int
    prediction: int
    weight_before: np.ndarray
    bias_before: float
    weight: np.ndarray
    bias: float

    @property
    def moved(self) -> bool:
        """Whether the update changed anything."""
        return self.bias != self.bias_before or bool(np.any(self.weight != self.weight_before))


@dataclass(frozen=True)
class Run:
    """All visits, the mistakes of each epoch, and why it ended.

    Attributes:
        visits: in order.
        mistakes: wrong predictions in each finished or broken epoch.
        converged: whether the last epoch was free of mistakes.
        error: what went wrong in the learner's function, or an empty string.
    """

    visits: list[Visit]
    mistakes: list[int]
    converged: bool
    error: str


def run(
    X: np.ndarray,
    y: np.ndarray,
    *,
    update: Update | None = None,
    labels: str = "01",
    lr: float = 1.0,
    max_visits: int = 120,
) -> Run:
    """Visit the examples in order from zero weights until an epoch is free of mistakes.

    Args:
        X: examples.
        y: labels of the convention ``labels``.
        update: the learner's ``update(x, y, weight, bias, lr) -> (weight, bias)``; the library's
            rule if None.
        labels: "01" or "pm1".
        lr: step size η.
        max_visits: give up after so many.

    Shape:
        - X: (N, D)
        - y: (N,)

    Returns:
        A ``Run``; an error of the learner's function ends it and is told in ``error``.
    """

    def own_rule(x: np.ndarray, target: int, w: np.ndarray, b: float, lr: float):
        return perceptron_update(x, target, w, b, lr=lr, labels=labels)

    step = own_rule if update is None else update
    weight, bias = np.zeros(X.shape[1]), 0.0
    visits: list[Visit] = []
    mistakes: list[int] = []
    epoch = 0
    while len(visits) + len(X) <= max(max_visits, len(X)):
        epoch += 1
        mistakes.append(0)
        for index, (x, target) in enumerate(zip(X, y, strict=True)):
            prediction = int(perceptron_predict(x, weight, bias, labels))
            mistakes[-1] += int(prediction != target)
            try:
                after = _checked(step, x, int(target), weight, bias, lr)
            except UpdateError as error:
                where = f"epoch {epoch}, example {index}: x = {_row(x)}, y = {target}"
                return Run(visits, mistakes, False, f"{error}\nAt {where}.")
            visits.append(Visit(epoch, index, prediction, weight, bias, *after))
            weight, bias = after
        if mistakes[-1] == 0:
            return Run(visits, mistakes, True, "")
    return Run(visits, mistakes, False, "")


class UpdateError(Exception):
    """The learner's update raised, or answered with something that is not (weight, bias)."""


def _checked(
    step: Update, x: np.ndarray, y: int, weight: np.ndarray, bias: float, lr: float
) -> tuple[np.ndarray, float]:
    try:
        # copies: an update in place must not rewrite the history that is drawn
        answer = step(x.copy(), y, weight.copy(), bias, lr)
    except Exception as error:
        raise UpdateError(_told(error)) from error
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        got = "None (is there a return?)" if answer is None else type(answer).__name__
        raise UpdateError(f"update must return two things, (weight, bias); got {got}.")
    try:
        new_weight, new_bias = np.array(answer[0], dtype=float), np.array(answer[1], dtype=float)
    except (TypeError, ValueError) as error:
        raise UpdateError(f"update must return numbers; got {answer!r}.") from error
    if new_weight.shape != weight.shape:
        raise UpdateError(
            f"update must return a weight of shape {weight.shape}; got shape {new_weight.shape}."
        )
    if new_bias.size != 1:
        raise UpdateError(f"update must return one number as bias; got shape {new_bias.shape}.")
    if not (np.isfinite(new_weight).all() and np.isfinite(new_bias).all()):
        raise UpdateError(f"update must return finite numbers; got {answer!r}.")
    return new_weight, float(new_bias.reshape(()))


def _told(error: Exception) -> str:
    """Type, message and the last line of the learner's own code."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    line = f"\n  line {frames[0].lineno}: {frames[0].line}" if frames and frames[0].line else ""
    return f"update raised {type(error).__name__}: {error}{line}"


def _row(x: np.ndarray) -> str:
    return "(" + ", ".join(f"{v:.3g}" for v in x) + ")"
