"""Right solutions of the unit on recurrent networks, written unlike the references: loops."""

import math

import numpy as np


def rnn_step(x, h, W_xh, W_hh, b_h, W_hy, b_y):
    joined = np.concatenate([W_xh, W_hh, b_h[:, None]], axis=1)
    states, outputs = [], []
    for row, past in zip(x, h, strict=True):
        state = np.tanh(joined @ np.concatenate([row, past, [1.0]]))
        states.append(state)
        outputs.append([float(np.dot(w, state)) + b for w, b in zip(W_hy, b_y, strict=True)])
    return np.array(states), np.array(outputs)


def rnn_forward(X, lengths, h0, W_xh, W_hh, b_h):
    states = np.empty((*X.shape[:2], len(b_h)))
    for n, (sequence, length) in enumerate(zip(X, lengths, strict=True)):
        h = h0[n]
        for t in range(length):
            h = np.tanh(W_xh.dot(sequence[t]) + W_hh.dot(h) + b_h)
            states[n, t] = h
        states[n, length:] = h
    return states, states[:, -1]


def many_to_one(states, lengths, W_hy, b_y, pool):
    out = []
    for rows, length in zip(states, lengths, strict=True):
        real = rows[:length]
        z = W_hy @ (real[-1] if pool == "last" else sum(real) / length) + b_y
        out.append(np.exp(z - np.logaddexp.reduce(z)))
    return np.array(out)


def seq2seq_greedy(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    e = np.tanh(W_enc @ E_in[source[0]])
    for s in source[1:]:
        e = np.tanh(np.hstack([W_enc, U_enc]) @ np.hstack([E_in[s], e]))
    text, d = [bos], e
    while len(text) <= limit:
        d = np.tanh(np.hstack([W_dec, U_dec]) @ np.hstack([E_out[text[-1]], d]))
        scores = V @ d
        best = max(range(len(scores)), key=scores.__getitem__)
        if best == eos:
            break
        text.append(best)
    return e, np.array(text[1:] + [-1] * (limit + 1 - len(text)), dtype=int)


def rnn_backward(X, states, h0, W_xh, W_hh, grad_states):
    grad_W_xh, grad_W_hh = np.zeros(W_xh.shape), np.zeros(W_hh.shape)
    grad_b, grad_h = np.zeros(len(h0)), np.zeros(len(h0))
    for t in range(len(X) - 1, -1, -1):
        past = states[t - 1] if t > 0 else h0
        total = grad_states[t] + grad_h
        grad_h = np.zeros(len(h0))
        for j in range(len(h0)):
            d = total[j] * (1 - states[t, j] ** 2)
            grad_b[j] += d
            grad_W_xh[j] += d * X[t]
            grad_W_hh[j] += d * past
            grad_h = grad_h + d * W_hh[j]
    return grad_W_xh, grad_W_hh, grad_b, grad_h


def jacobian_product(states, W_hh):
    size = len(W_hh)
    columns = [np.eye(size)[j] for j in range(size)]
    for h in states:
        columns = [(1 - h * h) * (W_hh @ column) for column in columns]
    radius = max(abs(complex(value)) for value in np.linalg.eig(W_hh)[0])
    return np.stack(columns, axis=1), radius


def clip_gradient(grad_W, grad_b, max_norm):
    norm = math.hypot(*(float(v) for v in grad_W.ravel()), *(float(v) for v in grad_b))
    if norm <= max_norm:
        return grad_W.copy(), grad_b.copy(), norm
    return grad_W / norm * max_norm, grad_b / norm * max_norm, norm


def truncated_bptt(X, states, h0, W_xh, W_hh, grad_states, window):
    sums = [np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(len(h0))]
    for begin in range(0, len(X), window):
        start = states[begin - 1] if begin else h0
        part = slice(begin, begin + window)
        found = rnn_backward(X[part], states[part], start, W_xh, W_hh, grad_states[part])
        sums = [a + b for a, b in zip(sums, found[:3], strict=True)]
    return tuple(sums)


def _sigmoid(a):
    return np.exp(-np.logaddexp(0.0, -a))


def lstm_step(x, h, c, W_ih, W_hh, b):
    size = h.shape[1]
    new_h, new_c = np.empty(h.shape), np.empty(h.shape)
    for n in range(len(x)):
        for j in range(size):
            a = [
                float(W_ih[k * size + j] @ x[n] + W_hh[k * size + j] @ h[n] + b[k * size + j])
                for k in range(4)
            ]
            new_c[n, j] = _sigmoid(a[1]) * c[n, j] + _sigmoid(a[0]) * math.tanh(a[2])
            new_h[n, j] = _sigmoid(a[3]) * math.tanh(new_c[n, j])
    return new_h, new_c


def lstm_step_backward(grad_h, grad_c, x, h, c, W_ih, W_hh, b):
    """One sequence and one block at a time."""
    size = h.shape[1]
    out = [np.zeros(v.shape) for v in (x, h, c, W_ih, W_hh, b)]
    for n in range(len(x)):
        a = (W_ih @ x[n] + W_hh @ h[n] + b).reshape(4, size)
        i, f, g, o = _sigmoid(a[0]), _sigmoid(a[1]), np.tanh(a[2]), _sigmoid(a[3])
        cell = f * c[n] + i * g
        through = grad_c[n] + grad_h[n] * o / np.cosh(cell) ** 2
        back = [through * g * i * (1 - i), through * c[n] * (f - f * f)]
        back += [through * i / np.cosh(a[2]) ** 2, grad_h[n] * np.tanh(cell) * (o - o * o)]
        out[2][n] = through * f
        for k, d in enumerate(back):
            rows = slice(k * size, (k + 1) * size)
            out[0][n] += d @ W_ih[rows]
            out[1][n] += d @ W_hh[rows]
            out[3][rows] += np.outer(d, x[n])
            out[4][rows] += np.outer(d, h[n])
            out[5][rows] += d
    return tuple(out)


def gru_step(x, h, W_ih, W_hh, b_ih, b_hh, reset, update):
    size, rows = h.shape[1], []
    for row, past in zip(x, h, strict=True):
        a = (W_ih @ row + b_ih).reshape(3, size)
        U, bias = W_hh.reshape(3, size, size), b_hh.reshape(3, size)
        r = _sigmoid(a[0] + U[0] @ past + bias[0])
        z = _sigmoid(a[1] + U[1] @ past + bias[1])
        heard = U[2] @ (past * r) + bias[2] if reset == "before" else (U[2] @ past + bias[2]) * r
        kept = z if update == "keep" else 1 - z
        rows.append(kept * past + (1 - kept) * np.tanh(a[2] + heard))
    return np.array(rows)


def train_surnames(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    """One name at a time, plain stochastic gradient descent."""
    W, U, b, c, V, e = (p.copy() for p in (W_ih, W_hh, b_ih, b_hh, W_out, b_out))
    size = len(V[0])
    for epoch in range(6):
        lr = 0.1 / (1 + 0.3 * epoch)
        for word, length, label in zip(names, lengths, y, strict=True):
            h, trace = np.zeros(size), []
            for letter in word[:length]:
                a, u = W[:, letter] + b, U @ h + c
                gates = 1 / (1 + np.exp(-(a + u)[: 2 * size]))
                r, z = gates[:size], gates[size:]
                n = np.tanh(a[2 * size :] + r * u[2 * size :])
                trace.append((letter, h, r, z, n, u[2 * size :]))
                h = n + z * (h - n)
            scores = V @ h + e
            delta = np.exp(scores - scores.max())
            delta = delta / delta.sum()
            delta[label] -= 1
            back = V.T @ delta
            V -= lr * np.outer(delta, h)
            e -= lr * delta
            sums = np.zeros(U.shape), np.zeros(len(b)), np.zeros(len(c))
            columns = []
            for letter, h, r, z, n, u_n in reversed(trace):
                d_n = back * (1 - z) * (1 - n * n)
                d_z, d_r = back * (h - n) * z * (1 - z), d_n * u_n * r * (1 - r)
                d_a, d_u = np.concatenate([d_r, d_z, d_n]), np.concatenate([d_r, d_z, d_n * r])
                columns.append((letter, d_a))
                sums = sums[0] + np.outer(d_u, h), sums[1] + d_a, sums[2] + d_u
                back = back * z + d_u @ U
            for letter, d_a in columns:
                W[:, letter] -= lr * d_a
            U -= lr * sums[0]
            b -= lr * sums[1]
            c -= lr * sums[2]
    return W, U, b, c, V, e
