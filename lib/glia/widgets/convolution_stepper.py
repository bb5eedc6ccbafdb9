"""A window slides over an input, and at each stop its products are summed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.ops import conv
from glia.viz.palette import GREEN
from glia.widgets.cell_grids import (
    WIDTH,
    Grid,
    box,
    cover,
    height_of,
    layout,
    numbers,
    say_value,
    window,
)
from glia.widgets.convolution_examples import EXAMPLES, Example, example
from glia.widgets.explorer import Explorer, choice, jump, move, play, slider, toggle
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import BACKDROP, picture, text
from glia.widgets.table import beneath, table

__all__ = ["ConvolutionStepper"]

LIMIT = 12  # rows and columns of the padded input that stay readable
CONVENTIONS = {"per side": "on each side", "total": "both sides together"}


class ConvolutionStepper(Explorer):
    """Slide the kernel over the input, stop by stop, and see each sum of products.

    Formula:
        y[i, j] = Σ_c Σ_u Σ_v w[c, u, v] · x[c, s·i + d·u, s·j + d·v]

    Args:
        x: an input of one's own; several prepared ones to choose if None.
        kernel: its kernel, with as many axes as ``x``.
        correlate1d: the learner's own ``correlate1d(x, kernel, flip)``, asked about rows.
        correlate2d: the learner's own ``correlate2d(image, kernel, bias)``, asked about images.
        conv2d: the learner's own ``conv2d(x, weight, bias, stride, padding)``, asked about all
            settings that it has. The output of the learner's function stands below the
            library's, and the first difference is told.
        start: the prepared example on show.

    Shape:
        - x: (L,), (H, W) or (C, H, W); kernel: (K,), (KH, KW) or (C, KH, KW)

    Attributes:
        output: the numbers of the present output, (H_out, W_out).

    Example:
        >>> ConvolutionStepper(start="nine").output.tolist()
        [[19.0, 25.0], [37.0, 43.0]]
    """

    place = traitlets.Int(0).tag(sync=True)
    start = traitlets.Unicode("nine").tag(sync=True)
    padding = traitlets.Int(0).tag(sync=True)
    counted = traitlets.Enum(tuple(CONVENTIONS), "per side").tag(sync=True)
    stride_down = traitlets.Int(1).tag(sync=True)
    stride_across = traitlets.Int(1).tag(sync=True)
    dilation = traitlets.Int(1).tag(sync=True)
    flip = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        x: Any = None,
        kernel: Any = None,
        *,
        correlate1d: Callable[..., Any] | None = None,
        correlate2d: Callable[..., Any] | None = None,
        conv2d: Callable[..., Any] | None = None,
        start: str = "nine",
        **traits: Any,
    ) -> None:
        if (x is None) != (kernel is None):
            raise ValueError("ConvolutionStepper: give both x and kernel, or neither")
        self._given: Example | None = None if x is None else example("your own", x, kernel)
        if self._given is not None and max(self._given.x.shape[1:]) > LIMIT:
            raise ValueError(
                f"ConvolutionStepper draws at most {LIMIT}×{LIMIT}, got {self._given.x.shape[1:]}"
            )
        if self._given is None and start not in EXAMPLES:
            raise ValueError(f"start: expected one of {', '.join(EXAMPLES)}, got {start!r}")
        self._row, self._image, self._stack = correlate1d, correlate2d, conv2d
        self.output = np.zeros((0, 0))
        super().__init__(
            label="A window slides over the input",
            wide=True,
            controls=self._panel(),
            frame_by="place",
            start=start,
            **traits,
        )

    def _panel(self) -> list[dict[str, Any]]:
        menu = [] if self._given else [
            choice("start", "input", [(name, e.words) for name, e in EXAMPLES.items()])
        ]  # fmt: skip
        return [
            jump("place", "Start", 0),
            move("place", "Back", -1),
            move("place", "Step", 1),
            play("place", every_ms=700),
            slider("place", "output", 0, max(self.output.size, 1)),
            *menu,
            slider("padding", "padding", 0, 2),
            choice("counted", "padding counts", list(CONVENTIONS.items())),
            slider("stride_down", "stride down", 1, 3),
            slider("stride_across", "stride across", 1, 3),
            slider("dilation", "dilation", 1, 3),
            toggle("flip", "flip the kernel (true convolution)"),
        ]

    def shown(self) -> Example:
        """The input and the kernel on show, the kernel not yet flipped."""
        return self._given or EXAMPLES[self.start]

    def pads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Zeros above and below, left and right."""
        p = self.padding
        across = (p, p) if self.counted == "per side" else (p // 2, p - p // 2)
        return ((0, 0) if self.shown().flat else across), across

    def strides(self) -> tuple[int, int]:
        """Steps down and across; a row has none down."""
        return (1 if self.shown().flat else self.stride_down), self.stride_across

    def draw_frames(self) -> list[dict[str, str]]:
        """The start, then one picture for each stop of the window."""
        self.error = ""
        now, pads, step = self.shown(), self.pads(), self.strides()
        gap = (1, self.dilation) if now.flat else (self.dilation, self.dilation)
        kernel = now.kernel[:, ::-1, ::-1] if self.flip else now.kernel
        sizes = [
            conv.output_size(*each)
            for each in zip(now.x.shape[1:], kernel.shape[1:], step, pads, gap, strict=True)
        ]
        padded = np.pad(now.x, ((0, 0), *pads))
        rule = _rule(now, pads, kernel.shape, step, gap, sizes)
        if min(sizes) < 1:
            self.error = f"No window fits: {rule}. Take more padding or less dilation."
            self.output = np.zeros((0, 0))
            return self._told(padded, pads, kernel, rule)
        self.output = conv.conv2d(padded[None], kernel[None], None, step, dilation=gap)[0, 0]
        return self._told(padded, pads, kernel, rule, step, gap)

    def _told(
        self,
        padded: np.ndarray,
        pads: tuple[tuple[int, int], tuple[int, int]],
        kernel: np.ndarray,
        rule: str,
        step: tuple[int, int] = (1, 1),
        gap: tuple[int, int] = (1, 1),
    ) -> list[dict[str, str]]:
        grids = layout(padded.shape, kernel.shape, self.output.shape)
        height = height_of(grids, padded.shape, kernel.shape, self.output.shape)
        self.backdrop = self._ground(grids, padded, pads, kernel)
        self._resize()
        side = self._side(rule, step)
        alt = f"An input of {_size(padded)}, a kernel of {_size(kernel)}, and the output."
        say = f"Start: the output will have {rule}."
        hidden = cover(grids[2], self.output.shape, 0)
        frames = [{"svg": picture(WIDTH, height, BACKDROP, hidden, alt=alt), "say": say}]
        for k in range(self.output.size):
            i, j = divmod(k, self.output.shape[1])
            rows = step[0] * i + gap[0] * np.arange(kernel.shape[1])
            columns = step[1] * j + gap[1] * np.arange(kernel.shape[2])
            parts = [window(grids[0], padded.shape, kernel, rows, columns)]
            left, top, cell = grids[2]
            parts.append(cover(grids[2], self.output.shape, k + 1))
            parts.append(box(left + j * cell, top + i * cell, cell, GREEN))
            seen = padded[:, rows[:, None], columns]
            where = f"place {j + 1}" if self.shown().flat else f"row {i + 1}, column {j + 1}"
            say = (
                f"Output, {where}: {_terms(seen, kernel)} = {say_value(float(self.output[i, j]))}."
            )
            frames.append({"svg": picture(WIDTH, height, BACKDROP, *parts, alt=alt), "say": say})
        for frame in frames:
            frame["side"] = side
        return frames

    def _resize(self) -> None:
        """The slider ends at the last stop."""
        for spec in self.controls:
            if spec["kind"] == "range" and spec["name"] == "place":
                if spec["max"] != self.output.size:
                    self.controls = self._panel()
                break
        self.place = min(self.place, self.output.size)

    def _ground(
        self,
        grids: tuple[Grid, Grid, Grid],
        padded: np.ndarray,
        pads: tuple[tuple[int, int], tuple[int, int]],
        kernel: np.ndarray,
    ) -> str:
        (top, bottom), (before, after) = pads
        given = np.ones(padded.shape, bool)
        inner = given[:, top : padded.shape[1] - bottom, before : padded.shape[2] - after]
        given[:] = False
        inner[:] = True
        names = ("input with padding" if any(map(any, pads)) else "input",
                 "kernel, flipped" if self.flip else "kernel", "output")  # fmt: skip
        parts = []
        for (left, _, _), name in zip(grids, names, strict=True):
            parts.append(text(left, 18, name, bold=True))
        _, top_edge, cell = grids[1]
        middle = top_edge + cell * kernel.shape[1] / 2 + 6
        signs = ("∗" if self.flip else "⋆", "=")  # between the grids
        parts += [text(left - 9, middle, sign, anchor="middle", size=18)
                  for (left, _, _), sign in zip(grids[1:], signs, strict=True)]  # fmt: skip
        parts.append(numbers(grids[0], padded, given))
        parts.append(numbers(grids[1], kernel))
        parts.append(numbers(grids[2], self.output[None]))
        return "".join(parts)

    def _side(self, rule: str, step: tuple[int, int]) -> str:
        kernel = self.shown().kernel
        head = ["output size", rule]
        rows = [["weights learnt", f"{kernel.size}, the same at every stop"]]
        yours = self._yours(step)
        if yours is not None:
            rows.append(["your output", _rows(yours)])
            rows.append(["the library's", _rows(self.output)])
        return beneath(table(head, rows))

    def _asked(self, step: tuple[int, int]) -> tuple[str, Callable[[], Any]] | None:
        """The learner's function that knows the present settings, and how to call it."""
        now = self.shown()
        kernel = now.kernel[:, ::-1, ::-1] if self.flip else now.kernel
        plain = self.padding == 0 and step == (1, 1) and self.dilation == 1
        if self._row is not None and now.flat and plain:
            row, args = self._row, (now.x[0, 0], now.kernel[0, 0], self.flip)
            return "your correlate1d", lambda: ask(row, "your correlate1d", *args)
        if self._image is not None and len(now.x) == 1 and not now.flat and plain:
            image, args = self._image, (now.x[0], kernel[0], 0.0)
            return "your correlate2d", lambda: ask(image, "your correlate2d", *args)
        square = step[0] == step[1] and self.dilation == 1 and not now.flat
        if self._stack is not None and square and self.counted == "per side":
            stack, args = self._stack, (now.x[None], kernel[None], np.zeros(1))
            more = (step[0], self.padding)
            return "your conv2d", lambda: ask(stack, "your conv2d", *args, *more)
        return None

    def _yours(self, step: tuple[int, int]) -> np.ndarray | None:
        asked = self._asked(step)
        if asked is None or not self.output.size:
            return None
        name, call = asked
        rows, columns = self.output.shape
        shapes = {"your correlate1d": (columns,), "your conv2d": (1, 1, rows, columns)}
        try:
            yours = as_numbers(call(), name, shapes.get(name, (rows, columns)))
        except LearnerError as problem:
            self.error = str(problem)
            return None
        yours = yours.reshape(rows, columns)
        if not np.allclose(yours, self.output, atol=1e-6):
            i, j = np.argwhere(~np.isclose(yours, self.output, atol=1e-6))[0]
            own, right = (say_value(float(values[i, j])) for values in (yours, self.output))
            self.error = (
                f"{name} differs at row {i + 1}, column {j + 1}: yours {own}, the window's "
                f"{right}. Step to it: which products has it?"
            )
        return yours


def _rule(
    now: Example,
    pads: tuple[tuple[int, int], tuple[int, int]],
    kernel: tuple[int, ...],
    step: tuple[int, int],
    gap: tuple[int, int],
    sizes: list[int],
) -> str:
    def one(axis: int) -> str:
        size, k, zeros = now.x.shape[axis + 1], kernel[axis + 1], sum(pads[axis])
        wide = f"{size} + {zeros}" if zeros else f"{size}"
        reach = f"{gap[axis]}·({k} − 1) + 1" if gap[axis] > 1 else f"{k}"
        return f"⌊({wide} − {reach}) / {step[axis]}⌋ + 1 = {sizes[axis]}"

    if now.flat:
        return f"{one(1)} places"
    return f"{one(0)} rows and {one(1)} columns"


def _product(x: float, w: float) -> str:
    return f"{say_value(x)}·{say_value(w)}" if w >= 0 else f"{say_value(x)}·({say_value(w)})"


def _terms(seen: np.ndarray, kernel: np.ndarray) -> str:
    """The products, channel by channel."""
    sums = [
        " + ".join(_product(x, w) for x, w in zip(a.ravel(), b.ravel(), strict=True))
        for a, b in zip(seen, kernel, strict=True)
    ]
    return sums[0] if len(sums) == 1 else " + ".join(f"({each})" for each in sums)


def _size(values: np.ndarray) -> str:
    channels = f"{len(values)} channels of " if len(values) > 1 else ""
    return f"{channels}{values.shape[1]}×{values.shape[2]}"


def _rows(values: np.ndarray) -> str:
    return "; ".join(" ".join(say_value(v) for v in row) for row in values)
