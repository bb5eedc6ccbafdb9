"""Activation functions as layers; each calls the function of its name in `glia.functional`."""

# ruff: noqa: D102 - forward is the function of the class's name

from __future__ import annotations

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
    names: tuple[str, ...] = ()

    def __init__(self, *values: Any, **settings: Any) -> None:
        super().__init__()
        settings.pop("inplace", None)
        settings = {**dict(zip(self.names, values, strict=False)), **settings}
        unknown = set(settings) - set(self.names)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}: got {sorted(unknown)}; expected {list(self.names)}"
            )
        self.settings = settings

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(input, **self.settings)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.settings.items())


def _layer(name: str, function: Callable[..., Tensor], *names: str) -> type[Activation]:
    members = {"function": staticmethod(function), "names": names, "__doc__": function.__doc__}
    return type(name, (Activation,), {**members, "__module__": __name__})


Step = _layer("Step", F.step)
Sign = _layer("Sign", F.sign)
Sigmoid = _layer("Sigmoid", F.sigmoid)
LogSigmoid = _layer("LogSigmoid", F.logsigmoid)
Tanh = _layer("Tanh", F.tanh)
Hardtanh = _layer("Hardtanh", F.hardtanh, "min_val", "max_val")
ReLU = _layer("ReLU", F.relu)
ReLU6 = _layer("ReLU6", F.relu6)
LeakyReLU = _layer("LeakyReLU", F.leaky_relu, "negative_slope")
ELU = _layer("ELU", F.elu, "alpha")
SELU = _layer("SELU", F.selu)
GELU = _layer("GELU", F.gelu, "approximate")
SiLU = _layer("SiLU", F.silu)
Softplus = _layer("Softplus", F.softplus, "beta")
Softmax = _layer("Softmax", F.softmax, "dim")
LogSoftmax = _layer("LogSoftmax", F.log_softmax, "dim")


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
