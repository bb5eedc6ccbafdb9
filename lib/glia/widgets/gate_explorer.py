"""Set two weights and a threshold by hand: which logic gates can one unit compute?"""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from glia.data import truth_table
from glia.neurons import McCullochPitts
from glia.viz.palette import BLACK, BLUE
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.plot import Plot
from glia.widgets.svg import class_marker, number, picture

GATES = ("and", "or", "xor")
ROWS, _ = truth_table("and")


class GateExplorer(Explorer):
    """One McCulloch-Pitts unit on the truth tables of AND, OR and XOR.

    The plane shows the four rows as points (a disc wants 1, a square wants 0) and tints where
    the unit fires; the table marks each row right or wrong. No setting makes XOR right.

    Args:
        gate: "and", "or" or "xor".
        weight_1: weight of the first input.
        weight_2: weight of the second input.
        threshold: the unit fires where the net input reaches it.

    Attributes:
        right: how many of the four rows the unit gets right.
    """

    gate = traitlets.Enum(GATES, "and").tag(sync=True)
    weight_1 = traitlets.Float(1.0).tag(sync=True)
    weight_2 = traitlets.Float(1.0).tag(sync=True)
    threshold = traitlets.Float(0.5).tag(sync=True)
    right = traitlets.Int(0)

    def __init__(self, gate: str = "and", **traits: Any) -> None:
        controls = [
            choice("gate", "Gate", [(g, g.upper()) for g in GATES]),
            slider("weight_1", "Weight w₁", -2, 2, 0.5),
            slider("weight_2", "Weight w₂", -2, 2, 0.5),
            slider("threshold", "Threshold T", -3, 3, 0.5),
        ]
        super().__init__(
            label="One threshold unit, four rows", controls=controls, gate=gate, **traits
        )

    def draw(self) -> dict[str, str]:
        """The plane with the unit's line, and the marked truth table."""
        unit = McCullochPitts([self.weight_1, self.weight_2], self.threshold)
        net, fires, wanted = unit.net(ROWS), unit(ROWS), truth_table(self.gate)[1]
        self.right = int((fires == wanted).sum())
        verdict = self._verdict()
        alt = (
            f"Inputs x1, x2 of {self.gate.upper()} as four points; the unit fires at "
            + (", ".join(f"({a:g}, {b:g})" for a, b in ROWS[fires == 1]) or "none of them")
            + "."
        )
        return {
            "svg": picture(400, 340, self._plane(wanted), alt=alt),
            "side": self._table(net, fires, wanted),
            "say": verdict,
        }

    def _verdict(self) -> str:
        name = self.gate.upper()
        if self.right == 4:
            return f"4 of 4 rows right: this unit computes {name}."
        more = ""
        if self.gate == "xor" and self.right == 3:
            more = " Three is the most any single line can do here."
        return f"{self.right} of 4 rows right.{more}"

    def _plane(self, wanted: np.ndarray) -> str:
        plot = Plot((-0.6, 1.6), (-0.6, 1.6), left=56, top=12, width=280, height=280)
        weight = (self.weight_1, self.weight_2)
        if any(weight):
            tint = plot.region(weight, -self.threshold, BLUE, 0.16)
            line = plot.boundary(weight, -self.threshold)
        else:
            everywhere = self.threshold <= 0
            tint, line = plot.region((0, 0), 1 if everywhere else -1, BLUE, 0.16), ""
        dots = []
        for (a, b), want in zip(ROWS, wanted, strict=True):
            shape, color = class_marker(int(want))
            dots.append(plot.dot(a, b, shape, color=color, size=9))
            dots.append(plot.text(a, b, f"wants {want}", dx=13, dy=-9, size=12))
        grid = plot.axes("x₁", "x₂", xticks=[0, 1], yticks=[0, 1])
        fires = plot.text(-0.6, 1.6, "tinted: the unit fires", dx=8, dy=18, size=12, color=BLACK)
        return grid + tint + line + "".join(dots) + fires

    def _table(self, net: np.ndarray, fires: np.ndarray, wanted: np.ndarray) -> str:
        head = "".join(
            f"<th scope='col'>{h}</th>" for h in ("x₁", "x₂", "net", "fires", "wanted", "right?")
        )
        body = "".join(
            f"<tr class='glia-{'right' if f == w else 'wrong'}'><td>{a:g}</td><td>{b:g}</td>"
            f"<td>{number(n, 1)}</td><td>{f}</td><td>{w}</td>"
            f"<td>{'✓ right' if f == w else '✗ wrong'}</td></tr>"
            for (a, b), n, f, w in zip(ROWS, net, fires, wanted, strict=True)
        )
        solved = " glia-solved" if self.right == 4 else ""
        return (
            f"<table class='glia-truth{solved}'><caption>{self.gate.upper()}: "
            f"fires where {number(self.weight_1, 1)}·x₁ + {number(self.weight_2, 1)}·x₂ ≥ "
            f"{number(self.threshold, 1)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )
