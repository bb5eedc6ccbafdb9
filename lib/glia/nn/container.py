"""Modules that hold modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .fusing import Plan
from .module import Module, Parameter


def _module(holder: str, given: Any) -> Module:
    """Return a module, and refuse what would silently be left out."""
    if isinstance(given, Module):
        return given
    hint = ""
    if isinstance(given, (list, tuple)):
        hint = " (a list is unpacked with *)"
    elif callable(given):
        hint = " (for the function relu there is the layer ReLU())"
    raise TypeError(f"{holder}: got {type(given).__name__} {given!r}; expected a Module{hint}")


class Sequential(Module):
    """Layers one after the other; also takes one dict of names and layers.

    Example:
        >>> from glia.nn import Linear, ReLU
        >>> net = Sequential(Linear(2, 3), ReLU())
        >>> len(net)
        2
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        named = layers[0] if len(layers) == 1 and isinstance(layers[0], dict) else None
        for name, layer in named.items() if named is not None else enumerate(layers):
            self.add_module(str(name), _module("Sequential", layer))

    def forward(self, input: Any) -> Any:
        """Pass the input through all layers."""
        layers, plan = list(self._modules.values()), self.__dict__.get("_plan")
        if plan is None or plan.layers != layers:
            plan = self.__dict__["_plan"] = Plan(layers)
        for layer in plan.runs if plan.holds() else layers:
            input = layer(input)
        return input

    def append(self, layer: Module) -> Sequential:
        """Add a layer at the end; return self."""
        self.add_module(str(len(self)), _module("Sequential", layer))
        return self

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Any:
        layers = list(self._modules.values())[index]
        return Sequential(*layers) if isinstance(index, slice) else layers


class ModuleList(Module):
    """A list of modules whose parameters are found."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def append(self, module: Module) -> ModuleList:
        """Add a module at the end; return self."""
        self.add_module(str(len(self)), _module("ModuleList", module))
        return self

    def extend(self, modules: Iterable[Module]) -> ModuleList:
        """Add modules at the end; return self."""
        for module in modules:
            self.append(module)
        return self

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Any:
        modules = list(self._modules.values())[index]
        return ModuleList(modules) if isinstance(index, slice) else modules


class ModuleDict(Module):
    """A dict of modules whose parameters are found."""

    def __init__(self, modules: dict[str, Module] | None = None) -> None:
        super().__init__()
        for name, module in (modules or {}).items():
            self[name] = module

    def __getitem__(self, name: str) -> Any:
        return self._modules[name]

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, _module("ModuleDict", module))

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return names and modules."""
        return self._modules.items()


class ParameterList(Module):
    """A list of parameters that a module finds."""

    def __init__(self, parameters: Iterable[Parameter] = ()) -> None:
        super().__init__()
        for i, parameter in enumerate(parameters):
            self.register_parameter(str(i), parameter)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __getitem__(self, index: int) -> Parameter:
        return list(self._parameters.values())[index]
