"""GELU and its slope in one pass; the textbook twin is in `glia.ops.activation`."""

from __future__ import annotations

from glia.ops.activation import gelu as plain_gelu

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import as_it_lies
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share

_DENSITY, _SCALE, _CUBE = 0.3989422804, 0.7978845608, 0.044715
_TAIL = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153)


def _normal(f, x):
    """Φ(x) and φ(x): the normal distribution's tail is its density times a polynomial.

    Source: Abramowitz & Stegun (1964), formula 26.2.17; error below 8e-8.
    """
    z = f.maximum(x, -x)
    t = 1.0 / f.fma(z, 0.2316419, 1.0)
    density = f.exp_below_zero(x * x * -0.5) * _DENSITY
    tail = f.fma(t, _TAIL[0], _TAIL[1])
    for coefficient in _TAIL[2:]:
        tail = f.fma(tail, t, coefficient)
    tail = tail * t * density
    return f.where(x > 0.0, 1.0 - tail, tail), density


def _exact(f, a, s):
    return [a[0] * _normal(f, a[0])[0]]


def _exact_and_slope(f, a, s):
    cdf, density = _normal(f, a[0])
    return [a[0] * cdf, f.fma(a[0], density, cdf)]


def _approximate(f, a, s):
    x = a[0]
    return [x * f.fma(f.tanh(_SCALE * f.fma(x * x * x, _CUBE, x)), 0.5, 0.5)]


def _approximate_and_slope(f, a, s):
    x = a[0]
    t = f.tanh(_SCALE * f.fma(x * x * x, _CUBE, x))
    cdf, inner = f.fma(t, 0.5, 0.5), _SCALE * f.fma(x * x, 3 * _CUBE, 1.0)
    bell = f.where(x * x > 25.0, 0.0, 1.0 - t * t)  # there it is rounding alone, times hundreds
    return [x * cdf, f.fma(x * 0.5 * bell, inner, cdf)]


_exact_loop = vector_loop(_exact, loads=(0,), stores=(1,))
_exact_slopes = vector_loop(_exact_and_slope, loads=(0,), stores=(1, 2))
_approximate_loop = vector_loop(_approximate, loads=(0,), stores=(1,))
_approximate_slopes = vector_loop(_approximate_and_slope, loads=(0,), stores=(1, 2))
_WORTH = STREAM // 8  # an element costs many times what reading it does


def gelu(x, approximate, with_slope):
    """Return x Φ(x), and if asked for its slope Φ(x) + x φ(x)."""
    if x.dtype != FLOAT32 or approximate not in ("none", "tanh"):
        return plain_gelu(x, approximate, with_slope)
    lying, _, back = as_it_lies(x)
    y = take(*lying.shape)
    slope = take(*lying.shape) if with_slope else y
    _forward(lying.ravel(), y.ravel(), slope.ravel(), approximate == "none", bool(with_slope))
    if back is not None:
        y, slope = y.transpose(back), slope.transpose(back)
    return y, slope if with_slope else None


@parallel
def _forward(x, y, slope, exact, with_slope):
    px, py, ps, size = address(x), address(y), address(slope), x.size
    parts = parts_of(size, _WORTH)
    if parts == 1:
        _some(px, py, ps, size, exact, with_slope)
    else:
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _some(px + shift, py + shift, ps + shift, last - first, exact, with_slope)


@jit
def _some(x, y, slope, size, exact, with_slope):
    if exact and with_slope:
        _exact_slopes((x, y, slope), size, ())
    elif exact:
        _exact_loop((x, y), size, ())
    elif with_slope:
        _approximate_slopes((x, y, slope), size, ())
    else:
        _approximate_loop((x, y), size, ())
