"""The named methods of a Tensor: PyTorch's names and arguments, each handing over to its op."""

# ruff: noqa: D102 - a method is described by the op, and by PyTorch's method, of its name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import rng
from .autograd import make
from .dtypes import device as _device
from .dtypes import get_default_dtype
from .operators import Operators, inner, pair
from .ops import activation as act
from .ops import elementwise as ew
from .ops import reduce as red
from .ops import shape as shp
from .ops.matmul import MatMul

if TYPE_CHECKING:
    from .tensor import Tensor


class Extremum(NamedTuple):
    """Values along an axis and where they stand."""

    values: Any
    indices: Any


class ShapeMethods(Operators):
    """Asking for the shape and changing it."""

    __slots__ = ()

    def size(self, dim: int | None = None) -> Any:
        return self.array.shape if dim is None else self.array.shape[dim]

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    nelement = numel

    def reshape(self, *shape: Any) -> Tensor:
        return shp.Reshape.apply(self, _dims(shape))

    view = reshape

    def view_as(self, other: Tensor) -> Tensor:
        return self.reshape(other.shape)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        if self.array.ndim == 0:
            return self.reshape(1)
        start, end = start_dim % self.array.ndim, end_dim % self.array.ndim
        shape = self.array.shape
        length = int(np.prod(shape[start : end + 1]))
        return self.reshape(*shape[:start], length, *shape[end + 1 :])

    def unflatten(self, dim: int, sizes: tuple[int, ...]) -> Tensor:
        dim %= self.array.ndim
        return self.reshape(*self.array.shape[:dim], *sizes, *self.array.shape[dim + 1 :])

    def squeeze(self, dim: int | None = None) -> Tensor:
        if dim is not None and self.array.shape[dim] != 1:
            return self.view_as(self)  # type: ignore[arg-type]
        return self.reshape(self.array.squeeze(dim).shape)

    def unsqueeze(self, dim: int) -> Tensor:
        return self.reshape(np.expand_dims(self.array, dim).shape)

    def permute(self, *dims: Any) -> Tensor:
        return shp.Permute.apply(self, _dims(dims))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        dims = list(range(self.array.ndim))
        dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
        return shp.Permute.apply(self, tuple(dims))

    swapaxes = transpose

    def movedim(self, source: int, destination: int) -> Tensor:
        dims = list(range(self.array.ndim))
        dims.insert(destination % len(dims), dims.pop(source))
        return shp.Permute.apply(self, tuple(dims))

    def t(self) -> Tensor:
        if self.array.ndim > 2:
            raise ValueError(f"t() needs at most 2 axes, got shape {self.array.shape}")
        return self.permute(*range(self.array.ndim)[::-1])

    @property
    def T(self) -> Tensor:
        return self.permute(*range(self.array.ndim)[::-1])

    @property
    def mT(self) -> Tensor:
        return self.transpose(-2, -1)

    def expand(self, *shape: Any) -> Tensor:
        sizes = _dims(shape)
        own = (1,) * (len(sizes) - self.array.ndim) + self.array.shape
        full = tuple([o if s == -1 else s for s, o in zip(sizes, own, strict=True)])
        return shp.Expand.apply(self, full)

    def expand_as(self, other: Tensor) -> Tensor:
        return self.expand(*other.shape)

    def repeat(self, *times: Any) -> Tensor:
        return shp.Repeat.apply(self, _dims(times))

    def repeat_interleave(self, repeats: int, dim: int) -> Tensor:
        index = np.repeat(np.arange(self.array.shape[dim]), repeats)
        return self.index_select(dim, index)

    def flip(self, *dims: Any) -> Tensor:
        return shp.Flip.apply(self, _dims(dims))

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        return shp.Roll.apply(self, shifts, dims)

    def split(self, size: int | list[int], dim: int = 0) -> tuple[Tensor, ...]:
        n = self.array.shape[dim]
        sizes = (
            [size] * (n // size) + [n % size] * (n % size > 0) if isinstance(size, int) else size
        )
        ends = np.cumsum(sizes)
        before = (slice(None),) * (dim % self.array.ndim)
        return tuple(
            self[(*before, slice(int(e) - s, int(e)))] for e, s in zip(ends, sizes, strict=True)
        )

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        return self.split(max(1, -(-self.array.shape[dim] // chunks)), dim)

    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        before = (slice(None),) * (dim % self.array.ndim)
        return tuple(self[(*before, i)] for i in range(self.array.shape[dim]))

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        return self[(*(slice(None),) * (dim % self.array.ndim), slice(start, start + length))]

    def index_select(self, dim: int, index: Any) -> Tensor:
        return self[(*(slice(None),) * (dim % self.array.ndim), inner(index))]

    def gather(self, dim: int, index: Tensor) -> Tensor:
        return shp.Gather.apply(self, dim, index.array)

    def masked_fill(self, mask: Tensor, value: float) -> Tensor:
        return ew.Where.apply(mask.array, self.array.dtype.type(value), self)

    def masked_select(self, mask: Tensor) -> Tensor:
        return self[mask]

    def where(self, condition: Tensor, other: Any) -> Tensor:
        a, b = pair(self, other)
        return ew.Where.apply(condition.array, a, b)

    def tril(self, diagonal: int = 0) -> Tensor:
        return shp.Triangle.apply(self, np.tril, diagonal)

    def triu(self, diagonal: int = 0) -> Tensor:
        return shp.Triangle.apply(self, np.triu, diagonal)

    def contiguous(self) -> Tensor:
        return self  # type: ignore[return-value]

    def clone(self) -> Tensor:
        return ew.Clone.apply(self)


class MathMethods(ShapeMethods):
    """Elementwise functions, reductions, products and comparisons."""

    __slots__ = ()

    def exp(self) -> Tensor:
        return ew.Exp.apply(_float(self))

    def log(self) -> Tensor:
        return ew.Log.apply(_float(self))

    def log2(self) -> Tensor:
        return ew.Log2.apply(_float(self))

    def log1p(self) -> Tensor:
        return ew.Log1p.apply(_float(self))

    def sqrt(self) -> Tensor:
        return ew.Sqrt.apply(_float(self))

    def rsqrt(self) -> Tensor:
        return ew.Rsqrt.apply(_float(self))

    def reciprocal(self) -> Tensor:
        return ew.Reciprocal.apply(_float(self))

    def sin(self) -> Tensor:
        return ew.Sin.apply(_float(self))

    def cos(self) -> Tensor:
        return ew.Cos.apply(_float(self))

    def erf(self) -> Tensor:
        return ew.Erf.apply(_float(self))

    def tanh(self) -> Tensor:
        return act.Tanh.apply(_float(self))

    def sigmoid(self) -> Tensor:
        return act.Sigmoid.apply(_float(self))

    def relu(self) -> Tensor:
        return act.ReLU.apply(self)

    def softmax(self, dim: int) -> Tensor:
        return act.Softmax.apply(self, dim)

    def log_softmax(self, dim: int) -> Tensor:
        return act.LogSoftmax.apply(self, dim)

    def abs(self) -> Tensor:
        return ew.Abs.apply(self)

    def neg(self) -> Tensor:
        return ew.Neg.apply(self)

    def square(self) -> Tensor:
        return ew.Square.apply(self)

    def sign(self) -> Tensor:
        return ew.Sign.apply(self)

    def floor(self) -> Tensor:
        return ew.Floor.apply(self)

    def ceil(self) -> Tensor:
        return ew.Ceil.apply(self)

    def round(self) -> Tensor:
        return ew.Round.apply(self)

    def pow(self, exponent: Any) -> Tensor:
        return self**exponent

    def add(self, other: Any) -> Tensor:
        return self + other

    def sub(self, other: Any) -> Tensor:
        return self - other

    def mul(self, other: Any) -> Tensor:
        return self * other

    def div(self, other: Any) -> Tensor:
        return self / other

    def clamp(self, min: float | None = None, max: float | None = None) -> Tensor:
        return ew.Clamp.apply(self, min, max)

    clip = clamp

    def maximum(self, other: Any) -> Tensor:
        return ew.Maximum.apply(*pair(self, other))

    def minimum(self, other: Any) -> Tensor:
        return ew.Minimum.apply(*pair(self, other))

    def matmul(self, other: Tensor) -> Tensor:
        return MatMul.apply(*pair(self, other))

    mm = bmm = mv = dot = matmul

    def outer(self, other: Tensor) -> Tensor:
        return self.unsqueeze(1) * other

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return red.Sum.apply(self, dim, keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        if self.array.dtype.kind != "f":
            raise RuntimeError(f"mean needs floats, got dtype {self.array.dtype}; call .float()")
        return red.Mean.apply(self, dim, keepdim)

    def var(
        self, dim: Any = None, correction: int = 1, keepdim: bool = False, **old: Any
    ) -> Tensor:
        return red.Var.apply(self, dim, int(old.get("unbiased", correction)), keepdim)

    def std(
        self, dim: Any = None, correction: int = 1, keepdim: bool = False, **old: Any
    ) -> Tensor:
        return self.var(dim, correction, keepdim, **old).sqrt()

    def prod(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return red.Prod.apply(self, dim, keepdim)

    def cumsum(self, dim: int) -> Tensor:
        return red.CumSum.apply(self, dim)

    def logsumexp(self, dim: Any, keepdim: bool = False) -> Tensor:
        return red.LogSumExp.apply(self, dim, keepdim)

    def norm(self, p: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
        if p == float("inf"):
            return self.abs().amax(dim, keepdim)
        return ((self.abs() ** p).sum(dim, keepdim)) ** (1 / p)

    def amax(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return red.Extreme.apply(self, np.max, dim, keepdim)

    def amin(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return red.Extreme.apply(self, np.min, dim, keepdim)

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Operators):
            return self.maximum(dim)
        return self.amax() if dim is None else self._picked(np.argmax, dim, keepdim)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Operators):
            return self.minimum(dim)
        return self.amin() if dim is None else self._picked(np.argmin, dim, keepdim)

    def _picked(self, choose: Any, dim: int, keepdim: bool) -> Extremum:
        index = make(choose(self.array, axis=dim, keepdims=True))
        values = self.gather(dim, index)
        if keepdim:
            return Extremum(values, index)
        return Extremum(values.squeeze(dim), index.squeeze(dim))

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return make(np.asarray(np.argmax(self.array, axis=dim, keepdims=keepdim)))

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return make(np.asarray(np.argmin(self.array, axis=dim, keepdims=keepdim)))

    def sort(self, dim: int = -1, descending: bool = False) -> Extremum:
        order = self.argsort(dim, descending)
        return Extremum(self.gather(dim, order), order)

    def argsort(self, dim: int = -1, descending: bool = False) -> Tensor:
        if not descending:
            return make(np.argsort(self.array, axis=dim, kind="stable"))
        backward = np.argsort(np.flip(self.array, dim), axis=dim, kind="stable")
        return make(np.flip(self.array.shape[dim] - 1 - backward, dim))

    def topk(self, k: int, dim: int = -1, largest: bool = True) -> Extremum:
        order = self.argsort(dim, descending=largest).narrow(dim, 0, k)
        return Extremum(self.gather(dim, order), order)

    def all(self, dim: Any = None) -> Tensor:
        return make(np.asarray(self.array.all(axis=dim)))

    def any(self, dim: Any = None) -> Tensor:
        return make(np.asarray(self.array.any(axis=dim)))

    def eq(self, other: Any) -> Tensor:
        return self == other  # type: ignore[return-value]

    def ne(self, other: Any) -> Tensor:
        return self != other  # type: ignore[return-value]

    def isnan(self) -> Tensor:
        return make(np.isnan(self.array))

    def isinf(self) -> Tensor:
        return make(np.isinf(self.array))

    def isfinite(self) -> Tensor:
        return make(np.isfinite(self.array))


class Methods(MathMethods):
    """Conversions, and the changes in place whose names end in an underscore."""

    __slots__ = ()

    def to(self, *targets: Any, **named: Any) -> Tensor:
        out = self
        for target in (*targets, *named.values()):
            if isinstance(target, (str, _device)):
                _device(target)
            else:
                out = out.type(target.array.dtype if isinstance(target, Operators) else target)
        return out  # type: ignore[return-value]

    def cpu(self) -> Tensor:
        return self  # type: ignore[return-value]

    def type(self, dtype: Any) -> Tensor:
        same = self.array.dtype == dtype
        return self if same else ew.Cast.apply(self, dtype)  # type: ignore[return-value]

    def type_as(self, other: Tensor) -> Tensor:
        return self.type(other.dtype)

    def float(self) -> Tensor:
        return self.type(np.float32)

    def double(self) -> Tensor:
        return self.type(np.float64)

    def long(self) -> Tensor:
        return self.type(np.int64)

    def int(self) -> Tensor:
        return self.type(np.int32)

    def bool(self) -> Tensor:
        return self.type(np.bool_)

    def tolist(self) -> Any:
        return self.array.tolist()

    def new_zeros(self, *shape: Any) -> Tensor:
        return make(np.zeros(_dims(shape), self.array.dtype))

    def new_ones(self, *shape: Any) -> Tensor:
        return make(np.ones(_dims(shape), self.array.dtype))

    def add_(self, other: Any, alpha: Any = 1) -> Tensor:
        return self._in_place(self + (other if alpha == 1 else other * alpha))

    def sub_(self, other: Any, alpha: Any = 1) -> Tensor:
        return self._in_place(self - (other if alpha == 1 else other * alpha))

    def mul_(self, other: Any) -> Tensor:
        return self._in_place(self * other)

    def div_(self, other: Any) -> Tensor:
        return self._in_place(self / other)

    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        return self._in_place(self.clamp(min, max))

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        return self._in_place(self.masked_fill(mask, value))

    def copy_(self, other: Tensor) -> Tensor:
        return self._in_place(other.type(self.array.dtype).expand(*self.array.shape))

    def fill_(self, value: Any) -> Tensor:
        return self._set(value)

    def zero_(self) -> Tensor:
        return self._set(0)

    def normal_(self, mean: Any = 0.0, std: Any = 1.0, generator: Any = None) -> Tensor:
        return self._set(rng.generator(generator).normal(mean, std, self.array.shape))

    def uniform_(self, low: Any = 0.0, high: Any = 1.0, generator: Any = None) -> Tensor:
        return self._set(rng.generator(generator).uniform(low, high, self.array.shape))

    def _set(self, values: Any) -> Tensor:
        return self._in_place(make(np.broadcast_to(np.asarray(values), self.array.shape)))


def _dims(given: tuple) -> tuple[int, ...]:
    """Return the sizes, whether given one by one or as one tuple."""
    sizes = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    return tuple([int(n) for n in sizes])


def _float(x: Any) -> Any:
    """Make integers float, for functions whose values are no integers."""
    return x if x.array.dtype.kind == "f" else ew.Cast.apply(x, get_default_dtype())
