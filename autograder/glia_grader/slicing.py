"""Which cells a question needs: a cell of plain functions that nothing calls need not run again.

A fresh box for each exercise would otherwise replay the whole notebook fifteen times. Left out is
only what cannot matter: cells that do nothing but define functions, whose names no other cell that
is run mentions. Where a notebook looks names up at run time, everything is replayed.
"""

import ast
from dataclasses import dataclass

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
        dynamic: Whether it may use names that are not written in it.
    """

    functions: frozenset[str] | None
    mentions: frozenset[str]
    dynamic: bool


def shape_of(source: str) -> Shape:
    """Read a cell's shape."""
    tree = parse_python(source)
    if tree is None or (
        "%" in source and any(line.lstrip().startswith(("%", "!")) for line in source.split("\n"))
    ):
        return Shape(None, frozenset(), dynamic=True)
    mentions: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            mentions.add(node.id)
        elif isinstance(node, ast.Attribute):
            mentions.add(node.attr)
        elif isinstance(node, ast.alias):
            mentions |= set(node.name.split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            mentions.add(node.value)
    plain = all(_is_plain(node) for node in tree.body)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return Shape(
        frozenset(functions) if plain else None,
        frozenset(mentions),
        bool(mentions & _DYNAMIC),
    )


def needed(shapes: list[Shape], wanted: str) -> list[bool]:
    """For each cell, whether a question about `wanted` needs it.

    Args:
        shapes: The cells in order.
        wanted: The function that is asked.

    Returns:
        One answer a cell.
    """
    if any(shape.dynamic for shape in shapes):
        return [True] * len(shapes)
    keep = [shape.functions is None for shape in shapes]
    names = {wanted}.union(*(s.mentions for s, kept in zip(shapes, keep, strict=True) if kept))
    found = True
    while found:
        found = False
        for i, shape in enumerate(shapes):
            if not keep[i] and shape.functions is not None and shape.functions & names:
                keep[i] = found = True
                names |= shape.mentions
    return keep


def _is_plain(node: ast.stmt) -> bool:
    """A function whose definition runs nothing of its own, or a string by itself."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    given = node.args
    defaults = [*given.defaults, *(d for d in given.kw_defaults if d is not None)]
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    notes = [a.annotation for a in arguments if a is not None and a.annotation is not None]
    return all(_is_quiet(part) for part in [*defaults, *notes, *filter(None, [node.returns])])


def _is_quiet(node: ast.expr) -> bool:
    """A constant or a (dotted) name, with nothing called."""
    return all(
        isinstance(
            part,
            ast.Constant | ast.Name | ast.Attribute | ast.Load | ast.UnaryOp | ast.USub | ast.Tuple,
        )
        for part in ast.walk(node)
    )
