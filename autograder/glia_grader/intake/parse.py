"""Bytes to a list of cells, whatever happened to the file on its way."""

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any

_CELL = re.compile(
    r'\{\s*"(?:cell_type|attachments|execution_count|id|metadata|outputs|source)"\s*:'
)
_SALVAGED = 16 << 20
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( .*)?\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Parsed:
    """The raw cells of a file.

    Attributes:
        cells: Whatever stood in the list of cells; nothing is trusted yet.
        metadata: The notebook's metadata, or {}.
        repairs: What had to be done.
        reason: Why nothing could be read; None if something was.
        salvaged: Whether cells were saved from a damaged file, so that some may be missing.
    """

    cells: tuple[Any, ...]
    metadata: dict[str, Any]
    repairs: tuple[str, ...]
    reason: str | None = None
    salvaged: bool = False


def parse(data: bytes) -> Parsed:
    """Read a notebook file's bytes.

    Args:
        data: The file.

    Returns:
        Its cells, with a list of repairs, or a reason in words. Never raises for bad content.
    """
    repairs: list[str] = []
    if not data.strip(b" \t\r\n\0"):
        return Parsed((), {}, (), "the file is empty")
    text = _decode(data, repairs)
    document, problem = _json(text)
    if problem is not None and _CONFLICT.search(text):
        text = _first_side(text)
        repairs.append("the file held an unfinished merge; the first side of each conflict is read")
        document, problem = _json(text)
    if problem is not None:
        cells = _salvage(text)
        if not cells:
            reason = f"the file is not a notebook and no cell could be saved ({problem})"
            return Parsed((), {}, tuple(repairs), reason)
        count = f"{len(cells)} cell" + ("s" if len(cells) != 1 else "")
        repairs.append(f"the file is damaged ({problem}); {count} could be saved")
        return Parsed(tuple(cells), {}, tuple(repairs), salvaged=True)
    cells, metadata = _cells_of(document, repairs)
    if cells is None:
        return Parsed((), {}, tuple(repairs), "the file is JSON, but not a notebook")
    return Parsed(tuple(cells), metadata, tuple(repairs))


def _decode(data: bytes, repairs: list[str]) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            repairs.append("removed a byte order mark")
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append("the file is not UTF-8; unreadable characters were replaced")
        return data.decode("utf-8", errors="replace")


def _json(text: str) -> tuple[Any, str | None]:
    """The document, or None and the problem in words."""
    try:
        return json.loads(text, strict=False), None
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            return None, f"invalid JSON at line {error.lineno}"
        return None, "invalid JSON"


def _first_side(text: str) -> str:
    kept, state = [], "out"
    for line in text.split("\n"):
        if line.startswith("<" * 7):
            state = "first"
        elif line.startswith("|" * 7) and state == "first":
            state = "other"
        elif line.rstrip("\r") == "=" * 7 and state in ("first", "other"):
            state = "other"
        elif line.startswith(">" * 7) and state == "other":
            state = "out"
        elif state != "other":
            kept.append(line)
    return "\n".join(kept)


def _salvage(text: str) -> list[Any]:
    """All objects that look like cells and parse by themselves."""
    decoder = json.JSONDecoder(strict=False)
    cells: list[Any] = []
    text = text[:_SALVAGED]
    at = max(text.find('"cells"'), 0)
    failures = 0
    while len(cells) < 5000 and failures < 200:  # a hostile file must not cost hours
        start = _CELL.search(text, at)
        if start is None:
            return cells
        try:
            cell, at = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            at = start.end()
            failures += 1
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            cells.append(cell)
    return cells


def _cells_of(document: Any, repairs: list[str]) -> tuple[list[Any] | None, dict[str, Any]]:
    if isinstance(document, list) and any(_is_cell(c) for c in document):
        repairs.append("the file held only the list of cells")
        return document, {}
    if not isinstance(document, dict):
        return None, {}
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if isinstance(document.get("cells"), list):
        return document["cells"], metadata
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        repairs.append("converted from the old notebook format 3")
        cells: list[Any] = []
        for sheet in sheets:
            found = sheet.get("cells") if isinstance(sheet, dict) else None
            cells += [_upgraded(c) for c in found] if isinstance(found, list) else []
        return cells, metadata
    if isinstance(document.get("cells"), dict):
        repairs.append("the cells were numbered instead of listed")
        return list(document["cells"].values()), metadata
    return None, {}


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, dict) and "cell_type" in cell


def _upgraded(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    cell = dict(cell)
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        marks = "#" * (level if type(level) is int and 1 <= level <= 6 else 1)
        text = cell.get("source", "")
        text = "".join(text) if isinstance(text, list) else text
        cell |= {"cell_type": "markdown", "source": f"{marks} {text}"}
    if "input" in cell and "source" not in cell:
        cell["source"] = cell.pop("input")
    return cell
