"""Record what every layer of a model put out, and the gradient that came back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .nn.module import Module
from .tensor import Tensor

__all__ = ["LayerTrace", "trace"]


@dataclass
class LayerTrace:
    """What one layer did.

    Attributes:
        name: its path in the model.
        kind: its class.
        activations: its output at each call.
        gradients: the gradient of each output, None where none came back.
    """

    name: str
    kind: str
    activations: list[np.ndarray] = field(default_factory=list)
    gradients: list[np.ndarray | None] = field(default_factory=list)

    @property
    def activation(self) -> np.ndarray:
        """The last output."""
        return self.activations[-1]

    @property
    def gradient(self) -> np.ndarray | None:
        """The gradient of the last output."""
        return self.gradients[-1]


class trace:
    """Watch a model's layers until the end of the block.

    Args:
        model: the model.
        all_modules: whether to record modules that hold others too, and not only the innermost.

    Example:
        >>> from glia import nn, ones
        >>> net = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
        >>> with trace(net) as record:
        ...     net(ones(4, 3)).sum().backward()
        >>> [(layer.kind, layer.gradient.shape) for layer in record]
        [('Linear', (4, 2)), ('Tanh', (4, 2))]
    """

    def __init__(self, model: Module, all_modules: bool = False) -> None:
        self.layers: dict[str, LayerTrace] = {}
        self._handles = []
        for name, module in model.named_modules():
            holds_others = any(True for _ in module.children())
            if not holds_others or (all_modules and name):
                hook = self._recorder(name, type(module).__name__)
                self._handles.append(module.register_forward_hook(hook))

    def _recorder(self, name: str, kind: str):
        def record(module: Module, inputs: tuple, output: object) -> None:
            first = output[0] if isinstance(output, tuple) else output
            if not isinstance(first, Tensor):
                return
            layer = self.layers.setdefault(name, LayerTrace(name, kind))
            number = len(layer.activations)
            layer.activations.append(first.array.copy())
            layer.gradients.append(None)
            if first.requires_grad:

                def keep(gradient: Tensor) -> None:
                    layer.gradients[number] = gradient.array.copy()

                first.register_hook(keep)

        return record

    def __enter__(self) -> trace:
        return self

    def __exit__(self, *exception: object) -> None:
        for handle in self._handles:
            handle.remove()

    def __getitem__(self, name: str) -> LayerTrace:
        if name not in self.layers:
            raise KeyError(f"no layer {name!r} was run; recorded: {', '.join(self.layers)}")
        return self.layers[name]

    def __iter__(self) -> Iterator[LayerTrace]:
        return iter(self.layers.values())

    def __len__(self) -> int:
        return len(self.layers)
