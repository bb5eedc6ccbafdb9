"""Watch the gates of a trained GRU or LSTM while it reads a text, character by character."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.data import CharTokenizer
from glia.ops import softmax
from glia.viz.palette import BLUE, VERMILION
from glia.widgets.explorer import Explorer, choice, entry, move, play, slider
from glia.widgets.gated_run import (
    GATES,
    PARTS,
    gru_parts,
    layer_kind,
    layer_weights,
    lstm_parts,
)
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import BACKDROP, marker, number, picture, rect, text
from glia.widgets.table import beneath, note, table

__all__ = ["GateViewer"]

ROWS, LONGEST = 10, 40
LEFT, RIGHT, TOP, GAP = 60.0, 708.0, 52.0, 22.0
VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥"}
CONVENTIONS = {
    "keep": "z = 1 keeps: h = z h + (1 − z) n",
    "replace": "z = 1 replaces: h = (1 − z) h + z n",
}


class GateViewer(Explorer):
    """The gates, candidates and states of a trained GRU or LSTM on a text of one's own.

    Formula:
        GRU: h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n, or with the other z: (1 − z) ⊙ h_{t−1} + z ⊙ n
        LSTM: c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t)

    Args:
        model: a trained net with the parts ``embedding``, ``rnn`` (an nn.GRU or nn.LSTM of one
            layer, one direction) and ``head``: a `glia.models.CharRNN`, or the learner's own.
        tokenizer: the characters that the model knows.
        text: what it reads; the learner may write another one into the page.
        outputs: what the head's scores stand for; by default the tokens.
        units: which units to show, at most ten; by default those whose state varies most.
        step: the learner's own ``gru_step(x, h, W_ih, W_hh, b_ih, b_hh, reset, update)`` or
            ``lstm_step(x, h, c, W_ih, W_hh, b)``; it reads with the model's weights, and where
            its state leaves the model's, the widget says so.

    Raises:
        ValueError: a model without these parts, or a unit that it does not have.
    """

    text = traitlets.Unicode("").tag(sync=True)
    place = traitlets.Int(0).tag(sync=True)
    part = traitlets.Unicode("z").tag(sync=True)
    convention = traitlets.Enum(tuple(CONVENTIONS), "keep").tag(sync=True)
    unit = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        model: Any,
        tokenizer: CharTokenizer,
        text: str = "to be or not to be",
        *,
        outputs: Sequence[str] | None = None,
        units: Sequence[int] | None = None,
        step: Callable[..., Any] | None = None,
        **traits: Any,
    ) -> None:
        missing = [name for name in ("embedding", "rnn", "head") if not hasattr(model, name)]
        if missing:
            raise ValueError(f"GateViewer: the model has no part {' and no '.join(missing)}")
        self.kind = layer_kind(model.rnn)
        self._model, self._tokenizer, self._step = model, tokenizer, step
        self._outputs = list(outputs if outputs is not None else tokenizer.tokens)
        self._units = None if units is None else np.asarray(units, dtype=int)[:ROWS]
        if self._units is not None and not np.isin(self._units, range(model.rnn.hidden_size)).all():
            raise ValueError(
                f"GateViewer: the model's units are 0 to {model.rnn.hidden_size - 1}, "
                f"got {self._units.tolist()}"
            )
        parts = PARTS[self.kind]
        controls = [
            entry("text", "text", LONGEST),
            move("place", "Back", -1),
            move("place", "Next", 1),
            play("place", every_ms=400),
            slider("place", "character", 0, LONGEST - 1),
            choice("part", "show", list(parts.items())),
            slider("unit", "follow row", 1, ROWS),
        ]
        if self.kind == "GRU":
            controls.insert(6, choice("convention", "z means", list(CONVENTIONS.items())))
        super().__init__(
            label=f"The gates of a trained {self.kind}",
            wide=True,
            controls=controls,
            frame_by="place",
            text=text,
            **{"part": next(iter(parts)), **traits},
        )

    @traitlets.validate("part")
    def _known(self, proposal: Any) -> str:
        if proposal["value"] not in PARTS[self.kind]:
            raise traitlets.TraitError(
                f"part: got {proposal['value']!r}; expected one of {', '.join(PARTS[self.kind])}"
            )
        return proposal["value"]

    def run(self) -> dict[str, Any]:
        """Everything the layer computed on the text: each part (T, H), and probabilities (T, K)."""
        known = set(self._tokenizer.tokens)
        letters = [letter for letter in self.text[:LONGEST] if letter in known]
        strange = sorted({letter for letter in self.text if letter not in known})
        if strange:
            self.error = f"left out, as the model has never seen it: {' '.join(strange)}"
        table = np.asarray(self._model.embedding.weight.detach().numpy(), dtype=float)
        x = table[self._tokenizer.encode("".join(letters))]
        layer = self._model.rnn
        parts = (gru_parts if self.kind == "GRU" else lstm_parts)(layer, x)
        if self._step is not None and letters:
            try:
                self._compare(x, parts["h"], letters)
            except LearnerError as problem:
                self.error = str(problem)
        head = self._model.head
        scores = parts["h"] @ np.asarray(head.weight.detach().numpy(), dtype=float).T
        if head.bias is not None:
            scores = scores + np.asarray(head.bias.detach().numpy(), dtype=float)
        turned = self.kind == "GRU" and self.convention == "replace"
        if turned:
            parts["z"] = 1 - parts["z"]
        return {**parts, "letters": letters, "chances": softmax(scores)}

    def draw_frames(self) -> list[dict[str, str]]:
        """One frame a character; what they share, the discs, lies behind them."""
        self.error = ""
        now = self.run()
        letters = now["letters"]
        if not letters:
            self.backdrop = ""
            say = "Write something for the net to read."
            return [{"svg": picture(720, 40, text(10, 24, say), alt=say), "say": say, "side": ""}]
        # The rows are the same whatever is shown.
        lively = self._units
        if lively is None:
            lively = np.argsort(-now["h"].std(axis=0), kind="stable")[:ROWS]
        self.backdrop = self._discs(now, lively)
        self._limit("place", len(letters) - 1, [_seen(letter) for letter in letters])
        return [self._frame(now, lively, t) for t in range(len(letters))]

    def _limit(self, name: str, most: int, shown: list[str]) -> None:
        """Fit the slider to the text; a new list, so that the page hears of it."""
        changed = []
        for control in self.controls:
            if control["kind"] == "range" and control["name"] == name:
                control = {**control, "max": most, "shown": shown}
            changed.append(control)
        if changed != self.controls:
            self.controls = changed
        if self.place > most:
            self.place = most

    def _x(self, t: int, count: int) -> float:
        gap = min((RIGHT - LEFT) / count, 34.0)
        return LEFT + gap * (t + 0.5)

    def _discs(self, now: dict[str, Any], lively: np.ndarray) -> str:
        letters, values = now["letters"], now[self.part][:, lively]
        half = min(10.0, 0.5 * min((RIGHT - LEFT) / len(letters), 34.0))
        largest = max(1.0, float(np.abs(values).max()))
        is_gate = self.part in GATES
        words = "disc: 0 … 1, full-size is 1" if is_gate else "full: above 0, hollow: below 0"
        if largest > 1:
            words += f"; full-size is {number(largest, 1)}"
        parts = [text(4, 16, PARTS[self.kind][self.part], size=13, bold=True)]
        parts.append(text(RIGHT, 16, words, anchor="end", size=12))
        for row, unit in enumerate(lively):
            parts.append(text(LEFT - 8, TOP + GAP * row + 5, f"unit {unit}", anchor="end", size=11))
        for t, letter in enumerate(letters):
            x = self._x(t, len(letters))
            parts.append(text(x, TOP - 16, _seen(letter), anchor="middle", size=14, bold=True))
            for row, value in enumerate(values[t]):
                size = max(half * float(np.sqrt(abs(value) / largest)), 0.6)
                shade = VERMILION if value < 0 else BLUE
                parts.append(marker(x, TOP + GAP * row, color=shade, size=size,
                                    hollow=bool(value < 0)))  # fmt: skip
        return "".join(parts)

    def _frame(self, now: dict[str, Any], lively: np.ndarray, t: int) -> dict[str, str]:
        letters = now["letters"]
        row = min(self.unit, len(lively)) - 1
        unit = int(lively[row])
        x, wide = self._x(t, len(letters)), min((RIGHT - LEFT) / len(letters), 34.0)
        bottom = GAP * len(lively)
        column = rect(x - wide / 2, TOP - 32, wide, bottom + 26, stroke=VERMILION)
        line = rect(LEFT - 54, TOP + GAP * row - 11, RIGHT - LEFT + 56, 22, stroke="#767676")
        formula, short = self._step_words(now, t, unit)
        best = np.argsort(-now["chances"][t])[:3]
        guesses = ", ".join(
            f"{_seen(self._outputs[k])} {100 * now['chances'][t][k]:.0f}%" for k in best
        )
        say = f"Character {t + 1} of {len(letters)}, '{_seen(letters[t])}', unit {unit}: {short}"
        alt = (
            f"Discs for {PARTS[self.kind][self.part]} of {len(lively)} units at each of "
            f"{len(letters)} characters. {say}"
        )
        gates = [name for name in PARTS[self.kind] if name in GATES]
        means = [f"{now[name][t].mean():.2f}" for name in gates]
        head = ["", "likeliest answers", *(f"mean of {name}" for name in gates)]
        rows = [[f"after '{_seen(letters[t])}'", guesses, *means]]
        svg = picture(720, TOP + bottom + 4, BACKDROP, column, line, alt=alt)
        return {"svg": svg, "say": say, "side": beneath(note(formula) + table(head, rows))}

    def _step_words(self, now: dict[str, Any], t: int, unit: int) -> tuple[str, str]:
        """The unit's step in numbers: the whole formula, and a sentence."""

        def at(name: str) -> float:
            return float(now[name][t, unit])

        before = {k: float(now[k][t - 1, unit]) if t else 0.0 for k in ("h", "c") if k in now}
        old, h = before["h"], number(at("h"))
        if self.kind == "LSTM":
            f, i, c, o = (number(at(name)) for name in "fico")
            was = _bracket(before["c"])
            formula = (
                f"unit {unit}: c = f·c + i·g = {f}·{was} + {i}·{_bracket(at('g'))} = {c};  "
                f"h = o·tanh(c) = {o}·tanh({c}) = {h}"
            )
            return formula, f"f = {f}, i = {i}, o = {o}; c = {c}, h = {h}."
        z, n = at("z"), at("n")
        keeps = self.convention == "keep"
        left, right = (number(z), number(1 - z)) if keeps else (number(1 - z), number(z))
        name = "z·h + (1 − z)·n" if keeps else "(1 − z)·h + z·n"
        formula = f"unit {unit}: h = {name} = {left}·{_bracket(old)} + {right}·{_bracket(n)} = {h}"
        return formula, f"z = {number(z)} keeps {left} of the old state {number(old)}; h = {h}."

    def _compare(self, x: np.ndarray, states: np.ndarray, letters: list[str]) -> None:
        """Read with the learner's step; say at which character it leaves the model."""
        assert self._step is not None
        w_ih, w_hh, b_ih, b_hh = layer_weights(self._model.rnn)
        layer, name = self._model.rnn, f"your {self.kind.lower()}_step"
        h = c = np.zeros((1, w_hh.shape[1]))
        for t, row in enumerate(x):
            if self.kind == "GRU":
                args = (w_ih, w_hh, b_ih, b_hh, layer.reset, layer.update)
                h = as_numbers(ask(self._step, name, row[None], h, *args), name, h.shape)
            else:
                answer = ask(self._step, name, row[None], h, c, w_ih, w_hh, b_ih + b_hh)
                if not isinstance(answer, (tuple, list)) or len(answer) != 2:
                    raise LearnerError(f"{name} must return two things: h_new, c_new.")
                h, c = (as_numbers(value, name, h.shape) for value in answer)
            if not np.allclose(h[0], states[t], atol=1e-5):
                worst = int(np.argmax(np.abs(h[0] - states[t])))
                self.error = (
                    f"{name} leaves the model's at character {t + 1}, '{_seen(letters[t])}': "
                    f"unit {worst} is {number(float(h[0, worst]), 3)}, in the model "
                    f"{number(float(states[t, worst]), 3)}."
                )
                return


def _seen(token: str) -> str:
    return VISIBLE.get(token, token)


def _bracket(value: float) -> str:
    words = number(value)
    return f"({words})" if value < 0 else words
