"""Matrix products: the gradient of each factor is the upstream gradient times the other."""

from __future__ import annotations

import math

import numpy as np

from ..backend import implementation, reference
from ..errors import ShapeError
from .op import Op, unbroadcast


class MatMul(Op, name="matmul"):
    """Y = A B, batched and broadcast; ∂A = ∂Y Bᵀ, ∂B = Aᵀ ∂Y. One axis: a row or a column."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        try:
            return implementation("product")(a, b)
        except ValueError:
            raise ShapeError(
                f"matmul: got shapes {a.shape} and {b.shape}; expected the first one's last axis "
                "to be as long as the second one's last but one"
            ) from None

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        row = a[None, :] if a.ndim == 1 else a
        column = b[:, None] if b.ndim == 1 else b
        if b.ndim == 1:
            grad = grad[..., None]
        if a.ndim == 1:
            grad = grad[..., None, :]
        run = implementation("product")
        grad_a = unbroadcast(run(grad, column.swapaxes(-1, -2)), row.shape).reshape(a.shape)
        grad_b = unbroadcast(run(row.swapaxes(-1, -2), grad), column.shape).reshape(b.shape)
        return grad_a, grad_b


@reference(twin="glia.kernels.matmul.product")
def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return A B, batched and broadcast."""
    return a @ b


class Linear(Op, name="linear"):
    """Y = X Wᵀ + b; ∂X = ∂Y W, ∂W = ∂Yᵀ X, ∂b = Σ ∂Y over the examples."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return implementation("linear")(x, weight, bias)

    @staticmethod
    def backward(ctx, grad):
        return implementation("linear_backward")(grad, *ctx.saved_tensors, ctx.needs_input_grad)


@reference(twin="glia.kernels.linear.linear")
def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """Return x Wᵀ + b.

    Shape:
        x: (*, in), weight: (out, in), bias: (out,) or None; the result (*, out).
    """
    y = x @ weight.T
    return y if bias is None else y + bias


@reference(twin="glia.kernels.linear.linear_backward")
def linear_backward(
    grad: np.ndarray, x: np.ndarray, weight: np.ndarray, needs: tuple[bool, ...]
) -> tuple:
    """Return the gradients of x, weight and bias, None where not needed."""
    count = math.prod(x.shape[:-1])
    rows, upstream = x.reshape(count, x.shape[-1]), grad.reshape(count, grad.shape[-1])
    return (
        grad @ weight if needs[0] else None,
        upstream.T @ rows if needs[1] else None,
        upstream.sum(axis=0) if needs[2] else None,
    )
