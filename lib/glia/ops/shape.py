"""Ops that move values and change none: each backward puts the gradient back where it came from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import implementation, reference
from .op import Op, unbroadcast


class Reshape(Op):
    """The same values in the same order under another shape."""

    @staticmethod
    def forward(ctx, x, shape):
        ctx.save_for_backward(x.shape)
        return x.reshape(shape)

    @staticmethod
    def backward(ctx, grad):
        return grad.reshape(ctx.saved_tensors[0]), None


class Permute(Op):
    """The axes in another order."""

    @staticmethod
    def forward(ctx, x, dims):
        y = x.transpose(dims)
        back = [0] * x.ndim  # a plain loop: for so few numbers numpy's sorting is slow
        for place, dim in enumerate(dims):
            back[dim] = place
        ctx.save_for_backward(back)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad.transpose(ctx.saved_tensors[0]), None


class Expand(Op):
    """Repeat along axes of length 1, as a view; backward sums over the repeats."""

    @staticmethod
    def forward(ctx, x, shape):
        ctx.save_for_backward(x.shape)
        return np.broadcast_to(x, shape)

    @staticmethod
    def backward(ctx, grad):
        return unbroadcast(grad, ctx.saved_tensors[0]), None


class Repeat(Op):
    """Tile the array, as often along each axis as asked."""

    @staticmethod
    def forward(ctx, x, times):
        padded = (1,) * (len(times) - x.ndim) + x.shape
        ctx.save_for_backward(x.shape, padded, times)
        return np.tile(x, times)

    @staticmethod
    def backward(ctx, grad):
        shape, padded, times = ctx.saved_tensors
        split = [n for pair in zip(times, padded, strict=True) for n in pair]
        return grad.reshape(split).sum(axis=tuple(range(0, len(split), 2))).reshape(shape), None


class GetItem(Op):
    """y = x[index], basic or advanced; an element picked twice collects both gradients."""

    @staticmethod
    def forward(ctx, x, index):
        ctx.save_for_backward(x.shape, index)
        return x[index]

    @staticmethod
    def backward(ctx, grad):
        shape, index = ctx.saved_tensors
        if _is_basic(index):
            return implementation("slice_backward")(grad, shape, index), None
        out = np.zeros(shape, grad.dtype)
        np.add.at(out, index, grad)
        return out, None


@reference(twin="glia.kernels.pick.slice_backward")
def slice_backward(grad: np.ndarray, shape: tuple[int, ...], index: Any) -> np.ndarray:
    """Return zeros with the gradient where it was taken from."""
    out = np.zeros(shape, grad.dtype)
    out[index] = grad
    return out


def _is_basic(index) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, (int, np.integer, slice)) for p in parts)


class SetItem(Op):
    """A copy of x in which x[index] is v."""

    @staticmethod
    def forward(ctx, x, index, v):
        ctx.save_for_backward(index, np.shape(v))
        out = x.copy()
        out[index] = v
        return out

    @staticmethod
    def backward(ctx, grad):
        index, v_shape = ctx.saved_tensors
        grad_x = grad.copy()
        grad_x[index] = 0
        return grad_x, None, unbroadcast(grad[index], v_shape) if ctx.needs_input_grad[2] else None


class Gather(Op):
    """Pick along one axis: y[i, j] = x[i, index[i, j]] for dim 1."""

    @staticmethod
    def forward(ctx, x, dim, index):
        ctx.save_for_backward(x.shape, dim, index)
        return np.take_along_axis(_trim(x, dim, index), index, axis=dim)

    @staticmethod
    def backward(ctx, grad):
        shape, dim, index = ctx.saved_tensors
        out = np.zeros(shape, grad.dtype)
        where = list(np.indices(index.shape, sparse=True))
        where[dim] = index
        np.add.at(out, tuple(where), grad)
        return out, None, None


def _trim(x, dim, index):
    """Cut the other axes to the index's lengths, as PyTorch's gather does."""
    keep = [slice(None) if d == dim % x.ndim else slice(n) for d, n in enumerate(index.shape)]
    return x[tuple(keep)]


class Split(Op):
    """Cut along an axis into views; what comes back from all of them is joined."""

    @staticmethod
    def forward(ctx, x, cuts, dim):
        ctx.save_for_backward(dim)
        before = (slice(None),) * (dim % x.ndim)
        pairs = itertools.pairwise((0, *cuts, x.shape[dim]))
        return tuple([x[(*before, slice(*pair))] for pair in pairs])

    @staticmethod
    def backward(ctx, *grads):
        return implementation("join")(grads, ctx.saved_tensors[0]), None, None


@reference(twin="glia.kernels.pick.join")
def join(arrays: Sequence[np.ndarray], dim: int) -> np.ndarray:
    """Return the parts of an array joined again, which may share their memory."""
    return np.concatenate(arrays, axis=dim)


@reference(twin="glia.kernels.pick.concatenate")
def concatenate(arrays: Sequence[np.ndarray], dim: int) -> np.ndarray:
    """Return arrays joined along an axis."""
    return np.concatenate(arrays, axis=dim)


class Cat(Op):
    """Join along an axis."""

    @staticmethod
    def forward(ctx, dim, *arrays):
        ctx.save_for_backward(dim, np.cumsum([a.shape[dim] for a in arrays])[:-1])
        return implementation("concatenate")(arrays, dim)

    @staticmethod
    def backward(ctx, grad):
        dim, cuts = ctx.saved_tensors
        return (None, *np.split(grad, cuts, axis=dim))


class Stack(Op):
    """Join along a new axis."""

    @staticmethod
    def forward(ctx, dim, *arrays):
        ctx.save_for_backward(dim)
        return np.stack(arrays, axis=dim)

    @staticmethod
    def backward(ctx, grad):
        return (None, *np.moveaxis(grad, ctx.saved_tensors[0], 0))


class Flip(Op):
    """Reverse the order along axes."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.save_for_backward(dims)
        return np.flip(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return np.flip(grad, ctx.saved_tensors[0]), None


class Roll(Op):
    """Shift along axes, what falls out coming in at the other end."""

    @staticmethod
    def forward(ctx, x, shifts, dims):
        ctx.save_for_backward(np.negative(shifts), dims)
        return np.roll(x, shifts, dims)

    @staticmethod
    def backward(ctx, grad):
        return np.roll(grad, *ctx.saved_tensors), None, None


class Pad(Op):
    """Surround with a constant; widths are numpy's ((before, after), ...)."""

    @staticmethod
    def forward(ctx, x, widths, value):
        inner = [slice(low, low + n) for (low, _), n in zip(widths, x.shape, strict=True)]
        ctx.save_for_backward(tuple(inner))
        return np.pad(x, widths, constant_values=value)

    @staticmethod
    def backward(ctx, grad):
        return grad[ctx.saved_tensors[0]], None, None


class Triangle(Op):
    """Keep the lower (or upper) triangle of the last two axes, zero the rest."""

    @staticmethod
    def forward(ctx, x, cut, diagonal):
        ctx.save_for_backward(cut, diagonal)
        return cut(x, diagonal)

    @staticmethod
    def backward(ctx, grad):
        cut, diagonal = ctx.saved_tensors
        return cut(grad, diagonal), None, None
