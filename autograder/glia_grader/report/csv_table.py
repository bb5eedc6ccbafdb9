"""The class as a table for a spreadsheet, in which ungraded, missing, failed and zero differ.

nbgrader's own export writes 0.0 for all four.
"""

from __future__ import annotations

import csv
import io

from .gather import ClassData

HEAD = ("student", "name", "state", "points", "possible", "penalty", "seconds_late")


def text(data: ClassData) -> str:
    """The table as CSV: one line a student; a cell without a score is empty, zero is 0.

    Args:
        data: the class.
    """
    cells = list(dict.fromkeys(name for row in data.rows for name in row.scores))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEAD, *map(_words, cells)])
    for row in data.rows:
        points = row.points if any(s is not None for s in row.scores.values()) else None
        known = [points, row.possible if row.records else None, row.penalty, row.seconds_late]
        scores = [row.scores.get(cell) for cell in cells]
        who = [_words(row.student), _words(row.name), row.state]
        writer.writerow([*who, *map(_number, [*known, *scores])])
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _words(name: str) -> str:
    """A spreadsheet takes what begins like a formula for one."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name
