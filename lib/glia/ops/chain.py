"""Steps that follow each other in so many nets that they are worth one kernel.

What is computed, and what a graph shows, is what the single ops say; see `glia.fused`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..backend import implementation, reference
from ..fused import FusedFunction
from .activation import ReLU, relu_backward
from .matmul import Linear, linear, linear_backward
from .memory import Memory
from .pool import MaxPool2d

Back = Callable[[np.ndarray, bool], tuple]


class Stack:
    """What is known of a stack of linear layers in advance, and what a kernel remembers of it.

    Attributes:
        rectified: for each linear layer, whether a ReLU follows.
        memory: the kernel's own, from one call to the next.
    """

    def __init__(self, rectified: Sequence[bool]) -> None:
        self.rectified = tuple(rectified)
        self.memory = Memory()


class LinearStack(FusedFunction):
    """Linear layers, each with a bias and perhaps a ReLU behind it: a multilayer perceptron.

    The variables are x, and weight and bias of each layer.
    """

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, parameters, stack):
        y, back = implementation("linear_stack")(x, parameters, stack)
        ctx.save_for_backward(back)
        return y

    @staticmethod
    def backward(ctx, grad):
        (back,) = ctx.saved_tensors
        return back(grad, ctx.edges[0][0] == 0)  # the first edge leads to x if that is asked for

    @staticmethod
    def last(stack):
        return ReLU if stack.rectified[-1] else Linear

    @staticmethod
    def steps(variables, stack):
        x, *parameters = variables
        for i, rectify in enumerate(stack.rectified):
            x = Linear.apply(x, *parameters[2 * i : 2 * i + 2])
            x = ReLU.apply(x) if rectify else x
        return x


@reference(twin="glia.kernels.chain.linear_stack")
def linear_stack(
    x: np.ndarray, parameters: Sequence[np.ndarray], stack: Stack
) -> tuple[np.ndarray, Back]:
    """Return the last layer's output and the way back.

    Args:
        x: the input.
        parameters: weight and bias of each layer.
        stack: where a ReLU follows.

    Shape:
        x (*, features), weight (out, in), bias (out,); the result (*, out).

    Returns:
        The output, and a function of its gradient, and of whether the input's is asked for, that
        returns the gradients of x, weight, bias, weight, bias …
    """
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
    inputs, outputs = [], []
    for (weight, bias), rectify in zip(pairs, stack.rectified, strict=True):
        inputs.append(x)
        x = linear(x, weight, bias)
        outputs.append(x)
        x = np.maximum(x, 0) if rectify else x

    def back(grad: np.ndarray, need_x: bool) -> tuple:
        gradients: list = []
        for i in reversed(range(len(pairs))):
            if stack.rectified[i]:
                grad = relu_backward(grad, outputs[i])
            needs = (need_x or i > 0, True, True)
            grad, *own = linear_backward(grad, inputs[i], pairs[i][0], needs)
            gradients = own + gradients
        return grad, *gradients

    return x, back


class ReLUMaxPool2d(FusedFunction):
    """The largest positive value in each window, or 0."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, x, *window):
        y = implementation("max_pool2d")(x, *window, True)
        ctx.save_for_backward(x, y, *window, True)
        return y

    @staticmethod
    def backward(ctx, grad):
        return MaxPool2d.backward(ctx, grad)[:1]

    @staticmethod
    def last(*window):
        return MaxPool2d

    @staticmethod
    def steps(variables, *window):
        return MaxPool2d.apply(ReLU.apply(*variables), *window)
