"""Build a curve out of six ReLUs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLUE, GREEN, VERMILION
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot
from glia.widgets.svg import number, picture
from glia.widgets.table import table

__all__ = ["ReluBumps", "cubic"]

UNITS = 6
LOW, HIGH = -2.0, 1.5
GRID = np.linspace(LOW, HIGH, 141)
SIX = (
    (-5.0, -1.2, 1.2, 1.2, 2.0, 5.0),
    (-7.7, -1.3, 1.0, -0.2, -1.1, -5.0),
    (-1.0, -1.0, -1.0, 1.0, 1.0, 1.0),
)
STARTS = {
    "six": "six units that track the curve",
    "flat": "a flat line, for you to bend",
    "knots": "through seven points of the curve",
}


def cubic(x: np.ndarray) -> np.ndarray:
    """The curve to be tracked, x³ + x² − x − 1."""
    return x**3 + x**2 - x - 1


class ReluBumps(Explorer):
    """Turn the weights of six hidden ReLUs and watch the curve that they draw.

    Formula:
        Z(x) = c + Σ_k v_k max(0, w_k x + b_k)

    Args:
        target: the curve to be tracked, a function of an array.
        net: the learner's own ``relu_sum(x, weight, bias, out_weight, out_bias)``; it draws Z.
        interpolate: the learner's own ``relu_interpolate(knots, values) -> (out_weight,
            out_bias)``; it chooses the weights of the start "knots".
        start: "six", "flat" or "knots".

    Attributes:
        weight: (6,), w of each unit; likewise ``bias``, ``out_weight``.

    Example:
        >>> bumps = ReluBumps(start="six")
        >>> round(bumps.worst(), 2)
        0.43

    Source:
        Cybenko (1989), Approximation by superpositions of a sigmoidal function; Leshno et al.
        (1993) for ReLUs.
    """

    start = traitlets.Enum(tuple(STARTS), "flat").tag(sync=True)
    unit = traitlets.Int(1).tag(sync=True)
    w = traitlets.Float(1.0).tag(sync=True)
    b = traitlets.Float(0.0).tag(sync=True)
    v = traitlets.Float(0.0).tag(sync=True)
    c = traitlets.Float(0.0).tag(sync=True)

    def __init__(
        self,
        target: Callable[..., Any] = cubic,
        net: Callable[..., Any] | None = None,
        interpolate: Callable[..., Any] | None = None,
        *,
        start: str = "flat",
        **traits: Any,
    ) -> None:
        self._target, self._net, self._interpolate = target, net, interpolate
        self._loading = False
        self._told = ""
        self.curve = np.asarray(target(GRID), dtype=float)
        if self.curve.shape != GRID.shape:
            raise ValueError(
                f"ReluBumps: target must answer {GRID.shape} for {GRID.shape}, "
                f"got {self.curve.shape}"
            )
        self.weight, self.bias, self.out_weight = np.ones(UNITS), np.zeros(UNITS), np.zeros(UNITS)
        self._offset = self._load(start)
        super().__init__(
            label="A curve out of six ReLUs",
            controls=[
                choice("start", "start from", list(STARTS.items())),
                slider("unit", "unit", 1, UNITS),
                slider("w", "its weight w", -6, 6, 0.1),
                slider("b", "its bias b", -8, 8, 0.1),
                slider("v", "output weight v", -6, 6, 0.1),
                slider("c", "output bias c", -6, 6, 0.1),
            ],
            start=start,
            c=self._offset,
            **{**self._of_unit(traits.get("unit", 1)), **traits},
        )

    def curve_of_units(self, x: np.ndarray) -> np.ndarray:
        """Z(x) by the library."""
        return self._hidden(x) @ self.out_weight + self.c

    def worst(self) -> float:
        """The largest distance between Z and the target on the interval."""
        return float(np.abs(self.curve_of_units(GRID) - self.curve).max())

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(np.outer(x, self.weight) + self.bias, 0)

    def _of_unit(self, unit: int) -> dict[str, float]:
        k = unit - 1
        return {
            "w": float(self.weight[k]), "b": float(self.bias[k]), "v": float(self.out_weight[k]),
        }  # fmt: skip

    def _load(self, start: str) -> float:
        """Set all units; returns the output bias."""
        self._told = ""
        if start == "six":
            self.weight, self.bias, self.out_weight = (np.array(row) for row in SIX)
            return 0.0
        knots = np.linspace(LOW, HIGH, UNITS + 1)
        self.weight, self.bias = np.ones(UNITS), -knots[:-1]
        self.out_weight = np.zeros(UNITS)
        values = np.interp(knots, GRID, self.curve)
        if start == "flat":
            return round(float(self.curve.mean()), 1)
        slopes = np.diff(values) / np.diff(knots)
        self.out_weight = np.concatenate([slopes[:1], np.diff(slopes)])
        if self._interpolate is None:
            return float(values[0])
        try:
            answer = ask(self._interpolate, "your relu_interpolate", knots, values)
            if not isinstance(answer, (tuple, list)) or len(answer) != 2:
                raise LearnerError("your relu_interpolate must return (out_weight, out_bias).")
            out_weight = as_numbers(answer[0], "your out_weight", (UNITS,), finite=True)
            out_bias = float(as_numbers(answer[1], "your out_bias", (), finite=True))
        except LearnerError as problem:
            self._told = str(problem)
            return float(values[0])
        self.out_weight = out_weight
        return out_bias

    def _on_trait(self, change: Any) -> None:
        if self._loading:
            return
        self._loading = True
        try:
            with self.hold_sync():
                if change["name"] == "start":
                    self.c = self._load(self.start)
                    self.set_trait("w", float(self.weight[self.unit - 1]))
                if change["name"] in ("start", "unit"):
                    for name, value in self._of_unit(self.unit).items():
                        setattr(self, name, value)
                k = self.unit - 1
                self.weight[k], self.bias[k], self.out_weight[k] = self.w, self.b, self.v
                self.redraw()
        finally:
            self._loading = False

    def draw(self) -> dict[str, str]:
        """The curve, the target, the units, and how far they are apart."""
        self.error = self._told
        drawn, yours = self.curve_of_units(GRID), self._yours()
        worst = self.worst()
        k = self.unit - 1
        say = f"Z is {number(worst)} from the curve where it is farthest. {self._bend(k)}"
        plot = Plot((LOW, HIGH), (-4.0, 4.0), width=360, height=300)
        parts = [plot.axes("x", "Z(x)", xticks=(-2, -1, 0, 1), yticks=(-4, -2, 0, 2, 4))]
        for other in range(UNITS):
            piece = self.out_weight[other] * self._hidden(GRID)[:, other]
            if other != k and np.any(piece):
                parts.append(plot.curve(GRID, piece, color="#b0b0b0", width=1))
        piece = self.out_weight[k] * self._hidden(GRID)[:, k]
        parts.append(plot.curve(GRID, piece, color=GREEN, width=2, dash="2 3"))
        parts.append(plot.curve(GRID, self.curve, color=VERMILION, width=2.5, dash="8 4"))
        parts.append(plot.curve(GRID, drawn if yours is None else yours, color=BLUE, width=3))
        legend = ("Z: solid, blue", "the curve: dashed", "this unit's share: dotted")
        colors = (BLUE, VERMILION, GREEN)
        for row, (words, color) in enumerate(zip(legend, colors, strict=True)):
            parts.append(plot.text(-0.7, -2.4, words, dy=18 * row, color=color))
        alt = f"The sum of six ReLUs, the curve that it should follow, and one unit's share. {say}"
        return {"svg": picture(424, 366, *parts, alt=alt), "say": say, "side": self._side()}

    def _bend(self, k: int) -> str:
        if self.weight[k] == 0:
            return f"Unit {k + 1} has weight 0 and never bends."
        at = -self.bias[k] / self.weight[k]
        side = "right" if self.weight[k] > 0 else "left"
        return f"Unit {k + 1} bends at x = {number(float(at))} and acts to the {side} of it."

    def _side(self) -> str:
        rows = [
            [f"{'→ ' if k == self.unit - 1 else ''}{k + 1}",
             *(number(float(a[k]), 1) for a in (self.weight, self.bias, self.out_weight))]
            for k in range(UNITS)
        ]  # fmt: skip
        rows.append(["c", "", "", number(self.c, 1)])
        return table(["unit", "w", "b", "v"], rows)

    def _yours(self) -> np.ndarray | None:
        if self._net is None:
            return None
        try:
            args = (GRID, self.weight, self.bias, self.out_weight, self.c)
            answer = ask(self._net, "your relu_sum", *args)
            yours = as_numbers(answer, "your relu_sum", GRID.shape, finite=True)
        except LearnerError as problem:
            self.error = str(problem)
            return None
        off = np.abs(yours - self.curve_of_units(GRID))
        if not off.max() < 1e-6:
            at = int(off.argmax())
            self.error = (
                f"your relu_sum differs from the library's: at x = {number(float(GRID[at]))} yours "
                f"is {number(float(yours[at]))}."
            )
        return yours
