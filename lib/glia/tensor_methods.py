"""Methods of a Tensor that convert it or change it in place (their names end in `_`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import rng
from .autograd import make
from .dtypes import device as _device
from .operators import Operators
from .ops import elementwise as ew

if TYPE_CHECKING:
    from .tensor import Tensor


from .math_methods import MathMethods
from .shape_methods import dims_of


class Methods(MathMethods):
    """Conversions, and the changes in place whose names end in an underscore."""

    __slots__ = ()

    def to(self, *targets: Any, **named: Any) -> Tensor:
        """Convert to a dtype, or to another tensor's; the only device is 'cpu'."""
        out = self
        for target in (*targets, *named.values()):
            if isinstance(target, (str, _device)):
                _device(target)
            else:
                out = out.type(target.array.dtype if isinstance(target, Operators) else target)
        return out  # type: ignore[return-value]

    def cpu(self) -> Tensor:
        """Return self: everything is on the CPU."""
        return self  # type: ignore[return-value]

    def cuda(self, device: Any = "cuda") -> Tensor:
        """Raise a ValueError: glia computes on the CPU."""
        return self.to(_device(device))

    def type(self, dtype: Any) -> Tensor:
        """Convert to a dtype; the gradient is converted back."""
        same = self.array.dtype == dtype
        return self if same else ew.Cast.apply(self, dtype)  # type: ignore[return-value]

    def type_as(self, other: Tensor) -> Tensor:
        """Convert to another tensor's dtype."""
        return self.type(other.dtype)

    def float(self) -> Tensor:
        """Convert to float32."""
        return self.type(np.float32)

    def double(self) -> Tensor:
        """Convert to float64."""
        return self.type(np.float64)

    def long(self) -> Tensor:
        """Convert to int64."""
        return self.type(np.int64)

    def int(self) -> Tensor:
        """Convert to int32."""
        return self.type(np.int32)

    def bool(self) -> Tensor:
        """Convert to bool."""
        return self.type(np.bool_)

    def tolist(self) -> Any:
        """Return nested Python lists."""
        return self.array.tolist()

    def new_zeros(self, *shape: Any) -> Tensor:
        """Return zeros of this dtype."""
        return make(np.zeros(dims_of(shape), self.array.dtype))

    def new_ones(self, *shape: Any) -> Tensor:
        """Return ones of this dtype."""
        return make(np.ones(dims_of(shape), self.array.dtype))

    def add_(self, other: Any, alpha: Any = 1) -> Tensor:
        """Add in place: x += alpha · other."""
        return self._in_place(self + (other if alpha == 1 else other * alpha))

    def sub_(self, other: Any, alpha: Any = 1) -> Tensor:
        """Subtract in place: x −= alpha · other."""
        return self._in_place(self - (other if alpha == 1 else other * alpha))

    def mul_(self, other: Any) -> Tensor:
        """Multiply in place."""
        return self._in_place(self * other)

    def div_(self, other: Any) -> Tensor:
        """Divide in place."""
        return self._in_place(self / other)

    def clamp_(self, min: Any = None, max: Any = None) -> Tensor:
        """Cut off in place."""
        return self._in_place(self.clamp(min, max))

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """Fill in place where the mask is true."""
        return self._in_place(self.masked_fill(mask, value))

    def copy_(self, other: Tensor) -> Tensor:
        """Copy another tensor's values in place."""
        return self._in_place(other.type(self.array.dtype).expand(*self.array.shape))

    def fill_(self, value: Any) -> Tensor:
        """Fill in place."""
        return self._set(value)

    def zero_(self) -> Tensor:
        """Fill with 0 in place."""
        return self._set(0)

    def normal_(self, mean: Any = 0.0, std: Any = 1.0, generator: Any = None) -> Tensor:
        """Fill from N(mean, std²) in place."""
        return self._set(rng.generator(generator).normal(mean, std, self.array.shape))

    def uniform_(self, low: Any = 0.0, high: Any = 1.0, generator: Any = None) -> Tensor:
        """Fill from U(low, high) in place."""
        return self._set(rng.generator(generator).uniform(low, high, self.array.shape))

    def _set(self, values: Any) -> Tensor:
        return self._in_place(make(np.broadcast_to(np.asarray(values), self.array.shape)))
