"""Softmax regression's descent as loops; the textbook twin is in `glia.ops.cross_entropy`."""

from __future__ import annotations

import math

import numpy as np

from glia.kernels._jit import jit


@jit
def softmax_regression_epoch_(X, y, order, weight, bias, lr, batch_size):
    """Descend once through the data in batches; in place. Returns the mean cross entropy in nats.

    Formula:
        W ← W − η (1/B) Σ_batch (p_i − y_i) x_iᵀ;  b ← b − η (1/B) Σ_batch (p_i − y_i)

    Shape:
        X (N, D), y (N,) int64, order (M,), weight (K, D), bias (K,)
    """
    count = order.shape[0]
    classes, features = weight.shape
    real = weight.dtype.type
    zero = real(0)
    grad = np.zeros_like(weight)  # (K, D)
    grad_bias = np.zeros_like(bias)  # (K,)
    z = np.empty_like(bias)  # (K,), logits of one example
    total = 0.0
    for start in range(0, count, batch_size):
        stop = min(start + batch_size, count)
        rate = real(lr / (stop - start))
        grad[:] = zero
        grad_bias[:] = zero
        for position in range(start, stop):
            i = order[position]
            x = X[i]
            for k in range(classes):
                row = weight[k]
                score = zero
                for j in range(features):
                    score += row[j] * x[j]
                z[k] = score + bias[k]
            largest = z[0]
            for k in range(1, classes):
                largest = max(largest, z[k])
            exponentials = zero
            for k in range(classes):
                exponentials += real(math.exp(z[k] - largest))  # the shift: no overflow
            log_total = real(math.log(exponentials)) + largest
            total += log_total - z[y[i]]
            for k in range(classes):
                error = real(math.exp(z[k] - log_total))
                if k == y[i]:
                    error -= real(1)
                row = grad[k]
                for j in range(features):
                    row[j] += error * x[j]
                grad_bias[k] += error
        for k in range(classes):
            row, step = weight[k], grad[k]
            for j in range(features):
                row[j] -= rate * step[j]
            bias[k] -= rate * grad_bias[k]
    return total / count
