"""Activation functions. `inplace` is accepted for PyTorch's sake and changes nothing."""

from __future__ import annotations

from ..errors import ShapeError
from ..ops import activation as ops
from ..tensor import Tensor


def identity(input: Tensor) -> Tensor:
    """Y = x."""
    return input


def step(input: Tensor) -> Tensor:
    """Y = 1 for x > 0, else 0; the gradient is 0 everywhere."""
    return ops.Step.apply(input)


def sign(input: Tensor) -> Tensor:
    """Y = +1 for x ≥ 0, else −1 (the ±1 perceptron's step); the gradient is 0 everywhere."""
    return ops.SignStep.apply(input)


def sigmoid(input: Tensor) -> Tensor:
    """Y = 1 / (1 + e^(−x)); slope y (1 − y)."""
    return input.sigmoid()


def logsigmoid(input: Tensor) -> Tensor:
    """Y = log σ(x), finite for any x; slope σ(−x)."""
    return ops.LogSigmoid.apply(input)


def tanh(input: Tensor) -> Tensor:
    """Y = tanh x = 2 σ(2x) − 1; slope 1 − y²."""
    return input.tanh()


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Y = x cut off at both bounds; slope 1 strictly between them, else 0."""
    return ops.Hardtanh.apply(input, min_val, max_val)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Y = max(x, 0); slope 1 for x > 0, else 0."""
    return ops.ReLU.apply(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Y = min(max(x, 0), 6)."""
    return ops.Hardtanh.apply(input, 0.0, 6.0)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Y = x for x > 0, else α x; the lectures take α = 0.05 or 0.1."""
    return ops.LeakyReLU.apply(input, negative_slope)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Leaky ReLU with a learned α: one number, or one for each channel (axis 1).

    Raises:
        ShapeError: weight has neither one entry nor one for each channel.
    """
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.numel() not in (1, channels):
        raise ShapeError(f"prelu: got {weight.numel()} weights; expected 1 or {channels}")
    return ops.PReLU.apply(input, weight)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Y = x for x > 0, else α (eˣ − 1): smooth at 0 for α = 1, and never of slope 0."""
    return ops.ELU.apply(input, alpha, 1.0)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """ELU with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    return ops.ELU.apply(input, 1.6732632423543772, 1.0507009873554805)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Y = x Φ(x); with approximate='tanh', GPT's ½x (1 + tanh(√(2/π)(x + 0.044715x³)))."""
    return ops.GELU.apply(input, approximate)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Y = x σ(x), also called swish."""
    return ops.SiLU.apply(input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Y = log(1 + e^(βx)) / β; slope σ(βx). It never overflows, and so needs no threshold."""
    return ops.Softplus.apply(input, beta)


def maxout(input: Tensor, pieces: int, dim: int = -1) -> Tensor:
    """The largest of every `pieces` neighbours along an axis.

    Shape:
        (..., n·pieces, ...) → (..., n, ...).

    Raises:
        ShapeError: the axis cannot be divided into pieces.
    """
    if input.shape[dim] % pieces:
        raise ShapeError(
            f"maxout: got an axis of length {input.shape[dim]}; expected a multiple of {pieces}"
        )
    return ops.Maxout.apply(input, pieces, dim)


def softmax(input: Tensor, dim: int = -1) -> Tensor:
    """p_j = e^(x_j) / Σ_k e^(x_k) along an axis; the largest x is taken out first."""
    return input.softmax(dim)


def log_softmax(input: Tensor, dim: int = -1) -> Tensor:
    """Log softmax(x), exact even where the probability underflows."""
    return input.log_softmax(dim)
