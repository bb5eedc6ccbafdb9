"""Why the perceptron stops: the margin and the mistake bound; and where a rule of thumb fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.neurons import _check
from glia.ops.perceptron import perceptron_predict, perceptron_update

__all__ = ["VerbalRule", "margin", "mistake_bound", "verbal_rule_counterexample"]


def margin(X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float = 0.0) -> float:
    """Return the margin of a separating line, in the space where the bias is one more weight.

    Formula:
        γ = min_i s_i (w·x_i + b) / ‖(w, b)‖, with s_i = ±1 the side of y_i

    Args:
        X: examples.
        y: labels, 0 and 1 or −1 and +1.
        weight: w of the line.
        bias: b of the line.

    Shape:
        X (N, D), y (N,), weight (D,) → scalar

    Returns:
        The smallest signed distance; below 0 if the line leaves an example on the wrong side.

    Raises:
        ValueError: shapes do not fit, labels are mixed, or the line is all zeros.
    """
    data, side, line = _sides(X, y, weight, bias)
    lifted = np.column_stack([data, np.ones(len(data))])  # a constant input of 1 carries the bias
    return float((side * (lifted @ line)).min() / np.linalg.norm(line))


def mistake_bound(X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float = 0.0) -> float:
    """Return how many mistakes the perceptron can make at most, given one separating line.

    Formula:
        mistakes ≤ (R / γ)², with R = max_i ‖(x_i, 1)‖ and γ = min_i s_i (w·x_i + b) / ‖(w, b)‖

    Both R and γ are measured in the space where a constant input of 1 carries the bias. The bound
    holds from zero weights, in any order of visit, for any step size; the line need not be the one
    that the perceptron finds. The wider the margin, the better the bound.

    Args:
        X: examples.
        y: labels, 0 and 1 or −1 and +1.
        weight: w of a line that separates the classes.
        bias: b of that line.

    Shape:
        X (N, D), y (N,), weight (D,) → scalar

    Raises:
        ValueError: the line does not separate the classes, or shapes do not fit.

    Example:
        >>> round(mistake_bound([[-1.0], [1.0]], [0, 1], [1.0], 0.0), 6)
        2.0

    Source:
        Novikoff (1962), On convergence proofs for perceptrons.
    """
    gamma = margin(X, y, weight, bias)
    if gamma <= 0:
        raise ValueError(
            f"the bound needs a line that separates the classes; this one has margin {gamma:.4g}"
        )
    data, _, _ = _sides(X, y, weight, bias)
    radius_squared = float((np.square(data).sum(axis=1) + 1).max())
    return radius_squared / gamma**2


@dataclass(frozen=True)
class VerbalRule:
    """What happens if a rule of thumb replaces the perceptron rule on one example.

    Attributes:
        x: the input.
        weight: weights before the step.
        bias: bias before the step.
        net_before: net input before.
        net_verbal: net input after the rule of thumb: lower every active input's weight by η.
        net_rule: net input after the perceptron rule: w ← w + η (y − ŷ) x.
    """

    x: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: float
    net_before: float
    net_verbal: float
    net_rule: float

    @property
    def verbal_helps(self) -> bool:
        """Whether the rule of thumb lowered the net input, as it promises."""
        return self.net_verbal < self.net_before


def verbal_rule_counterexample(x: ArrayLike = (-1.0, -2.0), lr: float = 1.0) -> VerbalRule:
    """Show where "output too high: lower the weights" goes wrong: on negative inputs.

    The unit answers 1 where 0 is right, so its output is too high. Said in words, the cure is to
    lower the weights of the inputs that are on. With inputs of 0 and 1 that is the perceptron rule.
    A negative input turns it round: lowering its weight *raises* the net input. The formula has
    the sign of x in it, the words do not.

    Args:
        x: the input; try positive numbers, then negative ones.
        lr: step size η.

    Shape:
        x (D,)

    Returns:
        Net inputs before the step, after the words and after the formula.

    Raises:
        ValueError: x is not a vector, or all zeros.

    Example:
        >>> shown = verbal_rule_counterexample([-1.0, -2.0])
        >>> shown.net_before, shown.net_verbal, shown.net_rule
        (5.0, 8.0, -1.0)
        >>> verbal_rule_counterexample([1.0, 2.0]).verbal_helps
        True
    """
    vector = np.array(x, dtype=np.float64)
    if vector.ndim != 1 or not vector.any():
        raise ValueError(f"x must be a vector that is not all zeros, got {vector.tolist()}")
    weight, bias = vector.copy(), 0.0  # net = ‖x‖² > 0: the unit fires, and should not
    active = (vector != 0).astype(np.float64)
    new_weight, new_bias = perceptron_update(vector, 0, weight, bias, lr)
    assert perceptron_predict(vector, weight, bias) == 1
    return VerbalRule(
        x=vector,
        weight=weight,
        bias=bias,
        net_before=float(vector @ weight + bias),
        net_verbal=float(vector @ (weight - lr * active) + bias),
        net_rule=float(vector @ new_weight + new_bias),
    )


def _sides(
    X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    data = _check.examples(X).astype(np.float64, copy=False)
    given = _check.labels_of(y, data.shape[0])
    _check.only_values(given, (-1, 1) if (given == -1).any() else (0, 1), "the mistake bound")
    line = np.append(np.asarray(weight, dtype=np.float64), float(bias))
    if line.shape != (data.shape[1] + 1,):
        raise ValueError(f"weight must be ({data.shape[1]},) to fit X, got {np.shape(weight)}")
    if not line.any():
        raise ValueError("weight and bias are all zero: that is no line")
    return data, np.where(given == 1, 1.0, -1.0), line
