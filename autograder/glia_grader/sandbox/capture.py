"""What a cell shows, collected as nbformat outputs and kept within bounds."""

import base64
import io
import os
import sys
from json import dumps, loads  # by name: an exercise may forbid json itself
from typing import Any

CUT = "\n… (the rest of this output was left out: it is too long)\n"
_DATA_FACTOR = 3  # a figure may weigh more than text
_MAX_OUTPUTS = 500


class Outputs:
    """The outputs of one cell.

    Args:
        limit: characters of text that one cell may show; figures may take three times as much.
        total: characters that all cells together may still show.
    """

    def __init__(self, limit: int, total: int):
        self.limit, self.total = limit, total
        self.items: list[dict] = []
        self._ids: dict[int, str] = {}
        self.text_left = self.data_left = 0
        self.begin()

    def begin(self) -> None:
        """Start a new cell."""
        self.items, self._ids = [], {}
        self.text_left = min(self.limit, self.total)
        self.data_left = min(_DATA_FACTOR * self.limit, self.total)
        self._cut = False

    def finish(self) -> list[dict]:
        """The outputs of the cell that ended."""
        used = min(self.limit, self.total) - self.text_left
        used += min(_DATA_FACTOR * self.limit, self.total) - self.data_left
        self.total = max(self.total - used, 0)
        return self.items

    def clear(self) -> None:
        """clear_output(): what was shown so far goes."""
        self.items.clear()
        self._ids.clear()

    def _admit(self, item: dict) -> bool:
        if len(self.items) >= _MAX_OUTPUTS:
            return False
        self.items.append(item)
        return True

    def stream(self, name: str, text: str) -> None:
        """Text on stdout or stderr, joined to what came before on the same stream."""
        if self.text_left <= 0:
            if self._cut:
                return
            self._cut, kept = True, CUT
        else:
            kept = text[: self.text_left]
            self.text_left -= len(kept)
            if len(kept) < len(text):
                self._cut, kept = True, kept + CUT
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            # Strings are joined at the end: a million prints must not copy a growing text.
            last["text"].append(kept)
        else:
            self._admit({"output_type": "stream", "name": name, "text": [kept]})

    def data(
        self, bundle: dict, metadata: dict | None, count: int | None = None, **display: Any
    ) -> None:
        """A mime bundle: a displayed object, or with ``count`` the value of the cell."""
        bundle, metadata = self._fit(bundle), _plain(metadata or {})
        identity = (display.get("transient") or {}).get("display_id")
        if display.get("update"):
            for index, known in self._ids.items():
                if known == identity and index < len(self.items):
                    self.items[index].update(data=bundle, metadata=metadata)
            return
        kind = "display_data" if count is None else "execute_result"
        item = {"output_type": kind, "data": bundle, "metadata": metadata}
        if count is not None:
            item["execution_count"] = count
        if self._admit(item) and identity is not None:
            self._ids[len(self.items) - 1] = identity

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        """An exception that ended the cell; always kept, always short."""
        lines = [_short_paths(str(line))[:20_000] for line in traceback[:60]]
        item = {
            "output_type": "error",
            "ename": name[:200],
            "evalue": message[:2000],
            "traceback": lines,
        }
        self.items.append(item)

    def _fit(self, bundle: dict) -> dict:
        kept: dict[str, Any] = {}
        for mime, value in bundle.items():
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                value = _plain(value)
            size = len(value) if isinstance(value, str) else len(dumps(value))
            if size <= self.data_left:
                self.data_left -= size
                kept[str(mime)] = value
        return kept or {"text/plain": CUT.strip()}


def _short_paths(line: str) -> str:
    """Where packages lie on the grader's machine is no student's business."""
    for place in sorted(sys.path, key=len, reverse=True):
        if len(place) > 1:
            line = line.replace(place + os.sep, "")
    return line


def _plain(value: Any) -> Any:
    """JSON-able, or None."""
    try:
        return loads(dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return None


class Stream(io.TextIOBase):
    """stdout or stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs):
        self.name, self._outputs = name, outputs

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Collect the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._outputs.stream(self.name, text)
        return len(text)
