"""Draw a digit and see what every filter of a trained net makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import traitlets

from glia.data import load_mnist_5k
from glia.gradmode import no_grad
from glia.nn import AvgPool2d, Conv2d, MaxPool2d
from glia.ops import softmax
from glia.substitute import use
from glia.tensor import Tensor
from glia.viz.palette import BLUE
from glia.widgets.explorer import Explorer, press, slider, style, toggle
from glia.widgets.learner import LearnerError, ask
from glia.widgets.pixels import image
from glia.widgets.pointing import pickable, pointed
from glia.widgets.svg import path, picture, rect, text
from glia.widgets.table import beneath

__all__ = ["FeatureMaps", "Stage"]

SIDE = 28
WIDTH = 444
FIRST = 4  # the real digit on the pad at the start: a plain 3
REACH = 8  # pixels by which the ink can be shifted


class Stage(NamedTuple):
    """The maps at one point of the net.

    Attributes:
        words: such as "ReLU after convolution 1".
        maps: (C, H, W)
        layer: the number of the convolution they come from, from 0.
    """

    words: str
    maps: np.ndarray
    layer: int


class FeatureMaps(Explorer):
    """A pad to draw on, and the feature maps of a trained net, live.

    Args:
        net: a trained net with ``features`` (convolutions, activations and poolings in a row)
            and ``classifier``, such as ``LeNet5``, on images (N, 1, 28, 28) from 0 to 1.
        digits: real digits to start from, (N, 1, 28, 28); those that MNIST keeps for judging.
        conv2d: the learner's own ``conv2d(x, weight, bias, stride, padding)``; the net runs on it.

    Raises:
        ValueError: a net without these parts, or digits of another size.

    Attributes:
        stages: the maps on show; probabilities: (K,), the net's answer.

    Example:
        >>> from glia.models import LeNet5
        >>> [stage.maps.shape for stage in FeatureMaps(LeNet5()).stages]
        [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)]
    """

    _esm = pointed("pad")
    _css = style("pick", "pad")

    redraw_on = ("ink",)

    side = traitlets.Int(SIDE).tag(sync=True)
    ink = traitlets.Unicode("").tag(sync=True)
    rubber = traitlets.Bool(False).tag(sync=True)
    centred = traitlets.Bool(True).tag(sync=True)
    right = traitlets.Int(0).tag(sync=True)
    down = traitlets.Int(0).tag(sync=True)
    look = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        net: Any,
        digits: Any = None,
        *,
        conv2d: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        missing = [name for name in ("features", "classifier") if not hasattr(net, name)]
        if missing:
            raise ValueError(f"FeatureMaps: the net has no part {' and no '.join(missing)}")
        self.net, self._conv2d = net, conv2d
        given = load_mnist_5k(flat=False).x_test if digits is None else digits
        self._digits = np.asarray(given, dtype=np.float32)
        if self._digits.shape[-2:] != (SIDE, SIDE):
            raise ValueError(
                f"FeatureMaps: expected digits (N, 1, {SIDE}, {SIDE}), got {self._digits.shape}"
            )
        self._digits = self._digits.reshape(-1, SIDE, SIDE)
        self._next = FIRST + 1
        self.stages: list[Stage] = []
        self.probabilities = np.zeros(0)
        convolutions = [layer for layer in net.features if isinstance(layer, Conv2d)]
        self._filters = [layer.weight.detach().numpy() for layer in convolutions]
        count = sum(len(filters) for filters in self._filters)
        super().__init__(
            label="Feature maps of what you draw",
            controls=[
                press("clear", "Clear"),
                press("another", "A real digit"),
                toggle("rubber", "rubber"),
                toggle("centred", "centre the ink"),
                slider("right", "shift right", -REACH, REACH),
                slider("down", "shift down", -REACH, REACH),
                slider("look", "look at filter", 1, count),
            ],
            **{"ink": written(self._digits[FIRST % len(self._digits)]), **traits},
        )

    def on_press(self, name: str) -> None:
        """Wipe the pad, or put the next real digit on it."""
        if name == "clear":
            self.ink = written(np.zeros((SIDE, SIDE)))
        else:
            self.ink = written(self._digits[self._next % len(self._digits)])
            self._next += 1

    def seen(self) -> np.ndarray:
        """What the net gets: the ink, centred by its mass and shifted, (28, 28)."""
        pixels = np.frombuffer(bytes.fromhex(self.ink), np.uint8)
        if pixels.size != SIDE * SIDE:
            raise ValueError(f"ink: expected {SIDE * SIDE} pixels, got {pixels.size}")
        ink = pixels.reshape(SIDE, SIDE) / np.float32(255)
        shift = np.array([self.down, self.right])
        if self.centred and ink.any():
            grid = np.indices(ink.shape).reshape(2, -1)
            middle = grid @ ink.ravel() / ink.sum()
            shift = shift + np.round((SIDE - 1) / 2 - middle).astype(int)
        return shifted(ink, *shift)

    def run(self) -> None:
        """Send what is seen through the net; fills ``stages`` and ``probabilities``."""
        stages, scores = self._through()
        self.error = ""
        if self._conv2d is not None:
            try:
                with use(conv2d=(self._asked, _no_gradient)):
                    own_stages, scores = self._through()
                self.error = _difference(own_stages, stages)
                stages = own_stages
            except LearnerError as problem:
                self.error = str(problem)
            except Exception as problem:  # such as a result of another shape
                self.error = f"with your conv2d the net stops: {problem}"
        self.stages, self.probabilities = stages, softmax(scores.astype(float))

    def _asked(self, x: Any, weight: Any, bias: Any, stride: Any, padding: Any) -> Any:
        if self._conv2d is None:
            raise LearnerError("there is no conv2d to ask")
        return ask(self._conv2d, "your conv2d", x, weight, bias, stride, padding)

    def _through(self) -> tuple[list[Stage], np.ndarray]:
        stages: list[Stage] = []
        with no_grad():
            x = Tensor(self.seen()[None, None])
            number = -1
            for layer in self.net.features:
                x = layer(x)
                if isinstance(layer, Conv2d):
                    number += 1
                    continue
                pooled = isinstance(layer, (MaxPool2d, AvgPool2d))
                words = "pooling" if pooled else f"{type(layer).__name__} after convolution"
                stages.append(Stage(f"{words} {number + 1}", x.numpy()[0], number))
            return stages, self.net.classifier(x).numpy()[0]

    def draw(self) -> dict[str, str]:
        """What the net sees, all its maps, and its answer."""
        self.run()
        layer, place = self._looked_at()
        first, second = np.argsort(-self.probabilities)[:2].tolist()
        say = (
            f"The net says {first} ({self.probabilities[first]:.0%}), "
            f"then {second} ({self.probabilities[second]:.0%})."
        )
        if not self.seen().any():
            say = "The pad is empty: draw a digit."
        parts = [text(0, 14, "what the net sees", bold=True, size=12)]
        parts.append(image(1, 22, 104, 104, 1 - self.seen()))
        parts.append(_bars(self.probabilities))
        y = 142.0
        before = 0
        for stage in self.stages:
            rows, y = self._stage(stage, y, layer, place, before)
            parts.append(rows)
            if stage.words.startswith("pool"):
                before += len(stage.maps)
        alt = f"The ink, the feature maps of every layer, and the net's answer. {say}"
        return {"svg": picture(WIDTH, y, *parts, alt=alt), "say": say,
                "side": self._side(layer, place)}  # fmt: skip

    def _looked_at(self) -> tuple[int, int]:
        """The convolution and the filter in it that are looked at, both from 0."""
        place = self.look - 1
        for layer, filters in enumerate(self._filters):
            if place < len(filters):
                return layer, place
            place -= len(filters)
        raise ValueError(f"look: there are no more than {self.look - 1 - place} filters")

    def _stage(
        self, stage: Stage, y: float, layer: int, place: int, before: int
    ) -> tuple[str, float]:
        """A row of maps (two if there are many) and where the next row begins."""
        count, side = len(stage.maps), stage.maps.shape[1]
        across = count if count <= 8 else -(-count // 2)
        tile = min(62.0, WIDTH / across - 6)
        words = f"{stage.words}: {count} maps of {side}×{side}"
        parts = [text(0, y + 12, words, bold=True, size=12)]
        top = float(np.abs(stage.maps).max()) or 1.0
        for k, grey in enumerate(stage.maps):
            left = 1 + k % across * (tile + 6)
            head = y + 18 + k // across * (tile + 5)
            tile_image = image(left, head, tile, tile, 1 - np.maximum(grey, 0) / top)
            parts.append(pickable(tile_image, look=before + k + 1))
            if (stage.layer, k) == (layer, place):
                corners = [(left, head), (left + tile, head), (left + tile, head + tile),
                           (left, head + tile), (left, head)]  # fmt: skip
                parts.append(path(corners, color=BLUE, width=4))
        return "".join(parts), y + 18 + -(-count // across) * (tile + 5) + 8

    def _side(self, layer: int, place: int) -> str:
        """The chosen filter and its map, large."""
        weights = self._filters[layer][place]
        reach = float(np.abs(weights).max()) or 1.0
        stage = next(s for s in self.stages if s.layer == layer)
        top = float(np.abs(stage.maps).max()) or 1.0
        name = f"filter {place + 1} of convolution {layer + 1}"
        parts = [text(0, 14, f"{name}: white is positive, grey 0, black negative",
                      bold=True, size=12)]  # fmt: skip
        tile = min(100.0, 500 / len(weights) - 8)
        for k, channel in enumerate(weights):
            parts.append(image(1 + k * (tile + 8), 24, tile, tile, 0.5 + 0.5 * channel / reach))
        parts.append(text(540, 14, "its map: dark is strong", bold=True, size=12))
        large = 1 - np.maximum(stage.maps[place], 0) / top
        parts.append(image(540, 24, 150, 150, large))
        alt = f"The weights of {name} and the map it makes."
        return beneath(picture(700, 180, *parts, alt=alt))


def written(pixels: np.ndarray) -> str:
    """Ink from 0 to 1 as two hexadecimal digits a pixel, row by row."""
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8).tobytes().hex()


def shifted(pixels: np.ndarray, down: int, right: int) -> np.ndarray:
    """The image moved by whole pixels; what leaves is lost, what comes in is 0."""
    height, width = pixels.shape
    out = np.zeros_like(pixels)
    down, right = int(np.clip(down, -height, height)), int(np.clip(right, -width, width))
    rows, columns = (
        slice(max(down, 0), height + min(down, 0)),
        slice(max(right, 0), width + min(right, 0)),
    )
    out[rows, columns] = pixels[
        max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return out


def _bars(probabilities: np.ndarray) -> str:
    """One bar a class, its number before it."""
    parts = [text(142, 14, "what it answers", bold=True, size=12)]
    best, high = int(probabilities.argmax()), 106 / len(probabilities)
    for k, p in enumerate(probabilities):
        y = 22 + k * high
        parts.append(text(148, y + high - 1, str(k), anchor="end", size=10, bold=k == best))
        parts.append(rect(154, y + 1, max(230 * float(p), 0.5), high - 2, BLUE, "none"))
        if p >= 0.005:
            parts.append(text(160 + 230 * float(p), y + high - 1, f"{p:.0%}", size=10))
    return "".join(parts)


def _difference(own: list[Stage], library: list[Stage]) -> str:
    for mine, right in zip(own, library, strict=True):
        if not np.allclose(mine.maps, right.maps, atol=1e-4):
            k = int(np.abs(mine.maps - right.maps).max(axis=(1, 2)).argmax())
            return (
                f"with your conv2d the maps differ from the library's, first in {mine.words}, "
                f"most of all in map {k + 1}."
            )
    return ""


def _no_gradient(*_: Any) -> Any:
    raise RuntimeError("the feature maps ask for no gradient")
