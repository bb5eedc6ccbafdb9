"""Outputs of strangers' cells, made safe to keep and to open.

Whoever opens an autograded notebook in a browser is an instructor with a gradebook: scripts go,
pictures and text stay, and there is an end to length.
"""

import re
from typing import Any

TEXT = 200_000
PICTURE = 4 << 20
NOTEBOOK = 20 << 20
_BASE64 = re.compile(r"^[A-Za-z0-9+/=\s]+$")
_PLAIN = ("text/plain", "text/latex", "text/markdown")
_PICTURES = ("image/png", "image/jpeg", "image/gif")


class Tamer:
    """Tames the outputs of one notebook; counts what it has let through."""

    def __init__(self, total: int = NOTEBOOK):
        """Start with an allowance.

        Args:
            total: Characters that one notebook may keep.
        """
        self.left = total
        self.cut = False

    def tame(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Safe copies of a cell's outputs, valid in nbformat 4.5."""
        kept = []
        for output in outputs[:200]:
            safe = self._one(output) if isinstance(output, dict) else None
            if safe is not None:
                kept.append(safe)
        return kept

    def _one(self, output: dict[str, Any]) -> dict[str, Any] | None:
        kind = output.get("output_type")
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": kind, "name": name, "text": self._text(output.get("text"))}
        if kind == "error":
            lines = output.get("traceback")
            lines = lines if isinstance(lines, list) else []
            return {
                "output_type": kind,
                "ename": self._text(output.get("ename"), 200),
                "evalue": self._text(output.get("evalue"), 2000),
                "traceback": [self._text(line, 20_000) for line in lines[:60]],
            }
        if kind in ("display_data", "execute_result"):
            safe: dict[str, Any] = {
                "output_type": kind,
                "data": self._bundle(output.get("data")),
                "metadata": {},
            }
            if kind == "execute_result":
                count = output.get("execution_count")
                safe["execution_count"] = count if type(count) is int else None
            return safe
        return None

    def _bundle(self, data: Any) -> dict[str, str]:
        kept: dict[str, str] = {}
        for mime, value in data.items() if isinstance(data, dict) else []:
            if isinstance(value, list) and all(isinstance(v, str) for v in value):
                value = "".join(value)
            if not isinstance(value, str):
                continue
            if mime in _PLAIN:
                kept[mime] = self._text(value)
            elif mime == "text/html":
                kept[mime] = self._html(value)
            elif mime in _PICTURES and len(value) <= PICTURE and _BASE64.match(value):
                if self._allow(len(value)):
                    kept[mime] = value
        return kept

    def _html(self, value: str) -> str:
        from glia_grader.feedback.sanitise import clean_html

        cleaned = clean_html(value, TEXT)
        return cleaned if self._allow(len(cleaned)) else ""

    def _text(self, value: Any, most: int = TEXT) -> str:
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = "".join(value)
        text = value if isinstance(value, str) else ""
        # Lone surrogates cannot be written to a file.
        text = text[:most].encode("utf-8", errors="replace").decode("utf-8")
        if not self._allow(len(text)):
            return ""
        return text

    def _allow(self, size: int) -> bool:
        if size > self.left:
            self.cut = True
            return False
        self.left -= size
        return True
