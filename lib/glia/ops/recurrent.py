"""Recurrent layers over a whole sequence, and backpropagation through time by hand.

Each op runs one layer in one direction. The input's part of all gates is one matrix product for the
whole sequence; only the recurrent part waits for the step before. Backward walks from the last step
to the first and hands the gradient of h from step to step.

A mask (T, N, 1) of 0 and 1 ends sequences early: where it is 0 the state is carried on unchanged.
"""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .op import Op
from .sigmoid import sigmoid


def _project(x, weight, bias):
    """All steps at once: (T, N, I) → (T, N, gates)."""
    y = x @ weight.T
    return y if bias is None else y + bias


def _weight_gradient(grad, values):
    """Σ over steps and batch of gradᵀ values: every step uses the same weights."""
    return grad.reshape(-1, grad.shape[-1]).T @ values.reshape(-1, values.shape[-1])


def _carry(mask, t, new, old):
    return new if mask is None else mask[t] * new + (1 - mask[t]) * old


def _split(mask, t, grad):
    """Return the gradient for the step's own value, and the part that passes by it."""
    return (grad, 0.0) if mask is None else (grad * mask[t], grad * (1 - mask[t]))


def _before(first, states):
    """The states one step earlier: h_0 … h_{T−1}."""
    return np.concatenate([first[None], states[:-1]])


def _room(first, steps):
    """Return room for the states before, between and after all steps, with the first one in it."""
    states = np.empty((len(steps) + 1, *first.shape), steps.dtype)
    states[0] = first
    return states


class RNN(Op, name="rnn"):
    """h_t = φ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), φ = tanh or ReLU; gives all h, the last h."""

    @staticmethod
    def forward(ctx, x, h, w_ih, w_hh, b_ih, b_hh, nonlinearity, mask):
        h0, steps = h, _project(x, w_ih, b_ih)
        states = np.empty(steps.shape, steps.dtype)
        for t, step in enumerate(steps):
            z = step + _project(h, w_hh, b_hh)
            new = np.tanh(z) if nonlinearity == "tanh" else np.maximum(z, 0)
            h = states[t] = _carry(mask, t, new, h)
        ctx.save_for_backward(x, h0, w_ih, w_hh, states, nonlinearity, mask)
        return states, h.copy()

    @staticmethod
    def backward(ctx, grad_states, grad_h):
        x, h0, w_ih, w_hh, states, nonlinearity, mask = ctx.saved_tensors
        grad_z = np.empty_like(states)
        for t in reversed(range(len(x))):
            own, past = _split(mask, t, grad_states[t] + grad_h)
            slope = 1 - states[t] ** 2 if nonlinearity == "tanh" else states[t] > 0
            grad_z[t] = own * slope
            grad_h = grad_z[t] @ w_hh + past
        grad_b = grad_z.sum(axis=(0, 1))
        return (
            grad_z @ w_ih,
            grad_h,
            _weight_gradient(grad_z, x),
            _weight_gradient(grad_z, _before(h0, states)),
            grad_b if ctx.needs_input_grad[4] else None,
            grad_b if ctx.needs_input_grad[5] else None,
            None,
            None,
        )


class LSTM(Op, name="lstm"):
    """c_t = f ⊙ c_{t−1} + i ⊙ g; h_t = o ⊙ tanh(c_t); gates i, f, o = σ(…), g = tanh(…).

    The cell state is copied from step to step, scaled by the forget gate alone: the gradient too.
    Rows of the weights hold i, f, g, o in this order. Returns all h, the last h and the last c.

    Source: Hochreiter & Schmidhuber (1997); Gers et al. (2000) for the forget gate.
    """

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, h, c, w_ih, w_hh, b_ih, b_hh, mask):
        run = implementation("lstm")
        gates, states, cells = run(x, h, c, w_ih, w_hh, b_ih, b_hh, mask)
        ctx.save_for_backward(x, w_ih, w_hh, gates, states, cells, mask)
        return states[1:], states[-1].copy(), cells[-1].copy()

    @staticmethod
    def backward(ctx, grad_states, grad_h, grad_c):
        x, w_ih, w_hh, gates, states, cells, mask = ctx.saved_tensors
        run, needs = implementation("lstm_backward"), ctx.needs_input_grad
        grads = (grad_states, grad_h, grad_c)
        grad_z, grad_h, grad_c = run(*grads, w_hh, gates, cells, mask)
        products = implementation("linear_backward")
        grad_x, grad_w_ih, grad_b = products(grad_z, x, w_ih, (needs[0], True, True))
        _, grad_w_hh, _ = products(grad_z, states[:-1], w_hh, (False, True, False))
        biases = (grad_b if needs[5] else None, grad_b.copy() if needs[6] else None)
        return grad_x, grad_h, grad_c, grad_w_ih, grad_w_hh, *biases, None


@reference(twin="glia.kernels.recurrent.lstm")
def lstm(x, h, c, w_ih, w_hh, b_ih, b_hh, mask):
    """Return all gates of a sequence (T, N, I), and h and c before, between and after its steps.

    h_0 … h_T in one array: the states before each step are then a part of it, not a copy.
    """
    steps = _project(x, w_ih, b_ih)
    gates = np.empty_like(steps)
    states = _room(h, steps)
    cells = _room(c, steps)
    for t, step in enumerate(steps):
        i, f, g, o = np.split(step + _project(h, w_hh, b_hh), 4, axis=-1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        gates[t] = np.concatenate([i, f, g, o], axis=-1)
        new_c = f * c + i * g
        h = states[t + 1] = _carry(mask, t, o * np.tanh(new_c), h)
        c = cells[t + 1] = _carry(mask, t, new_c, c)
    return gates, states, cells


@reference(twin="glia.kernels.recurrent.lstm_backward")
def lstm_backward(grad_states, grad_h, grad_c, w_hh, gates, cells, mask):
    """Walk back through time; return the gradients of the net inputs, of h_0 and of c_0."""
    grad_z = np.empty_like(gates)
    for t in reversed(range(len(gates))):
        own_h, past_h = _split(mask, t, grad_states[t] + grad_h)
        own_c, past_c = _split(mask, t, grad_c)
        i, f, g, o = np.split(gates[t], 4, axis=-1)
        tanh_c = np.tanh(cells[t + 1])
        own_c = own_c + own_h * o * (1 - tanh_c**2)
        grad_z[t] = np.concatenate(
            [
                own_c * g * i * (1 - i),
                own_c * cells[t] * f * (1 - f),
                own_c * i * (1 - g * g),
                own_h * tanh_c * o * (1 - o),
            ],
            axis=-1,
        )
        grad_c = own_c * f + past_c
        grad_h = grad_z[t] @ w_hh + past_h
    return grad_z, grad_h, grad_c


class GRU(Op, name="gru"):
    """Gates r, z = σ(…), candidate n = tanh(…); h_t mixes h_{t−1} and n by z.

    `reset` says where r acts: 'after' the product, n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)),
    or 'before' it, n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn). `update` says what z = 1 means:
    'keep', h_t = z h + (1 − z) n, or 'replace', h_t = (1 − z) h + z n. Rows hold r, z, n.

    Source: Cho et al. (2014), arXiv:1406.1078; PyTorch takes 'after' and 'keep'.
    """

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, h, w_ih, w_hh, b_ih, b_hh, reset, update, mask):
        run = implementation("gru")
        gates, states = run(x, h, w_ih, w_hh, b_ih, b_hh, reset, update, mask)
        ctx.save_for_backward(x, w_ih, w_hh, gates, states, reset, update, mask)
        return states[1:], states[-1].copy()

    @staticmethod
    def backward(ctx, grad_states, grad_h):
        x, w_ih, w_hh, gates, states, reset, update, mask = ctx.saved_tensors
        run, needs = implementation("gru_backward"), ctx.needs_input_grad
        grad_in, grad_rec, grad_h = run(
            grad_states, grad_h, w_hh, gates, states, reset, update, mask
        )
        products, size = implementation("linear_backward"), states.shape[-1]
        grad_x, grad_w_ih, grad_b_ih = products(grad_in, x, w_ih, (needs[0], True, needs[4]))
        before = states[:-1]
        _, grad_w_hh, grad_b_hh = products(grad_rec, before, w_hh, (False, True, needs[5]))
        if reset == "before":  # the candidate's product saw r ⊙ h
            inside = gates[..., :size] * before
            grad_w_hh[2 * size :] = _weight_gradient(grad_rec[..., 2 * size :], inside)
        return grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh, None, None, None

    @staticmethod
    def result_shapes(x, h, w_ih, w_hh, b_ih, b_hh, reset, update, mask):
        """Tell the results' shapes without computing them, for where that is withheld."""
        return (*x.shape[:2], h.shape[-1]), h.shape


@reference(twin="glia.kernels.recurrent.gru")
def gru(x, h, w_ih, w_hh, b_ih, b_hh, reset, update, mask):
    """Return all gates (r, z, n and n's recurrent part) of a sequence (T, N, I), and h_0 … h_T."""
    size, steps = h.shape[-1], _project(x, w_ih, b_ih)
    b_hh = np.zeros(3 * size, x.dtype) if b_hh is None else b_hh
    states = _room(h, steps)
    gates = np.empty((*steps.shape[:2], 4 * size), steps.dtype)
    for t, step in enumerate(steps):
        rz = sigmoid(step[:, : 2 * size] + h @ w_hh[: 2 * size].T + b_hh[: 2 * size])
        r, z = rz[:, :size], rz[:, size:]
        inside = h if reset == "after" else r * h
        hn = inside @ w_hh[2 * size :].T + b_hh[2 * size :]
        n = np.tanh(step[:, 2 * size :] + (r * hn if reset == "after" else hn))
        gates[t] = np.concatenate([r, z, n, hn], axis=-1)
        new = z * h + (1 - z) * n if update == "keep" else (1 - z) * h + z * n
        h = states[t + 1] = _carry(mask, t, new, h)
    return gates, states


@reference(twin="glia.kernels.recurrent.gru_backward")
def gru_backward(grad_states, grad_h, w_hh, gates, states, reset, update, mask):
    """Walk back; return the gradients of the input's and the recurrent net inputs, and of h_0."""
    size = states.shape[-1]
    w_rz, w_n = w_hh[: 2 * size], w_hh[2 * size :]
    grad_in = np.empty((*gates.shape[:2], 3 * size), states.dtype)
    grad_rec = np.empty_like(grad_in)
    for t in reversed(range(len(gates))):
        own, past = _split(mask, t, grad_states[t] + grad_h)
        r, z, n, hn = np.split(gates[t], 4, axis=-1)
        h = states[t]
        share, grad_z = (1 - z, h - n) if update == "keep" else (z, n - h)
        grad_n = own * share * (1 - n * n)
        grad_h = own * (1 - share) + past
        if reset == "after":
            grad_hn = grad_n * r
            grad_r = grad_n * hn
            grad_h = grad_h + grad_hn @ w_n
        else:
            grad_hn = grad_n
            grad_rh = grad_n @ w_n
            grad_r = grad_rh * h
            grad_h = grad_h + grad_rh * r
        grad_rz = np.concatenate([grad_r * r * (1 - r), own * grad_z * z * (1 - z)], axis=-1)
        grad_in[t] = np.concatenate([grad_rz, grad_n], axis=-1)
        grad_rec[t] = np.concatenate([grad_rz, grad_hn], axis=-1)
        grad_h = grad_h + grad_rz @ w_rz
    return grad_in, grad_rec, grad_h
