"""The functions at the top of the library, as in torch: `glia.exp(x)` is `x.exp()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .operators import as_array
from .ops.elementwise import Where
from .ops.shape import Cat, Stack
from .tensor import Tensor

__all__ = [
    "abs",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "bmm",
    "cat",
    "ceil",
    "chunk",
    "clamp",
    "clone",
    "cos",
    "cumsum",
    "div",
    "dot",
    "eq",
    "equal",
    "erf",
    "exp",
    "flatten",
    "flip",
    "floor",
    "gather",
    "ge",
    "gt",
    "index_select",
    "is_tensor",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "log",
    "log1p",
    "log2",
    "log_softmax",
    "logsumexp",
    "lt",
    "masked_select",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mm",
    "mul",
    "mv",
    "narrow",
    "ne",
    "neg",
    "norm",
    "numel",
    "outer",
    "permute",
    "pow",
    "prod",
    "reciprocal",
    "relu",
    "reshape",
    "roll",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "tanh",
    "topk",
    "transpose",
    "tril",
    "triu",
    "unbind",
    "unsqueeze",
    "var",
    "where",
]

exp, log, log2, log1p = Tensor.exp, Tensor.log, Tensor.log2, Tensor.log1p
sqrt, rsqrt, reciprocal, square = Tensor.sqrt, Tensor.rsqrt, Tensor.reciprocal, Tensor.square
sin, cos, tanh, erf = Tensor.sin, Tensor.cos, Tensor.tanh, Tensor.erf
sigmoid, relu, softmax, log_softmax = (
    Tensor.sigmoid,
    Tensor.relu,
    Tensor.softmax,
    Tensor.log_softmax,
)
abs, neg, sign, floor, ceil, round = (
    Tensor.abs,
    Tensor.neg,
    Tensor.sign,
    Tensor.floor,
    Tensor.ceil,
    Tensor.round,
)
add, sub, mul, div, pow, clamp = (
    Tensor.add,
    Tensor.sub,
    Tensor.mul,
    Tensor.div,
    Tensor.pow,
    Tensor.clamp,
)
maximum, minimum, eq, ne = Tensor.maximum, Tensor.minimum, Tensor.eq, Tensor.ne
matmul, mm, bmm, dot, mv, outer = (
    Tensor.matmul,
    Tensor.mm,
    Tensor.bmm,
    Tensor.dot,
    Tensor.mv,
    Tensor.outer,
)
sum, mean, var, std, prod = Tensor.sum, Tensor.mean, Tensor.var, Tensor.std, Tensor.prod
cumsum, logsumexp, norm = Tensor.cumsum, Tensor.logsumexp, Tensor.norm
amax, amin, max, min = Tensor.amax, Tensor.amin, Tensor.max, Tensor.min
argmax, argmin, sort, argsort, topk = (
    Tensor.argmax,
    Tensor.argmin,
    Tensor.sort,
    Tensor.argsort,
    Tensor.topk,
)
all, any, isnan, isinf, isfinite = (
    Tensor.all,
    Tensor.any,
    Tensor.isnan,
    Tensor.isinf,
    Tensor.isfinite,
)
reshape, flatten, squeeze, unsqueeze = (
    Tensor.reshape,
    Tensor.flatten,
    Tensor.squeeze,
    Tensor.unsqueeze,
)
transpose, permute, flip, roll = Tensor.transpose, Tensor.permute, Tensor.flip, Tensor.roll
split, chunk, unbind, gather = Tensor.split, Tensor.chunk, Tensor.unbind, Tensor.gather
index_select, masked_select, narrow = Tensor.index_select, Tensor.masked_select, Tensor.narrow
tril, triu, clone = Tensor.tril, Tensor.triu, Tensor.clone


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along an axis.

    Raises:
        ValueError: nothing to join, or the other axes differ in length.
    """
    try:
        return Cat.apply(dim, *tensors)
    except ValueError as error:
        shapes = [t.shape for t in tensors]
        raise ValueError(f"cat along dim {dim}: got shapes {shapes}; {error}") from None


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new axis.

    Raises:
        ValueError: nothing to join, or the shapes differ.
    """
    try:
        return Stack.apply(dim, *tensors)
    except ValueError:
        shapes = [t.shape for t in tensors]
        raise ValueError(f"stack needs tensors of one shape, got {shapes}") from None


def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """Take input where the condition holds, other elsewhere; all three are broadcast."""
    if isinstance(input, Tensor):
        return input.where(condition, other)
    if isinstance(other, Tensor):
        return other.where(~condition, input)
    return Where.apply(condition, as_array(input), as_array(other))


def gt(input: Tensor, other: Any) -> Tensor:
    """Return where input > other."""
    return input > other


def ge(input: Tensor, other: Any) -> Tensor:
    """Return where input ≥ other."""
    return input >= other


def lt(input: Tensor, other: Any) -> Tensor:
    """Return where input < other."""
    return input < other


def le(input: Tensor, other: Any) -> Tensor:
    """Return where input ≤ other."""
    return input <= other


def equal(a: Tensor, b: Tensor) -> bool:
    """Return whether two tensors have the same shape and values."""
    return np.array_equal(a.array, b.array)


def allclose(a: Tensor, b: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Return whether all values lie within atol + rtol·|b| of each other."""
    return np.allclose(a.array, b.array, rtol, atol)


def numel(x: Tensor) -> int:
    """Return the number of elements."""
    return x.numel()


def is_tensor(x: Any) -> bool:
    """Return whether x is a Tensor."""
    return isinstance(x, Tensor)
