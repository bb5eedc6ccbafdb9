"""How the untrusted side is started: which command line, which environment, and no ties."""

import os
import sys

PACKAGE = "glia_box"  # the worker's name in its own process
_START = (
    "import sys; sys.prefix = sys.argv.pop(); sys.path[:] = sys.argv.pop().split({separator!r}); "
    "from {package} import {module}; {module}.main()"
)


def environment(threads: int) -> dict[str, str]:
    """The whole environment of what is started: nothing of the host's own.

    Args:
        threads: for parallel numba kernels.
    """
    clean = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # The textbook: nothing to compile in a box, and the same numbers on every machine.
        "GLIA_BACKEND": "numpy",
        "NUMBA_THREADING_LAYER": "workqueue",  # the one layer that survives a fork
        "NUMBA_NUM_THREADS": str(threads),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    if "NUMBA_DISABLE_JIT" in os.environ:  # a choice about speed, not a secret
        clean["NUMBA_DISABLE_JIT"] = os.environ["NUMBA_DISABLE_JIT"]
    if sys.platform == "win32":
        kept = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "PROCESSOR_ARCHITECTURE")
        clean.update({name: os.environ[name] for name in kept if name in os.environ})
        clean["PATH"] = os.environ.get("PATH", "")
    return clean


def python(code: str) -> list[str]:
    """A command line for ``code``: no site, hence no .pth file or editable install has a say."""
    return [sys.executable, "-S", "-s", "-P", "-c", code]


def command(module: str, path: list[str], first: str = "") -> list[str]:
    """The command line that starts ``module`` of the copied code, importing from ``path`` only.

    Args:
        module: ``zygote`` or ``plain``.
        path: for ``sys.path``.
        first: code to run before anything else.
    """
    start = _START.format(separator=os.pathsep, package=PACKAGE, module=module)
    return [*python(first + start), os.pathsep.join(path), sys.prefix]
