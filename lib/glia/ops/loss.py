"""Losses as differentiable ops: one value for each example, or their sum or mean.

Weights of classes and the reduction are PyTorch's: 'mean' divides by the sum of the weights where
targets are class numbers, by the number of examples where they are probabilities.
"""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .op import Op
from .sigmoid import log_sigmoid, sigmoid
from .softmax import log_softmax


def reduced(values: np.ndarray, reduction: str, count: float | None = None) -> np.ndarray:
    """Return the values, their sum, or their sum over count (the number of values by default)."""
    if reduction == "none":
        return values
    if reduction == "sum":
        return values.sum()
    if reduction == "mean":
        with np.errstate(invalid="ignore", divide="ignore"):  # a mean over nothing is nan
            return values.sum() / values.dtype.type(values.size if count is None else count)
    raise ValueError(f"reduction must be 'none', 'mean' or 'sum', got {reduction!r}")


def spread(grad: np.ndarray, shape: tuple, reduction: str, count: float) -> np.ndarray:
    """Undo `reduced`: the upstream gradient of each value."""
    if reduction == "mean":
        with np.errstate(invalid="ignore", divide="ignore"):
            grad = grad / grad.dtype.type(count)
    return np.broadcast_to(grad, shape)


class MSELoss(Op, name="mse_loss"):
    """ℓ = (x − y)²."""

    @staticmethod
    def forward(ctx, x, y, reduction):
        ctx.save_for_backward(x - y, reduction)
        return reduced((x - y) ** 2, reduction)

    @staticmethod
    def backward(ctx, grad):
        d, reduction = ctx.saved_tensors
        g = spread(grad, d.shape, reduction, d.size) * 2 * d
        return g, -g, None


class L1Loss(Op, name="l1_loss"):
    """ℓ = |x − y|; slope 0 where they agree."""

    @staticmethod
    def forward(ctx, x, y, reduction):
        ctx.save_for_backward(x - y, reduction)
        return reduced(np.abs(x - y), reduction)

    @staticmethod
    def backward(ctx, grad):
        d, reduction = ctx.saved_tensors
        g = spread(grad, d.shape, reduction, d.size) * np.sign(d)
        return g, -g, None


class BCELoss(Op, name="binary_cross_entropy"):
    """ℓ = −w (y log p + (1 − y) log(1 − p)), the logarithms cut off at −100 as in PyTorch."""

    @staticmethod
    def forward(ctx, p, y, weight, reduction):
        with np.errstate(divide="ignore"):
            log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
        weight = None if weight is None else np.broadcast_to(weight, p.shape)
        ctx.save_for_backward(p, y, weight, log_p, log_q, reduction)
        losses = -(y * log_p + (1 - y) * log_q)
        return reduced(losses if weight is None else weight * losses, reduction)

    @staticmethod
    def backward(ctx, grad):
        p, y, weight, log_p, log_q, reduction = ctx.saved_tensors
        g = spread(grad, p.shape, reduction, p.size)
        g = g if weight is None else g * weight
        grad_y = g * (log_q - log_p) if ctx.needs_input_grad[1] else None
        return g * (p - y) / np.maximum(p * (1 - p), 1e-12), grad_y, None, None


class BCEWithLogitsLoss(Op, name="binary_cross_entropy_with_logits"):
    """ℓ = −w (c y log σ(z) + (1 − y) log(1 − σ(z))), from the logit z: never log 0."""

    @staticmethod
    def forward(ctx, z, y, weight, reduction, pos_weight):
        c = 1 if pos_weight is None else pos_weight
        weight = None if weight is None else np.broadcast_to(weight, z.shape)
        ctx.save_for_backward(z, y, weight, c, reduction)
        losses = -(c * y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z))
        return reduced(losses if weight is None else weight * losses, reduction)

    @staticmethod
    def backward(ctx, grad):
        z, y, weight, c, reduction = ctx.saved_tensors
        g = spread(grad, z.shape, reduction, z.size)
        g = g if weight is None else g * weight
        grad_z = g * ((1 - y) * sigmoid(z) - c * y * sigmoid(-z))
        grad_y = g * (log_sigmoid(-z) - c * log_sigmoid(z)) if ctx.needs_input_grad[1] else None
        return grad_z, grad_y, None, None, None


class NLLLoss(Op, name="nll_loss"):
    """ℓ = −w_y log p_y for class numbers y, the classes along axis 1; `ignore_index` counts 0."""

    @staticmethod
    def forward(ctx, log_p, y, weight, ignore_index, reduction):
        rows, index, w = _picked(log_p, y, weight, ignore_index)
        ctx.save_for_backward(rows.shape, log_p.shape, index, w, y.shape, reduction)
        losses = -w * np.take_along_axis(rows, index[:, None], axis=1)[:, 0]
        return reduced(losses.reshape(y.shape), reduction, w.sum())

    @staticmethod
    def backward(ctx, grad):
        rows_shape, shape, index, w, y_shape, reduction = ctx.saved_tensors
        g = -w * spread(grad, y_shape, reduction, w.sum()).reshape(-1)
        out = np.zeros(rows_shape, grad.dtype)
        np.put_along_axis(out, index[:, None], g[:, None], axis=1)
        return _classes_second(out, shape), None, None, None, None


class CrossEntropyLoss(Op, name="cross_entropy"):
    """ℓ = −Σ_k w_k q_k log softmax(z)_k; q is one-hot or given, smoothed towards uniform by ε.

    ∂ℓ/∂z = p Σ_k w_k q_k − w q: with plain targets, p − y.
    """

    keeps_nothing = True

    @staticmethod
    def forward(ctx, z, target, weight, ignore_index, reduction, label_smoothing):
        if _is_plain(z, target, weight, reduction, label_smoothing):
            loss, slope = implementation("class_cross_entropy")(z, target, ignore_index, reduction)
            ctx.save_for_backward(slope)
            return loss
        rows = _classes_last(z)
        k = rows.shape[1]
        per_class = ctx.per_class = np.ones(k, z.dtype) if weight is None else weight
        if target.shape == z.shape and target.dtype.kind == "f":
            q = _classes_last(target)
            shape, count = (z.shape[0], *z.shape[2:]) if z.ndim > 1 else (), len(rows)
            wq = per_class * (q * (1 - label_smoothing) + label_smoothing / k)
        else:
            _, index, w = _picked(z, target, weight, ignore_index)
            shape, count = target.shape, w.sum()
            kept = (target.reshape(-1) != ignore_index).astype(z.dtype)
            wq = kept[:, None] * per_class * (label_smoothing / k)
            wq[np.arange(len(rows)), index] += (1 - label_smoothing) * w
        log_p = log_softmax(rows, axis=1) if rows.size else rows
        ctx.save_for_backward(log_p, wq, z.shape, shape, count, reduction, label_smoothing)
        with np.errstate(invalid="ignore"):  # 0 · ∞ is 0 here
            losses = -np.where(wq != 0, wq * log_p, 0).sum(axis=1, dtype=z.dtype)
        return reduced(losses.reshape(shape), reduction, count)

    @staticmethod
    def backward(ctx, grad):
        if len(ctx.saved_tensors) == 1:
            grad_z = implementation("multiply")(ctx.saved_tensors[0], grad)
            return grad_z, None, None, None, None, None
        log_p, wq, z_shape, shape, count, reduction, smoothing = ctx.saved_tensors
        g = spread(grad, shape, reduction, count).reshape(-1, 1)
        grad_z = g * (np.exp(log_p) * wq.sum(axis=1, keepdims=True) - wq)
        grad_t = None
        if ctx.needs_input_grad[1]:
            grad_t = _classes_second(-g * (1 - smoothing) * ctx.per_class * log_p, z_shape)
        return _classes_second(grad_z, z_shape), grad_t, None, None, None, None


def _is_plain(z, target, weight, reduction, label_smoothing):
    """Return whether it is the everyday case: rows of logits, one class number for each."""
    return (
        weight is None
        and not label_smoothing
        and z.ndim == 2
        and target.ndim == 1
        and target.dtype.kind != "f"
        and reduction in ("mean", "sum")
    )


@reference(twin="glia.kernels.cross_entropy.class_cross_entropy")
def class_cross_entropy(
    z: np.ndarray, target: np.ndarray, ignore_index: int, reduction: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return −Σ log softmax(z)_y, or its mean over the rows that count, and its gradient p − y."""
    rows, index, kept = _picked(z, target, None, ignore_index)
    log_p = log_softmax(rows, axis=1) if rows.size else rows
    here, count = np.arange(len(rows)), kept.sum() if reduction == "mean" else 1
    losses = np.where(kept != 0, -log_p[here, index], 0)
    slope = np.exp(log_p) * kept[:, None]
    slope[here, index] -= kept
    with np.errstate(invalid="ignore", divide="ignore"):  # a mean over nothing is nan
        return np.asarray(losses.sum(dtype=z.dtype) / count, z.dtype), slope / count


class ZeroOneLoss(Op, name="zero_one_loss"):
    """ℓ = 1 where the prediction differs from the target; its gradient is 0 everywhere."""

    @staticmethod
    def forward(ctx, scores, prediction, target, weight, reduction):
        w = np.ones(target.shape, np.float32) if weight is None else weight[target]
        ctx.save_for_backward(scores.shape)
        return reduced((prediction != target) * w, reduction, w.sum())

    @staticmethod
    def backward(ctx, grad):
        return np.zeros(ctx.saved_tensors[0], grad.dtype), None, None, None, None


def _classes_last(z):
    """(N, K, d1, …) or (K,) → (N d1 …, K)."""
    if z.ndim == 1:
        return z[None]
    return np.moveaxis(z, 1, -1).reshape(-1, z.shape[1])


def _classes_second(rows, shape):
    """(N d1 …, K) → (N, K, d1, …) or (K,)."""
    if len(shape) == 1:
        return rows.reshape(shape)
    return np.moveaxis(rows.reshape(shape[0], *shape[2:], shape[1]), -1, 1)


def _picked(z, y, weight, ignore_index):
    """Return rows of scores, each row's class number, and its weight: 0 where ignored."""
    rows, index = _classes_last(z), y.reshape(-1)
    kept = index != ignore_index
    wrong = kept & ((index < 0) | (index >= rows.shape[1]))
    if wrong.any():
        raise IndexError(
            f"class number {int(index[wrong][0])} is out of range: "
            f"expected 0 to {rows.shape[1] - 1}, one for each of {rows.shape[1]} scores"
        )
    index = np.where(kept, index, 0)
    w = kept.astype(z.dtype) if weight is None else kept * weight[index]
    return rows, index, w
