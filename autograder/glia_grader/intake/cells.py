"""Raw cells to clean ones: known types, text sources, unique ids, nothing of strangers' shapes."""

import re
from dataclasses import dataclass, field
from typing import Any

MOST_CELLS = 1500
LONGEST_SOURCE = 1 << 20
_IMAGE = re.compile(r"^image/(png|jpeg|gif|svg\+xml|webp)$")
_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


@dataclass
class RawCell:
    """One submitted cell after cleaning.

    Attributes:
        index: Its place in the submission.
        cell_type: "code", "markdown" or "raw".
        source: Its text.
        grade_id: What nbgrader's metadata called it, or None.
        nbgrader: nbgrader's metadata as submitted.
        tags: Its tags.
        id: The cell's id, unique in the notebook.
        attachments: Images in a text cell.
    """

    index: int
    cell_type: str
    source: str
    grade_id: str | None = None
    nbgrader: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    id: str = ""
    attachments: dict[str, Any] = field(default_factory=dict)


def clean(raw: tuple[Any, ...], repairs: list[str]) -> list[RawCell]:
    """Clean all cells; what is no cell at all is dropped and written down.

    Args:
        raw: Whatever stood in the list of cells.
        repairs: Sentences are added here.

    Returns:
        Clean cells in their order.
    """
    cells: list[RawCell] = []
    dropped = conflicts = returns = long = 0
    if len(raw) > MOST_CELLS:
        repairs.append(f"the notebook has {len(raw)} cells; the first {MOST_CELLS} are read")
    for item in raw[:MOST_CELLS]:
        source = _source(item.get("source")) if isinstance(item, dict) else None
        if source is None:
            dropped += 1
            continue
        if len(source) > LONGEST_SOURCE:
            long += 1
            source = source[:LONGEST_SOURCE]
        if "\r" in source:
            returns += 1
            source = source.replace("\r\n", "\n").replace("\r", "\n")
        if "<<<<<<< " in source and ">>>>>>> " in source:
            conflicts += 1
        cells.append(_cell(item, source, len(cells)))
    if dropped:
        repairs.append(f"left out {_count(dropped, 'entry', 'entries')} that were no cells")
    if returns:
        repairs.append(f"Windows line ends in {_count(returns, 'cell')} were changed")
    if long:
        repairs.append(f"cut {_count(long, 'cell')} of more than a million characters")
    if conflicts:
        repairs.append(f"{_count(conflicts, 'cell')} held marks of an unfinished merge")
    _unique_ids(cells, repairs)
    return cells


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _source(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(s, str) for s in source):
        source = "".join(source)
    if source is None:
        return ""
    if not isinstance(source, str):
        return None
    # Lone surrogates and NUL cannot be written to a file or a database.
    return source.replace("\0", "").encode("utf-8", errors="replace").decode("utf-8")


def _cell(item: dict[str, Any], source: str, index: int) -> RawCell:
    kind = item.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        kind = "code" if "outputs" in item or "execution_count" in item else "markdown"
    metadata = item.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    grade_id = nbgrader.get("grade_id")
    tags = metadata.get("tags")
    tags = tags if isinstance(tags, list) else []
    given = item.get("id")
    return RawCell(
        index=index,
        cell_type=kind,
        source=source,
        grade_id=grade_id if isinstance(grade_id, str) and grade_id else None,
        nbgrader=nbgrader,
        tags=tuple(t for t in tags[:20] if isinstance(t, str)),
        id=given if isinstance(given, str) and _ID.match(given) else "",
        attachments=_attachments(item.get("attachments")) if kind == "markdown" else {},
    )


def _attachments(given: Any) -> dict[str, Any]:
    """Pasted images; anything else is left out."""
    kept: dict[str, Any] = {}
    for name, bundle in list(given.items())[:20] if isinstance(given, dict) else []:
        if not isinstance(bundle, dict):
            continue
        images = {
            mime: data
            for mime, data in bundle.items()
            if _IMAGE.match(mime) and isinstance(data, str) and len(data) <= 8 << 20
        }
        if images:
            kept[name[:200]] = images
    return kept


def _unique_ids(cells: list[RawCell], repairs: list[str]) -> None:
    seen: set[str] = set()
    doubled = 0
    for cell in cells:
        if cell.id in seen:
            doubled += 1
            cell.id = ""
        if not cell.id:
            number = cell.index
            while f"cell-{number}" in seen:
                number += MOST_CELLS
            cell.id = f"cell-{number}"
        seen.add(cell.id)
    if doubled:
        repairs.append(f"gave {_count(doubled, 'cell')} with a doubled id a new one")
