"""The quiet ``glia_grader`` inside a box: its checks do nothing, whatever they are given.

A notebook that is being graded calls ``check`` and ``grade`` on every page. Here they return None:
the verdict is reached outside, by the host.
"""

import importlib.abc
import importlib.util
import types
from typing import Any

PACKAGE = "glia_grader"


def nothing(*arguments: Any, **keywords: Any) -> None:
    """Take anything, do nothing."""


class QuietModule(types.ModuleType):
    """A module in which every public name is :func:`nothing`, and which may be called itself."""

    __all__ = ("check", "grade", "progress")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return nothing

    def __call__(self, *arguments: Any, **keywords: Any) -> None:
        """``from glia_grader import check`` may hand out the module of that name."""


class Quiet(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import glia_grader`` and everything below it with quiet modules."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Specs for the package and its parts."""
        if fullname == PACKAGE or fullname.startswith(PACKAGE + "."):
            return importlib.util.spec_from_loader(fullname, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        """A quiet module."""
        return QuietModule(spec.name, "While grading, checks are quiet.")

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""
