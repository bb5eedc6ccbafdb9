"""What a hidden layer can part, by its width; and how the seed decides between equals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.data import moons, xor_points
from glia.ops import sigmoid
from glia.viz.palette import BLACK, BLUE
from glia.widgets.explorer import Explorer, choice, move, play, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import Plot, ticks
from glia.widgets.svg import BACKDROP, class_marker, number, picture, short
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
    return _train_together(X, y, (width,), seed, steps)[0]


def _train_together(
    X: np.ndarray, y: np.ndarray, widths: Sequence[int], seed: int, steps: int = 1000
) -> list[Predict]:
    """Nets of several widths in one loop: side by side they cost little more than the widest."""
    centre, spread = X.mean(axis=0), X.std(axis=0)
    inputs = np.column_stack([(X - centre) / spread, np.ones(len(X))])  # the ones carry the biases
    owner = np.repeat(np.arange(len(widths)), widths)  # the net that each hidden neuron belongs to
    total, rows = len(owner), np.arange(len(owner))
    theta = np.concatenate(_starts(widths, seed))
    grad, first, second = np.zeros_like(theta), np.zeros_like(theta), np.zeros_like(theta)
    hidden_weight, out_weight, out_bias = _parts(theta, total)
    grad_hidden, grad_out, grad_bias = _parts(grad, total)
    heads = np.zeros((total, len(widths)))
    target = y[:, None]
    for step in range(1, steps + 1):
        heads[rows, owner] = out_weight
        z = inputs @ hidden_weight  # (N, all hidden neurons)
        hidden = np.maximum(z, 0)
        delta = (sigmoid(hidden @ heads + out_bias) - target) / len(y)  # (N, nets)
        np.matmul(inputs.T, (delta @ heads.T) * (z > 0), out=grad_hidden)
        grad_out[:] = (hidden.T @ delta)[rows, owner]
        delta.sum(axis=0, out=grad_bias)
        first += 0.1 * (grad - first)
        second += 0.001 * (grad**2 - second)
        slow = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        theta -= 0.03 / (1 - 0.9**step) * first / slow

    def answers(net: int) -> Predict:
        mine = owner == net
        inner, outer, bias = hidden_weight[:, mine], out_weight[mine], out_bias[net]

        def predict(points: np.ndarray) -> np.ndarray:
            hidden = np.maximum((points - centre) / spread @ inner[:2] + inner[2], 0)
            return sigmoid(hidden @ outer + bias)

        return predict

    return [answers(net) for net in range(len(widths))]


def _starts(widths: Sequence[int], seed: int) -> list[np.ndarray]:
    """Starting weights of all nets, in the order of ``_parts``; each net draws as if alone."""
    inner, outer = [], []
    for width in widths:
        rng = np.random.default_rng(seed)
        weight, bias = rng.normal(size=(2, width)), rng.normal(size=width) * 0.5
        inner.append(np.vstack([weight, bias]))
        outer.append(rng.normal(size=width) / np.sqrt(width))
    return [np.hstack(inner).ravel(), *outer, np.zeros(len(widths))]


def _parts(flat: np.ndarray, total: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Views of hidden weights and biases (3, total), output weights (total,), output biases."""
    return flat[: 3 * total].reshape(3, total), flat[3 * total : 4 * total], flat[4 * total :]


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
        self._known: dict[tuple[str, int], list[Predict]] = {}  # nets trained before
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
        for predict in self._nets(X, y):
            regions.append(_tint(plot, predict))
            self.wrong.append(int(np.sum(_labels(predict, X) != y)))
            if new is not None:
                self.unseen.append(float(np.mean(_labels(predict, new[0]) == new[1])))
        return [self._frame(k, width, regions[k], len(y)) for k, width in enumerate(WIDTHS)]

    def _nets(self, X: np.ndarray, y: np.ndarray) -> list[Predict]:
        """One trained net for each width: the learner's, or ours for all if theirs fails."""
        if self._fit is None:
            at = (self.data, self.seed)
            if at not in self._known:
                self._known[at] = _train_together(X, y, WIDTHS, self.seed)
            return self._known[at]
        nets: list[Predict] = []
        try:
            for width in WIDTHS:
                predict = ask(self._fit, "your fit", X, y, width, self.seed)
                if not callable(predict):
                    raise LearnerError("your fit must return a function that predicts.")
                answer = ask(predict, "your predict", X)
                as_numbers(answer, "your predict", (len(X),), finite=True)
                nets.append(predict)
        except LearnerError as problem:
            self.error = str(problem)
            nets += _train_together(X, y, WIDTHS, self.seed)[len(nets) :]
        return nets

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
    # grid line k of each axis in picture coordinates; one path for all tiles, one for the border
    across = [short(plot.at(float(x), plot.y[0])[0]) for x in x_edges]
    up = [short(plot.at(plot.x[0], float(y))[1]) for y in y_edges]
    tiles, border = [], []
    for r, row in enumerate(fires):
        turns = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]])))
        for a, b in zip(turns[::2], turns[1::2], strict=True):
            tiles.append(f"M{across[a]},{up[r]}H{across[b]}V{up[r + 1]}H{across[a]}Z")
    for r, c in np.argwhere(fires[:, 1:] != fires[:, :-1]):
        border.append(f"M{across[c + 1]},{up[r]}V{up[r + 1]}")
    for r, c in np.argwhere(fires[1:] != fires[:-1]):
        border.append(f"M{across[c]},{up[r + 1]}H{across[c + 1]}")
    return (
        f"<path d='{''.join(tiles)}' fill='{BLUE}' opacity='0.18' shape-rendering='crispEdges'/>"
        f"<path d='{''.join(border)}' fill='none' stroke='{BLACK}' stroke-width='1.5'/>"
    )


def _checked(X: Any, y: Any) -> Labelled:
    X, y = np.asarray(X, dtype=float), np.asarray(y).astype(int)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != (len(X),):
        raise ValueError(
            f"BoundaryByWidth: expected X (N, 2) and y (N,), got {X.shape} and {y.shape}"
        )
    if not set(y.tolist()) <= {0, 1}:
        raise ValueError(f"BoundaryByWidth: labels must be 0 and 1, got {sorted(set(y.tolist()))}")
    return X, y
