"""Making tensors: from numbers, from rules, from chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import rng
from .aligned import aligned
from .dtypes import device as _device
from .dtypes import get_default_dtype
from .tensor import Tensor, as_array, tensor

__all__ = [
    "arange",
    "as_tensor",
    "bernoulli",
    "empty",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "multinomial",
    "normal",
    "ones",
    "ones_like",
    "rand",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "tensor",
    "zeros",
    "zeros_like",
]


def _shape(size: tuple) -> tuple[int, ...]:
    sizes = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    return tuple(int(n) for n in sizes)


def _made(array: Any, dtype: Any, requires_grad: bool, device: Any) -> Tensor:
    if device is not None:
        _device(device)
    out = Tensor.make(aligned(np.asarray(array), dtype or get_default_dtype()))
    return out.requires_grad_() if requires_grad else out


def zeros(*size: Any, dtype: Any = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """Return a tensor of zeros; `zeros(2, 3)` and `zeros((2, 3))` are the same."""
    return _made(np.zeros(_shape(size)), dtype, requires_grad, device)


def ones(*size: Any, dtype: Any = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """Return a tensor of ones."""
    return _made(np.ones(_shape(size)), dtype, requires_grad, device)


def empty(*size: Any, dtype: Any = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """Return a tensor to be filled later; here it starts from zeros."""
    return zeros(*size, dtype=dtype, requires_grad=requires_grad, device=device)


def full(size: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor that holds one value everywhere."""
    dtype = dtype or as_array(fill_value).dtype
    return _made(np.full(_shape((size,)), fill_value), dtype, requires_grad, None)


def eye(n: int, m: int | None = None, dtype: Any = None) -> Tensor:
    """Return a matrix with ones on its diagonal."""
    return _made(np.eye(n, m), dtype, False, None)


def arange(
    start: Any, end: Any = None, step: Any = 1, dtype: Any = None, device: Any = None
) -> Tensor:
    """Return start, start + step, … below end; integers stay integers."""
    start, end = (0, start) if end is None else (start, end)
    array = np.arange(start, end, step)
    whole = array.dtype.kind == "i"
    return _made(array, dtype or (np.int64 if whole else None), False, device)


def linspace(start: float, end: float, steps: int, dtype: Any = None) -> Tensor:
    """Return evenly spaced values, both ends included."""
    return _made(np.linspace(start, end, steps), dtype, False, None)


def rand(
    *size: Any, generator: Any = None, requires_grad: bool = False, dtype: Any = None
) -> Tensor:
    """Draw uniformly from [0, 1)."""
    return _made(rng.generator(generator).random(_shape(size)), dtype, requires_grad, None)


def randn(
    *size: Any,
    generator: Any = None,
    requires_grad: bool = False,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Draw from the standard normal distribution."""
    draws = rng.generator(generator).standard_normal(_shape(size))
    return _made(draws, dtype, requires_grad, device)


def randint(
    low: int, high: Any = None, size: Any = None, generator: Any = None, dtype: Any = None
) -> Tensor:
    """Draw whole numbers from low (or 0) up to high, high left out."""
    if size is None:
        low, high, size = 0, low, high
    draws = rng.generator(generator).integers(low, high, _shape((size,)))
    return _made(draws, dtype or np.int64, False, None)


def randperm(n: int, generator: Any = None) -> Tensor:
    """Return the numbers 0 … n − 1 in random order."""
    return Tensor.make(rng.generator(generator).permutation(n))


def normal(mean: float, std: float, size: Any, generator: Any = None) -> Tensor:
    """Draw from a normal distribution."""
    return _made(rng.generator(generator).normal(mean, std, _shape((size,))), None, False, None)


def bernoulli(p: Tensor, generator: Any = None) -> Tensor:
    """Return 1 with the probability that stands in each place, else 0."""
    draws = rng.generator(generator).random(p.shape) < p.array
    return Tensor.make(draws.astype(p.dtype))


def multinomial(
    probs: Tensor, num_samples: int, replacement: bool = False, generator: Any = None
) -> Tensor:
    """Draw positions from the weights along the last axis.

    Shape:
        probs (K,) or (N, K), non-negative; the result (num_samples,) or (N, num_samples).
    """
    source, rows = rng.generator(generator), np.atleast_2d(probs.array.astype(np.float64))
    picks = [source.choice(len(r), num_samples, replacement, p=r / r.sum()) for r in rows]
    return Tensor.make(np.stack(picks) if probs.ndim == 2 else picks[0])


def zeros_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Return zeros in x's shape and dtype."""
    return Tensor.make(np.zeros(x.shape, dtype or x.dtype))


def ones_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Return ones in x's shape and dtype."""
    return Tensor.make(np.ones(x.shape, dtype or x.dtype))


def full_like(x: Tensor, fill_value: Any, dtype: Any = None) -> Tensor:
    """Return one value everywhere, in x's shape and dtype."""
    return Tensor.make(np.full(x.shape, fill_value, dtype or x.dtype))


def randn_like(x: Tensor) -> Tensor:
    """Draw from the standard normal distribution, in x's shape and dtype."""
    return randn(*x.shape, dtype=x.dtype)


def from_numpy(array: np.ndarray) -> Tensor:
    """Wrap an array; memory is shared."""
    return Tensor.make(array)


def as_tensor(data: Any, dtype: Any = None) -> Tensor:
    """Make a tensor, sharing memory where that is possible."""
    if isinstance(data, Tensor):
        return data.type(dtype or data.dtype)
    return Tensor.make(as_array(data, dtype))
