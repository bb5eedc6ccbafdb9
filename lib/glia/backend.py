"""One switch: which implementation of each op runs, the numpy textbook or its numba twin.

An op registers its numpy reference under its own name and, if it has a fast twin, the twin's
dotted path. The twin's module is imported the first time that the op runs on the numba back end,
so importing glia never imports numba, and a computer without numba loses speed and nothing else.

Example:
    >>> from glia import backend
    >>> with backend.use("numpy"):
    ...     backend.current()
    'numpy'
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

__all__ = ["available", "current", "implementation", "names", "reference", "use", "withhold"]

_F = TypeVar("_F", bound=Callable[..., Any])
_Table = dict[str, Callable[..., Any]]

_references: _Table = {}
_twin_paths: dict[str, str] = {}
withheld = 0  # how many ops are withheld at the moment
# What each back end has looked up so far; an op moves in on its first call.
_tables: dict[str, _Table] = {"numpy": {}, "numba": {}}


def reference(name: str | None = None, *, twin: str | None = None) -> Callable[[_F], _F]:
    """Register the decorated function as the numpy reference of an op.

    Args:
        name: the op's name; by default the function's own.
        twin: dotted path of the numba twin (``"glia.kernels.perceptron.perceptron_epoch_"``), which
            takes the same positional arguments. Without one the reference serves both.

    Returns:
        A decorator that returns the function unchanged.

    Raises:
        ValueError: another function already has this name.
    """

    def register(function: _F) -> _F:
        op_name = name or function.__name__
        known = _references.get(op_name)
        # The same function again is a reloaded module (%autoreload): welcome, and looked up afresh.
        if known is not None and (known.__module__, known.__qualname__) != (
            function.__module__,
            function.__qualname__,
        ):
            raise ValueError(
                f"op {op_name!r} is already registered by {known.__module__}.{known.__qualname__}"
            )
        _references[op_name] = function
        for table in _tables.values():
            table.pop(op_name, None)
        if twin is None:
            _twin_paths.pop(op_name, None)
        else:
            _twin_paths[op_name] = twin
        return function

    return register


def implementation(name: str) -> Callable[..., Any]:
    """Return the function that runs the op on the current back end.

    Args:
        name: the op's name, as registered.

    Returns:
        The numba twin where the back end is numba and the op has one, else the numpy reference.

    Raises:
        KeyError: no op of this name is registered.
    """
    try:
        return _active[name]  # the hot path: one dictionary lookup
    except KeyError:
        return _resolve(name)


def available() -> tuple[str, ...]:
    """Return the back ends that work on this computer, the default one last."""
    return ("numpy", "numba") if _numba_works() else ("numpy",)


def current() -> str:
    """Return the name of the back end in use: ``"numpy"`` or ``"numba"``."""
    return _current


def names() -> tuple[str, ...]:
    """Return the names of all registered ops, sorted."""
    return tuple(sorted(_references))


class use:
    """Switch the back end: at once, and until the end of the block if used with ``with``.

    The switch is one for the whole process, all threads included.

    Args:
        name: ``"numpy"`` or ``"numba"``.

    Raises:
        ValueError: there is no back end of this name, or numba cannot be imported here.

    Example:
        >>> with use("numpy"):
        ...     current()
        'numpy'
    """

    def __init__(self, name: str) -> None:
        if name not in _tables:
            raise ValueError(f"unknown back end {name!r}; expected one of {sorted(_tables)}")
        if name == "numba" and not _numba_works():
            raise ValueError("the numba back end needs the package numba, which cannot be imported")
        self._before = _current
        _switch(name)

    def __enter__(self) -> use:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _switch(self._before)

    def __repr__(self) -> str:
        return f"<glia back end: {_current}>"


class withhold:
    """Put something else in an op's place on every back end, or until the end of a ``with`` block.

    Exercises in which an op is to be written take the library's own away, so that what runs under
    `glia.use` is the learner's and nothing else.

    Args:
        name: the op's name, as registered.
        instead: what is called in its place; usually it says why and raises.

    Attributes:
        twin: dotted path of the op's numba twin, which stays importable, or None.

    Raises:
        KeyError: no op of this name is registered.

    Example:
        >>> def refuse(*arguments):
        ...     raise NotImplementedError("write it yourself")
        >>> import glia.ops.conv  # the ops are registered when their files are imported
        >>> with withhold("conv2d", refuse):
        ...     implementation("conv2d") is refuse
        True
    """

    def __init__(self, name: str, instead: Callable[..., Any]) -> None:
        if name not in _references:
            raise KeyError(f"no op named {name!r} is registered; known: {', '.join(names())}")
        global withheld
        withheld += 1
        self._name, self._before = name, _references[name]
        self.twin = _twin_paths.pop(name, None)
        _references[name] = instead
        for table in _tables.values():
            table.pop(name, None)

    def __enter__(self) -> withhold:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        global withheld
        withheld -= 1
        _references[self._name] = self._before
        if self.twin is not None:
            _twin_paths[self._name] = self.twin
        for table in _tables.values():
            table.pop(self._name, None)


def _switch(name: str) -> None:
    global _current, _active
    _current, _active = name, _tables[name]


def _resolve(name: str) -> Callable[..., Any]:
    """Find an op for its first call on this back end and remember it."""
    if name not in _references:
        raise KeyError(f"no op named {name!r} is registered; known: {', '.join(names())}")
    function = _references[name]
    if _current == "numba" and name in _twin_paths:
        module_name, _, attribute = _twin_paths[name].rpartition(".")
        try:
            with _collector_at_rest():
                function = getattr(importlib.import_module(module_name), attribute)
        except ImportError as error:
            _give_up_numba(error)
    _active[name] = function
    return function


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Look for no garbage while modules load: they make none, and the search takes a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _give_up_numba(error: ImportError) -> None:
    """Carry on with numpy where numba is installed but broken (a numpy too new for it, say)."""
    global _numba_answer
    _numba_answer = False
    _switch("numpy")
    warnings.warn(
        f"numba cannot be imported ({error}); glia carries on with numpy, more slowly",
        RuntimeWarning,
        stacklevel=4,
    )


_numba_answer: bool | None = None


def _numba_works() -> bool:
    """Say whether numba can be imported, without importing it unless that is asked for."""
    global _numba_answer
    if _numba_answer is None:
        try:
            _numba_answer = importlib.util.find_spec("numba") is not None
        except (ImportError, ValueError):  # `sys.modules["numba"] = None`, or a broken parent
            _numba_answer = False
    return _numba_answer


def _first_choice() -> str:
    asked = os.environ.get("GLIA_BACKEND", "").strip().lower()
    if asked and asked not in _tables:
        raise ValueError(f"GLIA_BACKEND={asked!r}; expected one of {sorted(_tables)}")
    if asked:
        return asked if asked in available() else "numpy"
    # Without its compiler numba runs loops in plain Python: right, and slower than the textbook.
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return "numpy"
    return available()[-1]


_current: str = _first_choice()
_active: _Table = _tables[_current]
