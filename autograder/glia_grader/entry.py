"""A submission that the gradebook has not seen before: its rows, filled in as they are made.

The rows are those of nbgrader's `add_submission`, which makes them empty, one object each, to be
found and filled one by one; here they are written in four statements.
"""

from collections.abc import Set
from typing import Any

from glia_grader.record import Record


class Layout:
    """What an assignment's submissions consist of, read once for a class.

    Args:
        assignment: nbgrader's assignment.
    """

    def __init__(self, assignment: Any):
        self.id, self.duedate = assignment.id, assignment.duedate
        self.notebooks = [
            (
                notebook.id,
                notebook.name,
                [(cell.id, cell.name) for cell in (*notebook.grade_cells, *notebook.task_cells)],
                [(cell.id, cell.name) for cell in (*notebook.solution_cells, *notebook.task_cells)],
            )
            for notebook in assignment.notebooks
        ]

    def enter(self, db: Any, record: Record, unanswered: Set[str], timestamp: Any) -> bool:
        """Write a record's rows; False, and nothing written, if there are some already.

        Args:
            db: The gradebook's session.
            record: What grading found.
            unanswered: Names of the cells that are as they were handed out.
            timestamp: When it was handed in, in words or as a date, or None.

        Raises:
            LookupError: the assignment has no such notebook.
        """
        from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook, new_uuid
        from nbgrader.utils import parse_utc
        from sqlalchemy import insert, select

        own = {"assignment_id": self.id, "student_id": record.student}
        if db.execute(select(SubmittedAssignment.id).filter_by(**own)).first() is not None:
            return False
        names = [name for _, name, *_ in self.notebooks]
        if record.notebook not in names:
            raise LookupError(f"got the notebook {record.notebook!r}; expected one of {names}")
        when = None if timestamp is None else parse_utc(timestamp)
        own |= {"id": new_uuid(), "timestamp": when}
        db.execute(insert(SubmittedAssignment.__table__), [own])
        notebooks: list[dict[str, Any]] = []
        grades: list[dict[str, Any]] = []
        comments: list[dict[str, Any]] = []
        for identity, name, graded, commented in self.notebooks:
            row = {"id": new_uuid(), "assignment_id": own["id"], "notebook_id": identity}
            notebooks.append(row)
            mine = name == record.notebook
            for cell, title in graded:
                score = record.scores.get(title) if mine else None
                grade = {"notebook_id": row["id"], "cell_id": cell, "auto_score": score}
                grades.append(grade | {"id": new_uuid(), "needs_manual_grade": score is None})
            for cell, title in commented:
                said = "No response." if mine and title in unanswered else None
                comment = {"notebook_id": row["id"], "cell_id": cell, "auto_comment": said}
                comments.append(comment | {"id": new_uuid()})
        for kind, rows in ((SubmittedNotebook, notebooks), (Grade, grades), (Comment, comments)):
            if rows:
                db.execute(insert(kind.__table__), rows)
        return True

    def late(self, timestamp: Any) -> bool:
        """Whether a submission without an extension came after its time."""
        from nbgrader.utils import parse_utc

        if timestamp is None or self.duedate is None:
            return False
        return parse_utc(timestamp) > parse_utc(self.duedate)
