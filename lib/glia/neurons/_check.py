"""What `fit` and `predict` ask of their data, said once: got and expected."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..backend import implementation
from ..ops import elementwise  # noqa: F401 - registers all_finite

Array = NDArray[Any]


def examples(
    X: ArrayLike, features: int | None = None, allow_empty: bool = False, finite: bool = True
) -> Array:
    """Return X as a C-contiguous float array (N, D), or say what is wrong with it.

    With `finite=False` NaN and infinity are not looked for: the caller does, at some later time.
    """
    array = np.asarray(X)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"X must hold numbers, got dtype {array.dtype}")
    if array.ndim != 2:
        hint = "; a single example needs X[None, :]" if array.ndim == 1 else ""
        raise ValueError(f"X must be (N, D), one row per example; got shape {array.shape}{hint}")
    if not allow_empty and array.shape[0] == 0:
        raise ValueError(f"X holds no example: got shape {array.shape}")
    if features is not None and array.shape[1] != features:
        raise ValueError(f"X must have {features} columns, as in fit; got shape {array.shape}")
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    array = np.ascontiguousarray(array, dtype=dtype)
    if not array.flags.writeable:
        array = array.copy()  # to numba a read-only array is another type: a whole compilation more
    if finite:
        all_finite(array, "X")
    return array


def labels_of(y: ArrayLike, count: int, finite: bool = True) -> Array:
    """Return y as a flat array of `count` numbers, or say what is wrong with it."""
    array = np.asarray(y)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"y must hold numbers, got dtype {array.dtype}")
    if array.ndim != 1:
        raise ValueError(f"y must be (N,), one label per example; got shape {array.shape}")
    if array.shape[0] != count:
        raise ValueError(
            f"X holds {count} examples and y {array.shape[0]} labels; expected as many"
        )
    if finite:
        all_finite(array, "y")
    return array


def all_finite(array: Array, name: str) -> None:
    """Raise unless every entry is finite."""
    if array.dtype.kind == "f" and not implementation("all_finite")(array):
        finite = np.isfinite(array)
        count = int((~finite).sum())
        raise ValueError(f"{name} must be finite, got {count} nan or inf") from None


def only_values(y: Array, allowed: tuple[int, ...], name: str) -> None:
    """Raise unless every label is one of the allowed ones."""
    known = y == allowed[0]
    for value in allowed[1:]:
        known |= y == value
    if not known.all():
        strange = np.unique(y[~known])
        shown = ", ".join(str(v) for v in strange[:5].tolist())
        raise ValueError(f"{name} expects labels {allowed}, got also {shown}") from None


def positive(value: float, name: str) -> float:
    """Return the value, which must be a finite number above 0."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be above 0, got {value}")
    return float(value)


def count_of(value: int, name: str) -> int:
    """Return the value, which must be a whole number of at least 1."""
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def fitted(weight: Array | None, owner: object) -> Array:
    """Return the weights, or say that `fit` comes first."""
    if weight is None:
        raise RuntimeError(f"this {type(owner).__name__} has no weights yet: call fit first")
    return weight
