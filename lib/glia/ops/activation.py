"""Activation functions as differentiable ops, each slope beside its value.

At a kink the slope is the left one (0 for ReLU at 0), as in PyTorch.
"""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .elementwise import erf, unary
from .op import Op
from .sigmoid import log_sigmoid, sigmoid, sigmoid_grad
from .softmax import log_softmax, log_softmax_grad, softmax, softmax_grad
from .threshold import heaviside, sign

LogSigmoid = unary("LogSigmoid", log_sigmoid, lambda x, y: sigmoid(-x))
Tanh = unary("Tanh", np.tanh, lambda x, y: 1 - y * y)
Step = unary("Step", lambda z: heaviside(z).astype(z.dtype), lambda x, y: 0)
SignStep = unary("Sign", lambda z: sign(z).astype(z.dtype), lambda x, y: 0)
Op.named["tanh"] = Tanh


class _KeepsSlope(Op):
    """An activation whose forward computes the slope as well, in one pass over x."""

    keeps_nothing = True

    @staticmethod
    def backward(ctx, grad):
        product = implementation("multiply")(grad, *ctx.saved_tensors)
        return (product, *[None] * (len(ctx.args) - 1))


class Sigmoid(_KeepsSlope, name="sigmoid"):
    """y = σ(x) = 1 / (1 + e^(−x)); its slope is σ(x) (1 − σ(x))."""

    @staticmethod
    def forward(ctx, x):
        y, slope = implementation("sigmoid")(x, ctx.needs_input_grad[0])
        ctx.save_for_backward(slope)
        return y


class SiLU(_KeepsSlope, name="silu"):
    """y = x σ(x); its slope is σ(x) (1 + x σ(−x))."""

    @staticmethod
    def forward(ctx, x):
        y, slope = implementation("silu")(x, ctx.needs_input_grad[0])
        ctx.save_for_backward(slope)
        return y


_Values = tuple[np.ndarray, np.ndarray | None]


@reference("sigmoid", twin="glia.kernels.activation.sigmoid")
def sigmoid_forward(x: np.ndarray, with_slope: bool) -> _Values:
    """Return σ(x), and if asked for its slope."""
    return sigmoid(x), sigmoid_grad(x) if with_slope else None


@reference(twin="glia.kernels.activation.silu")
def silu(x: np.ndarray, with_slope: bool) -> _Values:
    """Return x σ(x), and if asked for its slope."""
    s = sigmoid(x)
    return x * s, s * (1 + x * sigmoid(-x)) if with_slope else None


class ReLU(Op, name="relu"):
    """y = max(x, 0)."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return implementation("relu")(x)

    @staticmethod
    def backward(ctx, grad):
        return implementation("relu_backward")(grad, *ctx.saved_tensors)


@reference(twin="glia.kernels.relu.relu")
def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0)."""
    return np.maximum(x, 0)


@reference(twin="glia.kernels.relu.relu_backward")
def relu_backward(grad: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient where x > 0, else 0."""
    return grad * (x > 0)


class LeakyReLU(_KeepsSlope, name="leaky_relu"):
    """y = x for x > 0, else α x."""

    @staticmethod
    def forward(ctx, x, negative_slope):
        y, slope = implementation("leaky_relu")(x, negative_slope)
        ctx.save_for_backward(slope)
        return y


@reference(twin="glia.kernels.activation.leaky_relu")
def leaky_relu(x: np.ndarray, negative_slope: float) -> _Values:
    """Return x where it is positive, else α x, and the slope: 1 or α."""
    slope = np.where(x > 0, 1, negative_slope).astype(x.dtype)
    return x * slope, slope


class PReLU(Op, name="prelu"):
    """Leaky ReLU whose α is learned, one for all or one for each channel (axis 1)."""

    @staticmethod
    def forward(ctx, x, weight):
        shape = (1, -1) + (1,) * (x.ndim - 2) if x.ndim > 1 else (-1,)
        alpha = weight.reshape(shape)
        ctx.save_for_backward(x, alpha, weight.shape)
        return np.where(x > 0, x, alpha * x)

    @staticmethod
    def backward(ctx, grad):
        x, alpha, shape = ctx.saved_tensors
        grad_alpha = np.where(x > 0, 0, grad * x)
        axes = tuple(a for a in range(x.ndim) if a >= alpha.ndim or alpha.shape[a] == 1)
        return np.where(x > 0, grad, grad * alpha), grad_alpha.sum(axis=axes).reshape(shape)


class ELU(Op, name="elu"):
    """y = x for x > 0, else scale · α (eˣ − 1); `SELU` is this with fixed constants."""

    @staticmethod
    def forward(ctx, x, alpha, scale):
        below = alpha * np.expm1(np.minimum(x, 0))
        ctx.save_for_backward(x, below, alpha, scale)
        return scale * np.where(x > 0, x, below)

    @staticmethod
    def backward(ctx, grad):
        x, below, alpha, scale = ctx.saved_tensors
        return grad * scale * np.where(x > 0, 1, below + alpha), None, None


class GELU(_KeepsSlope, name="gelu"):
    """y = x Φ(x), Φ the normal distribution function; 'tanh' takes the approximation of GPT.

    Source: Hendrycks & Gimpel (2016), arXiv:1606.08415.
    """

    @staticmethod
    def forward(ctx, x, approximate):
        y, slope = implementation("gelu")(x, approximate, ctx.needs_input_grad[0])
        ctx.save_for_backward(slope)
        return y


@reference(twin="glia.kernels.activation.gelu")
def gelu(x: np.ndarray, approximate: str, with_slope: bool) -> _Values:
    """Return x Φ(x), or its approximation, and if asked for its slope."""
    slope = None
    if approximate == "tanh":
        t = np.tanh(_GELU_SCALE * (x + 0.044715 * x * x * x))  # x**3 would go through pow
        cdf = 0.5 * (1 + t)
        if with_slope:
            slope = cdf + 0.5 * x * (1 - t * t) * _GELU_SCALE * (1 + 3 * 0.044715 * x * x)
    elif approximate == "none":
        cdf = 0.5 * (1 + erf(x * float(np.sqrt(0.5))))
        if with_slope:
            slope = cdf + x * np.exp(-0.5 * x * x) * float(1 / np.sqrt(2 * np.pi))
    else:
        raise ValueError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    return x * cdf, slope


_GELU_SCALE = float(np.sqrt(2 / np.pi))


class Softplus(Op, name="softplus"):
    """y = log(1 + e^(βx)) / β, a smooth ReLU."""

    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return -log_sigmoid(-beta * x) / beta

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        return grad * sigmoid(beta * x), None


class Hardtanh(Op, name="hardtanh"):
    """y = x between the bounds, which cut it off; the slope at a bound is 0."""

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward((x > low) & (x < high))
        return np.clip(x, low, high)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0], None, None


class Maxout(Op, name="maxout"):
    """The largest of the k pieces that follow each other along an axis; it alone learns.

    Source: Goodfellow et al. (2013), arXiv:1302.4389.
    """

    @staticmethod
    def forward(ctx, x, pieces, dim):
        dim %= x.ndim
        split = x.reshape(*x.shape[:dim], x.shape[dim] // pieces, pieces, *x.shape[dim + 1 :])
        best = np.expand_dims(split.argmax(axis=dim + 1), dim + 1)
        ctx.save_for_backward(x.shape, split.shape, best, dim)
        return np.take_along_axis(split, best, axis=dim + 1).squeeze(dim + 1)

    @staticmethod
    def backward(ctx, grad):
        shape, split_shape, best, dim = ctx.saved_tensors
        out = np.zeros(split_shape, grad.dtype)
        np.put_along_axis(out, best, np.expand_dims(grad, dim + 1), axis=dim + 1)
        return out.reshape(shape), None, None


class Softmax(Op, name="softmax"):
    """p_j = e^(x_j) / Σ e^(x_k) along an axis."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, dim):
        p = implementation("softmax")(x, dim)
        ctx.save_for_backward(p, dim)
        return p

    @staticmethod
    def backward(ctx, grad):
        return implementation("softmax_backward")(grad, *ctx.saved_tensors), None


class LogSoftmax(Op, name="log_softmax"):
    """log p_j = x_j − log Σ e^(x_k) along an axis."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, dim):
        log_p = implementation("log_softmax")(x, dim)
        ctx.save_for_backward(log_p, dim)
        return log_p

    @staticmethod
    def backward(ctx, grad):
        return implementation("log_softmax_backward")(grad, *ctx.saved_tensors), None


@reference("softmax", twin="glia.kernels.softmax.softmax")
def softmax_forward(x: np.ndarray, axis: int) -> np.ndarray:
    """Return softmax(x); of nothing, nothing."""
    with np.errstate(invalid="ignore"):  # a row of -inf has no softmax: nan
        return softmax(x, axis=axis) if x.size else x


@reference("log_softmax", twin="glia.kernels.softmax.log_softmax")
def log_softmax_forward(x: np.ndarray, axis: int) -> np.ndarray:
    """Return log softmax(x); of nothing, nothing."""
    with np.errstate(invalid="ignore"):
        return log_softmax(x, axis=axis) if x.size else x


@reference(twin="glia.kernels.softmax.softmax_backward")
def softmax_backward(grad: np.ndarray, p: np.ndarray, axis: int) -> np.ndarray:
    """Return p (g − Σ g p)."""
    return softmax_grad(grad, p, axis=axis)


@reference(twin="glia.kernels.softmax.log_softmax_backward")
def log_softmax_backward(grad: np.ndarray, log_p: np.ndarray, axis: int) -> np.ndarray:
    """Return g − p Σ g."""
    return log_softmax_grad(grad, log_p, axis=axis)


class Dropout(Op, name="dropout"):
    """y = x · mask, the mask already scaled by 1/(1 − p): the inverted form."""

    @staticmethod
    def forward(ctx, x, mask):
        ctx.save_for_backward(mask)
        return implementation("multiply")(x, mask)

    @staticmethod
    def backward(ctx, grad):
        return implementation("multiply")(grad, ctx.saved_tensors[0]), None


class Embedding(Op, name="embedding"):
    """y = weight[indices]; a row used many times collects every use's gradient."""

    @staticmethod
    def forward(ctx, indices, weight, padding_idx):
        ctx.save_for_backward(indices, weight.shape, padding_idx)
        return weight[indices]

    @staticmethod
    def backward(ctx, grad):
        indices, shape, padding_idx = ctx.saved_tensors
        out = implementation("embedding_backward")(grad, indices, shape)
        if padding_idx is not None:
            out[padding_idx] = 0
        return None, out, None


@reference(twin="glia.kernels.pick.embedding_backward")
def embedding_backward(grad: np.ndarray, indices: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return each row's sum of the gradients of all its uses."""
    out = np.zeros(shape, grad.dtype)
    np.add.at(out, indices, grad)
    return out
