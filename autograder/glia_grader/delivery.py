"""From records to pages: each student's feedback, and the class report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from glia_grader import feedback, report
from glia_grader.pages import write_atomically
from glia_grader.report.gather import ClassData, gather

if TYPE_CHECKING:
    from glia_grader.record import Record

__all__ = ["deliver"]


def deliver(course: Path, assignment: str, records: Iterable[Record]) -> tuple[ClassData, Path]:
    """Write the feedback of these records, and the report of everything graded so far.

    Args:
        course: the nbgrader course.
        assignment: its name.
        records: what was graded just now; gone through twice, one at a time.

    Returns:
        The class as the report sees it, and the report's page.
    """
    data = gather(course, assignment, records)
    rows = {row.student: row for row in data.rows}
    for record in records:
        row = rows[record.student]
        text = feedback.page(record, name=row.name, manual=row.manual)
        write_atomically(row.folder / f"{record.notebook}.html", text)
    return data, report.write_from(data, course)
