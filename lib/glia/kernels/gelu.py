"""GELU; the textbook twin is in `glia.ops.activation`."""

from __future__ import annotations

from glia.ops.activation import gelu as plain_gelu
from glia.ops.activation import gelu_backward as plain_gelu_backward

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import as_it_lies, in_order
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share

_ROOT_HALF, _DENSITY, _SCALE, _CUBE = 0.7071067811865476, 0.3989422804, 0.7978845608, 0.044715


def _exact(f, a, s):
    return [a[0] * f.fma(f.erf(a[0] * _ROOT_HALF), 0.5, 0.5)]


def _exact_slope(f, a, s):
    g, x = a[:2]
    density = f.exp(x * x * -0.5) * _DENSITY
    return [g * f.fma(x, density, f.fma(f.erf(x * _ROOT_HALF), 0.5, 0.5))]


def _approximate(f, a, s):
    x = a[0]
    return [x * f.fma(f.tanh(_SCALE * f.fma(x * x * x, _CUBE, x)), 0.5, 0.5)]


def _approximate_slope(f, a, s):
    g, x = a[:2]
    t = f.tanh(_SCALE * f.fma(x * x * x, _CUBE, x))
    inner = _SCALE * f.fma(x * x, 3 * _CUBE, 1.0)
    return [g * f.fma(x * 0.5 * (1.0 - t * t), inner, f.fma(t, 0.5, 0.5))]


_exact_loop = vector_loop(_exact, loads=(0,), stores=(1,))
_exact_slopes = vector_loop(_exact_slope, loads=(0, 1), stores=(2,))
_approximate_loop = vector_loop(_approximate, loads=(0,), stores=(1,))
_approximate_slopes = vector_loop(_approximate_slope, loads=(0, 1), stores=(2,))
_WORTH = STREAM // 8  # an element costs many times what reading it does


def gelu(x, approximate):
    """Return x Φ(x)."""
    if x.dtype != FLOAT32 or approximate not in ("none", "tanh"):
        return plain_gelu(x, approximate)
    lying, _, back = as_it_lies(x)
    y = take(*lying.shape)
    _forward(lying.reshape(-1), y.reshape(-1), approximate == "none")
    return y if back is None else y.transpose(back)


def gelu_backward(grad, x, approximate):
    """Return the gradient times Φ(x) + x φ(x)."""
    if not grad.dtype == x.dtype == FLOAT32 or approximate not in ("none", "tanh"):
        return plain_gelu_backward(grad, x, approximate)
    lying, there, back = as_it_lies(x)
    out = take(*lying.shape)
    upstream = in_order(grad, there).reshape(-1)
    _backward(upstream, lying.reshape(-1), out.reshape(-1), approximate == "none")
    return out if back is None else out.transpose(back)


@parallel
def _forward(x, y, exact):
    px, py, size = address(x), address(y), x.size
    parts = parts_of(size, _WORTH)
    if parts == 1:
        _some(px, py, size, exact)
    else:
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            _some(px + 4 * first, py + 4 * first, last - first, exact)


@parallel
def _backward(grad, x, out, exact):
    pg, px, po, size = address(grad), address(x), address(out), x.size
    parts = parts_of(size, _WORTH)
    if parts == 1:
        _some_slopes(pg, px, po, size, exact)
    else:
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _some_slopes(pg + shift, px + shift, po + shift, last - first, exact)


@jit
def _some(x, y, size, exact):
    if exact:
        _exact_loop((x, y), size, ())
    else:
        _approximate_loop((x, y), size, ())


@jit
def _some_slopes(grad, x, out, size, exact):
    if exact:
        _exact_slopes((grad, x, out), size, ())
    else:
        _approximate_slopes((grad, x, out), size, ())
