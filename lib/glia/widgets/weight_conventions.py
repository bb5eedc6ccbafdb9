"""One layer, three ways to write it: where each number goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLACK, BLUE, GREEN
from glia.widgets.explorer import Explorer, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import number, picture, rect, text
from glia.widgets.table import beneath, table

__all__ = ["WeightConventions"]

WEIGHT = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
BIAS = np.array([-1.0, -2.0, -3.0])
INPUT = np.array([1.0, 0.5, -1.0])
CELL = 38


class WeightConventions(Explorer):
    """The same layer as Wx + b, as xW + b and as Θa; one weight is followed through all three.

    Args:
        weight: of the layer, one row per neuron.
        bias: of the layer.
        convert: the learner's own ``convert_weights(weight, bias, convention)``, which returns Θ;
            it is asked for both conventions and its answer stands below.

    Shape:
        - weight: (M, D) with M and D at most 3, bias: (M,)

    Example:
        >>> layer = WeightConventions(neurons=2, inputs=3)
        >>> layer.matrices()["Θa"].shape
        (2, 4)
    """

    neurons = traitlets.Int(2).tag(sync=True)
    inputs = traitlets.Int(3).tag(sync=True)
    neuron = traitlets.Int(1).tag(sync=True)
    place = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        weight: Any = WEIGHT,
        bias: Any = BIAS,
        *,
        convert: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        self.weight, self.bias = np.asarray(weight, dtype=float), np.asarray(bias, dtype=float)
        if self.weight.ndim != 2 or self.bias.shape != self.weight.shape[:1]:
            raise ValueError(
                f"WeightConventions: expected weight (M, D) and bias (M,), got "
                f"{self.weight.shape} and {self.bias.shape}"
            )
        most_neurons, most_inputs = self.weight.shape
        if max(self.weight.shape) > 3:
            raise ValueError(f"WeightConventions draws at most 3 × 3, got {self.weight.shape}")
        self._convert = convert
        traits["neurons"] = min(traits.get("neurons", 2), most_neurons)
        traits["inputs"] = min(traits.get("inputs", 3), most_inputs)
        super().__init__(
            label="One layer, written three ways",
            wide=True,
            controls=[
                slider("neurons", "neurons M", 1, most_neurons),
                slider("inputs", "inputs D", 1, most_inputs),
                slider("neuron", "follow neuron", 1, most_neurons),
                slider("place", "follow input (0: bias)", 0, most_inputs),
            ],
            **traits,
        )

    def layer(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight and bias of the present size, one row per neuron."""
        return self.weight[: self.neurons, : self.inputs], self.bias[: self.neurons]

    def matrices(self) -> dict[str, np.ndarray]:
        """The matrix of each convention."""
        weight, bias = self.layer()
        return {"Wx + b": weight, "xW + b": weight.T, "Θa": np.column_stack([bias, weight])}

    def draw(self) -> dict[str, str]:
        """Three matrices with one number ringed, and a table of shapes."""
        self.error = ""
        weight, bias = self.layer()
        j, i = min(self.neuron, self.neurons), min(self.place, self.inputs)
        followed = bias[j - 1] if i == 0 else weight[j - 1, i - 1]
        name = f"the bias of neuron {j}" if i == 0 else f"the weight from input {i} to neuron {j}"
        spots = {
            "Wx + b": None if i == 0 else (j - 1, i - 1),
            "xW + b": None if i == 0 else (i - 1, j - 1),
            "Θa": (j - 1, i),
        }
        where = [
            f"{way}: {'in b' if spot is None else f'row {spot[0] + 1}, column {spot[1] + 1}'}"
            for way, spot in spots.items()
        ]
        say = f"{name[0].upper()}{name[1:]} is {number(followed, 0)}. {'; '.join(where)}."
        parts = []
        for k, (way, matrix) in enumerate(self.matrices().items()):
            shown = None if way == "Θa" else bias
            parts += self._panel(30 + 238 * k, way, matrix, shown, spots[way], j)
        alt = f"Three matrices of the same layer with one number marked. {say}"
        return {"svg": picture(720, 240, *parts, alt=alt), "say": say, "side": self._side()}

    def _panel(
        self,
        left: float,
        way: str,
        matrix: np.ndarray,
        bias: np.ndarray | None,
        spot: tuple[int, int] | None,
        neuron: int,
    ) -> list[str]:
        parts = [text(left, 22, way, bold=True, size=16)]
        for r, row in enumerate(matrix):
            for c, value in enumerate(row):
                mine = (c if way == "xW + b" else r) == neuron - 1
                inside = way == "Θa" and c == 0
                parts += _cell(left + CELL * c, 40 + CELL * r, value, mine, (r, c) == spot, inside)
        words = f"{matrix.shape[0]} × {matrix.shape[1]}"
        low = 40 + CELL * matrix.shape[0] + 18
        parts.append(text(left, low, words, size=13))
        if bias is None:
            parts.append(text(left + 50, low, "bias in the first column", size=13))
            return parts
        across = way == "xW + b"  # a row of biases under the columns that they belong to
        x0, y0 = (left, low + 14) if across else (left + CELL * matrix.shape[1] + 14, 40)
        name_at = (x0 + CELL * len(bias) + 8, y0 + 24) if across else (x0 + 14, y0 - 8)
        parts.append(text(*name_at, "b", bold=True))
        for m, value in enumerate(bias):
            x, y = (x0 + CELL * m, y0) if across else (x0, y0 + CELL * m)
            mine = m == neuron - 1
            parts += _cell(x, y, value, mine, spot is None and mine, True)
        return parts

    def _side(self) -> str:
        weight, bias = self.layer()
        x = INPUT[: self.inputs]
        answer = ", ".join(number(float(v), 1) for v in weight @ x + bias)
        given = ", ".join(number(float(v), 1) for v in x)

        def shape(name: str, height: int, width: int) -> str:
            return f"{name} ({height},\u00a0{width})"

        there, turned = shape("W", self.neurons, self.inputs), shape("W", self.inputs, self.neurons)
        joined = shape("Θ", self.neurons, self.inputs + 1)
        rows = [
            ["Wx + b", "PyTorch's storage", there, "a row", answer],
            ["xW + b, Wᵀx + b", "examples in rows", turned, "a column", answer],
            ["Θa, a = (1, x)", "bias inside", joined, "a row", answer],
        ]
        head = ["written", "where", "shape", "a neuron is", f"answer to ({given})"]
        yours = self._yours()
        return beneath(table(head, rows) + yours)

    def _yours(self) -> str:
        if self._convert is None:
            return ""
        weight, bias = self.layer()
        want = np.column_stack([bias, weight])
        rows = []
        try:
            for convention, given in (("Wx", weight), ("xW", weight.T.copy())):
                value = ask(self._convert, "your converter", given, bias, convention)
                theta = as_numbers(value, f"your converter ({convention})", want.shape)
                right = np.allclose(theta, want)
                said = "; ".join(", ".join(number(float(v), 0) for v in row) for row in theta)
                rows.append([f"your Θ from {convention}", said, "✓" if right else "✗"])
                if not right and not self.error:
                    self.error = f"your converter: from {convention} another Θ is expected."
        except LearnerError as problem:
            self.error = str(problem)
        return table(["", "rows", ""], rows) if rows else ""


def _cell(x: float, y: float, value: float, mine: bool, followed: bool, is_bias: bool) -> list[str]:
    fill = "#dcebf5" if mine else "#ffffff"
    out = [rect(x, y, CELL, CELL, fill=fill, stroke=GREEN if is_bias else "#767676")]
    if followed:
        out.append(rect(x + 3, y + 3, CELL - 6, CELL - 6, stroke=BLACK))
        out.append(rect(x + 4, y + 4, CELL - 8, CELL - 8, stroke=BLACK))
    color = BLUE if followed else BLACK
    out.append(text(x + CELL / 2, y + 25, number(value, 0), anchor="middle", size=15,
                    bold=followed, color=color))  # fmt: skip
    return out
