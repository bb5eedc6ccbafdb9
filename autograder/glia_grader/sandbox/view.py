"""What a box may see: the interpreter, the scientific packages, and nothing of the course.

An allow-list. The host finds out where the needed packages live, whatever put them on its path; a
checkout, an editable install, a notebook folder beside them never get in. Where the grader itself
is installed among those packages, its folder and its record are covered up.
"""

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable

from .answers import SandboxError

NEEDED = (
    "numpy", "numba", "llvmlite", "IPython", "matplotlib", "matplotlib_inline", "ipywidgets",
    "traitlets", "anywidget",
)  # fmt: skip
# Ours, found by name wherever it is installed: the package, and hooks of editable installs.
PRIVATE = ("glia_grader", "__editable__", "_glia_course")
RECORDS = ("RECORD", "direct_url.json")  # in our dist-info: they tell what lies where
SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/etc/localtime", "/etc/fonts", "/usr/share/fonts", "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",
)  # fmt: skip


def search_path() -> list[str]:
    """The directories a box imports from: the standard library, and those with a needed package."""
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    standard += [os.path.join(path, "lib-dynload") for path in standard]
    standard.append(os.path.join(sys.base_prefix, "DLLs"))  # Windows
    found = [
        path for path in sys.path if path in standard or path.endswith((".zip", "lib-dynload"))
    ]
    for path in sys.path:
        if path and path not in found and os.path.isdir(path) and _holds_needed(path):
            found.append(path)
    return [os.path.abspath(path) for path in dict.fromkeys(found)]


def _holds_needed(directory: str) -> bool:
    return any(os.path.exists(os.path.join(directory, name)) for name in NEEDED)


def readable(extra: Iterable[str] = ()) -> list[str]:
    """Every path to show in a box, outermost first, none inside another."""
    wanted = [*SYSTEM, *search_path(), *extra]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if prefix not in ("/", "/usr", "/usr/local"):
            wanted.append(os.path.join(prefix, "lib"))
    kept: list[str] = []
    for path in sorted(dict.fromkeys(wanted), key=lambda path: (path.count("/"), path)):
        if os.path.lexists(path) and not any(_inside(path, top) for top in kept):
            kept.append(path)
    return kept


def hidden(paths: Iterable[str], *, glia: bool) -> list[str]:
    """What must be covered up inside ``paths``: the grader, and the library unless it is wanted."""
    found = []
    for directory in {*search_path(), *_site_directories(paths)}:
        for name in _names(directory):
            path = os.path.join(directory, name)
            if name.startswith(PRIVATE) or (name == "glia" and not glia):
                found.append(path)
            elif name.startswith("glia_course") and name.endswith(".dist-info"):
                found += [os.path.join(path, record) for record in RECORDS]
    return sorted(path for path in found if os.path.exists(path))


def _site_directories(paths: Iterable[str]) -> Iterable[str]:
    """Package folders of any interpreter below the shown paths (``pythonX.Y/site-packages``)."""
    for top in paths:
        for lib in (top, os.path.dirname(top)):
            for name in _names(lib):
                if name.startswith("python3"):
                    for packages in ("site-packages", "dist-packages"):
                        yield os.path.join(lib, name, packages)


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _inside(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def divide(paths: Iterable[str], covered: Iterable[str]) -> tuple[list[str], list[str]]:
    """Rules for Landlock, which can only add: (read whole, list only), leaving the covered out."""
    covered = [os.path.realpath(path) for path in covered]
    whole: list[str] = []
    listed: list[str] = []
    waiting = [os.path.realpath(path) for path in paths]
    while waiting:
        path = waiting.pop()
        if path in covered:
            continue
        if any(_inside(secret, path) for secret in covered):
            listed.append(path)
            waiting += [os.path.join(path, name) for name in _names(path)]
        else:
            whole.append(path)
    return list(dict.fromkeys(whole)), list(dict.fromkeys(listed))


def library() -> str:
    """Where the library glia is, found without importing it.

    Raises:
        SandboxError: it is not installed.
    """
    spec = importlib.util.find_spec("glia")
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise SandboxError("the library glia is needed in the sandbox, but is not installed")
    return os.path.abspath(places[0])


def open_to_all(paths: Iterable[str]) -> bool:
    """Whether a user without any rights could read below all of ``paths``."""
    for path in paths:
        path = os.path.realpath(path)
        while True:
            try:
                mode = os.stat(path).st_mode
            except OSError:
                break
            if not mode & 0o001 and os.path.isdir(path):
                return False
            if path == "/":
                break
            path = os.path.dirname(path)
    return True
