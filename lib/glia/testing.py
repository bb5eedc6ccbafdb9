"""Check your own code: gradients against finite differences, arrays against expectations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia import autograd
from glia.tensor import Tensor, as_array

__all__ = ["assert_close", "gradcheck", "numerical_gradient"]

Array = NDArray[Any]


def numerical_gradient(
    function: Callable[..., Any], *inputs: ArrayLike, argument: int = 0, eps: float = 1e-6
) -> NDArray[np.float64]:
    """Estimate a gradient by central differences in float64.

    Formula:
        ∂f/∂x_i ≈ (f(x + ε e_i) − f(x − ε e_i)) / 2ε, f summed if it returns an array

    The two-sided difference errs by O(ε²), the one-sided by O(ε).

    Args:
        function: takes the inputs; returns a number or an array.
        inputs: its arguments; left as they are.
        argument: which of them to differentiate by.
        eps: ε.

    Shape:
        inputs[argument] (...) → (...)

    Example:
        >>> bool(abs(numerical_gradient(lambda x: x**2 + 3, 5.0) - 10) < 1e-6)
        True
    """
    arrays = [np.array(value, dtype=np.float64) for value in inputs]
    x = arrays[argument]
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + eps
        above = np.asarray(function(*arrays), dtype=np.float64).copy()
        x[index] = kept - eps
        below = np.asarray(function(*arrays), dtype=np.float64).copy()
        x[index] = kept
        grad[index] = (above - below).sum() / (2 * eps)  # subtract first: fewer digits are lost
    return grad


def gradcheck(
    function: Callable[..., Any],
    inputs: Sequence[Any],
    grad: Callable[..., Any] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-5,
) -> bool:
    """Compare an analytic gradient with central differences.

    Args:
        function: f; returns a number, or an array whose sum is differentiated.
        inputs: the arguments, as a list. The gradient is checked by the first, or by as many of
            them as `grad` returns gradients.
        grad: takes the same arguments; returns ∂f/∂inputs[0], or a tuple of gradients. Without it f
            takes and returns Tensors, and `backward` is checked, by every input of floats.
        eps: step of the central difference.
        atol: absolute tolerance.
        rtol: relative tolerance.

    Returns:
        True.

    Raises:
        AssertionError: they differ; the message shows the worst entry.

    Example:
        >>> gradcheck(lambda x: x**2, [[1.0, -3.0]], lambda x: 2 * x)
        True
        >>> gradcheck(lambda x: x**2, [[1.0, -3.0]], lambda x: x)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        AssertionError: gradient by argument 0: 2 of 2 entries differ; ...
    """
    if grad is None:
        return _check_backward(function, inputs, eps, atol, rtol)
    arrays = [np.array(value, dtype=np.float64) for value in inputs]
    given = grad(*[array.copy() for array in arrays])
    analytic = given if isinstance(given, tuple) else (given,)
    for argument, expected_by_hand in enumerate(analytic):
        numeric = numerical_gradient(function, *arrays, argument=argument, eps=eps)
        assert_close(
            expected_by_hand,
            numeric,
            atol=atol,
            rtol=rtol,
            name=f"gradient by argument {argument}",
        )
    return True


def _check_backward(
    function: Callable[..., Any], inputs: Sequence[Any], eps: float, atol: float, rtol: float
) -> bool:
    """Compare what `backward` collects with central differences; outputs get unlike weights."""
    arrays = [as_array(value) for value in inputs]
    floats = [i for i, array in enumerate(arrays) if array.dtype.kind == "f"]
    wide = [a.astype(np.float64) if i in floats else a for i, a in enumerate(arrays)]

    def outputs(*given: Any) -> list[Any]:
        made = function(*given)
        return list(made) if isinstance(made, (tuple, list)) else [made]

    def weighted(*values: Array) -> Any:
        given = list(map(Tensor.make, wide))
        for i, value in zip(floats, values, strict=True):
            given[i] = Tensor.make(np.array(value))
        parts = [out.array * _weights(out.array) for out in outputs(*given)]
        return sum(np.asarray(part).sum() for part in parts)

    leaves = [Tensor.make(a.copy()) for a in wide]
    for i in floats:
        leaves[i].requires_grad_()
    results = [out for out in outputs(*leaves) if out.requires_grad]
    autograd.backward(results, [_weights(out.array) for out in results])
    for position, i in enumerate(floats):
        found = leaves[i].grad
        analytic = np.zeros_like(wide[i]) if found is None else found.array
        numeric = numerical_gradient(
            weighted, *[wide[j] for j in floats], argument=position, eps=eps
        )
        name = f"gradient by argument {i}"
        assert_close(analytic, numeric, atol=atol, rtol=rtol, name=name)
    return True


def _weights(array: Array) -> Array:
    """Unlike weights for a function's outputs: a plain sum would hide errors that cancel."""
    return np.asarray(np.cos(np.arange(array.size)).reshape(array.shape), array.dtype)


def assert_close(
    got: ArrayLike,
    expected: ArrayLike,
    *,
    atol: float = 1e-8,
    rtol: float = 1e-6,
    name: str = "result",
) -> None:
    """Raise unless two arrays have one shape and nearly the same values.

    nan equals nan here, and an infinity equals only itself.

    Args:
        got: what came out.
        expected: what should have.
        atol: absolute tolerance.
        rtol: tolerance relative to `expected`.
        name: what to call it in the message.

    Raises:
        AssertionError: says how many entries differ, and shows the worst.

    Example:
        >>> assert_close([1.0, 2.5], [1.0, 2.0])
        Traceback (most recent call last):
            ...
        AssertionError: result: 1 of 2 entries differ; worst at index (1,): got 2.5, expected 2.0
    """
    a, b = np.asarray(got), np.asarray(expected)
    if a.shape != b.shape:
        raise AssertionError(f"{name}: got shape {a.shape}, expected {b.shape}")
    close = np.isclose(a, b, atol=atol, rtol=rtol, equal_nan=True)
    if close.all():
        return
    with np.errstate(invalid="ignore"):
        distance = np.abs(a.astype(np.float64) - b.astype(np.float64))
    # An entry that differs and has no finite distance (a nan, an infinity) is the worst there is.
    distance = np.where(close, -1.0, np.where(np.isfinite(distance), distance, np.inf))
    worst = np.unravel_index(int(distance.argmax()), a.shape)
    place = tuple(int(i) for i in worst)
    raise AssertionError(
        f"{name}: {int((~close).sum())} of {a.size} entries differ; "
        f"worst at index {place}: got {a[worst]}, expected {b[worst]}"
    )
