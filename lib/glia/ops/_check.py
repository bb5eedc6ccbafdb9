"""What every op asks of its arguments, said once: got and expected."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def as_float(values: ArrayLike, name: str = "x") -> Array:
    """Return `values` as a float array; float32 and float64 stay as they are, without a copy."""
    array = np.asarray(values)
    if array.dtype in (np.float32, np.float64):
        return array
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    return array.astype(np.float64)


def same_shape(a: Array, b: Array, name_a: str, name_b: str) -> None:
    """Raise unless the two arrays have one shape: silent broadcasting hides most loss bugs."""
    if a.shape != b.shape:
        raise ValueError(
            f"{name_a} and {name_b} must have the same shape, got {a.shape} and {b.shape}"
        )


def reduce(values: Array, reduction: str) -> Any:
    """Apply ``"none"``, ``"mean"`` or ``"sum"`` to per-example values."""
    if reduction == "none":
        return values
    if reduction == "sum":
        return values.sum()
    if reduction == "mean":
        if values.size == 0:
            raise ValueError("the mean over zero examples is undefined: got an empty array")
        return values.mean()
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def reduction_scale(shape: tuple[int, ...], reduction: str) -> float:
    """Return the factor by which `reduction` scales each example's gradient."""
    if reduction in ("sum", "none"):
        return 1.0
    if reduction == "mean":
        size = int(np.prod(shape))
        if size == 0:
            raise ValueError("the mean over zero examples is undefined: got an empty array")
        return 1.0 / size
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
