"""Perceptron learning as loops; the textbook twin is `glia.ops.perceptron`.

A prediction must wait for the weights that the mistake before it leaves. But most examples are no
mistake: so four are judged at once with the weights as they are, and after the first mistake among
them the rest are judged again.
"""

from __future__ import annotations

from glia.kernels._jit import jit


@jit
def perceptron_epoch_(X, y, order, weight, bias, lr, low, tie, updates, place, rows, kept):
    """Visit the examples in order and learn from each mistake; in place.

    What would spoil the result is noticed on the way: the sum of all net inputs is NaN or infinite
    if one of them is, and a label of some third value never equals the prediction.

    Formula:
        w ← w + η (y − ŷ) x;  b ← b + η (y − ŷ)

    Shape:
        X (N, D), y (N,), order (M,), weight (D,), bias (1,), updates (≥ M, 2), place (N,),
        rows (N, D)
    """
    zero, upper = weight.dtype.type(0), weight.dtype.type(1)
    lower, rate = weight.dtype.type(low), weight.dtype.type(lr)
    features, last = weight.shape[0], order.shape[0] - 1
    b, mistakes, position = bias[0], 0, 0
    seen, known = zero, True
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
        seen += (z0 + z1) + (z2 + z3)
        sums = z0, z1, z2, z3
        while position <= last and position < start + 4:
            i, z = order[position], sums[position - start] + b
            predicted = upper if z > zero or (tie and z == zero) else lower
            position += 1
            if predicted != y[i]:
                known = known and (y[i] == lower or y[i] == upper)
                step = rate * (y[i] - predicted)
                x = X[i]
                for j in range(features):
                    weight[j] += step * x[j]
                b += step
                updates[mistakes, 0] = position - 1
                updates[mistakes, 1] = i
                mistakes += 1
                if place[i] < 0:
                    for j in range(features):
                        rows[kept, j] = x[j]
                    place[i] = kept
                    kept += 1
                break
    bias[0] = b
    return mistakes, kept, known and seen * zero == zero
