"""Whether steps are being recorded: the switch behind `no_grad`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["enable_grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]

enabled = True


class _GradMode:
    """Switch recording on or off for a block or, as a decorator, for a function."""

    _mode = True

    def __enter__(self) -> None:
        self._before = enabled
        _set(self._mode)

    def __exit__(self, *exception: object) -> None:
        _set(self._before)

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with type(self)():
                return function(*args, **kwargs)

        return wrapped


class no_grad(_GradMode):
    """Compute without recording: for evaluation, and for the update of parameters."""

    _mode = False


class enable_grad(_GradMode):
    """Record again inside a block of no_grad."""


class set_grad_enabled(_GradMode):
    """Switch recording on or off at once, and until the end of the block if used with `with`."""

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._before = enabled
        _set(mode)

    def __enter__(self) -> None:
        pass


def is_grad_enabled() -> bool:
    """Return whether steps are being recorded."""
    return enabled


def _set(mode: bool) -> None:
    global enabled
    enabled = mode
