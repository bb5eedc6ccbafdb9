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
    if _odd(w, grad):
        return plain.sgd_update_(w, grad, lr)
    _run(_sgd, (w, grad), (lr,))


def momentum_update_(w, grad, velocity, lr, momentum):
    """V ← μ v + ∇, w ← w − η v."""
    if _odd(w, grad, velocity):
        return plain.momentum_update_(w, grad, velocity, lr, momentum)
    _run(_momentum, (w, grad, velocity), (lr, momentum))


def adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t):
    """Adam's step number t (infinite: no bias correction)."""
    if _odd(w, grad, m, v):
        return plain.adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t)
    rate, root = lr / (1 - beta1**t), (1 - beta2**t) ** -0.5
    _run(_adam, (w, grad, m, v), (rate, beta1, 1 - beta1, beta2, 1 - beta2, root, eps))


def _odd(*arrays):
    return any(array.dtype != FLOAT32 for array in arrays)


def _run(kernel: Any, arrays: Any, settings: tuple) -> None:
    """Run on the arrays' memory; those that do not lie as a kernel wants them, on copies.

    So the digits of a result depend on values alone, not on how an array came to lie.
    """
    ready = [a if a.flags.carray else np.array(a, order="C") for a in arrays]
    kernel(*[a if a.ndim == 1 else a.reshape(-1) for a in ready], *map(np.float32, settings))
    for given, copy in zip(arrays, ready, strict=True):
        if copy is not given and given is not arrays[1]:  # the gradient has not changed
            given[...] = copy


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
