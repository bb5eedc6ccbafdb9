"""Perceptron learning as loops; the textbook twin is `glia.ops.perceptron`.

A prediction must wait for the weights that the mistake before it leaves. But most examples are no
mistake: so four are judged at once with the weights as they are, and after the first mistake among
them the rest are judged again.
"""

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
    zero, upper = weight.dtype.type(0), weight.dtype.type(1)
    lower, rate = weight.dtype.type(low), weight.dtype.type(lr)
    features, last = weight.shape[0], order.shape[0] - 1
    b, mistakes, position = bias[0], 0, 0
    while position <= last:
        start = position
        x0, x1 = X[order[start]], X[order[min(start + 1, last)]]
        x2, x3 = X[order[min(start + 2, last)]], X[order[min(start + 3, last)]]
        z0, z1, z2, z3 = zero, zero, zero, zero
        for j in range(features):
            w = weight[j]
            z0 += x0[j] * w
            z1 += x1[j] * w
            z2 += x2[j] * w
            z3 += x3[j] * w
        sums = z0, z1, z2, z3
        while position <= last and position < start + 4:
            i, z = order[position], sums[position - start] + b
            predicted = upper if z > zero or (tie and z == zero) else lower
            position += 1
            if predicted != y[i]:
                step = rate * (y[i] - predicted)
                x = X[i]
                for j in range(features):
                    weight[j] += step * x[j]
                b += step
                updates[mistakes] = position - 1
                mistakes += 1
                break
    bias[0] = b
    return mistakes
