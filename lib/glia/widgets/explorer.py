"""The base of every widget: state and pictures in Python, native controls in the page."""

from __future__ import annotations

import html
from importlib.resources import files
from typing import Any, ClassVar

import anywidget
import traitlets

from glia.widgets.svg import BACKDROP


def bundle(*names: str) -> str:
    """One ES module out of ``frame.js`` and the named view files beside this one.

    The page loads a widget's module from a blob, where a relative import finds nothing; so the
    shared part is put in front instead of imported.
    """
    here = files("glia.widgets")
    return "\n".join(here.joinpath(f"{n}.js").read_text("utf-8") for n in ("frame", *names))


def style(*names: str) -> str:
    """``frame.css`` followed by the named style sheets beside this file."""
    here = files("glia.widgets")
    return "\n".join(here.joinpath(f"{n}.css").read_text("utf-8") for n in ("frame", *names))


def slider(
    name: str, label: str, low: float, high: float, step: float = 1, shown: list[str] | None = None
) -> dict[str, Any]:
    """A native range control bound to the trait ``name``; ``shown`` words its values."""
    return {
        "kind": "range", "name": name, "label": label, "min": low, "max": high, "step": step,
        "shown": shown,
    }  # fmt: skip


def choice(name: str, label: str, options: list[tuple[Any, str]]) -> dict[str, Any]:
    """A native drop-down bound to the trait ``name``: pairs of value and words."""
    return {"kind": "choice", "name": name, "label": label, "options": [list(o) for o in options]}


def entry(name: str, label: str, longest: int = 60) -> dict[str, Any]:
    """A native line of text bound to the trait ``name``; it tells every keystroke."""
    return {
        "kind": "entry", "name": name, "label": label, "longest": longest,
        "size": min(longest, 44),
    }  # fmt: skip


def toggle(name: str, label: str) -> dict[str, Any]:
    """A native checkbox bound to the boolean trait ``name``."""
    return {"kind": "toggle", "name": name, "label": label}


def move(name: str, label: str, by: int) -> dict[str, Any]:
    """A button that moves the slider of the trait ``name`` by so many places."""
    return {"kind": "move", "name": name, "label": label, "by": by}


def jump(name: str, label: str, to: float) -> dict[str, Any]:
    """A button that sets the trait ``name``."""
    return {"kind": "jump", "name": name, "label": label, "to": to}


def play(name: str, label: str = "Play", every_ms: int = 350) -> dict[str, Any]:
    """A button that runs the slider of the trait ``name`` to its end, and pauses."""
    return {"kind": "play", "name": name, "label": label, "every": every_ms}


def run(name: str, label: str, counts: str, stop: str = "Stop") -> dict[str, Any]:
    """A button that calls ``on_press(name)`` again and again until it is pressed once more.

    ``on_press`` does a small burst of work, draws, and then raises the trait ``counts`` by 1, which
    asks for the next burst; a negative ``counts`` ends the run.
    """
    return {"kind": "run", "name": name, "label": label, "counts": counts, "stop": stop}


def press(name: str, label: str) -> dict[str, Any]:
    """A button that calls ``on_press(name)`` in Python."""
    return {"kind": "press", "name": name, "label": label}


class Explorer(anywidget.AnyWidget):
    """A titled picture, a side table, controls, a spoken line of numbers and an error box.

    A subclass declares one synchronised trait for each control, lists the ``controls`` and
    writes ``draw()``. Whatever changes a trait (mouse, keyboard, Python, a link to an ipywidget)
    redraws. Where one slider turns the pages of a story, the subclass names its trait in
    ``frame_by`` and writes ``draw_frames()`` instead, one picture for each place of the slider:
    then the page turns them by itself, also without a kernel.

    A picture is a dict: ``svg`` (from ``glia.widgets.svg.picture``), ``say`` (a sentence with
    the numbers, read aloud by screen readers), and optionally ``side`` (HTML beside it). What all
    frames share may lie in ``backdrop``; the svg then holds ``svg.BACKDROP`` in its place.
    """

    _esm = bundle("explorer")
    _css = style()

    label = traitlets.Unicode("Explorer").tag(sync=True)
    controls = traitlets.List(traitlets.Dict()).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    frames = traitlets.List(traitlets.Dict()).tag(sync=True)
    frame_by = traitlets.Unicode("").tag(sync=True)
    backdrop = traitlets.Unicode("").tag(sync=True)
    wide = traitlets.Bool(False).tag(sync=True)  # the picture takes a whole line
    error = traitlets.Unicode("").tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)  # places of drags, so that the page tells the next

    redraw_on: ClassVar[tuple[str, ...]] = ()  # traits beyond the controls' that change the picture

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._on_message)
        bound = {c["name"] for c in self.controls if c["kind"] not in ("press", "run")} | set(
            self.redraw_on
        )
        for name in bound:  # the page knows what it said
            self.traits()[name].tag(echo_update=False)
        if bound:
            self.observe(self._on_trait, names=sorted(bound))
        self.redraw()

    def draw(self) -> dict[str, str]:
        """The picture for the present state."""
        if not self.frames:
            raise NotImplementedError(f"{type(self).__name__} needs draw() or draw_frames()")
        place = int(getattr(self, self.frame_by))
        return self.frames[min(max(place, 0), len(self.frames) - 1)]

    def draw_frames(self) -> list[dict[str, str]]:
        """One picture for each place of the slider ``frame_by``."""
        return self.frames

    def redraw(self) -> None:
        """Compute every picture again."""
        with self.hold_sync():
            if self.frame_by:
                self.frames = self.draw_frames()
            self.picture = self.draw()

    def _on_trait(self, change: Any) -> None:
        if change["name"] == self.frame_by:
            self.picture = self.draw()  # the frames stay: only the page turns
        else:
            self.redraw()

    def on_press(self, name: str) -> None:
        """What a ``press`` button does; the default does nothing."""

    def on_click(self, plane: str, x: float, y: float) -> None:
        """What a click into a plane of the picture does; the default does nothing.

        Args:
            plane: the ``data-plane`` of the mark that was hit.
            x: share of its width, from the left.
            y: share of its height, from the top.
        """

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        # one message for all that a press changes: on a stock server each further one costs 40 ms
        with self.hold_sync():
            if "set" in content:
                try:
                    self.set_state(content["set"])
                finally:
                    self.answered += 1
            elif "press" in content:
                self.on_press(str(content["press"]))
            elif "click" in content:
                self.on_click(str(content["click"]), float(content["x"]), float(content["y"]))

    def still(self) -> str:
        """The present picture and its numbers as plain HTML, for an exported page."""
        now = self.draw()
        return (
            f'<figure style="margin:0.5em 0;background:#fff;color:#000" '
            f'aria-label="{html.escape(self.label, quote=True)}">'
            f"{now['svg'].replace(BACKDROP, self.backdrop)}{now.get('side', '')}"
            f"<figcaption><b>{html.escape(self.label)}.</b> {html.escape(now.get('say', ''))}"
            "</figcaption></figure>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        # A page without widget support falls back to the still picture.
        data = shown[0] if isinstance(shown, tuple) else shown
        if isinstance(data, dict):
            data["text/html"] = self.still()
            data["text/plain"] = f"{self.label}: {self.draw().get('say', '')}"
        return shown
