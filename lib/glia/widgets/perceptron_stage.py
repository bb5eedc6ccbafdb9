"""The pictures of a perceptron's training: one frame for each visit, with its numbers."""

from __future__ import annotations

import math

import numpy as np

from glia.viz.palette import BLACK, BLUE, PURPLE
from glia.widgets.perceptron_run import Run, Visit
from glia.widgets.plot import Plot, ticks
from glia.widgets.svg import BACKDROP, class_marker, number, path, picture, text

BEFORE = "#767676"
ROWS = (
    "x",
    "net input w·x + b",
    "predicted, wanted",
    "error y − ŷ",
    "w before",
    "w after",
    "b before → after",
    "angle of w and x",
    "mistakes in each epoch",
)


class Stage:
    """Draws the frames of one run.

    Args:
        X: the examples, (N, 2).
        y: their labels, (N,).
        training: the run over them.
        scale: drawn length of the weight in units of the axes; chosen to fit if None.
    """

    def __init__(
        self, X: np.ndarray, y: np.ndarray, training: Run, scale: float | None = None
    ) -> None:
        self.X, self.y, self.run = X, y, training
        self.so_far: dict[int, int] = {}  # mistakes of the epoch, this visit included
        count = 0
        for place, v in enumerate(training.visits):
            count = 0 if place % len(X) == 0 else count
            count += int(v.prediction != y[v.index])
            self.so_far[id(v)] = count
        low, high = X.min(axis=0), X.max(axis=0)
        middle = (low + high) / 2
        half = 0.62 * max((high - low).max(), 1.0)
        # the weight starts at the origin and needs room around it
        half = max(half, *(2 * abs(middle)))
        self.plot = Plot(
            (middle[0] - half, middle[0] + half),
            (middle[1] - half, middle[1] + half),
            width=330,
            height=330,
        )
        # one scale for all arrows, so that "old + added = new" is seen; the longest must fit
        room = np.stack([middle - half, middle + half]) * 0.92
        ends = np.array([v.weight for v in training.visits]).reshape(-1, 2)
        edge = np.where(ends > 0, room[1], room[0])
        fits = np.divide(edge, ends, out=np.ones_like(ends), where=ends != 0)
        self.shrink = float(min(1.0, fits.min(initial=1.0))) if scale is None else scale

    def backdrop(self) -> str:
        """Axes and examples."""
        dots = []
        for x, label in zip(self.X, self.y, strict=True):
            shape, color = class_marker(int(label > 0))
            dots.append(self.plot.dot(x[0], x[1], shape, color=color, size=6.5))
        (x0, x1), (y0, y1) = self.plot.x, self.plot.y
        grid = self.plot.axes("x₁", "x₂", xticks=ticks(x0, x1), yticks=ticks(y0, y1))
        return grid + "".join(dots)

    def start(self) -> dict[str, str]:
        """The frame before anything was seen."""
        return {
            "svg": self._picture(
                "", "", "The examples; the weight is zero, so there is no line yet."
            ),
            "say": "Start: w = (0, 0), b = 0. Which example will be the first mistake?",
            "side": _table(
                [(name, "–") for name in ROWS[:4]]
                + [(ROWS[4], "(0, 0)"), (ROWS[5], "(0, 0)"), (ROWS[6], "0")]
                + [(name, "–") for name in ROWS[7:]]
            ),
        }

    def frame(self, v: Visit, place: int, of: int) -> dict[str, str]:
        """One visit: where the line was, which example was looked at, where the line is now."""
        x, y = self.X[v.index], self.y[v.index]
        wrong = v.prediction != y
        tint = self.plot.region(v.weight, v.bias, BLUE, 0.13)
        before = self.plot.boundary(v.weight_before, v.bias_before, color=BEFORE, dash="6 5")
        now = self.plot.boundary(v.weight, v.bias)
        px, py = self.plot.at(*x)
        ring = f"<circle cx='{px:.1f}' cy='{py:.1f}' r='12' fill='none' stroke='#000' "
        ring += "stroke-width='2.5'/>" if wrong else "stroke-width='1.5' stroke-dasharray='3 3'/>"
        seen = "wrong, so the line moves" if wrong else "right, so nothing moves"
        body = (before if v.moved else "") + now + self._arrows(v) + ring
        name = f"Visit {place} of {of}, epoch {v.epoch}, example {v.index}"
        return {
            "svg": self._picture(tint, body, f"{name}: the answer {v.prediction} is {seen}."),
            "say": f"{name}: predicted {_signed(v.prediction)}, wanted {_signed(y)}: {seen}. "
            + _turn(v, x),
            "side": self._numbers(v, x, y),
        }

    def ended(self, frame: dict[str, str]) -> dict[str, str]:
        """The last frame, with the reason why it is the last."""
        if self.run.error:
            why = " Stopped by an error in update."
        elif self.run.converged:
            why = f" Epoch {len(self.run.mistakes)} was free of mistakes: learning has ended."
        else:
            why = " Still making mistakes: the run was called off, it did not converge."
        return {**frame, "say": frame["say"] + why}

    def _picture(self, tint: str, body: str, alt: str) -> str:
        note = ""
        if self.shrink != 1:
            note = text(
                52, 396, f"Arrows are drawn at {self.shrink:.2f} of their length.", size=11.5
            )
        return picture(400, 402, tint, BACKDROP, body, note, alt=alt)

    def _arrows(self, v: Visit) -> str:
        old, new = v.weight_before * self.shrink, v.weight * self.shrink
        out = ""
        if v.moved:
            if math.hypot(*old) > 0:
                out += path(
                    [self.plot.at(0, 0), self.plot.at(old[0], old[1])],
                    color=BEFORE,
                    width=2,
                    dash="4 4",
                )
            out += self.plot.arrow(old[0], old[1], new[0], new[1], color=PURPLE, width=3)
        if math.hypot(*new) > 0:
            out += self.plot.arrow(0, 0, new[0], new[1], color=BLACK, width=3)
            out += self.plot.text(new[0], new[1], "w", dx=7, dy=-4, size=15, bold=True)
        return self.plot.clip(out)

    def _numbers(self, v: Visit, x: np.ndarray, y: int) -> str:
        net = float(v.weight_before @ x + v.bias_before)
        counts = [*self.run.mistakes[: v.epoch - 1], self.so_far[id(v)]]
        per_epoch = ", ".join(str(m) for m in counts[-8:])
        more = "… " if v.epoch > 8 else ""
        told = (
            _pair(x),
            number(net),
            f"{_signed(v.prediction)}, {_signed(y)}",
            _signed(y - v.prediction),
            _pair(v.weight_before),
            _pair(v.weight),
            f"{number(v.bias_before)} → {number(v.bias)}",
            _angles(v, x),
            more + per_epoch,
        )
        return _table(list(zip(ROWS, told, strict=True)))


def _table(rows: list[tuple[str, str]]) -> str:
    return (
        "<table class='glia-numbers'>"
        + "".join(f"<tr><th scope='row'>{k}</th><td>{v}</td></tr>" for k, v in rows)
        + "</table>"
    )


def _pair(values: np.ndarray) -> str:
    return "(" + ", ".join(number(v) for v in values) + ")"


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _angle(a: np.ndarray, b: np.ndarray) -> float | None:
    """Degrees between two vectors; None if one of them is zero."""
    lengths = math.hypot(*a) * math.hypot(*b)
    if lengths == 0:
        return None
    return math.degrees(math.acos(min(1.0, max(-1.0, float(a @ b) / lengths))))


def _angles(v: Visit, x: np.ndarray) -> str:
    before, after = (_angle(w, x) for w in (v.weight_before, v.weight))
    return " → ".join("–" if a is None else f"{a:.0f}°" for a in (before, after))


def _turn(v: Visit, x: np.ndarray) -> str:
    if not v.moved:
        return "The weight stays."
    if not np.any(v.weight != v.weight_before):
        return "Only the bias changes: the line shifts without turning."
    turned = _angle(v.weight_before, v.weight)
    if turned is None:
        return f"The weight is now {_pair(v.weight)}."
    return f"The line turns by {turned:.0f}°; angle of w and x: {_angles(v, x)}."
