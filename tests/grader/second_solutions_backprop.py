"""Right solutions of the backpropagation unit, written unlike the references."""

import math

import numpy as np

__all__ = [
    "accumulate_gradients",
    "average_gradient",
    "delta_hidden",
    "delta_output",
    "first_weight_gradient",
    "gradient_check",
    "graph_gradient",
    "mlp_backward",
    "multiply_relu",
    "topological_order",
    "train_autograd",
    "worked_net_step",
]


def _sigma(z):
    z = float(z)
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def delta_output(z, y, loss):
    out = np.zeros(z.shape)
    for place, value in np.ndenumerate(z):
        a = _sigma(value)
        slope = 1.0 if loss == "cross_entropy" else a - a * a
        out[place] = slope * (a - float(y[place]))
    return out


def delta_hidden(delta, weight, z, activation):
    out = np.zeros(z.shape)
    for n, j in np.ndindex(*z.shape):
        blame = sum(float(delta[n, k]) * float(weight[k, j]) for k in range(len(weight)))
        value = float(z[n, j])
        if activation == "sigmoid":
            slope = 1 / (2 + math.exp(value) + math.exp(-value))
        elif activation == "tanh":
            slope = 1 / math.cosh(value) ** 2
        else:
            slope = float(value > 0)
        out[n, j] = blame * slope
    return out


def mlp_backward(x, y, weights, biases):
    """From the front: the Jacobian of everything above a layer, found by recursion."""

    def back(layer, a):
        if layer == len(weights):
            return [], [], a - y
        out = 1 / (1 + np.exp(-(weights[layer] @ a) - biases[layer]))
        above_w, above_b, blame = back(layer + 1, out)
        delta = blame * (out - out**2)
        return [delta[:, None] * a[None, :], *above_w], [delta, *above_b], weights[layer].T @ delta

    grad_weights, grad_biases, _ = back(0, x)
    return np.stack(grad_weights), np.stack(grad_biases)


def average_gradient(X, y, theta1, theta2, lam):
    m, hidden = len(X), len(theta1)
    grad1, grad2 = np.zeros(theta1.shape), np.zeros(theta2.shape)
    for n in range(m):
        inputs = [1.0, *map(float, X[n])]
        h = [_sigma(np.dot(theta1[j], inputs)) for j in range(hidden)]
        error = _sigma(theta2[0, 0] + np.dot(theta2[0, 1:], h)) - int(y[n])
        grad2[0, 0] += error / m
        for j in range(hidden):
            grad2[0, j + 1] += error * h[j] / m
            grad1[j] += error * theta2[0, j + 1] * h[j] * (1 - h[j]) * np.array(inputs) / m
    spared = np.arange(theta1.shape[1]) > 0, np.arange(theta2.shape[1]) > 0
    return grad1 + lam * theta1 * spared[0], grad2 + lam * theta2 * spared[1]


def worked_net_step(x, W, v, target, lr):
    h = np.array([_sigma(row @ x) for row in W])
    y = _sigma(h @ v)
    delta = (y - target) * (y - y * y)
    new_W, new_v = np.array(W, dtype=float), np.array(v, dtype=float)
    for j in range(len(v)):
        for i in range(len(x)):
            new_W[j, i] -= lr * delta * v[j] * h[j] * (1 - h[j]) * x[i]
        new_v[j] -= lr * delta * h[j]
    return y, delta, new_W, new_v


def first_weight_gradient(x, y, weights):
    """Forward in pairs: a value, and its derivative for the first weight."""
    a, da, z, dz = x, 0.0, 0.0, 0.0
    for k, w in enumerate(weights):
        z, dz = w * a, (x if k == 0 else w * da)
        a = _sigma(z)
        da = a * (1 - a) * dz
    return (a - y) * dz


def graph_gradient(local, uses):
    """(1 - local) inverted is the sum over paths of any length."""
    n = len(local)
    nodes = np.linalg.solve(np.eye(n) - local, np.eye(n)[-1])
    parameters = [float(nodes[uses == p].sum()) for p in range(int(uses.max()) + 1)]
    return nodes, np.array(parameters)


def multiply_relu(a, b, upstream):
    out, grad_a, grad_b = np.zeros(a.shape), np.zeros(a.shape), np.zeros(a.shape)
    for place in np.ndindex(*a.shape):
        if a[place] * b[place] > 0:
            out[place] = a[place] * b[place]
            grad_a[place] = b[place] * upstream[place]
            grad_b[place] = a[place] * upstream[place]
    return out, grad_a, grad_b


def topological_order(edges, n):
    """Whoever waits for nobody may go."""
    waiting = np.bincount(edges[:, 1], minlength=n)
    order, free = [], [i for i in range(n) if waiting[i] == 0]
    while free:
        node = free.pop()
        order.append(node)
        for source, target in edges:
            if source == node:
                waiting[target] -= 1
                if waiting[target] == 0:
                    free.append(int(target))
    return np.array(order)


def accumulate_gradients(weight, gradients, lr, every):
    steps = len(gradients) // every
    used = gradients[: steps * every].sum(axis=0)
    return weight - lr * used, gradients[steps * every :].sum(axis=0)


def gradient_check(X, Y, weight, claimed, h):
    measured = np.zeros(weight.shape)
    for k in range(len(weight)):  # only neuron k's own errors change
        for d in range(weight.shape[1]):
            errors = []
            for step in (h, -h):
                row = [float(w) for w in weight[k]]
                row[d] += step
                outs = [math.tanh(sum(a * b for a, b in zip(x, row, strict=True))) for x in X]
                errors.append(sum((o - t) ** 2 for o, t in zip(outs, Y[:, k], strict=True)) / 2)
            measured[k, d] = (errors[0] - errors[1]) / h / 2
    apart = math.sqrt(float(((measured - claimed) ** 2).sum()))
    size = math.sqrt(float((measured**2).sum())) + math.sqrt(float((claimed**2).sum()))
    return measured, apart / size if size else 0


def train_autograd(X, y, sizes, start):
    """One tape; each entry holds a number for every point of a batch, and sums have many inputs."""

    def run(parameters, columns):
        tape = []

        def note(op, value, *inputs):
            tape.append([op, value, 0.0, inputs])
            return len(tape) - 1

        leaves = [note(0, float(p)) for p in parameters]
        row, at = [note(0, c) for c in columns], 0
        for layer in range(1, len(sizes)):
            m, n = sizes[layer - 1], sizes[layer]
            sums = []
            for j in range(n):
                parts = [leaves[at + m * n + j]]
                for i, source in enumerate(row):
                    w = leaves[at + j * m + i]
                    parts.append(note(2, tape[w][1] * tape[source][1], w, source))
                sums.append(note(1, sum(tape[p][1] for p in parts), *parts))
            at += m * n + n
            row = sums
            if layer < len(sizes) - 1:
                row = [note(3, np.tanh(tape[k][1]), k) for k in sums]
        return tape

    def back(tape, upstream):
        tape[-1][2] = upstream
        for op, value, grad, inputs in reversed(tape):
            for k, i in enumerate(inputs):
                local = 1.0
                if op == 2:
                    local = tape[inputs[1 - k]][1]
                elif op == 3:
                    local = 1 - value * value
                tape[i][2] = tape[i][2] + grad * local

    vector, speed = start.copy(), 0.0
    for _ in range(120):
        tape = run(vector, X.T)
        back(tape, (tape[-1][1] - y) / len(y))
        speed = 0.9 * speed - 0.15 * np.array([np.sum(t[2]) for t in tape[: len(vector)]])
        vector = vector + speed
    tape = run(vector, X[0])
    back(tape, 1.0)
    ops, values, grads = (np.array([float(t[i]) for t in tape]) for i in range(3))
    edges = [(i, k) for k, t in enumerate(tape) for i in t[3]]
    return vector, ops.astype(int), values, grads, np.array(edges)
