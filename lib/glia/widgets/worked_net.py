"""One whole training step of the smallest interesting net, number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLACK, BLUE, GREEN, VERMILION
from glia.widgets.explorer import Explorer, choice, jump, move, play, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import marker, number, path, picture, rect, text
from glia.widgets.table import beneath, table
from glia.widgets.worked_step import HIDDEN, OUTPUT, TARGET, WorkedStep, X, worked_step

__all__ = ["WorkedNetStepper"]

PLACES = {"x": ((70, 90), (70, 250)), "h": ((330, 90), (330, 250)), "y": ((560, 170),)}
UNITS = ("top", "bottom")


class WorkedNetStepper(Explorer):
    """A net of two inputs, two hidden neurons and one output trains for one step, slowly.

    Args:
        step_function: the learner's own ``worked_net_step(x, W, v, target, lr)`` that returns
            ``(y, delta, W, v)``; its numbers stand beside the library's.
        lr: learning rate η.
        target: what should come out.

    Attributes:
        step: the moment shown, from the bare net to the second forward pass.
        slip: "old", or "new" for the mistake of sending δ back through the changed weights.

    Example:
        >>> net = WorkedNetStepper(step=6)
        >>> "0.690283" in net.picture["say"]
        True
    """

    step = traitlets.Int(0).tag(sync=True)
    x1 = traitlets.Float(X[0]).tag(sync=True)
    x2 = traitlets.Float(X[1]).tag(sync=True)
    target = traitlets.Float(TARGET).tag(sync=True)
    lr = traitlets.Float(1.0).tag(sync=True)
    slip = traitlets.Enum(("old", "new"), "old").tag(sync=True)

    def __init__(self, step_function: Callable[..., Any] | None = None, **traits: Any) -> None:
        self._yours = step_function
        super().__init__(
            label="One training step, number by number",
            wide=True,
            controls=[
                jump("step", "Start", 0),
                move("step", "Back", -1),
                move("step", "Step", 1),
                play("step", every_ms=1200),
                slider("step", "step", 0, 14, shown=self._stations("old")),
                slider("x1", "input x₁", -1, 1, 0.05),
                slider("x2", "input x₂", -1, 1, 0.05),
                slider("target", "target t", 0, 1, 0.05),
                slider("lr", "learning rate η", 0, 20, 0.5),
                choice("slip", "δ goes back through", [
                    ("old", "the old output weights"), ("new", "the new ones (a slip)")]),
            ],
            frame_by="step",
            **traits,
        )  # fmt: skip

    def values(self) -> tuple[WorkedStep, WorkedStep]:
        """The step, and the forward pass after it."""
        x, W, v = np.array([self.x1, self.x2]), np.array(HIDDEN), np.array(OUTPUT)
        first = worked_step(x, W, v, self.target, self.lr, slip=self.slip == "new")
        return first, worked_step(x, first.W, first.v, self.target, self.lr)

    def draw_frames(self) -> list[dict[str, str]]:
        """The fifteen moments of the step."""
        self.error = ""
        first, second = self.values()
        yours = self._ask(first)
        stations = self._stations(self.slip)
        self.controls = [{**c, "shown": stations} if c["name"] == "step" and c["kind"] == "range"
                         else c for c in self.controls]  # fmt: skip
        return [self._frame(place, first, second, yours) for place in range(15)]

    @staticmethod
    def _stations(slip: str) -> list[str]:
        back = ["δ top", "δ bottom", "new v"] if slip == "old" else ["new v", "δ top", "δ bottom"]
        return ["start", "net top", "h top", "net bottom", "h bottom", "sum s", "answer y",
                "error E", "δ output", *back, "new w top", "new w bottom",
                "forward again"]  # fmt: skip

    def _frame(
        self, place: int, now: WorkedStep, then: WorkedStep, yours: list[list[str]]
    ) -> dict[str, str]:
        station = self._stations(self.slip)[place]
        reached = set(self._stations(self.slip)[: place + 1])
        formula, numbers = self._words(station, now, then)
        say = f"{formula}{'' if formula[-1] in '.?' else ':'} {numbers}"
        alt = f"A net of two inputs, two hidden neurons and one output, at the step: {station}."
        svg = picture(
            700, 410,
            *self._edges(station, reached, now),
            *self._nodes(station, reached, now, then),
            rect(20, 332, 660, 68, stroke="#767676"),
            text(34, 358, formula, size=14),
            text(34, 386, numbers, size=15, bold=True),
            alt=alt,
        )  # fmt: skip
        frame = {"svg": svg, "say": say}
        if yours:
            frame["side"] = beneath(table(["", "library", "yours"], yours))
        return frame

    def _words(self, station: str, n: WorkedStep, then: WorkedStep) -> tuple[str, str]:
        unit = 1 if station.endswith("bottom") else 0
        name, low = UNITS[unit], "₁₂"[unit]
        (w1, w2), v = HIDDEN[unit], OUTPUT[unit]
        used = float(n.v[unit]) if self.slip == "new" else v
        d, dj, h = n.delta, float(n.deltas[unit]), float(n.h[unit])
        x1, x2, t, lr = number(self.x1), number(self.x2), number(self.target), f"{self.lr:g}"
        if station == "start":
            return ("Two inputs, two hidden neurons, one output; all sigmoids, no biases.",
                    f"x = ({x1}, {x2}), target t = {t}, learning rate η = {lr}")  # fmt: skip
        if station.startswith("net"):
            return (f"The {name} hidden neuron sums: net{low} = w₁x₁ + w₂x₂",
                    f"{w1:g} · {x1} + {w2:g} · {x2} = {six(float(n.net[unit]))}")  # fmt: skip
        if station.startswith("h "):
            return (f"and bends: h{low} = σ(net{low})", f"σ({six(float(n.net[unit]))}) = {six(h)}")
        if station == "sum s":
            return ("The output neuron sums: s = v₁h₁ + v₂h₂",
                    f"{OUTPUT[0]:g} · {six(float(n.h[0]))} + {OUTPUT[1]:g} · {six(float(n.h[1]))} "
                    f"= {six(n.s)}")  # fmt: skip
        if station == "answer y":
            return "and bends: y = σ(s)", f"σ({six(n.s)}) = {six(n.y)}"
        if station == "error E":
            return ("How wrong is that? E = ½ (y − t)²",
                    f"½ ({six(n.y)} − {t})² = {six(n.error)}")  # fmt: skip
        if station == "δ output":
            return ("Now back. δ = ∂E/∂s = (y − t) · y (1 − y)",
                    f"({six(n.y)} − {t}) · {six(n.y)} · {six(1 - n.y)} = {six(d)}")  # fmt: skip
        if station.startswith("δ"):
            which = f"v{low}" if self.slip == "old" else "the changed v"
            return (f"δ{low} = {which} · δ · h{low} (1 − h{low})",
                    f"{six(used)} · {six(d)} · {six(h)} · {six(1 - h)} = {six(dj)}")  # fmt: skip
        if station == "new v":
            return ("New output weights: v ← v − η δ h",
                    f"v₁ = {OUTPUT[0]:g} − {lr} · {six(d)} · {six(float(n.h[0]))} = "
                    f"{six(float(n.v[0]))},   v₂ = {six(float(n.v[1]))}")  # fmt: skip
        if station.startswith("new w"):
            return (f"New weights of the {name} neuron: w ← w − η δ{low} x",
                    f"w₁ = {w1:g} − {lr} · {six(dj)} · {x1} = {six(float(n.W[unit, 0]))},   "
                    f"w₂ = {six(float(n.W[unit, 1]))}")  # fmt: skip
        better = "smaller" if then.error < n.error else "not smaller"
        before = f"(before: {six(n.error)})"
        return (
            f"Forward again with the new weights: the error is {better}.",
            f"y = {six(then.y)},   E = {six(then.error)}   {before}",
        )

    def _edges(self, station: str, reached: set[str], n: WorkedStep) -> list[str]:
        out = []
        for unit in range(2):
            name = UNITS[unit]
            for i in range(2):
                fresh = f"new w {name}" in reached
                w = float(n.W[unit, i]) if fresh else HIDDEN[unit][i]
                lit = station in (f"net {name}", f"new w {name}", "forward again")
                share = 0.3 if i == unit else 0.22
                out.append(_edge(PLACES["x"][i], PLACES["h"][unit], w, fresh, lit, station, share))
            fresh = "new v" in reached
            v = float(n.v[unit]) if fresh else OUTPUT[unit]
            lit = station in ("sum s", "new v", f"δ {name}", "forward again")
            out.append(_edge(PLACES["h"][unit], PLACES["y"][0], v, fresh, lit, station, 0.5))
        return out

    def _nodes(self, station: str, reached: set[str], n: WorkedStep, then: WorkedStep) -> list[str]:
        out = []
        again = station == "forward again"
        for i, value in enumerate((self.x1, self.x2)):
            out += _node(PLACES["x"][i], f"x{'₁₂'[i]}", number(value), "", False)
        for unit in range(2):
            name, inside = UNITS[unit], "?"
            if f"net {name}" in reached:
                inside = f"net {number(float(n.net[unit]), 3)}"
            if f"h {name}" in reached:
                inside = number(float((then if again else n).h[unit]), 4)
            back = f"δ = {number(float(n.deltas[unit]), 6)}" if f"δ {name}" in reached else ""
            lit = station in (f"net {name}", f"h {name}", f"δ {name}")
            out += _node(PLACES["h"][unit], f"h{'₁₂'[unit]}, {name}", inside, back, lit)
        inside = "?"
        if "sum s" in reached:
            inside = f"s {number(n.s, 3)}"
        if "answer y" in reached:
            inside = number((then if again else n).y, 4)
        back = f"δ = {number(n.delta, 6)}" if "δ output" in reached else ""
        lit = station in ("sum s", "answer y", "δ output")
        out += _node(PLACES["y"][0], "y", inside, back, lit)
        out.append(text(604, 150, f"target {number(self.target)}", size=13))
        if "error E" in reached:
            error = (then if again else n).error
            bold = station in ("error E", "forward again")
            out.append(text(604, 172, f"E = {number(error, 5)}", size=13, bold=bold))
        return out

    def _ask(self, n: WorkedStep) -> list[list[str]]:
        """The learner's four answers beside ours, and the first difference in words."""
        if self._yours is None:
            return []
        x, W, v = np.array([self.x1, self.x2]), np.array(HIDDEN), np.array(OUTPUT)
        try:
            answer = ask(self._yours, "your worked_net_step", x, W, v, self.target, self.lr)
            if not isinstance(answer, tuple | list) or len(answer) != 4:
                raise LearnerError(
                    "your worked_net_step must return (y, delta, W, v)."
                )
            said = [
                as_numbers(value, f"your {name}", shape)
                for value, name, shape in zip(
                    answer, ("y", "delta", "W", "v"), ((), (), (2, 2), (2,)), strict=True
                )
            ]
        except LearnerError as problem:
            self.error = str(problem)
            return []
        right = worked_step(x, W, v, self.target, self.lr)
        slipped = worked_step(x, W, v, self.target, self.lr, slip=True)
        names = ("y", "δ of the output", "W, row by row", "v")
        ours = [right.y, right.delta, right.W, right.v]
        for name, yours, want in zip(names, said, ours, strict=True):
            if np.allclose(yours, want, rtol=1e-6, atol=1e-9) or self.error:
                continue
            self.error = f"your {name} differs: {_row(yours)}, not {_row(want)}."
            if name.startswith("W") and np.allclose(yours, slipped.W, rtol=1e-6, atol=1e-9):
                self.error += (
                    " You sent δ back through the new output weights: keep the old ones until "
                    "both layers have their gradients."
                )
        return [[name, _row(want), _row(yours)]
                for name, yours, want in zip(names, said, ours, strict=True)]  # fmt: skip


def six(value: float) -> str:
    """Six decimals, or fewer where they would be zeros."""
    words = number(value, 6).rstrip("0")
    return words + "0" if words.endswith(".") else words


def _row(values: Any) -> str:
    return ", ".join(six(float(v)) for v in np.asarray(values).reshape(-1))


def _edge(
    start: tuple[float, float], end: tuple[float, float], weight: float, fresh: bool, lit: bool,
    station: str, share: float,
) -> str:  # fmt: skip
    backward = station.startswith(("δ", "new"))
    color = (VERMILION if backward else BLUE) if lit else "#8a8a8a"
    dash = "" if weight >= 0 else "7 4"
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]) - 7
    words = number(weight, 4) if fresh else f"{weight:g}".replace("-", "−")
    line = path([start, end], color=color, width=3.5 if lit else 1.5, dash=dash)
    return line + text(x, y, words, anchor="middle", halo=True, bold=fresh or lit)


def _node(at: tuple[float, float], name: str, inside: str, back: str, lit: bool) -> list[str]:
    x, y = at
    out = [marker(x, y, color=GREEN if lit else BLACK, size=36, hollow=True)]
    if lit:
        out.append(marker(x, y, color=GREEN, size=33, hollow=True))
    size = 13 if len(inside) < 8 else 11.5
    out.append(text(x, y + 5, inside, anchor="middle", size=size, bold=True))
    out.append(text(x, y - 43, name, anchor="middle", halo=True))
    if back:
        out.append(text(x, y + 54, back, anchor="middle", color=VERMILION, bold=True, halo=True))
    return out
