"""The problem sets as handed out: sound metadata, solutions worth full marks, stubs worth none."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from course_builder import ROOT
from glia_grader.exercise import all_exercises
from glia_grader.intake import Release
from glia_grader.judge import LocalAnswerer, judge

EXERCISES = all_exercises()
SOURCES = ROOT / "course" / "source"
# What must not be in a release, beside the delimiters: pieces of solutions and model answers.
SECRETS = {
    "ps1": ("logaddexp.reduce", "the same point"),
    "ps2": ("np.einsum", "Horner", "slope_so_far", "jumps across the valley"),
    "ps3": ("np.heaviside", "hand in hand", "fan_in", "summarises everything above it"),
    "ps5": ("sliding_window_view", "np.add.at", "under the turned filters", "120$ million"),
    "ps6": ("np.cumprod", "surprise", "through2", "X-rays"),
    "ps7": ("np.logaddexp", "zip(x, mask)", "so can the blame"),
    "ps8": ("np.logaddexp", "np.einsum", "glia.optim.Adam", "nobody else has to wait"),
}
COUNTS = {"ps1": 15, "ps2": 11, "ps3": 12, "ps5": 12, "ps6": 10, "ps7": 12, "ps8": 12}


@dataclass(frozen=True)
class ProblemSet:
    """One problem set's source notebook, and what becomes of it when it is released."""

    name: str

    @cached_property
    def source(self) -> dict[str, Any]:
        path = SOURCES / self.name / f"{self.name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        return notebook

    @cached_property
    def release(self) -> Release:
        return Release.from_notebook(self.source, self.name)

    @cached_property
    def solved(self) -> dict[str, Any]:
        """What the source's own code cells define."""
        cells = [c["source"] for c in self.source["cells"] if c["cell_type"] == "code"]
        return _names(c for c in cells if not c.startswith(("check(", "grade(")))

    @cached_property
    def stubs(self) -> dict[str, Any]:
        return _names(c.source for c in self.release.cells if c.role == "solution"
                      and c.cell_type == "code")  # fmt: skip


def _names(sources) -> dict[str, Any]:
    names: dict[str, Any] = {"np": np}
    for source in sources:
        exec(compile(source, "cell", "exec"), names)
    return names


SETS = {path.name: ProblemSet(path.name) for path in sorted(SOURCES.iterdir())}
by_set = pytest.mark.parametrize("given", SETS.values(), ids=SETS)
by_answer = pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param(s, n, id=f"{s.name}-{n}", marks=[pytest.mark.slow] * EXERCISES[n].milestone)
        for s in SETS.values()
        for n in s.release.exercises
    ],
)


def test_every_exercise_is_in_one_problem_set():
    asked = [name for given in SETS.values() for name in given.release.exercises]
    assert len(set(asked)) == len(asked) and set(asked) == set(EXERCISES)


@by_set
def test_metadata_is_nbgraders_schema_3(given):
    from nbgrader.nbgraderformat import MetadataValidator, read

    with open(SOURCES / given.name / f"{given.name}.ipynb", encoding="utf-8") as stream:
        MetadataValidator().validate_nb(read(stream, as_version=4))
    for cell in given.source["cells"]:
        nbgrader = cell["metadata"].get("nbgrader")
        assert nbgrader is None or nbgrader["schema_version"] == 3


@by_set
def test_cells_have_stable_unique_ids_and_no_outputs(given):
    ids = [cell["id"] for cell in given.source["cells"]]
    assert len(set(ids)) == len(ids) and all(i.startswith(f"{given.name}-") for i in ids)
    code = [cell for cell in given.source["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@by_set
def test_every_exercise_is_asked_in_the_order_of_the_course(given):
    asked = given.release.exercises
    assert len(asked) == COUNTS[given.name]
    assert list(asked) == [n for n in EXERCISES if n in asked]


@by_set
def test_each_exercise_has_statement_answer_check_and_grade_in_a_row(given):
    for cell in given.release.graded:
        if cell.exercise is None:
            continue
        statement, answer, check = given.release.cells[cell.index - 3 : cell.index]
        assert statement.role == "text" and "**Why.**" in statement.source
        assert "**Shapes.**" in statement.source and "**Example.**" in statement.source
        assert answer.role == "solution" and cell.exercise in answer.defines
        assert check.source == f'check("{cell.exercise}", {cell.exercise})'
        assert cell.source == f'grade("{cell.exercise}", {cell.exercise})'
        assert cell.grade_id == f"grade-{cell.exercise}" and cell.function == cell.exercise


@by_set
def test_run_all_goes_on_after_a_question_without_points(given):
    graded = {c.grade_id for c in given.release.graded if c.exercise}
    for cell in given.source["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in graded:
            assert cell["metadata"]["tags"] == ["raises-exception"]  # JupyterLab's word for it


@by_set
def test_points_agree_with_the_exercises(given):
    asked = [cell for cell in given.release.graded if cell.exercise]
    assert [c.points for c in asked] == [EXERCISES[c.exercise].points for c in asked]
    (written,) = (cell for cell in given.release.graded if cell.role == "written")
    assert written.points == 4 and written.cell_type == "markdown"


@by_answer
def test_solution_earns_full_marks(given, name):
    verdict = judge(EXERCISES[name], LocalAnswerer(given.solved[name]), seed=20240, hidden=True)
    assert verdict.passed and verdict.points == EXERCISES[name].points, verdict.to_text()
    assert verdict.hints == ()


@by_answer
def test_solution_is_a_second_implementation(given, name):
    """Source and reference are written apart, so that one slip cannot hide in both."""
    cell = next(c for c in given.source["cells"] if c["source"].startswith(f"def {name}("))
    lines = {line.strip() for line in cell["source"].splitlines()[2:-1]}
    reference = {line.strip() for line in EXERCISES[name].reference_source.splitlines()}
    own = lines - reference - {""}
    assert len(own) >= len(lines) / 2, lines & reference


@by_answer
def test_stub_raises_not_implemented_and_earns_nothing(given, name):
    stub = given.stubs[name]
    with pytest.raises(NotImplementedError):
        stub(*[None] * stub.__code__.co_argcount)
    verdict = judge(EXERCISES[name], LocalAnswerer(stub), seed=1, hidden=True)
    assert verdict.points == 0 and verdict.status == "blank"


@by_answer
def test_signature_is_the_one_the_exercise_asks_for(given, name):
    code = given.solved[name].__code__
    assert code.co_varnames[: code.co_argcount] == EXERCISES[name].parameters


@by_set
def test_release_holds_no_solution(given):
    text = json.dumps([cell.source for cell in given.release.cells])
    whole = json.dumps(given.source["cells"])
    for secret in ("SOLUTION", "MARK SCHEME", *SECRETS[given.name]):
        assert secret in whole
        assert secret not in text
