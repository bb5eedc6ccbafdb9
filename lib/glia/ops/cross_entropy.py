"""Multi-class cross entropy on logits, and one pass of softmax regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glia import backend
from glia.ops._check import Array, as_float, reduce, reduction_scale
from glia.ops.softmax import log_softmax, softmax

__all__ = ["cross_entropy", "cross_entropy_grad", "one_hot", "softmax_regression_epoch_"]


def one_hot(targets: ArrayLike, num_classes: int | None = None) -> Array:
    """Write class numbers as rows with a single 1.

    Args:
        targets: integers 0 … num_classes − 1.
        num_classes: K; by default one more than the largest target.

    Shape:
        (N,) → (N, K)

    Returns:
        float64 array.

    Raises:
        ValueError: targets are not a row of integers in range.

    Example:
        >>> one_hot([2, 0])
        array([[0., 0., 1.],
               [1., 0., 0.]])
    """
    indices = np.asarray(targets)
    if num_classes is None:
        num_classes = int(indices.max()) + 1 if indices.size else 0
    indices = _class_indices(indices, num_classes)
    rows = np.zeros((indices.shape[0], num_classes))
    rows[np.arange(indices.shape[0]), indices] = 1.0
    return rows


def cross_entropy(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> Any:
    """Return the cross entropy between targets and the softmax of logits.

    Formula:
        ℓ(z, y) = −Σ_j y_j log p_j with p = softmax(z); for class c that is log Σ_k e^(z_k) − z_c

    Args:
        logits: z, before the softmax.
        targets: class numbers (N,), or rows of probabilities (N, K): one-hot or soft.
        reduction: "mean", "sum" or "none".

    Shape:
        logits (N, K), targets (N,) int or (N, K) → () or (N,)

    Returns:
        Nats (an example, with "mean").

    Raises:
        ValueError: shapes do not fit, a class number is out of range, a row does not sum to 1.

    Gradient:
        softmax(z) − y; see `cross_entropy_grad`.

    Example:
        >>> round(float(cross_entropy([[0.0, 0.0, 0.0]], [2])), 4)
        1.0986
        >>> round(float(cross_entropy([[0.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]])), 4)
        1.0986
    """
    z, indices, rows = _logits_and_targets(logits, targets)
    log_p = log_softmax(z, axis=1) if z.shape[1] else z
    if rows is None:
        losses = -log_p[np.arange(z.shape[0]), indices]
    else:
        losses = -np.where(rows > 0, rows * log_p, 0).sum(axis=1)  # 0 · (−inf) counts as 0
    return reduce(losses + z.dtype.type(0), reduction)


def cross_entropy_grad(logits: ArrayLike, targets: ArrayLike, reduction: str = "mean") -> Array:
    """Return the gradient of `cross_entropy` with respect to the logits.

    Formula:
        ∂ℓ/∂z = p − y (over N, with "mean")

    Shape:
        logits (N, K), targets (N,) int or (N, K) → (N, K)

    Example:
        >>> cross_entropy_grad([[0.0, 0.0]], [0])
        array([[-0.5,  0.5]])
    """
    z, indices, rows = _logits_and_targets(logits, targets)
    scale = z.dtype.type(reduction_scale((z.shape[0],), reduction))
    grad = softmax(z, axis=1)
    if rows is None:
        grad[np.arange(z.shape[0]), indices] -= 1
    else:
        grad -= rows
    return grad * scale


@backend.reference(twin="glia.kernels.softmax_regression.softmax_regression_epoch_")
def softmax_regression_epoch_(
    X: Array, y: Array, order: Array, weight: Array, bias: Array, lr: float, batch_size: int
) -> float:
    """Descend once through the data in batches; changes `weight` and `bias` in place.

    Formula:
        W ← W − η (1/B) Σ_batch (p_i − y_i) x_iᵀ;  b ← b − η (1/B) Σ_batch (p_i − y_i)

    Args:
        X: examples, C-contiguous float.
        y: class numbers, int64.
        order: the order of the visit.
        weight: one row per class, updated in place.
        bias: one entry per class, updated in place.
        lr: step size η.
        batch_size: B; 1 is the per-sample rule, N is full-batch gradient descent.

    Shape:
        X (N, D), y (N,), order (M,) int64, weight (K, D), bias (K,)

    Returns:
        Mean cross entropy in nats, each example's measured just before its batch's step.
    """
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, target = X[batch], y[batch]
        rows = np.arange(len(batch))
        log_p = log_softmax(x @ weight.T + bias, axis=1)  # (B, K)
        total -= float(log_p[rows, target].sum())
        grad_z = np.exp(log_p)
        grad_z[rows, target] -= 1
        grad_z /= len(batch)
        weight -= lr * (grad_z.T @ x)
        bias -= lr * grad_z.sum(axis=0)
    return total / len(order)


def _logits_and_targets(
    logits: ArrayLike, targets: ArrayLike
) -> tuple[Array, Array | None, Array | None]:
    """Return logits with either class numbers or rows of probabilities."""
    z, given = as_float(logits, "logits"), np.asarray(targets)
    if z.ndim != 2:
        raise ValueError(f"logits must be (N, K), one row per example; got shape {z.shape}")
    if given.ndim == 1:
        if given.shape[0] != z.shape[0]:
            raise ValueError(
                f"logits hold {z.shape[0]} examples and targets {given.shape[0]}; expected as many"
            )
        return z, _class_indices(given, z.shape[1]), None
    if given.shape != z.shape:
        raise ValueError(
            f"targets must be class numbers of shape ({z.shape[0]},) or rows of shape {z.shape}, "
            f"got shape {given.shape}"
        )
    rows = as_float(given, "targets").astype(z.dtype, copy=False)
    if rows.size and not (rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1, atol=1e-5)):
        raise ValueError("each row of targets must be probabilities that sum to 1")
    return z, None, rows


def _class_indices(indices: Array, num_classes: int) -> Array:
    if indices.ndim != 1:
        raise ValueError(f"class numbers must be (N,), got shape {indices.shape}")
    if indices.dtype.kind not in "iub":
        if indices.size and not np.array_equal(indices, np.floor(indices)):
            raise ValueError(f"class numbers must be integers, got dtype {indices.dtype}")
    whole = indices.astype(np.int64)
    if whole.size and (whole.min() < 0 or whole.max() >= num_classes):
        raise ValueError(
            f"class numbers must lie in 0 … {num_classes - 1}, "
            f"got values from {whole.min()} to {whole.max()}"
        )
    return whole
