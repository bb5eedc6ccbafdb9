"""Cross entropy of class numbers; the textbook twin is in `glia.ops.loss`."""

from __future__ import annotations

import math

import numpy as np

from glia.ops.loss import class_cross_entropy as plain_class_cross_entropy

from ._core.loops import vector_loop
from ._core.memory import address, read, write
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import STREAM, parts_of, share

_largest = vector_loop(lambda f, a, s: ([], a[0]), reduce="max")
_scale = vector_loop(lambda f, a, s: [a[0] * s[0]], stores=(0,))


def _shifted_exp(f, a, s):
    e = f.exp_below_zero(a[0] - s[0])
    return [e], e


_exponentials = vector_loop(_shifted_exp, loads=(0,), stores=(1,), reduce="sum")


def class_cross_entropy(z, target, ignore_index, reduction):
    """Return the loss of logits z (N, K) and its gradient, for class numbers (N,).

    Rows of the gradient belong to one thread each, and the losses are added up in their order.
    """
    if z.dtype != FLOAT32 or z.size == 0:
        return plain_class_cross_entropy(z, target, ignore_index, reduction)
    classes = target if target.dtype == _INT64 else target.astype(np.int64)
    slope, losses = take(*z.shape), take(len(z))
    total = _losses(ready(z), ready(classes), ignore_index, slope, losses, reduction == "mean")
    if total == _WRONG:  # a class number is out of range: the textbook says which
        return plain_class_cross_entropy(z, target, ignore_index, reduction)
    return np.array(total, FLOAT32), slope


_INT64 = np.dtype(np.int64)
_WRONG = -1.0  # no loss is negative


@parallel
def _losses(z, classes, ignored, slope, losses, mean):
    """Fill in p − y and the loss of each row; return the sum, or the mean of the rows that count.

    With a mean, p − y is divided by their number too.
    """
    rows, k = z.shape
    kept = 0
    for i in range(rows):
        if classes[i] != ignored:
            if classes[i] < 0 or classes[i] >= k:
                return _WRONG
            kept += 1
    if rows * k < STREAM // 4:
        _rows(0, rows, z, classes, ignored, slope, losses)
    else:
        parts = parts_of(rows * k, STREAM // 4)
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows(first, last, z, classes, ignored, slope, losses)
    return _sum(slope, losses, kept if mean else 1)


@jit
def _rows(first, last, z, classes, ignored, slope, losses):
    k = z.shape[1]
    pz, ps = address(z), address(slope)
    for i in range(first, last):
        source, here = pz + 4 * i * k, ps + 4 * i * k
        if classes[i] == ignored:
            slope[i, :] = np.float32(0)
            losses[i] = np.float32(0)
            continue
        top = _largest((source,), k, ())
        total = _exponentials((source, here), k, (top,))
        losses[i] = np.float32(math.log(total)) + top - read(source, classes[i])
        _scale((here,), k, (np.float32(1) / total,))
        write(here, classes[i], read(here, classes[i]) - np.float32(1))


@jit
def _sum(slope, losses, count):
    """Return the losses' sum over count, and divide the gradient by count."""
    total = 0.0
    for i in range(losses.size):
        total += losses[i]
    scale = np.float32(1) / np.float32(count)
    if count != 1:
        _scale((address(slope),), slope.size, (scale,))
    return total / count
