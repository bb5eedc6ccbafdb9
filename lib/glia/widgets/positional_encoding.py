"""Sines and cosines that tell where a token stands: wavelengths, and dot products by distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.explorer import Explorer, choice, move, slider
from glia.widgets.heat import heat
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot
from glia.widgets.svg import BACKDROP, number, path, picture, text

__all__ = ["PositionalEncodingExplorer"]

PLACES = 64
DEPTHS = (8, 16, 32, 64)
BASES = (10, 100, 1000, 10000)
WIDTH, HEIGHT = 700, 442


class PositionalEncodingExplorer(Explorer):
    """The table of encodings, one pair of its columns, and how alike two places are.

    Formula:
        PE[p, 2i] = sin(p / B^(2i/d)), PE[p, 2i + 1] = cos(p / B^(2i/d)); one turn of pair i takes
        2π B^(2i/d) places, and PE[p] · PE[q] = Σ_i cos((p − q) / B^(2i/d)).

    Args:
        encoding: the learner's own ``positional_encoding(length, d_model) -> (length, d_model)``;
            its table is drawn, and the first difference is told.
        d_model: d: 8, 16, 32 or 64.
        base: B: 10, 100, 1000 or 10000. The learner's function has 10000.

    Example:
        >>> wheel = PositionalEncodingExplorer(d_model=8)
        >>> wheel.pair = 1
        >>> round(wheel.wavelength(), 1)
        62.8
    """

    place = traitlets.Int(10).tag(sync=True)
    pair = traitlets.Int(0).tag(sync=True)
    d_model = traitlets.Enum(DEPTHS, 32).tag(sync=True)
    base = traitlets.Enum(BASES, 10000).tag(sync=True)

    def __init__(
        self,
        encoding: Callable[..., Any] | None = None,
        *,
        d_model: int = 32,
        base: int = 10000,
        **traits: Any,
    ) -> None:
        self._encoding = encoding
        self._drawn: np.ndarray | None = None
        super().__init__(
            label="Where a token stands, told by sines and cosines",
            wide=True,
            controls=self._controls(d_model),
            frame_by="place",
            d_model=d_model,
            base=10000 if encoding is not None else base,
            **traits,
        )

    def wavelength(self, pair: int | None = None) -> float:
        """How many places one turn of a pair takes."""
        chosen = self.pair if pair is None else pair
        return float(2 * np.pi * self.base ** (2 * chosen / self.d_model))

    def table(self) -> np.ndarray:
        """The library's encodings of the first 64 places, (64, d)."""
        column = np.arange(self.d_model)
        angle = np.arange(PLACES)[:, None] / self.base ** (2 * (column // 2) / self.d_model)
        return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))

    def draw_frames(self) -> list[dict[str, str]]:
        """One frame for each place; table, curves and axes behind them are shared."""
        self.error = ""
        self.controls = self._controls(self.d_model)
        self.pair = min(self.pair, self.d_model // 2 - 1)
        table = self._yours(self.table())
        if self._drawn is None or not np.array_equal(self._drawn, table):
            self._drawn = table
            self._lay_out(table @ table.T)
        self.backdrop = self._behind(table)
        return [self._frame(table, place) for place in range(PLACES)]

    def _lay_out(self, alike: np.ndarray) -> None:
        """Place the plots, and draw what stays the same for every pair of columns."""
        top = max(self.d_model / 2, float(alike.max())) * 1.08
        low = min(-0.25 * self.d_model / 2, float(alike.min()) * 1.08)
        self._grid = (60, 40, 236, 352)
        self._waves = Plot((0, PLACES - 1), (-1.15, 1.15), left=380, top=40, width=304, height=130)
        self._likes = Plot((-PLACES, PLACES), (low, top), left=380, top=252, width=304, height=140)
        self._alike = [self._likeness(alike[p], p) for p in range(PLACES)]

    def _behind(self, table: np.ndarray) -> str:
        x, y, w, h = self._grid
        out = [
            heat(table, x, y, w, h, low=-1, high=1),
            path([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], color=BLACK, width=1),
            text(x, 26, "the table: white −1, dark +1"),
            text(x + w / 2, y + h + 18, f"column 0 … {self.d_model - 1}", anchor="middle"),
            f"<g transform='rotate(-90 16 {y + h / 2})'>"
            + text(16, y + h / 2, "place p", anchor="middle")
            + "</g>",
        ]
        for p in range(0, PLACES, 8):
            out.append(text(x - 8, y + (p + 0.5) * h / PLACES + 4, str(p), anchor="end", size=12))
        one = w / self.d_model
        left, right = x + 2 * self.pair * one, x + 2 * (self.pair + 1) * one
        ring = [(left, y - 2), (right, y - 2), (right, y + h + 2), (left, y + h + 2)]
        out.append(path([*ring, ring[0]], color=VERMILION, width=2.5))
        out.append(text(380, 26, self._title()))
        ticks = (0, 16, 32, 48)
        out.append(self._waves.axes("place", "value", xticks=ticks, yticks=(-1, 0, 1)))
        sine, cosine = table[:, 2 * self.pair], table[:, 2 * self.pair + 1]
        out.append(self._waves.curve(range(PLACES), sine, color=BLUE))
        out.append(self._waves.curve(range(PLACES), cosine, color=VERMILION, dash="6 4"))
        out.append(text(380, 238, "PE[p] · PE[q] by distance (grey: any p)"))
        half = self.d_model // 2
        marks = (0, half // 2, half)
        steps = (-48, -24, 0, 24, 48)
        out.append(self._likes.axes("q − p", "dot product", xticks=steps, yticks=marks))
        far = np.arange(-PLACES, PLACES + 1)
        rates = self.base ** (-2 * np.arange(half) / self.d_model)
        rule = np.cos(far[:, None] * rates).sum(axis=1)
        out.append(self._likes.curve(far, rule, color="#8a8a8a", width=1.5, dash="3 3"))
        for p in range(PLACES):
            out.append(
                f"<rect x='{x}' y='{y + p * h / PLACES:.1f}' width='{w}' "
                f"height='{h / PLACES:.1f}' fill='transparent' data-hover='' data-trait='place' "
                f"data-value='{p}'/>"
            )
        return "".join(out)

    def _title(self) -> str:
        turn = self.wavelength()
        words = number(turn, 1) if turn < 100 else f"{turn:,.0f}"
        return f"pair {self.pair}: a turn in {words} places (— sin, ‑ ‑ cos)"

    def _likeness(self, alike: np.ndarray, p: int) -> tuple[str, str]:
        """Mark and dot products of place p, and the same in words."""
        x, y, w, h = self._grid
        line, one = y + p * h / PLACES, h / PLACES
        ring = [(x - 3, line), (x + w + 3, line), (x + w + 3, line + one), (x - 3, line + one)]
        drawn = (
            path([*ring, ring[0]], color="#fff", width=5)  # seen on dark columns, too
            + path([*ring, ring[0]], color=BLACK, width=2)
            + self._likes.curve(np.arange(PLACES) - p, alike, color=BLUE, width=2.5)
            + self._likes.dot(0, float(alike[p]), "D", color=BLACK, size=6)
        )
        words = f"With itself its dot product is {number(float(alike[p]), 1)}"
        for far in (1, 8):
            q = p + far if p + far < PLACES else p - far
            words += f", with a place {far} away {number(float(alike[q]), 1)}"
        return drawn, words

    def _frame(self, table: np.ndarray, p: int) -> dict[str, str]:
        sine, cosine = float(table[p, 2 * self.pair]), float(table[p, 2 * self.pair + 1])
        drawn, words = self._alike[p]
        waves = self._waves.dot(p, sine, "o", color=BLUE, size=6)
        waves += self._waves.dot(p, cosine, "s", color=VERMILION, size=6)
        here = f"Place {p}, pair {self.pair}: sin {number(sine)}, cos {number(cosine)}"
        alt = f"A table of positional encodings, a pair of its columns, dot products. {here}."
        svg = picture(WIDTH, HEIGHT, BACKDROP, drawn, waves, alt=alt)
        return {"svg": svg, "say": f"{here}. {words}."}

    def _yours(self, table: np.ndarray) -> np.ndarray:
        if self._encoding is None:
            return table
        try:
            value = ask(self._encoding, "your positional_encoding", PLACES, self.d_model)
            yours = as_numbers(value, "your positional_encoding", table.shape, finite=True)
        except LearnerError as problem:
            self.error = str(problem)
            return table
        wrong = np.argwhere(~np.isclose(yours, table, atol=1e-6))
        if len(wrong):
            p, k = (int(n) for n in wrong[0])
            self.error = (
                f"your table leaves the library's at place {p}, column {k}: "
                f"{number(float(yours[p, k]), 3)}, not {number(float(table[p, k]), 3)}."
            )
        return yours

    def _controls(self, d_model: int) -> list[dict[str, Any]]:
        made = [
            move("place", "Place −", -1),
            move("place", "Place +", 1),
            slider("place", "place p", 0, PLACES - 1),
            slider("pair", "pair of columns i", 0, d_model // 2 - 1),
            choice("d_model", "depth d", [(d, str(d)) for d in DEPTHS]),
        ]
        if self._encoding is None:
            made.append(choice("base", "base B", [(b, f"{b:,}") for b in BASES]))
        return made
