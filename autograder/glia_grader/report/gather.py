"""What the class report is made of: the roster, the records, and what was marked by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from glia_grader.feedback import Manual, title
from glia_grader.record import Record

__all__ = ["ClassData", "NothingToReport", "Row", "from_records", "gather", "read_gradebook"]

State = Literal["graded", "waiting", "unreadable", "failed", "ungraded", "missing"]


class NothingToReport(LookupError):
    """The assignment has not been graded, or the course doesn't know it; says which."""


@dataclass
class Row:
    """One student of the class.

    Attributes:
        student: nbgrader's student id.
        name: first and last name, or the id.
        records: one a notebook of the assignment, without the notebook itself; empty if nothing
            was graded.
        manual: by cell name, what was marked by hand.
        handed_in: whether there is a submission.
        seconds_late: how late it was; 0 if in time.
        penalty: points taken off for lateness.
        folder: where the feedback pages go.
        link: the same, relative to the report.
    """

    student: str
    name: str
    records: list[Record] = field(default_factory=list)
    manual: dict[str, Manual] = field(default_factory=dict)
    handed_in: bool = False
    seconds_late: float = 0.0
    penalty: float = 0.0
    folder: Path = field(default_factory=Path)
    link: str = ""

    @property
    def state(self) -> State:
        """Where this submission stands; ungraded, missing, unreadable and zero are different."""
        if not self.records:
            return "ungraded" if self.handed_in else "missing"
        if any(record.unreadable is not None for record in self.records):
            return "unreadable"
        if any(record.failures for record in self.records):
            return "failed"
        return "waiting" if any(s is None for s in self.scores.values()) else "graded"

    @property
    def scores(self) -> dict[str, float | None]:
        """Points by cell; None where a person still has to look. Marks by hand take precedence."""
        found: dict[str, float | None] = {}
        for record in self.records:
            for name, score in record.scores.items():
                found[name] = self.manual[name].score if name in self.manual else score
        return found

    @property
    def points(self) -> float | None:
        """Points so far, lateness taken off; None if there can't be any."""
        if self.state in ("missing", "ungraded", "unreadable"):
            return None
        total = sum(score for score in self.scores.values() if score is not None)
        return max(0.0, total - self.penalty)

    @property
    def possible(self) -> float:
        """What the cells that have a score are worth."""
        worth = {name: m for record in self.records for name, m in record.max_scores.items()}
        return sum(worth[name] for name, score in self.scores.items() if score is not None)


@dataclass(frozen=True)
class ClassData:
    """The whole class at one assignment.

    Attributes:
        assignment: its name.
        rows: one a student, in the order of their names.
        title: the first notebook's heading.
    """

    assignment: str
    rows: list[Row]
    title: str = ""

    @property
    def records(self) -> Iterator[Record]:
        """All records of submissions that could be read."""
        for row in self.rows:
            for record in row.records:
                if record.unreadable is None:
                    yield record


def gather(course_dir: Path, assignment: str, fresh: Iterable[Record] = ()) -> ClassData:
    """Collect what the gradebook and the journal know.

    Args:
        course_dir: the nbgrader course.
        assignment: its name.
        fresh: records of a run that has just ended; they stand before the journal's.

    Raises:
        NothingToReport: if nothing of the assignment was graded.
    """
    from glia_grader import pipeline
    from glia_grader.course import Course

    found: dict[tuple[str, str], Record] = {}
    heading = ""
    for record in chain(pipeline.records(course_dir, assignment), fresh):
        if not heading and record.notebook_out is not None:
            heading = title(record)
        found[record.student, record.notebook] = record.without_notebook()
    if not found:
        raise NothingToReport(
            f"{assignment} has not been graded in {course_dir} yet. "
            f"Grade it first: glia grade {assignment} --course {course_dir}"
        )
    data = from_records(Course(course_dir), assignment, list(found.values()))
    return replace(data, title=heading)


def from_records(course: Any, assignment: str, records: list[Record]) -> ClassData:
    """Join records with what nbgrader's gradebook knows."""
    reports = course.folder / "reports"
    rows = read_gradebook(course, assignment)
    for student in course.submissions(assignment):
        rows.setdefault(student, Row(student, student)).handed_in = True
    for record in records:
        rows.setdefault(record.student, Row(record.student, record.student))
        rows[record.student].records.append(record)
        rows[record.student].handed_in = True
    for student, row in rows.items():
        row.folder = course.path("feedback", student, assignment)
        row.link = Path(os.path.relpath(row.folder, reports)).as_posix()
    return ClassData(assignment, sorted(rows.values(), key=lambda row: row.name.casefold()))


def read_gradebook(course: Any, assignment: str) -> dict[str, Row]:
    """Read roster, lateness and marks by hand, in three queries whatever the class's size."""
    from nbgrader import api

    rows: dict[str, Row] = {}
    with course.gradebook() as book:
        db = book.db
        for student in db.query(api.Student).all():
            name = " ".join(filter(None, (student.first_name, student.last_name)))
            rows[student.id] = Row(student.id, name or student.id)
        ours = (
            db.query(api.SubmittedAssignment, api.SubmittedNotebook, api.Assignment)
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .filter(api.Assignment.__table__.c.name == assignment)
        )
        for submission, notebook, wanted in ours:
            row = rows.setdefault(submission.student_id, Row(submission.student_id, ""))
            row.handed_in = True
            row.penalty += notebook.late_submission_penalty or 0.0
            if submission.timestamp is not None and wanted.duedate is not None:
                due = wanted.duedate + (submission.extension or timedelta())
                row.seconds_late = max(0.0, (submission.timestamp - due).total_seconds())
        _marks_by_hand(api, db, assignment, rows)
    return rows


def _marks_by_hand(api: Any, db: Any, assignment: str, rows: dict[str, Row]) -> None:
    base = api.BaseCell.__table__
    grade_cell, task_cell = api.GradeCell.__table__, api.TaskCell.__table__
    grades, comments = api.Grade.__table__, api.Comment.__table__
    notebooks, handed = api.SubmittedNotebook.__table__, api.SubmittedAssignment.__table__
    wanted = api.Assignment.__table__
    where = notebooks.join(handed, notebooks.c.assignment_id == handed.c.id).join(
        wanted, handed.c.assignment_id == wanted.c.id
    )
    from sqlalchemy import func, select

    said: dict[tuple[str, str], str] = {}
    query = (
        select(handed.c.student_id, base.c.name, comments.c.manual_comment)
        .select_from(
            where.join(comments, comments.c.notebook_id == notebooks.c.id).join(
                base, comments.c.cell_id == base.c.id
            )
        )
        .where(wanted.c.name == assignment, comments.c.manual_comment.is_not(None))
    )
    for student, name, comment in db.execute(query):
        said[student, name] = comment
    query = (
        select(
            handed.c.student_id,
            base.c.name,
            grades.c.manual_score,
            grades.c.extra_credit,
            func.coalesce(grade_cell.c.max_score, task_cell.c.max_score, 0.0),
        )
        .select_from(
            where.join(grades, grades.c.notebook_id == notebooks.c.id)
            .join(base, grades.c.cell_id == base.c.id)
            .outerjoin(grade_cell, grade_cell.c.id == base.c.id)
            .outerjoin(task_cell, task_cell.c.id == base.c.id)
        )
        .where(wanted.c.name == assignment)
    )
    for student, name, score, extra, worth in db.execute(query):
        comment = said.get((student, name), "")
        if score is not None:
            rows[student].manual[name] = Manual(score + (extra or 0.0), worth, comment)
