"""The student who thinks in loops: slow, clear, and right."""

import math

import numpy as np


def mcculloch_pitts(x, weights, threshold):
    """Add one product after the other."""
    x = np.asarray(x)
    if x.ndim == 2:
        return np.array([int(mcculloch_pitts(row, weights, threshold)) for row in x])
    total = 0.0
    for value, weight in zip(x, weights, strict=False):
        total += float(value) * float(weight)
    return 0 if total < threshold else 1


def gate_weights(gate):
    """Other thresholds than the model's, same truth tables."""
    if gate == "and":
        return np.array([1, 1]), 2
    if gate == "or":
        return np.array([1, 1]), 1
    return np.array([-1]), 0


def perceptron_predict(X, weight, bias, labels):
    """One row at a time."""
    answers = []
    for row in X:
        z = bias
        for value, w in zip(row, weight, strict=False):
            z += value * w
        if labels == "01":
            answers.append(1 if z > 0 else 0)
        else:
            answers.append(1 if z >= 0 else -1)
    return np.array(answers, dtype=int)


def perceptron_update(x, y, weight, bias, lr):
    """Return early when there is nothing to mend."""
    z = sum(value * w for value, w in zip(x, weight, strict=False)) + bias
    guess = 1 if z > 0 else 0
    if guess == y:
        return np.array(weight, dtype=float), bias
    direction = 1 if y == 1 else -1
    new = np.array([w + lr * direction * value for value, w in zip(x, weight, strict=False)])
    return new, bias + lr * direction


def perceptron_fit(X, y, epochs):
    """Keep weight and bias apart; leave the loop at the first clean epoch."""
    weight = [0.0] * X.shape[1]
    bias = 0.0
    mistakes = []
    for _ in range(epochs):
        count = 0
        for row, label in zip(X, y, strict=False):
            z = bias
            for j in range(len(weight)):
                z += weight[j] * row[j]
            guess = 1 if z > 0 else 0
            if guess != label:
                sign = 1.0 if label == 1 else -1.0
                for j in range(len(weight)):
                    weight[j] += sign * row[j]
                bias += sign
                count += 1
        mistakes.append(count)
        if count == 0:
            break
    return np.array(weight, dtype=float), bias, mistakes


def mistake_bound(X, y, weight, bias):
    """Walk through the rows, remembering the longest and the closest."""
    norm = math.sqrt(sum(float(w) ** 2 for w in weight) + float(bias) ** 2)
    if norm == 0:
        return np.inf
    longest, closest = 0.0, math.inf
    for row, label in zip(X, y, strict=False):
        length = math.sqrt(sum(float(v) ** 2 for v in row) + 1.0)
        z = sum(float(v) * float(w) for v, w in zip(row, weight, strict=False)) + float(bias)
        longest = max(longest, length)
        closest = min(closest, (z if label == 1 else -z) / norm)
    if closest <= 0:
        return np.inf
    return (longest / closest) ** 2


def xor_hidden_units():
    """At least one, but not both."""
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    b = np.array([-0.5, -1.5])
    v = np.array([1.0, -1.0])
    return W, b, v, -0.5


def sigmoid(z):
    """Number by number, each in its safe form."""
    z = np.asarray(z, dtype=float)
    out = np.empty(z.shape)
    for index in np.ndindex(z.shape):
        value = float(z[index])
        if value >= 0:
            out[index] = 1.0 / (1.0 + math.exp(-value))
        else:
            e = math.exp(value)
            out[index] = e / (1.0 + e)
    return out


def log_likelihood(X, y, weight, bias):
    """Sum log sigmoid(z) or log sigmoid(-z), whichever the label asks for."""
    total = 0.0
    for row, label in zip(X, y, strict=False):
        z = float(sum(float(v) * float(w) for v, w in zip(row, weight, strict=False)) + bias)
        if label == 0:
            z = -z
        total += -math.log1p(math.exp(-z)) if z >= 0 else z - math.log1p(math.exp(z))
    return total


def logistic_gradient(X, y, weight, bias):
    """Collect every example's share, then divide once."""
    grad_weight = np.zeros(X.shape[1])
    grad_bias = 0.0
    for row, label in zip(X, y, strict=False):
        z = float(np.dot(row, weight) + bias)
        if z >= 0:
            a = 1.0 / (1.0 + math.exp(-z))
        else:
            a = math.exp(z) / (1.0 + math.exp(z))
        for j in range(len(row)):
            grad_weight[j] += (a - label) * row[j]
        grad_bias += a - label
    return grad_weight / len(X), grad_bias / len(X)


def softmax(z):
    """Row by row, the largest logit taken off first."""
    z = np.asarray(z, dtype=float)
    out = np.zeros(z.shape)
    for i in range(z.shape[0]):
        top = max(z[i])
        total = 0.0
        for k in range(z.shape[1]):
            out[i, k] = math.exp(z[i, k] - top)
            total += out[i, k]
        for k in range(z.shape[1]):
            out[i, k] /= total
    return out


def cross_entropy(logits, targets):
    """The logarithm of the sum, with the maximum taken out and put back."""
    total = 0.0
    for row, target in zip(logits, targets, strict=False):
        top = float(max(row))
        exponentials = sum(math.exp(float(value) - top) for value in row)
        total += top + math.log(exponentials) - float(row[int(target)])
    return total / len(targets)


def softmax_gradient(logits, targets):
    """Use the softmax from before and take one off the right class."""
    grad = softmax(logits)
    for i in range(len(targets)):
        grad[i, int(targets[i])] -= 1.0
    return grad / len(targets)


def losses(y_true, y_pred, kind, reduction):
    """One pair at a time."""
    each = []
    for truth, guess in zip(y_true, y_pred, strict=False):
        if kind == "zero_one":
            each.append(0.0 if truth == guess else 1.0)
        elif kind == "squared":
            each.append((guess - truth) ** 2)
        elif kind == "half_squared":
            each.append(0.5 * (guess - truth) ** 2)
        else:
            each.append(-(truth * math.log(guess) + (1 - truth) * math.log(1 - guess)))
    if reduction == "none":
        return np.array(each, dtype=float)
    if reduction == "sum":
        return float(sum(each))
    return float(sum(each) / len(each))


def adaline_step(X, y, weight, bias, lr):
    """Both sums from the old weights, then one step."""
    grad_weight = [0.0] * X.shape[1]
    grad_bias = 0.0
    for row, label in zip(X, y, strict=False):
        error = float(np.dot(row, weight) + bias - label)
        for j in range(len(row)):
            grad_weight[j] += error * row[j]
        grad_bias += error
    new = [w - lr * g / len(X) for w, g in zip(weight, grad_weight, strict=False)]
    return np.array(new), bias - lr * grad_bias / len(X)
