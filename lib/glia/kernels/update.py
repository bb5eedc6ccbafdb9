"""The optimisers' updates, one pass over memory each; textbook twins in `glia.ops.update`.

A net has many small parameters, and a launch costs more than most of them are worth: one launch
takes eight. It knows what an optimiser changes in place, weights and its memory of them, by their
addresses, which are looked up once; the gradients are new arrays every time.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from glia.ops import update as plain
from glia.ops.memory import Memory

from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
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
    sgd_updates_([w], [grad], lr, Memory())


def momentum_update_(w, grad, velocity, lr, momentum):
    """V ← μ v + ∇, w ← w − η v."""
    momentum_updates_([w], [grad], [velocity], lr, momentum, Memory())


def adam_update_(w, grad, m, v, lr, beta1, beta2, eps, t):
    """Adam's step number t (infinite: no bias correction)."""
    adam_updates_([w], [grad], [m], [v], lr, beta1, beta2, eps, t, Memory())


def sgd_updates_(weights, grads, lr, memory):
    """W ← w − η ∇ for each."""
    table, flat = _table(memory, weights), _flat(grads, weights)
    if table is None or flat is None:
        _one_by_one(plain.sgd_update_, sgd_update_, (weights, grads), (lr,))
        return
    for start in range(0, len(table), _SEVERAL):
        _sgd(table, start, *flat[start : start + _SEVERAL], float(lr))


def momentum_updates_(weights, grads, velocities, lr, momentum, memory):
    """V ← μ v + ∇, w ← w − η v for each."""
    table, flat = _table(memory, weights, velocities), _flat(grads, weights)
    if table is None or flat is None:
        arrays = weights, grads, velocities
        _one_by_one(plain.momentum_update_, momentum_update_, arrays, (lr, momentum))
        return
    for start in range(0, len(table), _SEVERAL):
        _momentum(table, start, *flat[start : start + _SEVERAL], float(lr), float(momentum))


def adam_updates_(weights, grads, ms, vs, lr, beta1, beta2, eps, t, memory):
    """Adam's step number t (infinite: no bias correction) for each."""
    table, flat = _table(memory, weights, ms, vs), _flat(grads, weights)
    if table is None or flat is None:
        arrays, settings = (weights, grads, ms, vs), (lr, beta1, beta2, eps, t)
        _one_by_one(plain.adam_update_, adam_update_, arrays, settings)
        return
    rate, root = lr / (1 - beta1**t), (1 - beta2**t) ** -0.5
    settings = float(rate), float(beta1), float(beta2), float(root), float(eps)
    for start in range(0, len(table), _SEVERAL):
        _adam(table, start, *flat[start : start + _SEVERAL], *settings)


_SEVERAL = 8  # parameters in one launch, each of which all threads share
_WORTH = STREAM // 2  # floats of weights in one launch; there are three or more of others
_NOTHING = np.zeros(0, np.float32)


def _table(memory, *columns):
    """Return size and addresses of what is changed, one row for each parameter, or None."""
    arrays: list = []
    for column in columns:
        arrays += column
    known = memory.get("arrays", ())
    if len(known) != len(arrays) or not all(map(operator.is_, known, arrays)):
        memory["arrays"] = arrays
        rows = list(zip(*columns, strict=True))
        memory["table"] = (
            np.array([(r[0].size, *[a.ctypes.data for a in r]) for r in rows], np.int64)
            if all(a.dtype == FLOAT32 and a.flags.carray for a in arrays)
            and all(a.shape == r[0].shape for r in rows for a in r)
            else None
        )
    return memory["table"]


def _flat(grads, weights):
    """Return the gradients in one axis, made up to full launches, or None where they lie oddly."""
    flat = []
    for grad, w in zip(grads, weights):  # noqa: B905 - an argument more costs as much as a check
        if grad.dtype != FLOAT32 or not grad.flags.carray or grad.shape != w.shape:
            return None
        flat.append(grad.ravel())
    flat += [_NOTHING] * (-len(flat) % _SEVERAL)
    return flat


def _one_by_one(plain_update: Any, update: Any, columns: tuple, settings: tuple) -> None:
    """Update arrays that do not lie as a kernel wants them, or are no float32 of one shape.

    Those that are get copied and written back: the digits of a result depend on values alone, not
    on how an array came to lie.
    """
    for arrays in zip(*columns, strict=True):
        if not all(a.dtype == FLOAT32 and a.shape == arrays[0].shape for a in arrays):
            plain_update(*arrays, *settings)
            continue
        copies = [np.array(array, order="C") for array in arrays]
        update(*copies, *settings)
        for position, (array, copy) in enumerate(zip(arrays, copies, strict=True)):
            if position != 1:  # the gradient has not changed
                array[...] = copy


@parallel
def _sgd(table, start, g0, g1, g2, g3, g4, g5, g6, g7, rate):
    grads = _places(g0, g1, g2, g3, g4, g5, g6, g7)
    settings = (np.float32(rate),)
    parts = parts_of(_floats(table, start), _WORTH)
    if parts == 1:
        _sgd_part(0, 1, table, start, grads, settings)
    else:
        for t in prange(parts):
            _sgd_part(t, parts, table, start, grads, settings)


@jit
def _sgd_part(part, parts, table, start, grads, settings):
    for i in range(min(len(table) - start, _SEVERAL)):
        size, pw = table[start + i, 0], table[start + i, 1]
        first, last = share(part, parts, size, 16)
        _plain_loop((pw + 4 * first, grads[i] + 4 * first), last - first, settings)


@parallel
def _momentum(table, start, g0, g1, g2, g3, g4, g5, g6, g7, rate, kept):
    grads = _places(g0, g1, g2, g3, g4, g5, g6, g7)
    settings = np.float32(rate), np.float32(kept)
    parts = parts_of(_floats(table, start), _WORTH)
    if parts == 1:
        _momentum_part(0, 1, table, start, grads, settings)
    else:
        for t in prange(parts):
            _momentum_part(t, parts, table, start, grads, settings)


@jit
def _momentum_part(part, parts, table, start, grads, settings):
    for i in range(min(len(table) - start, _SEVERAL)):
        size, pw, pv = table[start + i, 0], table[start + i, 1], table[start + i, 2]
        first, last = share(part, parts, size, 16)
        shift = 4 * first
        _momentum_loop((pw + shift, grads[i] + shift, pv + shift), last - first, settings)


@parallel
def _adam(table, start, g0, g1, g2, g3, g4, g5, g6, g7, rate, beta1, beta2, root, eps):
    grads = _places(g0, g1, g2, g3, g4, g5, g6, g7)
    settings = (
        np.float32(rate), np.float32(beta1), np.float32(1 - beta1), np.float32(beta2),
        np.float32(1 - beta2), np.float32(root), np.float32(eps),
    )  # fmt: skip
    parts = parts_of(_floats(table, start), _WORTH // 2)
    if parts == 1:
        _adam_part(0, 1, table, start, grads, settings)
    else:
        for t in prange(parts):
            _adam_part(t, parts, table, start, grads, settings)


@jit
def _adam_part(part, parts, table, start, grads, settings):
    for i in range(min(len(table) - start, _SEVERAL)):
        size, pw = table[start + i, 0], table[start + i, 1]
        pm, pv = table[start + i, 2], table[start + i, 3]
        first, last = share(part, parts, size, 16)
        shift = 4 * first
        places = pw + shift, grads[i] + shift, pm + shift, pv + shift
        _adam_loop(places, last - first, settings)


@jit
def _floats(table, start):
    """Return how many floats one launch changes."""
    total = 0
    for i in range(start, min(len(table), start + _SEVERAL)):
        total += table[i, 0]
    return total


@jit
def _places(g0, g1, g2, g3, g4, g5, g6, g7):
    first = address(g0), address(g1), address(g2), address(g3)
    return (*first, address(g4), address(g5), address(g6), address(g7))
