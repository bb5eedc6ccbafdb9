"""Convolution (cross-correlation) in two dimensions by gathering patches: im2col.

Y[n, o, i, j] = b[o] + Σ_{c, u, v} W[o, c, u, v] X[n, c, s·i + d·u, s·j + d·v], X padded with zeros.
The patches are a view; a product with them and a sum is all there is. One dimension is height 1.
"""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .op import Op

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]


class Conv2d(Op, name="conv2d"):
    """Cross-correlation; ∂W and ∂X sum over every use of the shared weights and of the pixels."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding, dilation, groups):
        x = implementation("conv2d_order")(x, stride, groups)
        ctx.save_for_backward(x, weight, stride, padding, dilation, groups)
        return implementation("conv2d")(x, weight, bias, stride, padding, dilation, groups)

    @staticmethod
    def backward(ctx, grad):
        run = implementation("conv2d_backward")
        return *run(grad, *ctx.saved_tensors, ctx.needs_input_grad[:3]), None, None, None, None

    @staticmethod
    def result_shapes(x, weight, bias, stride, padding, dilation, groups):
        """Tell the result's shape without computing it, for where that is withheld."""
        sizes = zip(x.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
        return ((x.shape[0], weight.shape[0], *(output_size(*each) for each in sizes)),)


@reference(twin="glia.kernels.conv.conv2d_order")
def conv2d_order(x: np.ndarray, stride: Pair, groups: int) -> np.ndarray:
    """Return the images as forward and backward want them to lie in memory."""
    return x


@reference(twin="glia.kernels.conv.conv2d")
def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = (1, 1),
    padding: Pads = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Cross-correlate images with filters.

    Shape:
        x (N, C, H, W), weight (O, C/groups, KH, KW), bias (O,); the result (N, O, H_out, W_out)
        with H_out = ⌊(H + padding − dilation (KH − 1) − 1) / stride⌋ + 1.
    """
    columns, (h_out, w_out) = patches(x, weight.shape[2:], stride, padding, dilation)
    n, per_group = x.shape[0], weight.shape[1]
    window = per_group * weight.shape[2] * weight.shape[3]
    columns = columns.reshape(n, groups, window, h_out * w_out)
    kernels = weight.reshape(groups, weight.shape[0] // groups, window)
    y = (kernels @ columns).reshape(n, weight.shape[0], h_out, w_out)
    return y if bias is None else y + bias[:, None, None]


@reference(twin="glia.kernels.conv.conv2d_backward")
def conv2d_backward(
    grad: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair,
    padding: Pads,
    dilation: Pair,
    groups: int,
    needs: tuple[bool, ...] = (True, True, True),
) -> tuple:
    """Return the gradients of x, weight and bias, None where not needed."""
    n, out, h_out, w_out = grad.shape
    upstream = grad.reshape(n, groups, out // groups, h_out * w_out)
    grad_x = grad_weight = None
    if needs[1]:
        columns, _ = patches(x, weight.shape[2:], stride, padding, dilation)
        columns = columns.reshape(n, groups, weight[0].size, h_out * w_out)
        each = upstream @ columns.swapaxes(-1, -2)  # (N, groups, O/groups, C/groups · KH · KW)
        grad_weight = each.sum(axis=0).reshape(weight.shape)
    if needs[0]:
        kernels = weight.reshape(groups, out // groups, weight[0].size)
        spread = kernels.swapaxes(1, 2) @ upstream  # (N, groups, C/groups · KH · KW, positions)
        spread = spread.reshape(n, x.shape[1], *weight.shape[2:], h_out, w_out)
        grad_x = scatter(spread, x.shape, stride, padding, dilation)
    return grad_x, grad_weight, grad.sum(axis=(0, 2, 3)) if needs[2] else None


def output_size(size: int, kernel: int, stride: int, pads: Pair, dilation: int = 1) -> int:
    """Return ⌊(size + pads − dilation (kernel − 1) − 1) / stride⌋ + 1."""
    return (size + sum(pads) - dilation * (kernel - 1) - 1) // stride + 1


def patches(
    x: np.ndarray,
    kernel: tuple[int, ...],
    stride: Pair,
    padding: Pads,
    dilation: Pair,
    fill: float = 0.0,
) -> tuple[np.ndarray, Pair]:
    """Return every patch the window sees, (N, C, KH, KW, H_out, W_out), and the output's size."""
    if any(map(any, padding)):
        x = np.pad(x, ((0, 0), (0, 0), *padding), constant_values=fill)
    n, c, h, w = x.shape
    h_out = output_size(h, kernel[0], stride[0], (0, 0), dilation[0])
    w_out = output_size(w, kernel[1], stride[1], (0, 0), dilation[1])
    sn, sc, sh, sw = x.strides
    view = np.lib.stride_tricks.as_strided(
        x,
        (n, c, *kernel, h_out, w_out),
        (sn, sc, sh * dilation[0], sw * dilation[1], sh * stride[0], sw * stride[1]),
        writeable=False,
    )
    return view, (h_out, w_out)


def scatter(
    columns: np.ndarray, shape: tuple[int, ...], stride: Pair, padding: Pads, dilation: Pair
) -> np.ndarray:
    """Add every patch back to where it came from: the transpose of `patches`."""
    n, c, h, w = shape
    (top, bottom), (left, right) = padding
    out = np.zeros((n, c, h + top + bottom, w + left + right), columns.dtype)
    kh, kw, h_out, w_out = columns.shape[2:]
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dilation[0], u * dilation[0] + stride[0] * h_out, stride[0])
            cols = slice(v * dilation[1], v * dilation[1] + stride[1] * w_out, stride[1])
            out[:, :, rows, cols] += columns[:, :, u, v]
    return out[:, :, top : top + h, left : left + w]


class Unfold(Op, name="unfold"):
    """The patches as columns: (N, C, H, W) → (N, C·KH·KW, positions); convolution is W times it."""

    @staticmethod
    def forward(ctx, x, kernel, stride, padding, dilation):
        columns, size = patches(x, kernel, stride, padding, dilation)
        ctx.save_for_backward(x.shape, (*kernel, *size), stride, padding, dilation)
        return columns.reshape(x.shape[0], x.shape[1] * kernel[0] * kernel[1], size[0] * size[1])

    @staticmethod
    def backward(ctx, grad):
        shape, window, stride, padding, dilation = ctx.saved_tensors
        columns = grad.reshape(*shape[:2], *window)
        return scatter(columns, shape, stride, padding, dilation), None, None, None, None
