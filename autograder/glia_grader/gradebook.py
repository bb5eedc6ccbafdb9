"""The one writer into nbgrader's gradebook, by nbgrader's own API.

Scores, comments, late penalties and the need for a human follow nbgrader's `SaveAutoGrades` and
`AssignLatePenalties` to the letter; the database is opened once for a whole class and each
submission is one transaction.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from glia_grader.course import Course, alembic_on_path, captured
from glia_grader.entry import Layout
from glia_grader.journal import sweep, write_durably
from glia_grader.record import Record


class UnknownStudent(Exception):
    """The student is not in the gradebook and the course does not want new ones created."""


class GradebookWriter:
    """Writes records into the gradebook and into `autograded/`; used by one thread at a time."""

    def __init__(self, course: Course, assignment: str):
        """Open the gradebook.

        Args:
            course: The course.
            assignment: The assignment; nbgrader must know it (see `Course.prepare`).
        """
        self.course, self.assignment = course, assignment
        self.gradebook = course.gradebook()
        self._admitted: set[str] = set()

    def __enter__(self) -> "GradebookWriter":
        return self

    def __exit__(self, *exc: object) -> None:
        self.gradebook.close()

    @cached_property
    def _autograde(self) -> Any:
        from nbgrader.converters import Autograde

        return Autograde(coursedir=self.course.directory, config=self.course.config)

    @cached_property
    def _late(self) -> Any:
        from nbgrader.preprocessors import AssignLatePenalties

        late = AssignLatePenalties(config=self.course.config)
        late.init_plugin()
        with captured() as words:
            late.log = late.plugin_inst.log = words.log
        return late

    def roster(self) -> list[str]:
        """Students whom the gradebook knows, sorted."""
        return sorted(s.id for s in self.gradebook.students)

    def admit(self, student: str) -> None:
        """Make sure the gradebook knows the student.

        Raises:
            UnknownStudent: It does not, and `Autograde.create_student` is off.
        """
        from nbgrader.api import MissingEntry

        if student in self._admitted:
            return
        try:
            self.gradebook.find_student(student)
        except MissingEntry:
            if not self._autograde.create_student:
                raise UnknownStudent(
                    f"{student!r} is not in the gradebook, and Autograde.create_student is off"
                ) from None
            self.gradebook.update_or_create_student(student)
        self._admitted.add(student)

    def is_current(self, record: Record, submitted: Path) -> bool:
        """Whether the gradebook and `autograded/` hold this record already."""
        from nbgrader.api import MissingEntry

        if record.notebook_out is not None and not self._out(record).exists():
            return False
        try:
            submission = self.gradebook.find_submission(self.assignment, record.student)
        except MissingEntry:
            return False
        if submission.timestamp != self._timestamp(submitted):
            return False
        notebook = self._notebook(submission, record)
        stored = {g.name: g.auto_score for g in notebook.grades}
        if any(stored.get(name) != score for name, score in record.scores.items()):
            return False
        penalty = self._penalty(submission, notebook, record)
        return notebook.late_submission_penalty == penalty

    def save(self, record: Record, submitted: Path) -> None:
        """Write one record; writing it again changes nothing.

        Args:
            record: What grading found.
            submitted: The student's folder, for its timestamp and further files.
        """
        with self.together():
            self.admit(record.student)
            self._write_notebook(record, submitted)
            self._enter(record, self._timestamp(submitted))

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction of what nbgrader's API would commit step by step, each with a sync."""
        db = self.gradebook.db
        if "commit" in vars(db):
            yield
            return
        db.commit = db.flush
        try:
            yield
        finally:
            del db.commit
        db.commit()

    def _enter(self, record: Record, timestamp: Any) -> None:
        db = self.gradebook.db
        unanswered = _unanswered(record)
        new = self._layout.enter(db, record, unanswered, timestamp)
        if new and not self._layout.late(timestamp):
            return
        with db.no_autoflush:  # else SQLAlchemy warns about nbgrader's half-built row
            submission = self._submission(record.student, timestamp)
            notebook = self._notebook(submission, record)
            grades, comments = list(notebook.grades), list(notebook.comments)
            for grade in grades:
                grade.auto_score = record.scores.get(grade.name)
                # As in SaveAutoGrades: a human looks where there is no score, and again at what
                # was marked by hand before.
                given = grade.manual_score is not None
                grade.needs_manual_grade = given or grade.auto_score is None
            for comment in comments:
                comment.auto_comment = "No response." if comment.name in unanswered else None
        db.flush()
        if submission.assignment.duedate is not None:
            db.expire(notebook)
            for grade in grades:
                db.expire(grade, ["score"])
        notebook.late_submission_penalty = self._penalty(submission, notebook, record)
        db.flush()
        for row in (*grades, *comments, notebook, submission):
            db.expunge(row)  # somebody may change it behind our back before it is read again

    def _submission(self, student: str, timestamp: Any) -> Any:
        """The student's row, made if there is none."""
        from nbgrader.api import MissingEntry
        from nbgrader.utils import parse_utc

        known = {} if timestamp is None else {"timestamp": timestamp}
        try:
            submission = self.gradebook.find_submission(self.assignment, student)
        except MissingEntry:
            return self.gradebook.update_or_create_submission(self.assignment, student, **known)
        if timestamp is not None:
            submission.timestamp = parse_utc(timestamp)
        return submission

    @cached_property
    def _layout(self) -> Layout:
        """The assignment's cells, kept in memory: each submission's rows refer to them."""
        db = self.gradebook.db
        db().expire_on_commit = False  # the session itself: `db` only hands it out
        self._kept = self.gradebook.find_assignment(self.assignment)  # its cells stay with it
        return Layout(self._kept)

    def _penalty(self, submission: Any, notebook: Any, record: Record) -> float | None:
        """What nbgrader's configured plugin takes off for lateness."""
        if submission.timestamp is None or submission.assignment.duedate is None:
            return None
        late = submission.total_seconds_late
        if late <= 0:
            return None
        plugin = self._late.plugin_inst
        penalty = plugin.late_submission_penalty(record.student, notebook.score, late)
        return None if penalty is None else self._late._check_late_penalty(notebook, penalty)

    def _notebook(self, submission: Any, record: Record) -> Any:
        return next(n for n in submission.notebooks if n.name == record.notebook)

    def _timestamp(self, submitted: Path) -> Any:
        with alembic_on_path():
            try:
                return self.course.directory.get_existing_timestamp(str(submitted))
            except (AttributeError, ValueError, OverflowError, OSError):
                return None  # nbgrader's own way out of a malformed date is broken

    def _out(self, record: Record) -> Path:
        folder = self.course.path("autograded", record.student, self.assignment)
        return folder / f"{record.notebook}.ipynb"

    def _write_notebook(self, record: Record, submitted: Path) -> None:
        """Lay down `autograded/` as nbgrader would: notebook, timestamp, further files."""
        path = self._out(record)
        if record.notebook_out is None:
            path.unlink(missing_ok=True)  # never leave an older run's outputs behind
            return
        permissions = int(str(self._autograde.permissions), 8)
        path.parent.mkdir(parents=True, exist_ok=True)
        source = self.course.path("source", ".", self.assignment)
        for base in (submitted, source):
            for file in _further(base, self.course.directory.ignore):
                target = path.parent / file.relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                shutil.copyfile(file, target)
                target.chmod(permissions)
        text = _text(record.notebook_out)
        sweep(path)
        write_durably(path, text.encode("utf-8", errors="replace"), permissions)


def _text(notebook: dict[str, Any]) -> str:
    """A notebook as JSON, one cell a line: several times faster than fully indented."""
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
    cells = ",\n  ".join(map(write, notebook["cells"]))
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    lines = [f' "cells": [\n  {cells}\n ]']
    lines += [f" {write(key)}: {write(rest[key])}" for key in sorted(rest)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _unanswered(record: Record) -> set[str]:
    """Names of the cells that are byte for byte as they were handed out."""
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum, is_solution, is_task

    if record.notebook_out is None:
        return set()
    names = set()
    for cell in record.notebook_out["cells"]:
        given = cell["metadata"].get("nbgrader", {})
        node: Any = from_dict(cell)
        if is_solution(node) and not is_task(node):
            if given.get("checksum") == compute_checksum(node):
                names.add(given["grade_id"])
    return names


def _further(folder: Path, ignore: Iterable[str]) -> list[Path]:
    """Files beside the notebooks; links are not followed, notebooks not copied."""
    from fnmatch import fnmatch

    patterns = [*ignore, "*.ipynb"]
    found = []
    for base, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [f for f in folders if not any(fnmatch(f, p) for p in patterns)]
        for name in files:
            path = Path(base) / name
            if not any(fnmatch(name, p) for p in patterns) and path.is_file():
                if not path.is_symlink() and path.stat().st_size <= 100 << 20:
                    found.append(path)
    return sorted(found)[:500]
