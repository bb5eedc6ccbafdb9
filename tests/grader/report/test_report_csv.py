"""The class table for a spreadsheet tells ungraded, missing, failed and zero apart."""

import csv
import io

from glia_grader.record import Record
from glia_grader.report.csv_table import text
from glia_grader.report.gather import ClassData, Row


def _record(student, score, **named):
    return Record(student, "ps1", "ps1", scores={"a": score}, max_scores={"a": 2.0}, **named)


def test_states_are_told_apart():
    rows = [
        Row("ada", "Ada", [_record("ada", 0.0)], handed_in=True),
        Row("bob", "Bob", [_record("bob", None)], handed_in=True),
        Row("cid", "Cid", [_record("cid", None, failures=("lost",))], handed_in=True),
        Row("dan", "Dan", [_record("dan", None, unreadable="empty")], handed_in=True),
        Row("eva", "=1+1", handed_in=True),
        Row("fay", "Fay"),
    ]
    lines = list(csv.DictReader(io.StringIO(text(ClassData("ps1", rows)))))
    states = ["graded", "waiting", "failed", "unreadable", "ungraded", "missing"]
    assert [line["state"] for line in lines] == states
    assert [line["a"] for line in lines] == ["0", "", "", "", "", ""]
    assert [line["points"] for line in lines] == ["0", "", "", "", "", ""]
    assert lines[4]["name"] == "'=1+1", "no spreadsheet takes a name for a formula"
