"""What ``glia doctor`` looks at: versions, writable caches, JupyterLab, a browser."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

__all__ = ["Finding", "examine", "sandbox_offer"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its name.
        state: "ok", "note" (works without it) or "missing" (needed).
        found: a version, a place, or what to do.
    """

    what: str
    state: Literal["ok", "note", "missing"]
    found: str


def sandbox_offer() -> Any:
    """Return the sandbox's own account of this machine: tier, reasons, lacks, advice."""
    from glia_grader.sandbox import probe

    return probe.probe()


def examine() -> list[Finding]:
    """Look at everything but the sandbox."""
    return [
        _python(),
        *(_library(name, needed=True) for name in ("numpy", "numba", "nbgrader", "matplotlib")),
        *(_library(name, needed=True) for name in ("jupyterlab", "ipywidgets", "anywidget")),
        _cache(),
        _bundle(),
        _chromium(),
    ]


def _python() -> Finding:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding("python", "ok" if good else "note", found + ("" if good else " (3.11 to 3.13)"))


def _library(name: str, *, needed: bool) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        found = f"not installed: pip install {name}"
        if name == "numba":
            # The numpy back end takes over: slower, and every result the same.
            return Finding(name, "note", f"{found} (numpy does the work meanwhile, slower)")
        return Finding(name, "missing" if needed else "note", found)


def _cache() -> Finding:
    """Where numba keeps compiled kernels; if it can't, each start compiles anew."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        place = Path(chosen)
    else:
        from importlib.util import find_spec

        spec = find_spec("glia")
        origin = spec.origin if spec is not None else None
        place = Path(origin).parent if origin else Path.cwd()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as problem:
        return Finding(
            "kernel cache",
            "note",
            f"{place} is not writable ({problem.strerror}): set NUMBA_CACHE_DIR to one that is",
        )
    return Finding("kernel cache", "ok", f"{place} is writable")


def _bundle() -> Finding:
    from glia_grader import bundle

    try:
        names = bundle.assignment_names()
        notebooks = len(bundle.notebook_paths())
    except bundle.BundleError as problem:
        return Finding("course files", "missing", str(problem))
    return Finding(
        "course files", "ok", f"problem sets: {', '.join(names)}; {notebooks} companion notebooks"
    )


def _chromium() -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return Finding("chromium", "ok", f"{path} (used by the browser checks only)")
    return Finding("chromium", "note", "not found; only the project's own browser checks want it")
