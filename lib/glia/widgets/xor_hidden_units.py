"""Two hidden threshold units cut the plane; in their space one line suffices for XOR."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets

from glia.data import truth_table
from glia.neurons import McCullochPitts
from glia.viz.palette import BLACK, BLUE, GREEN, PURPLE
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.plot import Plot
from glia.widgets.svg import class_marker, path, picture, text

ROWS, XOR = truth_table("xor")
OUTPUTS = {
    "h1 and not h2": ((1.0, -1.0), 1.0),
    "h1 and h2": ((1.0, 1.0), 2.0),
    "h1 or h2": ((1.0, 1.0), 1.0),
}


class XorHiddenUnits(Explorer):
    """Turn and shift the lines of two hidden units until the output unit gets XOR right.

    Left, the input plane: each hidden unit fires on the side its arrow points to, and the tint
    shows where the whole network answers 1. Right, what the output unit sees: the four inputs
    moved to their (h1, h2), and the output's single line.

    Args:
        direction_1: where the first unit's arrow points, in degrees.
        offset_1: how far its line lies from the origin in that direction.
        direction_2: the second unit's arrow.
        offset_2: the second unit's line.
        output: how the output unit combines them.

    Attributes:
        right: how many of the four rows the network gets right.
    """

    direction_1 = traitlets.Int(0).tag(sync=True)
    offset_1 = traitlets.Float(0.5).tag(sync=True)
    direction_2 = traitlets.Int(90).tag(sync=True)
    offset_2 = traitlets.Float(0.5).tag(sync=True)
    output = traitlets.Enum(tuple(OUTPUTS), "h1 and not h2").tag(sync=True)
    right = traitlets.Int(0)

    def __init__(self, **traits: Any) -> None:
        controls = [
            slider("direction_1", "Direction of h₁ (degrees)", 0, 345, 15),
            slider("offset_1", "Offset of h₁", -1.5, 1.5, 0.1),
            slider("direction_2", "Direction of h₂ (degrees)", 0, 345, 15),
            slider("offset_2", "Offset of h₂", -1.5, 1.5, 0.1),
            choice("output", "Output fires for", [(k, _words(k)) for k in OUTPUTS]),
        ]
        super().__init__(
            label="Two hidden units cut the plane", wide=True, controls=controls, **traits
        )

    def hidden(self, X: np.ndarray) -> np.ndarray:
        """What the two hidden units answer: (N, 2) of 0 and 1."""
        return np.stack([unit(X) for unit in self._units()], axis=1)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """What the whole network answers."""
        return McCullochPitts(*OUTPUTS[self.output])(self.hidden(X))

    def draw(self) -> dict[str, str]:
        """The input plane, the hidden plane and the table."""
        h, answer = self.hidden(ROWS), self.predict(ROWS)
        self.right = int((answer == XOR).sum())
        say = f"{self.right} of 4 rows of XOR right."
        if self.right == 4:
            say += " Two lines did what one cannot."
        alt = (
            "Left, the four XOR inputs and the two hidden lines; right, the same inputs in the "
            f"hidden plane with the output's line. {say}"
        )
        parts = (self._input_plane(), self._hidden_plane(h))
        return {
            "svg": picture(720, 345, *parts, alt=alt),
            "side": self._table(h, answer),
            "say": say,
        }

    def _units(self) -> list[McCullochPitts]:
        pairs = ((self.direction_1, self.offset_1), (self.direction_2, self.offset_2))
        return [McCullochPitts(_normal(degrees), offset) for degrees, offset in pairs]

    def _input_plane(self) -> str:
        plot = Plot((-0.6, 1.6), (-0.6, 1.6), left=56, top=28, width=270, height=270)
        out = [text(191, 18, "what comes in", anchor="middle", bold=True)]
        out.append(plot.axes("x₁", "x₂", xticks=[0, 1], yticks=[0, 1]))
        out.append(self._tint(plot))
        for unit, color, dash, name in zip(
            self._units(), (BLUE, PURPLE), ("", "8 4"), ("h₁", "h₂"), strict=True
        ):
            out.append(_line(plot, unit, color, dash, name))
        for (a, b), want in zip(ROWS, XOR, strict=True):
            shape, color = class_marker(int(want))
            out.append(plot.dot(a, b, shape, color=color, size=9))
            out.append(plot.text(a, b, f"{a:g}{b:g}", dx=12, dy=-9, size=12))
        return "".join(out)

    def _tint(self, plot: Plot, cells: int = 44) -> str:
        """Little squares where the network answers 1, joined along each row."""
        edges = np.linspace(plot.x[0], plot.x[1], cells + 1)
        middles = (edges[:-1] + edges[1:]) / 2
        x1, x2 = np.meshgrid(middles, middles)
        fires = self.predict(np.stack([x1.ravel(), x2.ravel()], axis=1)).reshape(cells, cells)
        out = []
        for row, bottom, top in zip(fires, edges[:-1], edges[1:], strict=True):
            steps = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]])))
            for a, b in zip(steps[::2], steps[1::2], strict=True):
                left, right = float(edges[a]), float(edges[b])
                corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
                out.append(path([plot.at(*c) for c in corners], color="none", width=0, fill=GREEN))
        return f"<g opacity='0.22' shape-rendering='crispEdges'>{''.join(out)}</g>"

    def _hidden_plane(self, h: np.ndarray) -> str:
        plot = Plot((-0.6, 1.6), (-0.6, 1.6), left=430, top=28, width=270, height=270)
        weight, threshold = OUTPUTS[self.output]
        shifted = threshold - 0.5  # the same answers on 0 and 1, and no point on the line
        out = [text(565, 18, "what the output unit sees", anchor="middle", bold=True)]
        out.append(plot.axes("h₁", "h₂", xticks=[0, 1], yticks=[0, 1]))
        out.append(plot.region(weight, -shifted, GREEN, 0.22))
        out.append(plot.boundary(weight, -shifted))
        for a, b in sorted({(int(p[0]), int(p[1])) for p in h}):
            rows = [i for i in range(4) if tuple(h[i]) == (a, b)]
            for k, i in enumerate(rows):
                shape, color = class_marker(int(XOR[i]))
                out.append(_spread(plot, (a, b), k, shape, color))
            names = ", ".join(f"{ROWS[i][0]:g}{ROWS[i][1]:g}" for i in rows)
            out.append(plot.text(a, b, names, dx=12, dy=-9, size=12))
        return "".join(out)

    def _table(self, h: np.ndarray, answer: np.ndarray) -> str:
        head = "".join(
            f"<th scope='col'>{c}</th>"
            for c in ("x₁", "x₂", "h₁", "h₂", "answer", "wanted", "right?")
        )
        body = "".join(
            f"<tr class='glia-{'right' if a == w else 'wrong'}'><td>{x[0]:g}</td><td>{x[1]:g}</td>"
            f"<td>{u[0]}</td><td>{u[1]}</td><td>{a}</td><td>{w}</td>"
            f"<td>{'✓ right' if a == w else '✗ wrong'}</td></tr>"
            for x, u, a, w in zip(ROWS, h, answer, XOR, strict=True)
        )
        solved = " glia-solved" if self.right == 4 else ""
        return (
            f"<table class='glia-truth{solved}'><caption>XOR, row by row</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _words(output: str) -> str:
    return output.replace("h1", "h₁").replace("h2", "h₂")


def _normal(degrees: int) -> tuple[float, float]:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def _spread(plot: Plot, place: tuple[int, int], k: int, shape: str, color: str) -> str:
    """Points that fall together are drawn side by side."""
    shift = 20 / plot.width * (plot.x[1] - plot.x[0]) * k
    return plot.dot(place[0] - shift, place[1], shape, color=color, size=9)


def _line(plot: Plot, unit: McCullochPitts, color: str, dash: str, name: str) -> str:
    w, offset = unit.weights, unit.threshold
    middle = np.array([0.5, 0.5])
    nearest = middle + (offset - float(w @ middle)) * w  # the point of the line next to the middle
    foot = nearest + (0.3 if dash else -0.3) * np.array([-w[1], w[0]])  # two arrows, two places
    tip = foot + 0.28 * w
    drawn = plot.boundary((w[0], w[1]), -offset, color=color, dash=dash, width=3)
    drawn += plot.arrow(foot[0], foot[1], tip[0], tip[1], color=color, width=3)
    drawn += plot.text(tip[0], tip[1], name, dx=5, dy=-5, size=14, color=BLACK, bold=True)
    return plot.clip(drawn)
