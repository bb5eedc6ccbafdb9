"""The instructor's notebook as the measure of all submissions: which cell means what."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from glia_grader.intake.source import read_source

Role = Literal["text", "free", "check", "locked", "solution", "grade", "written", "task"]
STUB = "# Your code here.\nraise NotImplementedError"


@dataclass(frozen=True)
class ReleaseCell:
    """One cell as it was handed out.

    Attributes:
        index: Its place in the notebook.
        cell_type: "code", "markdown" or "raw".
        source: Its text as students received it.
        role: What it is for.
        grade_id: nbgrader's name of the cell; None for ordinary cells.
        points: What it is worth; 0 if it is not graded.
        exercise: The exercise that a graded cell asks for; None if it holds checks of its own.
        function: The name of the student's function that this exercise judges.
        defines: Names that the cell binds.
        metadata: Its metadata, nbgrader's included.
        attachments: Images pasted into a text cell.
    """

    index: int
    cell_type: str
    source: str
    role: Role
    grade_id: str | None = None
    points: float = 0.0
    exercise: str | None = None
    function: str | None = None
    defines: frozenset[str] = frozenset()
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def restored(self) -> bool:
        """Whether a submission's version of this cell is replaced by this one."""
        return self.role in ("grade", "locked", "task")


@dataclass(frozen=True)
class Release:
    """The notebook as students received it.

    Attributes:
        name: File name without its ending.
        cells: All cells in order.
        kernelspec: The kernel that the notebook names.
        metadata: Notebook metadata.
    """

    name: str
    cells: tuple[ReleaseCell, ...]
    kernelspec: dict[str, Any]
    metadata: dict[str, Any]

    @cached_property
    def by_id(self) -> dict[str, ReleaseCell]:
        """Cells that nbgrader knows, by grade_id."""
        return {c.grade_id: c for c in self.cells if c.grade_id}

    @cached_property
    def graded(self) -> tuple[ReleaseCell, ...]:
        """Cells that carry points, in order."""
        return tuple(c for c in self.cells if c.role in ("grade", "written", "task"))

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        """Names of the exercises, in order."""
        return tuple(c.exercise for c in self.cells if c.exercise)

    @cached_property
    def digest(self) -> str:
        """Changes when any cell, id or number of points changes."""
        parts = [[c.cell_type, c.source, c.grade_id, c.points] for c in self.cells]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @classmethod
    def load(cls, path: Path) -> "Release":
        """Read the instructor's notebook: the released one, or the source with its solutions."""
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls.from_notebook(notebook, Path(path).stem)

    @classmethod
    def from_notebook(cls, notebook: dict[str, Any], name: str) -> "Release":
        """Build the measure from a notebook; solutions between the delimiters become stubs."""
        cells = tuple(_release_cell(i, c) for i, c in enumerate(notebook["cells"]))
        metadata = dict(notebook.get("metadata", {}))
        return cls(name, cells, dict(metadata.get("kernelspec", {})), metadata)


def text_of(source: Any) -> str:
    """A cell's source as one string; notebooks store a string or a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def _release_cell(index: int, cell: dict[str, Any]) -> ReleaseCell:
    metadata = dict(cell.get("metadata", {}))
    nbgrader = metadata.get("nbgrader", {})
    source = _without_solution(text_of(cell["source"]), cell["cell_type"])
    is_code = cell["cell_type"] == "code"
    reading = read_source(source) if is_code else None
    grade, solution = bool(nbgrader.get("grade")), bool(nbgrader.get("solution"))
    role: Role
    if nbgrader.get("task"):
        role = "task"
    elif grade and solution:
        role = "written"
        if not is_code and "checksum" not in nbgrader and "MARK SCHEME" in source:
            source = "*Your answer here.*"
    elif grade:
        role = "grade"
    elif solution:
        role = "solution"
    elif nbgrader.get("locked"):
        role = "locked"
    elif reading and reading.only_checks:
        role = "check"
    else:
        role = "free" if is_code else "text"
    return ReleaseCell(
        index=index,
        cell_type=cell["cell_type"],
        source=source,
        role=role,
        grade_id=nbgrader.get("grade_id") if role not in ("text", "free", "check") else None,
        points=float(nbgrader.get("points", 0)) if grade or role == "task" else 0.0,
        exercise=reading.graded if reading and role == "grade" else None,
        function=reading.function if reading and role == "grade" else None,
        defines=reading.defines if reading else frozenset(),
        metadata=metadata,
        attachments=dict(cell.get("attachments", {})),
    )


def _without_solution(source: str, cell_type: str) -> str:
    if "BEGIN SOLUTION" not in source:
        return source
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            inside = True
            indent = re.match(r"\s*", line)
            stub = STUB if cell_type == "code" else "*Your answer here.*"
            lines += [(indent[0] if indent else "") + text for text in stub.split("\n")]
        elif "END SOLUTION" in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)
