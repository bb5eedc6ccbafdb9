"""A stack of linear layers with ReLUs between them; the textbook twin is in `glia.ops.chain`.

All layers go through one call, one after the other, each as in `kernels.linear`: with few rows a
thread has its share of the output features, with many rows its rows. A ReLU is taken by the thread
that computed the values, and its slope by the one that computed their gradient: both still lie in
its cache. What lies below zero before a ReLU is not kept, its slope is 0 whatever it was.

The kernels know the parameters by their addresses. These are looked up when the stack meets an
array that it has not seen in this place; as an optimiser changes its arrays in place, that is once.
"""

from __future__ import annotations

import operator

import numpy as np

from glia.ops.chain import linear_stack as plain_linear_stack

from ._core.gemm import gemm
from ._core.loops import vector_loop
from ._core.memory import address, read, write
from ._core.target import ROWS
from ._core.transpose import transpose
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, parts_of, share
from .linear import _turned

_rectify = vector_loop(lambda f, a, s: [f.maximum(a[0], 0.0)], stores=(0,))
_pass = vector_loop(lambda f, a, s: [a[0] * f.where(a[1] > 0.0, 1.0, 0.0)], stores=(0,))
_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_copy = vector_loop(lambda f, a, s: [a[0]], loads=(0,), stores=(1,))
_dot = vector_loop(lambda f, a, s: ([], a[0] * a[1]), reduce="sum", unroll=4)
_FEW, _NARROW, _TURNED, _MANY = range(4)  # ways of a layer forward; what is turned round
_LINE = 16  # floats in a line of the cache: activations and gradients begin with one


class _Known:
    """What is known of a stack's parameters: their addresses, and where results are to lie."""

    def __init__(self, parameters, rectified):
        self.parameters = list(parameters)
        weights, biases = parameters[::2], parameters[1::2]
        self.fits = all(
            w.dtype == b.dtype == FLOAT32 and w.flags.carray and b.flags.carray and w.size
            for w, b in zip(weights, biases, strict=True)
        )
        sizes = [_whole_lines(a.size) for a in parameters]
        starts = np.cumsum([0, *sizes])
        self.total = int(starts[-1])
        self.places = [(a.shape, 4 * int(at)) for a, at in zip(parameters, starts, strict=False)]
        # One row a layer: features, out, weight, bias, whether rectified, places of the gradients.
        self.table = np.array(
            [
                (w.shape[1], w.shape[0], w.ctypes.data, b.ctypes.data, rectify, 4 * at, 4 * next_)
                for w, b, rectify, at, next_ in zip(
                    weights, biases, rectified, starts[::2], starts[1::2], strict=False
                )
            ],
            np.int64,
        )
        self.features, self.outs = int(self.table[0, 0]), [w.shape[0] for w in weights]
        self.rooms: dict[int, tuple[int, int, int, int]] = {}

    def room(self, rows):
        """Return the floats of all activations, where the last begins, and of scratch both ways."""
        known = self.rooms.get(rows)
        if known is None:
            widths = [_whole_lines(rows * out) for out in self.outs]
            turned = max(
                max(rows * (out + features), min(out * features, rows * (out + features)))
                for features, out in self.table[:, :2].tolist()
            )
            known = sum(widths), sum(widths[:-1]), turned, 2 * max(widths)
            self.rooms[rows] = known
        return known


def _whole_lines(floats):
    return -(-floats // _LINE) * _LINE


def linear_stack(x, parameters, stack):
    """Return the output, and a function that gives the gradients of x and of all parameters."""
    known = stack.memory.get("known")
    if known is None or not all(map(operator.is_, parameters, known.parameters)):
        known = stack.memory["known"] = _Known(parameters, stack.rectified)
    features = x.shape[-1]
    if x.dtype != FLOAT32 or not known.fits or features != known.features or not x.size:
        return plain_linear_stack(x, parameters, stack)
    rows = x.size // features
    flat = x if x.ndim == 2 else x.reshape(rows, features)
    turned = False
    if not flat.flags.carray:
        turned = rows > 3 and flat.T.flags.carray
        flat = flat.T if turned else ready(flat)
    floats, last, room, scratch = known.room(rows)
    activations = take(floats)
    _forward(flat, turned, rows, known.table, activations, take(room))
    out = known.outs[-1]
    y = activations[last : last + rows * out].reshape(rows, out)

    def back(grad, need_x):
        if grad.dtype != FLOAT32:
            return plain_linear_stack(x, parameters, stack)[1](grad, need_x)
        gradients = take(known.total)
        grad_x = take(rows, features) if need_x else _NOTHING
        source = _turned(flat) if turned else flat
        _backward(
            ready(grad.reshape(rows, out)), source, known.table, activations, gradients, grad_x,
            need_x, take(scratch),
        )  # fmt: skip
        own = [np.ndarray(shape, FLOAT32, gradients, at) for shape, at in known.places]
        return (grad_x.reshape(x.shape) if need_x else None, *own)

    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], out), back


_NOTHING = np.zeros((1, 1), np.float32)


@parallel
def _forward(x, turned, rows, table, activations, room):
    source, target, scratch = address(x), address(activations), address(room)
    for layer in range(len(table)):
        features, out, weight, bias = (
            table[layer, 0],
            table[layer, 1],
            table[layer, 2],
            table[layer, 3],
        )
        rectify = table[layer, 4] != 0
        right = scratch
        if rows < 4:
            way = _FEW
        elif turned and layer == 0:
            way, right = _TURNED, source
        elif out * features > rows * (out + features):
            way = _NARROW
            transpose(source, features, scratch, rows, rows, features)
        else:
            way = _MANY
            transpose(weight, features, scratch, out, out, features)
        # Behind the turned input, if there is one: the product before it is turned back.
        product = scratch + 4 * features * rows if way == _NARROW else scratch
        parts = parts_of(rows * features * out, SERIAL)
        if parts == 1:
            _share_forward(
                0, 1, way, rows, features, out, source, weight, bias, rectify, target,
                right, product,
            )  # fmt: skip
        else:
            for t in prange(parts):
                _share_forward(
                    t, parts, way, rows, features, out, source, weight, bias, rectify, target,
                    right, product,
                )  # fmt: skip
        source = target
        target += 4 * ((rows * out + _LINE - 1) // _LINE * _LINE)


@jit
def _share_forward(
    part, parts, way, rows, features, out, x, weight, bias, rectify, y, right, product
):
    """One thread's rows of X, or its rows of W."""
    if way == _MANY:
        first, last = share(part, parts, rows, ROWS)
        here = y + 4 * first * out
        gemm(
            x + 4 * first * features, features, 1, right, out, here, out,
            last - first, out, features, 2, bias,
        )  # fmt: skip
        if rectify:
            _rectify((here,), (last - first) * out, ())
        return
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    if way == _FEW:
        for j in range(first, last):
            for i in range(rows):
                both = x + 4 * i * features, weight + 4 * j * features
                write(y, i * out + j, _dot(both, features, ()) + read(bias, j))
        if rectify:
            for i in range(rows):
                _rectify((y + 4 * (i * out + first),), last - first, ())
        return
    here = product + 4 * first * rows
    gemm(
        weight + 4 * first * features, features, 1, right, rows, here, rows,
        last - first, rows, features, 3, bias + 4 * first,
    )  # fmt: skip
    if rectify:
        _rectify((here,), (last - first) * rows, ())
    transpose(here, rows, y + 4 * first, out, last - first, rows)


@parallel
def _backward(grad, x, table, activations, gradients, grad_x, need_x, room):
    """From the last layer to the first: ∂W = ∂Yᵀ X, ∂b = Σ ∂Y, ∂X = ∂Y W and the ReLU's slope."""
    rows, layers, into = len(grad), len(table), address(gradients)
    upstream, scratch, half = address(grad), address(room), 2 * room.size
    before = address(activations)  # of the activations that the layer put out
    for layer in range(layers - 1):
        before += 4 * ((rows * table[layer, 1] + _LINE - 1) // _LINE * _LINE)
    if table[layers - 1, 4] != 0:
        count = rows * table[layers - 1, 1]
        _copy((upstream, scratch), count, ())
        _pass((scratch, before), count, ())
        upstream = scratch
    for back in range(layers):
        layer = layers - 1 - back
        features, out, weight = table[layer, 0], table[layer, 1], table[layer, 2]
        slope = False
        if layer > 0:
            before -= 4 * ((rows * features + _LINE - 1) // _LINE * _LINE)
            source, slope = before, table[layer - 1, 4] != 0
            target = scratch + half if upstream == scratch else scratch
        else:
            source, target = address(x), address(grad_x)
        needed = layer > 0 or need_x
        grad_weight, grad_bias = into + table[layer, 5], into + table[layer, 6]
        parts = parts_of((2 if needed else 1) * rows * features * out, SERIAL)
        if parts == 1:
            _share_weight(0, 1, rows, features, out, upstream, source, grad_weight, grad_bias)
            if needed:
                _share_input(0, 1, rows, features, out, upstream, weight, target, slope, source)
        else:
            for t in prange(parts):
                _share_weight(
                    t, parts, rows, features, out, upstream, source, grad_weight, grad_bias
                )
                if needed:
                    _share_input(
                        t, parts, rows, features, out, upstream, weight, target, slope, source
                    )
        upstream = target


@jit
def _share_weight(part, parts, rows, features, out, grad, x, grad_weight, grad_bias):
    """One thread's output features; all sums over rows run in the order of the rows."""
    first, last = share(part, parts, out, ROWS)
    if last <= first:
        return
    here, total = grad + 4 * first, grad_bias + 4 * first
    gemm(
        here, 1, out, x, features, grad_weight + 4 * first * features, features,
        last - first, features, rows, 0, 0,
    )  # fmt: skip
    _copy((here, total), last - first, ())
    for row in range(1, rows):
        _add((total, here + 4 * row * out), last - first, ())


@jit
def _share_input(part, parts, rows, features, out, grad, weight, grad_x, slope, x):
    """One thread's input features, or with more rows than features its rows."""
    if rows < features:
        first, last = share(part, parts, features, 16)
        if last > first:
            here = grad_x + 4 * first
            gemm(
                grad, out, 1, weight + 4 * first, features, here, features,
                rows, last - first, out, 0, 0,
            )  # fmt: skip
            if slope:
                for i in range(rows):
                    down = 4 * i * features
                    _pass((here + down, x + 4 * first + down), last - first, ())
    else:
        first, last = share(part, parts, rows, ROWS)
        here = grad_x + 4 * first * features
        gemm(
            grad + 4 * first * out, out, 1, weight, features, here, features,
            last - first, features, out, 0, 0,
        )  # fmt: skip
        if slope:
            _pass((here, x + 4 * first * features), (last - first) * features, ())
