"""Right solutions written unlike the references: loops, other formulas, other types."""

import math

import numpy as np
from second_solutions_attention import *  # noqa: F403
from second_solutions_backprop import *  # noqa: F403
from second_solutions_cnn import *  # noqa: F403
from second_solutions_convolution import *  # noqa: F403
from second_solutions_recurrent import *  # noqa: F403


def mcculloch_pitts(x, weights, threshold):
    rows = np.atleast_2d(x)
    out = []
    for row in rows:
        net = 0.0
        for value, weight in zip(row, weights, strict=True):
            net = net + value * weight
        out.append(net >= threshold)
    return np.array(out, dtype=bool) if np.ndim(x) == 2 else bool(out[0])


def gate_weights(gate):
    if gate == "not":
        return np.array([-1.0]), -0.5
    return np.ones(2), {"or": 0.25, "and": 1.99}[gate]


def perceptron_predict(X, weight, bias, labels):
    out = np.zeros(len(X))
    for n, row in enumerate(X):
        z = sum((a * b for a, b in zip(row, weight, strict=True)), bias)
        if labels == "01":
            out[n] = 1.0 if z > 0 else 0.0
        else:
            out[n] = -1.0 if z < 0 else 1.0
    return out


def perceptron_update(x, y, weight, bias, lr=1.0):
    fires = bool(weight.dot(x) > -bias)
    if fires and y == 0:
        return weight - lr * x, bias - lr
    if not fires and y == 1:
        return weight + lr * x, bias + lr
    return weight, bias


def perceptron_fit(X, y, epochs):
    w = [0.0] * (X.shape[1] + 1)
    counts = []
    while len(counts) < epochs and (not counts or counts[-1] > 0):
        count = 0
        for n in range(len(X)):
            score = w[-1] + sum(w[d] * X[n, d] for d in range(X.shape[1]))
            guess = int(score > 0)
            if guess != y[n]:
                sign = 1 if y[n] > guess else -1
                for d in range(X.shape[1]):
                    w[d] += sign * float(X[n, d])
                w[-1] += sign
                count += 1
        counts.append(count)
    return np.array(w[:-1]), w[-1], np.array(counts, dtype=int)


def mistake_bound(X, y, weight, bias):
    longest, closest = 0.0, math.inf
    size = math.sqrt(sum(float(w) ** 2 for w in weight) + bias**2)
    for row, label in zip(X, y, strict=True):
        longest = max(longest, 1.0 + float(np.sum(np.square(row))))
        side = float(np.dot(row, weight)) + bias
        closest = min(closest, (side if label == 1 else -side) / size)
    if closest <= 0:
        return math.inf
    return longest / closest**2


def xor_hidden_units():
    return (
        np.array([[1, 1], [-2, -2]]),
        np.array([0, 3]),
        np.array([3.0, 3.0]),
        -5,
    )


def sigmoid(z):
    return (np.tanh(np.asarray(z, dtype=float) / 2) + 1) / 2 if _mild(z) else _by_cases(z)


def _mild(z):
    return bool(np.all(np.asarray(z) > -15))


def _by_cases(z):
    z = np.asarray(z, dtype=float)
    out = np.empty_like(z)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    out[~up] = e / (1 + e)
    return out if out.ndim else float(out)


def log_likelihood(X, y, weight, bias):
    total = 0.0
    for row, label in zip(X, y, strict=True):
        z = float(row @ weight + bias)
        signed = z if label == 1 else -z
        total += min(signed, 0.0) - math.log1p(math.exp(-abs(signed)))
    return total


def logistic_gradient(X, y, weight, bias):
    grad_weight, grad_bias = np.zeros(len(weight)), 0.0
    for row, label in zip(X, y, strict=True):
        z = float(np.dot(row, weight) + bias)
        a = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
        grad_weight = grad_weight + (a - label) * row / len(X)
        grad_bias += (a - label) / len(X)
    return grad_weight, grad_bias


def softmax(z):
    out = np.empty(z.shape)
    for n, row in enumerate(z):
        top = max(row)
        parts = [math.exp(value - top) for value in row]
        out[n] = np.array(parts) / sum(parts)
    return out


def cross_entropy(logits, targets):
    total = 0.0
    for row, right in zip(logits, targets, strict=True):
        total += math.log(sum(math.exp(v - max(row)) for v in row)) + max(row) - row[right]
    return total / len(targets)


def softmax_gradient(logits, targets):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    grad = np.exp(log_p)
    grad[range(len(targets)), targets] -= 1.0
    return grad * (1 / logits.shape[0])


def losses(y_true, y_pred, kind, reduction):
    def one(y, p):
        if kind == "zero_one":
            return int(y != p)
        if kind.endswith("squared"):
            return (y - p) * (y - p) * (0.5 if kind.startswith("half") else 1.0)
        return -math.log(p if y == 1 else 1 - p)

    each = [one(y, p) for y, p in zip(y_true, y_pred, strict=True)]
    if reduction == "none":
        return np.array(each)
    return sum(each) if reduction == "sum" else sum(each) / len(each)


def adaline_step(X, y, weight, bias, lr):
    together = np.column_stack([X, np.ones(len(X))])
    theta = np.append(weight, bias)
    slope = np.mean([(row @ theta - t) * row for row, t in zip(together, y, strict=True)], axis=0)
    theta = theta - lr * slope
    return theta[:-1], theta[-1]


def two_layer_net(x, W, V):
    def sigma(z):
        return 1 / (1 + math.exp(-z))

    h = np.array([[sigma(sum(r * w for r, w in zip(row, W[:, j], strict=True)))
                   for j in range(W.shape[1])] for row in x])  # fmt: skip
    y = [[sigma(sum(a * float(v) for a, v in zip(row, V[:, 0], strict=True)))] for row in h]
    return h, np.array(y)


def mlp_forward(X, W1, b1, W2, b2):
    hidden, scores = np.zeros((len(X), len(b1))), np.zeros((len(X), len(b2)))
    for n, x in enumerate(X):
        for j in range(len(b1)):
            hidden[n, j] = max(0.0, float(np.dot(W1[j], x) + b1[j]))
        for k in range(len(b2)):
            scores[n, k] = np.dot(W2[k], hidden[n]) + b2[k]
    return hidden, scores


def convert_weights(weight, bias, convention):
    rows = [[b] for b in bias]
    for j, row in enumerate(rows):
        row.extend(weight[j, :] if convention == "Wx" else weight[:, j])
    return np.array(rows)


def output_head(scores, kind):
    out = np.empty(scores.shape)
    for n, row in enumerate(scores):
        if kind == "regression":
            out[n] = row
        elif kind == "logistic":
            z = float(row[0])
            out[n] = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
        else:
            parts = [math.exp(float(v) - float(max(row))) for v in row]
            out[n] = [p / math.fsum(parts) for p in parts]
    return out


def parameter_count(sizes):
    return sum((int(sizes[k]) + 1) * int(sizes[k + 1]) for k in range(len(sizes) - 1))


def relu_sum(x, weight, bias, out_weight, out_bias):
    def z(point):
        terms = zip(weight, bias, out_weight, strict=True)
        return out_bias + sum(v * max(0.0, float(w * point + b)) for w, b, v in terms)

    return np.array([z(point) for point in x])


def relu_interpolate(knots, values):
    """Solve for the weights instead of thinking about slopes."""
    units = np.maximum(knots[1:, None] - knots[:-1], 0)
    return np.linalg.solve(units, values[1:] - values[0]), np.float64(values[0])


def central_difference(coefficients, x, h):
    f = np.poly1d(np.asarray(coefficients)[::-1])
    return np.array([(f(p + h) - f(p - h)) / h / 2 for p in x])


def gradient_descent(A, b, start, lr, steps):
    """Through the closed form: the distance to the bottom shrinks by (1 - lr A) a step."""
    bottom = np.linalg.solve(A, b)
    distance, out = start - bottom, []
    for _ in range(steps + 1):
        out.append(bottom + distance)
        distance = distance - lr * (A @ distance)
    return np.stack(out)


def sgd_epoch(X, y, weight, bias, lr, order, batch_size):
    w, b = [float(v) for v in weight], float(bias)
    for begin in range(0, len(order), batch_size):
        rows = [int(i) for i in order[begin : begin + batch_size]]
        errors = [sum(X[i, d] * w[d] for d in range(len(w))) + b - y[i] for i in rows]
        for d in range(len(w)):
            w[d] -= lr * sum(e * X[i, d] for e, i in zip(errors, rows, strict=True)) / len(rows)
        b -= lr * sum(errors) / len(rows)
    return np.array(w), b


def train_mlp(X, y, W1, b1, W2, b2):
    """One example at a time, with a falling rate."""
    W1, b1, W2, b2 = W1.copy(), b1.copy(), W2.copy(), b2.copy()
    for epoch in range(6):
        lr = 0.05 / (1 + epoch)
        for x, label in zip(X, y, strict=True):
            hidden = np.maximum(W1 @ x + b1, 0)
            scores = W2 @ hidden + b2
            delta = np.exp(scores - np.logaddexp.reduce(scores))
            delta[label] -= 1
            back = W2.T @ delta * (hidden > 0)
            W2 -= lr * np.outer(delta, hidden)
            b2 -= lr * delta
            W1 -= lr * np.outer(back, x)
            b1 -= lr * back
    return W1, b1, W2, b2
