"""A recurrent net unrolled: what runs forward through its states, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.viz.palette import BLACK, BLUE, PURPLE, VERMILION
from glia.widgets.explorer import Explorer, choice, play, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.plot import FRAME, Plot
from glia.widgets.recurrence import (
    KINDS,
    SIGNALS,
    input_signal,
    measured_jacobians,
    recurrent_matrix,
    spectral_radius,
    unrolled,
)
from glia.widgets.svg import arrow, marker, number, path, picture, rect, text
from glia.widgets.table import beneath, note, table, wide_number

__all__ = ["RNNUnroller"]

HIDDEN, LONGEST = 6, 24
NORMS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 0.0)  # 0: never clipped
LOW, HIGH = -8.0, 4.0  # decades of the lower picture
LEFT, RIGHT = 64.0, 690.0
CUTS = ["never", "1 step", *(f"{k} steps" for k in range(2, LONGEST))]


class RNNUnroller(Explorer):
    """Unroll a net of six hidden units, forward and back, and measure the gradient at every step.

    Formula:
        h_t = φ(W_xh x_t + W_hh h_{t−1});  ∂L/∂h_{t−1} = W_hhᵀ (φ'(z_t) ⊙ ∂L/∂h_t)

        The loss is the mean of the last state's units times √6, so that ∂L/∂h_T has length 1 and
        what arrives at step t is the share of it that is left.

    Args:
        step: the learner's own ``rnn_step(x, h, W_xh, W_hh, b_h, W_hy, b_y) -> (h_new, y)``. Its
            states are drawn, and its gradient is measured by stepping h to both sides.
        X: a sequence of the learner's, one number a step; the first 24 are taken.
        radius: spectral radius of W_hh, the size of its largest eigenvalue.
        steps: T, how many steps.
        kind: "turn", "random" or "relay", see `glia.widgets.recurrence`.

    Example:
        >>> net = RNNUnroller(radius=0.5, steps=11, activation="linear")
        >>> float(net.run()["gradient"][0].round(8)) == 0.5**10
        True
    """

    radius = traitlets.Float(0.9).tag(sync=True)
    steps = traitlets.Int(16).tag(sync=True)
    kind = traitlets.Enum(tuple(KINDS), "turn").tag(sync=True)
    activation = traitlets.Enum(("tanh", "linear"), "tanh").tag(sync=True)
    signal = traitlets.Enum(tuple(SIGNALS), "push").tag(sync=True)
    strength = traitlets.Float(0.5).tag(sync=True)
    at = traitlets.Int(1).tag(sync=True)
    cut = traitlets.Int(0).tag(sync=True)
    clip = traitlets.Int(len(NORMS) - 1).tag(sync=True)

    def __init__(
        self, step: Callable[..., Any] | None = None, X: Any = None, **traits: Any
    ) -> None:
        self._step = step
        self._own = None if X is None else np.asarray(X, dtype=float).ravel()[:LONGEST]
        if self._own is not None and len(self._own) < 2:
            raise ValueError(f"RNNUnroller: expected X of 2 numbers or more, got {len(self._own)}")
        signals = [(k, words) for k, words in SIGNALS.items() if k != "own"]
        if self._own is not None:
            signals.append(("own", SIGNALS["own"]))
            traits = {"signal": "own", "steps": len(self._own), **traits}
        elif traits.get("signal") == "own":
            raise ValueError("RNNUnroller: signal='own' needs a sequence X")
        super().__init__(
            label="A recurrent net, unrolled",
            wide=True,
            controls=[
                slider("radius", "spectral radius ρ", 0, 2, 0.05),
                slider("steps", "steps T", 2, LONGEST),
                choice("kind", "matrix W", list(KINDS.items())),
                choice("activation", "activation", [("tanh", "tanh"), ("linear", "none (linear)")]),
                choice("signal", "input", signals),
                slider("strength", "input strength", 0, 3, 0.1),
                slider("at", "look at step", 1, LONGEST),
                play("at", every_ms=250),
                slider("cut", "cut the way back every", 0, LONGEST - 1, shown=CUTS),
                slider("clip", "clip the gradient to", 0, len(NORMS) - 1,
                       shown=[f"{n:g}" for n in NORMS[:-1]] + ["not at all"]),
            ],
            **traits,
        )  # fmt: skip

    def weights(self) -> dict[str, np.ndarray]:
        """W_xh, W_hh, b_h and the readout W_hy, b_y, whose answer at the last step is the loss."""
        return {
            "W_xh": np.linspace(1.0, -0.6, HIDDEN)[:, None],
            "W_hh": recurrent_matrix(self.kind, self.radius, HIDDEN),
            "b_h": np.zeros(HIDDEN),
            "W_hy": np.full((1, HIDDEN), 1 / np.sqrt(HIDDEN)),
            "b_y": np.zeros(1),
        }

    def sequence(self) -> np.ndarray:
        """The inputs x_1 … x_T."""
        return self.strength * input_signal(self.signal, self.steps, self._own)

    def run(self) -> dict[str, Any]:
        """Forward and back: states (T, H), Jacobians (T, H, H), gradient norms (T,) and more."""
        w, x = self.weights(), self.sequence()
        states, jacobians = unrolled(x, w, self.activation)
        if self._step is not None and self.activation == "tanh":
            try:
                states, jacobians = self._yours(x, w, states)
            except LearnerError as problem:
                self.error = str(problem)
        T = self.steps
        first = (T - 1) // self.cut * self.cut if self.cut else 0  # start of the last window
        arriving = np.zeros((T, HIDDEN))
        arriving[-1] = w["W_hy"][0]
        for t in range(T - 1, first, -1):
            arriving[t - 1] = arriving[t] @ jacobians[t]
        before = np.concatenate([np.zeros((1, HIDDEN)), states[:-1]])
        slopes = 1 - states**2 if self.activation == "tanh" else np.ones_like(states)
        weight_gradient = float(np.linalg.norm((arriving * slopes).T @ before))
        limit = NORMS[self.clip]
        factor = limit / weight_gradient if limit and weight_gradient > limit else 1.0
        return {
            "x": x,
            "states": states,
            "jacobians": jacobians,
            "gradient": np.linalg.norm(arriving, axis=1),
            "first": first,
            "W": w["W_hh"],
            "weight_gradient": weight_gradient,
            "factor": factor,
            "slopes": slopes,
        }

    def draw(self) -> dict[str, str]:
        """The unrolled net above, the gradient's norm below, step under step."""
        self.error = ""
        if self._step is not None and self.activation == "linear":
            self.error = "your rnn_step bends with tanh: these linear states are the library's."
        now = self.run()
        at = min(self.at, self.steps)
        say = self._words(now)
        alt = (
            f"A recurrent net of {HIDDEN} units unrolled over {self.steps} steps, and under it the "
            f"norm of the gradient at each step on a logarithmic scale. {say}"
        )
        parts = [*self._net(now, at), *self._norms(now, at)]
        svg = picture(720, 410, *parts, alt=alt)
        return {"svg": svg, "say": say, "side": beneath(self._table(now, at))}

    def _x(self, t: int) -> float:
        gap = (RIGHT - LEFT) / self.steps
        return LEFT + gap * (t + 0.5)

    def _net(self, now: dict[str, Any], at: int) -> list[str]:
        top, gap = 44.0, 17.0
        half = min(10.5, 0.42 * (RIGHT - LEFT) / self.steps)
        parts = [text(4, 16, "states", size=12), text(4, 32, "h₁ … h₆", size=12)]
        parts.append(text(4, 168, "input xₜ", size=12))
        parts.append(text(RIGHT, 16, "disc: size of h; full: h > 0, hollow: h < 0",
                          anchor="end", size=12))  # fmt: skip
        for t in range(self.steps):
            x = self._x(t)
            here = t + 1 == at
            frame = VERMILION if here else "#b0b0b0"
            box = rect(x - half, top - 14, 2 * half, HIDDEN * gap + 8, stroke=frame)
            parts.append(f"<g data-trait='at' data-value='{t + 1}' pointer-events='all'>{box}</g>")
            if here:
                parts.append(rect(x - half - 2, top - 16, 2 * half + 4, HIDDEN * gap + 12,
                                  stroke=VERMILION))  # fmt: skip
            for i, h in enumerate(np.clip(np.nan_to_num(now["states"][t]), -1e6, 1e6)):
                size = (half - 2.5) * np.sqrt(min(abs(h), 1.0))
                shade = BLUE if h > 0 else VERMILION
                parts.append(marker(x, top + i * gap, color=shade, size=max(float(size), 0.5),
                                    hollow=bool(h < 0)))  # fmt: skip
            if t:
                start = self._x(t - 1) + half
                parts.append(arrow(start, top + 42, x - half, top + 42, color=FRAME, width=1))
            parts.append(arrow(x, 155, x, top + HIDDEN * gap - 4, color=FRAME, width=1))
            if self.steps <= 16 or here or t == 0:
                words = number(float(now["x"][t]), 1)
                parts.append(text(x, 168, words, anchor="middle", size=11))
        return parts

    def _norms(self, now: dict[str, Any], at: int) -> list[str]:
        T = self.steps
        plot = Plot((0.5, T + 0.5), (LOW, HIGH), left=LEFT, top=200, width=RIGHT - LEFT, height=164)
        marks = [t for t in range(1, T + 1) if T <= 12 or t % 4 == 0 or t == 1]
        parts = [plot.axes("step t", "log₁₀ of the norm", xticks=marks,
                           yticks=(-8, -6, -4, -2, 0, 2, 4))]  # fmt: skip
        steps = np.arange(1, T + 1)
        rho = spectral_radius(now["W"])
        rule = _log(rho ** (T - steps.astype(float)))
        parts.append(plot.curve(steps, rule, color=VERMILION, width=2, dash="7 5"))
        if self.cut:
            for edge in range(self.cut, T, self.cut):
                px, _ = plot.at(edge + 0.5, LOW)
                parts.append(path([(px, 200), (px, 364)], color=BLACK, width=1.5, dash="2 4"))
        alive = [t for t in range(now["first"], T) if now["gradient"][t] > 0]
        shown = _log(now["gradient"])
        parts.append(plot.curve([t + 1 for t in alive], shown[alive], color=BLUE, width=2.5))
        for t in alive:
            if LOW <= shown[t] <= HIGH:
                here = t + 1 == at
                parts.append(plot.dot(t + 1, shown[t], size=6 if here else 4, color=BLUE))
        if now["factor"] < 1:
            lower = shown + np.log10(now["factor"])
            parts.append(plot.curve([t + 1 for t in alive], lower[alive], color=PURPLE, width=2))
            for t in alive:
                if LOW <= lower[t] <= HIGH:
                    parts.append(plot.dot(t + 1, lower[t], "^", size=4, color=PURPLE))
        px, _ = plot.at(at, LOW)
        parts.append(path([(px, 200), (px, 364)], color=VERMILION, width=1))
        words = "disc: ‖∂L/∂hₜ‖, measured; dashed: ρ to the power T − t"
        if now["factor"] < 1:
            words += "; triangle: after clipping"
        parts.append(text(LEFT, 192, words, size=12))
        return parts

    def _words(self, now: dict[str, Any]) -> str:
        left, rho = float(now["gradient"][0]), number(spectral_radius(now["W"]))
        if now["first"]:
            return (
                f"ρ = {rho}, cut every {CUTS[self.cut]}: nothing of the gradient reaches the steps "
                f"before step {now['first'] + 1}; the states still come from step 1."
            )
        say = f"ρ = {rho}, {self.steps} steps: of a gradient of 1 at the end, "
        say += f"{wide_number(left, 4)} is left at step 1"
        peak = float(now["gradient"].max())
        if left < 1e-3:
            return f"{say}: it has vanished."
        if left > 1e2:
            return f"{say}: it explodes."
        if peak > 2 and peak > 2 * left:
            return f"{say}, after it had grown to {wide_number(peak, 2)} on its way."
        return f"{say}."

    def _table(self, now: dict[str, Any], at: int) -> str:
        t = at - 1
        stretch = np.linalg.norm(now["jacobians"][t], ord=2)
        head = ["", "‖∂L/∂hₜ‖", "ρ to the power T − t", "largest stretch of Jₜ",
                "… of W", "mean of φ'"]  # fmt: skip
        row = [
            f"t = {at}",
            wide_number(float(now["gradient"][t]), 4),
            wide_number(spectral_radius(now["W"]) ** (self.steps - at), 4),
            wide_number(float(stretch), 3),
            wide_number(float(np.linalg.norm(now["W"], 2)), 3),
            number(float(now["slopes"].mean())),
        ]
        values = ", ".join(wide_number(float(v), 2) for v in now["states"][t])
        whole = f"‖∂L/∂W‖ over all steps: {wide_number(now['weight_gradient'], 4)}"
        if now["factor"] < 1:
            after = wide_number(now["weight_gradient"] * now["factor"], 4)
            whole += f", clipped to {after}; every entry times {wide_number(now['factor'], 4)}"
        return table(head, [row]) + note(f"h at step {at}: {values}. {whole}.")

    def _yours(
        self, x: np.ndarray, w: dict[str, np.ndarray], states: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The learner's states, and Jacobians measured by stepping h to both sides."""
        step = self._step
        assert step is not None

        def advance(inputs: np.ndarray, h: np.ndarray) -> np.ndarray:
            answer = ask(step, "your rnn_step", inputs, h, *w.values())
            if not isinstance(answer, (tuple, list)) or len(answer) != 2:
                raise LearnerError("your rnn_step must return two things: h_new, y.")
            return as_numbers(answer[0], "your rnn_step (h_new)", h.shape)

        mine, h = [], np.zeros((1, HIDDEN))
        for value in x:
            h = advance(np.array([[value]]), h)
            mine.append(h[0])
        yours = np.array(mine)
        if not np.allclose(yours, states, atol=1e-6):
            t = int(np.argmax(~np.isclose(yours, states, atol=1e-6).all(axis=1)))
            self.error = (
                f"your states leave the library's at step {t + 1}: yours begins "
                f"{number(float(yours[t, 0]), 4)}, the library's {number(float(states[t, 0]), 4)}."
            )
        return yours, measured_jacobians(advance, x, yours)


def _log(values: np.ndarray) -> np.ndarray:
    """Base-10 logarithms, kept near the drawn decades."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(values), LOW - 2, HIGH + 2)
