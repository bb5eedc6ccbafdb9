"""The same epochs with batches of different sizes: noise, and what it costs and buys."""

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
from glia.widgets.svg import BACKDROP, number, picture

__all__ = ["MinibatchNoise"]

EXAMPLES = 32
SIZES = ((1, "1 (one at a time)"), (4, "4"), (16, "16"), (EXAMPLES, "32 (all of them)"))
RATES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.8)
X_RANGE, Y_RANGE = (-1.2, 3.2), (-2.2, 2.2)


class MinibatchNoise(Explorer):
    """Fit a line by minibatch gradient descent; see the walk in the plane of weight and bias.

    Formula:
        w ← w − η/m Σ_B (ŷ − y) x,  b ← b − η/m Σ_B (ŷ − y)

    Args:
        epoch: the learner's own ``sgd_epoch(X, y, weight, bias, lr, order, batch_size)``; where it
            stands after each epoch is marked on the walk.
        batch_size: 1, 4, 16 or 32.
        seed: of the shuffles.

    Example:
        >>> walk = MinibatchNoise(batch_size=32)
        >>> len(walk.walk())  # a start and one step for each of the 4 epochs
        5
    """

    batch_size = traitlets.Int(4).tag(sync=True)
    notch = traitlets.Int(RATES.index(0.2)).tag(sync=True)
    epochs = traitlets.Int(4).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, epoch: Callable[..., Any] | None = None, *, batch_size: int = 4, **traits: Any
    ) -> None:
        if batch_size not in [size for size, _ in SIZES]:
            raise ValueError(f"MinibatchNoise: batch_size is one of 1, 4, 16, 32, got {batch_size}")
        self._epoch = epoch
        rng = np.random.default_rng(12)
        self.x = rng.normal(size=EXAMPLES)
        self.y = 2.0 * self.x + 0.5 + rng.normal(size=EXAMPLES) * 0.9
        self._plot = Plot(X_RANGE, Y_RANGE, left=52, top=26, width=290, height=290)
        axes = self._plot.axes(
            "weight w", "bias b", xticks=(-1, 0, 1, 2, 3), yticks=(-2, -1, 0, 1, 2)
        )
        levels = self.best()[1] + np.array([0.02, 0.1, 0.3, 0.7, 1.3, 2.2, 3.5])
        super().__init__(
            label="Small batches, large batches",
            wide=True,
            controls=[
                choice("batch_size", "batch size", list(SIZES)),
                slider("notch", "learning rate η", 0, len(RATES) - 1,
                       shown=[f"{r:g}" for r in RATES]),
                slider("epochs", "epochs", 0, 10),
                slider("seed", "seed of the shuffle", 0, 9),
            ],
            backdrop=axes + contour_map(self._plot, self.loss, [float(v) for v in levels]),
            batch_size=batch_size,
            **traits,
        )  # fmt: skip

    @property
    def lr(self) -> float:
        """The learning rate of the present notch."""
        return RATES[self.notch]

    def loss(self, weight: Any, bias: Any) -> np.ndarray:
        """Half the mean squared error of all examples; weight and bias may be arrays."""
        error = np.multiply.outer(weight, self.x) + np.asarray(bias)[..., None] - self.y
        return 0.5 * np.mean(error**2, axis=-1)

    def best(self) -> tuple[np.ndarray, float]:
        """The bottom, (weight, bias), and its loss."""
        bottom = np.linalg.lstsq(np.column_stack([self.x, np.ones(EXAMPLES)]), self.y, rcond=None)[
            0
        ]
        return bottom, float(self.loss(bottom[0], bottom[1]))

    def orders(self) -> list[np.ndarray]:
        """The shuffle of each epoch."""
        rng = np.random.default_rng(self.seed)
        return [rng.permutation(EXAMPLES) for _ in range(self.epochs)]

    def walk(self) -> np.ndarray:
        """(weight, bias) at the start and after each step."""
        way, w, b = [(-0.8, -1.6)], -0.8, -1.6
        for order in self.orders():
            for begin in range(0, EXAMPLES, self.batch_size):
                batch = order[begin : begin + self.batch_size]
                error = w * self.x[batch] + b - self.y[batch]
                w = w - self.lr * float(np.mean(error * self.x[batch]))
                b = b - self.lr * float(np.mean(error))
                way.append((w, b))
        return np.array(way)

    def draw(self) -> dict[str, str]:
        """The walk on the loss of all examples, and that loss over the examples seen."""
        self.error = ""
        way = self.walk()
        losses = self.loss(way[:, 0], way[:, 1])
        least = self.best()[1]
        steps = len(way) - 1
        up = int(np.sum(np.diff(losses) > 1e-12))
        say = (
            f"Batches of {self.batch_size}: {steps} steps in {self.epochs} epochs, {up} of them up "
            f"the hill. The loss ends {number(float(losses[-1]) - least, 3)} above the bottom."
        )
        alt = f"A walk over the contour lines of a loss, and the loss over examples seen. {say}"
        svg = picture(720, 376, BACKDROP, self._map(way), self._losses(losses, least), alt=alt)
        return {"svg": svg, "say": say}

    def _map(self, way: np.ndarray) -> str:
        plot = self._plot
        kept = np.clip(np.nan_to_num(way, nan=50), -50, 50)
        out = [plot.curve(kept[:, 0], kept[:, 1], color=BLUE, width=1.5)]
        out.append(plot.dot(way[0, 0], way[0, 1], "s", size=6))
        bottom = self.best()[0]
        out.append(plot.dot(bottom[0], bottom[1], "X", size=7, color=BLACK))
        out.append(plot.text(bottom[0], bottom[1], "bottom", dx=24, dy=26))
        a_epoch = -(-EXAMPLES // self.batch_size)
        for point in kept[a_epoch::a_epoch]:
            if X_RANGE[0] <= point[0] <= X_RANGE[1] and Y_RANGE[0] <= point[1] <= Y_RANGE[1]:
                out.append(plot.dot(point[0], point[1], size=4.5, color=BLUE))
        for point in self._yours(way[::a_epoch]):
            if X_RANGE[0] <= point[0] <= X_RANGE[1] and Y_RANGE[0] <= point[1] <= Y_RANGE[1]:
                out.append(plot.dot(point[0], point[1], "D", size=8, color=VERMILION, hollow=True))
        return "".join(out)

    def _losses(self, losses: np.ndarray, least: float) -> str:
        top = 1.1 * float(losses[0])
        plot = Plot((0, 10), (0, top), left=430, top=26, width=270, height=290)
        names = "epochs (all examples seen once)", "loss of all examples"
        out = [plot.axes(*names, xticks=(0, 2, 4, 6, 8, 10), yticks=ticks(0, top, 4))]
        seen = np.arange(len(losses)) * self.batch_size / EXAMPLES
        drawn = np.clip(np.nan_to_num(losses, nan=1e6), 0, 20 * top)
        out.append(plot.curve(seen, drawn, color=BLUE, width=2))
        out.append(plot.curve([0, 10], [least, least], width=1, dash="6 4"))
        out.append(plot.text(10, least, "bottom", dx=-6, dy=-6, anchor="end", size=12))
        return "".join(out)

    def _yours(self, expected: np.ndarray) -> list[np.ndarray]:
        if self._epoch is None:
            return []
        weight, bias, found = np.array([-0.8]), -1.6, []
        try:
            for k, order in enumerate(self.orders()):
                args = (self.x[:, None], self.y, weight, bias, self.lr, order, self.batch_size)
                answer = ask(self._epoch, "your sgd_epoch", *args)
                if not isinstance(answer, (tuple, list)) or len(answer) != 2:
                    raise LearnerError("your sgd_epoch must return two things: (weight, bias).")
                weight = as_numbers(answer[0], "your weight", (1,))
                bias = float(as_numbers(answer[1], "your bias", ()))
                found.append(np.array([weight[0], bias]))
                if not np.allclose(found[-1], expected[k + 1], atol=1e-6) and not self.error:
                    got = ", ".join(number(float(v), 3) for v in found[-1])
                    want = ", ".join(number(float(v), 3) for v in expected[k + 1])
                    self.error = (
                        f"after epoch {k + 1} you stand at ({got}), the library at ({want})."
                    )
        except LearnerError as problem:
            self.error = str(problem)
        return [point for point in found if np.isfinite(point).all()]
