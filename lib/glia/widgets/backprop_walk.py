"""Every moment of the two passes through a computation graph, drawn and put into words."""

from __future__ import annotations

from typing import Any

import numpy as np

from glia.autograd import Visit, slow_backward
from glia.graph import Layout, Node, layout
from glia.tensor import Tensor
from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.gate_words import LOCAL, local_words, words_of
from glia.widgets.svg import BACKDROP, arrow, path, picture, rect, text
from glia.widgets.table import beneath, table

__all__ = ["Walk", "stations"]

MOST = 60  # nodes that can still be read
GREY = "#767676"
GAP, ROW, LEFT, TOP = 14, 82, 10, 30
WIDE, TALL = 84, 46  # the box of a tensor: its value above, its gradient below


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
        self._across = _columns(self.layout)

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

    def ground(self) -> str:
        """What all moments share: lines, empty boxes, names, symbols."""
        graph, out = self.layout, []
        for start, end in graph.edges:
            way = self._way(graph.nodes[start], graph.nodes[end])
            out.append(path(way, color=GREY, width=1))
        for key, node in graph.nodes.items():
            x, y = self._at(node)
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
            out.append(text(x, y - TALL / 2 - 5, node.label + kind, anchor="middle", halo=True))
        _, height = self._size()
        out.append(text(10, height - 8, "in each box: value above, gradient below", size=12))
        return "".join(out)

    def _way(self, start: Node, end: Node) -> list[tuple[float, float]]:
        """A line from left to right; one that skips columns runs level until it has arrived."""
        (x1, y1), (x2, y2) = self._at(start), self._at(end)
        left = x1 + (_half(start) if start.is_step else WIDE / 2)
        right = x2 - (_half(end) if end.is_step else WIDE / 2)
        bend = [(right - 16, y1)] if end.column - start.column > 1 else []
        return [(left, y1), *bend, (right, y2)]

    def _at(self, node: Node) -> tuple[float, float]:
        return self._across[node.column], TOP + 24 + ROW * node.row

    def _size(self) -> tuple[float, float]:
        spots = [self._at(node) for node in self.layout.nodes.values()]
        return max(x for x, _ in spots) + WIDE / 2 + LEFT, max(y for _, y in spots) + 44

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
        width, height = self._size()
        alt = f"A computation graph of {len(self.layout.nodes)} nodes. {say}"
        svg = picture(width, height, *parts, alt=alt)
        if width > 1000:  # rather scroll than be unreadable
            svg = svg.replace("style='", f"style='min-width:{0.75 * width:.0f}px;", 1)
        return {"svg": svg, "say": say, "side": side}

    def _tensor(self, key: Any, node: Node, shown: bool, back: int) -> str:
        x, y = self._at(node)
        out = _inside(x, y - 6, words_of(node.item.array), BLACK) if shown else ""
        if back < 0 or not node.item.requires_grad:
            return out
        arrived = self.arrivals(key, back)
        if arrived:
            words = words_of(sum(arrived[1:], arrived[0]))
            out += _inside(x, y + 17, words, VERMILION)
        return out

    def _active(self, visit: Visit, backward: bool) -> str:
        """The step of the moment, thick, with the arrows that carry its numbers."""
        color = VERMILION if backward else BLUE
        nodes, out = self.layout.nodes, []
        x, y = self._at(nodes[visit.ctx])
        half = _half(nodes[visit.ctx])
        step = nodes[visit.ctx]
        made = [nodes[key] for key in nodes if isinstance(key, tuple) and key[0] is visit.ctx]
        took = [nodes[k] for k, array in _targets(visit) if array is not None or not backward]
        for start, end in [(node, step) for node in took] + [(step, node) for node in made]:
            way = self._way(start, end)
            way = way[::-1] if backward else way
            out.append(path(way[:-1], color=color, width=2.5) if len(way) > 2 else "")
            out.append(arrow(*way[-2], *way[-1], color=color, width=2.5))
        for node in took + made:
            nx, ny = self._at(node)
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
        x, y = self._at(node)
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
            up, local = words_of(visit.upstream[0]), local_words(visit, array)
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


def _inside(x: float, y: float, words: str, color: str) -> str:
    size = 13 if len(words) < 10 else 11
    return text(x, y, words, anchor="middle", color=color, size=size, bold=True)


def _targets(visit: Visit) -> list[tuple[Any, np.ndarray | None]]:
    """The tensors that a step took, by key, with what it hands them."""
    given = zip(visit.ctx.inputs, visit.ctx.sources, visit.handed, strict=True)
    return [(source or id(v), array) for v, source, array in given if v is not None]


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


def _half(node: Node) -> float:
    return max(15.0, 4.2 * len(node.label) + 6)


def _columns(graph: Layout) -> dict[int, float]:
    """The middle of each column: as wide as what stands in it."""
    middles, edge = {}, float(LEFT)
    for column in range(1 + max(node.column for node in graph.nodes.values())):
        steps = [_half(n) for n in graph.nodes.values() if n.is_step and n.column == column]
        half = max(steps) if steps else WIDE / 2
        middles[column] = edge + half
        edge += 2 * half + GAP
    return middles
