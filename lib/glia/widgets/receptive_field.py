"""What one output cell sees of the image, through all the layers below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.data import load_mnist_5k
from glia.viz.palette import BLUE, GREEN
from glia.widgets.explorer import Explorer, choice, slider, style
from glia.widgets.layer_stack import NETS, Layer, field, paths, sizes
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.pixels import image
from glia.widgets.pointing import pick_area, pickable, pointed
from glia.widgets.svg import BACKDROP, path, picture, rect, short, text
from glia.widgets.table import beneath, table

__all__ = ["ReceptiveField"]

SIZE = 28
WIDTH, HEIGHT = 700, 300
CELL, LEFT, TOP = 15.4, 8, 30
PHOTO = (462, 30, 224)  # left, top and side of the image on the right


class ReceptiveField(Explorer):
    """Click an output cell and see which pixels it depends on, and by how many paths.

    Formula:
        r_l = r_{l−1} + d_l (k_l − 1) · j_{l−1};  j_l = j_{l−1} · s_l;  r_0 = j_0 = 1

    Args:
        receptive_field: the learner's own ``receptive_field(layers)`` with pairs (kernel,
            stride); a window with gaps is passed as one of its whole reach.
        net: "own" for the sliders' layers, or one of ``NETS``.

    Attributes:
        layers: the layers on show, from the image upwards.

    Example:
        >>> field = ReceptiveField(net="lenet")
        >>> field.size()
        16
    """

    _esm = pointed()
    _css = style("pick")

    column = traitlets.Int(0).tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    net = traitlets.Enum(("own", *NETS), "own").tag(sync=True)
    depth = traitlets.Int(3).tag(sync=True)
    kernel = traitlets.Int(3).tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    dilation = traitlets.Int(1).tag(sync=True)

    def __init__(
        self, receptive_field: Callable[..., Any] | None = None, *, net: str = "own", **traits: Any
    ) -> None:
        self._function = receptive_field
        self._photo = 1 - load_mnist_5k(flat=False).x_train[0, 0].astype(float)
        self._panel_for = 0
        self.layers: tuple[Layer, ...] = ()
        count = sizes(self._chosen(net, **traits), SIZE)[-1]
        start = {"row": count // 2, "column": count // 2, **traits}
        super().__init__(
            label="What one cell sees",
            wide=True,
            controls=self._panel(count),
            frame_by="column",
            net=net,
            **start,
        )

    def _panel(self, count: int) -> list[dict[str, Any]]:
        self._panel_for = count
        places = [str(k + 1) for k in range(count)]
        return [
            choice("net", "layers", [
                ("own", "set by the sliders"), *((name, words) for name, (words, _) in NETS.items())
            ]),
            slider("depth", "depth", 1, 5),
            slider("kernel", "kernel", 1, 7, 2),
            slider("stride", "stride", 1, 2),
            slider("dilation", "dilation", 1, 3),
            slider("column", "cell: column", 0, max(count - 1, 0), shown=places),
            slider("row", "cell: row", 0, max(count - 1, 0), shown=places),
        ]  # fmt: skip

    @staticmethod
    def _chosen(
        net: str, depth: int = 3, kernel: int = 3, stride: int = 1, dilation: int = 1, **_: Any
    ) -> tuple[Layer, ...]:
        if net in NETS:
            return NETS[net][1]
        padding = dilation * (kernel - 1) // 2
        return (Layer(kernel, stride, dilation, padding),) * depth

    def _on_trait(self, change: Any) -> None:
        if change["name"] in ("depth", "kernel", "stride", "dilation") and self.net != "own":
            self.net = "own"  # whoever moves a slider wants to see what it does
        else:
            super()._on_trait(change)

    def size(self) -> int:
        """The receptive field along one axis, in pixels, not cut off at the border."""
        return field(self.layers)

    def paths(self, cell: int) -> list[np.ndarray]:
        """How many paths lead from ``cell`` of the last layer to each cell of each layer below.

        Returns:
            One array a layer, the image's first; padding is not counted.
        """
        return paths(self.layers, cell, SIZE)

    def draw_frames(self) -> list[dict[str, str]]:
        """One picture for each output cell of the row."""
        self.error = ""
        self.layers = self._chosen(self.net, self.depth, self.kernel, self.stride, self.dilation)
        counts = sizes(self.layers, SIZE)
        count = counts[-1]
        if count != self._panel_for:
            self.controls = self._panel(count)
        self.column, self.row = min(self.column, count - 1), min(self.row, count - 1)
        levels = self._levels()
        self.backdrop = self._ground(counts, levels)
        side = self._side(counts)
        all_paths = [self.paths(cell) for cell in range(count)]
        return [{**self._frame(all_paths, column, levels), "side": side} for column in range(count)]

    def _levels(self) -> list[tuple[float, float, float]]:
        """Of each layer: how far apart its cells are, where the first is, and its height."""
        step, first, levels = 1.0, 0.0, []
        top, bottom = TOP + 8, HEIGHT - 66
        for depth in range(len(self.layers) + 1):
            y = bottom - (bottom - top) * depth / len(self.layers)
            levels.append((step, first, y))
            if depth < len(self.layers):
                layer = self.layers[depth]
                first += step * ((layer.reach - 1) / 2 - layer.padding)
                step *= layer.stride
        return levels

    def _ground(self, counts: list[int], levels: list[tuple[float, float, float]]) -> str:
        left, top, side = PHOTO
        parts = [text(LEFT, 18, "from the side: one row of cells a layer", bold=True)]
        for count, level in zip(counts, levels, strict=True):
            parts.append(_cells(level, range(count), "fill='#fff' stroke='#8a8a8a'"))
        parts.append(text(left, 18, "from above: what it sees", bold=True))
        parts.append(image(left, top, side, side, self._photo))
        count = counts[-1]
        parts.append(pick_area(left, top, side, side, first=0, row=count, column=count))
        for cell in range(count):
            parts.append(pickable(_cells(levels[-1], [cell], "fill-opacity='0'"), column=cell))
        return "".join(parts)

    def _frame(
        self, all_paths: list[list[np.ndarray]], column: int, levels: list[Any]
    ) -> dict[str, str]:
        across, down = all_paths[column], all_paths[self.row][0]
        parts = [BACKDROP, "<g pointer-events='none'>"]  # clicks are for what lies behind
        for depth in range(len(self.layers), 0, -1):
            parts.append(_cone(levels[depth], across[depth], levels[depth - 1], across[depth - 1]))
        for level, counts in zip(levels, across, strict=True):
            seen = np.flatnonzero(counts).tolist()
            parts.append(_cells(level, seen, f"fill='{BLUE}' stroke='#003d61' stroke-width='1.5'"))
        parts.append(_bars(levels[0], across[0]))
        parts.append(_cells(levels[-1], [column], f"fill='{GREEN}' stroke='#000' stroke-width='2'"))
        parts.append(_seen(across[0], down))
        parts.append("</g>")
        columns, rows = int(np.count_nonzero(across[0])), int(np.count_nonzero(down))
        wide = self.size()
        say = (
            f"The cell in row {self.row + 1}, column {column + 1} sees {rows}×{columns} = "
            f"{rows * columns} of {SIZE * SIZE} pixels; its receptive field is {wide}×{wide}"
        )
        spread = (int(across[0][across[0] > 0].min()), int(across[0].max()))
        if spread[0] < spread[1]:
            say += f". Along the row a pixel counts by {spread[0]} to {spread[1]} paths"
        alt = f"Layers of cells over an image, and the cone below one output cell. {say}."
        return {"svg": picture(WIDTH, HEIGHT, *parts, alt=alt), "say": f"{say}."}

    def _side(self, counts: list[int]) -> str:
        rows = [["image", "", "", "", f"{SIZE}", "1", ""]]
        weights = 0
        for number, (layer, count) in enumerate(zip(self.layers, counts[1:], strict=True), 1):
            sees = field(self.layers[:number])
            weights += layer.kernel**2 if layer.name == "conv" else 0
            rows.append([f"{number} · {layer.name}", f"{layer.kernel}", f"{layer.stride}",
                         f"{layer.dilation}", f"{count}", f"{sees}", f"{weights}"])  # fmt: skip
        head = ["layer", "kernel", "stride", "dilation", "cells", "sees", "weights, one channel"]
        yours = self._yours()
        if yours:
            rows.append(["yours", "", "", "", "", yours, ""])
        return beneath(table(head, rows))

    def _yours(self) -> str:
        if self._function is None:
            return ""
        name = "your receptive_field"
        layers = [(layer.reach, layer.stride) for layer in self.layers]
        try:
            answer = float(as_numbers(ask(self._function, name, layers), name, ()))
        except LearnerError as problem:
            self.error = str(problem)
            return ""
        if answer != self.size():
            self.error = f"{name} says {answer:g} for {layers}; the widget counts {self.size()}."
        return f"{answer:g}"


def _middle(level: tuple[float, float, float], cell: float) -> float:
    step, first, _ = level
    return LEFT + (first + step * cell + 0.5) * CELL


def _cells(level: tuple[float, float, float], cells: Sequence[int], look: str) -> str:
    """Little squares, one for each cell, as one path."""
    half = (CELL - 3) / 2
    corners = "".join(
        f"M{short(_middle(level, cell) - half)},{short(level[2] - half)}"
        f"h{short(2 * half)}v{short(2 * half)}h-{short(2 * half)}Z"
        for cell in cells
    )
    return f"<path d='{corners}' {look}/>" if corners else ""


def _cone(
    upper: tuple[float, float, float],
    above: np.ndarray,
    lower: tuple[float, float, float],
    below: np.ndarray,
) -> str:
    """The tinted trapezium between what is seen of two neighbouring layers."""
    high, low = np.flatnonzero(above), np.flatnonzero(below)
    if not len(high) or not len(low):
        return ""
    half = CELL / 2
    corners = [
        (_middle(upper, high[0]) - half, upper[2]), (_middle(upper, high[-1]) + half, upper[2]),
        (_middle(lower, low[-1]) + half, lower[2]), (_middle(lower, low[0]) - half, lower[2]),
    ]  # fmt: skip
    return path(corners, color=BLUE, width=1, fill=BLUE, opacity=0.12)


def _bars(level: tuple[float, float, float], counts: np.ndarray) -> str:
    """Below the image's cells: the number of paths, as bars that hang down."""
    tallest, room, top = max(int(counts.max()), 1), 36.0, level[2] + CELL / 2 + 6
    parts = [
        rect(_middle(level, cell) - 5, top, 10, room * counts[cell] / tallest, BLUE, "#003d61")
        for cell in np.flatnonzero(counts).tolist()
    ]
    words = f"paths to each pixel, at most {tallest}"
    parts.append(text(LEFT, HEIGHT - 4, words, size=12))
    return "".join(parts)


def _seen(across: np.ndarray, down: np.ndarray) -> str:
    """The pixels that are seen, and a frame around them."""
    left, top, side = PHOTO
    cell = side / SIZE
    tiles = []
    for i, high in _runs(down):
        for j, wide in _runs(across):
            corner = f"M{short(left + j * cell)},{short(top + i * cell)}"
            tall, broad = short(high * cell), short(wide * cell)
            tiles.append(f"{corner}h{broad}v{tall}h-{broad}Z")
    rows, columns = np.flatnonzero(down), np.flatnonzero(across)
    x, y = left + columns[0] * cell, top + rows[0] * cell
    width, height = (columns[-1] - columns[0] + 1) * cell, (rows[-1] - rows[0] + 1) * cell
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    tint = f"<path d='{''.join(tiles)}' fill='{BLUE}' fill-opacity='0.3'/>"
    return tint + path(corners, color="#fff", width=5) + path(corners, color=BLUE, width=3)


def _runs(counts: np.ndarray) -> list[tuple[int, int]]:
    """Where neighbours that are seen begin, and how many they are: one tile instead of many."""
    seen = np.flatnonzero(counts)
    starts = np.flatnonzero(np.diff(seen, prepend=-2) > 1)
    lengths = np.diff(starts, append=len(seen))
    return [(int(seen[k]), int(n)) for k, n in zip(starts, lengths, strict=True)]
