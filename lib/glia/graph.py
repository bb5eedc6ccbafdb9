"""Draw a computation graph as SVG: values flow to the right, gradients back to the left.

Ellipses are tensors, boxes are steps. Every tensor shows its value (or shape) and, after
`backward(retain_graph=True)`, its gradient; leaves show theirs in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from .function import Context

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["Drawing", "Layout", "Node", "draw", "layout"]

_COLUMN, _ROW, _WIDTH, _HEIGHT = 180, 78, 160, 62
_SYMBOLS = {"Add": "+", "Sub": "−", "Mul": "×", "Div": "÷", "MatMul": "@", "Pow": "^", "Neg": "−"}


@dataclass
class Drawing:
    """An SVG picture that notebooks show by themselves.

    Attributes:
        svg: the picture's text.
        text: the same in words, for those who cannot see it.
    """

    svg: str
    text: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.text

    def save(self, path: str) -> None:
        """Write the picture to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)


@dataclass
class Node:
    """A tensor or a step, and its place in the drawing.

    Attributes:
        label: the tensor's name, or the step's symbol.
        lines: its value and gradient in words, or the step's layer.
        is_step: whether it is a step.
        item: the Tensor or the Context itself.
        column: even for tensors and odd for steps; inputs stand left of what they give.
        row: place within the column, not always whole.
    """

    label: str
    lines: list[str]
    is_step: bool
    item: Any = None
    column: int = 0
    row: float = 0.0


@dataclass
class Layout:
    """Where everything that a tensor was computed from stands in a drawing.

    Attributes:
        nodes: a step's key is its Context; a computed tensor's (Context, number of the output); a
            leaf's is its id.
        edges: pairs of keys, in the direction of the forward pass.
    """

    nodes: dict[Any, Node]
    edges: list[tuple[Any, Any]]


def draw(root: Tensor, names: dict[str, Tensor] | None = None, max_nodes: int = 200) -> Drawing:
    """Draw everything that a tensor was computed from; arguments and errors as in `layout`."""
    placed = layout(root, names, max_nodes)
    return Drawing(_svg(placed.nodes, placed.edges), _words(placed.nodes, placed.edges))


def layout(root: Tensor, names: dict[str, Tensor] | None = None, max_nodes: int = 200) -> Layout:
    """Place everything that a tensor was computed from.

    Args:
        root: the tensor at the end, such as the loss.
        names: names to write on tensors, such as `{"w": w, "x": x}`.
        max_nodes: the largest graph that is drawn.

    Raises:
        RuntimeError: the graph was already released by backward.
        ValueError: the graph is too large to look at.
    """
    called = {id(tensor): name for name, tensor in (names or {}).items()}
    nodes: dict[Any, Node] = {}
    edges: list[tuple[Any, Any]] = []
    for key, tensor in _values(root):
        nodes[key] = Node(called.get(id(tensor), ""), _describe(tensor, key), False, tensor)
        if not isinstance(key, tuple):
            continue
        ctx = key[0]
        if not ctx.inputs:
            raise RuntimeError(
                "this graph was released by backward(): draw it before, or call "
                "backward(retain_graph=True)"
            )
        if ctx not in nodes:
            symbol = str(_SYMBOLS.get(ctx.name, ctx.name))
            nodes[ctx] = Node(symbol, [ctx.layer] if ctx.layer else [], True, ctx)
            edges += [(inner, ctx) for inner, _ in _inputs(ctx)]
        edges.append((ctx, key))
    if len(nodes) > max_nodes:
        raise ValueError(f"got a graph of {len(nodes)} nodes; expected at most {max_nodes}")
    _place(nodes, edges)
    return Layout(nodes, edges)


def _inputs(ctx: Context) -> list[tuple[Any, Tensor]]:
    """Return the values that a step took: a leaf's key is its id, another's its step and number."""
    given = zip(ctx.inputs, ctx.sources, strict=True)
    return [(source or id(tensor), tensor) for tensor, source in given if tensor is not None]


def _values(root: Tensor) -> Iterator[tuple[Any, Tensor]]:
    """Yield every value once, with its key, after those it was computed from."""
    done: set[Any] = set()
    start = id(root) if root.grad_fn is None else (root.grad_fn, root.output_index)
    stack: list[tuple[Any, Tensor, bool]] = [(start, root, False)]
    while stack:
        key, tensor, finished = stack.pop()
        if key in done:
            continue
        if finished:
            done.add(key)
            yield key, tensor
            continue
        stack.append((key, tensor, True))
        if isinstance(key, tuple):
            stack += [(inner, value, False) for inner, value in reversed(_inputs(key[0]))]


def _describe(tensor: Tensor, key: Any) -> list[str]:
    gradient = tensor.grad.array if tensor.grad is not None else None
    if isinstance(key, tuple) and key[0].grad_outputs is not None:
        gradient = key[0].grad_outputs[key[1]]
    lines = [_value(tensor.array)]
    return lines if gradient is None else [*lines, f"grad {_value(gradient)}"]


def _value(array: np.ndarray) -> str:
    if array.size == 1:
        return f"{array.item():.4g}"
    if array.size <= 3:
        return "[" + ", ".join(f"{v:.2g}" for v in array.reshape(-1)) + "]"
    return "×".join(map(str, array.shape))


def _place(nodes: dict[Any, Node], edges: list[tuple[Any, Any]]) -> None:
    """Put each node one column behind the last of its inputs, and near them in the column."""
    before: dict[Any, list[Any]] = {key: [] for key in nodes}
    for start, end in edges:
        before[end].append(start)
    for key in nodes:  # inputs stand first in the dict, except that a step follows its output
        _column(key, nodes, before)
    columns: dict[int, list[Any]] = {}
    for key, node in nodes.items():
        columns.setdefault(node.column, []).append(key)
    for column in sorted(columns):
        keys = columns[column]
        wish = {k: np.mean([nodes[b].row for b in before[k]]) if before[k] else i
                for i, k in enumerate(keys)}  # fmt: skip
        free = 0.0
        for key in sorted(keys, key=lambda k: float(wish[k])):
            nodes[key].row = max(free, float(wish[key]))
            free = nodes[key].row + 1


def _column(key: Any, nodes: dict[Any, Node], before: dict[Any, list[Any]]) -> int:
    node = nodes[key]
    if node.column == 0 and before[key]:
        node.column = 1 + max(_column(b, nodes, before) for b in before[key])
    return node.column


def _svg(nodes: dict[Any, Node], edges: list[tuple[Any, Any]]) -> str:
    width = (max(n.column for n in nodes.values()) + 1) * _COLUMN
    height = int((max(n.row for n in nodes.values()) + 1) * _ROW)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>Computation graph</title><desc>{escape(_words(nodes, edges))}</desc>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    ]
    for start, end in edges:
        (x1, y1), (x2, y2) = _centre(nodes[start]), _centre(nodes[end])
        parts.append(
            f'<line x1="{x1 + _half(nodes[start])}" y1="{y1:g}" x2="{x2 - _half(nodes[end])}" '
            f'y2="{y2:g}" stroke="#555" marker-end="url(#tip)"/>'
        )
    return "".join([*parts, *map(_shape, nodes.values()), "</svg>"])


def _centre(node: Node) -> tuple[float, float]:
    return node.column * _COLUMN + _COLUMN / 2, node.row * _ROW + _ROW / 2


def _half(node: Node) -> float:
    return 36 if node.is_step else _WIDTH / 2


def _shape(node: Node) -> str:
    x, y = _centre(node)
    if node.is_step:
        shape = f'<rect x="{x - 36}" y="{y - 16:g}" width="72" height="32" rx="6" fill="#e8e8e8"'
    else:
        shape = f'<ellipse cx="{x}" cy="{y:g}" rx="{_WIDTH / 2}" ry="{_HEIGHT / 2}" fill="#fff"'
    lines = ([node.label] if node.label else []) + node.lines
    top = y - 7 * (len(lines) - 1) + 4
    text = "".join(
        f'<tspan x="{x}" y="{top + 14 * i:g}">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    return f'{shape} stroke="#333"/><text text-anchor="middle" fill="#111">{text}</text>'


def _words(nodes: dict[Any, Node], edges: list[tuple[Any, Any]]) -> str:
    """Say the graph in sentences: one for each step."""
    sentences = []
    for key, node in nodes.items():
        if node.is_step:
            given = [_name(nodes[a]) for a, b in edges if b == key]
            made = [_name(nodes[b]) for a, b in edges if a == key]
            sentences.append(f"{node.label} of {' and '.join(given)} gives {' and '.join(made)}.")
    return " ".join(sentences) or f"A single tensor, {_name(next(iter(nodes.values())))}."


def _name(node: Node) -> str:
    value = ", ".join(node.lines)
    return f"{node.label} = {value}" if node.label else value
