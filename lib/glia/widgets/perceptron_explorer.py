"""Watch the perceptron learn, one example at a time, with the weight vector turning."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from glia.data import truth_table
from glia.widgets.explorer import Explorer, choice, jump, move, play, slider, toggle
from glia.widgets.perceptron_run import Update, run
from glia.widgets.perceptron_stage import Stage


class PerceptronExplorer(Explorer):
    """Perceptron learning step by step in the plane.

    The picture shows the examples, the region the unit assigns to the upper class, the line
    before (dashed) and after (solid) the present visit, the example being looked at (ringed), and
    the weight as an arrow from the origin; after a mistake the purple arrow is what was added.

    Args:
        X: examples in the plane; a small separable set by default, with a choice of others.
        y: their labels, {0, 1} or {-1, +1}.
        update: your own ``update(x, y, weight, bias, lr) -> (weight, bias)``; then that is what
            moves. If it raises or answers in a wrong shape, the widget says so and shows the
            steps before.
        lr: step size η.
        max_visits: how many examples are looked at before the run is called off.
        arrow_scale: drawn length of the weight in units of the axes; by default 1, or less where
            an arrow would leave the picture. Set it to compare two explorers.

    Attributes:
        step: the visit shown; 0 is the start.
        run: the whole training, as ``glia.widgets.perceptron_run.Run``.

    Raises:
        ValueError: if only one of X and y is given, or they are not (N, 2) and (N,).
    """

    step = traitlets.Int(0).tag(sync=True)
    data = traitlets.Unicode("clouds").tag(sync=True)
    labels = traitlets.Enum(("01", "pm1"), "01").tag(sync=True)
    mistakes_only = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        X: np.ndarray | None = None,
        y: np.ndarray | None = None,
        update: Update | None = None,
        *,
        lr: float = 1.0,
        max_visits: int = 120,
        arrow_scale: float | None = None,
        **traits: Any,
    ) -> None:
        self._update, self._lr, self._max_visits = update, lr, max_visits
        self._arrow_scale = arrow_scale
        self._given = _checked(X, y)
        self._shown: tuple[str, str, bool] | None = None
        if self._given and (self._given[1] < 0).any():
            traits["labels"] = "pm1"
        controls = [
            jump("step", "Start", 0),
            move("step", "Back", -1),
            move("step", "Step", 1),
            play("step"),
            slider("step", "Visit", 0, 1),
            toggle("mistakes_only", "Mistakes only"),
        ]
        if not self._given:
            controls.append(choice("data", "Data", [(k, w) for k, (w, _) in DATA.items()]))
        if update is None and not self._given:
            controls.append(choice("labels", "Labels", [("01", "0 and 1"), ("pm1", "−1 and +1")]))
        whose = "" if update is None else ", with your update"
        traits.setdefault("label", f"The perceptron learns{whose}")
        super().__init__(controls=controls, frame_by="step", **traits)

    def examples(self) -> tuple[np.ndarray, np.ndarray]:
        """The examples on show, with labels of the present convention."""
        if self._given:
            return self._given
        X, y = DATA[self.data][1]()
        return X, (2 * y - 1 if self.labels == "pm1" else y)

    def draw_frames(self) -> list[dict[str, str]]:
        """Train, then draw the start and every visit."""
        X, y = self.examples()
        self.run = run(
            X, y, update=self._update, labels=self.labels, lr=self._lr, max_visits=self._max_visits
        )
        self.error = self.run.error
        visits = [
            v for v in self.run.visits if not self.mistakes_only or v.prediction != y[v.index]
        ]
        stage = Stage(X, y, self.run, self._arrow_scale)
        self.backdrop = stage.backdrop()
        frames = [stage.start()]
        frames += [stage.frame(v, i + 1, len(visits)) for i, v in enumerate(visits)]
        if visits:
            frames[-1] = stage.ended(frames[-1])
        self.controls = [
            {**c, "max": len(visits)} if c["kind"] == "range" else c for c in self.controls
        ]
        shown, self._shown = self._shown, (self.data, self.labels, self.mistakes_only)
        self.step = min(self.step, len(visits)) if shown in (None, self._shown) else 0
        return frames


def _checked(X: Any, y: Any) -> tuple[np.ndarray, np.ndarray] | None:
    if X is None and y is None:
        return None
    if X is None or y is None:
        raise ValueError("PerceptronExplorer: give both X and y, or neither")
    X, y = np.asarray(X, dtype=float), np.asarray(y).astype(int)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != (len(X),) or len(X) == 0:
        raise ValueError(
            f"PerceptronExplorer: expected X (N, 2) and y (N,), got {X.shape} and {y.shape}"
        )
    if not (set(y.tolist()) <= {0, 1} or set(y.tolist()) <= {-1, 1}):
        raise ValueError(f"PerceptronExplorer: labels must be 0/1 or -1/+1, got {sorted(set(y))}")
    return X, y


def _clouds() -> tuple[np.ndarray, np.ndarray]:
    X = np.array(
        [[1.6, 1.2], [1.1, 0.7], [-1.9, 0.8], [2.5, 2.7], [-0.1, -0.4],
         [0.7, -0.2], [2.1, 0.5], [1.3, 1.7], [1.6, 2.7], [-1.6, -0.1]]
    )  # fmt: skip
    return X, np.array([1, 0, 0, 1, 0, 0, 1, 1, 1, 0])


DATA = {
    "clouds": ("two clouds", _clouds),
    "and": ("AND", lambda: truth_table("and")),
    "or": ("OR", lambda: truth_table("or")),
    "xor": ("XOR", lambda: truth_table("xor")),
}
