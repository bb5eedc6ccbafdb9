"""The submission with the instructor's cells put back, and a report on what had been changed."""

from dataclasses import dataclass
from typing import Any, Literal

from glia_grader.intake.cells import RawCell
from glia_grader.intake.match import Matching
from glia_grader.intake.release import Release, ReleaseCell
from glia_grader.intake.source import read_source, same_source

Part = Literal["student", "solution", "locked", "check", "grade", "written", "text"]
LOST = "*This answer was lost with the damaged file.*"
NO_EFFECT = "it did not matter: the score comes from the instructor's copy"


@dataclass(frozen=True)
class Cell:
    """One cell of the submission as it will be run and shown.

    Attributes:
        index: Its place in `Submission.notebook`.
        part: What it is to the grader.
        source: Its text.
        runs: Whether it is executed.
        defines: Names that it binds.
        released: The instructor's cell it stands for, or None.
    """

    index: int
    part: Part
    source: str
    runs: bool
    defines: frozenset[str]
    released: ReleaseCell | None = None


def restore(
    cells: list[RawCell], release: Release, found: Matching, damaged: bool = False
) -> tuple[list[dict[str, Any]], list[Cell], list[str]]:
    """Lay out the notebook that is graded.

    Args:
        cells: Clean cells.
        release: The notebook as handed out.
        found: The matching of the two.
        damaged: Whether cells went missing because the file is damaged.

    Returns:
        Its cells as nbformat 4.5 dictionaries, the same as `Cell`s, and the tamper report.
    """
    tampering = []
    if found.strangers:
        names = _listed([name[:60] for name in found.strangers])
        tampering.append(f"cells claim ids that the assignment does not have: {names}; ignored")
    layout: list[tuple[RawCell | None, ReleaseCell | None]] = []
    for cell in cells:
        released = found.of.get(cell.index)
        if released is not None:
            tampering += _changes(cell, released, found)
            kept = _worth_keeping(cell, released)
            if kept is not None:
                layout.append((kept, None))
                found.repairs.append(f"code written into {released.grade_id} is run before it")
        elif cell.index in found.copies:
            copied = release.by_id[found.copies[cell.index]]
            if copied.restored:
                tampering.append(f"{copied.grade_id} had a copy; {NO_EFFECT}")
                if same_source(cell.source, copied.source):
                    continue
        layout.append((cell, released))
    gone, put_back = _insert_missing(layout, release, found)
    if gone:
        found.repairs.append(f"missing from the notebook: {_listed(gone)}")
    if put_back:
        words = f"missing and put back: {_listed(put_back)}"
        if damaged:
            found.repairs.append(words)
        else:
            tampering.append(f"{words}; {NO_EFFECT}")
    return *_finish(layout, found, damaged), tampering


def _changes(cell: RawCell, released: ReleaseCell, found: Matching) -> list[str]:
    name, said = released.grade_id, []
    if cell.cell_type != released.cell_type:
        words = f"{name} was turned from {released.cell_type} into {cell.cell_type}"
        if released.restored:
            said.append(words)
        else:
            found.repairs.append(f"{words}; read as {released.cell_type} all the same")
    if released.restored and not same_source(cell.source, released.source):
        said.append(f"{name} was edited")
    if "skip-execution" in cell.tags and released.role != "written":
        said.append(f"{name} was tagged skip-execution")
    wanted = released.metadata.get("nbgrader", {})
    if cell.nbgrader:
        points = cell.nbgrader.get("points")
        if released.points and points != wanted.get("points"):
            said.append(f"{name} claims {str(points)[:20]} points instead of {released.points:g}")
        for key in ("grade", "solution", "locked", "task"):
            if bool(cell.nbgrader.get(key)) != bool(wanted.get(key)):
                said.append(f"{name} has {key!r} set to {bool(cell.nbgrader.get(key))}")
    return [f"{words}; {NO_EFFECT}" for words in said]


def _worth_keeping(cell: RawCell, released: ReleaseCell) -> RawCell | None:
    """A student's version of a locked code cell that binds names of its own."""
    if not released.restored or released.cell_type != "code":
        return None
    if same_source(cell.source, released.source):
        return None
    if not read_source(cell.source).defines - released.defines:
        return None
    return RawCell(cell.index, "code", cell.source, id=f"kept-{cell.id}"[:64])


def _insert_missing(
    layout: list[tuple[RawCell | None, ReleaseCell | None]], release: Release, found: Matching
) -> tuple[list[str], list[str]]:
    """Put missing cells in their places; names of the student's and of the instructor's."""
    gone, put_back = [], []
    for grade_id, released in release.by_id.items():
        if grade_id in found.by:
            continue
        at = 0
        for place, (_, other) in enumerate(layout):
            if other is not None and other.index < released.index:
                at = place + 1
        layout.insert(at, (None, released))
        (put_back if released.restored else gone).append(grade_id)
    return gone, put_back


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more


def _finish(
    layout: list[tuple[RawCell | None, ReleaseCell | None]], found: Matching, damaged: bool
) -> tuple[list[dict[str, Any]], list[Cell]]:
    notebook: list[dict[str, Any]] = []
    cells: list[Cell] = []
    ids: set[str] = set()
    for index, (cell, released) in enumerate(layout):
        kind = released.cell_type if released else cell.cell_type if cell else "code"
        source = cell.source if cell else ""
        if released and (released.restored or (cell is None and released.role == "written")):
            # What a broken file lost is no blank answer: differing from it, it goes to a human.
            source = LOST if damaged and released.role == "written" else released.source
        identity = cell.id if cell else f"put-back-{index}"
        while identity in ids:
            identity = f"{identity[:50]}-{index}"
        ids.add(identity)
        entry: dict[str, Any] = {
            "cell_type": kind,
            "id": identity,
            "metadata": _metadata(released),
            "source": source,
        }
        if kind == "code":
            entry |= {"execution_count": None, "outputs": []}
        elif cell and cell.attachments:
            entry["attachments"] = cell.attachments
        notebook.append(entry)
        cells.append(_cell(index, kind, source, released, cell, found))
    return notebook, cells


def _metadata(released: ReleaseCell | None) -> dict[str, Any]:
    if released is None:
        return {}
    kept = ("nbgrader", "deletable", "editable")
    return {k: v for k, v in released.metadata.items() if k in kept}


def _cell(
    index: int,
    kind: str,
    source: str,
    released: ReleaseCell | None,
    cell: RawCell | None,
    found: Matching,
) -> Cell:
    part: Part = "text"
    defines: frozenset[str] = frozenset()
    runs = False
    if released is not None and released.role in ("grade", "written", "task"):
        part = "grade" if released.role == "grade" else "written"
        runs = part == "grade" and released.exercise is None
    elif kind == "code":
        reading = read_source(source)
        defines = reading.defines
        part = "check" if reading.only_checks else "student"
        if released is not None:
            part = "locked" if released.role == "locked" else "solution"
        idle = cell is not None and cell.index in found.idle
        runs = part != "check" and bool(source.strip()) and not idle
    return Cell(index, part, source, runs, defines, released)
