"""Backpropagation on a computation graph: values forward, gradients back, a step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.tensor import Tensor
from glia.testing import numerical_gradient
from glia.widgets.backprop_walk import Walk, ground, stations
from glia.widgets.explorer import Explorer, jump, move, play, slider
from glia.widgets.learner import LearnerError, ask
from glia.widgets.table import wide_number

__all__ = ["BackpropGraph"]

LETTERS = "abcd"  # traits of the sliders, one for each number that may be turned


class BackpropGraph(Explorer):
    """Step through a graph: each step's value on the way forward, upstream × local on the way back.

    Clicking a tensor or a step jumps to the moment at which it is complete.

    Args:
        expression: a scalar Tensor whose graph is still there (before ``backward``), or a function
            of numbers that returns one; then each of the first four numbers gets a slider, and
            what the steps hand back is measured against central differences.
        names: what to call tensors, such as ``{"u": u}``; unnamed ones get a number.
        values: for a function, its arguments, such as ``w=2.0, x=3.0``.

    Attributes:
        step: 0 is the start; then the steps forward, the seed 1, and the steps back.

    Raises:
        ValueError: the expression is no scalar, needs no gradient, or is too large to look at.
        RuntimeError: its graph was already released by ``backward``.

    Example:
        >>> graph = BackpropGraph(lambda w, x: w * x, w=2.0, x=3.0)
        >>> graph.gradients()
        {'w': 3.0, 'x': 2.0}
    """

    step = traitlets.Int(0).tag(sync=True)
    a = traitlets.Float(0.0).tag(sync=True)
    b = traitlets.Float(0.0).tag(sync=True)
    c = traitlets.Float(0.0).tag(sync=True)
    d = traitlets.Float(0.0).tag(sync=True)

    def __init__(
        self,
        expression: Tensor | Callable[..., Any],
        names: dict[str, Tensor] | None = None,
        **values: float,
    ) -> None:
        self._expression, self._names, self._given = expression, names or {}, dict(values)
        self._turned = dict(zip(LETTERS, values, strict=False))
        if isinstance(expression, Tensor) and values:
            raise ValueError("BackpropGraph: values belong to a function; got a Tensor")
        self.walk = self._walk_of(expression)
        spans = {n: max(3.0, float(np.ceil(abs(v)))) for n, v in values.items()}
        self._last = 2 * len(self.walk.visits) + 1
        super().__init__(
            label="Values forward, gradients back",
            wide=True,
            controls=[
                jump("step", "Start", 0),
                move("step", "Back", -1),
                move("step", "Step", 1),
                play("step", every_ms=900),
                slider("step", "step", 0, self._last, shown=stations(len(self.walk.visits))),
                *(slider(letter, name, -spans[name], spans[name], 0.1)
                  for letter, name in self._turned.items()),
            ],
            frame_by="step",
            **{letter: float(values[name]) for letter, name in self._turned.items()},
        )  # fmt: skip

    def gradients(self) -> dict[str, float | np.ndarray]:
        """The gradient of the expression with respect to each leaf that asks for one."""
        found = {}
        for key, node in self.walk.leaves():
            array = self.walk.total(key)
            found[node.label] = float(array) if array.ndim == 0 else array
        return found

    def draw_frames(self) -> list[dict[str, str]]:
        """Run the expression anew if it is a function, and draw every step."""
        self.error = ""
        if self._turned:
            now = {name: getattr(self, letter) for letter, name in self._turned.items()}
            try:
                self.walk = self._walk_of(self._expression, now)
                self.error = self._measured({**self._given, **now})
            except (LearnerError, ValueError, RuntimeError) as problem:
                self.error = str(problem)
        self.backdrop = ground(self.walk.layout)
        count = 2 * len(self.walk.visits) + 1
        if count != self._last:  # an `if` in the learner's function may lengthen the graph
            self._last, names = count, stations(len(self.walk.visits))
            longer = {"max": count, "shown": names}
            self.controls = [
                {**c, **longer} if (c["kind"], c["name"]) == ("range", "step") else c
                for c in self.controls
            ]
            self.step = min(self.step, count)
        return [self.walk.frame(place) for place in range(count + 1)]

    def _walk_of(self, expression: Any, now: dict[str, float] | None = None) -> Walk:
        names = dict(self._names)
        if not isinstance(expression, Tensor):
            given = {**self._given, **(now or {})}
            leaves = {n: Tensor(np.float64(v), requires_grad=True) for n, v in given.items()}
            expression = ask(lambda: expression_of(self._expression, leaves), "your expression")
            if isinstance(expression, tuple):
                expression, more = expression
                names.update(more)
            names.update(leaves)
        if not isinstance(expression, Tensor):
            raise ValueError(f"BackpropGraph: expected a Tensor, got {type(expression).__name__}")
        if expression.array.size != 1 or not expression.requires_grad:
            raise ValueError(
                "BackpropGraph: expected a scalar that requires a gradient, got shape "
                f"{expression.shape} with requires_grad={expression.requires_grad}"
            )
        return Walk(expression, names)

    def _measured(self, values: dict[str, float]) -> str:
        """What to say if a gradient is not what a central difference measures."""
        for place, name in enumerate(values):

            def function(*numbers: np.ndarray) -> np.ndarray:
                leaves = {n: Tensor(v) for n, v in zip(values, numbers, strict=True)}
                out = expression_of(self._expression, leaves)
                return (out[0] if isinstance(out, tuple) else out).array

            slopes = [
                float(numerical_gradient(
                    function,
                    *[v + (shift if n == name else 0) for n, v in values.items()],
                    argument=place,
                ))
                for shift in (-2e-5, 0, 2e-5)
            ]  # fmt: skip
            said = self.gradients().get(name, 0.0)
            kink = abs(slopes[0] - slopes[2]) > 1e-2 * (1 + abs(slopes[1]))
            if not kink and abs(float(said) - slopes[1]) > 1e-4 * (1 + abs(slopes[1])):
                return (
                    f"the steps say ∂/∂{name} = {wide_number(float(said))}, but a central "
                    f"difference measures {wide_number(slopes[1])}. Is a backward wrong?"
                )
        return ""


def expression_of(function: Any, leaves: dict[str, Tensor]) -> Any:
    """Call the learner's function with its numbers as tensors, by name."""
    return function(**leaves)
