"""Walk the chain rule through a logistic neuron, one link at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.ops import logistic_gradient, logistic_loss, sigmoid
from glia.viz.palette import BLUE, GREEN, VERMILION
from glia.widgets.explorer import Explorer, choice, move, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import arrow, number, picture, rect, text
from glia.widgets.table import beneath, table, wide_number

__all__ = ["GradientFlow"]

# Left edge of the boxes: inputs, z, a, L.
COLUMNS = (20, 205, 390, 575)
WIDE, TALL = 125, 62
STEPS = (
    "forward pass",
    "first link: ∂L/∂a",
    "second link: da/dz",
    "their product: ∂L/∂z",
    "third link: ∂z/∂w and ∂z/∂b",
    "the gradient",
)


class GradientFlow(Explorer):
    """The gradient of the log loss, link by link, with the numbers of one sample.

    Formula:
        ∂L/∂w = ∂L/∂a · da/dz · ∂z/∂w = (a − y)/(a − a²) · a(1 − a) · x = (a − y) x

    Args:
        gradient: the learner's own ``gradient(X, y, weight, bias)`` that returns
            ``(grad_weight, grad_bias)``, as in the exercise ``logistic_gradient``; the last step
            sets its numbers beside the library's.
        x: the sample's single feature.
        y: its label, 0 or 1.
        weight: of the neuron.
        bias: of the neuron.

    Example:
        >>> flow = GradientFlow(x=2.0, y=1, weight=1.0, bias=0.0)
        >>> flow.step = 5
        >>> "∂L/∂w = −0.238" in flow.picture["say"]
        True
    """

    step = traitlets.Int(0).tag(sync=True)
    x = traitlets.Float(2.0).tag(sync=True)
    y = traitlets.Int(1).tag(sync=True)
    weight = traitlets.Float(0.5).tag(sync=True)
    bias = traitlets.Float(-0.5).tag(sync=True)

    def __init__(
        self,
        gradient: Callable[..., Any] | None = None,
        *,
        x: float = 2.0,
        y: int = 1,
        weight: float = 0.5,
        bias: float = -0.5,
    ) -> None:
        self._gradient = gradient
        self._drawn_for: tuple[float, ...] | None = None
        super().__init__(
            label="The chain rule through a logistic neuron",
            controls=[
                slider("step", "step", 0, len(STEPS) - 1, shown=list(STEPS)),
                move("step", "Back", -1),
                move("step", "Next link", +1),
                slider("x", "feature x", -3, 3, 0.1),
                choice("y", "label y", [(1, "1"), (0, "0")]),
                slider("weight", "weight w", -2, 2, 0.1),
                slider("bias", "bias b", -2, 2, 0.1),
            ],
            frame_by="step",
            x=x,
            y=y,
            weight=weight,
            bias=bias,
        )

    def links(self) -> dict[str, float]:
        """The numbers of the present sample, forward and along the chain."""
        z = self.weight * self.x + self.bias
        a = float(sigmoid(z))
        return {
            "z": z,
            "a": a,
            "loss": float(logistic_loss(z, self.y)),
            "dL/da": (a - self.y) / (a - a * a),
            "da/dz": a * (1 - a),
            "dL/dz": a - self.y,
            "dz/dw": self.x,
            "dL/dw": (a - self.y) * self.x,
            "dL/db": a - self.y,
        }

    def redraw(self) -> None:
        """Compute all steps anew if a number changed; turning to a step needs none of it."""
        now = (self.x, self.y, self.weight, self.bias)
        if now != self._drawn_for:
            self._drawn_for = now
            self.frames = [self._frame(step) for step in range(len(STEPS))]
        self.picture = self.draw()

    def _frame(self, step: int) -> dict[str, str]:
        n = self.links()
        say = self._words(step, n)
        svg = picture(
            720,
            300,
            self._forward(n),
            *(self._backward(n, step)),
            self._sum_up(step, n),
            alt=f"The chain from x, w and b over z and a to the loss, at the step: {STEPS[step]}.",
        )
        frame = {"svg": svg, "say": say}
        if step == len(STEPS) - 1 and self._gradient is not None:
            frame["side"] = self._beside(n)
        return frame

    def _forward(self, n: dict[str, float]) -> str:
        boxes = (
            ("x, w, b", f"{number(self.x, 1)}, {number(self.weight, 1)}, {number(self.bias, 1)}"),
            ("z = w x + b", number(n["z"], 3)),
            ("a = σ(z)", number(n["a"], 3)),
            (f"L, with y = {self.y}", number(n["loss"], 3)),
        )
        parts = []
        for left, (name, value) in zip(COLUMNS, boxes, strict=True):
            middle = left + WIDE / 2
            parts.append(rect(left, 20, WIDE, TALL, fill="#f4f4f4"))
            parts.append(text(middle, 43, name, anchor="middle"))
            size = 13 if "," in value else 15
            parts.append(text(middle, 67, value, anchor="middle", size=size, bold=True))
        for left in COLUMNS[:-1]:
            parts.append(arrow(left + WIDE + 6, 51, left + WIDE + 54, 51))
        return "".join(parts)

    def _backward(self, n: dict[str, float], step: int) -> list[str]:
        links = (
            (1, 2, "∂L/∂a", f"(a − y)/(a − a²) = {wide_number(n['dL/da'])}", VERMILION),
            (2, 1, "da/dz", f"a(1 − a) = {wide_number(n['da/dz'])}", GREEN),
            (4, 0, "∂z/∂w,  ∂z/∂b", f"x = {number(n['dz/dw'], 1)},  1", BLUE),
        )
        parts = []
        for shown_from, column, name, value, color in links:
            if step < shown_from:
                continue
            start, end = COLUMNS[column + 1] + WIDE / 2 - 14, COLUMNS[column] + WIDE / 2 + 14
            middle = (start + end) / 2
            width = 4 if step == shown_from else 2
            parts.append(arrow(start, 108, end, 108, color=color, width=width))
            parts.append(text(middle, 134, name, anchor="middle", size=14, bold=True))
            parts.append(text(middle, 154, value, anchor="middle"))
        return parts

    def _sum_up(self, step: int, n: dict[str, float]) -> str:
        first, second = wide_number(n["dL/da"]), wide_number(n["da/dz"])
        dz, x = wide_number(n["dL/dz"]), number(self.x, 1)
        lines = {
            0: ("Which way should w and b move to make L smaller?",
                "Next: follow the loss backwards, one link at a time."),
            1: ("How does the loss answer a change of a?", f"∂L/∂a = {first}"),
            2: ("How does a answer a change of z? Steepest at a = 0.5, flat at both ends.",
                f"da/dz = {second}"),
            3: ("Multiply. a − a² below and a(1 − a) above are the same number: they cancel.",
                f"∂L/∂z = ({first}) · ({second}) = a − y = {dz}"),
            4: ("How does z answer a change of w, and of b?", f"∂z/∂w = x = {x},   ∂z/∂b = 1"),
            5: ("The whole chain, for w and for b:",
                f"∂L/∂w = (a − y) x = ({dz}) · ({x}) = {wide_number(n['dL/dw'])}    and    "
                f"∂L/∂b = a − y = {dz}"),
        }  # fmt: skip
        question, answer = lines[step]
        return (
            rect(20, 186, 680, 92, stroke="#767676")
            + text(36, 216, question, size=14)
            + text(36, 254, answer, size=16, bold=True)
        )

    def _words(self, step: int, n: dict[str, float]) -> str:
        dz = wide_number(n["dL/dz"])
        return (
            f"Forward: z = {number(n['z'], 3)}, a = {number(n['a'], 3)}, "
            f"L = {number(n['loss'], 3)}.",
            f"∂L/∂a = (a − y)/(a − a²) = {wide_number(n['dL/da'])}.",
            f"da/dz = a(1 − a) = {wide_number(n['da/dz'])}.",
            f"∂L/∂z = {wide_number(n['dL/da'])} times {wide_number(n['da/dz'])} = a − y = {dz}.",
            f"∂z/∂w = x = {number(self.x, 1)} and ∂z/∂b = 1.",
            f"∂L/∂w = {wide_number(n['dL/dw'])} and ∂L/∂b = {dz}. "
            + self._downhill(n),
        )[step]  # fmt: skip

    def _downhill(self, n: dict[str, float]) -> str:
        if abs(n["dL/dw"]) < 1e-12:
            return "The weight has nothing to learn from this sample: x is 0."
        way = "lowers" if n["dL/dw"] > 0 else "raises"
        return f"A step downhill {way} w: w − lr · ∂L/∂w."

    def _beside(self, n: dict[str, float]) -> str:
        """The learner's gradient at this one sample, beside the library's."""
        X, y = np.array([[self.x]]), np.array([float(self.y)])
        weight = np.array([self.weight])
        grad_weight, grad_bias = logistic_gradient(X, y, weight, self.bias)
        expected = [float(grad_weight[0]), grad_bias]
        rows = [["∂L/∂w", wide_number(expected[0])], ["∂L/∂b", wide_number(expected[1])]]
        self.error = ""
        try:
            yours = self._ask(X, y, weight)
            for row, value in zip(rows, yours, strict=True):
                row.append(wide_number(value))
            self.error = _difference(yours, expected)
        except LearnerError as problem:
            self.error = str(problem)
            for row in rows:
                row.append("?")
        return beneath(table(["", "library", "yours"], rows))

    def _ask(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> list[float]:
        assert self._gradient is not None
        pair = ask(self._gradient, "your gradient", X, y, weight, self.bias)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise LearnerError(
                "your gradient must return two things, (grad_weight, grad_bias); "
                f"it returned {type(pair).__name__}."
            )
        grad_weight = as_numbers(pair[0], "your grad_weight", (1,))
        grad_bias = as_numbers(pair[1], "your grad_bias", ())
        return [float(grad_weight[0]), float(grad_bias)]


def _difference(yours: list[float], expected: list[float]) -> str:
    if np.allclose(yours, expected, rtol=1e-6, atol=1e-9):
        return ""
    if np.allclose(yours, [-value for value in expected], rtol=1e-6, atol=1e-9):
        return (
            "Your gradient points the other way: the sign is turned round. It should be a − y, "
            "and the step is then w − lr · gradient."
        )
    if np.allclose(yours[1], expected[1], rtol=1e-6, atol=1e-9):
        return "Your ∂L/∂b is right, your ∂L/∂w is not: by what does the chain multiply a − y?"
    return "Your numbers differ from the library's. Go back and compare link by link."
