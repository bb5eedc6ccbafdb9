"""What a hidden layer can part, by its width; and how the seed decides between equals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.data import moons, xor_points
from glia.ops import sigmoid
from glia.viz.palette import BLACK, BLUE
from glia.widgets.explorer import Explorer, choice, move, play, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot, ticks
from glia.widgets.svg import BACKDROP, class_marker, number, path, picture
from glia.widgets.table import note, table

__all__ = ["BoundaryByWidth", "train"]

WIDTHS = (1, 2, 3, 4, 8, 16, 32)
CELLS = 40
Predict = Callable[[np.ndarray], Any]
Labelled = tuple[np.ndarray, np.ndarray]
DATA: dict[str, tuple[str, Callable[[int, int], Labelled]]] = {
    "xor": ("XOR, four clouds", lambda seed, n: xor_points(seed=seed, n=n, noise=0.17)),
    "moons": ("two moons, noisy", lambda seed, n: moons(seed=seed, n=n, noise=0.4)),
}


def train(X: np.ndarray, y: np.ndarray, width: int, seed: int, steps: int = 1000) -> Predict:
    """Train one hidden layer of ReLUs with a logistic head by Adam, all examples a step.

    Args:
        X: examples.
        y: labels 0 and 1.
        width: number of hidden neurons.
        seed: of the starting weights.
        steps: of Adam, with lr = 0.03.

    Shape:
        - X: (N, 2), y: (N,)

    Returns:
        A function from points (M, 2) to probabilities of class 1, (M,).
    """
    rng = np.random.default_rng(seed)
    centre, spread = X.mean(axis=0), X.std(axis=0)
    inputs = (X - centre) / spread
    p = [rng.normal(size=(2, width)), rng.normal(size=width) * 0.5,
         rng.normal(size=width) / np.sqrt(width), np.zeros(1)]  # fmt: skip
    first, second = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
    for step in range(1, steps + 1):
        z = inputs @ p[0] + p[1]
        hidden = np.maximum(z, 0)
        delta = (sigmoid(hidden @ p[2] + p[3]) - y) / len(y)
        back = np.outer(delta, p[2]) * (z > 0)
        grads = (inputs.T @ back, back.sum(axis=0), hidden.T @ delta, delta.sum(keepdims=True))
        for k, grad in enumerate(grads):
            first[k] = 0.9 * first[k] + 0.1 * grad
            second[k] = 0.999 * second[k] + 0.001 * grad**2
            ahead = first[k] / (1 - 0.9**step)
            p[k] = p[k] - 0.03 * ahead / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)

    def predict(points: np.ndarray) -> np.ndarray:
        hidden = np.maximum((points - centre) / spread @ p[0] + p[1], 0)
        return sigmoid(hidden @ p[2] + p[3])

    return predict


class BoundaryByWidth(Explorer):
    """The boundary of a trained net over the width of its hidden layer, one frame a width.

    Args:
        X: examples in the plane; XOR clouds by default, with noisy moons to choose.
        y: labels 0 and 1.
        fit: the learner's own ``fit(X, y, width, seed) -> predict`` with ``predict(points)``
            giving labels or probabilities; the library's ``train`` if None.
        data: "xor" or "moons".
        seed: of the starting weights.

    Attributes:
        wrong: mistakes on the examples, one count for each of ``WIDTHS``.
        unseen: share of new points that are right; empty for the learner's own data.

    Example:
        >>> net = BoundaryByWidth(data="xor")
        >>> net.wrong[0] > 10, net.wrong[-1]
        (True, 0)
    """

    place = traitlets.Int(1).tag(sync=True)
    data = traitlets.Enum(tuple(DATA), "xor").tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        X: np.ndarray | None = None,
        y: np.ndarray | None = None,
        fit: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        if (X is None) != (y is None):
            raise ValueError("BoundaryByWidth: give both X and y, or neither")
        self._given = None if X is None or y is None else _checked(X, y)
        self._fit = fit
        self.wrong: list[int] = []
        self.unseen: list[float] = []
        controls = [
            move("place", "Narrower", -1),
            move("place", "Wider", 1),
            play("place", every_ms=900),
            slider("place", "hidden neurons", 0, len(WIDTHS) - 1, shown=[str(w) for w in WIDTHS]),
            slider("seed", "seed of the weights", 0, 9),
        ]
        if self._given is None:
            controls.append(choice("data", "data", [(k, w) for k, (w, _) in DATA.items()]))
        super().__init__(
            label="What a hidden layer can part", controls=controls, frame_by="place", **traits
        )

    def examples(self) -> Labelled:
        """The examples on show."""
        return self._given or DATA[self.data][1](3, 80 if self.data == "xor" else 40)

    def draw_frames(self) -> list[dict[str, str]]:
        """Train a net of each width and draw what it answers."""
        self.error = ""
        X, y = self.examples()
        new = None if self._given else DATA[self.data][1](77, 400)
        low, high = X.min(axis=0) - 0.4, X.max(axis=0) + 0.4
        plot = Plot((low[0], high[0]), (low[1], high[1]), width=330, height=300)
        dots = []
        for x, label in zip(X, y, strict=True):
            shape, color = class_marker(int(label))
            dots.append(plot.dot(x[0], x[1], shape, color=color, size=5))
        axes = plot.axes("x₁", "x₂", xticks=ticks(*plot.x), yticks=ticks(*plot.y))
        self.backdrop = axes + "".join(dots)
        regions, self.wrong, self.unseen = [], [], []
        for width in WIDTHS:
            predict = self._trained(X, y, width)
            regions.append(_tint(plot, predict))
            self.wrong.append(int(np.sum(_labels(predict, X) != y)))
            if new is not None:
                self.unseen.append(float(np.mean(_labels(predict, new[0]) == new[1])))
        return [self._frame(k, width, regions[k], len(y)) for k, width in enumerate(WIDTHS)]

    def _trained(self, X: np.ndarray, y: np.ndarray, width: int) -> Predict:
        if self._fit is not None and not self.error:
            try:
                predict = ask(self._fit, "your fit", X, y, width, self.seed)
                if not callable(predict):
                    raise LearnerError("your fit must return a function that predicts.")
                tried = ask(predict, "your predict", X)
                as_numbers(tried, "your predict", (len(X),))
                return predict
            except LearnerError as problem:
                self.error = str(problem)
        return train(X, y, width, self.seed)

    def _frame(self, k: int, width: int, region: str, count: int) -> dict[str, str]:
        say = f"{width} hidden: {self.wrong[k]} of {count} examples wrong"
        if self.unseen:
            say += f"; of 400 new points {self.unseen[k]:.0%} are right"
        alt = f"Points of two classes and the region that the net gives to class 1. {say}."
        head = ["hidden", "parameters", "wrong"] + (["new right"] if self.unseen else [])
        rows = []
        for i, w in enumerate(WIDTHS):
            mark = "→ " if i == k else ""
            row = [f"{mark}{w}", str(4 * w + 1), str(self.wrong[i])]
            rows.append(row + ([f"{100 * self.unseen[i]:.0f}%"] if self.unseen else []))
        words = f"Tinted: class 1. Seed {number(self.seed, 0)}; another seed, another boundary."
        svg = picture(400, 366, region, BACKDROP, alt=alt)
        return {"svg": svg, "say": f"{say}.", "side": table(head, rows) + note(words)}


def _labels(predict: Predict, points: np.ndarray) -> np.ndarray:
    return (np.asarray(predict(points), dtype=float) > 0.5).astype(int)


def _tint(plot: Plot, predict: Predict) -> str:
    """Where class 1 is answered, with its border; little squares joined along each row."""
    x_edges, y_edges = np.linspace(*plot.x, CELLS + 1), np.linspace(*plot.y, CELLS + 1)
    x1, x2 = np.meshgrid((x_edges[:-1] + x_edges[1:]) / 2, (y_edges[:-1] + y_edges[1:]) / 2)
    fires = _labels(predict, np.stack([x1.ravel(), x2.ravel()], axis=1)).reshape(CELLS, CELLS)
    tiles, border = [], []
    for r, row in enumerate(fires):
        turns = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]])))
        for a, b in zip(turns[::2], turns[1::2], strict=True):
            corners = ((a, r), (b, r), (b, r + 1), (a, r + 1))
            points = [plot.at(float(x_edges[i]), float(y_edges[j])) for i, j in corners]
            tiles.append(path(points, color="none", width=0, fill=BLUE))
    for r, c in np.argwhere(fires[:, 1:] != fires[:, :-1]):
        ends = [(x_edges[c + 1], y_edges[r]), (x_edges[c + 1], y_edges[r + 1])]
        border.append(path([plot.at(float(a), float(b)) for a, b in ends], color=BLACK, width=1.5))
    for r, c in np.argwhere(fires[1:] != fires[:-1]):
        ends = [(x_edges[c], y_edges[r + 1]), (x_edges[c + 1], y_edges[r + 1])]
        border.append(path([plot.at(float(a), float(b)) for a, b in ends], color=BLACK, width=1.5))
    return f"<g opacity='0.18' shape-rendering='crispEdges'>{''.join(tiles)}</g>{''.join(border)}"


def _checked(X: Any, y: Any) -> Labelled:
    X, y = np.asarray(X, dtype=float), np.asarray(y).astype(int)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != (len(X),):
        raise ValueError(
            f"BoundaryByWidth: expected X (N, 2) and y (N,), got {X.shape} and {y.shape}"
        )
    if not set(y.tolist()) <= {0, 1}:
        raise ValueError(f"BoundaryByWidth: labels must be 0 and 1, got {sorted(set(y.tolist()))}")
    return X, y
