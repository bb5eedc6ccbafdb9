"""Which cells a question needs: a cell of plain functions that nothing calls need not run again.

A fresh box for each exercise would otherwise replay the whole notebook fifteen times. Left out is
only what cannot matter: cells that do nothing but define functions (and import what these use),
whose names no other cell that is run mentions. Where a cell that is run looks names up at run time,
everything is replayed.
"""

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache

from glia_grader.intake.source import parse_python

# With these in reach a name may be used without being written.
_DYNAMIC = {
    "globals", "locals", "vars", "eval", "exec", "compile", "getattr", "get_ipython", "__import__",
    "__globals__", "__dict__", "__builtins__", "user_ns", "modules", "attrgetter", "methodcaller",
    "__main__", "inspect", "importlib", "f_globals", "f_locals", "gc",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What matters of a cell for leaving it out.

    Attributes:
        functions: Names of its functions if it does nothing but define them; None otherwise.
        mentions: Every name that stands in it.
        imports: For such a cell, each name it imports with what that stands for.
        bound: The same for any cell.
        dynamic: Whether it may use names that are not written in it.
        light: Whether it plainly imports nothing that is slow to import. Where this is wrong, an
            import costs its time; nothing else changes.
    """

    functions: frozenset[str] | None
    mentions: frozenset[str]
    dynamic: bool
    light: bool = False
    imports: frozenset[tuple[str, str]] = frozenset()
    bound: frozenset[tuple[str, str]] = frozenset()


_LIGHT = {*sys.stdlib_module_names, "numpy", "glia_grader"}
# Importing these does nothing that another cell could notice.
_HARMLESS = {
    "math", "cmath", "random", "itertools", "functools", "collections", "operator", "typing",
    "statistics", "fractions", "numpy", "numba", "time", "dataclasses", "collections.abc",
}  # fmt: skip
_SLOW_NAMES = {"__import__", "importlib", "import_module", "exec", "eval", "compile"}


@lru_cache(maxsize=4096)
def shape_of(source: str) -> Shape:
    """Read a cell's shape."""
    tree = parse_python(source)
    if tree is None or (
        "%" in source and any(line.lstrip().startswith(("%", "!")) for line in source.split("\n"))
    ):
        return Shape(None, frozenset(), dynamic=True)
    mentions: set[str] = set()
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
        if isinstance(node, ast.Name):
            mentions.add(node.id)
        elif isinstance(node, ast.Attribute):
            mentions.add(node.attr)
        elif isinstance(node, ast.alias):
            mentions |= set(node.name.split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            mentions.add(node.value)
    imports = _imports(tree)
    compilers = {name for name, what in imports if what.startswith("numba")}
    plain = all(_is_plain(node, compilers) for node in tree.body)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    plain = plain and (bool(functions) or not imports)
    return Shape(
        frozenset(functions) if plain else None,
        frozenset(mentions),
        bool(mentions & _DYNAMIC),
        imported <= _LIGHT and not mentions & _SLOW_NAMES,
        imports if plain else frozenset(),
        imports,
    )


def needed(shapes: list[Shape], wanted: str) -> list[bool]:
    """For each cell, whether a question about `wanted` needs it.

    Args:
        shapes: The cells in order.
        wanted: The function that is asked.

    Returns:
        One answer a cell.
    """
    keep = [shape.functions is None for shape in shapes]
    names = {wanted}.union(*(s.mentions for s, kept in zip(shapes, keep, strict=True) if kept))
    agreed = _agreed(tuple((shape.imports, shape.functions) for shape in shapes))
    found = True
    while found:
        found = False
        for i, shape in enumerate(shapes):
            if keep[i] or shape.functions is None:
                continue
            if (shape.functions | {name for name, _ in shape.imports}) & names:
                keep[i] = found = True
                # What a cell imports for itself, it need not find in another.
                names |= shape.mentions - {name for name, _ in shape.imports & agreed}
    # A function that looks names up at run time matters only where it is there at all.
    if any(shape.dynamic for shape, kept in zip(shapes, keep, strict=True) if kept):
        return [True] * len(shapes)
    return keep


def independent(shapes: list[Shape], defines: list[frozenset[str]]) -> bool:
    """Whether more cells of plain functions than needed may be run without changing any of them.

    Args:
        shapes: The cells in order.
        defines: The names that each binds.

    Returns:
        True if no name stands for one thing in one cell and for another in the next.
    """
    meanings: dict[str, str] = {}
    for i, (shape, names) in enumerate(zip(shapes, defines, strict=True)):
        own = dict.fromkeys(names, f"cell {i}") | dict(shape.bound)
        if any(meanings.setdefault(name, what) != what for name, what in own.items()):
            return False
    return True


@lru_cache(maxsize=64)
def _agreed(
    bindings: tuple[tuple[frozenset[tuple[str, str]], frozenset[str] | None], ...],
) -> frozenset[tuple[str, str]]:
    """Imports whose name means the same in every cell that binds it."""
    meanings: dict[str, set[str]] = {}
    for imports, functions in bindings:
        for name, what in imports:
            meanings.setdefault(name, set()).add(what)
        for name in functions or ():
            meanings.setdefault(name, set()).add("a function")
    return frozenset((n, next(iter(what))) for n, what in meanings.items() if len(what) == 1)


def _imports(tree: ast.Module) -> frozenset[tuple[str, str]]:
    """Names imported at the top of a cell, each with what it stands for."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                found.add((alias.asname or whole, whole))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found.add((alias.asname or alias.name, f"{node.module}.{alias.name}"))
    return frozenset(found)


def _is_plain(node: ast.stmt, compilers: set[str]) -> bool:
    """A function whose definition runs nothing of its own, a harmless import, or a string."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Import):
        return all("." not in alias.name and alias.name in _HARMLESS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        known = not node.level and (node.module or "") in _HARMLESS
        return known and all(alias.name != "*" for alias in node.names)
    if not isinstance(node, ast.FunctionDef):
        return False
    if not all(_compiles(decorator, compilers) for decorator in node.decorator_list):
        return False
    given = node.args
    defaults = [*given.defaults, *(d for d in given.kw_defaults if d is not None)]
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    notes = [a.annotation for a in arguments if a is not None and a.annotation is not None]
    return all(_is_quiet(part) for part in [*defaults, *notes, *filter(None, [node.returns])])


def _compiles(node: ast.expr, compilers: set[str]) -> bool:
    """`@njit`, `@numba.njit`, `@njit(cache=True)`: of the cell's own import, and no other."""
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return all(map(_is_quiet, given)) and _compiles(node.func, compilers)
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in compilers


def _is_quiet(node: ast.expr) -> bool:
    """A constant or a (dotted) name, with nothing called."""
    return all(
        isinstance(
            part,
            ast.Constant | ast.Name | ast.Attribute | ast.Load | ast.UnaryOp | ast.USub | ast.Tuple,
        )
        for part in ast.walk(node)
    )
