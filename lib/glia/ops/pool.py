"""Pooling: the largest or the mean value of each window."""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .activation import relu_backward
from .conv import Pads, Pair, patches, scatter
from .op import Op


class MaxPool2d(Op, name="max_pool2d"):
    """The largest value in each window; the first of equals gets the gradient."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, kernel, stride, padding, dilation):
        y = implementation("max_pool2d")(x, kernel, stride, padding, dilation)
        ctx.save_for_backward(x, y, kernel, stride, padding, dilation)
        return y

    @staticmethod
    def backward(ctx, grad):
        run = implementation("max_pool2d_backward")
        return run(grad, *ctx.saved_tensors), None, None, None, None


@reference(twin="glia.kernels.pool.max_pool2d")
def max_pool2d(
    x: np.ndarray, kernel: Pair, stride: Pair, padding: Pads, dilation: Pair, rectify: bool = False
) -> np.ndarray:
    """Return the largest value of each window, of max(x, 0) if it is to be rectified."""
    x = np.maximum(x, 0) if rectify else x
    windows, winner = _winners(x, kernel, stride, padding, dilation)
    return np.take_along_axis(windows, winner[:, :, None], axis=2)[:, :, 0]


@reference(twin="glia.kernels.pool.max_pool2d_backward")
def max_pool2d_backward(
    grad: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    kernel: Pair,
    stride: Pair,
    padding: Pads,
    dilation: Pair,
    rectify: bool = False,
) -> np.ndarray:
    """Send each window's gradient to its winner, the first of equals; y is what forward gave."""
    _, winner = _winners(np.maximum(x, 0) if rectify else x, kernel, stride, padding, dilation)
    places = np.arange(kernel[0] * kernel[1]).reshape(-1, 1, 1)
    columns = np.where(winner[:, :, None] == places, grad[:, :, None], 0)  # (N, C, K, H_out, W_out)
    spread = columns.reshape(*x.shape[:2], *kernel, *grad.shape[2:])
    out = scatter(spread, x.shape, stride, padding, dilation)
    return relu_backward(out, x) if rectify else out


def _winners(
    x: np.ndarray, kernel: Pair, stride: Pair, padding: Pads, dilation: Pair
) -> tuple[np.ndarray, np.ndarray]:
    """Return the windows as (N, C, K, H_out, W_out), and each one's largest place."""
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    windows, size = patches(x, kernel, stride, padding, dilation, fill=lowest)
    windows = windows.reshape(*x.shape[:2], kernel[0] * kernel[1], *size)
    return windows, windows.argmax(axis=2)


class AvgPool2d(Op, name="avg_pool2d"):
    """The mean of each window, over all its places or only over those inside the image."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, kernel, stride, padding, count_include_pad):
        ctx.save_for_backward(x.shape, kernel, stride, padding, count_include_pad)
        return implementation("avg_pool2d")(x, kernel, stride, padding, count_include_pad)

    @staticmethod
    def backward(ctx, grad):
        run = implementation("avg_pool2d_backward")
        return run(grad, *ctx.saved_tensors), None, None, None, None


@reference(twin="glia.kernels.pool_mean.avg_pool2d")
def avg_pool2d(
    x: np.ndarray, kernel: Pair, stride: Pair, padding: Pads, count_include_pad: bool
) -> np.ndarray:
    """Return the mean of each window: the sum of its places, by how many of them count."""
    windows, _ = patches(x, kernel, stride, padding, (1, 1))
    count = places_that_count(x.shape, kernel, stride, padding, count_include_pad)
    return windows.sum(axis=(2, 3)) / count.astype(x.dtype)


@reference(twin="glia.kernels.pool_mean.avg_pool2d_backward")
def avg_pool2d_backward(
    grad: np.ndarray,
    shape: tuple[int, ...],
    kernel: Pair,
    stride: Pair,
    padding: Pads,
    count_include_pad: bool,
) -> np.ndarray:
    """Send each window's gradient to all its places in equal shares; the images have this shape."""
    count = places_that_count(shape, kernel, stride, padding, count_include_pad)
    share = (grad / count.astype(grad.dtype))[:, :, None, None]
    columns = np.broadcast_to(share, (*shape[:2], *kernel, *grad.shape[2:]))
    return scatter(columns, shape, stride, padding, (1, 1))


def places_that_count(
    shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pads, count_include_pad: bool
) -> np.ndarray:
    """Return by how much each window's sum is divided, (H_out, W_out), or (1, 1) if all alike."""
    if count_include_pad:
        return np.array([[kernel[0] * kernel[1]]])
    inside = np.ones((1, 1, *shape[2:]))
    return patches(inside, kernel, stride, padding, (1, 1))[0].sum(axis=(0, 1, 2, 3))


class AdaptiveAvgPool2d(Op, name="adaptive_avg_pool2d"):
    """The means of as many (nearly equal) cells as asked for: Y = A X Bᵀ, A and B averaging."""

    @staticmethod
    def forward(ctx, x, size):
        rows = averaging_matrix(x.shape[2], size[0], x.dtype)
        columns = averaging_matrix(x.shape[3], size[1], x.dtype)
        ctx.save_for_backward(rows, columns)
        return rows @ x @ columns.T

    @staticmethod
    def backward(ctx, grad):
        rows, columns = ctx.saved_tensors
        return rows.T @ grad @ columns, None


def averaging_matrix(length: int, cells: int, dtype: np.dtype) -> np.ndarray:
    """Return the (cells, length) matrix whose row i averages from ⌊i·L/n⌋ up to ⌈(i+1)·L/n⌉."""
    out = np.zeros((cells, length), dtype)
    for i in range(cells):
        start, end = i * length // cells, -(-(i + 1) * length // cells)
        out[i, start:end] = 1 / (end - start)
    return out
