"""Ops that sum up: each backward spreads the gradient over what was summed up."""

from __future__ import annotations

import numpy as np

from .op import Op


def _axes(dim, ndim: int) -> tuple[int, ...]:
    """Return the axes that dim names, counted from the front; all of them for None."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, (int, np.integer)) else tuple(dim)
    for d in dims:
        if not -max(ndim, 1) <= d < max(ndim, 1):
            raise IndexError(f"got dim {d} for an array of {ndim} dimensions")
    return tuple(int(d) % ndim for d in dims) if ndim else ()


def _expand(array, shape, axes):
    """Put back the reduced axes with length 1, so that the array broadcasts over the shape."""
    return np.reshape(array, [1 if axis in axes else n for axis, n in enumerate(shape)])


class Sum(Op):
    """y = Σ x; the gradient of a sum is 1 for each summand."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        axes = _axes(dim, x.ndim)
        ctx.save_for_backward(x.shape, axes)
        return x.sum(axis=axes, keepdims=keepdim)

    @staticmethod
    def backward(ctx, grad):
        shape, axes = ctx.saved_tensors
        return np.broadcast_to(_expand(grad, shape, axes), shape), None, None


class Mean(Op):
    """y = Σ x / n; the gradient is 1/n for each."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        axes = _axes(dim, x.ndim)
        n = int(np.prod([x.shape[axis] for axis in axes]))
        ctx.save_for_backward(x.shape, axes, n)
        with np.errstate(invalid="ignore"):  # the mean of nothing is nan, as elsewhere
            return np.asarray(x.sum(axis=axes, keepdims=keepdim) / x.dtype.type(n))

    @staticmethod
    def backward(ctx, grad):
        shape, axes, n = ctx.saved_tensors
        if n == 0:
            return np.zeros(shape, grad.dtype), None, None
        return np.broadcast_to(_expand(grad, shape, axes), shape) / n, None, None


class Var(Op):
    """y = Σ (x − mean)² / (n − correction); the gradient is 2 (x − mean) / (n − correction)."""

    @staticmethod
    def forward(ctx, x, dim, correction, keepdim):
        axes = _axes(dim, x.ndim)
        n = int(np.prod([x.shape[axis] for axis in axes])) - correction
        centred = x - x.mean(axis=axes, keepdims=True)
        ctx.save_for_backward(centred, axes, n)
        with np.errstate(all="ignore"):  # one value has no unbiased variance: nan
            return np.asarray((centred**2).sum(axis=axes, keepdims=keepdim) / x.dtype.type(n))

    @staticmethod
    def backward(ctx, grad):
        centred, axes, n = ctx.saved_tensors
        return _expand(grad, centred.shape, axes) * centred * (2 / n), None, None, None


class Std(Op):
    """y = √Var; the gradient is (x − mean) / ((n − correction) y), and 0 where nothing varies."""

    @staticmethod
    def forward(ctx, x, dim, correction, keepdim):
        y = Var.forward(ctx, x, dim, correction, True)
        centred, axes, n = ctx.saved_tensors
        with np.errstate(invalid="ignore"):  # one value has no unbiased deviation: nan
            y = np.sqrt(y)
        ctx.save_for_backward(centred, y, n)
        return y if keepdim else y.reshape([m for d, m in enumerate(x.shape) if d not in axes])

    @staticmethod
    def backward(ctx, grad):
        centred, y, n = ctx.saved_tensors
        with np.errstate(divide="ignore"):
            slope = centred / (n * np.where(y == 0, np.inf, y))
        return (np.reshape(grad, y.shape) * slope).astype(grad.dtype), None, None, None


class Norm(Op):
    """y = (Σ |x|^p)^(1/p); the gradient is sign x · (|x|/y)^(p−1), and 0 for the zero vector."""

    @staticmethod
    def forward(ctx, x, p, dim, keepdim):
        axes = _axes(dim, x.ndim)
        size = np.abs(x)
        y = (size**p).sum(axis=axes, keepdims=True) ** (1 / p)
        ctx.save_for_backward(x, y, p)
        return y if keepdim else y.reshape([n for d, n in enumerate(x.shape) if d not in axes])

    @staticmethod
    def backward(ctx, grad):
        x, y, p = ctx.saved_tensors
        share = np.abs(x) / np.where(y == 0, 1, y)  # delicate: the cone's tip has no slope
        slope = np.sign(x) * np.where(x == 0, 1, share) ** (p - 1)
        return (np.reshape(grad, y.shape) * slope).astype(grad.dtype), None, None, None


class Extreme(Op):
    """The largest (or smallest) value along axes; ties share the gradient evenly."""

    @staticmethod
    def forward(ctx, x, pick, dim, keepdim):
        axes = _axes(dim, x.ndim)
        y = pick(x, axis=axes, keepdims=True)
        ctx.save_for_backward(x == y, axes)
        return y if keepdim else y.reshape([n for d, n in enumerate(x.shape) if d not in axes])

    @staticmethod
    def backward(ctx, grad):
        chosen, axes = ctx.saved_tensors
        count = chosen.sum(axis=axes, keepdims=True)
        return _expand(grad, chosen.shape, axes) * chosen / count, None, None, None


class Prod(Op):
    """y = Π x; each factor's gradient is the product of the others, right also where one is 0."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        axes = _axes(dim, x.ndim)
        ctx.save_for_backward(x, axes)
        return x.prod(axis=axes, keepdims=keepdim)

    @staticmethod
    def backward(ctx, grad):
        x, axes = ctx.saved_tensors
        rest = [d for d in range(x.ndim) if d not in axes]
        order = rest + list(axes)
        rows = x.transpose(order).reshape(*[x.shape[d] for d in rest], -1)
        before, after = np.ones_like(rows), np.ones_like(rows)
        before[..., 1:] = np.cumprod(rows[..., :-1], axis=-1)
        after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
        others = (before * after).reshape([x.shape[d] for d in order]).transpose(np.argsort(order))
        return _expand(grad, x.shape, axes) * others, None, None


class CumSum(Op):
    """y_k = x_1 + … + x_k; x_k is in every later sum, so the gradient sums from the far end."""

    @staticmethod
    def forward(ctx, x, dim):
        ctx.save_for_backward(dim)
        return x.cumsum(axis=dim)

    @staticmethod
    def backward(ctx, grad):
        dim = ctx.saved_tensors[0]
        return np.flip(np.flip(grad, dim).cumsum(axis=dim), dim), None


class LogSumExp(Op):
    """y = log Σ exp x, with the maximum taken out first; the gradient is softmax(x)."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        axes = _axes(dim, x.ndim)
        top = x.max(axis=axes, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
        with np.errstate(divide="ignore"):
            y = top + np.log(np.exp(x - top).sum(axis=axes, keepdims=True))  # delicate: max out
        ctx.save_for_backward(x, y, axes)
        return y if keepdim else y.reshape([n for d, n in enumerate(x.shape) if d not in axes])

    @staticmethod
    def backward(ctx, grad):
        x, y, axes = ctx.saved_tensors
        y = np.where(np.isfinite(y), y, 0)
        return _expand(grad, x.shape, axes) * np.exp(x - y), None, None
