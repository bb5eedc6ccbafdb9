"""What all ops share: a Function on arrays with a public name, and the undoing of broadcasting."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..autograd import Function

__all__ = ["Op", "unbroadcast"]


class Op(Function):
    """A Function on arrays. One with a `name` can be replaced by a learner's own (`glia.use`)."""

    on_arrays = True
    named: ClassVar[dict[str, type[Op]]] = {}

    def __init_subclass__(cls, name: str | None = None) -> None:
        if name is not None:
            Op.named[name] = cls


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient over the axes along which an operand of this shape was broadcast.

    What was used many times collects the gradient of every use.
    """
    if grad.shape == shape:
        return grad
    extra = grad.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + axis
        for axis, size in enumerate(shape)
        if size == 1 and grad.shape[extra + axis] != 1
    )
    return grad.sum(axis=axes, keepdims=True).reshape(shape)
