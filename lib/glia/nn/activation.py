"""Activation functions as layers; each calls the function of its name in `glia.functional`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .. import functional as F
from ..creation import full
from ..tensor import Tensor
from .linear import Linear
from .module import Module, Parameter


class Activation(Module):
    """Base of the activations: a function with its settings.

    Args:
        settings: the function's, by position or name; `inplace` is accepted and changes nothing.
    """

    function: Callable[..., Tensor]
    __signature__: inspect.Signature  # the function's settings, in its order

    def __init__(self, *values: Any, **settings: Any) -> None:
        super().__init__()
        name = type(self).__name__
        try:
            self.settings = self.__signature__.bind(*values, **settings).arguments
        except TypeError as error:
            raise TypeError(f"{name}{self.__signature__}: {error}") from None
        if any(isinstance(value, Tensor) for value in self.settings.values()):
            raise TypeError(f"{name} is made first and then called with the input: {name}()(x)")

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, **self.settings)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.settings.items())


def _layer(name: str, function: Callable[..., Tensor]) -> type[Activation]:
    signature = inspect.signature(function)
    given = [p for p in signature.parameters.values() if p.name != "input"]
    settings = [p.replace(annotation=p.empty) for p in given]
    members = {
        "function": staticmethod(function),
        "__signature__": inspect.Signature(settings),
        "__doc__": function.__doc__,
        "__module__": __name__,
    }
    return type(name, (Activation,), members)


Step = _layer("Step", F.step)
Sign = _layer("Sign", F.sign)
Sigmoid = _layer("Sigmoid", F.sigmoid)
LogSigmoid = _layer("LogSigmoid", F.logsigmoid)
Tanh = _layer("Tanh", F.tanh)
Hardtanh = _layer("Hardtanh", F.hardtanh)
ReLU = _layer("ReLU", F.relu)
ReLU6 = _layer("ReLU6", F.relu6)
LeakyReLU = _layer("LeakyReLU", F.leaky_relu)
ELU = _layer("ELU", F.elu)
SELU = _layer("SELU", F.selu)
GELU = _layer("GELU", F.gelu)
SiLU = _layer("SiLU", F.silu)
Softplus = _layer("Softplus", F.softplus)
Softmax = _layer("Softmax", F.softmax)
LogSoftmax = _layer("LogSoftmax", F.log_softmax)


class PReLU(Module):
    """Leaky ReLU whose α is learned: one number, or one for each channel."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        self.weight = Parameter(full((num_parameters,), float(init)))

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)


class Maxout(Module):
    """The largest of several affine maps of the input: an activation that is learned.

    Args:
        in_features: length of each input.
        out_features: number of maxima.
        pieces: affine maps for each.

    Shape:
        (*, in_features) → (*, out_features).
    """

    def __init__(self, in_features: int, out_features: int, pieces: int = 2) -> None:
        super().__init__()
        self.linear = Linear(in_features, out_features * pieces)
        self.pieces = pieces

    def forward(self, input: Tensor) -> Tensor:
        return F.maxout(self.linear(input), self.pieces)
