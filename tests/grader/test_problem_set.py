"""Problem set 1 as handed out: sound metadata, solutions worth full marks, stubs worth none."""

import json

import numpy as np
import pytest
from course_builder import PS1, notebook_of
from glia_grader.exercise import all_exercises
from glia_grader.intake import Release
from glia_grader.judge import LocalAnswerer, judge

SOURCE = notebook_of(None)
RELEASE = Release.from_notebook(SOURCE, "ps1")
EXERCISES = all_exercises()


def namespace(cells):
    names = {"np": np}
    for cell in cells:
        if cell.role == "solution":
            exec(compile(cell.source, cell.grade_id, "exec"), names)
    return names


@pytest.fixture(scope="module")
def solved():
    names = {"np": np}
    for cell in SOURCE["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code":
            exec(compile(cell["source"], "solution", "exec"), names)
    return names


def test_metadata_is_nbgraders_schema_3():
    from nbgrader.nbgraderformat import MetadataValidator, read

    with open(PS1, encoding="utf-8") as stream:
        MetadataValidator().validate_nb(read(stream, as_version=4))
    for cell in SOURCE["cells"]:
        given = cell["metadata"].get("nbgrader")
        assert given is None or given["schema_version"] == 3


def test_cells_have_stable_unique_ids_and_no_outputs():
    ids = [cell["id"] for cell in SOURCE["cells"]]
    assert len(set(ids)) == len(ids) and all(i.startswith("ps1-") for i in ids)
    code = [cell for cell in SOURCE["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_every_exercise_is_asked_in_the_order_of_the_course():
    assert len(RELEASE.exercises) == 15
    assert list(RELEASE.exercises) == [n for n in EXERCISES if n in RELEASE.exercises]


def test_each_exercise_has_statement_answer_check_and_grade_in_a_row():
    for cell in RELEASE.graded:
        if cell.exercise is None:
            continue
        statement, answer, check = RELEASE.cells[cell.index - 3 : cell.index]
        assert statement.role == "text" and "**Why.**" in statement.source
        assert "**Shapes.**" in statement.source and "**Example.**" in statement.source
        assert answer.role == "solution" and cell.exercise in answer.defines
        assert check.source == f'check("{cell.exercise}", {cell.exercise})'
        assert cell.source == f'grade("{cell.exercise}", {cell.exercise})'
        assert cell.grade_id == f"grade-{cell.exercise}" and cell.function == cell.exercise


def test_points_agree_with_the_exercises():
    asked = [cell for cell in RELEASE.graded if cell.exercise]
    assert [c.points for c in asked] == [EXERCISES[c.exercise].points for c in asked]
    (written,) = (cell for cell in RELEASE.graded if cell.role == "written")
    assert written.points == 4 and written.cell_type == "markdown"


@pytest.mark.parametrize("name", RELEASE.exercises)
def test_solution_earns_full_marks(solved, name):
    verdict = judge(EXERCISES[name], LocalAnswerer(solved[name]), seed=20240, hidden=True)
    assert verdict.passed and verdict.points == EXERCISES[name].points, verdict.to_text()
    assert verdict.hints == ()


@pytest.mark.parametrize("name", RELEASE.exercises)
def test_solution_is_a_second_implementation(name):
    """Source and reference are written apart, so that one slip cannot hide in both."""
    cell = next(c for c in SOURCE["cells"] if c["source"].startswith(f"def {name}("))
    lines = {line.strip() for line in cell["source"].splitlines()[2:-1]}
    reference = {line.strip() for line in EXERCISES[name].reference_source.splitlines()}
    own = lines - reference - {""}
    assert len(own) >= len(lines) / 2, lines & reference


@pytest.mark.parametrize("name", RELEASE.exercises)
def test_stub_raises_not_implemented_and_earns_nothing(name):
    stub = namespace(RELEASE.cells)[name]
    with pytest.raises(NotImplementedError):
        stub(*[None] * stub.__code__.co_argcount)
    verdict = judge(EXERCISES[name], LocalAnswerer(stub), seed=1, hidden=True)
    assert verdict.points == 0 and verdict.status == "blank"


def test_signature_is_the_one_the_exercise_asks_for(solved):
    for name in RELEASE.exercises:
        code = solved[name].__code__
        assert code.co_varnames[: code.co_argcount] == EXERCISES[name].parameters


def test_release_holds_no_solution():
    text = json.dumps([cell.source for cell in RELEASE.cells])
    for secret in ("SOLUTION", "MARK SCHEME", "logaddexp.reduce", "the same point"):
        assert secret not in text
