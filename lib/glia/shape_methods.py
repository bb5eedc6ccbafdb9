"""Methods of a Tensor that ask for its shape, change it, or pick from it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ShapeError
from .operators import Operators, inner, pair
from .ops import elementwise as ew
from .ops import shape as shp

if TYPE_CHECKING:
    from .tensor import Tensor


class ShapeMethods(Operators):
    """Asking for the shape and changing it."""

    __slots__ = ()

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the length of one axis."""
        return self.array.shape if dim is None else self.array.shape[dim]

    def dim(self) -> int:
        """Return the number of axes."""
        return self.array.ndim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    nelement = numel

    def reshape(self, *shape: Any) -> Tensor:
        """Return the same values in another shape; one length may be -1."""
        return shp.Reshape.apply(self, dims_of(shape))

    view = reshape

    def view_as(self, other: Tensor) -> Tensor:
        """Return the same values in another tensor's shape."""
        return self.reshape(other.shape)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Join the axes from start_dim to end_dim into one."""
        if self.array.ndim == 0:
            return self.reshape(1)
        start, end = start_dim % self.array.ndim, end_dim % self.array.ndim
        shape = self.array.shape
        length = int(np.prod(shape[start : end + 1]))
        return self.reshape(*shape[:start], length, *shape[end + 1 :])

    def unflatten(self, dim: int, sizes: tuple[int, ...]) -> Tensor:
        """Split one axis into several."""
        dim %= self.array.ndim
        return self.reshape(*self.array.shape[:dim], *sizes, *self.array.shape[dim + 1 :])

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Drop an axis of length 1, or all of them."""
        if dim is not None and self.array.shape[dim] != 1:
            return self.view_as(self)  # type: ignore[arg-type]
        return self.reshape(self.array.squeeze(dim).shape)

    def unsqueeze(self, dim: int) -> Tensor:
        """Insert an axis of length 1."""
        return self.reshape(np.expand_dims(self.array, dim).shape)

    def permute(self, *dims: Any) -> Tensor:
        """Put the axes in another order."""
        return shp.Permute.apply(self, dims_of(dims))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Exchange two axes."""
        dims = list(range(self.array.ndim))
        for dim in (dim0, dim1):
            if not -len(dims) <= dim < len(dims):
                raise IndexError(f"transpose: got dim {dim} for a tensor of {len(dims)} axes")
        dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
        return shp.Permute.apply(self, tuple(dims))

    swapaxes = transpose

    def movedim(self, source: int, destination: int) -> Tensor:
        """Move one axis to another place."""
        dims = list(range(self.array.ndim))
        dims.insert(destination % len(dims), dims.pop(source))
        return shp.Permute.apply(self, tuple(dims))

    def t(self) -> Tensor:
        """Return the transpose of a matrix."""
        if self.array.ndim > 2:
            raise ValueError(f"t() needs at most 2 axes, got shape {self.array.shape}")
        return self.permute(*range(self.array.ndim)[::-1])

    @property
    def T(self) -> Tensor:
        """The axes in reverse order."""
        return self.permute(*range(self.array.ndim)[::-1])

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged."""
        return self.transpose(-2, -1)

    def expand(self, *shape: Any) -> Tensor:
        """Repeat axes of length 1 without a copy; -1 keeps a length."""
        sizes = dims_of(shape)
        own = (1,) * (len(sizes) - self.array.ndim) + self.array.shape
        full = tuple([o if s == -1 else s for s, o in zip(sizes, own, strict=True)])
        return shp.Expand.apply(self, full)

    def expand_as(self, other: Tensor) -> Tensor:
        """Repeat axes of length 1 to another tensor's shape."""
        return self.expand(*other.shape)

    def repeat(self, *times: Any) -> Tensor:
        """Tile, as often along each axis as asked."""
        return shp.Repeat.apply(self, dims_of(times))

    def repeat_interleave(self, repeats: int, dim: int) -> Tensor:
        """Repeat each slice along an axis."""
        index = np.repeat(np.arange(self.array.shape[dim]), repeats)
        return self.index_select(dim, index)

    def flip(self, *dims: Any) -> Tensor:
        """Reverse the order along axes."""
        return shp.Flip.apply(self, dims_of(dims))

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        """Shift along axes; what falls out comes in at the other end."""
        return shp.Roll.apply(self, shifts, dims)

    def split(self, size: int | list[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Cut along an axis into parts of one size, or of the sizes listed.

        Raises:
            ShapeError: the listed sizes do not add up to the axis' length.
        """
        n = self.array.shape[dim]
        sizes = (
            [size] * (n // size) + [n % size] * (n % size > 0) if isinstance(size, int) else size
        )
        if sum(sizes) != n:
            raise ShapeError(f"split: got sizes {sizes}; expected them to add up to {n}")
        cuts = list(itertools.accumulate(sizes))[:-1]
        return shp.Split.apply(self, cuts, dim)

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut along an axis into so many parts."""
        return self.split(max(1, -(-self.array.shape[dim] // chunks)), dim)

    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        """Return the slices along an axis."""
        before = (slice(None),) * (dim % self.array.ndim)
        return tuple(self[(*before, i)] for i in range(self.array.shape[dim]))

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """Return `length` slices along an axis, from `start` on."""
        return self[(*(slice(None),) * (dim % self.array.ndim), slice(start, start + length))]

    def index_select(self, dim: int, index: Any) -> Tensor:
        """Return the slices with these numbers along an axis."""
        return self[(*(slice(None),) * (dim % self.array.ndim), inner(index))]

    def gather(self, dim: int, index: Tensor) -> Tensor:
        """Pick along an axis: y[i, j] = x[i, index[i, j]] for dim 1."""
        return shp.Gather.apply(self, dim, index.array)

    def masked_fill(self, mask: Tensor, value: float) -> Tensor:
        """Return a copy with a value where the mask is true."""
        return ew.Where.apply(mask.array, self.array.dtype.type(value), self)

    def masked_select(self, mask: Tensor) -> Tensor:
        """Return the elements where the mask is true, in a row."""
        return self[mask]

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Keep elements where the condition holds, and take other's elsewhere."""
        a, b = pair(self, other)
        return ew.Where.apply(condition.array, a, b)

    def tril(self, diagonal: int = 0) -> Tensor:
        """Zero what is above a diagonal."""
        return shp.Triangle.apply(self, np.tril, diagonal)

    def triu(self, diagonal: int = 0) -> Tensor:
        """Zero what is below a diagonal."""
        return shp.Triangle.apply(self, np.triu, diagonal)

    def contiguous(self) -> Tensor:
        """Return self: numpy takes any layout."""
        return self  # type: ignore[return-value]

    def clone(self) -> Tensor:
        """Return a copy that is part of the graph."""
        return ew.Clone.apply(self)


def dims_of(given: tuple) -> tuple[int, ...]:
    """Return the sizes, whether given one by one or as one tuple."""
    sizes = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    return tuple([int(n) for n in sizes])
