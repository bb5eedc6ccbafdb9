"""Walk downhill on a loss of two parameters, with a learning rate of one's own choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.contour_map import contour_map
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot, ticks
from glia.widgets.svg import BACKDROP, picture
from glia.widgets.table import wide_number

__all__ = ["DescentContour"]

RATES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 1.2)
BOWLS = {
    "round": (np.array([[2.0, 0.0], [0.0, 2.0]]), np.zeros(2)),
    "valley": (np.array([[8.0, 0.0], [0.0, 0.6]]), np.zeros(2)),
    "tilted": (np.array([[4.0, 2.5], [2.5, 3.0]]), np.array([1.0, 0.5])),
}
WORDS = {
    "round": "a round bowl",
    "valley": "a long valley",
    "tilted": "a tilted valley",
    "two": "two hollows",
}
LEVELS = {
    "round": (0.2, 0.8, 1.8, 3.2, 5, 8),
    "valley": (0.1, 0.5, 1.2, 3, 6, 12, 24),
    "tilted": (-0.1, 0.3, 1, 2.5, 5, 10, 20),
    "two": (-2.4, -2.1, -1.7, -1.2, -0.6, 0.0, 1, 2.5, 5),
}
STEPS = 40
EDGE = 3.0


class DescentContour(Explorer):
    """Gradient descent seen from above, and the loss step by step.

    Formula:
        x ← x − η ∇f(x)

    Args:
        descent: the learner's own ``gradient_descent(A, b, start, lr, steps)``, which returns the
            whole way; it walks the bowls (the surface "two hollows" is not of that form).
        surface: "round", "valley", "tilted" or "two".
        lr: learning rate η; the nearest of the slider's values is taken.

    Example:
        >>> walk = DescentContour(surface="round", lr=0.5)
        >>> walk.path()[1].round(6).tolist()
        [0.0, 0.0]
    """

    surface = traitlets.Enum(tuple(WORDS), "valley").tag(sync=True)
    notch = traitlets.Int(RATES.index(0.1)).tag(sync=True)
    steps = traitlets.Int(20).tag(sync=True)
    from_1 = traitlets.Float(-2.5).tag(sync=True)
    from_2 = traitlets.Float(2.0).tag(sync=True)

    def __init__(
        self,
        descent: Callable[..., Any] | None = None,
        *,
        surface: str = "valley",
        lr: float = 0.1,
        **traits: Any,
    ) -> None:
        self._descent = descent
        self._maps: dict[str, str] = {}
        self._plot = Plot((-EDGE, EDGE), (-EDGE, EDGE), left=52, top=26, width=290, height=290)
        super().__init__(
            label="Downhill with a learning rate of your choice",
            wide=True,
            controls=[
                choice("surface", "surface", list(WORDS.items())),
                slider("notch", "learning rate η", 0, len(RATES) - 1,
                       shown=[f"{r:g}" for r in RATES]),
                slider("steps", "steps", 0, STEPS),
                slider("from_1", "start x₁", -EDGE, EDGE, 0.1),
                slider("from_2", "start x₂", -EDGE, EDGE, 0.1),
            ],
            surface=surface,
            notch=int(np.argmin([abs(r - lr) for r in RATES])),
            **traits,
        )  # fmt: skip

    @property
    def lr(self) -> float:
        """The learning rate of the present notch."""
        return RATES[self.notch]

    def height(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss at points (x, y)."""
        if self.surface == "two":
            return x**4 / 8 - x**2 + 0.25 * x + y**2 / 2
        A, b = BOWLS[self.surface]
        square = A[0, 0] * x**2 + 2 * A[0, 1] * x * y + A[1, 1] * y**2
        return square / 2 - b[0] * x - b[1] * y

    def gradient(self, at: np.ndarray) -> np.ndarray:
        """Its gradient at one point."""
        if self.surface == "two":
            return np.array([at[0] ** 3 / 2 - 2 * at[0] + 0.25, at[1]])
        A, b = BOWLS[self.surface]
        return A @ at - b

    def path(self) -> np.ndarray:
        """The way, (steps + 1, 2), by the library."""
        way = [np.array([self.from_1, self.from_2])]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(self.steps):
                way.append(way[-1] - self.lr * self.gradient(way[-1]))
        return np.array(way)

    def draw(self) -> dict[str, str]:
        """The walk from above, and its loss."""
        self.error = ""
        way = self.path()
        yours = self._yours(way)
        shown = way if yours is None else yours
        with np.errstate(over="ignore", invalid="ignore"):
            losses = self.height(shown[:, 0], shown[:, 1])
        say = f"η = {self.lr:g}, {self.steps} steps: {self._verdict(shown, losses)}"
        self._backdrop()
        alt = f"A walk downhill on {WORDS[self.surface]} seen from above, and its loss. {say}"
        svg = picture(720, 376, BACKDROP, self._walk(shown), self._losses(losses), alt=alt)
        return {"svg": svg, "say": say}

    def _backdrop(self) -> None:
        if self.surface not in self._maps:
            axes = self._plot.axes("x₁", "x₂", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
            lines = contour_map(self._plot, self.height, LEVELS[self.surface])
            self._maps[self.surface] = axes + lines
        self.backdrop = self._maps[self.surface]

    def _walk(self, way: np.ndarray) -> str:
        inside = np.clip(np.nan_to_num(way, nan=1e3, posinf=1e3, neginf=-1e3), -50, 50)
        out = [self._plot.curve(inside[:, 0], inside[:, 1], color=BLUE, width=2)]
        dots = [p for p in inside if np.all(np.abs(p) <= EDGE)]
        out += [self._plot.dot(p[0], p[1], size=3.5, color=BLUE) for p in dots]
        out.append(self._plot.dot(way[0, 0], way[0, 1], "s", size=6, color=BLACK))
        if np.all(np.abs(inside[-1]) <= EDGE):
            last = inside[-1]
            out.append(self._plot.dot(last[0], last[1], "D", size=7, color=VERMILION))
        out.append(self._plot.text(way[0, 0], way[0, 1], "start", dx=9, dy=-8))
        return "".join(out)

    def _losses(self, losses: np.ndarray) -> str:
        side = np.linspace(-EDGE, EDGE, 61)
        low = float(self.height(*np.meshgrid(side, side)).min())
        top = max(float(losses[0]), low + 1.0)
        top = low + 1.15 * (top - low)
        plot = Plot((0, STEPS), (low, top), left=430, top=26, width=270, height=290)
        heights = ticks(low, top, 4)
        out = [plot.axes("step", "loss f(x)", xticks=(0, 10, 20, 30, 40), yticks=heights)]
        drawn = np.clip(np.nan_to_num(losses, nan=1e6, posinf=1e6), low - 1, top + 10 * (top - low))
        out.append(plot.curve(range(len(drawn)), drawn, color=BLUE, width=2.5))
        for k, value in enumerate(drawn):
            if value <= top:
                out.append(plot.dot(k, value, size=3.5, color=BLUE))
        return "".join(out)

    def _verdict(self, way: np.ndarray, losses: np.ndarray) -> str:
        last = float(losses[-1])
        words = f"the loss goes from {wide_number(float(losses[0]), 2)} to {wide_number(last, 2)}."
        if self.steps < 3:
            return words
        if not np.isfinite(last) or last > losses[0]:
            return f"{words} Too large: it runs away."
        moves = np.diff(way, axis=0)
        turns = int(np.sum(np.sum(moves[1:] * moves[:-1], axis=1) < 0))
        rises = int(np.sum(np.diff(losses) > 1e-9))
        slope = self.gradient(np.array([self.from_1, self.from_2]))
        if rises:
            return f"{words} It overshoots: {rises} of the steps went up."
        if turns > len(moves) // 2:
            return f"{words} It jumps from side to side: {turns} steps turned back."
        if self.lr * np.linalg.norm(slope) * self.steps < 1.0:
            return f"{words} Too small: it has hardly moved."
        return words

    def _yours(self, way: np.ndarray) -> np.ndarray | None:
        if self._descent is None:
            return None
        if self.surface == "two":
            self.error = "your gradient_descent knows bowls only: this walk is the library's."
            return None
        A, b = BOWLS[self.surface]
        try:
            args = (A, b, way[0], self.lr, self.steps)
            value = ask(self._descent, "your gradient_descent", *args)
            yours = as_numbers(value, "your gradient_descent", way.shape)
            as_numbers(yours[0], "your gradient_descent (start)", (2,), finite=True)
        except LearnerError as problem:
            self.error = str(problem)
            return None
        if not np.allclose(yours, way, rtol=1e-6, atol=1e-6, equal_nan=True):
            first = int(np.argmax(~np.isclose(yours, way, rtol=1e-6, atol=1e-6).all(axis=1)))
            point = ", ".join(wide_number(float(c), 3) for c in yours[first])
            want = ", ".join(wide_number(float(c), 3) for c in way[first])
            self.error = f"your way leaves the library's at step {first}: ({point}), not ({want})."
        return yours
