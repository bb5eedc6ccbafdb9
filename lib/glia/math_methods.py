"""Methods of a Tensor that compute: elementwise functions, products, reductions, order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .autograd import make
from .dtypes import get_default_dtype
from .operators import Operators, pair
from .ops import activation as act
from .ops import elementwise as ew
from .ops import reduce as red
from .ops.matmul import MatMul

if TYPE_CHECKING:
    from .tensor import Tensor


from .shape_methods import ShapeMethods


class Extremum(NamedTuple):
    """Values along an axis and where they stand."""

    values: Any
    indices: Any


class MathMethods(ShapeMethods):
    """Elementwise functions, reductions, products and comparisons."""

    __slots__ = ()

    def exp(self) -> Tensor:
        """Return eˣ; slope eˣ."""
        return ew.Exp.apply(_float(self))

    def log(self) -> Tensor:
        """Return the natural logarithm; slope 1/x."""
        return ew.Log.apply(_float(self))

    def log2(self) -> Tensor:
        """Return the logarithm to base 2; slope 1/(x ln 2)."""
        return ew.Log2.apply(_float(self))

    def log1p(self) -> Tensor:
        """Return log(1 + x), exact for small x; slope 1/(1 + x)."""
        return ew.Log1p.apply(_float(self))

    def sqrt(self) -> Tensor:
        """Return √x; slope 1/(2√x)."""
        return ew.Sqrt.apply(_float(self))

    def rsqrt(self) -> Tensor:
        """Return 1/√x; slope −1/(2x√x)."""
        return ew.Rsqrt.apply(_float(self))

    def reciprocal(self) -> Tensor:
        """Return 1/x; slope −1/x²."""
        return ew.Reciprocal.apply(_float(self))

    def sin(self) -> Tensor:
        """Return the sine; slope cos x."""
        return ew.Sin.apply(_float(self))

    def cos(self) -> Tensor:
        """Return the cosine; slope −sin x."""
        return ew.Cos.apply(_float(self))

    def erf(self) -> Tensor:
        """Return the error function; slope 2/√π · e^(−x²)."""
        return ew.Erf.apply(_float(self))

    def tanh(self) -> Tensor:
        """Return tanh x; slope 1 − tanh² x."""
        return act.Tanh.apply(_float(self))

    def sigmoid(self) -> Tensor:
        """Return σ(x) = 1/(1 + e^(−x)); slope σ(x)(1 − σ(x))."""
        return act.Sigmoid.apply(_float(self))

    def relu(self) -> Tensor:
        """Return max(x, 0); slope 1 for x > 0, else 0."""
        return act.ReLU.apply(self)

    def softmax(self, dim: int) -> Tensor:
        """Return e^x / Σ e^x along an axis."""
        return act.Softmax.apply(self, dim)

    def log_softmax(self, dim: int) -> Tensor:
        """Return log softmax(x) along an axis."""
        return act.LogSoftmax.apply(self, dim)

    def abs(self) -> Tensor:
        """Return |x|; slope sign x, 0 at 0."""
        return ew.Abs.apply(self)

    def neg(self) -> Tensor:
        """Return −x."""
        return ew.Neg.apply(self)

    def square(self) -> Tensor:
        """Return x²; slope 2x."""
        return ew.Square.apply(self)

    def sign(self) -> Tensor:
        """Return −1, 0 or 1; slope 0."""
        return ew.Sign.apply(self)

    def floor(self) -> Tensor:
        """Round down; slope 0."""
        return ew.Floor.apply(self)

    def ceil(self) -> Tensor:
        """Round up; slope 0."""
        return ew.Ceil.apply(self)

    def round(self) -> Tensor:
        """Round to the nearest whole number, halves to even; slope 0."""
        return ew.Round.apply(self)

    def pow(self, exponent: Any) -> Tensor:
        """Return x to a power; by x the slope is p x^(p−1)."""
        return self**exponent

    def add(self, other: Any) -> Tensor:
        """Return x + other."""
        return self + other

    def sub(self, other: Any) -> Tensor:
        """Return x − other."""
        return self - other

    def mul(self, other: Any) -> Tensor:
        """Return x · other, element by element."""
        return self * other

    def div(self, other: Any) -> Tensor:
        """Return x / other, element by element."""
        return self / other

    def clamp(self, min: float | None = None, max: float | None = None) -> Tensor:
        """Cut off below min and above max; slope 1 within."""
        return ew.Clamp.apply(self, min, max)

    clip = clamp

    def maximum(self, other: Any) -> Tensor:
        """Return the larger of two, element by element; a tie shares the gradient."""
        return ew.Maximum.apply(*pair(self, other))

    def minimum(self, other: Any) -> Tensor:
        """Return the smaller of two, element by element; a tie shares the gradient."""
        return ew.Minimum.apply(*pair(self, other))

    def matmul(self, other: Tensor) -> Tensor:
        """Return the matrix product, batched over leading axes."""
        return MatMul.apply(*pair(self, other))

    mm = bmm = mv = dot = matmul

    def outer(self, other: Tensor) -> Tensor:
        """Return all products of two vectors' elements."""
        return self.unsqueeze(1) * other

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Sum over axes, or over everything."""
        return red.Sum.apply(self, dim, keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Average over axes, or over everything."""
        if self.array.dtype.kind != "f":
            raise RuntimeError(f"mean needs floats, got dtype {self.array.dtype}; call .float()")
        return red.Mean.apply(self, dim, keepdim)

    def var(
        self, dim: Any = None, correction: int = 1, keepdim: bool = False, **old: Any
    ) -> Tensor:
        """Return the variance over axes, Σ(x − mean)² / (n − correction)."""
        return red.Var.apply(self, dim, int(old.get("unbiased", correction)), keepdim)

    def std(
        self, dim: Any = None, correction: int = 1, keepdim: bool = False, **old: Any
    ) -> Tensor:
        """Return the standard deviation over axes."""
        return red.Std.apply(self, dim, int(old.get("unbiased", correction)), keepdim)

    def prod(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Multiply over axes, or everything."""
        return red.Prod.apply(self, dim, keepdim)

    def cumsum(self, dim: int) -> Tensor:
        """Return the running sums along an axis."""
        return red.CumSum.apply(self, dim)

    def logsumexp(self, dim: Any, keepdim: bool = False) -> Tensor:
        """Return log Σ eˣ over axes, without overflow."""
        return red.LogSumExp.apply(self, dim, keepdim)

    def norm(self, p: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Return the p-norm over axes, (Σ |x|^p)^(1/p)."""
        if p == float("inf"):
            return self.abs().amax(dim, keepdim)
        return red.Norm.apply(self, p, dim, keepdim)

    def amax(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Return the largest values over axes; ties share the gradient."""
        return red.Extreme.apply(self, np.max, dim, keepdim)

    def amin(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Return the smallest values over axes; ties share the gradient."""
        return red.Extreme.apply(self, np.min, dim, keepdim)

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Return the largest value, (values, indices) along an axis, or the larger of two."""
        if isinstance(dim, Operators):
            return self.maximum(dim)
        return self.amax() if dim is None else self._picked(np.argmax, dim, keepdim)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Return the smallest value, (values, indices) along an axis, or the smaller of two."""
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
        """Return where the largest value stands, along an axis or in the flat order."""
        return make(np.asarray(np.argmax(self.array, axis=dim, keepdims=keepdim)))

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return where the smallest value stands, along an axis or in the flat order."""
        return make(np.asarray(np.argmin(self.array, axis=dim, keepdims=keepdim)))

    def sort(self, dim: int = -1, descending: bool = False) -> Extremum:
        """Return (values, indices) in order along an axis."""
        order = self.argsort(dim, descending)
        return Extremum(self.gather(dim, order), order)

    def argsort(self, dim: int = -1, descending: bool = False) -> Tensor:
        """Return the indices that would sort along an axis; equals keep their order."""
        if not descending:
            return make(np.argsort(self.array, axis=dim, kind="stable"))
        backward = np.argsort(np.flip(self.array, dim), axis=dim, kind="stable")
        return make(np.flip(self.array.shape[dim] - 1 - backward, dim))

    def topk(self, k: int, dim: int = -1, largest: bool = True) -> Extremum:
        """Return the k largest (or smallest) values along an axis and where they stand."""
        order = self.argsort(dim, descending=largest).narrow(dim, 0, k)
        return Extremum(self.gather(dim, order), order)

    def all(self, dim: Any = None) -> Tensor:
        """Return whether all are true."""
        return make(np.asarray(self.array.all(axis=dim)))

    def any(self, dim: Any = None) -> Tensor:
        """Return whether any is true."""
        return make(np.asarray(self.array.any(axis=dim)))

    def eq(self, other: Any) -> Tensor:
        """Return where two are equal."""
        return self == other  # type: ignore[return-value]

    def ne(self, other: Any) -> Tensor:
        """Return where two differ."""
        return self != other  # type: ignore[return-value]

    gt, ge, lt, le = Operators.__gt__, Operators.__ge__, Operators.__lt__, Operators.__le__

    def isnan(self) -> Tensor:
        """Return where a value is NaN."""
        return make(np.isnan(self.array))

    def isinf(self) -> Tensor:
        """Return where a value is infinite."""
        return make(np.isinf(self.array))

    def isfinite(self) -> Tensor:
        """Return where a value is neither NaN nor infinite."""
        return make(np.isfinite(self.array))


def _float(x: Any) -> Any:
    """Make integers float, for functions whose values are no integers."""
    return x if x.array.dtype.kind == "f" else ew.Cast.apply(x, get_default_dtype())
