"""Let a language model write, one token at a time, and see what it could have written."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from glia.creation import tensor
from glia.gradmode import no_grad
from glia.nn import Module
from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.widgets.attention_picture import spot
from glia.widgets.explorer import Explorer, entry, press, slider
from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import number, path, picture, text

__all__ = ["GPTSampler", "next_token_probabilities"]

WIDTH, LEFT, TOP, BAR, LINE = 420, 46, 44, 300, 20
ROWS = 14
LINE_END = "↵"  # stands for a line end in the prompt, which is a single line


def next_token_probabilities(
    logits: np.ndarray, temperature: float, top_k: int | None
) -> np.ndarray:
    """Return softmax(z/τ) over the k largest scores and 0 elsewhere; at τ = 0 all on the largest.

    Args:
        logits: scores z of all tokens.
        temperature: τ.
        top_k: k, or None for all; scores equal to the k-th stay in.

    Shape:
        logits (K,); the result (K,), float64
    """
    z = np.asarray(logits, dtype=np.float64)
    if temperature == 0:
        return np.eye(len(z))[z.argmax()]
    if top_k is not None and top_k < len(z):
        z = np.where(z < np.partition(z, -top_k)[-top_k], -np.inf, z)
    e = np.exp((z - z.max()) / temperature)
    return e / e.sum()


class GPTSampler(Explorer):
    """A prompt, the next token's probabilities as bars, and buttons that draw from them.

    Filled bars are what is drawn from; the outlines behind them are the model's own probabilities,
    at temperature 1 and with every token allowed.

    Args:
        model: maps token ids (1, T) to scores (1, T, K): a trained `glia.models.GPT` or another
            Module, or the learner's own function of arrays.
        tokenizer: has ``encode`` and ``decode``, such as a `glia.data.CharTokenizer`.
        prompt: what stands at the beginning; ↵ in it stands for a line end.
        probabilities: the learner's own ``next_token_probabilities(logits, temperature, top_k)``;
            it is what is drawn from, and the first difference from the library's is told.
        seed: of the draws.
        context: how many tokens the model looks back on; by default ``model.context`` or 64.

    Raises:
        ValueError: the tokenizer has fewer than two tokens.
    """

    prompt = traitlets.Unicode("").tag(sync=True)
    written = traitlets.Unicode("").tag(sync=True)
    temperature = traitlets.Float(0.8).tag(sync=True)
    top_k = traitlets.Int(1).tag(sync=True)

    redraw_on = ("written",)

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        prompt: str = "HAMLET:↵",
        probabilities: Callable[..., Any] | None = None,
        seed: int = 0,
        context: int | None = None,
        **traits: Any,
    ) -> None:
        self.model, self.tokenizer, self._probabilities = model, tokenizer, probabilities
        self.size = len(tokenizer)
        if self.size < 2:
            raise ValueError(f"GPTSampler: got {self.size} tokens in all; expected 2 at least")
        self.context = context or getattr(model, "context", 64)
        self._rng, self._known = np.random.default_rng(seed), ("", np.zeros(0))
        self._last = ""
        traits.setdefault("top_k", self.size)
        super().__init__(
            label="A language model writes",
            controls=[
                entry("prompt", "prompt (↵: line end)", self.context),
                slider("temperature", "temperature", 0, 2, 0.1),
                slider("top_k", "top k", 1, self.size,
                       shown=[*map(str, range(1, self.size)), "all"]),
                press("next", "Next token"),
                press("more", "Next 40"),
                press("back", "Take back"),
                press("again", "Start again"),
            ],
            prompt=prompt,
            **traits,
        )  # fmt: skip

    def text(self) -> str:
        """The prompt and what was written after it."""
        return self.prompt.replace(LINE_END, "\n") + self.written

    def logits(self) -> np.ndarray:
        """The model's scores of what comes next, (K,)."""
        now = self.text()
        if self._known[0] != now or not len(self._known[1]):
            if not now:
                raise LearnerError("the model needs a beginning: write a prompt.")
            try:
                ids = self.tokenizer.encode(now[-self.context :])
            except (KeyError, ValueError):
                alien = ", ".join(sorted({repr(c) for c in now if not self._knows(c)}))
                raise LearnerError(f"the model has never seen {alien}.") from None
            self._known = (now, self._scores(np.asarray(ids)[None]))
        return self._known[1]

    def probabilities(self) -> np.ndarray:
        """What the next token is drawn from, (K,): the learner's numbers if there are any."""
        logits, top_k = self.logits(), self._most()
        ours = next_token_probabilities(logits, self.temperature, top_k)
        if self._probabilities is None:
            return ours
        name = "your next_token_probabilities"
        value = ask(self._probabilities, name, logits, self.temperature, top_k)
        yours = as_numbers(value, name, ours.shape)
        if np.any(yours < 0) or not np.isclose(yours.sum(), 1, atol=1e-6):
            total = number(float(yours.sum()), 3)
            raise LearnerError(f"{name} must be at least 0 and sum to 1; their sum is {total}.")
        if not np.allclose(yours, ours, atol=1e-6):
            k = int(np.argmax(np.abs(yours - ours)))
            self.error = (
                f"{name} differ from the library's at “{self._sign(k)}”: "
                f"{number(float(yours[k]), 3)}, not {number(float(ours[k]), 3)}."
            )
        return yours

    def step(self, count: int = 1) -> str:
        """Draw so many tokens, put them behind the text, and return them."""
        before = len(self.written)
        with self.hold_trait_notifications():  # one picture in the end, not one a token
            for _ in range(count):
                p = self.probabilities()
                drawn = int(self._rng.choice(self.size, p=p / p.sum()))
                self._last = f"Drawn: “{self._sign(drawn)}”, which had {number(float(p[drawn]))}. "
                self.written += self.tokenizer.decode([drawn])
        return self.written[before:]

    def on_press(self, name: str) -> None:
        """Write, take back, or start again."""
        self._last = ""
        if name in ("next", "more"):
            try:
                self.step(40 if name == "more" else 1)
            except LearnerError as problem:
                self.error = str(problem)
        elif name == "back":
            self.written = self.written[:-1]
        elif name == "again":
            self.written = ""

    def _on_trait(self, change: Any) -> None:
        if change["name"] == "prompt":
            self.written = self._last = ""  # another beginning, another text
        super()._on_trait(change)

    def draw(self) -> dict[str, str]:
        """Bars of the likeliest tokens, and the text."""
        self.error = ""
        try:
            logits = self.logits()
        except LearnerError as problem:
            self.error = str(problem)
            return self._page([text(20, 60, "Nothing to draw from.")], "No prediction.")
        try:
            p = self.probabilities()
        except LearnerError as problem:
            self.error = str(problem)
            p = next_token_probabilities(logits, self.temperature, self._most())
        own = next_token_probabilities(logits, 1.0, None)
        order = np.argsort(-logits, kind="stable")[:ROWS]
        inside = p[p > 0]
        bits = float(-(inside * np.log2(inside)).sum())
        first = ", ".join(f"“{self._sign(k)}” {number(float(p[k]))}" for k in order[:3])
        say = (
            f"{self._last}Next: {first}; {int((p > 0).sum())} of {self.size} possible, "
            f"{number(bits, 1)} bits, like an even choice among {number(2**bits, 1)}."
        )
        return self._page(self._bars(order, p, own), say)

    def _bars(self, order: np.ndarray, p: np.ndarray, own: np.ndarray) -> list[str]:
        low = TOP + LINE * len(order)
        out = [text(LEFT, 14, "probability of the next token", bold=True)]
        out.append(text(LEFT, 31, "filled: drawn from; outline: the model's own", size=12))
        for share in (0, 0.25, 0.5, 0.75, 1):
            x = LEFT + share * BAR
            out.append(path([(x, TOP), (x, low)], color="#d9d9d9", width=1))
            out.append(text(x, low + 15, f"{share:g}", anchor="middle", size=12))
        for line, k in enumerate(order):
            y = TOP + line * LINE
            mine, before = float(p[k]), float(own[k])
            out.append(text(LEFT - 10, y + 15, self._sign(k), anchor="end", size=14))
            out.append(_box(y + 3, mine * BAR, LINE - 6, BLUE))
            out.append(_box(y + 3, before * BAR, LINE - 6, ""))
            end = LEFT + max(mine, before) * BAR + 6
            value, color = (number(mine), BLACK) if mine > 0 else ("cut", VERMILION)
            out.append(text(min(end, WIDTH - 34), y + 15, value, size=12, color=color, halo=True))
        return out

    def _page(self, parts: list[str], say: str) -> dict[str, str]:
        alt = f"Bars of the likeliest next tokens of a language model. {say}"
        svg = picture(WIDTH, TOP + LINE * ROWS + 24, *parts, alt=alt)
        start = html.escape(self.prompt.replace(LINE_END, "\n"))
        side = (
            "<div style='width:282px;max-width:100%'><b>prompt</b> and <u>what was written</u>"
            "<pre aria-label='text' tabindex='0' style='white-space:pre-wrap;overflow:auto;"
            "overflow-wrap:anywhere;height:270px;margin:6px 0;padding:8px;border:1px solid #767676;"
            f"background:#fff;color:#000;font:13px/1.45 monospace'><b>{start}</b>"
            f"<span style='text-decoration:underline;text-decoration-color:#8a8a8a'>"
            f"{html.escape(self.written)}</span>▏</pre></div>"
        )
        return {"svg": svg, "say": say, "side": side}

    def _scores(self, ids: np.ndarray) -> np.ndarray:
        if isinstance(self.model, Module):
            with no_grad():
                return np.asarray(self.model(tensor(ids)).numpy()[0, -1], dtype=np.float64)
        shape = (1, ids.shape[1], self.size)
        return as_numbers(ask(self.model, "your model", ids), "your model", shape, finite=True)[
            0, -1
        ]

    def _most(self) -> int | None:
        return None if self.top_k >= self.size else self.top_k

    def _knows(self, character: str) -> bool:
        try:
            return len(self.tokenizer.encode(character)) > 0
        except (KeyError, ValueError):
            return False

    def _sign(self, token: int) -> str:
        return spot(self.tokenizer.decode([int(token)])) or "∅"


def _box(y: float, width: float, height: float, fill: str) -> str:
    look = f"fill='{fill}'" if fill else f"fill='none' stroke='{BLACK}' stroke-width='1.2'"
    if width < 0.3:
        return ""
    return f"<rect x='{LEFT}' y='{y}' width='{width:.1f}' height='{height}' {look}/>"
