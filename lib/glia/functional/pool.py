"""Pooling on Tensors."""

from __future__ import annotations

import functools
from typing import Any

from ..errors import ShapeError
from ..ops import pool as ops
from ..tensor import Tensor
from .conv import check_window, two


def pool_window(input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any) -> tuple:
    """Return kernel, step, padding and dilation in pairs, once they are known to fit the input."""
    shape = input.shape
    if len(shape) != 4:
        raise ShapeError(f"got an input of shape {shape}; expected (N, C, H, W)")
    try:
        return _fitting(shape[2:], kernel_size, stride, padding, dilation)
    except TypeError:  # lists have no hash
        return _fitting.__wrapped__(shape[2:], kernel_size, stride, padding, dilation)


@functools.lru_cache(256, typed=True)
def _fitting(size: tuple, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple:
    kernel, gap, (h, w) = two(kernel), two(dilation), two(padding)
    step = kernel if stride is None else two(stride)
    if 2 * h > kernel[0] or 2 * w > kernel[1]:
        raise ValueError(f"got padding {(h, w)}; expected at most half of the window {kernel}")
    around = ((h, h), (w, w))
    check_window(size, kernel, step, around, gap)
    return kernel, step, around, gap


def max_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
) -> Tensor:
    """Return the largest value of each window; the stride is the window's size unless given.

    Shape:
        (N, C, H, W) → (N, C, H_out, W_out); (C, H, W) works too.

    Raises:
        ShapeError: the window is larger than the image.
    """
    if input.ndim == 3:
        return max_pool2d(input.unsqueeze(0), kernel_size, stride, padding, dilation).squeeze(0)
    return ops.MaxPool2d.apply(input, *pool_window(input, kernel_size, stride, padding, dilation))


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window; `count_include_pad` says whether padding is counted."""
    if ceil_mode:
        raise ValueError("avg_pool2d: ceil_mode=True is not offered; pad the input instead")
    if input.ndim == 3:
        image = input.unsqueeze(0)
        return avg_pool2d(image, kernel_size, stride, padding, False, count_include_pad).squeeze(0)
    kernel, step, around, _ = pool_window(input, kernel_size, stride, padding, 1)
    return ops.AvgPool2d.apply(input, kernel, step, around, count_include_pad)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over cells cut so that the output has this size; 1 is global pooling."""
    size = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
    size = tuple(n if s is None else s for s, n in zip(size, input.shape[-2:], strict=True))
    if input.ndim == 3:
        return adaptive_avg_pool2d(input.unsqueeze(0), size).squeeze(0)
    return ops.AdaptiveAvgPool2d.apply(input, size)


def max_pool1d(
    input: Tensor, kernel_size: int, stride: Any = None, padding: int = 0, dilation: int = 1
) -> Tensor:
    """Return the largest value of each window along the last axis."""
    step = kernel_size if stride is None else stride
    row = input.unsqueeze(-2)
    return max_pool2d(row, (1, kernel_size), (1, step), (0, padding), (1, dilation)).squeeze(-2)


def avg_pool1d(
    input: Tensor,
    kernel_size: int,
    stride: Any = None,
    padding: int = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window along the last axis."""
    step = kernel_size if stride is None else stride
    row = input.unsqueeze(-2)
    out = avg_pool2d(row, (1, kernel_size), (1, step), (0, padding), ceil_mode, count_include_pad)
    return out.squeeze(-2)


def adaptive_avg_pool1d(input: Tensor, output_size: int) -> Tensor:
    """Return means over as many cells of the last axis as asked for."""
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, output_size)).squeeze(-2)
