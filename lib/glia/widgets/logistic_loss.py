"""Explore what one sample costs a logistic neuron: z, a, and the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.ops import binary_cross_entropy, logistic_loss, logistic_loss_grad, sigmoid
from glia.viz.palette import BLACK, BLUE, GREEN, VERMILION
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot
from glia.widgets.svg import number, picture
from glia.widgets.table import beneath, table, wide_number

__all__ = ["LogisticLossExplorer"]

GRID = np.linspace(-8, 8, 81)
CLOSE = 1e-6


class LogisticLossExplorer(Explorer):
    """One sample, one weight, one bias: see z become a probability and the probability a loss.

    Formula:
        z = w x + b;  a = σ(z);  L = −[y log a + (1 − y) log(1 − a)]

    Args:
        loss: the learner's own ``loss(a, y)`` of a probability and a label; it draws the curve.
        sigmoid: the learner's own ``sigmoid(z)`` of an array; it draws the other curve.
        x: the sample's single feature.
        y: its label, 0 or 1.
        weight: of the neuron.
        bias: of the neuron.

    Example:
        >>> explorer = LogisticLossExplorer(x=2.0, y=1, weight=1.0, bias=0.0)
        >>> round(explorer.numbers()["loss"], 4)
        0.1269
    """

    x = traitlets.Float(1.5).tag(sync=True)
    y = traitlets.Int(1).tag(sync=True)
    weight = traitlets.Float(1.0).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)

    def __init__(
        self,
        loss: Callable[..., Any] | None = None,
        sigmoid: Callable[..., Any] | None = None,
        *,
        x: float = 1.5,
        y: int = 1,
        weight: float = 1.0,
        bias: float = 0.0,
    ) -> None:
        self._loss, self._sigmoid = loss, sigmoid
        super().__init__(
            label="A logistic neuron and its loss",
            controls=[
                slider("x", "feature x", -3, 3, 0.1),
                slider("weight", "weight w", -2, 2, 0.1),
                slider("bias", "bias b", -2, 2, 0.1),
                choice("y", "label y", [(1, "1"), (0, "0")]),
            ],
            x=x,
            y=y,
            weight=weight,
            bias=bias,
        )

    def numbers(self) -> dict[str, float]:
        """The library's z, a, loss and slope ∂L/∂z at the present place."""
        z = self.weight * self.x + self.bias
        return {
            "z": z,
            "a": float(sigmoid(z)),
            "loss": float(logistic_loss(z, self.y)),
            "slope": float(logistic_loss_grad(z, self.y)),
        }

    def draw(self) -> dict[str, str]:
        """The two curves with the present sample on them, and a table of its numbers."""
        self.error = ""
        now = self.numbers()
        yours = self._yours(now["z"])
        z, a, loss = (number(now[key], 3) for key in ("z", "a", "loss"))
        sure = now["a"] if self.y else 1 - now["a"]
        say = (
            f"z = {z}, so a = {a}. The label {self.y} was given probability {number(sure, 3)}; "
            f"the loss is {loss} nats."
        )
        svg = picture(
            720,
            292,
            self._sigmoid_plot(now, yours),
            self._loss_plot(now, yours),
            alt=f"Left, the sigmoid with this sample at z = {z}, a = {a}. Right, the loss over z "
            f"for both labels; this sample, with label {self.y}, stands at {loss}.",
        )
        return {"svg": svg, "side": self._table(now, sure, yours), "say": say}

    def _sigmoid_plot(self, now: dict[str, float], yours: dict[str, np.ndarray]) -> str:
        plot = Plot((-8, 8), (0, 1.0), left=52, top=20, width=270, height=220)
        height = sigmoid(GRID)
        parts = [plot.axes("z = w x + b", "a = σ(z)", xticks=(-8, -4, 0, 4, 8), yticks=(0, 0.5, 1))]
        if "curve_a" in yours:
            parts.append(plot.curve(GRID, height, width=1.5, dash="4 4"))
            height = np.clip(np.nan_to_num(yours["curve_a"], nan=-1.0), -1, 2)
        parts.append(plot.curve(GRID, height, color=GREEN))
        parts.append(plot.curve([now["z"], now["z"]], [0, now["a"]], width=1, dash="2 3"))
        parts.append(plot.dot(now["z"], now["a"], size=7))
        return "".join(parts)

    def _loss_plot(self, now: dict[str, float], yours: dict[str, np.ndarray]) -> str:
        plot = Plot((-8, 8), (-1 if "curve_loss" in yours else 0, 8), left=420, top=20,
                    width=270, height=220)  # fmt: skip
        parts = [plot.axes("z = w x + b", "loss L (nats)", xticks=(-8, -4, 0, 4, 8),
                           yticks=(0, 2, 4, 6, 8))]  # fmt: skip
        for label, color in ((1, BLUE), (0, VERMILION)):
            here = label == self.y
            curve = logistic_loss(GRID, np.full(GRID.shape, label), reduction="none")
            if here and "curve_loss" in yours:
                parts.append(plot.curve(GRID, curve, width=1.5, dash="4 4"))
                curve = np.clip(np.nan_to_num(yours["curve_loss"], nan=20), -20, 20)
            parts.append(plot.curve(GRID, curve, color=color, width=3.5 if here else 1.5,
                                    dash="" if here else "7 4"))  # fmt: skip
            end = -6.6 if label else 6.6
            parts.append(plot.text(end, 7.3, f"y = {label}", anchor="start" if label else "end",
                                   dx=24 if label else -24, color=color, bold=here))  # fmt: skip
        run = 1.3 / np.hypot(1, now["slope"])
        ends = np.array([now["z"] - run, now["z"] + run])
        parts.append(plot.curve(ends, now["loss"] + now["slope"] * (ends - now["z"]), color=BLACK))
        parts.append(plot.dot(now["z"], now["loss"], size=7))
        return "".join(parts)

    def _table(self, now: dict[str, float], sure: float, yours: dict[str, np.ndarray]) -> str:
        head = ["", "z = w x + b", "a = σ(z)", "P(y | x)", "L = −log P(y | x)", "∂L/∂z = a − y"]
        values = (now["z"], now["a"], sure, now["loss"], now["slope"])
        rows = [["library", *map(wide_number, values)]]
        if yours:
            said = [wide_number(float(yours[key])) if key in yours else "" for key in ("a", "loss")]
            rows.append(["yours", "", said[0], "", said[1], ""])
        return beneath(table(head, rows))

    def _yours(self, z: float) -> dict[str, np.ndarray]:
        """What the learner's functions say, as far as they can be asked."""
        said: dict[str, np.ndarray] = {}
        try:
            curve_a = sigmoid(GRID)
            a = sigmoid(z)
            if self._sigmoid is not None:
                both = as_numbers(
                    ask(self._sigmoid, "your sigmoid", np.append(GRID, z)),
                    "your sigmoid",
                    (GRID.size + 1,),
                )
                curve_a, a = both[:-1], both[-1]
                said |= {"curve_a": curve_a, "a": a}
                self._compare("your sigmoid", f"σ({number(z)})", float(a), float(sigmoid(z)))
            if self._loss is not None:
                values = [
                    as_numbers(ask(self._loss, "your loss", float(p), self.y), "your loss", ())
                    for p in (*curve_a, a)
                ]
                said |= {"curve_loss": np.array(values[:-1]), "loss": values[-1]}
                inside = float(np.clip(a, 0, 1))
                expected = float(binary_cross_entropy([inside], [self.y]))
                asked = f"loss({number(float(a), 3)}, {self.y})"
                self._compare("your loss", asked, float(values[-1]), expected)
        except LearnerError as problem:
            self.error = str(problem)
        return said

    def _compare(self, name: str, asked: str, got: float, expected: float) -> None:
        if np.isclose(got, expected, rtol=CLOSE, atol=CLOSE) or self.error:
            return
        hint = ""
        if np.isclose(got, -expected, rtol=CLOSE, atol=CLOSE):
            hint = " Only the sign differs: is the minus in front of the bracket there?"
        self.error = (
            f"{name}: {asked} gives {wide_number(got)}, the library {wide_number(expected)}.{hint}"
        )
