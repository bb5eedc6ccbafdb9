"""A stack of linear layers with ReLUs between them; the textbook twin is in `glia.ops.chain`.

All layers go through one call, one after the other, each with the shares of `_affine`. What lies
below zero before a ReLU is not kept: its slope is 0 whatever it was.

The kernels know the parameters by their addresses. These are looked up when the stack meets an
array that it has not seen in this place; as an optimiser changes its arrays in place, that is once.
"""

from __future__ import annotations

import operator

import numpy as np

from glia.ops.chain import linear_stack as plain_linear_stack

from ._affine import (
    FEW,
    MANY,
    NARROW,
    NONE,
    TURNED,
    copy,
    forward_share,
    input_share,
    slope,
    turn_columns,
    weight_share,
)
from ._core.memory import address
from ._core.transpose import transpose
from ._jit import parallel, prange
from ._pool import FLOAT32, ready, take
from ._share import SERIAL, STREAM, parts_of, share
from .linear import turned_copy

_LINE = 16  # floats in a line of the cache: activations and gradients begin with one


class _Known:
    """What is known of a stack's parameters: their addresses, and where results are to lie."""

    def __init__(self, parameters, rectified):
        self.parameters = tuple(parameters)  # itself, if it is one
        weights, biases = parameters[::2], parameters[1::2]
        self.fits = all(
            w.dtype == b.dtype == FLOAT32 and w.flags.carray and b.flags.carray and w.size
            for w, b in zip(weights, biases, strict=True)
        )
        sizes = [_whole_lines(a.size) for a in parameters]
        starts = np.cumsum([0, *sizes])
        self.total = int(starts[-1])
        self.places = [
            (None if a.ndim == 1 else a.shape, slice(int(at), int(at) + a.size))
            for a, at in zip(parameters, starts, strict=False)
        ]
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
    if known is None or not (
        parameters is known.parameters or all(map(operator.is_, parameters, known.parameters))
    ):
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
        source = turned_copy(flat) if turned else flat
        upstream = ready(grad if grad.ndim == 2 else grad.reshape(rows, out))
        scratch_room = take(scratch)
        _backward(
            upstream, source, known.table, activations, gradients, grad_x, need_x, scratch_room
        )
        own = [
            gradients[place] if shape is None else gradients[place].reshape(shape)
            for shape, place in known.places
        ]
        return (grad_x.reshape(x.shape) if need_x else None, *own)

    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], out), back


_NOTHING = np.zeros((1, 1), np.float32)


@parallel
def _forward(x, turned, rows, table, activations, room):
    source, target, scratch = address(x), address(activations), address(room)
    for layer in range(len(table)):
        features, out, weight = table[layer, 0], table[layer, 1], table[layer, 2]
        bias, rectify = table[layer, 3], table[layer, 4] != 0
        right, product = scratch, scratch
        if rows < 4:
            way = FEW
        elif turned and layer == 0:
            way, right = TURNED, source
        elif out * features > rows * (out + features):
            way = NARROW
            transpose(source, features, right, rows, rows, features)
            product += 4 * features * rows
        else:
            way = MANY
            if out * features < STREAM:
                transpose(weight, features, right, out, out, features)
            else:
                for t in prange(8):
                    first, last = share(t, 8, features, 16)
                    turn_columns(weight, features, right, out, first, last)
        parts = parts_of(rows * features * out, SERIAL)
        if parts == 1:
            forward_share(
                0,
                1,
                way,
                rows,
                features,
                out,
                source,
                weight,
                bias,
                rectify,
                target,
                right,
                product,
            )
        else:
            for t in prange(parts):
                forward_share(
                    t, parts, way, rows, features, out, source, weight, bias, rectify, target,
                    right, product,
                )  # fmt: skip
        source = target
        target += 4 * ((rows * out + _LINE - 1) // _LINE * _LINE)


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
        copy((upstream, scratch), count, ())
        slope((scratch, before), count, ())
        upstream = scratch
    for back in range(layers):
        layer = layers - 1 - back
        features, out, weight = table[layer, 0], table[layer, 1], table[layer, 2]
        rectified = NONE
        if layer > 0:
            before -= 4 * ((rows * features + _LINE - 1) // _LINE * _LINE)
            source = before
            if table[layer - 1, 4] != 0:
                rectified = before
            target = scratch + half if upstream == scratch else scratch
        else:
            source, target = address(x), address(grad_x) if need_x else NONE
        to_w, to_b = into + table[layer, 5], into + table[layer, 6]
        parts = parts_of((1 if target == NONE else 2) * rows * features * out, SERIAL)
        if parts == 1:
            weight_share(0, 1, 0, rows, features, out, upstream, source, to_w, to_b)
            input_share(0, 1, rows, features, out, upstream, weight, target, rectified)
        else:
            for t in prange(parts):
                weight_share(t, parts, 0, rows, features, out, upstream, source, to_w, to_b)
                input_share(t, parts, rows, features, out, upstream, weight, target, rectified)
        upstream = target
