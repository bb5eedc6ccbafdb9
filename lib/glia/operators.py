"""Operators: what `+`, `@`, `<` and `[...]` mean for tensors.

Each brings its operands to one dtype and applies the op. Comparisons have no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import autograd
from .autograd import make
from .dtypes import get_default_dtype, promoted
from .ops import elementwise as ew
from .ops.matmul import MatMul
from .ops.shape import GetItem, SetItem

if TYPE_CHECKING:
    from .tensor import Tensor


class Operators:
    """The operators of a Tensor."""

    __slots__ = ()
    array: np.ndarray
    grad_fn: autograd.Context | None
    output_index: int
    requires_grad: bool
    shape: Any
    dtype: Any

    def __add__(self, other: Any) -> Tensor:
        return ew.Add.apply(*pair(self, other))

    def __sub__(self, other: Any) -> Tensor:
        return ew.Sub.apply(*pair(self, other))

    def __mul__(self, other: Any) -> Tensor:
        return ew.Mul.apply(*pair(self, other))

    def __truediv__(self, other: Any) -> Tensor:
        return ew.Div.apply(*_floats(*pair(self, other)))

    def __pow__(self, other: Any) -> Tensor:
        return ew.Pow.apply(*pair(self, other))

    def __radd__(self, other: Any) -> Tensor:
        return ew.Add.apply(*pair(self, other))

    def __rsub__(self, other: Any) -> Tensor:
        return ew.Sub.apply(*pair(self, other)[::-1])

    def __rmul__(self, other: Any) -> Tensor:
        return ew.Mul.apply(*pair(self, other))

    def __rtruediv__(self, other: Any) -> Tensor:
        return ew.Div.apply(*_floats(*pair(self, other))[::-1])

    def __rpow__(self, other: Any) -> Tensor:
        return ew.Pow.apply(*pair(self, other)[::-1])

    def __matmul__(self, other: Any) -> Tensor:
        return MatMul.apply(*pair(self, other))

    def __rmatmul__(self, other: Any) -> Tensor:
        return MatMul.apply(*pair(self, other)[::-1])

    def __neg__(self) -> Tensor:
        return ew.Neg.apply(self)

    def __abs__(self) -> Tensor:
        return ew.Abs.apply(self)

    def __iadd__(self, other: Any) -> Tensor:
        return self._in_place(self + other)

    def __isub__(self, other: Any) -> Tensor:
        return self._in_place(self - other)

    def __imul__(self, other: Any) -> Tensor:
        return self._in_place(self * other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self._in_place(self / other)

    def __floordiv__(self, other: Any) -> Tensor:
        return make(np.asarray(np.floor_divide(*map(inner, pair(self, other)))))

    def __mod__(self, other: Any) -> Tensor:
        return make(np.asarray(np.mod(*map(inner, pair(self, other)))))

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        return self._compare(np.equal, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return self._compare(np.not_equal, other)

    def __lt__(self, other: Any) -> Tensor:
        return self._compare(np.less, other)

    def __le__(self, other: Any) -> Tensor:
        return self._compare(np.less_equal, other)

    def __gt__(self, other: Any) -> Tensor:
        return self._compare(np.greater, other)

    def __ge__(self, other: Any) -> Tensor:
        return self._compare(np.greater_equal, other)

    def __and__(self, other: Any) -> Tensor:
        return self._compare(np.bitwise_and, other)

    def __or__(self, other: Any) -> Tensor:
        return self._compare(np.bitwise_or, other)

    def __xor__(self, other: Any) -> Tensor:
        return self._compare(np.bitwise_xor, other)

    def __invert__(self) -> Tensor:
        return make(np.invert(self.array))

    def __getitem__(self, index: Any) -> Tensor:
        return GetItem.apply(self, plain_index(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        index = plain_index(index)
        given = value if isinstance(value, Operators) else None
        recording = autograd.is_grad_enabled() and (
            self.requires_grad or (given is not None and given.requires_grad)
        )
        if recording:
            self._become(SetItem.apply(self._before_change(), index, value))
        else:
            self.array[index] = inner(value)

    # In place

    def _compare(self, relation: Callable, other: Any) -> Tensor:
        return make(np.asarray(relation(self.array, inner(other))))

    def _before_change(self) -> Tensor:
        """Return a tensor with the old history, for the step that changes this one."""
        if self.grad_fn is None and self.requires_grad:
            raise RuntimeError(
                "a leaf that requires grad cannot be changed in place while steps are recorded: "
                "change it under `with glia.no_grad():`"
            )
        before = make(self.array)
        before.grad_fn, before.output_index = self.grad_fn, self.output_index
        before.requires_grad = self.requires_grad
        return before

    def _become(self, other: Any) -> Any:
        self.array, self.grad_fn = other.array, other.grad_fn
        self.output_index, self.requires_grad = other.output_index, other.requires_grad
        return self

    def _in_place(self, result: Any) -> Any:
        """Take over a result's values: into the same memory, or with its history if it has one."""
        if result.shape != self.shape:
            raise RuntimeError(f"in place: got shape {result.shape}, expected {self.shape}")
        if not (autograd.is_grad_enabled() and (self.requires_grad or result.requires_grad)):
            self.array[...] = result.array
            return self
        self._before_change()  # raises for a leaf
        return self._become(result)


def as_array(data: Any, dtype: Any = None) -> np.ndarray:
    """Return an array of any data: Python floats in the default dtype, lists of tensors stacked."""
    if dtype is not None:  # at once: a detour through float32 would lose digits
        array = as_array(data) if _holds_tensors(data) else data
        return np.asarray(array, dtype=dtype)
    if isinstance(data, Operators):
        return data.array
    if isinstance(data, (np.ndarray, np.generic)):
        return np.asarray(data)
    if _holds_tensors(data):
        return np.stack([as_array(d) for d in data])
    array = np.asarray(data)
    return array.astype(get_default_dtype()) if array.dtype == np.float64 else array


def _holds_tensors(data: Any) -> bool:
    if isinstance(data, (list, tuple)):
        return any(isinstance(d, Operators) for d in data)
    return isinstance(data, Operators)


def pair(a: Any, b: Any) -> tuple[Any, Any]:
    """Bring two operands to one dtype; a Python number stays one and takes the tensor's dtype."""
    if not isinstance(b, Operators):
        if isinstance(b, (np.ndarray, list, tuple)):
            return pair(a, make(as_array(b)))
        if isinstance(b, np.generic):
            b = b.item()
        kind = a.array.dtype.kind
        if isinstance(b, float) and kind != "f":
            return ew.Cast.apply(a, get_default_dtype()), b
        if isinstance(b, int) and kind == "b":
            return ew.Cast.apply(a, np.int64), int(b)
        if not isinstance(b, (int, float)):
            raise TypeError(f"expected a Tensor or a number, got {type(b).__name__}")
        return a, b
    if a.array.dtype != b.array.dtype:
        dtype = promoted(a.array, b.array)
        a = a if a.dtype == dtype else ew.Cast.apply(a, dtype)
        b = b if b.dtype == dtype else ew.Cast.apply(b, dtype)
    return a, b


def _floats(a: Any, b: Any) -> tuple[Any, Any]:
    """Make integers float: / never rounds."""
    if a.array.dtype.kind != "f":
        a = ew.Cast.apply(a, get_default_dtype())
        b = ew.Cast.apply(b, get_default_dtype()) if isinstance(b, Operators) else b
    return a, b


def inner(value: Any) -> Any:
    """Return a tensor's array, and anything else as it is."""
    return value.array if isinstance(value, Operators) else value


def plain_index(index: Any) -> Any:
    """Put arrays in the place of tensors in an index."""
    if isinstance(index, Operators):
        return index.array
    if isinstance(index, tuple):
        return tuple([plain_index(part) for part in index])
    return index
