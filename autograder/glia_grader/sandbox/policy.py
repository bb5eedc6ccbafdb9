"""The import policy: names that an exercise forbids, taken away in the running process.

A search through the source would miss ``getattr(np, "lin" + "alg")``; a name that is not there
cannot be used however it is spelt. Someone determined can still dig numbers out of a process that
they control: this is for the many who would otherwise reach for the ready-made function, and the
first forbidden use is named in the feedback.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterable
from typing import Any


class ForbiddenName(ImportError):
    """A name that this exercise asks you to do without."""


class Policy:
    """The names forbidden in this process, and which of them were tried."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.attempts: list[str] = []

    def refuse(self, name: str) -> ForbiddenName:
        """Note the attempt; the error to raise."""
        if name not in self.attempts and len(self.attempts) < 100:
            self.attempts.append(name)
        return ForbiddenName(
            f"{name} is switched off here: this exercise asks you to write it yourself"
        )

    def forbid(self, names: Iterable[str]) -> None:
        """Take the names away: modules, submodules and attributes of modules alike."""
        self.names = [str(name) for name in names]
        if not self.names:
            return
        sys.meta_path.insert(0, Finder(self))
        for name in self.names:
            parent, _, leaf = name.rpartition(".")
            for loaded in [m for m in sys.modules if m == name or m.startswith(name + ".")]:
                del sys.modules[loaded]
            if parent in sys.modules:
                self._strip(sys.modules[parent], leaf, name)

    def strip_module(self, module: types.ModuleType) -> None:
        """Take what is forbidden out of a module that was just imported."""
        for name in self.names:
            parent, _, leaf = name.rpartition(".")
            if parent == module.__name__:
                self._strip(module, leaf, name)

    def _strip(self, module: types.ModuleType, leaf: str, name: str) -> None:
        original = vars(module).get(leaf)
        if original is None:
            return
        setattr(module, leaf, Absent(name, self))
        self._withhold(leaf, name)
        root = name.partition(".")[0]
        # The same function is often re-exported: numpy.linalg._linalg.lstsq is numpy.linalg.lstsq.
        for other_name, other in list(sys.modules.items()):
            if other_name.partition(".")[0] == root and isinstance(other, types.ModuleType):
                for key, value in list(vars(other).items()):
                    if value is original:
                        setattr(other, key, Absent(name, self))

    def _withhold(self, leaf: str, name: str) -> None:
        """An op is kept in the tables of the back ends as well, and has a fast twin elsewhere."""
        backend = sys.modules.get("glia.backend")
        if name.startswith("glia.ops.") and backend is not None and leaf in backend.names():
            twin = backend.withhold(leaf, Absent(name, self)).twin
            if twin is not None and twin not in self.names:
                self.names.append(twin)
                parent, _, leaf = twin.rpartition(".")
                if parent in sys.modules:
                    self._strip(sys.modules[parent], leaf, twin)


class Absent:
    """Stands where a forbidden name was: harmless to mention, an error to use."""

    def __init__(self, name: str, policy: Policy):
        object.__setattr__(self, "_refused", (name, policy))

    def _refuse(self, *arguments: Any, **keywords: Any) -> Any:
        name, policy = object.__getattribute__(self, "_refused")
        raise policy.refuse(name)

    __call__ = __getitem__ = __iter__ = __mro_entries__ = __enter__ = __setattr__ = _refuse

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise AttributeError(attribute)  # looking at a thing (repr, copy) is not yet using it
        return self._refuse()

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_refused')[0]}: switched off here>"


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands first in ``sys.meta_path``: refuses forbidden modules, trims the parents of others."""

    def __init__(self, policy: Policy):
        self.policy = policy
        self._busy: set[str] = set()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """A spec only where something must be done; None hands on to the next finder."""
        for name in self.policy.names:
            if fullname == name or fullname.startswith(name + "."):
                raise self.policy.refuse(name)
        if any(name.startswith(fullname + ".") for name in self.policy.names):
            return self._trimmed(fullname, path)
        return None

    def _trimmed(self, fullname: str, path: Any) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None:
            return None
        execute, strip = spec.loader.exec_module, self.policy.strip_module

        def execute_and_strip(module: types.ModuleType) -> None:
            execute(module)
            strip(module)

        spec.loader.exec_module = execute_and_strip  # type: ignore[method-assign]
        return spec


class Inert(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import glia`` where the library is hidden: imports, and refuses to be used."""

    def __init__(self, package: str, policy: Policy):
        self.package, self.policy = package, policy

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Specs for the package and everything below it."""
        if fullname == self.package or fullname.startswith(self.package + "."):
            return importlib.util.spec_from_loader(fullname, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        """A module whose every public name is :class:`Absent`."""
        module = types.ModuleType(spec.name)

        def missing(attribute: str) -> Any:
            if attribute.startswith("_"):
                raise AttributeError(attribute)
            return Absent(f"{spec.name}.{attribute}", self.policy)

        module.__getattr__ = missing  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""
