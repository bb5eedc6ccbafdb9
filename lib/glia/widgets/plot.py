"""A box of data coordinates inside an SVG picture: axes, points, lines, half-planes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from glia.viz.palette import BLACK
from glia.widgets.svg import arrow, marker, path, rect, short, text

GRID = "#d9d9d9"
FRAME = "#767676"  # 4.5:1 on white


class Plot:
    """A box of data coordinates inside a picture; its methods return SVG text.

    Args:
        x: lowest and highest data value shown from left to right.
        y: lowest and highest data value shown from bottom to top.
        left: picture coordinate of the box's left edge.
        top: picture coordinate of the box's upper edge.
        width: of the box, in picture units.
        height: of the box, in picture units.
    """

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        left: float = 52,
        top: float = 16,
        width: float = 340,
        height: float = 300,
    ) -> None:
        self.x, self.y = x, y
        self.left, self.top, self.width, self.height = left, top, width, height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Picture coordinates of a data point."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height

    def axes(
        self,
        xlabel: str,
        ylabel: str,
        *,
        xticks: Sequence[float] = (),
        yticks: Sequence[float] = (),
    ) -> str:
        """Frame, grid lines, tick numbers and axis names."""
        out = []
        bottom = self.top + self.height
        for value in xticks:
            px, _ = self.at(value, self.y[0])
            out.append(path([(px, self.top), (px, bottom)], color=GRID, width=1))
            out.append(text(px, bottom + 15, _tick(value), anchor="middle", size=12))
        for value in yticks:
            _, py = self.at(self.x[0], value)
            out.append(path([(self.left, py), (self.left + self.width, py)], color=GRID, width=1))
            out.append(text(self.left - 6, py + 4, _tick(value), anchor="end", size=12))
        out.append(rect(self.left, self.top, self.width, self.height, stroke=FRAME))
        middle = self.left + self.width / 2
        out.append(text(middle, bottom + 33, xlabel, anchor="middle"))
        tx, ty = self.left - 36, self.top + self.height / 2
        out.append(
            f"<g transform='rotate(-90 {short(tx)} {short(ty)})'>"
            + text(tx, ty, ylabel, anchor="middle")
            + "</g>"
        )
        return "".join(out)

    def curve(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        *,
        color: str = BLACK,
        width: float = 2.5,
        dash: str = "",
    ) -> str:
        """A line through data points, cut off at the edges of the box."""
        points = [self.at(x, y) for x, y in zip(xs, ys, strict=True)]
        return self.clip(path(points, color=color, width=width, dash=dash))

    def dot(
        self,
        x: float,
        y: float,
        shape: str = "o",
        *,
        color: str = BLACK,
        size: float = 6,
        hollow: bool = False,
    ) -> str:
        """A marker at a data point."""
        return marker(*self.at(x, y), shape, color=color, size=size, hollow=hollow)

    def arrow(
        self, x0: float, y0: float, x1: float, y1: float, *, color: str = BLACK, width: float = 2.5
    ) -> str:
        """An arrow between two data points."""
        return arrow(*self.at(x0, y0), *self.at(x1, y1), color=color, width=width)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        dx: float = 0,
        dy: float = 0,
        anchor: str = "start",
        size: float = 13,
        color: str = BLACK,
        bold: bool = False,
    ) -> str:
        """Text at a data point, moved by ``dx``, ``dy`` picture units."""
        px, py = self.at(x, y)
        return text(
            px + dx, py + dy, words, anchor=anchor, size=size, color=color, bold=bold, halo=True
        )

    def clip(self, content: str) -> str:
        """What of ``content`` lies inside the box (a nested svg hides the rest)."""
        return (
            f"<svg aria-hidden='true' x='{short(self.left)}' y='{short(self.top)}' "
            f"width='{short(self.width)}' height='{short(self.height)}'>"
            f"<g transform='translate({short(-self.left)} {short(-self.top)})'>{content}</g></svg>"
        )

    def region(
        self, weight: Sequence[float] | np.ndarray, bias: float, color: str, opacity: float = 0.12
    ) -> str:
        """The half-plane of the box where weight . x + bias > 0, tinted."""
        points = [self.at(*p) for p in self._halfplane(weight, bias)]
        if len(points) < 3:
            return ""
        return path(points, color="none", width=0, fill=color, opacity=opacity)

    def boundary(
        self,
        weight: Sequence[float] | np.ndarray,
        bias: float,
        *,
        color: str = BLACK,
        dash: str = "",
        width: float = 2.5,
    ) -> str:
        """The line weight . x + bias = 0, as far as the box reaches."""
        ends = self._crossings(weight, bias)
        return path([self.at(*p) for p in ends], color=color, width=width, dash=dash)

    def _corners(self) -> list[tuple[float, float]]:
        (x0, x1), (y0, y1) = self.x, self.y
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]

    def _halfplane(
        self, weight: Sequence[float] | np.ndarray, bias: float
    ) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        corners = self._corners()
        for p, q in zip(corners, corners[1:] + corners[:1], strict=True):
            zp = weight[0] * p[0] + weight[1] * p[1] + bias
            zq = weight[0] * q[0] + weight[1] * q[1] + bias
            if zp > 0:
                kept.append(p)
            if (zp > 0) != (zq > 0):
                t = zp / (zp - zq)
                kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        return kept

    def _crossings(
        self, weight: Sequence[float] | np.ndarray, bias: float
    ) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        corners = self._corners()
        for p, q in zip(corners, corners[1:] + corners[:1], strict=True):
            zp = weight[0] * p[0] + weight[1] * p[1] + bias
            zq = weight[0] * q[0] + weight[1] * q[1] + bias
            if (zp > 0) != (zq > 0):
                t = zp / (zp - zq)
                found.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        return found


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers inside [low, high], about ``count`` of them."""
    rough = (high - low) / max(count, 1)
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * m for m in (1, 2, 5, 10) if scale * m >= rough)
    return [
        float(v) for v in np.round(np.arange(math.ceil(low / step), high / step + 1e-9) * step, 9)
    ]


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")
