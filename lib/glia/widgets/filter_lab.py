"""Nine weights of one's own over a photograph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.ops.conv import conv2d
from glia.viz.palette import BLUE
from glia.viz.photograph import photograph
from glia.widgets.cell_grids import numbers, say_value
from glia.widgets.explorer import Explorer, choice, slider, style
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.pixels import image
from glia.widgets.pointing import matrix, pick_area, pointed
from glia.widgets.svg import BACKDROP, path, picture, text
from glia.widgets.table import beneath, note

__all__ = ["FILTERS", "FilterLab"]

FILTERS: dict[str, tuple[str, tuple[float, ...], float]] = {
    "same": ("nothing: the picture itself", (0, 0, 0, 0, 1, 0, 0, 0, 0), 1),
    "vertical": ("edges that stand upright", (-1, 0, 1, -1, 0, 1, -1, 0, 1), 1),
    "horizontal": ("edges that lie flat", (-1, -1, -1, 0, 0, 0, 1, 1, 1), 1),
    "around": ("edges in every direction", (-1, -1, -1, -1, 8, -1, -1, -1, -1), 1),
    "cross": ("edges, four neighbours", (0, 1, 0, 1, -4, 1, 0, 1, 0), 1),
    "corners": ("corners", (1, 0, -1, 0, 0, 0, -1, 0, 1), 1),
    "diagonal": ("lines that fall to the right", (2, -1, -1, -1, 2, -1, -1, -1, 2), 1),
    "sharpen": ("sharpen", (0, -1, 0, -1, 5, -1, 0, -1, 0), 1),
    "box": ("blur, box", (1, 1, 1, 1, 1, 1, 1, 1, 1), 9),
    "gaussian": ("blur, Gaussian", (1, 2, 1, 2, 4, 2, 1, 2, 1), 16),
}
PURPOSES = ("vertical", "horizontal", "diagonal", "sharpen", "box", "gaussian")
SHOWN = {
    "grey": "as a picture: below 0 black, above 1 white",
    "signed": "with its sign: grey is 0, white is positive",
    "relu": "after a ReLU: white is 0, dark is strong",
}
WIDTH, SIDE, TOP = 700, 320, 26
LEFTS = (8, 372)


class FilterLab(Explorer):
    """Choose or type the nine weights of a filter and see what it does to a picture.

    Formula:
        y[i, j] = Σ_u Σ_v w[u, v] / divisor · x[i + u − 1, j + v − 1]

    Args:
        picture: grey values from 0 to 1; a photograph if None.
        correlate2d: the learner's own ``correlate2d(image, kernel, bias)``; it computes the
            response on show, and if it differs from the library's, that is told.
        make_filter: the learner's own ``make_filter(purpose)``; its six filters take the place
            of the prepared ones.
        filter: the name of one of ``FILTERS``, or with ``make_filter`` of one of ``PURPOSES``.

    Shape:
        - picture: (H, W), 8 to 256 pixels a side

    Attributes:
        response: (H, W), what the filter answers, before it is shown as grey values.

    Example:
        >>> lab = FilterLab(np.eye(9), filter="diagonal")
        >>> float(lab.response[4, 4])
        6.0
    """

    _esm = pointed()
    _css = style("pick")

    filter = traitlets.Unicode("vertical").tag(sync=True)
    weights = traitlets.List(traitlets.Float()).tag(sync=True)
    divisor = traitlets.Int(1).tag(sync=True)
    show = traitlets.Enum(tuple(SHOWN), "signed").tag(sync=True)
    row = traitlets.Int(1).tag(sync=True)
    column = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        picture: Any = None,
        *,
        correlate2d: Callable[..., Any] | None = None,
        make_filter: Callable[..., Any] | None = None,
        filter: str = "vertical",
        **traits: Any,
    ) -> None:
        self.image = photograph() if picture is None else np.asarray(picture, dtype=float)
        if self.image.ndim != 2 or not 8 <= min(self.image.shape) <= max(self.image.shape) <= 256:
            raise ValueError(
                f"FilterLab: expected a picture (H, W) of 8 to 256 pixels a side, "
                f"got {self.image.shape}"
            )
        self._correlate2d = correlate2d
        self._told = ""
        self.filters = FILTERS if make_filter is None else self._made(make_filter)
        if filter not in self.filters:
            raise ValueError(f"filter: expected one of {', '.join(self.filters)}, got {filter!r}")
        self._whose = "a photograph" if picture is None else "your picture"
        self.response = np.zeros_like(self.image)
        rows, columns = self.image.shape
        _, weights, divisor = self.filters[filter]
        given = {"weights": list(weights), "divisor": divisor, "row": rows // 2,
                 "column": columns // 2, **traits}  # fmt: skip
        super().__init__(
            label="Filter lab",
            wide=True,
            controls=[
                choice("filter", "filter", [
                    *((name, words) for name, (words, _, _) in self.filters.items()),
                    ("own", "your own weights"),
                ]),
                matrix("weights", "weights", 3, 3),
                slider("divisor", "divided by", 1, 16),
                choice("show", "show", list(SHOWN.items())),
                slider("row", "look at row", 1, rows),
                slider("column", "look at column", 1, columns),
            ],
            filter=filter,
            **given,
        )  # fmt: skip

    def _made(
        self, make_filter: Callable[..., Any]
    ) -> dict[str, tuple[str, tuple[float, ...], float]]:
        """The learner's filters; flat zeros in place of one that cannot be had."""
        filters = {}
        for purpose in PURPOSES:
            weights = np.zeros((3, 3))
            try:
                name = f"your make_filter({purpose!r})"
                weights = as_numbers(ask(make_filter, name, purpose), name, (3, 3))
            except LearnerError as problem:
                self._told = self._told or str(problem)
            filters[purpose] = (f"your {purpose}", tuple(weights.ravel().round(4).tolist()), 1)
        return filters

    @property
    def kernel(self) -> np.ndarray:
        """The filter as (3, 3), already divided."""
        return np.array(self.weights, dtype=float).reshape(3, 3) / self.divisor

    def _on_trait(self, change: Any) -> None:
        if change["name"] == "filter" and self.filter in self.filters:
            _, weights, divisor = self.filters[self.filter]
            with self.hold_sync():
                self.weights, self.divisor = [float(w) for w in weights], divisor
                self.redraw()
        elif change["name"] in ("weights", "divisor"):
            with self.hold_sync():
                self.filter = self._named()
                self.redraw()
        else:
            self.redraw()

    def _named(self) -> str:
        now = (tuple(self.weights), self.divisor)
        for name, (_, weights, divisor) in self.filters.items():
            if now == (weights, divisor):
                return name
        return "own"

    def _answer(self) -> np.ndarray:
        """The response, as large as the picture: the picture's edge is continued outwards."""
        self.error = self._told
        padded = np.pad(self.image, 1, mode="edge")
        library = conv2d(padded[None, None], self.kernel[None, None])[0, 0]
        if self._correlate2d is None:
            return library
        name = "your correlate2d"
        try:
            answer = ask(self._correlate2d, name, padded, self.kernel, 0.0)
            yours = as_numbers(answer, name, self.image.shape)
        except LearnerError as problem:
            self.error = str(problem)
            return library
        if not np.allclose(yours, library, atol=1e-6):
            i, j = np.argwhere(~np.isclose(yours, library, atol=1e-6))[0]
            self.error = (
                f"{name} differs from the library's at row {i + 1}, column {j + 1}: yours "
                f"{say_value(float(yours[i, j]))}, the library's {say_value(float(library[i, j]))}."
            )
        return yours

    def draw(self) -> dict[str, str]:
        """The picture, the response beside it, and the patch that is looked at."""
        if len(self.weights) != 9:
            return self.picture
        self.response = self._answer()
        height, width = self.image.shape
        cell = SIDE / max(height, width)
        size = (width * cell, height * cell)
        if not self.backdrop:
            seen = image(LEFTS[0], TOP, *size, self.image)
            self.backdrop = text(LEFTS[0], 18, self._whose, bold=True) + seen
        i, j = self.row - 1, self.column - 1
        parts = [
            BACKDROP,
            text(LEFTS[1], 18, f"response: {self._words()}", bold=True),
            image(LEFTS[1], TOP, *size, self._grey()),
        ]
        for left in LEFTS:
            parts.append(_frame(left, i, j, cell))
            parts.append(pick_area(left, TOP, *size, row=height, column=width))
        low, high = float(self.response.min()), float(self.response.max())
        value = say_value(float(self.response[i, j]))
        say = (
            f"Row {self.row}, column {self.column}: the response is {value}. "
            f"Over the picture it goes from {say_value(low)} to {say_value(high)}."
        )
        alt = f"{self._whose.capitalize()} and what the filter makes of it. {say}"
        svg = picture(WIDTH, TOP + size[1] + 8, *parts, alt=alt)
        return {"svg": svg, "say": say, "side": self._side(i, j)}

    def _words(self) -> str:
        return self.filters[self.filter][0] if self.filter in self.filters else "your own weights"

    def _grey(self) -> np.ndarray:
        if self.show == "grey":
            return self.response
        reach = float(np.abs(self.response).max()) or 1.0
        if self.show == "signed":
            return 0.5 + 0.5 * self.response / reach
        return 1 - np.maximum(self.response, 0) / reach

    def _side(self, i: int, j: int) -> str:
        patch = np.pad(self.image, 1, mode="edge")[i : i + 3, j : j + 3]
        grids = [(8.0, 24.0, 42.0), (188.0, 24.0, 42.0), (368.0, 24.0, 42.0)]
        products = patch * self.kernel
        names = ("the patch", "× the weights", "= nine products")
        shown = (patch, self.kernel, products)
        parts = [numbers(g, np.round(a, 2)[None]) for g, a in zip(grids, shown, strict=True)]
        parts += [
            text(grid[0], 16, name, bold=True) for grid, name in zip(grids, names, strict=True)
        ]
        total = say_value(float(products.sum()))
        parts.append(text(512, 92, f"their sum: {total}", bold=True))
        svg = picture(WIDTH, 156, *parts, alt=f"Nine products whose sum is {total}.")
        weights = np.array(self.weights) / self.divisor
        return beneath(svg + note(f"The weights sum to {_meaning(weights)}."))


def _meaning(weights: np.ndarray) -> str:
    total = float(weights.sum())
    if abs(total) < 1e-9:
        return "0: flat areas answer 0, the filter looks for change"
    if abs(total - 1) < 1e-9:
        return "1: flat areas keep their brightness"
    return f"{say_value(total)}: flat areas answer {say_value(total)} times their brightness"


def _frame(left: float, i: int, j: int, cell: float) -> str:
    """A frame around the 3×3 patch, at least large enough to be seen."""
    x, y = left + (j + 0.5) * cell, TOP + (i + 0.5) * cell
    half = max(1.5 * cell, 5)
    corners = [
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
    ]
    corners.append(corners[0])
    return path(corners, color="#fff", width=4) + path(corners, color=BLUE, width=2)
