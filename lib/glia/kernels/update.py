"""The optimisers' updates, one pass over memory each; textbook twins in `glia.ops.update`."""

from __future__ import annotations

from typing import Any

import numpy as np

from glia.ops import update as plain

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import parallel, prange
from ._pool import FLOAT32
from ._share import STREAM, parts_of, share


def _momentum_formula(f, arrays, scalars):
    (w, g, v), (lr, momentum) = arrays, scalars
    v = f.fma(v, momentum, g)
    return [w - lr * v, v]


def _adam_formula(f, arrays, scalars):
    (w, g, m, v), (rate, keep1, new1, keep2, new2, root, eps) = arrays, scalars
    m = f.fma(m, keep1, g * new1)
    v = f.fma(v, keep2, g * g * new2)
    return [w - rate * m / f.fma(f.sqrt(v), root, eps), m, v]


_plain_loop = vector_loop(lambda f, a, s: [a[0] - s[0] * a[1]], stores=(0,))
_momentum_loop = vector_loop(_momentum_formula, stores=(0, 2))
_adam_loop = vector_loop(_adam_formula, stores=(0, 2, 3))


def sgd_update_(w, grad, lr):
    """W ← w − η ∇."""
    flat = _flat(w, grad)
    if flat is None:
        return plain.sgd_update_(w, grad, lr)
    _sgd(*flat, np.float32(lr))


def momentum_update_(w, grad, velocity, lr, momentum):
    """V ← μ v + ∇, w ← w − η v."""
    flat = _flat(w, grad, velocity)
    if flat is None:
        return plain.momentum_update_(w, grad, velocity, lr, momentum)
    _momentum(*flat, np.float32(lr), np.float32(momentum))


def adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t):
    """Adam's step number t (infinite: no bias correction)."""
    flat = _flat(w, grad, m, v)
    if flat is None:
        return plain.adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t)
    rate, root = lr / (1 - beta1**t), (1 - beta2**t) ** -0.5
    one = np.float32
    _adam(
        *flat,
        one(rate),
        one(beta1),
        one(1 - beta1),
        one(beta2),
        one(1 - beta2),
        one(root),
        one(eps),
    )


def _flat(*arrays) -> Any:
    """Return the arrays as rows of memory if they lie in one order, else None."""
    strides = arrays[0].strides
    flat = []
    for array in arrays:
        flags = array.flags
        if not (array.dtype == FLOAT32 and flags.forc and flags.behaved):
            return None
        if array.strides != strides:
            return None
        flat.append(array.ravel("K") if array.ndim != 1 else array)
    return flat


@parallel
def _sgd(w, grad, lr):
    pw, pg, size = address(w), address(grad), w.size
    if size < STREAM:
        _plain_loop((pw, pg), size, (lr,))
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            _plain_loop((pw + 4 * first, pg + 4 * first), last - first, (lr,))


@parallel
def _momentum(w, grad, velocity, lr, momentum):
    pw, pg, pv, size = address(w), address(grad), address(velocity), w.size
    if size < STREAM:
        _momentum_loop((pw, pg, pv), size, (lr, momentum))
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _momentum_loop((pw + shift, pg + shift, pv + shift), last - first, (lr, momentum))


@parallel
def _adam(w, grad, m, v, rate, keep1, new1, keep2, new2, root, eps):
    pw, pg, pm, pv, size = address(w), address(grad), address(m), address(v), w.size
    settings = (rate, keep1, new1, keep2, new2, root, eps)
    if size < STREAM:
        _adam_loop((pw, pg, pm, pv), size, settings)
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _adam_loop((pw + shift, pg + shift, pm + shift, pv + shift), last - first, settings)
