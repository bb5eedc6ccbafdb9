"""What is done to many parameters at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ...tensor import Tensor


def _list(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients together so that their joint norm is at most max_norm.

    The direction stays: only the step gets shorter.

    Returns:
        The norm before clipping.

    Raises:
        RuntimeError: the norm is NaN or infinite, and error_if_nonfinite.
    """
    grads = [p.grad.array for p in _list(parameters) if p.grad is not None]
    if norm_type == math.inf:
        total = max((float(np.abs(g).max()) for g in grads if g.size), default=0.0)
    else:
        powers = sum(float((np.abs(g).astype(np.float64) ** norm_type).sum()) for g in grads)
        total = powers ** (1 / norm_type)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(f"clip_grad_norm_: got a gradient of norm {total}; expected a number")
    scale = max_norm / (total + 1e-6)
    if scale < 1:
        for grad in grads:
            grad *= grad.dtype.type(scale)
    return Tensor.make(np.asarray(total, grads[0].dtype if grads else np.float32))


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Cut every entry of every gradient to [−clip_value, clip_value]."""
    for parameter in _list(parameters):
        if parameter.grad is not None:
            np.clip(parameter.grad.array, -clip_value, clip_value, out=parameter.grad.array)


def count_parameters(module: Any, trainable_only: bool = False) -> int:
    """Return how many numbers a module has learned or will learn.

    Example:
        >>> from glia.nn import Linear, Sequential
        >>> count_parameters(Sequential(Linear(2, 1024), Linear(1024, 512), Linear(512, 3)))
        529411
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad or not trainable_only)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Join all parameters into one vector: a point of the loss surface."""
    return Tensor.make(np.concatenate([p.array.reshape(-1) for p in parameters]))


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write a vector back into the parameters, in the order of `parameters_to_vector`."""
    start = 0
    for parameter in parameters:
        size = parameter.numel()
        parameter.array[...] = vec.array[start : start + size].reshape(parameter.shape)
        start += size
