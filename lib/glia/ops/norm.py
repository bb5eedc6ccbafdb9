"""Normalisation: subtract the mean, divide by the standard deviation, over axes that differ.

Batch norm averages over the batch (and pixels), layer norm over the features of one example, group
norm over groups of channels of one example, instance norm over the pixels of one channel.

With x̂ = (x − μ)/√(σ² + ε) and g the gradient of x̂, all three paths (through x, μ and σ²) give
∂x = (g − mean(g) − x̂ · mean(g x̂)) / √(σ² + ε).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import implementation, reference
from .op import Op, unbroadcast


@reference()
def standardize(
    x: np.ndarray, axes: tuple[int, ...], eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return x̂, 1/√(σ² + ε), μ and σ² (the biased variance), the last three with axes kept."""
    mean = x.mean(axis=axes, keepdims=True)
    centred = x - mean
    var = np.mean(centred * centred, axis=axes, keepdims=True)
    rstd = 1 / np.sqrt(var + x.dtype.type(eps))
    return centred * rstd, rstd, mean, var


@reference()
def standardize_backward(
    grad: np.ndarray, x_hat: np.ndarray, rstd: np.ndarray, axes: tuple[int, ...]
) -> np.ndarray:
    """Carry a gradient back through `standardize`."""
    along = grad.mean(axis=axes, keepdims=True)
    across = (grad * x_hat).mean(axis=axes, keepdims=True)
    return (grad - along - x_hat * across) * rstd


def _affine(x_hat, weight, bias):
    y = x_hat if weight is None else x_hat * weight
    return y if bias is None else y + bias


def _affine_backward(grad, x_hat, weight, bias_shape):
    """Return the gradients of x̂, weight and bias."""
    if weight is None:
        return grad, None, None if bias_shape is None else unbroadcast(grad, bias_shape)
    grad_bias = None if bias_shape is None else unbroadcast(grad, bias_shape)
    return grad * weight, unbroadcast(grad * x_hat, weight.shape), grad_bias


class LayerNorm(Op, name="layer_norm"):
    """Normalise the last axes of each example, then scale and shift by γ and β."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, count, weight, bias, eps):
        y, statistics = implementation("layer_norm")(x, count, weight, bias, eps)
        ctx.save_for_backward(x, statistics, count, weight)
        return y

    @staticmethod
    def backward(ctx, grad):
        run = implementation("layer_norm_backward")
        grad_x, grad_weight, grad_bias = run(grad, *ctx.saved_tensors)
        return grad_x, None, grad_weight, grad_bias, None


@reference(twin="glia.kernels.norm.layer_norm")
def layer_norm(
    x: np.ndarray,
    count: int,
    weight: np.ndarray | None,
    bias: np.ndarray | None,
    eps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return γ x̂ + β over the last `count` axes; of each example μ and 1/√(σ² + ε), (2, N)."""
    x_hat, rstd, mean, _ = standardize(x, tuple(range(x.ndim - count, x.ndim)), eps)
    return _affine(x_hat, weight, bias), np.stack([mean.ravel(), rstd.ravel()])


@reference(twin="glia.kernels.norm.layer_norm_backward")
def layer_norm_backward(
    grad: np.ndarray,
    x: np.ndarray,
    statistics: np.ndarray,
    count: int,
    weight: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of x, γ and β."""
    mean, rstd = statistics.reshape(2, *x.shape[: x.ndim - count], *(1,) * count)
    examples, inner = tuple(range(x.ndim - count)), tuple(range(x.ndim - count, x.ndim))
    x_hat = (x - mean) * rstd
    grad_hat = grad if weight is None else grad * weight
    grad_x = standardize_backward(grad_hat, x_hat, rstd, inner)
    return grad_x, (grad * x_hat).sum(axis=examples), grad.sum(axis=examples)


class GroupNorm(Op, name="group_norm"):
    """Normalise each group of channels of each example; γ and β stand for each channel."""

    @staticmethod
    def forward(ctx, x, groups, weight, bias, eps):
        grouped = x.reshape(x.shape[0] * groups, math.prod(x.shape[1:]) // groups)
        x_hat, statistics = implementation("layer_norm")(grouped, 1, None, None, eps)
        x_hat = x_hat.reshape(x.shape)
        weight, bias = _per_channel(weight, x.ndim), _per_channel(bias, x.ndim)
        bias_shape = None if bias is None else bias.shape
        ctx.save_for_backward(grouped, statistics, x_hat, weight, bias_shape)
        return _affine(x_hat, weight, bias)

    @staticmethod
    def backward(ctx, grad):
        grouped, statistics, x_hat, weight, bias_shape = ctx.saved_tensors
        grad_hat, grad_weight, grad_bias = _affine_backward(grad, x_hat, weight, bias_shape)
        run = implementation("layer_norm_backward")
        grad_x, _, _ = run(grad_hat.reshape(grouped.shape), grouped, statistics, 1, None)
        return grad_x.reshape(grad.shape), None, _flat(grad_weight), _flat(grad_bias), None


class BatchNorm(Op, name="batch_norm"):
    """Normalise each channel over the batch; without batch statistics it is an affine map."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, running_mean, running_var, weight, bias, training, momentum, eps):
        if training:
            y, mean, rstd, var = implementation("batch_norm")(x, weight, bias, eps)
            if running_mean is not None:
                n = x.size // x.shape[1]
                running_mean += momentum * (mean - running_mean)
                running_var += momentum * (var * (n / max(n - 1, 1)) - running_var)
        else:
            mean, rstd = running_mean, 1 / np.sqrt(running_var + x.dtype.type(eps))
            x_hat = (x - _per_channel(mean, x.ndim)) * _per_channel(rstd, x.ndim)
            y = _affine(x_hat, _per_channel(weight, x.ndim), _per_channel(bias, x.ndim))
            mean = mean.copy()  # the running one moves on
        ctx.save_for_backward(x, mean, rstd, weight, training)
        return y

    @staticmethod
    def backward(ctx, grad):
        *saved, training = ctx.saved_tensors
        if training:
            grads = implementation("batch_norm_backward")(grad, *saved)
        else:
            x, mean, rstd, weight = saved
            x_hat = (x - _per_channel(mean, x.ndim)) * _per_channel(rstd, x.ndim)
            axes = (0, *range(2, x.ndim))
            slope = rstd if weight is None else rstd * weight
            grads = (
                grad * _per_channel(slope, x.ndim),
                (grad * x_hat).sum(axis=axes),
                grad.sum(axis=axes),
            )
        return grads[0], None, None, grads[1], grads[2], None, None, None


@reference(twin="glia.kernels.norm.batch_norm")
def batch_norm(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return γ x̂ + β, and each channel's μ, 1/√(σ² + ε) and (biased) σ²."""
    x_hat, rstd, mean, var = standardize(x, (0, *range(2, x.ndim)), eps)
    y = _affine(x_hat, _per_channel(weight, x.ndim), _per_channel(bias, x.ndim))
    return y, mean.reshape(-1), rstd.reshape(-1), var.reshape(-1)


@reference(twin="glia.kernels.norm.batch_norm_backward")
def batch_norm_backward(
    grad: np.ndarray,
    x: np.ndarray,
    mean: np.ndarray,
    rstd: np.ndarray,
    weight: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of x, γ and β."""
    axes = (0, *range(2, x.ndim))
    scale = _per_channel(rstd, x.ndim)
    x_hat = (x - _per_channel(mean, x.ndim)) * scale
    grad_hat = grad if weight is None else grad * _per_channel(weight, x.ndim)
    grad_x = standardize_backward(grad_hat, x_hat, scale, axes)
    return grad_x, (grad * x_hat).sum(axis=axes), grad.sum(axis=axes)


def _per_channel(values, ndim) -> Any:
    """(C,) → (C, 1, …), to broadcast over (N, C, …)."""
    return None if values is None else values.reshape(1, -1, *(1,) * (ndim - 2))


def _flat(values):
    return None if values is None else values.reshape(-1)
