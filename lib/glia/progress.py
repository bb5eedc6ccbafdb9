"""A progress bar for a terminal and for a notebook, with nothing to install."""

from __future__ import annotations

import html
import sys
import time
from typing import Any, TextIO

__all__ = ["Progress"]

_WIDTH = 24
_PAUSE = 0.2  # seconds between two drawings: a bar must not slow down what it measures


class Progress:
    """Say how far a loop is: in a notebook as a bar, in a terminal as a line that is rewritten.

    Where neither is there (a log file), each finished round becomes one line.

    Args:
        total: how many steps one round has.
        show: False draws nothing.
        stream: where the text goes; by default the standard error output.
    """

    def __init__(self, total: int, show: bool = True, stream: TextIO | None = None) -> None:
        self.total, self.show = max(total, 1), show
        self.stream = stream or sys.stderr
        self._display: Any = None
        self._lines: list[str] = []
        self._drawn = 0.0
        self._notebook = show and stream is None and _in_notebook()

    def update(self, done: int, message: str) -> None:
        """Draw the bar again, if the last time is long enough ago."""
        now = time.monotonic()
        if self.show and now - self._drawn >= _PAUSE:
            self._drawn = now
            self._draw(done, message)

    def finish(self, message: str) -> None:
        """Put the message of a finished round under those before it."""
        if not self.show:
            return
        self._lines.append(message)
        if self._notebook:
            self._draw(self.total, "")
        else:
            start = "\r\x1b[K" if self.stream.isatty() else ""
            self.stream.write(f"{start}{message}\n")
            self.stream.flush()

    def _draw(self, done: int, message: str) -> None:
        if self._notebook:
            self._draw_html(done, message)
        elif self.stream.isatty():
            filled = round(_WIDTH * done / self.total)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            self.stream.write(f"\r\x1b[K{bar} {message}")
            self.stream.flush()

    def _draw_html(self, done: int, message: str) -> None:
        from IPython.display import HTML, display  # only inside a notebook, where it is loaded

        percent = round(100 * done / self.total)
        shown = [html.escape(line) for line in self._lines[-20:]]
        bar = f'<progress value="{percent}" max="100" aria-label="training"></progress>'
        if message:
            shown.append(f"{bar} {html.escape(message)}")
        page = HTML(f'<pre style="line-height:1.4">{"<br>".join(shown)}</pre>')
        if self._display is None:
            self._display = display(page, display_id=True)
        else:
            self._display.update(page)


def _in_notebook() -> bool:
    """Return whether this is a kernel with a page before it; loads nothing that is not there."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None
