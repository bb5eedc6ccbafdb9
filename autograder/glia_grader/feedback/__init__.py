"""A student's feedback: one self-contained page with the score, every verdict, and their notebook.

The page is laid where nbgrader would put its own, so the formgrader and ``release_feedback`` find
it. Nothing on it comes from elsewhere, nothing on it runs, and it names no path of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glia_grader.pages import render, write_atomically

if TYPE_CHECKING:
    from glia_grader.record import Record

__all__ = ["Manual", "page", "title", "write"]

PAGE_LIMIT = 60_000  # characters, pictures not counted


@dataclass(frozen=True)
class Manual:
    """What a person gave for a written answer.

    Attributes:
        score: the points, or None while nobody has read it.
        max_score: the points it is worth.
        comment: what the reader wrote.
    """

    score: float | None
    max_score: float
    comment: str = ""


def write(
    record: Record,
    out_dir: Path,
    *,
    name: str = "",
    manual: Mapping[str, Manual] | None = None,
) -> Path:
    """Write the feedback page of one submission.

    Args:
        record: the pipeline's record.
        out_dir: the course's ``feedback`` folder.
        name: the student's name for the heading; their id if empty.
        manual: by nbgrader's cell name, what was marked by hand; it takes precedence.

    Returns:
        ``out_dir/<student>/<assignment>/<notebook>.html``.
    """
    place = out_dir / record.student / record.assignment / f"{record.notebook}.html"
    return write_atomically(place, page(record, name=name, manual=manual))


def page(record: Record, *, name: str = "", manual: Mapping[str, Manual] | None = None) -> str:
    """Return the feedback page of one submission as HTML.

    A page over 60 kB (pictures not counted) is made again with less of the notebook on it: shorter
    outputs first, then no statements, then shorter code. Verdicts are never shortened away.
    """
    from .cells import Room

    rooms = (
        Room(),
        Room(output=1_500),
        Room(output=600, statements=False),
        Room(source=1_500, output=300, statements=False, cells=60),
        Room(source=300, output=60, statements=False, cells=25),
    )
    html = ""
    for room in rooms:
        html = _page(record, room, name=name, manual=manual or {})
        if _size_without_pictures(html) <= PAGE_LIMIT:
            break
    return html


def _size_without_pictures(html: str) -> int:
    import re

    return len(re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*", "", html).encode("utf-8"))


def _page(record: Record, room: Any, *, name: str, manual: Mapping[str, Manual]) -> str:
    from markupsafe import Markup

    from glia_grader.account import gathered

    from . import standing
    from .cells import pieces
    from .sanitise import plain

    questions = [standing.question(verdict) for verdict in record.verdicts.values()]
    by_name = {question["name"]: question for question in questions}
    written = _written_answers(record, manual)
    scores = {g: manual[g].score if g in manual else s for g, s in record.scores.items()}
    earned = sum(score for score in scores.values() if score is not None)
    possible = sum(record.max_scores[g] for g, score in scores.items() if score is not None)
    waiting = sum(m.max_score for m in written.values() if m.score is None)
    cells, placed = [], set()
    for piece in pieces(record.notebook_out or {}, room):
        placed.add(piece.exercise)
        cells.append(
            {
                "kind": piece.kind,
                "html": Markup(piece.html),
                "outputs": [(Markup(shown), error) for shown, error in piece.outputs],
                "question": by_name.get(piece.exercise),
                "manual": written.get(piece.grade_id) if piece.kind == "answer" else None,
            }
        )
    return render(
        "feedback.html.j2",
        title=title(record),
        student=name or record.student,
        student_id=record.student,
        unreadable=plain(str(record.unreadable or ""), 600),
        earned=standing.points(earned),
        possible=standing.points(possible),
        waiting=standing.points(waiting) if waiting else "",
        share=round(100 * earned / possible) if possible else 0,
        questions=questions,
        written=[
            {
                "css": "none",
                "points": "–" if m.score is None else standing.points(m.score),
                "max_points": standing.points(m.max_score),
                "comment": plain(m.comment, 4_000),
                "open": m.score is None,
                "blank": m.score == 0 and grade_id not in manual,
            }
            for grade_id, m in written.items()
        ],
        first=next((q for q in questions if q["css"] in ("bad", "part")), None),
        failures=[plain(str(name), 100) for name in record.failures],
        repairs=[plain(line, 400) for line in gathered(record.repairs)][:40],
        tampering=[plain(line, 400) for line in gathered(record.tampering)][:40],
        # What befell a question stands in its verdict.
        events=[
            plain(line, 400) for line in record.events if line.split(":")[0] not in record.verdicts
        ][:40],
        cells=cells,
        loose=[question for question in questions if question["name"] not in placed],
        points=standing.points,
    )


def title(record: Record) -> str:
    """Return the notebook's first heading, or the assignment's name."""
    from .sanitise import plain

    for cell in (record.notebook_out or {}).get("cells", []):
        source = cell.get("source", "")
        if cell.get("cell_type") == "markdown" and isinstance(source, str):
            for line in source.splitlines():
                if line.startswith("# "):
                    return plain(line[2:].strip(), 120)
    return record.assignment


def _written_answers(record: Record, manual: Mapping[str, Manual]) -> dict[str, Manual]:
    """Every manually graded cell, with its marks where someone gave some."""
    found: dict[str, Manual] = {}
    for cell in (record.notebook_out or {}).get("cells", []):
        meta = cell.get("metadata", {}).get("nbgrader", {})
        if meta.get("grade") and (meta.get("solution") or meta.get("task")):
            grade_id = str(meta.get("grade_id", ""))
            worth = record.max_scores.get(grade_id, 0.0)
            # An answer that was never begun has its zero already; no one need read it.
            found[grade_id] = manual.get(grade_id) or Manual(record.scores.get(grade_id), worth)
    return found
