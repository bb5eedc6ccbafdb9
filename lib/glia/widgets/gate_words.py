"""What a gate multiplies by, and what it hands on, in words short enough for a box."""

from __future__ import annotations

from typing import Any

import numpy as np

from glia.autograd import Visit
from glia.widgets.table import wide_number

__all__ = ["LOCAL", "local_words", "words_of"]

LOCAL = {
    "Add": "a sum hands on to every term",
    "Sub": "1 for the first, −1 for the second",
    "Mul": "the local gradient is the other factor",
    "Neg": "the local gradient is −1",
    "Pow": "n times the base to the power n − 1",
    "ReLU": "1 where the input is positive, else 0",
    "Sigmoid": "σ(1 − σ) of the output",
    "Tanh": "1 − tanh² of the output",
    "Exp": "the output itself",
    "Log": "1 over the input",
    "MatMul": "the other matrix, turned",
    "Linear": "the weights, turned; for the weights, the inputs",
    "Sum": "1 for every entry",
    "Mean": "1/n for every entry",
}


def words_of(array: Any) -> str:
    """A number, up to two numbers, or a shape, as short as a box is wide."""
    array = np.asarray(array)
    if array.size == 1:
        return _number(float(array.reshape(())))
    if array.size == 2:
        return ", ".join(wide_number(float(v), 2) for v in array.reshape(-1))
    return "×".join(map(str, array.shape)) if array.ndim > 1 else f"{len(array)} numbers"


def local_words(visit: Visit, handed: np.ndarray) -> str:
    """The local gradient in words; for arrays only its kind."""
    upstream = visit.upstream[0]
    if upstream.size > 1 or handed.size > 1 or len(visit.upstream) > 1:
        return "Jacobian"
    if float(upstream.reshape(())) != 0:
        return _number(float(handed.reshape(())) / float(upstream.reshape(())))
    return "local"


def _number(value: float) -> str:
    words = wide_number(value)
    return words.rstrip("0").rstrip(".") if "." in words and "e" not in words else words
