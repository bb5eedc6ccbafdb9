"""Number types and their mixing, as in PyTorch: numpy's dtypes under PyTorch's names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["device", "get_default_dtype", "set_default_dtype"]

float16 = half = np.dtype(np.float16)
float32 = np.dtype(np.float32)
float64 = double = np.dtype(np.float64)
int8, int16 = np.dtype(np.int8), np.dtype(np.int16)
int32 = np.dtype(np.int32)
int64 = long = np.dtype(np.int64)
uint8 = np.dtype(np.uint8)
bool_ = np.dtype(np.bool_)

inf, nan, pi = math.inf, math.nan, math.pi
_default = float32
_KINDS = "biuf"
_RANK = {"b": 0, "i": 1, "u": 1, "f": 2}


def get_default_dtype() -> np.dtype:
    """Return the dtype of new floating-point tensors: float32 unless set otherwise."""
    return _default


def set_default_dtype(dtype: Any) -> None:
    """Choose the dtype of new floating-point tensors."""
    global _default
    _default = np.dtype(dtype)


def promoted(a: np.ndarray, b: np.ndarray) -> np.dtype:
    """Return the dtype in which a and b meet.

    A float wins over an integer, an integer over a bool; among equals an array over a single
    number, else the wider. (numpy alone would make float64 of float32 and int64.)
    """
    rank_a, rank_b = _RANK[a.dtype.kind], _RANK[b.dtype.kind]
    if rank_a != rank_b:
        return a.dtype if rank_a > rank_b else b.dtype
    if (a.ndim == 0) != (b.ndim == 0):
        return b.dtype if a.ndim == 0 else a.dtype
    return np.promote_types(a.dtype, b.dtype)


class device:
    """Where tensors live: here always the CPU.

    Raises:
        ValueError: another device is asked for.
    """

    def __init__(self, name: Any = "cpu") -> None:
        if str(name).split(":")[0] != "cpu":
            raise ValueError(f"glia computes on the CPU: got device {str(name)!r}, expected 'cpu'")
        self.type = "cpu"

    def __str__(self) -> str:
        return "cpu"

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __eq__(self, other: object) -> bool:
        return str(other) == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")
