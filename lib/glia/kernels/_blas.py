"""numba's search for BLAS, put off until a function needs it: a tenth of a second of each start.

When numba first loads its compiler, it imports `scipy.linalg` to learn whether `np.dot` can go
through BLAS there. No kernel of glia does. Whether scipy has one is seen from its files as well;
and whoever compiles a function that does use BLAS still has it imported and checked then.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

__all__ = ["put_off_blas"]

_ASKING = "numba.np.arraymath"  # asks once, while it is imported, and only for the answer


def put_off_blas() -> None:
    """Answer numba's question, if it has not been asked yet, without importing `scipy.linalg`."""
    linalg: Any = importlib.import_module("numba.np.linalg")
    ensure = getattr(linalg, "ensure_blas", None)
    if _ASKING in sys.modules or ensure is None or hasattr(ensure, "puts_off"):
        return

    def ensure_blas() -> None:
        if not (_is_asking() and _scipy_has_blas()):
            ensure()

    ensure_blas.puts_off = True  # type: ignore[attr-defined]
    linalg.ensure_blas = ensure_blas


def _is_asking() -> bool:
    asking = sys.modules.get(_ASKING)
    return asking is not None and not hasattr(asking, "_HAVE_BLAS")


def _scipy_has_blas() -> bool:
    try:
        scipy = importlib.util.find_spec("scipy")
    except (ImportError, ValueError):  # `sys.modules["scipy"] = None`
        return False
    folders = (scipy and scipy.submodule_search_locations) or []
    return any(any(Path(folder, "linalg").glob("cython_blas*.*")) for folder in folders)
