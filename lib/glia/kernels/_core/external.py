"""A primitive compiled once, and called by its symbol from every kernel that needs it.

Inlined into each kernel, the matrix product alone would cost a second of compiling wherever it is
used. As a C function of its own it is compiled (or read from the cache) once in a process; kernels
name it and LLVM's linker fills in the address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from numba import types
from numba.core.ccallback import CFunc

from .._jit import cached

_kept: list[Any] = []  # compiled code lives as long as its CFunc


def external(signature: Any) -> Callable[[Callable], Any]:
    """Compile the decorated function at once; return what kernels call in its place.

    Args:
        signature: numba's signature of the arguments.
    """

    def compile_(function: Callable) -> Any:
        compiled = cached(CFunc(function, (signature.args, signature.return_type), {}, {}))
        compiled.compile()
        _kept.append(compiled)
        name = f"glia_{function.__name__}"
        llvm.add_symbol(name, compiled.address)
        return types.ExternalFunction(name, signature)

    return compile_
