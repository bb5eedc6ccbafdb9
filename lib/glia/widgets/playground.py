"""A net learns live to part points of two classes, the learner's own among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets
from contourpy import contour_generator

from glia import nn
from glia.data import circles, moons, spiral, xor_points
from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.bursts import Trainee, mlp, tried
from glia.widgets.explorer import Explorer, choice, press, run, slider
from glia.widgets.heat_image import heat_image
from glia.widgets.learner import LearnerError
from glia.widgets.plot import Plot
from glia.widgets.svg import BACKDROP, class_marker, number, path, picture, rect, short, text
from glia.widgets.table import wide_number

__all__ = ["Playground"]

EDGE, CELLS = 3.0, 41
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
STRENGTHS = (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
BURST = 10  # steps between two pictures: few, so that the eye can follow
DATA: dict[str, tuple[str, Callable[[], tuple[np.ndarray, np.ndarray]]]] = {
    "xor": ("XOR clouds", lambda: xor_points(seed=3, n=80, noise=0.17)),
    "circles": ("two circles", lambda: circles(seed=1, n=100, noise=0.1)),
    "moons": ("two moons, noisy", lambda: moons(seed=2, n=80, noise=0.25)),
    "spiral": ("two spirals", lambda: spiral(seed=0, n=160, turns=1.3, noise=0.02)),
    "own": ("only your own points", lambda: (np.zeros((0, 2)), np.zeros(0, int))),
}


class Playground(Explorer):
    """Choose points, layers, activation, optimiser and penalty, and watch the net train.

    A click into the plane puts a point there (or takes the nearest away); the two sliders and the
    button *Put it there* do the same from the keyboard. *Train* asks the kernel for one short burst
    after the other, so that *Stop* works at once and the kernel stays free in between.

    Args:
        build: the learner's own function that makes a net, from points (N, 2) to scores (N, 1);
            without it, depth, width and activation are to be chosen. If it fails, the widget says
            why and trains its own net.
        X: points to begin with, instead of the ready-made sets.
        y: their classes, 0 and 1.

    Attributes:
        trainee: the net and its record, as ``glia.widgets.bursts.Trainee``.
        X: the points of the moment.
        y: their classes.

    Example:
        >>> plane = Playground(data="circles")
        >>> plane.train(200)
        >>> plane.trainee.losses[-1] < 0.5 * plane.trainee.losses[0]
        True
    """

    data = traitlets.Enum(tuple(DATA), "xor").tag(sync=True)
    depth = traitlets.Int(1).tag(sync=True)
    width = traitlets.Int(8).tag(sync=True)
    activation = traitlets.Enum(("relu", "tanh", "sigmoid"), "tanh").tag(sync=True)
    optimiser = traitlets.Enum(("sgd", "momentum", "rmsprop", "adam"), "adam").tag(sync=True)
    notch = traitlets.Int(RATES.index(0.03)).tag(sync=True)
    penalty = traitlets.Enum(("none", "l1", "l2"), "none").tag(sync=True)
    strength = traitlets.Int(3).tag(sync=True)
    pen = traitlets.Int(1).tag(sync=True)
    x1 = traitlets.Float(0.0).tag(sync=True)
    x2 = traitlets.Float(0.0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    bursts = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        build: Callable[[], nn.Module] | None = None,
        X: np.ndarray | None = None,
        y: np.ndarray | None = None,
        **traits: Any,
    ) -> None:
        self._build, self._told = build, ""
        self.X, self.y = _scaled(*DATA[traits.get("data", "xor")][1]())
        if X is not None and y is not None:
            self.X, self.y = np.array(X, dtype=float), np.array(y, dtype=int)
            fits = self.X.shape == (len(self.y), 2) and np.isfinite(self.X).all()
            if not fits or not np.isin(self.y, (0, 1)).all():
                raise ValueError(
                    "Playground: expected finite X of shape (N, 2) and N classes 0 and 1, got "
                    f"{self.X.shape} and {self.y.shape} with classes {np.unique(self.y).tolist()}"
                )
        side = np.linspace(-EDGE, EDGE, CELLS)
        self._grid = np.stack([axis.ravel() for axis in np.meshgrid(side, side)], axis=1)
        self._plane = Plot((-EDGE, EDGE), (-EDGE, EDGE), left=48, top=14, width=330, height=330)
        shape = [
            slider("depth", "hidden layers", 0, 4),
            slider("width", "neurons each", 1, 16),
            choice("activation", "activation",
                   [("relu", "ReLU"), ("tanh", "tanh"), ("sigmoid", "sigmoid")]),
        ]  # fmt: skip
        super().__init__(
            label="Playground: a net learns your points",
            wide=True,
            controls=[
                run("train", "Train", "bursts"),
                press("once", "One step"),
                press("anew", "New weights"),
                choice("data", "points", [(k, w) for k, (w, _) in DATA.items()]),
                *([] if build else shape),
                choice("optimiser", "optimiser", [("sgd", "SGD"), ("momentum", "SGD, momentum 0.9"),
                                                  ("rmsprop", "RMSProp"), ("adam", "Adam")]),
                slider("notch", "learning rate", 0, len(RATES) - 1,
                       shown=[f"{r:g}" for r in RATES]),
                choice("penalty", "penalty", [("none", "none"), ("l2", "L2"), ("l1", "L1")]),
                slider("strength", "λ", 0, len(STRENGTHS) - 1, shown=[f"{s:g}" for s in STRENGTHS]),
                choice("pen", "a click", [(1, "puts class 1 (disc)"), (0, "puts class 0 (square)"),
                                          (-1, "takes the nearest away")]),
                slider("x1", "x₁", -EDGE, EDGE, 0.1),
                slider("x2", "x₂", -EDGE, EDGE, 0.1),
                press("put", "Put it there"),
            ],
            **traits,
        )  # fmt: skip

    @property
    def lr(self) -> float:
        """The learning rate of the present notch."""
        return RATES[self.notch]

    def train(self, steps: int = 1) -> None:
        """Take so many steps at once, from Python."""
        for _ in range(steps):
            self.trainee.step(self.X, self.y, self.penalty, STRENGTHS[self.strength])
        self.redraw()

    def redraw(self) -> None:
        """Draw; the first time, make the net."""
        if not hasattr(self, "trainee"):
            self._renew()
        super().redraw()

    def _on_trait(self, change: Any) -> None:
        name = change["name"]
        if name == "data":
            self.X, self.y = _scaled(*DATA[self.data][1]())
        if name in ("data", "depth", "width", "activation"):
            self._renew()
        elif name in ("optimiser", "notch"):
            self.trainee.use(self.optimiser, self.lr)
        if name != "pen":
            self.redraw()

    def on_press(self, name: str) -> None:
        """Train, step, start afresh, or put a point where the two sliders say."""
        if name in ("train", "once"):
            self._advance(1 if name == "once" else BURST)
        elif name == "anew":
            self.seed += 1
            self._renew()
            self.redraw()
        elif name == "put":
            self._put(np.array([self.x1, self.x2]))

    def on_click(self, plane: str, x: float, y: float) -> None:
        """Put a point, or take the nearest away."""
        if plane == "points" and 0 <= x <= 1 and 0 <= y <= 1:
            self._put(np.array([-EDGE + 2 * EDGE * x, EDGE - 2 * EDGE * y]))

    def _put(self, point: np.ndarray) -> None:
        if self.pen >= 0:
            self.X, self.y = np.vstack([self.X, point]), np.append(self.y, self.pen)
        elif len(self.X):
            nearest = int(np.argmin(np.sum((self.X - point) ** 2, axis=1)))
            self.X, self.y = np.delete(self.X, nearest, axis=0), np.delete(self.y, nearest)
        self.redraw()

    def _renew(self) -> None:
        self._told = ""
        self.trainee = Trainee(self._net, self.seed, self.optimiser, self.lr)
        self.error = self._told

    def _net(self) -> nn.Module:
        if self._build is not None:
            try:
                return tried(self._build)
            except LearnerError as problem:
                self._told = str(problem)
        return mlp(self.depth, self.width, self.activation)

    def _advance(self, steps: int) -> None:
        going = abs(self.bursts) + 1
        if len(self.X) == 0:
            self.error, going = "there are no points yet: click some into the plane.", -going
        elif not self.trainee.burst(self.X, self.y, self.penalty, STRENGTHS[self.strength], steps):
            self.error, going = (
                f"after {self.trainee.steps} steps the loss is no number any more: the learning "
                "rate is too large. Lower it and press New weights.", -going
            )  # fmt: skip
        else:
            self.error = self._told
        with self.hold_sync():  # the page asks for the next burst when it sees this picture
            self.redraw()
            self.bursts = going

    def draw(self) -> dict[str, str]:
        """The plane, the loss so far, and how large the gradients are in each layer."""
        chances = self.trainee.chances(self._grid).reshape(CELLS, CELLS)
        self._ground()
        steps, losses = self.trainee.steps, self.trainee.losses
        say = f"{len(self.X)} points, {self._net_words()}; {steps} steps"
        if len(self.X):
            right = np.mean((self.trainee.chances(self.X) > 0.5) == self.y)
            say += f", {right:.0%} of the points right"
        if losses:
            say += f", loss {wide_number(losses[-1])}"
        say += "."
        plane = self._plane
        hit = (
            f"<rect x='{short(plane.left)}' y='{short(plane.top)}' width='{short(plane.width)}' "
            f"height='{short(plane.height)}' fill='#fff' fill-opacity='0' data-plane='points'/>"
        )
        x, y = plane.at(self.x1, self.x2)
        cursor = path([(x - 9, y), (x + 9, y)], width=1.5) + path(
            [(x, y - 9), (x, y + 9)], width=1.5
        )
        alt = f"Points of two classes, the darker the more probable class 1. {say}"
        svg = picture(
            720, 396, heat_image(plane, chances), self._border(chances), BACKDROP, cursor,
            self._losses(losses), self._slopes(), hit, alt=alt,
        )  # fmt: skip
        return {"svg": svg, "say": say}

    def _net_words(self) -> str:
        count = sum(p.array.size for p in self.trainee.net.parameters())
        if self._build is not None and not self._told:
            return f"your net of {count} parameters"
        sizes = "–".join(["2", *[str(self.width)] * self.depth, "1"])
        return f"net {sizes} of {count} parameters"

    def _ground(self) -> None:
        plane, out = self._plane, []
        for value in (-2, 0, 2):
            px, py = plane.at(value, value)
            bottom = plane.top + plane.height
            out.append(
                text(px, bottom + 15, f"{value}".replace("-", "−"), anchor="middle", size=12)
            )
            out.append(
                text(plane.left - 6, py + 4, f"{value}".replace("-", "−"), anchor="end", size=12)
            )
        out.append(rect(plane.left, plane.top, plane.width, plane.height, stroke="#767676"))
        out.append(
            text(plane.left + plane.width / 2, plane.top + plane.height + 32, "x₁", anchor="middle")
        )
        out.append(text(14, plane.top + plane.height / 2, "x₂"))
        for point, label in zip(self.X, self.y, strict=True):
            shape, color = class_marker(int(label))
            out.append(plane.dot(point[0], point[1], shape, color=color, size=4.5))
        self.backdrop = "".join(out)

    def _border(self, chances: np.ndarray) -> str:
        side = np.linspace(-EDGE, EDGE, CELLS)
        lines = contour_generator(x=side, y=side, z=np.nan_to_num(chances)).lines(0.5)
        ends = [np.asarray(line) for line in lines]
        return "".join(self._plane.curve(line[:, 0], line[:, 1], width=2) for line in ends)

    def _losses(self, losses: list[float]) -> str:
        count = max(len(losses), 10)
        shown = np.nan_to_num(np.array(losses or [0.0]), nan=1e3, posinf=1e3)
        top = max(0.8, min(float(shown.max()) * 1.05, 3.0))
        plot = Plot((0, count), (0, top), left=450, top=14, width=250, height=140)
        places = np.unique(np.linspace(0, len(shown) - 1, 150).astype(int))
        axes = plot.axes("step", "loss", xticks=(0, count), yticks=(0, 0.5))
        curve = plot.curve(places, np.minimum(shown[places], 10), color=BLUE, width=2)
        return axes + (curve if losses else "")

    def _slopes(self) -> str:
        """A bar for each layer, on a scale of powers of ten from 1e−6 to 1."""
        left, top, wide = 520.0, 232.0, 150.0
        slopes = self.trainee.slopes
        out = [text(450, top - 14, "size of the gradient, layer by layer", size=13)]
        for k, slope in enumerate(slopes):
            y = top + k * 22
            name = "output" if k == len(slopes) - 1 else f"layer {k + 1}"
            share = min(max((np.log10(slope) + 6) / 6, 0.0), 1.0) if slope > 0 else 0.0
            out.append(text(left - 8, y + 12, name, anchor="end", size=12))
            out.append(rect(left, y, wide, 15, stroke="#b0b0b0"))
            if share > 0:
                out.append(rect(left, y, max(wide * share, 1), 15, fill=VERMILION, stroke=BLACK))
            words = f"{slope:.0e}".replace("e-0", "e−") if slope else number(0, 0)
            out.append(text(left + wide + 6, y + 12, words, size=12))
        y = top + len(slopes) * 22 + 12
        out += [text(left + wide * k / 6, y, f"1e{k - 6}".replace("-", "−") if k < 6 else "1",
                     anchor="middle", size=11) for k in (0, 3, 6)]  # fmt: skip
        return "".join(out)


def _scaled(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points moved and stretched to fill the plane."""
    if len(X) == 0:
        return X, y
    low, high = X.min(axis=0), X.max(axis=0)
    return (X - (low + high) / 2) / (high - low).max() * 2 * 0.9 * EDGE, y
