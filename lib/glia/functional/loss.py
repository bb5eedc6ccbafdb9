"""Losses. All take `reduction` = 'mean' | 'sum' | 'none' and answer in nats where it applies."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ops import loss as ops
from ..tensor import Tensor


def _same_shape(name: str, input: Tensor, target: Tensor) -> Tensor:
    """Return the target, whole numbers as floats of the input's dtype."""
    if input.shape != target.shape:
        raise ShapeError(
            f"{name}: got a target of shape {target.shape}; expected the input's {input.shape}"
        )
    return target if target.dtype.kind == "f" else target.type(input.dtype)


def _array(weight: Tensor | None, like: Tensor) -> Any:
    return None if weight is None else weight.array.astype(like.dtype)


def mse_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    """ℓ = (x − y)², without the ½; gradient 2 (x − y).

    Raises:
        ShapeError: the shapes differ (they are not broadcast: that hides mistakes).
    """
    target = _same_shape("mse_loss", input, target)
    if weight is not None:
        return _weighted(ops.MSELoss.apply(input, target, "none"), weight, reduction)
    return ops.MSELoss.apply(input, target, reduction)


def l1_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    """ℓ = |x − y|; gradient sign(x − y), 0 where they agree."""
    target = _same_shape("l1_loss", input, target)
    if weight is not None:
        return _weighted(ops.L1Loss.apply(input, target, "none"), weight, reduction)
    return ops.L1Loss.apply(input, target, reduction)


def _weighted(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    """Weight losses as PyTorch does: the mean divides by the sum of the weights."""
    weighted = losses * weight
    if reduction == "mean":
        return weighted.sum() / weight.expand_as(losses).sum()
    return weighted.sum() if reduction == "sum" else weighted


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """ℓ = −(y log p + (1 − y) log(1 − p)) for probabilities p; logarithms stop at −100.

    Raises:
        ShapeError: the shapes differ.
        ValueError: a p lies outside 0 … 1.
    """
    target = _same_shape("binary_cross_entropy", input, target)
    p = input.array
    if p.size and not ((p >= 0) & (p <= 1)).all():
        raise ValueError(
            f"binary_cross_entropy: got inputs from {p.min()} to {p.max()}; expected "
            "probabilities from 0 to 1 (for logits take binary_cross_entropy_with_logits)"
        )
    return ops.BCELoss.apply(input, target, _array(weight, input), reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Binary cross entropy of σ(z), from the logit z: never overflows; gradient σ(z) − y."""
    target = _same_shape("binary_cross_entropy_with_logits", input, target)
    return ops.BCEWithLogitsLoss.apply(
        input, target, _array(weight, input), reduction, _array(pos_weight, input)
    )


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """ℓ = −log p_y, given log-probabilities.

    Shape:
        input (N, K, *) or (K,), target (N, *) or () class numbers.
    """
    _classes("nll_loss", input, target)
    return ops.NLLLoss.apply(input, target, _array(weight, input), ignore_index, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """ℓ = −Σ_k q_k log softmax(z)_k, in nats; gradient softmax(z) − q.

    Args:
        input: logits z (raw scores: the softmax is inside).
        target: class numbers, or probabilities q of the input's shape.
        weight: one for each class.
        ignore_index: a class number that counts for nothing.
        reduction: 'mean' (by the sum of the weights), 'sum' or 'none'.
        label_smoothing: ε; q becomes (1 − ε) q + ε/K.

    Shape:
        input (N, K, *) or (K,); target (N, *) or () class numbers, or the input's shape.

    Raises:
        ShapeError: the shapes do not fit.
        IndexError: a class number is out of range.
    """
    z, y = input.array, target.array
    everyday = z.ndim == 2 and y.shape == z.shape[:1] and y.dtype.kind == "i"
    if not everyday and not (y.shape == z.shape and y.dtype.kind == "f"):
        _classes("cross_entropy", input, target)
    w = _array(weight, input)
    if w is not None and w.shape != (input.shape[1 if input.ndim > 1 else 0],):
        raise ShapeError(f"cross_entropy: got {w.size} weights for an input of {input.shape}")
    return ops.CrossEntropyLoss.apply(input, target, w, ignore_index, reduction, label_smoothing)


def _classes(name: str, input: Tensor, target: Tensor) -> None:
    expected = (input.shape[0], *input.shape[2:]) if input.ndim > 1 else ()
    if input.ndim == 0 or target.shape != expected:
        raise ShapeError(
            f"{name}: got a target of shape {target.shape} for an input of shape {input.shape}; "
            f"expected class numbers of shape {expected}"
        )
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: got class numbers of dtype {target.dtype}; expected integers (.long())"
        )


def zero_one_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """ℓ = 1 for a wrong prediction, else 0; its gradient is 0 everywhere, so it teaches nothing.

    Shape:
        input: class numbers of the target's shape, or scores (N, K, *); target (N, *).
    """
    array = input.array
    if array.ndim == target.ndim + 1:
        array = array.argmax(axis=1 if array.ndim > 1 else 0)
    if array.shape != target.shape:
        _same_shape("zero_one_loss", Tensor.make(np.asarray(array)), target)
    w = None if weight is None else weight.array
    return ops.ZeroOneLoss.apply(input, array, target.array, w, reduction)
