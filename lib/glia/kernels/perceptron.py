"""Perceptron learning as loops; the textbook twin is `glia.ops.perceptron`."""

from __future__ import annotations

from glia.kernels._jit import jit


@jit
def perceptron_epoch_(X, y, order, weight, bias, lr, low, tie, updates):
    """Visit the examples in order and learn from each mistake; in place.

    Formula:
        w ← w + η (y − ŷ) x;  b ← b + η (y − ŷ)

    Shape:
        X (N, D), y (N,), order (M,), weight (D,), bias (1,), updates (≥ M,)
    """
    features = weight.shape[0]
    zero = weight.dtype.type(0)
    rate = weight.dtype.type(lr)
    lower = weight.dtype.type(low)
    upper = weight.dtype.type(1)
    b = bias[0]
    mistakes = 0
    for position in range(order.shape[0]):
        i = order[position]
        x = X[i]
        z = zero
        for j in range(features):
            z += x[j] * weight[j]
        z += b
        predicted = upper if z > zero or (tie and z == zero) else lower
        if predicted != y[i]:
            step = rate * (y[i] - predicted)
            for j in range(features):
                weight[j] += step * x[j]
            b += step
            updates[mistakes] = position
            mistakes += 1
    bias[0] = b
    return mistakes
