"""LSTM and GRU over a whole sequence; the textbook twins are in `glia.ops.recurrent`.

The input's part of all gates is one product for the whole sequence. After it, sequences of the
batch do not touch each other: each half of the batch runs the whole recurrence, forward or back
through time, with no waiting for the other half. The gradients of the weights are sums over all
steps, in the order of time (`linear_backward`).
"""

from __future__ import annotations

import numpy as np

from glia.ops import recurrent as plain

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, share
from .linear import linear, turned_copy


def _lstm_gates(f, a, s):
    zi, zf, zg, zo, before = a[:5]
    i, forget, g, o = f.sigmoid(zi), f.sigmoid(zf), f.tanh(zg), f.sigmoid(zo)
    c = f.fma(forget, before, i * g)
    return [i, forget, g, o, c, o * f.tanh(c)]


def _lstm_slopes(f, a, s):
    i, forget, g, o, before, c, upstream, grad_h, grad_c = a[:9]
    t = f.tanh(c)
    dh = upstream + grad_h
    dc = f.fma(dh * o, 1.0 - t * t, grad_c)
    return [
        dc * g * i * (1.0 - i),
        dc * before * forget * (1.0 - forget),
        dc * i * (1.0 - g * g),
        dh * t * o * (1.0 - o),
        dc * forget,
    ]


def _gru_gates(f, a, s):
    xr, xz, xn, hr, hz, hn, before = a[:7]
    r, z = f.sigmoid(xr + hr), f.sigmoid(xz + hz)
    n = f.tanh(f.fma(r, hn, xn))
    return [r, z, n, hn, f.fma(z, before - n, n)]


def _gru_slopes(f, a, s):
    r, z, n, hn, before, upstream, grad_h = a[:7]
    dh = upstream + grad_h
    dn = dh * (1.0 - z) * (1.0 - n * n)
    dz = dh * (before - n) * z * (1.0 - z)
    dr = dn * hn * r * (1.0 - r)
    return [dh * z, dr, dz, dn, dr, dz, dn * r]


_lstm_step = vector_loop(_lstm_gates, loads=(0, 1, 2, 3, 4), stores=(5, 6, 7, 8, 9, 10), unroll=1)
_lstm_back = vector_loop(_lstm_slopes, loads=tuple(range(9)), stores=(9, 10, 11, 12, 8), unroll=1)
_gru_step = vector_loop(_gru_gates, loads=tuple(range(7)), stores=(7, 8, 9, 10, 11), unroll=1)
_gru_back = vector_loop(
    _gru_slopes, loads=tuple(range(7)), stores=(6, 7, 8, 9, 10, 11, 12), unroll=1
)


def lstm(x, h, c, w_ih, w_hh, b_ih, b_hh, mask):
    """Return all gates of a sequence (T, N, I), h_0 … h_T and c_0 … c_T."""
    arrays = (x, h, c, w_ih, w_hh, b_ih, b_hh)
    if mask is not None or not _all_float32(*arrays) or not (x.size and h.size):
        return plain.lstm(*arrays, mask)
    steps, batch, _ = x.shape
    size = h.shape[1]
    gates = _projected(x, w_ih, b_ih, b_hh)
    states, cells = take(steps + 1, batch, size), take(steps + 1, batch, size)
    states[0], cells[0] = h, c
    _lstm_forward(gates, turned_copy(ready(w_hh)), states, cells)
    return gates, states, cells


def lstm_backward(grad_states, grad_h, grad_c, w_hh, gates, cells, mask):
    """Return the gradients of all gates' net inputs, of the first h and of the first c."""
    arrays = (grad_states, grad_h, grad_c, w_hh, gates, cells)
    if mask is not None or not _all_float32(*arrays) or not gates.size:
        return plain.lstm_backward(*arrays, mask)
    grad_z = take(*gates.shape)
    grad_h, grad_c = np.array(grad_h, order="C"), np.array(grad_c, order="C")
    _lstm_backward(ready(grad_states), grad_h, grad_c, *map(ready, (w_hh, gates, cells)), grad_z)
    return grad_z, grad_h, grad_c


def gru(x, h, w_ih, w_hh, b_ih, b_hh, reset, update, mask):
    """Return all gates (r, z, n and the candidate's recurrent part) and h_0 … h_T."""
    arrays = (x, h, w_ih, w_hh, b_ih, b_hh)
    usual = reset == "after" and update == "keep" and mask is None
    if not (usual and _all_float32(*arrays) and x.size and h.size):
        return plain.gru(*arrays, reset, update, mask)
    steps, batch, _ = x.shape
    size = h.shape[1]
    inputs = _projected(x, w_ih, b_ih, None)
    gates, states = take(steps, batch, 4 * size), take(steps + 1, batch, size)
    states[0] = h
    bias = np.zeros(3 * size, FLOAT32) if b_hh is None else ready(b_hh)
    room = np.empty((batch, 3 * size), FLOAT32)
    _gru_forward(inputs, turned_copy(ready(w_hh)), bias, room, gates, states)
    return gates, states


def gru_backward(grad_states, grad_h, w_hh, gates, states, reset, update, mask):
    """Return the gradients of the input's and the recurrent net inputs, and of the first h."""
    arrays = (grad_states, grad_h, w_hh, gates, states)
    usual = reset == "after" and update == "keep" and mask is None
    if not (usual and _all_float32(*arrays) and gates.size):
        return plain.gru_backward(*arrays, reset, update, mask)
    steps, batch, size = grad_states.shape
    grad_in, grad_rec = take(steps, batch, 3 * size), take(steps, batch, 3 * size)
    grad_h = np.array(grad_h, order="C")
    _gru_backward(ready(grad_states), grad_h, *map(ready, (w_hh, gates, states)), grad_in, grad_rec)
    return grad_in, grad_rec, grad_h


def _all_float32(*arrays):
    return all(a is None or a.dtype == FLOAT32 for a in arrays)


def _projected(x, weight, bias, more):
    """Return x Wᵀ + b for all steps at once."""
    total = bias if more is None else more if bias is None else bias + more
    return linear(x, weight, total)


@parallel
def _lstm_forward(gates, turned, states, cells):
    batch, size = states.shape[1:]
    if gates.size * size < SERIAL:
        _lstm_rows(0, batch, gates, turned, states, cells)
    else:
        for t in prange(2):
            first, last = share(t, 2, batch, 1)
            _lstm_rows(first, last, gates, turned, states, cells)


@jit
def _lstm_rows(first, last, gates, turned, states, cells):
    steps, batch, wide = gates.shape
    size = states.shape[2]
    pg, pw, ps, pc = address(gates), address(turned), address(states), address(cells)
    line = 4 * size
    for t in range(steps):
        here = t * batch + first
        z = pg + 4 * here * wide
        gemm(ps + line * here, size, 1, pw, wide, z, wide, last - first, wide, size, 1, 0)
        for row in range(last - first):
            i = z + 4 * row * wide
            f, g, o = i + line, i + 2 * line, i + 3 * line
            before = line * (here + row)
            after = before + line * batch
            _lstm_step((i, f, g, o, pc + before, i, f, g, o, pc + after, ps + after), size, ())


@parallel
def _lstm_backward(grad_states, grad_h, grad_c, w_hh, gates, cells, grad_z):
    batch, size = cells.shape[1:]
    if gates.size * size < SERIAL:
        _lstm_rows_back(0, batch, grad_states, grad_h, grad_c, w_hh, gates, cells, grad_z)
    else:
        for t in prange(2):
            first, last = share(t, 2, batch, 1)
            _lstm_rows_back(first, last, grad_states, grad_h, grad_c, w_hh, gates, cells, grad_z)


@jit
def _lstm_rows_back(first, last, grad_states, grad_h, grad_c, w_hh, gates, cells, grad_z):
    steps, batch, size = grad_states.shape
    wide, line = 4 * size, 4 * size
    pu, ph, pc = address(grad_states), address(grad_h), address(grad_c)
    pg, pk, pz = address(gates), address(cells), address(grad_z)
    for back in range(steps):
        t = steps - 1 - back
        here = t * batch + first
        for row in range(last - first):
            place, own = line * (here + row), line * (first + row)
            cell = pk + place
            i = pg + 4 * (here + row) * wide
            d = pz + 4 * (here + row) * wide
            _lstm_back(
                (
                    i, i + line, i + 2 * line, i + 3 * line, cell, cell + line * batch,
                    pu + place, ph + own, pc + own, d, d + line, d + 2 * line, d + 3 * line,
                ),
                size,
                (),
            )  # fmt: skip
        d = pz + 4 * here * wide
        gemm(
            d, wide, 1, address(w_hh), size, ph + line * first, size,
            last - first, size, wide, 0, 0,
        )  # fmt: skip


@parallel
def _gru_forward(inputs, turned, bias, room, gates, states):
    batch, size = states.shape[1:]
    if inputs.size * size < SERIAL:
        _gru_rows(0, batch, inputs, turned, bias, room, gates, states)
    else:
        for t in prange(2):
            first, last = share(t, 2, batch, 1)
            _gru_rows(first, last, inputs, turned, bias, room, gates, states)


@jit
def _gru_rows(first, last, inputs, turned, bias, room, gates, states):
    steps, batch, wide = inputs.shape
    size = states.shape[2]
    line = 4 * size
    px, pw, pg, ps = address(inputs), address(turned), address(gates), address(states)
    pr = address(room) + 4 * first * wide
    for t in range(steps):
        here = t * batch + first
        before = ps + line * here
        gemm(before, size, 1, pw, wide, pr, wide, last - first, wide, size, 2, address(bias))
        for row in range(last - first):
            x = px + 4 * (here + row) * wide
            z = pr + 4 * row * wide
            g = pg + 4 * (here + row) * 4 * size
            _gru_step(
                (
                    x, x + line, x + 2 * line, z, z + line, z + 2 * line, before + line * row,
                    g, g + line, g + 2 * line, g + 3 * line, before + line * (batch + row),
                ),
                size,
                (),
            )  # fmt: skip


@parallel
def _gru_backward(grad_states, grad_h, w_hh, gates, states, grad_in, grad_rec):
    batch, size = states.shape[1:]
    if grad_in.size * size < SERIAL:
        _gru_rows_back(0, batch, grad_states, grad_h, w_hh, gates, states, grad_in, grad_rec)
    else:
        for t in prange(2):
            first, last = share(t, 2, batch, 1)
            _gru_rows_back(first, last, grad_states, grad_h, w_hh, gates, states, grad_in, grad_rec)


@jit
def _gru_rows_back(first, last, grad_states, grad_h, w_hh, gates, states, grad_in, grad_rec):
    steps, batch, size = grad_states.shape
    wide, line = 3 * size, 4 * size
    pu, ph, pg, ps = address(grad_states), address(grad_h), address(gates), address(states)
    pi, pr = address(grad_in), address(grad_rec)
    for back in range(steps):
        t = steps - 1 - back
        here = t * batch + first
        before = ps + line * here
        for row in range(last - first):
            g = pg + 4 * (here + row) * 4 * size
            d, e = pi + 4 * (here + row) * wide, pr + 4 * (here + row) * wide
            _gru_back(
                (
                    g, g + line, g + 2 * line, g + 3 * line, before + line * row,
                    pu + line * (here + row), ph + line * (first + row),
                    d, d + line, d + 2 * line, e, e + line, e + 2 * line,
                ),
                size,
                (),
            )  # fmt: skip
        gemm(
            pr + 4 * here * wide, wide, 1, address(w_hh), size, ph + line * first, size,
            last - first, size, wide, 1, 0,
        )  # fmt: skip
