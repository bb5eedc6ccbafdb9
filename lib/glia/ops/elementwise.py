"""Elementwise ops, all derivatives on one page.

A unary op is its value y = f(x) and its local derivative written in x and y; a binary op has one
derivative for each operand. The node multiplies the upstream gradient by it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import implementation, reference
from .op import Op, unbroadcast

_Array = np.ndarray


def unary(name: str, value: Callable[[_Array], _Array], slope: Callable) -> type[Op]:
    """Make the op y = value(x) with dy/dx = slope(x, y)."""

    def forward(ctx, x):
        y = value(x)
        ctx.save_for_backward(x, y)
        return y

    def backward(ctx, grad):
        return grad * slope(*ctx.saved_tensors)

    made = _op(name, forward, backward)
    made.keeps_nothing = True
    return made


def binary(name: str, value: Callable, slope_a: Callable, slope_b: Callable) -> type[Op]:
    """Make the op y = value(a, b), broadcast, with dy/da and dy/db as functions of (a, b, y)."""

    def forward(ctx, a, b):
        y = value(a, b)
        ctx.save_for_backward(a, b, y)
        return y

    def backward(ctx, grad):
        a, b, y = ctx.saved_tensors
        needs_a, needs_b = ctx.needs_input_grad
        run = implementation("multiply")
        with np.errstate(divide="ignore", invalid="ignore"):  # as IEEE and PyTorch: inf, nan
            return (
                unbroadcast(run(grad, slope_a(a, b, y)), np.shape(a)) if needs_a else None,
                unbroadcast(run(grad, slope_b(a, b, y)), np.shape(b)) if needs_b else None,
            )

    return _op(name, forward, backward)


def _plus_or_minus(name: str, value: Callable, sign: int) -> type[Op]:
    """Make the op y = a ± b, broadcast: the derivatives are constants, and no value is kept."""

    def forward(ctx, a, b):
        ctx.save_for_backward(np.shape(a), np.shape(b))
        return value(a, b)

    def backward(ctx, grad):
        shape_a, shape_b = ctx.saved_tensors
        needs_a, needs_b = ctx.needs_input_grad
        return (
            unbroadcast(grad, shape_a) if needs_a else None,
            unbroadcast(grad if sign > 0 else -grad, shape_b) if needs_b else None,
        )

    return _op(name, forward, backward)


@reference(twin="glia.kernels.finite.all_finite")
def all_finite(x: _Array) -> bool:
    """Return whether no entry is infinite or NaN."""
    return bool(np.isfinite(x).all())


def _op(name: str, forward: Callable, backward: Callable) -> type[Op]:
    methods = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(name, (Op,), {**methods, "__module__": __name__})


def _quietly(function: Callable) -> Callable:
    """Let log(0) be -inf and 1/0 be inf without a warning, as the other array libraries do."""

    def quiet(*args: _Array) -> _Array:
        with np.errstate(all="ignore"):
            return function(*args)

    return quiet


def _recip(x: Any) -> Any:
    """Return 1 / x; a Python number stays one, and makes no array change its dtype."""
    if isinstance(x, (int, float)) and x:
        return 1 / x
    with np.errstate(divide="ignore"):
        return 1 / np.asarray(x)


def _slope_of_power(a: Any, b: Any) -> Any:
    """Return b aᵇ⁻¹, and 0 where b is 0."""
    if isinstance(b, (int, float)) and b:
        return 2 * a if b == 2 else b * a ** (b - 1)
    return np.where(np.equal(b, 0), 0, b * np.power(a, np.asarray(b) - 1))


@reference(twin="glia.kernels.elementwise.add")
def add(a: _Array, b: _Array) -> _Array:
    """Return a + b."""
    return np.add(a, b)


@reference(twin="glia.kernels.elementwise.multiply")
def multiply(a: _Array, b: _Array) -> _Array:
    """Return a b."""
    return np.multiply(a, b)


Add = _plus_or_minus("Add", lambda a, b: implementation("add")(a, b), 1)
Sub = _plus_or_minus("Sub", np.subtract, -1)
Mul = binary(
    "Mul", lambda a, b: implementation("multiply")(a, b), lambda a, b, y: b, lambda a, b, y: a
)
Div = binary("Div", _quietly(np.true_divide), lambda a, b, y: _recip(b), lambda a, b, y: -y / b)
# At a tie the gradient is shared, half to each.
Maximum = binary(
    "Maximum",
    np.maximum,
    lambda a, b, y: (a > b) + 0.5 * (a == b),
    lambda a, b, y: (b > a) + 0.5 * (a == b),
)
Minimum = binary(
    "Minimum",
    np.minimum,
    lambda a, b, y: (a < b) + 0.5 * (a == b),
    lambda a, b, y: (b < a) + 0.5 * (a == b),
)
Pow = binary(
    "Pow",
    _quietly(operator.pow),
    lambda a, b, y: _slope_of_power(a, b),
    lambda a, b, y: np.where(np.equal(y, 0), 0, y * np.log(a)),
)

Neg = unary("Neg", np.negative, lambda x, y: -1)
Exp = unary("Exp", _quietly(np.exp), lambda x, y: y)
Log = unary("Log", _quietly(np.log), lambda x, y: _recip(x))
Log2 = unary("Log2", _quietly(np.log2), lambda x, y: _recip(x * float(np.log(2))))
Log1p = unary("Log1p", _quietly(np.log1p), lambda x, y: _recip(1 + x))
Sqrt = unary("Sqrt", _quietly(np.sqrt), lambda x, y: 0.5 * _recip(y))
Rsqrt = unary("Rsqrt", lambda x: _recip(np.sqrt(x)), lambda x, y: -0.5 * y**3)
Reciprocal = unary("Reciprocal", _recip, lambda x, y: -y * y)
Square = unary("Square", np.square, lambda x, y: 2 * x)
Abs = unary("Abs", np.abs, lambda x, y: np.sign(x))  # 0 at the kink
Sin = unary("Sin", np.sin, lambda x, y: np.cos(x))
Cos = unary("Cos", np.cos, lambda x, y: -np.sin(x))
Sign = unary("Sign", np.sign, lambda x, y: 0)
Floor = unary("Floor", np.floor, lambda x, y: 0)
Ceil = unary("Ceil", np.ceil, lambda x, y: 0)
Round = unary("Round", np.round, lambda x, y: 0)
Clone = unary("Clone", np.array, lambda x, y: 1)
Erf = unary("Erf", lambda x: erf(x), lambda x, y: float(2 / np.sqrt(np.pi)) * np.exp(-x * x))


class Clamp(Op):
    """y = min(max(x, low), high); the gradient passes where low ≤ x ≤ high."""

    @staticmethod
    def forward(ctx, x, low, high):
        """Clip to the bounds; None leaves a side open."""
        inside = np.ones(x.shape, bool)
        if low is not None:
            inside &= x >= low
        if high is not None:
            inside &= x <= high
        ctx.save_for_backward(inside)
        return np.clip(x, low, high)

    @staticmethod
    def backward(ctx, grad):
        """Pass the gradient inside the bounds."""
        return grad * ctx.saved_tensors[0], None, None


class Where(Op):
    """y = a where the condition holds, else b."""

    @staticmethod
    def forward(ctx, condition, a, b):
        """Choose, with broadcasting."""
        ctx.save_for_backward(condition, np.shape(a), np.shape(b))
        return _chosen(condition, a, b)

    @staticmethod
    def backward(ctx, grad):
        """Give each operand the gradient of the places where it was chosen."""
        condition, shape_a, shape_b = ctx.saved_tensors
        _, needs_a, needs_b = ctx.needs_input_grad
        return (
            None,
            unbroadcast(_chosen(condition, grad, 0), shape_a) if needs_a else None,
            unbroadcast(_chosen(condition, 0, grad), shape_b) if needs_b else None,
        )


def _chosen(condition: _Array, a: Any, b: Any) -> _Array:
    """Return a where the condition holds, else b; a number goes into a copy of b: quicker."""
    if np.ndim(a) == 0 and isinstance(b, np.ndarray) and condition.ndim <= b.ndim:
        fits = np.result_type(a, b) == b.dtype and np.broadcast(condition, b).shape == b.shape
        if fits:
            out = np.array(b)
            np.copyto(out, a, where=condition)
            return out
    return np.where(condition, a, b)


class Cast(Op):
    """y = x in another dtype; the gradient is cast back by the tape."""

    @staticmethod
    def forward(ctx, x, dtype):
        """Convert."""
        return x.astype(dtype)

    @staticmethod
    def backward(ctx, grad):
        """Hand the gradient on."""
        return grad, None


def erf(x: _Array) -> _Array:
    """Return the error function, 2/√π ∫₀ˣ exp(−t²) dt, to float64 accuracy.

    Source: W. J. Cody (1969), Rational Chebyshev approximations for the error function.
    """
    t = np.minimum(np.abs(x), 6.0).astype(np.float64)
    near, square = np.minimum(t, 0.46875), 0.0
    square = near * near
    inner = near * np.polyval(_INNER_TOP, square) / np.polyval(_INNER_BOTTOM, square)
    outer = 1 - np.exp(-t * t) * np.polyval(_OUTER_TOP, t) / np.polyval(_OUTER_BOTTOM, t)
    return np.copysign(np.where(t <= 0.46875, inner, outer), x).astype(x.dtype)


_INNER_TOP = (
    1.85777706184603153e-1,
    3.16112374387056560e00,
    1.13864154151050156e02,
    3.77485237685302021e02,
    3.20937758913846947e03,
)
_INNER_BOTTOM = (
    1.0,
    2.36012909523441209e01,
    2.44024637934444173e02,
    1.28261652607737228e03,
    2.84423683343917062e03,
)
_OUTER_TOP = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e01,
    2.98635138197400131e02,
    8.81952221241769090e02,
    1.71204761263407058e03,
    2.05107837782607147e03,
    1.23033935479799725e03,
)
_OUTER_BOTTOM = (
    1.0,
    1.57449261107098347e01,
    1.17693950891312499e02,
    5.37181101862009858e02,
    1.62138957456669019e03,
    3.29079923573345963e03,
    4.36261909014324716e03,
    3.43936767414372164e03,
    1.23033935480374942e03,
)
