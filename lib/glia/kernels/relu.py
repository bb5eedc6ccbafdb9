"""ReLU; the textbook twin is in `glia.ops.activation`."""

from __future__ import annotations

from glia.ops.activation import relu as plain_relu
from glia.ops.activation import relu_backward as plain_relu_backward

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import parallel, prange
from ._layout import as_it_lies, in_order
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share

_rectify = vector_loop(lambda f, a, s: [f.maximum(a[0], 0.0)], loads=(0,), stores=(1,))
_pass = vector_loop(
    lambda f, a, s: [a[0] * f.where(a[1] > 0.0, 1.0, 0.0)], loads=(0, 1), stores=(2,)
)


def relu(x):
    """Return max(x, 0)."""
    if x.dtype != FLOAT32:
        return plain_relu(x)
    lying, _, back = as_it_lies(x)
    y = take(*lying.shape)
    _forward(lying.ravel(), y.ravel())
    return y if back is None else y.transpose(back)


def relu_backward(grad, x):
    """Return the gradient where x > 0, else 0."""
    if not grad.dtype == x.dtype == FLOAT32:
        return plain_relu_backward(grad, x)
    lying, there, back = as_it_lies(x)
    out = take(*lying.shape)
    _backward(in_order(grad, there).ravel(), lying.ravel(), out.ravel())
    return out if back is None else out.transpose(back)


@parallel
def _forward(x, y):
    px, py, size = address(x), address(y), x.size
    if size < STREAM:
        _rectify((px, py), size, ())
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            _rectify((px + 4 * first, py + 4 * first), last - first, ())


@parallel
def _backward(grad, x, out):
    pg, px, po, size = address(grad), address(x), address(out), x.size
    if size < STREAM:
        _pass((pg, px, po), size, ())
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _pass((pg + shift, px + shift, po + shift), last - first, ())
