"""Logistic regression's descent as loops; the textbook twin is `glia.ops.logistic`."""

from __future__ import annotations

import math

import numpy as np

from glia.kernels._jit import jit


@jit
def logistic_epoch_(X, y, order, weight, bias, lr, batch_size):
    """Descend once through the data in batches; in place. Returns the mean log loss in nats.

    Formula:
        w ← w − η (1/B) Σ_batch (a_i − y_i) x_i;  b ← b − η (1/B) Σ_batch (a_i − y_i), a = σ(z)

    Shape:
        X (N, D), y (N,), order (M,), weight (D,), bias (1,)
    """
    count, features = order.shape[0], weight.shape[0]
    real = weight.dtype.type
    zero, one = real(0), real(1)
    grad = np.zeros_like(weight)  # (D,)
    total = 0.0
    for start in range(0, count, batch_size):
        stop = min(start + batch_size, count)
        rate = real(lr / (stop - start))
        grad[:] = zero
        grad_bias = zero
        for position in range(start, stop):
            i = order[position]
            x = X[i]
            z = zero
            for j in range(features):
                z += x[j] * weight[j]
            z += bias[0]
            decay = real(math.exp(-abs(z)))  # in (0, 1]: cannot overflow
            a = one / (one + decay) if z >= zero else decay / (one + decay)
            total += max(z, zero) - y[i] * z + math.log1p(decay)
            error = a - y[i]
            for j in range(features):
                grad[j] += error * x[j]
            grad_bias += error
        for j in range(features):
            weight[j] -= rate * grad[j]
        bias[0] -= rate * grad_bias
    return total / count
