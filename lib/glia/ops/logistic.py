"""Binary cross entropy on logits, and one pass of logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glia import backend
from glia.ops._check import Array, as_float, reduce, reduction_scale, same_shape
from glia.ops.sigmoid import sigmoid

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "log_likelihood",
    "logistic_epoch_",
    "logistic_gradient",
    "logistic_loss",
    "logistic_loss_grad",
]


def logistic_loss(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> Any:
    """Return the binary cross entropy (log loss, negative log-likelihood) of logits.

    Formula:
        ℓ(z, y) = −[y log σ(z) + (1 − y) log(1 − σ(z))] = max(z, 0) − y z + log(1 + e^(−|z|))

    Args:
        logits: z, before the sigmoid.
        targets: y in [0, 1]; probabilities are welcome.
        reduction: "mean", "sum" or "none".

    Shape:
        logits (...), targets the same → () or (...)

    Returns:
        Nats (an example, with "mean").

    Raises:
        ValueError: shapes differ, targets lie outside [0, 1], or the mean is over no example.

    Gradient:
        σ(z) − y; see `logistic_loss_grad`.

    Example:
        >>> round(float(logistic_loss([2.0], [1.0])), 4)
        0.1269
    """
    z, y = _logits_and_targets(logits, targets)
    losses = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return reduce(losses, reduction)


def logistic_loss_grad(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> Array:
    """Return the gradient of `logistic_loss` with respect to the logits.

    Formula:
        ∂ℓ/∂z = ∂ℓ/∂a · da/dz = (a − y)/(a − a²) · a(1 − a) = a − y, with a = σ(z)

    Shape:
        logits (...), targets the same → (...)

    Example:
        >>> round(float(logistic_loss_grad([2.0], [1.0])[0]), 4)
        -0.1192
    """
    z, y = _logits_and_targets(logits, targets)
    return (sigmoid(z) - y) * z.dtype.type(reduction_scale(z.shape, reduction))


def binary_cross_entropy(
    probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean"
) -> Any:
    """Return the binary cross entropy of probabilities.

    Formula:
        ℓ(a, y) = −[y log a + (1 − y) log(1 − a)], with 0 log 0 = 0

    Where you have the logits, `logistic_loss` is exact where this one is infinite: σ(40) rounds
    to 1.

    Shape:
        probabilities (...), targets the same → () or (...)

    Raises:
        ValueError: shapes differ, or values lie outside [0, 1].

    Gradient:
        see `binary_cross_entropy_grad`.

    Example:
        >>> round(float(binary_cross_entropy([0.5], [1.0])), 4)
        0.6931
    """
    a, y = _probabilities_and_targets(probabilities, targets)
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0 · (−inf) is nan in floating point; by convention it is 0 here.
        losses = -(np.where(y > 0, y * np.log(a), 0) + np.where(y < 1, (1 - y) * np.log1p(-a), 0))
    return reduce(losses + 0.0, reduction)  # + 0.0 turns −0.0 into 0.0


def binary_cross_entropy_grad(
    probabilities: ArrayLike, targets: ArrayLike, reduction: str = "mean"
) -> Array:
    """Return the gradient of `binary_cross_entropy` with respect to the probabilities.

    Formula:
        ∂ℓ/∂a = (a − y) / (a − a²)

    Times da/dz = a (1 − a) it is a − y, the gradient by the logit. At a = y = 0 and a = y = 1 it
    takes the one-sided limit, 1 and −1; at a confident mistake it is infinite.

    Shape:
        probabilities (...), targets the same → (...)

    Example:
        >>> binary_cross_entropy_grad([0.5], [1.0])
        array([-2.])
    """
    a, y = _probabilities_and_targets(probabilities, targets)
    with np.errstate(divide="ignore", invalid="ignore"):
        # (a − y)/(a − a²) = (1 − y)/(1 − a) − y/a, in a form that meets 0/0 one term at a time
        grad = np.where(y < 1, (1 - y) / (1 - a), 0) - np.where(y > 0, y / a, 0)
    return grad * a.dtype.type(reduction_scale(a.shape, reduction))


def log_likelihood(X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float) -> float:
    """Return the log-likelihood of the labels under the logistic model.

    Formula:
        P(y | x) = a^y (1 − a)^(1 − y) with a = σ(w·x + b);
        log L(w, b) = Σ_i [y_i log a_i + (1 − y_i) log(1 − a_i)]

    Shape:
        X (N, D), y (N,), weight (D,) → scalar

    Returns:
        Nats, summed over the examples; never positive.

    Example:
        >>> round(log_likelihood([[0.0], [0.0]], [0, 1], [1.0], 0.0), 4)
        -1.3863
    """
    x, w = as_float(X, "X"), as_float(weight, "weight")
    return -float(logistic_loss(x @ w + bias, y, reduction="sum"))


def logistic_gradient(
    X: ArrayLike, y: ArrayLike, weight: ArrayLike, bias: float
) -> tuple[Array, float]:
    """Return the gradient of the mean log loss with respect to weight and bias.

    Formula:
        ∂ℓ/∂w = (1/N) Xᵀ(a − y);  ∂ℓ/∂b = (1/N) Σ_i (a_i − y_i), with a = σ(Xw + b)

    Shape:
        X (N, D), y (N,), weight (D,) → ((D,), scalar)
    """
    x, w = as_float(X, "X"), as_float(weight, "weight")
    grad_z = logistic_loss_grad(x @ w + bias, y)
    return x.T @ grad_z, float(grad_z.sum())


@backend.reference(twin="glia.kernels.logistic.logistic_epoch_")
def logistic_epoch_(
    X: Array, y: Array, order: Array, weight: Array, bias: Array, lr: float, batch_size: int
) -> float:
    """Descend once through the data in batches; changes `weight` and `bias` in place.

    Formula:
        w ← w − η (1/B) Σ_batch (a_i − y_i) x_i;  b ← b − η (1/B) Σ_batch (a_i − y_i)

    Args:
        X: examples, C-contiguous float.
        y: labels 0 and 1 as floats of X's dtype.
        order: the order of the visit.
        weight: updated in place.
        bias: an array of one, updated in place.
        lr: step size η.
        batch_size: B; 1 is the per-sample rule, N is full-batch gradient descent.

    Shape:
        X (N, D), y (N,), order (M,) int64, weight (D,), bias (1,)

    Returns:
        Mean log loss in nats, each example's measured just before its batch's step.
    """
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, target = X[batch], y[batch]
        z = x @ weight + bias[0]
        total += float(np.sum(np.maximum(z, 0) - target * z + np.log1p(np.exp(-np.abs(z)))))
        grad_z = (sigmoid(z) - target) / len(batch)
        weight -= lr * (x.T @ grad_z)
        bias[0] -= lr * grad_z.sum()
    return total / len(order)


def _logits_and_targets(logits: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    z = as_float(logits, "logits")
    y = as_float(targets, "targets").astype(z.dtype, copy=False)
    same_shape(z, y, "logits", "targets")
    _in_unit_interval(y, "targets")
    return z, y


def _probabilities_and_targets(probabilities: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    a = as_float(probabilities, "probabilities")
    y = as_float(targets, "targets").astype(a.dtype, copy=False)
    same_shape(a, y, "probabilities", "targets")
    _in_unit_interval(a, "probabilities")
    _in_unit_interval(y, "targets")
    return a, y


def _in_unit_interval(values: Array, name: str) -> None:
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError(
            f"{name} must lie between 0 and 1, got values from {values.min()} to {values.max()}"
        )
