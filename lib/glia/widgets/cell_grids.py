"""Grids of numbered cells: an input, a kernel, an output, and the window between them."""

from __future__ import annotations

import numpy as np

from glia.viz.palette import BLACK, BLUE
from glia.widgets.svg import path, short, text

__all__ = [
    "HEIGHT",
    "WIDTH",
    "Grid",
    "box",
    "cover",
    "height_of",
    "layout",
    "numbers",
    "say_value",
    "window",
]

WIDTH, HEIGHT = 700, 330
Grid = tuple[float, float, float]  # left, top and side of a cell


def layout(
    padded: tuple[int, ...], kernel: tuple[int, ...], out: tuple[int, ...]
) -> tuple[Grid, Grid, Grid]:
    """Where the input, the kernel and the output stand; channels lie below one another."""
    room = HEIGHT - 40
    down = padded[0] * padded[1] + 0.5 * (padded[0] - 1)
    cell = min(46.0, 330 / padded[2], room / down)
    small = min(40.0, 110 / kernel[2], room / (kernel[0] * kernel[1] + 0.5 * (kernel[0] - 1)))
    last = min(46.0, 210 / max(out[1], 1), room / max(out[0], 1))
    return (8, 28, cell), (362, 28, small), (486, 28, last)


def height_of(grids: tuple[Grid, Grid, Grid], *shapes: tuple[int, ...]) -> float:
    """How high the picture must be for all three grids."""
    ends = []
    for (_, top, cell), shape in zip(grids, shapes, strict=True):
        channels, rows = (1, *shape[:1]) if len(shape) == 2 else shape[:2]
        ends.append(top + cell * (channels * rows + 0.5 * (channels - 1)))
    return max(ends) + 8


def numbers(grid: Grid, values: np.ndarray, given: np.ndarray | None = None) -> str:
    """Cells with their numbers; padding is grey and dashed."""
    left, top, cell = grid
    longest = max((len(say_value(value)) for value in values.ravel()), default=1)
    size = min(16.0, cell * (0.45 if longest < 4 else 0.3))
    parts = []
    for c, channel in enumerate(values):
        head = top + c * (channel.shape[0] + 0.5) * cell
        for i, row in enumerate(channel):
            for j, value in enumerate(row):
                x, y = left + j * cell, head + i * cell
                inside = given is None or given[c, i, j]
                look = "fill='#fff'" if inside else "fill='#ececec' stroke-dasharray='3 2'"
                parts.append(
                    f"<rect x='{short(x)}' y='{short(y)}' width='{short(cell)}' "
                    f"height='{short(cell)}' {look} stroke='#767676'/>"
                )
                color = BLACK if inside else "#595959"
                parts.append(text(x + cell / 2, y + cell / 2 + size * 0.36, say_value(value),
                                  anchor="middle", size=size, color=color))  # fmt: skip
    return "".join(parts)


def window(
    grid: Grid, padded: tuple[int, ...], kernel: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> str:
    """The cells that the window touches, each with its weight in the corner."""
    left, top, cell = grid
    tint, weights = [], []
    for c, channel in enumerate(kernel):
        head = top + c * (padded[1] + 0.5) * cell
        for u, i in enumerate(rows):
            for v, j in enumerate(columns):
                x, y = left + j * cell, head + i * cell
                tint.append(f"M{short(x)},{short(y)}h{short(cell)}v{short(cell)}h-{short(cell)}Z")
                if cell >= 20:
                    words = f"×{say_value(channel[u, v])}"
                    corner, size = (x + cell - 2, y + cell - 3), min(11.0, cell * 0.29)
                    weights.append(
                        text(*corner, words, anchor="end", size=size, color="#004f7d", bold=True)
                    )
    shape = "".join(tint)
    return (
        f"<path d='{shape}' fill='{BLUE}' fill-opacity='0.16' stroke='{BLUE}' stroke-width='2.5'/>"
        + "".join(weights)
    )


def cover(grid: Grid, shape: tuple[int, ...], done: int) -> str:
    """Hide the outputs that are still to come."""
    left, top, cell = grid
    side = short(cell)
    empty = "".join(
        f"M{short(left + k % shape[1] * cell)},{short(top + k // shape[1] * cell)}"
        f"h{side}v{side}h-{side}Z"
        for k in range(done, shape[0] * shape[1])
    )
    return f"<path d='{empty}' fill='#ececec' stroke='#767676'/>" if empty else ""


def box(x: float, y: float, cell: float, color: str) -> str:
    """A thick frame around one cell."""
    corners = [(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell), (x, y)]
    return path(corners, color=color, width=4)


def say_value(value: float) -> str:
    """A number as short as three digits allow, with a true minus sign."""
    return f"{value:.3g}".replace("-", "\u2212") if value else "0"
