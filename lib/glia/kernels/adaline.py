"""Adaline's descent as loops; the textbook twin is `glia.ops.adaline`."""

from __future__ import annotations

import numpy as np

from glia.kernels._jit import jit


@jit
def adaline_epoch_(X, y, order, weight, bias, lr, batch_size):
    """Descend once through the data in batches; in place. Returns the mean half squared error.

    Formula:
        w ← w − η (1/B) Σ_batch (z_i − y_i) x_i;  b ← b − η (1/B) Σ_batch (z_i − y_i)

    Shape:
        X (N, D), y (N,), order (M,), weight (D,), bias (1,)
    """
    count, features = order.shape[0], weight.shape[0]
    zero = weight.dtype.type(0)
    grad = np.zeros_like(weight)  # (D,)
    total = 0.0
    for start in range(0, count, batch_size):
        stop = min(start + batch_size, count)
        rate = weight.dtype.type(lr / (stop - start))
        grad[:] = zero
        grad_bias = zero
        for position in range(start, stop):
            i = order[position]
            x = X[i]
            z = zero
            for j in range(features):
                z += x[j] * weight[j]
            error = z + bias[0] - y[i]
            total += 0.5 * error * error
            for j in range(features):
                grad[j] += error * x[j]
            grad_bias += error
        for j in range(features):
            weight[j] -= rate * grad[j]
        bias[0] -= rate * grad_bias
    return total / count
