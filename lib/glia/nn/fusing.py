"""Neighbouring layers of a `Sequential` that run as one step, where nobody can see the difference.

They run one by one as soon as somebody looks: a hook on one of them, a learner's own op or layer in
the place of ours, `detect_anomaly`. The graph shows the single steps in any case (`glia.fused`).
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from .. import backend, function, watch
from ..functional.pool import pool_window
from ..ops.chain import LinearStack, ReLUMaxPool2d, Stack
from ..tensor import Tensor
from .activation import ReLU
from .conv import MaxPool2d
from .linear import Linear
from .module import Module

__all__ = ["Plan"]


def _as_written() -> tuple:
    return Linear.forward, ReLU.forward, ReLU.function, MaxPool2d.forward


_OURS = _as_written()


class Plan:
    """Which layers of a list run together.

    Attributes:
        layers: the list, as it was when the plan was made.
        runs: what to call one after the other: single layers and fused ones.
    """

    def __init__(self, layers: list[Module]) -> None:
        self.layers = layers
        self.runs: list[Any] = []
        while layers:
            count, run = _first_run(layers)
            self.runs.append(run)
            layers = layers[count:]
        self.fuses = any(isinstance(run, _Run) for run in self.runs)

    def __reduce__(self) -> tuple:
        return Plan, (self.layers,)

    def holds(self) -> bool:
        """Return whether layers may run together at the moment."""
        return self.fuses and not (
            watch.active or function.is_replaced() or backend.withheld or _as_written() != _OURS
        )


def _first_run(layers: Sequence[Module]) -> tuple[int, Any]:
    """Return how many of the first layers run together, and what runs them."""
    kinds = [type(layer) for layer in layers]
    if kinds[:2] == [ReLU, MaxPool2d]:
        return 2, _Pool(layers[:2])
    count = 0
    while kinds[count : count + 1] == [Linear] and layers[count].bias is not None:
        count += 2 if kinds[count + 1 : count + 2] == [ReLU] else 1
    return (count, _Stack(layers[:count])) if count > 1 else (1, layers[0])


class _Run:
    """Layers that run together.

    Attributes:
        layers: the layers.
    """

    def __init__(self, layers: Sequence[Module]) -> None:
        self.layers = tuple(layers)

    def __call__(self, input: Any) -> Any:
        """Run the layers, together if nobody looks and if the input suits them."""
        if isinstance(input, Tensor):
            for layer in self.layers:
                own = layer.__dict__
                if own["_forward_hooks"] or own["_forward_pre_hooks"] or "forward" in own:
                    break
            else:
                output = self.together(input)
                if output is not None:
                    return output
        for layer in self.layers:
            input = layer(input)
        return input

    def together(self, input: Tensor) -> Tensor | None:
        """Return the output, or None if the layers are to say themselves what is wrong."""
        raise NotImplementedError


class _Stack(_Run):
    """Linear layers and ReLUs: a multilayer perceptron."""

    def __init__(self, layers: Sequence[Module]) -> None:
        super().__init__(layers)
        self._linear = [layer for layer in layers if type(layer) is Linear]
        self._fitting: tuple = ()
        after = [*layers[1:], None]
        self._stack = Stack(
            [type(b) is ReLU for a, b in zip(layers, after, strict=True) if type(a) is Linear]
        )

    def together(self, input: Tensor) -> Tensor | None:
        x = input.array
        variables: list[Any] = [input]
        for layer in self._linear:
            variables += (layer.weight, layer.bias)
        parameters = tuple([None if v is None else v.array for v in variables[1:]])
        if len(parameters) != len(self._fitting) or not all(
            map(operator.is_, parameters, self._fitting)
        ):
            self._fitting = parameters if _fit(parameters) else ()
        features = self._fitting[0].shape[1:] if self._fitting else ()
        if not features or x.dtype.kind != "f" or x.shape[-1:] != features:
            return None
        return LinearStack.run(tuple(variables), (x, self._fitting), self._stack)


def _fit(parameters: tuple) -> bool:
    """Return whether weight and bias are there for each layer, and fit the layer before."""
    features = None
    for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
        if bias is None or weight.ndim != 2 or bias.shape != weight.shape[:1]:
            return False
        if features not in (None, weight.shape[1]):
            return False
        features = weight.shape[0]
    return True


class _Pool(_Run):
    """A ReLU and the maxima of what it lets pass."""

    def together(self, input: Tensor) -> Tensor | None:
        pool: Any = self.layers[1]
        if input.array.ndim != 4 or input.array.dtype.kind != "f":
            return None
        try:
            window = pool_window(input, pool.kernel_size, pool.stride, pool.padding, pool.dilation)
        except ValueError:
            return None
        return ReLUMaxPool2d.run((input,), (input.array,), *window)
