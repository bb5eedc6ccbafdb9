"""Backpropagation on a computation graph: values forward, gradients back, a step at a time."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
import traitlets

from glia.tensor import Tensor
from glia.testing import numerical_gradient
from glia.widgets.backprop_walk import Walk, stations
from glia.widgets.explorer import Explorer, jump, move, play, slider
from glia.widgets.learner import LearnerError, ask
from glia.widgets.svg import picture, text
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
        ValueError: the Tensor is no scalar, needs no gradient, or has too large a graph to look at.
        TypeError: it is neither a Tensor nor a function, or a value is no number.
        RuntimeError: its graph was already released by ``backward``.

    What goes wrong in a function of the learner's is told in the error box instead.

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
        if not isinstance(expression, Tensor) and not callable(expression):
            raise TypeError(
                "BackpropGraph: expected a Tensor or a function of numbers, "
                f"got {type(expression).__name__}"
            )
        wrong = [n for n, v in values.items() if not isinstance(v, Real)]
        if wrong:
            raise TypeError(
                f"BackpropGraph: {wrong[0]} has to be a number, got {values[wrong[0]]!r}"
            )
        if isinstance(expression, Tensor) and values:
            raise ValueError("BackpropGraph: values belong to a function; got a Tensor")
        self.walk = self._walk_of_tensor(expression, {}) if isinstance(expression, Tensor) else None
        spans = {n: max(3.0, float(np.ceil(abs(v)))) for n, v in values.items()}
        super().__init__(
            label="Values forward, gradients back",
            wide=True,
            controls=[
                jump("step", "Start", 0),
                move("step", "Back", -1),
                move("step", "Step", 1),
                play("step", every_ms=900),
                slider("step", "step", 0, 1),
                *(slider(letter, name, -spans[name], spans[name], 0.1)
                  for letter, name in self._turned.items()),
            ],
            frame_by="step",
            **{letter: float(values[name]) for letter, name in self._turned.items()},
        )  # fmt: skip

    def gradients(self) -> dict[str, float | np.ndarray]:
        """The gradient of the expression with respect to each leaf that asks for one."""
        if self.walk is None:
            return {}
        totals = {node.label: self.walk.total(key) for key, node in self.walk.leaves()}
        return {name: float(a) if a.ndim == 0 else a for name, a in totals.items()}

    def draw_frames(self) -> list[dict[str, str]]:
        """Run the expression anew if it is a function, and draw every step."""
        self.error = ""
        if not isinstance(self._expression, Tensor):
            now = {name: getattr(self, letter) for letter, name in self._turned.items()}
            try:
                values = {**self._given, **now}
                self.walk = ask(lambda: self._walk_of(values), "your expression")
                self.error = self._measured(values)
            except LearnerError as problem:
                self.error = str(problem)
        if self.walk is None:
            nothing = text(20, 40, "There is no graph to draw yet.")
            return [{"svg": picture(720, 70, nothing, alt="No graph yet."), "say": "No graph yet."}]
        self.backdrop = self.walk.ground()
        names = stations(len(self.walk.visits))
        places = {"max": len(names) - 1, "shown": names}  # an `if` may change the graph's length
        self.controls = [
            {**c, **places} if (c["kind"], c["name"]) == ("range", "step") else c
            for c in self.controls
        ]
        self.step = min(self.step, len(names) - 1)
        return [self.walk.frame(place) for place in range(len(names))]

    def _walk_of(self, values: dict[str, float]) -> Walk:
        leaves = {n: Tensor(np.float64(v), requires_grad=True) for n, v in values.items()}
        root, more = self._evaluated(leaves)
        if root.array.size != 1 or not root.requires_grad:
            depends = "" if root.requires_grad else " that depends on none of them"
            raise LearnerError(
                f"your expression makes a Tensor of shape {root.shape}{depends} out of "
                f"{', '.join(values)}; expected one number that depends on them."
            )
        return self._walk_of_tensor(root, {**more, **leaves})

    def _walk_of_tensor(self, root: Tensor, more: dict[str, Tensor]) -> Walk:
        if root.array.size != 1 or not root.requires_grad:
            raise ValueError(
                "BackpropGraph: expected a scalar that requires a gradient, got shape "
                f"{root.shape} with requires_grad={root.requires_grad}"
            )
        return Walk(root, {**self._names, **more})

    def _evaluated(self, leaves: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """What the learner's function makes of these numbers, and names that it may add."""
        assert not isinstance(self._expression, Tensor)
        out = ask(self._expression, "your expression", **leaves)
        out, more = out if isinstance(out, tuple) and len(out) == 2 else (out, {})
        if not isinstance(out, Tensor):
            raise LearnerError(
                f"your expression returned type {type(out).__name__}; expected a Tensor of one "
                "number, alone or with a dict of names: (out, {'u': u})."
            )
        return out, more

    def _measured(self, values: dict[str, float]) -> str:
        """What to say if a gradient is not what a central difference measures."""

        def function(*numbers: np.ndarray) -> np.ndarray:
            return self._evaluated({n: Tensor(v) for n, v in zip(values, numbers, strict=True)})[
                0
            ].array

        for place, name in enumerate(values):
            slopes = []
            for shift in (-2e-5, 0, 2e-5):
                at = [v + shift * (n == name) for n, v in values.items()]
                slopes.append(float(numerical_gradient(function, *at, argument=place)))
            said = float(self.gradients().get(name, 0.0))
            kink = abs(slopes[0] - slopes[2]) > 1e-2 * (1 + abs(slopes[1]))
            if not kink and abs(said - slopes[1]) > 1e-4 * (1 + abs(slopes[1])):
                return (
                    f"the steps say ∂/∂{name} = {wide_number(said)}, but a central "
                    f"difference measures {wide_number(slopes[1])}. Is a backward wrong?"
                )
        return ""
