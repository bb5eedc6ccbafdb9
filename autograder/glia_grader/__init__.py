"""glia_grader: instant checks for students, sandboxed grading for instructors.

The three names below load on first use, so that a sandboxed process which imports a submodule of
this package never pulls in the judge or the exercises by accident.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glia_grader.check import check, grade, progress

__all__ = ["check", "grade", "progress"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        value = getattr(import_module("glia_grader.check"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
