"""Every moment of the two passes through a computation graph, drawn and put into words."""

from __future__ import annotations

from typing import Any

import numpy as np

from glia.autograd import Visit, slow_backward
from glia.graph import Layout, Node, layout
from glia.tensor import Tensor
from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.svg import BACKDROP, arrow, path, picture, rect, text
from glia.widgets.table import beneath, table, wide_number

__all__ = ["Walk", "ground", "stations"]

MOST = 60  # nodes that can still be read
GREY = "#767676"
COLUMN, ROW, LEFT, TOP = 62, 82, 48, 30
WIDE, TALL = 76, 46  # the box of a tensor: its value above, its gradient below
LOCAL = {
    "Add": "a sum hands on to every term",
    "Sub": "1 for the first, −1 for the second",
    "Mul": "the local gradient is the other factor",
    "Neg": "the local gradient is −1",
    "Pow": "n times the base to the power n − 1",
    "ReLU": "1 where the input is positive, else 0",
    "Sigmoid": "σ(1 − σ) of the output",
    "Tanh": "1 − tanh² of the output",
    "Exp": "the output itself",
    "Log": "1 over the input",
    "MatMul": "the other matrix, turned",
    "Linear": "the weights, turned; for the weights, the inputs",
    "Sum": "1 for every entry",
    "Mean": "1/n for every entry",
}


class Walk:
    """A laid-out graph, and what every moment of the two passes shows."""

    def __init__(self, root: Tensor, names: dict[str, Tensor]) -> None:
        try:
            self.layout = layout(root, names, MOST)
        except ValueError as problem:
            raise ValueError(f"BackpropGraph: {problem}") from None
        self.root = id(root) if root.grad_fn is None else (root.grad_fn, root.output_index)
        self.visits = slow_backward(root)
        _name_all(self.layout, self.root)

    def leaves(self) -> list[tuple[Any, Node]]:
        """Leaves that ask for a gradient."""
        return [
            (key, node) for key, node in self.layout.nodes.items()
            if not node.is_step and not isinstance(key, tuple) and node.item.requires_grad
        ]  # fmt: skip

    def arrivals(self, key: Any, visits: int) -> list[np.ndarray]:
        """What a tensor has received after so many visits, one array for each use."""
        found = [np.ones_like(self.layout.nodes[key].item.array)] if key == self.root else []
        for visit in self.visits[:visits]:
            for target, array in _targets(visit):
                if target == key and array is not None:
                    found.append(array)
        return found

    def total(self, key: Any) -> np.ndarray:
        """The whole gradient of a tensor."""
        shape = self.layout.nodes[key].item.array
        return np.asarray(sum(self.arrivals(key, len(self.visits)), np.zeros_like(shape)))

    def frame(self, place: int) -> dict[str, str]:
        """The picture of one moment."""
        count = len(self.visits)
        forward, back = min(place, count), max(place - count - 1, 0)
        known = {visit.ctx for visit in self.visits[count - forward :]}
        current = None
        if 1 <= place <= count:
            current = self.visits[count - place]
        elif place > count + 1:
            current = self.visits[back - 1]
        say, side = self._words(place, current, back)
        parts = [BACKDROP]
        if current is not None:
            parts.append(self._active(current, place > count))
        for key, node in self.layout.nodes.items():
            shown = not isinstance(key, tuple) or key[0] in known
            if not node.is_step:
                parts.append(self._tensor(key, node, shown, back if place > count else -1))
            parts.append(self._target(key, node, place > count))
        width, height = _size(self.layout)
        alt = f"A computation graph of {len(self.layout.nodes)} nodes. {say}"
        svg = picture(width, height, *parts, alt=alt)
        if width > 1000:  # rather scroll than be unreadable
            svg = svg.replace("style='", f"style='min-width:{0.75 * width:.0f}px;", 1)
        return {"svg": svg, "say": say, "side": side}

    def _tensor(self, key: Any, node: Node, shown: bool, back: int) -> str:
        x, y = _at(node)
        out = text(x, y - 6, words_of(node.item.array), anchor="middle", bold=True) if shown else ""
        if back < 0 or not node.item.requires_grad:
            return out
        arrived = self.arrivals(key, back)
        if arrived:
            words = words_of(sum(arrived[1:], arrived[0]))
            out += text(x, y + 17, words, anchor="middle", color=VERMILION, bold=True)
        return out

    def _active(self, visit: Visit, backward: bool) -> str:
        """The step of the moment, thick, with the arrows that carry its numbers."""
        color = VERMILION if backward else BLUE
        nodes, out = self.layout.nodes, []
        x, y = _at(nodes[visit.ctx])
        half = _half(nodes[visit.ctx])
        ends = [(nodes[key], 1) for key in nodes if isinstance(key, tuple) and key[0] is visit.ctx]
        targets = [(nodes[key], -1) for key, array in _targets(visit)
                   if array is not None or not backward]  # fmt: skip
        for node, side in ends + targets:
            nx, ny = _at(node)
            start, end = (x + side * half, y), (nx - side * WIDE / 2, ny)
            if (side > 0) == backward:
                start, end = end, start
            out.append(arrow(*start, *end, color=color, width=2.5))
            out.append(rect(nx - WIDE / 2, ny - TALL / 2, WIDE, TALL, stroke=color))
        out.append(rect(x - half - 2, y - 17, 2 * half + 4, 34, stroke=color))
        return f"<g stroke-width='2.5'>{''.join(out)}</g>"

    def _target(self, key: Any, node: Node, backward: bool) -> str:
        """An invisible mark to click: it leads to the moment at which the node is complete."""
        count = len(self.visits)
        place = 0
        if node.is_step or isinstance(key, tuple):
            ctx = key if node.is_step else key[0]
            number = next(i for i, visit in enumerate(self.visits) if visit.ctx is ctx)
            place = count - number
            if backward:
                place = count + 2 + number
        if backward and not node.is_step:
            uses = [i for i, v in enumerate(self.visits)
                    if any(k == key and a is not None for k, a in _targets(v))]  # fmt: skip
            place = count + 2 + max(uses) if uses else count + 1
        x, y = _at(node)
        half, tall = (_half(node), 15) if node.is_step else (WIDE / 2, TALL / 2)
        return (
            f"<rect x='{x - half:.0f}' y='{y - tall:.0f}' width='{2 * half:.0f}' "
            f"height='{2 * tall:.0f}' fill='#fff' fill-opacity='0' data-trait='step' "
            f"data-value='{place}'/>"
        )

    def _words(self, place: int, visit: Visit | None, back: int) -> tuple[str, str]:
        nodes, count = self.layout.nodes, len(self.visits)
        if place == 0:
            given = [f"{n.label} = {words_of(n.item.array)}" for k, n in nodes.items()
                     if not n.is_step and not isinstance(k, tuple)]  # fmt: skip
            return f"Given: {', '.join(given)}. Forward, the values flow to the right.", ""
        end = nodes[self.root].label
        if visit is None:
            return f"Now back. The gradient of {end} with respect to itself is 1.", ""
        step = nodes[visit.ctx]
        if place <= count:
            told = "; ".join(
                f"{n.label} = {words_of(n.item.array)}" for k, n in nodes.items()
                if isinstance(k, tuple) and k[0] is visit.ctx
            )  # fmt: skip
            return f"Forward {place} of {count}: {self._formula(visit)} gives {told}.", ""
        rows, told = [], []
        for key, array in _targets(visit):
            name = nodes[key].label
            if array is None:
                rows.append([name, "", "", "none asked for", ""])
                continue
            arrived = self.arrivals(key, back)
            so_far = words_of(sum(arrived[1:], arrived[0]))
            if len(arrived) > 1:
                so_far = " + ".join(words_of(a) for a in arrived) + f" = {so_far}"
            up, local = words_of(visit.upstream[0]), _local(visit, array)
            rows.append([name, up, local, words_of(array), so_far])
            told.append(f"to {name}: {up} × {local} = {words_of(array)}")
            if len(arrived) > 1:
                told[-1] += f", so far {so_far}"
        rule = LOCAL.get(visit.ctx.name, "")
        say = f"Back {back} of {count}, {step.label}: upstream × local goes {'; '.join(told)}."
        if rule:
            say += f" ({rule}.)"
        if back == count:
            ends = [f"∂{end}/∂{n.label} = {words_of(self.total(k))}" for k, n in self.leaves()]
            say += f" Done: {', '.join(ends)}."
        head = [f"{step.label} hands", "upstream", "× local", "= handed on", "collected so far"]
        return say, beneath(table(head, rows))

    def _formula(self, visit: Visit) -> str:
        label = self.layout.nodes[visit.ctx].label
        names = [self.layout.nodes[key].label for key, _ in _targets(visit)]
        if label in "+−×÷@^":
            return f"{names[0]} {label} {names[1] if len(names) == 2 else 'a constant'}"
        return f"{label} of {' and '.join(names)}"


def words_of(array: Any) -> str:
    """A number, up to two numbers, or a shape, as short as a box is wide."""
    array = np.asarray(array)
    if array.size == 1:
        return _number(float(array.reshape(())))
    if array.size == 2:
        return ", ".join(wide_number(float(v), 2) for v in array.reshape(-1))
    return "shape " + "×".join(map(str, array.shape))


def _number(value: float) -> str:
    words = wide_number(value)
    return words.rstrip("0").rstrip(".") if "." in words and "e" not in words else words


def _targets(visit: Visit) -> list[tuple[Any, np.ndarray | None]]:
    """The tensors that a step took, by key, with what it hands them."""
    given = zip(visit.ctx.inputs, visit.ctx.sources, visit.handed, strict=True)
    return [(source or id(v), array) for v, source, array in given if v is not None]


def _local(visit: Visit, handed: np.ndarray) -> str:
    """The local gradient in words; for arrays only its kind."""
    upstream = visit.upstream[0]
    if upstream.size > 1 or handed.size > 1 or len(visit.upstream) > 1:
        return "Jacobian"
    if float(upstream.reshape(())) != 0:
        return _number(float(handed.reshape(())) / float(upstream.reshape(())))
    return "local"


def _name_all(graph: Layout, root: Any) -> None:
    taken, free = {node.label for node in graph.nodes.values()}, 1
    for key, node in graph.nodes.items():
        if node.is_step or node.label:
            continue
        if key == root and "L" not in taken:
            node.label = "L"
            continue
        while f"t{free}" in taken:
            free += 1
        node.label = f"t{free}"
        taken.add(node.label)


def stations(count: int) -> list[str]:
    """The names of all moments of a graph of so many steps."""
    forward = [f"forward {k}" for k in range(1, count + 1)]
    return ["start", *forward, "turn", *(f"back {k}" for k in range(1, count + 1))]


def _at(node: Node) -> tuple[float, float]:
    return LEFT + COLUMN * node.column, TOP + 24 + ROW * node.row


def _half(node: Node) -> float:
    return max(15.0, 4.2 * len(node.label) + 6)


def _size(graph: Layout) -> tuple[float, float]:
    spots = [_at(node) for node in graph.nodes.values()]
    return max(x for x, _ in spots) + LEFT, max(y for _, y in spots) + 44


def ground(graph: Layout) -> str:
    """What all moments share: lines, empty boxes, names, symbols."""
    out = []
    for start, end in graph.edges:
        (x1, y1), (x2, y2) = _at(graph.nodes[start]), _at(graph.nodes[end])
        from_half = _half(graph.nodes[start]) if graph.nodes[start].is_step else WIDE / 2
        to_half = _half(graph.nodes[end]) if graph.nodes[end].is_step else WIDE / 2
        out.append(path([(x1 + from_half, y1), (x2 - to_half, y2)], color=GREY, width=1))
    for key, node in graph.nodes.items():
        x, y = _at(node)
        if node.is_step:
            half = _half(node)
            out.append(rect(x - half, y - 15, 2 * half, 30, fill="#e8e8e8", stroke=GREY))
            size = 18 if len(node.label) == 1 else 13
            out.append(
                text(x, y + (6 if size == 18 else 5), node.label, anchor="middle", size=size)
            )
            continue
        out.append(rect(x - WIDE / 2, y - TALL / 2, WIDE, TALL, fill="#fff", stroke=GREY))
        if node.item.requires_grad:
            out.append(path([(x - WIDE / 2, y), (x + WIDE / 2, y)], color="#b0b0b0", width=1))
        kind = "" if isinstance(key, tuple) or node.item.requires_grad else " (data)"
        out.append(text(x, y - TALL / 2 - 5, node.label + kind, anchor="middle", color=BLACK))
    _, height = _size(graph)
    out.append(text(10, height - 8, "in each box: value above, gradient below", size=12))
    return "".join(out)
