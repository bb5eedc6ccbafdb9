"""What a cell's source says without running it: names it defines, checks it calls."""

import ast
import re
import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache

_CALLS = ("check", "grade", "progress")
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_DEF = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGN = re.compile(r"^(\w+)[ \t]*=[^=]", re.MULTILINE)
_CALL = re.compile(r"^[ \t]*(?:\w+\.)?(check|grade)\([ \t]*([\"'])(.+?)\2", re.MULTILINE)
_LONGEST = 200_000
# `warnings.catch_warnings` changes the whole process: one thread at a time.
_quiet = threading.Lock()


@dataclass(frozen=True)
class Reading:
    """What one cell's source says.

    Attributes:
        defines: Names bound at the top level.
        graded: Exercise name in a `grade("name", …)` call, or None.
        function: Name of the function handed to that call.
        only_checks: Whether the cell does nothing but call the checks.
        parses: Whether the source is valid Python (magics aside).
    """

    defines: frozenset[str]
    graded: str | None
    function: str | None
    only_checks: bool
    parses: bool


@lru_cache(maxsize=2048)
def read_source(source: str) -> Reading:
    """Read a code cell; what cannot be parsed is searched as text."""
    tree = parse_python(source)
    if tree is None:
        call = next((m for m in _CALL.finditer(source[:_LONGEST]) if m[1] == "grade"), None)
        defines = {*_DEF.findall(source[:_LONGEST]), *_ASSIGN.findall(source[:_LONGEST])}
        return Reading(frozenset(defines), call[3] if call else None, None, False, False)
    graded, function = _graded(tree) if "grade" in source else (None, None)
    calls = [_called(node) for node in tree.body]
    only = bool(calls) and all(name in _CALLS for name in calls)
    return Reading(frozenset(_bound(tree.body)), graded, function, only, True)


def same_source(a: str, b: str) -> bool:
    """Equal but for line ends, trailing blanks and blank lines around."""
    return tidy(a) == tidy(b)


def tidy(source: str) -> str:
    """The source without carriage returns, trailing blanks and blank lines around it."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


@lru_cache(maxsize=64)
def parse_python(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics left out; None if it is no Python or too long.

    The tree is shared: look, do not change.
    """
    if len(source) > _LONGEST:
        return None
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(_MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _called(node: ast.stmt) -> str | None:
    """Name of the function a bare call statement calls."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    called = node.value.func
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else None


def _graded(tree: ast.Module) -> tuple[str | None, str | None]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or _called(node) != "grade":
            continue
        call = node.value
        assert isinstance(call, ast.Call)
        name = call.args[0] if call.args else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            given = call.args[1] if len(call.args) > 1 else None
            return name.value, given.id if isinstance(given, ast.Name) else name.value
    return None, None


def _bound(body: list[ast.stmt]) -> set[str]:
    """Names that statements bind at their own level, inside `if`, `try`, `with` and loops too."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(a.asname or a.name).split(".")[0] for a in node.names}
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                names |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        for part in ("body", "orelse", "finalbody"):
            names |= _bound(getattr(node, part, []))
        for handler in getattr(node, "handlers", []):
            names |= _bound(handler.body)
    return names
