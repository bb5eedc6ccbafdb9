"""Affine maps, look-up tables, dropout, and small preparations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import rng
from ..errors import ShapeError
from ..ops import activation as ops
from ..ops.cross_entropy import one_hot as _one_hot
from ..ops.matmul import Linear
from ..ops.shape import Pad
from ..tensor import Tensor

_PIECE = 8192  # random numbers drawn at a time: all at once take more memory than what they make


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Y = X Wᵀ + b.

    Shape:
        input (*, in_features), weight (out_features, in_features), bias (out_features,);
        the result (*, out_features).

    Raises:
        ShapeError: the last axis of input is not in_features long.
    """
    if not isinstance(input, (Tensor, np.ndarray)):
        raise TypeError(f"got an input of type {type(input).__name__}; expected a Tensor")
    shape = input.shape
    if not shape or shape[-1] != weight.shape[1]:
        flat = input.ndim > 2 and math.prod(input.shape[1:]) == weight.shape[1]
        raise ShapeError(
            f"got an input of shape {input.shape}; expected (*, {weight.shape[1]}) "
            f"for a weight of shape {weight.shape}{'; x.flatten(1) joins the axes' if flat else ''}"
        )
    if input.dtype.kind != "f":
        raise TypeError(f"got an input of dtype {input.dtype}; expected floats (.float())")
    return Linear.apply(input, weight, bias)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set each entry to 0 with probability p and scale the others by 1/(1 − p); only in training.

    Raises:
        ValueError: p is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: got p = {p}; expected a probability from 0 to 1")
    if not training or p == 0:
        return input
    return ops.Dropout.apply(input, dropout_mask(input.shape, p, input.dtype))


def dropout_mask(shape: tuple[int, ...], p: float, dtype: np.dtype) -> np.ndarray:
    """Return 0 with probability p, else 1/(1 − p), so that the mean stays what it was."""
    mask, scale = np.empty(shape, dtype), dtype.type(1 / (1 - p) if p < 1 else 0)
    flat, source = mask.reshape(-1), rng.generator()
    numbers = np.empty(min(flat.size, _PIECE))
    for first in range(0, flat.size, _PIECE):
        piece = flat[first : first + _PIECE]
        drawn = source.random(out=numbers[: piece.size])
        np.multiply(drawn >= p, scale, out=piece)
    return mask


def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Look up rows of weight; the row padding_idx gets no gradient.

    Shape:
        input (*) integers, weight (K, D); the result (*, D).

    Raises:
        IndexError: an index is out of range.
    """
    indices = input.array
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: got indices of dtype {indices.dtype}; expected integers")
    if indices.size and (indices.min() < 0 or indices.max() >= weight.shape[0]):
        raise IndexError(
            f"embedding: got indices from {indices.min()} to {indices.max()}; "
            f"expected 0 to {weight.shape[0] - 1}"
        )
    return ops.Embedding.apply(input, weight, padding_idx)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Write class numbers as vectors with a single 1.

    Shape:
        (*) → (*, num_classes), int64.
    """
    rows = _one_hot(tensor.array.reshape(-1), None if num_classes < 0 else num_classes)
    return Tensor.make(rows.reshape(*tensor.shape, -1).astype(np.int64))


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """Surround with a constant; pad is (left, right[, top, bottom, …]), the last axis first."""
    if mode != "constant":
        raise ValueError(f"pad: got mode {mode!r}; expected 'constant'")
    given = [tuple(pad[i : i + 2]) for i in range(0, len(pad), 2)][::-1]
    widths = [(0, 0)] * (input.ndim - len(given)) + given
    return Pad.apply(input, tuple(widths), value)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Divide by the p-norm along an axis, at least eps."""
    length: Any = input.norm(p, dim, keepdim=True)
    return input / length.clamp(min=eps)
