"""Other right ways to solve problem set 1: nobody must write what the model solution writes.

Each file is one student's set of functions. The demo pastes them into notebooks as source, so they
lean on nothing but ``np`` and on each other.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import cache

__all__ = ["STYLES", "sources"]

STYLES = ("loops", "compact", "compiled")


@cache
def sources(style: str) -> dict[str, str]:
    """Return each function's source in one of `STYLES`, by name, decorators included."""
    module = importlib.import_module(f"{__name__}.{style}")
    text = inspect.getsource(module)
    lines = text.splitlines()
    found: dict[str, str] = {}
    waiting: list[str] = []  # private functions go into the cell of the public one below them
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            waiting.append(
                "\n".join(_without_docstring(lines[first - 1 : node.end_lineno], node, first))
            )
            if not node.name.startswith("_"):
                imports = [line for line in lines if line.startswith(("import math", "from numba"))]
                needed = [line for line in imports if line.split()[-1] in "".join(waiting)]
                found[node.name] = "\n\n\n".join(["\n".join(needed), *waiting]).lstrip("\n")
                waiting = []
    return found


def _without_docstring(body: list[str], node: ast.FunctionDef, first: int) -> list[str]:
    head = node.body[0]
    if ast.get_docstring(node) is None or head.end_lineno is None:
        return body
    return body[: head.lineno - first] + body[head.end_lineno - first + 1 :]
