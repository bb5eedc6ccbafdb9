"""A small net answers, one neuron at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.ops import sigmoid
from glia.viz.palette import BLACK, BLUE, GREEN, VERMILION
from glia.widgets.explorer import Explorer, jump, move, play, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import marker, number, path, picture, text
from glia.widgets.table import beneath, table

__all__ = ["ForwardPass"]

WEIGHT_1 = ((1.0, -1.0), (0.5, 1.0), (-2.0, 0.5))
BIAS_1 = (0.5, -1.0, 1.0)
WEIGHT_2 = ((1.0, 2.0, -1.0), (-1.0, 0.5, 1.5))
BIAS_2 = (-0.5, 0.0)
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda z: np.maximum(z, 0.0),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "identity": lambda z: z,
}
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
WIDTH, HEIGHT = 700, 340


class ForwardPass(Explorer):
    """Step through a net with one hidden layer: each neuron's sum, then its activation.

    Formula:
        z = W₁x + b₁;  h = φ(z);  s = W₂h + b₂

    Args:
        W1: hidden weights, one row per neuron.
        b1: hidden biases.
        W2: output weights.
        b2: output biases.
        activation: "relu", "sigmoid", "tanh" or "identity", of the hidden layer.
        forward: the learner's own ``mlp_forward(X, W1, b1, W2, b2) -> (hidden, scores)``; its
            numbers stand beside the library's, and the first difference is told.

    Shape:
        - W1: (H, 2), b1: (H,), W2: (K, H), b2: (K,); H and K at most 3.

    Example:
        >>> net = ForwardPass()
        >>> net.x1, net.x2 = 1.0, 2.0
        >>> net.values()["scores"].tolist()
        [2.5, 0.75]
    """

    x1 = traitlets.Float(1.0).tag(sync=True)
    x2 = traitlets.Float(0.8).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        W1: Any = WEIGHT_1,
        b1: Any = BIAS_1,
        W2: Any = WEIGHT_2,
        b2: Any = BIAS_2,
        activation: str = "relu",
        *,
        forward: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        self.W1, self.b1, self.W2, self.b2 = (np.asarray(a, dtype=float) for a in (W1, b1, W2, b2))
        hidden, scores = len(self.b1), len(self.b2)
        if self.W1.shape != (hidden, 2) or self.W2.shape != (scores, hidden):
            raise ValueError(
                f"ForwardPass: expected W1 (H, 2) and W2 (K, H) for biases of {hidden} and "
                f"{scores}, got {self.W1.shape} and {self.W2.shape}"
            )
        if max(hidden, scores) > 3:
            raise ValueError(f"ForwardPass draws at most 3 neurons a layer, got {hidden}, {scores}")
        self.phi, self.activation = ACTIVATIONS[activation], activation
        self._forward = forward
        last = 2 * hidden + scores
        super().__init__(
            label="A net answers, neuron by neuron",
            wide=True,
            controls=[
                jump("step", "Start", 0),
                move("step", "Back", -1),
                move("step", "Step", 1),
                play("step", every_ms=900),
                slider("step", "Step", 0, last),
                slider("x1", "input x₁", -2, 2, 0.1),
                slider("x2", "input x₂", -2, 2, 0.1),
            ],
            frame_by="step",
            **traits,
        )

    def values(self) -> dict[str, np.ndarray]:
        """All numbers of the pass: x, z, hidden, scores."""
        x = np.array([self.x1, self.x2])
        z = self.W1 @ x + self.b1
        hidden = self.phi(z)
        return {"x": x, "z": z, "hidden": hidden, "scores": self.W2 @ hidden + self.b2}

    def draw_frames(self) -> list[dict[str, str]]:
        """The inputs, then for each neuron its sum and what it makes of it."""
        now = self.values()
        self.error = ""
        yours = self._yours(now)
        return [
            self._frame(now, place, yours) for place in range(2 * len(self.b1) + len(self.b2) + 1)
        ]

    def _frame(self, now: dict[str, np.ndarray], place: int, yours: list[str]) -> dict[str, str]:
        hidden = len(self.b1)
        at, done = "", place == 2 * hidden + len(self.b2)
        if place == 0:
            say = f"Start: the inputs are x₁ = {number(self.x1)} and x₂ = {number(self.x2)}."
        elif place <= 2 * hidden:
            j = (place - 1) // 2
            at = f"h{j}"
            z, h = float(now["z"][j]), float(now["hidden"][j])
            if place % 2:
                terms = _sum(self.W1[j], now["x"], self.b1[j])
                say = f"Hidden neuron {j + 1}, its sum: z{_low(j)} = {terms} = {number(z)}."
            else:
                say = (
                    f"Hidden neuron {j + 1}, its activation: h{_low(j)} = "
                    f"{self.activation}({number(z)}) = {number(h)}."
                )
                if self.activation == "relu" and z <= 0:
                    say += " It is silent."
        else:
            k = place - 2 * hidden - 1
            at = f"s{k}"
            terms = _sum(self.W2[k], now["hidden"], self.b2[k])
            say = f"Output {k + 1}: s{_low(k)} = {terms} = {number(float(now['scores'][k]))}."
            if done:
                say += " Done: these are the scores."
        alt = f"A net of 2 inputs, {hidden} hidden neurons and {len(self.b2)} outputs. {say}"
        svg = picture(WIDTH, HEIGHT, *self._net(now, place, at), alt=alt)
        return {"svg": svg, "say": say, "side": self._side(now, place, yours)}

    def _net(self, now: dict[str, np.ndarray], place: int, at: str) -> list[str]:
        hidden = len(self.b1)
        columns = [_column(90, 2), _column(350, hidden), _column(610, len(self.b2))]
        parts = []
        for layer, weight in ((0, self.W1), (1, self.W2)):
            for j, row in enumerate(weight):
                here = at == f"{'hs'[layer]}{j}"
                for i, w in enumerate(row):
                    start, end = columns[layer][i], columns[layer + 1][j]
                    color = (BLUE if w > 0 else VERMILION) if here else "#b0b0b0"
                    dash = "" if w > 0 else "7 4"
                    width = (1.5 + 1.5 * abs(w)) if here else 1
                    parts.append(path([start, end], color=color, width=width, dash=dash))
                    if here:
                        share = 0.32 if i % 2 else 0.24
                        x = start[0] + share * (end[0] - start[0])
                        y = start[1] + share * (end[1] - start[1]) - 5
                        parts.append(
                            text(x, y, number(w, 1), anchor="middle", halo=True, bold=True)
                        )
        names = (("x", columns[0]), ("h", columns[1]), ("s", columns[2]))
        for title, x in (("inputs", 90), ("hidden layer", 350), ("scores", 610)):
            parts.append(text(x, 18, title, anchor="middle", bold=True))
        for letter, column in names:
            for k, (x, y) in enumerate(column):
                words, fresh = self._shown(letter, k, now, place)
                color = GREEN if at == f"{letter}{k}" else BLACK
                parts.append(marker(x, y, color=color, size=30, hollow=True))
                if fresh:
                    parts.append(text(x, y + 5, words, anchor="middle", bold=True))
                parts.append(text(x, y - 36, f"{letter}{_low(k)}", anchor="middle", halo=True))
        parts.append(text(350, HEIGHT - 6, "solid line: positive weight, dashed: negative",
                          anchor="middle", size=12))  # fmt: skip
        return parts

    def _shown(
        self, letter: str, k: int, now: dict[str, np.ndarray], place: int
    ) -> tuple[str, bool]:
        if letter == "x":
            return number(float(now["x"][k])), True
        if letter == "h":
            if place == 2 * k + 1:
                return f"z={number(float(now['z'][k]))}", True
            return number(float(now["hidden"][k])), place >= 2 * k + 2
        return number(float(now["scores"][k])), place >= 2 * len(self.b1) + 1 + k

    def _side(self, now: dict[str, np.ndarray], place: int, yours: list[str]) -> str:
        hidden = len(self.b1)
        shapes = f"({hidden}, 2) · (2,) + ({hidden},)"
        z = [number(float(v)) if place >= 2 * j + 1 else "?" for j, v in enumerate(now["z"])]
        h = [number(float(v)) if place >= 2 * j + 2 else "?" for j, v in enumerate(now["hidden"])]
        first = 2 * hidden + 1
        s = [number(float(v)) if place >= first + k else "?" for k, v in enumerate(now["scores"])]
        rows = [
            ["z = W₁x + b₁", shapes, ", ".join(z)],
            [f"h = {self.activation}(z)", f"({hidden},)", ", ".join(h)],
            ["s = W₂h + b₂", f"({len(s)}, {hidden}) · ({hidden},) + ({len(s)},)", ", ".join(s)],
        ]
        if yours:
            rows += [["your hidden", "", yours[0]], ["your scores", "", yours[1]]]
        return beneath(table(["", "shapes", "values"], rows))

    def _yours(self, now: dict[str, np.ndarray]) -> list[str]:
        if self._forward is None:
            return []
        try:
            args = (now["x"][None, :], self.W1, self.b1, self.W2, self.b2)
            answer = ask(self._forward, "your forward pass", *args)
            if not isinstance(answer, (tuple, list)) or len(answer) != 2:
                raise LearnerError("your forward pass must return two things: hidden, scores.")
            said = [
                as_numbers(value, f"your forward pass ({name})", (1, len(now[name])))[0]
                for name, value in zip(("hidden", "scores"), answer, strict=True)
            ]
        except LearnerError as problem:
            self.error = str(problem)
            return []
        for name, value in zip(("hidden", "scores"), said, strict=True):
            if not np.allclose(value, now[name], atol=1e-6) and not self.error:
                self.error = (
                    f"your {name} differ: yours {_row(value)}, the net's {_row(now[name])}."
                )
        return [_row(value) for value in said]


def _column(x: float, count: int) -> list[tuple[float, float]]:
    gap, middle = 88.0, 184.0
    return [(x, middle + gap * (k - (count - 1) / 2)) for k in range(count)]


def _low(k: int) -> str:
    return SUBSCRIPTS[k + 1]


def _row(values: Sequence[float] | np.ndarray) -> str:
    return ", ".join(number(float(v)) for v in values)


def _sum(weights: np.ndarray, inputs: np.ndarray, bias: float) -> str:
    def term(value: float) -> str:
        return f"({number(value)})" if value < 0 else number(value)

    terms = [f"{term(float(w))}·{term(float(x))}" for w, x in zip(weights, inputs, strict=True)]
    return " + ".join([*terms, term(float(bias))])
