"""Normalisation on Tensors; all differ only in the axes over which they average."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ShapeError
from ..ops import norm as ops
from ..tensor import Tensor


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise the last axes of each example to mean 0 and variance 1, then scale and shift.

    Shape:
        input (*, *normalized_shape); weight and bias normalized_shape; the result as the input.

    Raises:
        ShapeError: the input does not end in normalized_shape.
    """
    shape = tuple(normalized_shape)
    if input.shape[input.ndim - len(shape) :] != shape:
        raise ShapeError(f"got an input of shape {input.shape}; expected it to end in {shape}")
    return ops.LayerNorm.apply(input, len(shape), weight, bias, eps)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel over batch and places, or by running statistics.

    In training the running ones move: running ← (1 − momentum) running + momentum batch, with the
    unbiased variance, while the batch itself is divided by the biased one.

    Shape:
        input (N, C, *); the others (C,); the result as the input.

    Raises:
        ShapeError: no channels, or training on one value for each channel (its variance is 0).
    """
    if input.ndim < 2:
        raise ShapeError(f"got an input of shape {input.shape}; expected (N, C, *)")
    for values in (running_mean, weight):
        if values is not None and values.shape != (input.shape[1],):
            raise ShapeError(
                f"got an input of shape {input.shape}; expected {values.shape[0]} channels"
            )
    if training and input.numel() <= input.shape[1]:
        raise ShapeError(
            f"got an input of shape {input.shape}; expected more than one value for each channel "
            "when training"
        )
    if not training and (running_mean is None or running_var is None):
        raise ValueError("batch_norm: without training the running statistics are needed")
    mean = None if running_mean is None else running_mean.array
    var = None if running_var is None else running_var.array
    return ops.BatchNorm.apply(input, mean, var, weight, bias, training, momentum, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each group of channels of each example.

    Shape:
        input (N, C, *) with C a multiple of num_groups; weight and bias (C,).
    """
    if input.ndim < 2 or input.shape[1] % num_groups:
        raise ShapeError(
            f"got an input of shape {input.shape}; expected (N, C, *) with C a multiple "
            f"of {num_groups}"
        )
    return ops.GroupNorm.apply(input, num_groups, weight, bias, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each example over its places: group norm, one channel a group."""
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if input.ndim < 3:
        raise ShapeError(f"got an input of shape {input.shape}; expected (N, C, *)")
    return ops.GroupNorm.apply(input, input.shape[1], weight, bias, eps)
