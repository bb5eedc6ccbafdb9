"""The single seam to numba: the one decorator of all kernels, and the settings of its cache.

Kernels compile on their first call, once per float type, and are then read from the cache.
With NUMBA_DISABLE_JIT=1 they run as plain Python.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import os
import platform
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import caching, codegen, config, event, types

from ._blas import put_off_blas

__all__ = ["FASTMATH", "cached", "jit", "parallel", "prange"]

_F = TypeVar("_F", bound=Callable[..., Any])

# Rounding may differ from the textbook's in the last digit, and sums may be vectorised. Not among
# the flags: "nnan" and "ninf", under which isnan(nan) is False.
FASTMATH = {"contract", "reassoc", "nsz"}

SECONDS_BEFORE_NOTE = 1.0

prange = numba.prange

_settings: Any = config  # numba fills this module with names at run time, unseen by type checkers


def jit(function: _F) -> _F:
    """Compile a kernel on its first call for each type of arguments, and cache the result."""
    compiled = _compiled(function, False)
    return compiled if _settings.DISABLE_JIT else _for_plain_types(compiled)


def _for_plain_types(compiled: Any) -> Any:
    """Let other kernels call this one with 0, with the number of a part, and with an int alike.

    To numba a constant has a type of its own and the counter of a `prange` is unsigned: the same
    kernel would be compiled two or three times over.
    """
    template = compiled.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        plain = {name: _plain(kind) for name, kind in dict(kws).items()}
        return template(tuple(_plain(kind) for kind in args), plain)

    compiled.get_call_template = get_call_template
    return compiled


def _plain(kind: Any) -> Any:
    kind = types.unliteral(kind)
    return types.int64 if kind == types.uint64 else kind


def parallel(function: Callable[..., Any]) -> Any:
    """Compile a kernel whose `prange` loops are shared out among the threads.

    Where numba's layer is "workqueue" (the default on macOS, and what may be forked after use), one
    lock serves all launches: it ends the process if two Python threads launch at once.
    """
    compiled = _compiled(function, True)
    if _settings.DISABLE_JIT or _threads_may_launch():
        return compiled

    @functools.wraps(function)
    def launch(*args: Any) -> Any:
        with _launching:
            return compiled(*args)

    return launch


@functools.cache
def _threads_may_launch() -> bool:
    """Return whether numba's layer takes launches from several Python threads at once."""
    chosen = str(_settings.THREADING_LAYER).lower()
    if chosen in ("tbb", "omp", "safe", "threadsafe"):
        return True
    if chosen != "default" or _settings.THREADING_LAYER_PRIORITY[-1] != "workqueue":
        return False
    try:
        importlib.import_module("numba.np.ufunc.omppool")
    except ImportError:
        return False
    return True


_launching = threading.Lock()


def _new_lock() -> None:
    """Start a forked process with a free lock: whoever held it has stayed behind."""
    global _launching
    _launching = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def _compiled(function: Any, in_parallel: bool) -> Any:
    if _settings.DISABLE_JIT:
        return function
    options = {"fastmath": FASTMATH, "error_model": "numpy", "parallel": in_parallel}
    return cached(numba.njit(**options)(function))


def cached(compiled: Any) -> Any:
    """Keep in a file what numba compiles for this function; return the function."""
    try:
        compiled.enable_caching()
    except RuntimeError:  # no folder to keep a cache in: compile anew in each process
        return compiled
    locator = compiled._cache._impl.locator
    if isinstance(locator, ReadOnlyInTree):
        compiled._cache.save_overload = _keep_nothing
    cache_folders.add(Path(locator.get_cache_path()))
    return compiled


cache_folders: set[Path] = set()


def mark_as_warm() -> None:
    """Say in every folder of compiled kernels that it is complete for these sources and CPU."""
    for folder in cache_folders:
        with contextlib.suppress(OSError):
            (folder / _mark()).touch()


@functools.cache
def _mark() -> str:
    made_for = platform.python_version(), numba.__version__, _all_sources(), _settings.CPU_NAME
    text = repr((*made_for, _settings.CPU_FEATURES))
    return f"warm-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _keep_nothing(signature: Any, data: Any) -> None:
    """Stand in for saving to a folder that we may not write to; numba would raise."""


@functools.cache
def _all_sources() -> str:
    """Return a digest of all kernels' sources: they are built from one another."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


class _OurKernels:
    """Of glia's kernels alone; their cache depends on the others that they are built from.

    numba looks only at the file that a function stands in.
    """

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> Any:
        """Take charge of glia's own kernels."""
        if not (getattr(py_func, "__module__", "") or "").startswith("glia.kernels."):
            return None
        return super().from_function(py_func, py_file)  # type: ignore[misc]

    def get_source_stamp(self) -> Any:
        """Return what must be unchanged for the cache to hold."""
        return super().get_source_stamp(), _all_sources()  # type: ignore[misc]


class _Provided(_OurKernels, caching.UserProvidedCacheLocator):
    """In the folder NUMBA_CACHE_DIR."""


class _InTree(_OurKernels, caching.InTreeCacheLocator):
    """Beside the source, in `__pycache__`."""


class _UserWide(_OurKernels, caching.UserWideCacheLocator):
    """In the user's folder of caches."""


class ReadOnlyInTree(_OurKernels, caching.InTreeCacheLocator):
    """Read the kernels compiled in advance from a package folder that we may not write to.

    numba's own locator passes such a folder over and compiles again somewhere else, which makes
    an image with warm kernels pointless. A folder that is not complete for this CPU and these
    sources (`mark_as_warm`) is passed over here too: its kernels could never be kept.
    """

    def ensure_cache_path(self) -> None:
        """Do nothing: the folder is there, and is not ours to write to."""

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> ReadOnlyInTree | None:
        """Take charge of glia's own kernels, if their cache is complete and read-only."""
        locator = super().from_function(py_func, py_file)
        if locator is None:
            return None
        path = locator.get_cache_path()
        if os.path.exists(os.path.join(path, _mark())) and not os.access(path, os.W_OK):
            return locator
        return None


class CompileNote(event.Listener):
    """Say so, once, when compiling takes more than a moment: never a silent wait."""

    def __init__(self) -> None:
        self._said = False
        self._depth = 0
        self._timer: threading.Timer | None = None

    def on_start(self, event: Any) -> None:
        """Start the clock at the outermost of our compilations."""
        module = getattr(event.data["dispatcher"].py_func, "__module__", "") or ""
        if self._said or not (self._depth or module.startswith("glia.")):
            return
        self._depth += 1
        if self._depth == 1:
            self._timer = threading.Timer(SECONDS_BEFORE_NOTE, self._say)
            self._timer.daemon = True
            try:
                self._timer.start()
            except RuntimeError:  # no thread to be had here (a sandbox, say): stay silent
                self._timer = None

    def on_end(self, event: Any) -> None:
        """Stop the clock when the outermost one is done."""
        if not self._depth:
            return
        self._depth -= 1
        if self._depth == 0 and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _say(self) -> None:
        self._said = True
        # A notebook paints stderr red and nbgrader scores it as a failure: there it is stdout.
        stream = sys.stdout if "ipykernel" in sys.modules else sys.stderr
        print(
            "glia: compiling fast kernels for this computer (the first time only) …",
            file=stream,
            flush=True,
        )


def _choose_cpu() -> None:
    """Compile for a family of CPUs rather than this very one, so that a cache can travel.

    Only where nobody has chosen yet, and only on x86-64, where the families have names.
    """
    if _settings.CPU_NAME is not None or _settings.CPU_FEATURES is not None:
        return
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return
    flags = set(codegen.get_host_cpu_features().split(","))

    def has(*names: str) -> bool:
        return all(f"+{name}" in flags for name in names)

    if not has("avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"):
        return
    wide = has("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
    _settings.CPU_NAME = "x86-64-v4" if wide else "x86-64-v3"
    # The family's own features, nothing beyond; and vectors as wide as the registers are.
    _settings.CPU_FEATURES = "-prefer-256-bit" if wide else ""


def _wait_briefly() -> None:
    """Let idle threads of OpenMP sleep after a tenth of a millisecond, unless somebody has chosen.

    By default they spin for many milliseconds: on a busy machine each then takes the core that the
    other one waits for, and a step of training takes thirty times as long. With a fifth of this
    they fall asleep between two kernels of one step, and waking them costs as much as a kernel.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "5000")  # read when the first kernel is launched


_choose_cpu()
_wait_briefly()
put_off_blas()
if not any(issubclass(known, _OurKernels) for known in caching.CacheImpl._locator_classes):
    caching.CacheImpl._locator_classes[:0] = [ReadOnlyInTree, _Provided, _InTree, _UserWide]
event.register("numba:compile", CompileNote())
