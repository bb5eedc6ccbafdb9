"""The heat map of an attention matrix, the chosen row as bars, and small maps of all heads."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from glia.viz.palette import BLACK, BLUE
from glia.widgets.heat import heat
from glia.widgets.svg import BACKDROP, path, picture, short, text

__all__ = ["AttentionPicture", "spot"]

WIDTH, BARS, TINY = 700, 76, 52
MAP_HEIGHT = 340
SHOWN = {" ": "␣", "\n": "↵"}
GREY = "#767676"


def spot(label: str) -> str:
    """A token as it is drawn: blanks and line ends get a sign."""
    return SHOWN.get(label, label)


class AttentionPicture:
    """Places and draws everything for one example.

    Args:
        maps: the weights of all layers and heads.
        rows: labels of the queries.
        columns: labels of the keys.

    Shape:
        maps (L, H, T, S)
    """

    def __init__(self, maps: np.ndarray, rows: list[str], columns: list[str]) -> None:
        self.maps, self.rows, self.columns = maps, rows, columns
        self.heads = maps.shape[0] * maps.shape[1]
        self.long = max(len(spot(c)) for c in columns) > 2
        self.left = max(54, 42 + 7.2 * max(len(spot(r)) for r in rows))
        across = min(4, maps.shape[1])
        aside = across * (TINY + 8) + 40 if self.heads > 1 else 0
        room = WIDTH - self.left - aside - 12
        self.cell = min(40.0, room / len(columns), MAP_HEIGHT / len(rows))
        self.width, self.height = self.cell * len(columns), self.cell * len(rows)
        self.over = 18 + (6.2 * max(len(c) for c in columns) if self.long else 0)
        self.top = self.over + 20
        self.bars = self.top + self.height + 14  # upper edge of the bars
        self.total = self.bars + BARS + self.over + 16
        if self.heads > 1:
            lines = maps.shape[0] * -(-maps.shape[1] // across)
            self.total = max(self.total, self.top + 26 + lines * (TINY + 22))
        self.across, self.aside = across, self.left + self.width + 44

    def backdrop(self, shown: np.ndarray, head: int) -> str:
        """All that does not depend on the row: map, labels, axis of the bars, small maps."""
        small = self._small(head) if self.heads > 1 else []
        return "".join(
            [heat(shown, self.left, self.top, self.width, self.height), *self._fixed, *small]
        )

    @cached_property
    def _fixed(self) -> list[str]:
        """What stays the same for every head, too."""
        out = [_frame(self.left, self.top, self.width, self.height)]
        out.append(text(self.left, 13, "keys: what is looked at", color="#333"))
        for k, label in enumerate(self.columns):
            out.append(self._column_label(k, spot(label), self.top - 5))
        size = min(13.0, self.cell + 1)
        for t, label in enumerate(self.rows):
            y = self.top + (t + 0.5) * self.cell + size * 0.35
            out.append(text(self.left - 14, y, spot(label), anchor="end", size=size))
        out.append(_turned(12, self.top + self.height / 2, "queries: who looks"))
        out += self._scale()
        # On top of all, so that the mouse finds the rows; the keys have the slider.
        for t in range(len(self.rows)):
            y, reach = self.top + t * self.cell, self.left + self.width
            out.append(
                f"<rect x='0' y='{short(y)}' width='{short(reach)}' height='{short(self.cell)}' "
                f"fill='transparent' data-hover='' data-trait='row' data-value='{t}'/>"
            )
        return out

    def frame(self, now: np.ndarray, row: int, alt: str) -> str:
        """The picture with one row read."""
        y = self.top + row * self.cell
        ring = (
            f"<rect x='{short(self.left - 2)}' y='{short(y - 1)}' "
            f"width='{short(self.width + 4)}' height='{short(self.cell + 2)}' fill='none' "
            f"stroke='{BLACK}' stroke-width='2.5'/>"
        )
        tip = self.left - 3
        hand = path(
            [(tip, y + self.cell / 2), (tip - 6, y + self.cell / 2 - 4),
             (tip - 6, y + self.cell / 2 + 4)], fill=BLACK, width=0.5,
        )  # fmt: skip
        return picture(WIDTH, self.total, BACKDROP, ring, hand, *self._bars(now), alt=alt)

    def _bars(self, now: np.ndarray) -> list[str]:
        low, gap = self.bars + BARS, 0.14 * self.cell
        boxes = []
        for k, value in enumerate(np.clip(now, 0, 1)):
            if value >= 0.004:
                x, high = self.left + k * self.cell + gap, float(value) * BARS
                boxes.append(
                    f"M{short(x)},{short(low)}v{short(-high)}h{short(self.cell - 2 * gap)}"
                    f"v{short(high)}Z"
                )
        out = [f"<path d='{''.join(boxes)}' fill='{BLUE}'/>"] if boxes else []
        told: list[float] = []
        for k in np.argsort(-now, kind="stable")[:3]:
            near = any(abs(k - other) * self.cell < 30 for other in told)
            if now[k] >= 0.1 and not near:
                told.append(float(k))
                x = self.left + (k + 0.5) * self.cell
                y = max(low - float(min(now[k], 1)) * BARS - 4, self.bars + 4)
                words = f"{float(now[k]):.2f}"
                out.append(text(x, y, words, anchor="middle", size=11, bold=True, halo=True))
        return out

    def _scale(self) -> list[str]:
        low, right = self.bars + BARS, self.left + self.width
        out = []
        for value in (0, 0.5, 1):
            y = low - value * BARS
            out.append(path([(self.left, y), (right, y)], color="#d0d0d0", width=1))
            out.append(text(self.left - 8, y + 4, f"{value:g}", anchor="end", size=11))
        for k, label in enumerate(self.columns):
            turned = low + (self.over - 4 if self.long else 13)
            out.append(self._column_label(k, spot(label), turned))
        out.append(_turned(12, self.bars + BARS / 2, "weight"))
        return out

    def _small(self, head: int) -> list[str]:
        out = [text(self.aside, self.top - 5, "all heads", color="#333")]
        for k, (x, y, drawn) in enumerate(self._tiny):
            layer, within = divmod(k, self.maps.shape[1])
            name = f"{layer + 1}.{within + 1}" if self.maps.shape[0] > 1 else f"{within + 1}"
            out.append(text(x, y - 4, name, size=11, bold=k == head))
            out.append(drawn)
            out.append(_frame(x, y, TINY, TINY, width=3 if k == head else 1))
            out.append(
                f"<rect x='{short(x)}' y='{short(y)}' width='{TINY}' height='{TINY}' "
                f"fill='transparent' data-trait='head' data-value='{k}'/>"
            )
        return out

    @cached_property
    def _tiny(self) -> list[tuple[float, float, str]]:
        """Left and upper edge of each head's small map, and the map."""
        out = []
        per_layer = -(-self.maps.shape[1] // self.across)
        for k, weights in enumerate(self.maps.reshape(-1, *self.maps.shape[2:])):
            layer, within = divmod(k, self.maps.shape[1])
            line, column = divmod(within, self.across)
            x = self.aside + column * (TINY + 8)
            y = self.top + 20 + (layer * per_layer + line) * (TINY + 22)
            out.append((x, y, heat(weights, x, y, TINY, TINY)))
        return out

    def _column_label(self, k: int, label: str, y: float) -> str:
        x = self.left + (k + 0.5) * self.cell
        if not self.long:
            return text(x, y, label, anchor="middle", size=min(13.0, self.cell + 1))
        return f"<g transform='rotate(-60 {short(x)} {short(y)})'>{text(x, y, label, size=12)}</g>"


def _frame(x: float, y: float, w: float, h: float, *, width: float = 1) -> str:
    edges = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
    return path(edges, color=BLACK if width > 1 else GREY, width=width)


def _turned(x: float, y: float, words: str) -> str:
    inside = text(x, y, words, anchor="middle", size=12, color="#333")
    return f"<g transform='rotate(-90 {short(x)} {short(y)})'>{inside}</g>"
