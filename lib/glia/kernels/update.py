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
    if not w.dtype == grad.dtype == FLOAT32:
        return plain.sgd_update_(w, grad, lr)
    if w.flags.carray and grad.flags.carray:
        _sgd(w.ravel(), grad.ravel(), float(lr))
    else:
        _elsewhere(sgd_update_, (w, grad), (lr,))


def momentum_update_(w, grad, velocity, lr, momentum):
    """V ← μ v + ∇, w ← w − η v."""
    if not w.dtype == grad.dtype == velocity.dtype == FLOAT32:
        return plain.momentum_update_(w, grad, velocity, lr, momentum)
    if w.flags.carray and grad.flags.carray and velocity.flags.carray:
        _momentum(w.ravel(), grad.ravel(), velocity.ravel(), float(lr), float(momentum))
    else:
        _elsewhere(momentum_update_, (w, grad, velocity), (lr, momentum))


def adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t):
    """Adam's step number t (infinite: no bias correction)."""
    if not w.dtype == grad.dtype == m.dtype == v.dtype == FLOAT32:
        return plain.adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t)
    if w.flags.carray and grad.flags.carray and m.flags.carray and v.flags.carray:
        rate, root = lr / (1 - beta1**t), (1 - beta2**t) ** -0.5
        settings = float(rate), float(beta1), float(beta2), float(root), float(eps)
        _adam(w.ravel(), grad.ravel(), m.ravel(), v.ravel(), *settings)
    else:
        _elsewhere(adam_update_, (w, grad, m, v), (lr, beta1, beta2, eps, t))


def _elsewhere(update: Any, arrays: tuple, settings: tuple) -> None:
    """Update copies of arrays that do not lie as a kernel wants them, and write back.

    So the digits of a result depend on values alone, not on how an array came to lie.
    """
    copies = [np.array(array, order="C") for array in arrays]
    update(*copies, *settings)
    for position, (array, copy) in enumerate(zip(arrays, copies, strict=True)):
        if position != 1:  # the gradient has not changed
            array[...] = copy


@parallel
def _sgd(w, grad, rate):
    pw, pg, size, lr = address(w), address(grad), w.size, np.float32(rate)
    if size < STREAM:
        _plain_loop((pw, pg), size, (lr,))
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            _plain_loop((pw + 4 * first, pg + 4 * first), last - first, (lr,))


@parallel
def _momentum(w, grad, velocity, rate, kept):
    pw, pg, pv, size = address(w), address(grad), address(velocity), w.size
    lr, momentum = np.float32(rate), np.float32(kept)
    if size < STREAM:
        _momentum_loop((pw, pg, pv), size, (lr, momentum))
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _momentum_loop((pw + shift, pg + shift, pv + shift), last - first, (lr, momentum))


@parallel
def _adam(w, grad, m, v, rate, beta1, beta2, root, eps):
    pw, pg, pm, pv, size = address(w), address(grad), address(m), address(v), w.size
    settings = (
        np.float32(rate), np.float32(beta1), np.float32(1 - beta1), np.float32(beta2),
        np.float32(1 - beta2), np.float32(root), np.float32(eps),
    )  # fmt: skip
    if size < STREAM:
        _adam_loop((pw, pg, pm, pv), size, settings)
    else:
        parts = parts_of(size, STREAM)
        for t in prange(parts):
            first, last = share(t, parts, size, 16)
            shift = 4 * first
            _adam_loop((pw + shift, pg + shift, pm + shift, pv + shift), last - first, settings)
