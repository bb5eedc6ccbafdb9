"""The student who compiles the two loops that run longest; the rest is the loop style."""

import numpy as np
from numba import njit


@njit
def _epoch(X, y, weight, bias):
    count = 0
    for n in range(X.shape[0]):
        z = bias
        for d in range(X.shape[1]):
            z += weight[d] * X[n, d]
        guess = 1 if z > 0 else 0
        if guess != y[n]:
            for d in range(X.shape[1]):
                weight[d] += (y[n] - guess) * X[n, d]
            bias += y[n] - guess
            count += 1
    return bias, count


def perceptron_fit(X, y, epochs):
    """Compiled epochs, counted in Python."""
    X = np.ascontiguousarray(X, dtype=np.float64)
    y = np.ascontiguousarray(y, dtype=np.int64)
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        bias, count = _epoch(X, y, weight, bias)
        mistakes.append(int(count))
        if count == 0:
            break
    return weight, bias, mistakes
