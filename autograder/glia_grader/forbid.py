"""Names an answer may not lean on: one list, and the way to hold it while a check runs."""

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from glia_grader.answerer import StudentError

FORBIDDEN = ("glia", "glia_grader", "scipy", "sklearn", "torch", "tensorflow", "jax", "statsmodels")
"""Libraries that already contain the answers of the basic chapters."""


class ForbiddenName(StudentError):
    """The answer reached for a name that this exercise asks to do without."""

    def __init__(self, name: str):
        super().__init__(
            "forbidden",
            f"it uses {name}, which already contains the answer. Here you build it yourself: "
            "plain Python and numpy (np) are all you need",
        )


def is_forbidden(name: object, forbid: Sequence[str]) -> bool:
    """Whether a dotted module name is one of `forbid` or lies inside one."""
    return isinstance(name, str) and any(name == f or name.startswith(f + ".") for f in forbid)


class _Refusal:
    """Stands in for a forbidden module or function; any use of it says so."""

    def __init__(self, name: str):
        object.__setattr__(self, "_name", name)

    def __getattr__(self, attribute: str) -> Any:
        raise ForbiddenName(object.__getattribute__(self, "_name"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise ForbiddenName(object.__getattribute__(self, "_name"))


@contextmanager
def forbidden(
    forbid: Sequence[str],
    namespace: dict[str, Any] | None = None,
    place: Mapping[str, Callable[..., Any]] | None = None,
) -> Iterator[None]:
    """Refuse the names of `forbid` inside the block and put everything back after it.

    Args:
        forbid: Module names; whatever lies inside them is refused too.
        namespace: The student's globals: names in it that are bound to forbidden things are
            replaced for the time being.
        place: Functions to place in the namespace for the time being (what an exercise `uses`).
    """
    saved_import = builtins.__import__

    def guarded(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        # Only the student's own code is refused: numpy may import what it likes.
        if level == 0 and is_forbidden(name, forbid) and globals is namespace:
            raise ForbiddenName(name)
        return saved_import(name, globals, locals, fromlist or (), level)

    names = {} if namespace is None else namespace
    changed: dict[str, Any] = {}
    for key, value in list(names.items()):
        origin = _origin(value)
        if is_forbidden(origin, forbid) and not _is_own(value):
            changed[key] = value
            names[key] = _Refusal(origin)
    added = []
    for key, function in (place or {}).items():
        if key in names:
            changed.setdefault(key, names[key])
        else:
            added.append(key)
        names[key] = function
    builtins.__import__ = guarded
    try:
        yield
    finally:
        builtins.__import__ = saved_import
        names.update(changed)
        for key in added:
            names.pop(key, None)


@contextmanager
def withheld(forbid: Sequence[str]) -> Iterator[None]:
    """Take the ops of the library that are in `forbid` out of its back ends inside the block.

    Args:
        forbid: Dotted names; those that begin with `glia.ops.` and end in an op's name are meant.
    """
    with ExitStack() as stack:
        for name in forbid:
            if not name.startswith("glia.ops."):
                continue
            backend = import_module("glia.backend")
            import_module(name.rpartition(".")[0])
            stack.enter_context(backend.withhold(name.rpartition(".")[2], _Refusal(name)))
        yield


def _origin(value: Any) -> str:
    if type(value) is ModuleType:
        return value.__name__
    kind = type(value)
    if kind.__module__ in ("builtins", "numpy"):
        origin = getattr(value, "__module__", None) if callable(value) else None
        return origin if isinstance(origin, str) else ""
    if isinstance(value, type):
        return value.__module__
    return kind.__module__ if callable(value) else ""


def _is_own(value: Any) -> bool:
    """The checks themselves stay usable in the cell that calls them."""
    return _origin(value) == "glia_grader.check" or (
        type(value) is ModuleType and value is sys.modules.get("glia_grader.check")
    )
