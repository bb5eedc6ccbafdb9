"""Activations and their slopes, both in one pass; the textbook twins are in `glia.ops.activation`.

The way back is one product with the slope. Without a gradient to come the slope is thrown away:
loops of their own for that would cost more to compile than they save.
"""

from __future__ import annotations

import numpy as np

from glia.ops import activation as plain

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._layout import as_it_lies
from ._pool import FLOAT32, take
from ._share import STREAM, parts_of, share

_DENSITY, _SCALE, _CUBE = 0.3989422804, 0.7978845608, 0.044715
_TAIL = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153)


def _gelu(f, a, s):
    """X Φ(x): the normal distribution's tail is its density times a polynomial.

    Source: Abramowitz & Stegun (1964), formula 26.2.17; error below 8e-8.
    """
    x = a[0]
    z = f.maximum(x, -x)
    t = 1.0 / f.fma(z, 0.2316419, 1.0)
    density = f.exp_below_zero(x * x * -0.5) * _DENSITY
    tail = f.fma(t, _TAIL[0], _TAIL[1])
    for coefficient in _TAIL[2:]:
        tail = f.fma(tail, t, coefficient)
    tail = tail * t * density
    cdf = f.where(x > 0.0, 1.0 - tail, tail)
    return [x * cdf, f.fma(x, density, cdf)]


def _gelu_by_tanh(f, a, s):
    x = a[0]
    t = f.tanh(_SCALE * f.fma(x * x * x, _CUBE, x))
    cdf, inner = f.fma(t, 0.5, 0.5), _SCALE * f.fma(x * x, 3 * _CUBE, 1.0)
    bell = f.where(x * x > 25.0, 0.0, 1.0 - t * t)  # there it is rounding alone, times hundreds
    return [x * cdf, f.fma(x * 0.5 * bell, inner, cdf)]


def _both_sides(f, x):
    """σ(x) and σ(−x), from e^(−|x|), which cannot overflow."""
    e = f.exp_below_zero(f.minimum(x, -x))
    large = 1.0 / (e + 1.0)
    small = e * large
    return f.where(x > 0.0, large, small), f.where(x > 0.0, small, large)


def _sigmoid(f, a, s):
    here, there = _both_sides(f, a[0])
    return [here, here * there]


def _silu(f, a, s):
    here, there = _both_sides(f, a[0])
    return [a[0] * here, here * f.fma(a[0], there, 1.0)]


def _leaky(f, a, s):
    slope = f.where(a[0] > 0.0, 1.0, s[0])
    return [a[0] * slope, slope]


_gelu_loop = vector_loop(_gelu, loads=(0,), stores=(1, 2))
_gelu_by_tanh_loop = vector_loop(_gelu_by_tanh, loads=(0,), stores=(1, 2))
_sigmoid_loop = vector_loop(_sigmoid, loads=(0,), stores=(1, 2))
_silu_loop = vector_loop(_silu, loads=(0,), stores=(1, 2))
_leaky_loop = vector_loop(_leaky, loads=(0,), stores=(1, 2))
_GELU, _GELU_BY_TANH, _SIGMOID, _SILU, _LEAKY = range(5)
_WORTH = STREAM // 8  # an element costs many times what reading it does


def gelu(x, approximate, with_slope):
    """Return x Φ(x), or its approximation, and if asked for its slope."""
    if x.dtype != FLOAT32 or approximate not in ("none", "tanh"):
        return plain.gelu(x, approximate, with_slope)
    return _run(_GELU if approximate == "none" else _GELU_BY_TANH, x, with_slope)


def sigmoid(x, with_slope):
    """Return σ(x), and if asked for its slope."""
    if x.dtype != FLOAT32:
        return plain.sigmoid_forward(x, with_slope)
    return _run(_SIGMOID, x, with_slope)


def silu(x, with_slope):
    """Return x σ(x), and if asked for its slope."""
    return _run(_SILU, x, with_slope) if x.dtype == FLOAT32 else plain.silu(x, with_slope)


def leaky_relu(x, negative_slope):
    """Return x where it is positive, else α x, and the slope."""
    if x.dtype != FLOAT32:
        return plain.leaky_relu(x, negative_slope)
    return _run(_LEAKY, x, True, float(negative_slope))


def _run(kind, x, with_slope, setting=0.0):
    lying, _, back = as_it_lies(x)
    y, slope = take(*lying.shape), take(*lying.shape)
    _forward(kind, lying.ravel(), y.ravel(), slope.ravel(), setting)
    if back is not None:
        y, slope = y.transpose(back), slope.transpose(back)
    return y, slope if with_slope else None


@parallel
def _forward(kind, x, y, slope, setting):
    places, size = (address(x), address(y), address(slope)), x.size
    parts = parts_of(size, _WORTH)
    if parts == 1:
        _some(kind, 0, size, places, setting)
    else:
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            _some(kind, first, last, places, setting)


@jit
def _some(kind, first, last, places, setting):
    x, y, slope = places
    here = x + 4 * first, y + 4 * first, slope + 4 * first
    if kind == _GELU:
        _gelu_loop(here, last - first, ())
    elif kind == _GELU_BY_TANH:
        _gelu_by_tanh_loop(here, last - first, ())
    elif kind == _SIGMOID:
        _sigmoid_loop(here, last - first, ())
    elif kind == _SILU:
        _silu_loop(here, last - first, ())
    else:
        _leaky_loop(here, last - first, (np.float32(setting),))
