"""Courses and submissions for tests, made from the real problem set."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PS1 = ROOT / "course" / "source" / "ps1" / "ps1.ipynb"
MINI = ("perceptron_update", "softmax")


def notebook_of(names: Iterable[str] | None = MINI) -> dict[str, Any]:
    """The source of ps1 with these exercises only; None for all."""
    notebook = json.loads(PS1.read_text(encoding="utf-8"))
    if names is not None:
        kept = {f"{kind}-{n}" for n in names for kind in ("solution", "grade")}
        checks = tuple(f'check("{n}"' for n in names)
        cells = []
        for cell in notebook["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            text = "".join(cell["source"])
            if text.startswith("check(") and not text.startswith(checks):
                continue
            if grade_id is None or grade_id in kept or grade_id in ("setup", "answer-xor"):
                cells.append(cell)
        notebook["cells"] = cells
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def make_course(folder: Path, names: Iterable[str] | None = MINI, config: str = "") -> Path:
    """A course folder with ps1 (these exercises only) and this repository's configuration."""
    course = folder / "course"
    (course / "source" / "ps1").mkdir(parents=True)
    source = course / "source" / "ps1" / "ps1.ipynb"
    source.write_text(json.dumps(notebook_of(names)), encoding="utf-8")
    settings = (ROOT / "course" / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(settings + "\n" + config, encoding="utf-8")
    return course


def hand_in(
    course: Path,
    student: str,
    notebook: dict[str, Any] | bytes | str,
    name: str = "",
    timestamp: str = "",
    assignment: str = "ps1",
) -> Path:
    """Lay a submission down."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    data = json.dumps(notebook).encode() if isinstance(notebook, dict) else notebook
    data = data.encode() if isinstance(data, str) else data
    (folder / (name or f"{assignment}.ipynb")).write_bytes(data)
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp, encoding="utf-8")
    return folder


def released(course: Path) -> dict[str, Any]:
    """The notebook as students get it."""
    path = course / "release" / "ps1" / "ps1.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def solved(course: Path, **answers: str) -> dict[str, Any]:
    """The released notebook filled with the source's solutions, or with these answers.

    Args:
        course: The course.
        answers: Sources of solution cells by function name; `written` for the written answer.
    """
    source = json.loads((course / "source" / "ps1" / "ps1.ipynb").read_text(encoding="utf-8"))
    solutions = {
        c["metadata"]["nbgrader"]["grade_id"]: "".join(c["source"])
        for c in source["cells"]
        if c["metadata"].get("nbgrader", {}).get("solution")
    }
    notebook = released(course)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if grade_id in solutions and cell["cell_type"] == "code":
            cell["source"] = answers.get(grade_id.removeprefix("solution-"), solutions[grade_id])
        elif grade_id in solutions:
            cell["source"] = answers.get("written", "One straight line cannot part them.")
    return notebook


def cell_of(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """The cell of that grade_id."""
    return next(
        c
        for c in notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def changed(notebook: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A copy with a change."""
    copy = json.loads(json.dumps(notebook))
    change(copy)
    return copy


def scores(course: Path, student: str | None = None) -> dict[str, dict[str, Any]]:
    """What the gradebook holds: student → cell → (auto_score, manual_score, needs_manual_grade)."""
    from glia_grader.course import Course

    rows: dict[str, dict[str, Any]] = {}
    with Course(course).gradebook() as gradebook:
        for submission in gradebook.assignment_submissions("ps1"):
            for notebook in submission.notebooks:
                rows[submission.student.id] = (
                    {
                        g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
                        for g in notebook.grades
                    }
                    | {"late": notebook.late_submission_penalty}
                    | {f"comment-{c.name}": c.auto_comment for c in notebook.comments}
                )
    return rows if student is None else rows[student]


def copy_course(course: Path, to: Path) -> Path:
    """The same course without anything graded."""
    shutil.copytree(course, to)
    shutil.rmtree(to / ".glia", ignore_errors=True)
    shutil.rmtree(to / "autograded", ignore_errors=True)
    return to


LOOP = "def softmax(z):\n    return z\nwhile True:\n    pass"
ESCAPES = {
    "exit": "import os\ndef softmax(z):\n    os._exit(0)",
    "raises": "def softmax(z):\n    return 1 / 0",
    "syntax": "def softmax(z:\n    return z",
    "toploop": LOOP,
    "patched": (
        "import numpy.testing\nnp.testing.assert_allclose = lambda *a, **k: None\n"
        "np.allclose = lambda *a, **k: True\ndef softmax(z):\n    return z"
    ),
    "forged": (
        "import glia_grader\nglia_grader.grade = lambda *a: 2.0\ngrade = lambda *a: 2.0\n"
        "def softmax(z):\n    return z"
    ),
    "ready": "from scipy.special import softmax as s\ndef softmax(z):\n    return s(z, axis=1)",
}


RIGHT = (
    "def softmax(z):\n    e = np.exp(z - z.max(1, keepdims=True))\n"
    "    return e / e.sum(1, keepdims=True)"
)
# Cells below the graded line: (answer above it or None for the right one, the cell, points).
BELOW = {
    "scratch": ("", "softmax = softmax(np.ones((2, 3)))", 2.0),
    "reset": ("", "%reset -f", 2.0),
    "deleted": ("", "del np, softmax", 2.0),
    "late-answer": ("# nothing yet", RIGHT, 2.0),
    "late-part": ("def softmax(z):\n    return inner(z)", RIGHT.replace("softmax", "inner"), 2.0),
}


def class_of(course):
    """Honest, damaged and hostile submissions, with the points each deserves."""
    good = solved(course)
    text = json.dumps(good)
    deserved = {"ada": (2.0, 2.0), "blank": (0.0, 0.0), "cut": (2.0, 0.0), "renamed": (2.0, 2.0)}
    hand_in(course, "ada", good)
    hand_in(course, "blank", released(course))
    hand_in(course, "cut", text[: text.index("solution-softmax")])
    hand_in(course, "renamed", good, name="my ps1.ipynb")
    hand_in(course, "empty", "")
    for name, source in ESCAPES.items():
        hand_in(course, name, solved(course, softmax=source))
        deserved[name] = (2.0, 0.0)
    twice = solved(course)
    cell = cell_of(twice, "grade-softmax")
    twice["cells"] += [json.loads(json.dumps(cell))] * 2
    cell["source"] = "2.0"
    hand_in(course, "twice", twice)
    deserved["twice"] = (2.0, 2.0)
    for name, (softmax, below, points) in BELOW.items():
        notebook = solved(course, softmax=softmax) if softmax else solved(course)
        place = notebook["cells"].index(cell_of(notebook, "grade-softmax"))
        cell = {"cell_type": "code", "id": name, "metadata": {}, "source": below}
        notebook["cells"].insert(place + 1, cell | {"outputs": [], "execution_count": None})
        hand_in(course, name, notebook)
        deserved[name] = (2.0, points)
    return deserved
