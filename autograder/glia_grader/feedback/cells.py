"""A graded notebook's cells as pieces of HTML, safe and of bounded size."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .code import highlight
from .prose import prose
from .sanitise import clean_html, cut, image_uri, plain

__all__ = ["Piece", "Room", "graded_exercise", "pieces"]

# The graded cell is one line, `grade("softmax", softmax)`; the check cell likewise.
_CALL = re.compile(r"^\s*(?:\w+\.)?(check|grade)\(\s*[\"'](\w+)[\"']", re.MULTILINE)


@dataclass(frozen=True)
class Room:
    """How much of each cell is shown; pages that come out too large are made again with less.

    Attributes:
        source: characters of code a cell.
        output: characters of text or HTML an output.
        statements: whether the text between the questions is shown.
        cells: how many cells of code or text; graded ones and written answers are always there.
    """

    source: int = 8_000
    output: int = 4_000
    statements: bool = True
    cells: int = 400


@dataclass(frozen=True)
class Piece:
    """One cell as it appears on the page.

    Attributes:
        kind: "prose", "answer" (a written one), "code" or "graded".
        html: safe HTML of the cell's source.
        outputs: safe HTML of each output, with whether it is an error.
        exercise: for "graded", the exercise's name.
        grade_id: nbgrader's name of the cell, or "".
    """

    kind: str
    html: str
    outputs: tuple[tuple[str, bool], ...] = ()
    exercise: str = ""
    grade_id: str = ""


def graded_exercise(cell: Any) -> str | None:
    """Return the exercise that a locked graded cell asks for, or None."""
    meta = cell.get("metadata", {}).get("nbgrader", {})
    if cell.get("cell_type") != "code" or not meta.get("grade") or meta.get("solution"):
        return None
    match = re.search(r"^\s*(?:\w+\.)?grade\(\s*[\"'](\w+)[\"']", _source(cell), re.MULTILINE)
    return match[1] if match else None


def pieces(notebook: Any, room: Room) -> Iterator[Piece]:
    """Yield what is worth showing, in the notebook's order.

    Check cells are left out (their verdict stands at the graded cell), and so are empty cells.
    """
    left = room.cells
    for cell in notebook.get("cells", []):
        piece = _piece(cell, room)
        if piece is None:
            continue
        if piece.kind in ("prose", "code"):
            left -= 1
            if left == -1:
                yield Piece("prose", "<p>… further cells left out …</p>")
            if left < 0:
                continue
        yield piece


def _piece(cell: Any, room: Room) -> Piece | None:
    source = _source(cell)
    meta = cell.get("metadata", {}).get("nbgrader", {})
    grade_id = str(meta.get("grade_id", "")) if meta.get("grade") else ""
    if cell.get("cell_type") == "markdown":
        written = bool(meta.get("solution") or meta.get("task"))
        if source.strip() and (written or room.statements):
            shown = prose(source, room.source)
            return Piece("answer" if written else "prose", shown, grade_id=grade_id)
    elif cell.get("cell_type") == "code":
        exercise = graded_exercise(cell)
        if exercise is not None:
            return Piece("graded", "", exercise=exercise, grade_id=grade_id)
        if source.strip() and not _only_checks(source):
            shown = f"<pre>{highlight(cut(source, room.source))}</pre>"
            return Piece("code", shown, tuple(_outputs(cell, room.output)), grade_id=grade_id)
    elif source.strip():
        return Piece("prose", f"<pre>{html.escape(cut(source, room.output))}</pre>")
    return None


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _only_checks(source: str) -> bool:
    lines = [line for line in source.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    return bool(lines) and all(_CALL.match(line) for line in lines)


_MOST_OUTPUTS = 12


def _outputs(cell: Any, limit: int) -> Iterator[tuple[str, bool]]:
    outputs = cell.get("outputs", [])
    for output in outputs[:_MOST_OUTPUTS]:
        kind = output.get("output_type")
        if kind == "stream":
            text = plain(_joined(output.get("text", "")), limit)
            if text.strip():
                yield f"<pre>{html.escape(text)}</pre>", False
        elif kind == "error":
            yield f"<pre>{html.escape(_error(output, limit))}</pre>", True
        elif kind in ("display_data", "execute_result"):
            shown = _bundle(output.get("data", {}), limit)
            if shown:
                yield shown, False
    if len(outputs) > _MOST_OUTPUTS:
        yield f"<p>… {len(outputs) - _MOST_OUTPUTS} more outputs left out …</p>", False


def _error(output: Any, limit: int) -> str:
    trace = plain("\n".join(map(str, output.get("traceback", []))), limit)
    last = plain(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}", 600)
    # The trace of a beginner's error is one screen at most: its end says it all.
    lines = trace.splitlines()[-24:]
    return "\n".join(lines) if any(line.strip() for line in lines) else last


def _bundle(data: Any, limit: int) -> str:
    for kind in ("image/png", "image/jpeg", "image/gif", "image/svg+xml"):
        if kind in data:
            alt = html.escape(plain(_joined(data.get("text/plain", "")), 200) or "a figure")
            uri = image_uri(kind, _joined(data[kind]))
            if uri is None:
                return "<p>(a picture that is too large or damaged was left out)</p>"
            return f'<img alt="{alt}" src="{uri}">'
    if "text/html" in data:
        return clean_html(_joined(data["text/html"]), limit)
    if "text/markdown" in data:
        return prose(_joined(data["text/markdown"]), limit)
    if "text/latex" in data:
        return prose(_joined(data["text/latex"]), limit)
    if "text/plain" in data:
        return f"<pre>{html.escape(plain(_joined(data['text/plain']), limit))}</pre>"
    return ""


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else "".join(map(str, value))
