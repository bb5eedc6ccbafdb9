"""Stock nbgrader and `glia grade` on the same honest, mangled and hostile class, score by score.

    python -m benchmarks.hostile [--write docs/hostile_class.md]

Every submission holds two automatic questions of ps1, worth two points each. Stock nbgrader runs
through its own API, with its default preprocessors, one student at a time, so that one who stops
it stops nobody else (in one batch some of these would). What could harm the machine it runs on
(bombs, signals, writing outside the course) is left out: stock nbgrader has nothing to hold it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grading import STOCK_CONFIG, api

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "grader"))
import course_builder as build

SECONDS = 8  # a cell may take with stock nbgrader, whose default is 30
CELLS = ("grade-perceptron_update", "grade-softmax")
WRONG = "def softmax(z):\n    return z"
Notebook = dict[str, Any]


@dataclass(frozen=True)
class Student:
    """One submission: how it comes about, and what it deserves."""

    name: str
    what: str
    deserves: tuple[float | None, float | None]  # None: no score at all
    lay: Callable[[Path, str], None]


def answer(source: str) -> Callable[[Path, str], None]:
    """Right but for the answer to softmax."""
    return lambda course, name: lay(course, name, build.solved(course, softmax=source))


def trick(change: Callable[[Notebook], Any], source: str = WRONG) -> Callable[[Path, str], None]:
    """A wrong answer to softmax, and a change to the notebook."""

    def make(course: Path, name: str) -> None:
        notebook = build.solved(course, softmax=source)
        lay(course, name, change(notebook) or notebook)

    return make


def mangled(change: Callable[[str], str | bytes], file: str = "") -> Callable[[Path, str], None]:
    """Right answers in a file that something happened to."""
    return lambda course, name: lay(course, name, change(_text(course)), file)


def lay(course: Path, name: str, data: Any, file: str = "") -> None:
    build.hand_in(course, name, data, name=file, timestamp="2026-03-13 12:00:00 UTC")


def _text(course: Path) -> str:
    return json.dumps(build.solved(course), indent=1)


def _graded(notebook: Notebook) -> list[Notebook]:
    marks = ((c, c["metadata"].get("nbgrader", {})) for c in notebook["cells"])
    return [c for c, m in marks if m.get("grade") and c["cell_type"] == "code"]


def _each(**changes: Any) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for cell in _graded(notebook):
            cell.update(json.loads(json.dumps(changes)))

    return change


def _tags(notebook: Notebook) -> None:
    for cell in _graded(notebook):
        cell["metadata"]["tags"] = ["skip-execution"]


def _claims(notebook: Notebook) -> None:
    for cell in _graded(notebook):
        cell["metadata"]["nbgrader"].update(points=100, grade=True)


def _deleted(notebook: Notebook) -> None:
    notebook["cells"].remove(build.cell_of(notebook, "grade-softmax"))


def _retyped(notebook: Notebook) -> None:
    cell = build.cell_of(notebook, "grade-softmax")
    cell["cell_type"] = "markdown"
    cell.pop("outputs", None), cell.pop("execution_count", None)


def _swapped(notebook: Notebook) -> None:
    a, b = (build.cell_of(notebook, name) for name in CELLS)
    a["metadata"]["nbgrader"]["grade_id"], b["metadata"]["nbgrader"]["grade_id"] = CELLS[::-1]


def _doubled(notebook: Notebook) -> None:
    for grade_id in ("solution-softmax", "grade-softmax"):
        cell = build.cell_of(notebook, grade_id)
        place = notebook["cells"].index(cell)
        notebook["cells"].insert(place + 1, json.loads(json.dumps(cell)))


def _bare(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def _kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "my-env", "display_name": "my env"}


def _third(notebook: Notebook) -> Notebook:
    cells = []
    for cell in notebook["cells"]:
        old = {key: cell[key] for key in ("cell_type", "metadata")}
        code = cell["cell_type"] == "code"
        old |= {"input": cell["source"], "language": "python", "outputs": []} if code else {}
        cells.append(old if code else old | {"source": cell["source"]})
    sheets = [{"cells": cells, "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def _zipped(course: Path, name: str) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("homework/ps1.ipynb", _text(course))
    lay(course, name, data.getvalue(), "homework.zip")


def _conflict(text: str) -> str:
    line = next(line for line in text.split("\n") if '"display_name"' in line)
    return text.replace(line, f"<<<<<<< HEAD\n{line}\n=======\n{line}\n>>>>>>> mine", 1)


def _released(course: Path, name: str) -> None:
    lay(course, name, build.released(course))


RIGHT = build.RIGHT
BOOK = """
import sqlite3, os
for place in ("../../../gradebook.db", "gradebook.db"):
    if os.path.exists(place):
        book = sqlite3.connect(place)
        book.execute("update grade set auto_score = 2, manual_score = 2, needs_manual_grade = 0")
        book.commit()
        book.close()
"""
AST = """
import ast
from IPython import get_ipython
class Change(ast.NodeTransformer):
    def visit_Call(self, node):
        named = isinstance(node.func, ast.Name) and node.func.id == "grade"
        return ast.copy_location(ast.Constant(2.0), node) if named else node
get_ipython().ast_transformers.append(Change())
"""
FRAMES = """
import sys
def softmax(z):
    frame = sys._getframe()
    while frame is not None:
        exercise = getattr(frame.f_locals.get("self"), "exercise", None)
        exercise = frame.f_locals.get("exercise", exercise)
        if hasattr(exercise, "reference"):
            return exercise.reference(z)
        frame = frame.f_back
    return z
"""
MODULE = """
import glia_grader
glia_grader.check = glia_grader.grade = grade = lambda *a, **k: 2.0
"""
JUDGE = """
import glia_grader.judge, glia_grader.compare
glia_grader.compare.difference = lambda *a, **k: None
import glia_grader.asking
glia_grader.asking.difference = lambda *a, **k: None
"""
STOLEN = "from glia_grader.exercise import load\ndef softmax(z):\n    return load('softmax')"
COMPILED = """
from numba import njit
@njit
def spin(x):
    while x > 0:
        x = x + 1 if x < 10 else 1
    return x
def softmax(z):
    return spin(1)
"""
CLASS = [
    Student("honest", "everything right", (2, 2), answer(RIGHT)),
    Student("blank", "handed in as it was handed out", (0, 0), _released),
    Student("wrong", "softmax returns its input", (2, 0), answer(WRONG)),
    Student("warns", "a harmless warning on stderr", (2, 2),
            answer("import sys\nprint('careful', file=sys.stderr)\n" + RIGHT)),
    Student("noisy-check", "a figure and 3 MB of prints", (2, 2),
            answer("for _ in range(30):\n    print('x' * 100_000)\n" + RIGHT)),
    Student("pasted-twice", "answer and graded cell copied below themselves", (2, 2),
            trick(_doubled, RIGHT)),
    Student("lost-metadata", "another editor dropped all metadata", (2, 2), trick(_bare, RIGHT)),
    Student("my-kernel", "kernel of a private environment", (2, 2), trick(_kernel, RIGHT)),
    Student("format-3", "saved in notebook format 3", (2, 2), trick(_third, RIGHT)),
    Student("renamed", "file renamed to “my ps1 (2).ipynb”", (2, 2),
            mangled(str, "my ps1 (2).ipynb")),
    Student("zipped", "a folder in a zip", (2, 2), _zipped),
    Student("windows", "byte order mark, CRLF", (2, 2),
            mangled(lambda text: "\ufeff".encode() + text.replace("\n", "\r\n").encode())),
    Student("merge", "merge conflict marks in the file", (2, 2), mangled(_conflict)),
    Student("truncated", "cut off before the second answer", (2, 0),
            mangled(lambda text: text[: text.index('"solution-softmax"')])),
    Student("raises", "softmax divides by zero", (2, 0), answer(build.ESCAPES["raises"])),
    Student("syntax", "a syntax error in the second answer", (2, 0),
            answer(build.ESCAPES["syntax"])),
    Student("exits", "os._exit while the second answer is asked", (2, 0),
            answer(build.ESCAPES["exit"])),
    Student("exits-at-once", "os._exit in a cell", (2, 0),
            answer("import os\nos._exit(0)")),
    Student("crashes", "reads address zero", (2, 0),
            answer("import ctypes\ndef softmax(z):\n    return ctypes.string_at(0)")),
    Student("loop", "an endless loop in a cell", (2, 0), answer(build.LOOP)),
    Student("compiled-loop", "an endless loop in compiled code", (2, 0), answer(COMPILED)),
    Student("patched", "numpy's comparisons always say yes", (2, 0),
            answer(build.ESCAPES["patched"])),
    Student("own-grade", "puts its own grade in place", (2, 0), answer(MODULE + WRONG)),
    Student("own-judge", "puts its own comparison in place", (2, 0), answer(JUDGE + WRONG)),
    Student("transformer", "an AST transformer turns grade(…) into 2.0", (2, 0),
            answer(AST + WRONG)),
    Student("frames", "reads the reference in the caller's frame", (2, 0), answer(FRAMES)),
    Student("stolen", "imports the reference", (2, 0), answer(STOLEN + ".reference(z)")),
    Student("ready-made", "scipy.special.softmax, which the exercise forbids", (2, 0),
            answer(build.ESCAPES["ready"])),
    Student("gradebook", "writes into the gradebook", (2, 0), answer(BOOK + WRONG)),
    Student("edited", "graded cells edited to 2.0", (2, 0), trick(_each(source="2.0"))),
    Student("skip-tags", "graded cells tagged skip-execution", (2, 0), trick(_tags)),
    Student("claims", "metadata claims 100 points", (2, 0), trick(_claims)),
    Student("deleted", "the graded cell deleted", (2, 0), trick(_deleted)),
    Student("retyped", "the graded cell made text", (2, 0), trick(_retyped)),
    Student("swapped", "grade ids of two cells exchanged", (2, 0), trick(_swapped)),
    Student("empty", "an empty file", (None, None), lambda c, n: lay(c, n, "")),
    Student("picture", "a JPEG by the name of ps1.ipynb", (None, None),
            lambda c, n: lay(c, n, b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200))),
]  # fmt: skip


def scores(course: Path) -> dict[str, tuple[float | None, float | None]]:
    """What would be exported: the mark by hand where there is one, else the automatic one."""
    from glia_grader.course import Course

    found = {}
    with Course(course).gradebook() as book:
        for submission in book.assignment_submissions("ps1"):
            rows = {g.name: g for n in submission.notebooks for g in n.grades}
            marks = []
            for name in CELLS:
                row = rows.get(name)
                by_hand = None if row is None else row.manual_score
                marks.append(by_hand if by_hand is not None or row is None else row.auto_score)
            found[submission.student.id] = (marks[0], marks[1])
    return found


def by_stock(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Scores, and why nbgrader gave up where it did."""
    course = build.make_course(folder)
    limit = f"\nc.Execute.timeout = {SECONDS}\nc.ExecutePreprocessor.timeout = {SECONDS}\n"
    (course / "nbgrader_config.py").write_text(STOCK_CONFIG + limit, "utf-8")
    generated = api(course).generate_assignment("ps1")
    if not generated["success"]:
        raise RuntimeError(generated.get("log"))
    reasons, rows = {}, {}
    for student in CLASS:
        student.lay(course, student.name)
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            result = api(course).autograde("ps1", student.name)
        # Read at once: who writes into the gradebook changes what others got before.
        rows[student.name] = scores(course).get(student.name, (None, None))
        if not result["success"]:
            rows[student.name] = (None, None)
            reasons[student.name] = _reason(result)
        print(f"stock: {student.name}: {rows[student.name]}", flush=True)
    after = scores(course)
    changed = [s.name for s in CLASS if rows[s.name] != (None, None) != after.get(s.name)
               and after.get(s.name) != rows[s.name]]  # fmt: skip
    reasons["changed"] = ", ".join(changed)
    return rows, reasons


def _reason(result: dict[str, Any]) -> str:
    lines = [x for x in str(result.get("error") or result.get("log") or "").splitlines() if x]
    told = [x for x in lines if "ERROR" in x or "Error" in x] or lines
    return told[-1].strip()[:160] if told else "failed"


def by_ours(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Scores, and what the report says of each."""
    from glia_grader.account import account
    from glia_grader.budget import Budget
    from glia_grader.course import Course
    from glia_grader.pipeline import grade

    course = build.make_course(folder)
    Course(course).prepare("ps1")
    for student in CLASS:
        student.lay(course, student.name)
    done = grade(course, "ps1", jobs=2, seed=7, budget=Budget(cell=2.0, question=5.0))
    return scores(course), {record.student: account(record) for record in done.records}


def page(stock: dict, why: dict[str, str], ours: dict, said: dict[str, str]) -> str:
    """The table, in Markdown."""
    from nbgrader import __version__

    rows, wrong = [], {"stock": 0, "ours": 0}
    for student in CLASS:
        cells = []
        for name, table in (("stock", stock), ("ours", ours)):
            got = table.get(student.name, (None, None))
            right = _same(got, student.deserves)
            wrong[name] += not right
            cells.append(_points(got) if right else f"**{_points(got)}**")
        told = said.get(student.name, "").replace("|", "\\|")
        row = [student.name, student.what, _points(student.deserves), *cells, told]
        rows.append("| " + " | ".join(row) + " |")
    return "\n".join(
        [
            "# One class, graded twice",
            "",
            f"{len(CLASS)} submissions with two automatic questions of ps1 (two points each), "
            f"graded by stock nbgrader {__version__} and by `glia grade`. Made by "
            "`python -m benchmarks.hostile --write docs/hostile_class.md` from real runs of both; "
            "a score that is not the deserved one is bold, and – is no score at all.",
            "",
            f"Not as deserved: stock nbgrader {wrong['stock']} of {len(CLASS)}, "
            f"glia {wrong['ours']} of {len(CLASS)}."
            + (f" Somebody's later cell changed the scores of: {why['changed']} (stock)."
               if why["changed"] else ""),
            "",
            "| student | what was handed in | deserved | stock | glia | glia's report says |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "Stock nbgrader ran one student at a time with "
            f"{SECONDS} s a cell. Attacks on the machine itself are not in this class, because "
            "nothing would have held them there; `tests/grader/sandbox/attacks` has them.",
            "",
        ]
    )  # fmt: skip


def _same(got: Any, deserved: Any) -> bool:
    return all(
        (a is None) == (b is None) and (a is None or abs(a - b) < 0.01)
        for a, b in zip(got, deserved, strict=True)
    )


def _points(marks: Any) -> str:
    return " + ".join("–" if mark is None else f"{mark:g}" for mark in marks)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the table here")
    chosen = parser.parse_args()
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="glia-hostile-") as folder:
        ours, said = by_ours(Path(folder) / "ours")
        stock, why = by_stock(Path(folder) / "stock")
    text = page(stock, why, ours, said)
    print(text)
    for name, reason in why.items():
        print(f"stock gave up at {name}: {reason}")
    if chosen.write:
        chosen.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
