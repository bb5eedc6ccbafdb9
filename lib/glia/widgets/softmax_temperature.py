"""Play with logits: temperature, a common shift, and the overflow that the shift cures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.ops import softmax
from glia.viz.palette import BLUE, VERMILION
from glia.widgets.explorer import Explorer, choice, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import number, path, picture, rect, text
from glia.widgets.table import note, table, wide_number

__all__ = ["SoftmaxTemperature", "naive_softmax"]

TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
SHIFTS = (0, 1, 100, 1000, -1000)


def naive_softmax(x: np.ndarray) -> np.ndarray:
    """Softmax as the formula is printed, overflow and all.

    Formula:
        p_j = e^(x_j) / Σ_k e^(x_k)

    Shape:
        (K,) → (K,)

    Example:
        >>> naive_softmax(np.array([1000.0, 0.0]))
        array([nan,  0.])
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exponentials = np.exp(x)
        return exponentials / exponentials.sum()


class SoftmaxTemperature(Explorer):
    """Four logits become four probabilities, by the printed formula and by the stable one.

    Formula:
        p_j = e^(z_j / T) / Σ_k e^(z_k / T), the same for z + c

    Args:
        softmax: the learner's own ``softmax(z)`` of rows (N, K), as in the exercise; it draws the
            bars.
        logits: four starting values.
        names: four class names.

    Example:
        >>> widget = SoftmaxTemperature(logits=(2.0, 1.0, 0.0, 0.0))
        >>> widget.temperature = 0.1
        >>> round(float(widget.probabilities()[0]), 3)
        1.0
    """

    logit_0 = traitlets.Float(2.0).tag(sync=True)
    logit_1 = traitlets.Float(1.0).tag(sync=True)
    logit_2 = traitlets.Float(0.0).tag(sync=True)
    logit_3 = traitlets.Float(-1.0).tag(sync=True)
    notch = traitlets.Int(TEMPERATURES.index(1.0)).tag(sync=True)
    shift = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        softmax: Callable[..., Any] | None = None,
        *,
        logits: Sequence[float] = (2.0, 1.0, 0.0, -1.0),
        names: Sequence[str] = ("cat", "dog", "fox", "owl"),
    ) -> None:
        if len(logits) != 4 or len(names) != 4:
            raise ValueError(
                f"SoftmaxTemperature shows 4 classes; got {len(logits)} logits, {len(names)} names"
            )
        self._softmax, self.names = softmax, tuple(names)
        shifts = [(c, f"+ {c}" if c >= 0 else f"− {-c}") for c in SHIFTS]
        super().__init__(
            label="From logits to probabilities",
            controls=[
                *(slider(f"logit_{k}", f"logit of {names[k]}", -5, 5, 0.1) for k in range(4)),
                slider("notch", "temperature T", 0, len(TEMPERATURES) - 1,
                       shown=[f"{t:g}" for t in TEMPERATURES]),
                choice("shift", "add to every logit", shifts),
            ],
            **{f"logit_{k}": float(logits[k]) for k in range(4)},
        )  # fmt: skip

    @property
    def temperature(self) -> float:
        """T; setting it takes the nearest of the slider's values."""
        return TEMPERATURES[self.notch]

    @temperature.setter
    def temperature(self, value: float) -> None:
        self.notch = int(np.argmin([abs(t - value) for t in TEMPERATURES]))

    def scores(self) -> np.ndarray:
        """What enters the softmax: (logits + shift) / T."""
        logits = [self.logit_0, self.logit_1, self.logit_2, self.logit_3]
        return (np.array(logits) + self.shift) / self.temperature

    def probabilities(self) -> np.ndarray:
        """The library's softmax of the scores."""
        return softmax(self.scores())

    def draw(self) -> dict[str, str]:
        """The bars, and a table of the two ways to compute them."""
        self.error = ""
        p, yours = self.probabilities(), self._yours()
        best = self.names[int(np.argmax(p))]
        values = ", ".join(f"{n} {number(v, 3)}" for n, v in zip(self.names, p, strict=True))
        say = f"T = {self.temperature:g}, shift {number(self.shift, 0)}: {values}."
        svg = picture(
            330,
            204,
            *self._bars(p, yours),
            alt=f"Bars of the probabilities of four classes: {values}. The largest is {best}.",
        )
        return {"svg": svg, "side": self._side(p, yours), "say": say}

    def _bars(self, p: np.ndarray, yours: np.ndarray | None) -> list[str]:
        left, wide = 46, 210
        shown = p if yours is None else yours
        parts = []
        for k, name in enumerate(self.names):
            top = 18 + 42 * k
            parts.append(text(left - 8, top + 20, name, anchor="end"))
            value = shown[k]
            if np.isfinite(value):
                length = wide * float(np.clip(value, 0, 1))
                parts.append(rect(left, top, length, 28, fill=BLUE, stroke=BLUE))
                parts.append(text(left + length + 8, top + 20, number(value, 3), bold=True))
            else:
                words = f"{wide_number(value)}: no probability"
                parts.append(text(left + 8, top + 20, words, color=VERMILION, bold=True))
            if yours is None or not np.isfinite(value):
                continue
            at = left + wide * float(p[k])  # where the library's bar ends
            parts.append(path([(at, top - 3), (at, top + 31)], width=2))
        parts.append(path([(left, 12), (left, 184)], width=1))
        words = (
            "bar: yours, black tick: library" if yours is not None else "probability of each class"
        )
        parts.append(text(left, 200, words, size=12))
        return parts

    def _side(self, p: np.ndarray, yours: np.ndarray | None) -> str:
        x = self.scores()
        naive = naive_softmax(x)
        with np.errstate(over="ignore"):
            exponentials = np.exp(x)
        head = ["", "z / T", "e^(z/T)", "as printed", "stable"]
        columns = [x, exponentials, naive, p]
        if yours is not None:
            head.append("yours")
            columns.append(yours)
        digits = (2, 3, 3, 3, 3)
        rows = [
            [name, *(wide_number(float(c[k]), d) for c, d in zip(columns, digits, strict=False))]
            for k, name in enumerate(self.names)
        ]
        return table(head, rows) + note(self._remark(x, naive))

    def _remark(self, x: np.ndarray, naive: np.ndarray) -> str:
        if np.isfinite(naive).all():
            low = "A low temperature sharpens. " if self.temperature < 1 else ""
            high = "A high temperature evens out. " if self.temperature > 1 else ""
            same = "The shift changed no probability. " if self.shift else ""
            return f"{low}{high}{same}Both ways agree."
        if x.max() > 0:
            return (
                "e^(z/T) is too large for a float, and ∞ / ∞ is nan. The stable way takes the "
                "largest score off first and never meets it."
            )
        return (
            "Every e^(z/T) is too small for a float, and 0 / 0 is nan. The stable way takes the "
            "largest score off first, so that one term is always 1."
        )

    def _yours(self) -> np.ndarray | None:
        if self._softmax is None:
            return None
        try:
            rows = self.scores()[None, :]  # (1, 4): the exercise's shape
            value = ask(self._softmax, "your softmax", rows)
            yours = as_numbers(value, "your softmax", (1, 4))[0]
        except LearnerError as problem:
            self.error = str(problem)
            return None
        if not np.isfinite(yours).all():
            self.error = "your softmax overflowed here. What can be subtracted from every score?"
        elif not np.allclose(yours, self.probabilities(), atol=1e-6):
            total = number(float(yours.sum()), 3)
            self.error = f"your softmax differs from the library's; your row sums to {total}."
        return yours
