"""Parameter, a tensor that learns, and two small answers that Modules give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that learns: a Module finds it when it is set as an attribute."""

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad=requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Keys(NamedTuple):
    """Names that were expected and not found, and found and not expected."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Handle:
    """What registering a hook returns: `remove()` takes the hook away."""

    def __init__(self, hooks: list, hook: Callable) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
