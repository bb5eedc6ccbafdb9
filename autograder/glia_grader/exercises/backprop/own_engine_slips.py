"""The milestone's wrong solutions: each trains a net and draws a graph, but for one slip."""

import numpy as np


def edges_turned(X, y, sizes, start):
    """Edges point from what was computed to what it was computed from."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    def slope(vector):
        outs, known = [X], list(layers(vector))
        for k, (weight, bias) in enumerate(known):
            z = outs[-1] @ weight.T + bias
            outs.append(np.tanh(z) if k + 1 < len(known) else z)
        delta, parts = (outs[-1] - y[:, None]) / len(y), []
        for (weight, _), below in zip(known[::-1], outs[-2::-1], strict=True):
            parts[:0] = [(delta.T @ below).ravel(), delta.sum(axis=0)]
            delta = (delta @ weight) * (1 - below**2)
        return np.concatenate(parts)

    parameters, speed = start, np.zeros(len(start))
    for _ in range(150):
        speed = 0.9 * speed - 0.1 * slope(parameters)
        parameters = parameters + speed

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(parameters):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] += grads[k] * local
            edges.append((k, i))
    return parameters, ops, values, grads, np.array(edges)


def drawn_before(X, y, sizes, start):
    """The graph of the parameters to start from."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    def slope(vector):
        outs, known = [X], list(layers(vector))
        for k, (weight, bias) in enumerate(known):
            z = outs[-1] @ weight.T + bias
            outs.append(np.tanh(z) if k + 1 < len(known) else z)
        delta, parts = (outs[-1] - y[:, None]) / len(y), []
        for (weight, _), below in zip(known[::-1], outs[-2::-1], strict=True):
            parts[:0] = [(delta.T @ below).ravel(), delta.sum(axis=0)]
            delta = (delta @ weight) * (1 - below**2)
        return np.concatenate(parts)

    parameters, speed = start, np.zeros(len(start))
    for _ in range(150):
        speed = 0.9 * speed - 0.1 * slope(parameters)
        parameters = parameters + speed

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(start):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] += grads[k] * local
            edges.append((i, k))
    return parameters, ops, values, grads, np.array(edges)


def overwrites(X, y, sizes, start):
    """Backward with = in place of +=."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    def slope(vector):
        outs, known = [X], list(layers(vector))
        for k, (weight, bias) in enumerate(known):
            z = outs[-1] @ weight.T + bias
            outs.append(np.tanh(z) if k + 1 < len(known) else z)
        delta, parts = (outs[-1] - y[:, None]) / len(y), []
        for (weight, _), below in zip(known[::-1], outs[-2::-1], strict=True):
            parts[:0] = [(delta.T @ below).ravel(), delta.sum(axis=0)]
            delta = (delta @ weight) * (1 - below**2)
        return np.concatenate(parts)

    parameters, speed = start, np.zeros(len(start))
    for _ in range(150):
        speed = 0.9 * speed - 0.1 * slope(parameters)
        parameters = parameters + speed

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(parameters):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] = grads[k] * local
            edges.append((i, k))
    return parameters, ops, values, grads, np.array(edges)


def returns_start(X, y, sizes, start):
    """No step is taken."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(start):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] += grads[k] * local
            edges.append((i, k))
    return start.copy(), ops, values, grads, np.array(edges)


def uphill(X, y, sizes, start):
    """Steps towards more loss."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    def slope(vector):
        outs, known = [X], list(layers(vector))
        for k, (weight, bias) in enumerate(known):
            z = outs[-1] @ weight.T + bias
            outs.append(np.tanh(z) if k + 1 < len(known) else z)
        delta, parts = (outs[-1] - y[:, None]) / len(y), []
        for (weight, _), below in zip(known[::-1], outs[-2::-1], strict=True):
            parts[:0] = [(delta.T @ below).ravel(), delta.sum(axis=0)]
            delta = (delta @ weight) * (1 - below**2)
        return np.concatenate(parts)

    parameters = start
    for _ in range(20):
        parameters = parameters + 0.1 * slope(parameters)

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(parameters):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] += grads[k] * local
            edges.append((i, k))
    return parameters, ops, values, grads, np.array(edges)


def from_zeros(X, y, sizes, start):
    """All parameters start at 0."""

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    def slope(vector):
        outs, known = [X], list(layers(vector))
        for k, (weight, bias) in enumerate(known):
            z = outs[-1] @ weight.T + bias
            outs.append(np.tanh(z) if k + 1 < len(known) else z)
        delta, parts = (outs[-1] - y[:, None]) / len(y), []
        for (weight, _), below in zip(known[::-1], outs[-2::-1], strict=True):
            parts[:0] = [(delta.T @ below).ravel(), delta.sum(axis=0)]
            delta = (delta @ weight) * (1 - below**2)
        return np.concatenate(parts)

    parameters = np.zeros(len(start))
    for _ in range(20):
        parameters = parameters - 0.3 * slope(parameters)

    tape = []

    def node(value, op=0, *inputs):
        tape.append((value, op, inputs))
        return len(tape) - 1

    row = [node(v) for v in X[0]]
    for weight, bias in layers(parameters):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = node(c)
            for w, i in zip(weights, row, strict=True):
                product = node(w * tape[i][0], 2, i, node(w))
                total = node(tape[total][0] + tape[product][0], 1, total, product)
            sums.append(total)
        row = [node(np.tanh(tape[i][0]), 3, i) for i in sums]
    tape.pop()  # the output has no tanh
    values, ops = np.array([t[0] for t in tape]), np.array([t[1] for t in tape])
    grads, edges = np.zeros(len(tape)), []
    grads[-1] = 1.0
    for k in reversed(range(len(tape))):
        value, op, inputs = tape[k]
        for i in inputs:
            local = {1: 1.0, 2: tape[sum(inputs) - i][0] if op == 2 else 0.0, 3: 1 - value**2}[op]
            grads[i] += grads[k] * local
            edges.append((i, k))
    return parameters, ops, values, grads, np.array(edges)
