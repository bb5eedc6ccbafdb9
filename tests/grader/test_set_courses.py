"""Each problem set on its way through a course: handed out, solved, handed in, graded twice."""

import json
import shutil
import time

import pytest
from course_builder import ROOT, hand_in
from glia_grader.course import Course
from glia_grader.exercise import all_exercises
from glia_grader.intake import Release
from glia_grader.pipeline import grade
from glia_grader.sandbox.probe import probe
from test_nbgrader import nbgrader

SETS = sorted(path.name for path in (ROOT / "course" / "source").iterdir())
QUICK = ("ps2",)  # the others in the slow ring
WALLS = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")
pytestmark = pytest.mark.timeout(300)
by_set = pytest.mark.parametrize(
    "name",
    [pytest.param(s, marks=[] if s in QUICK else [pytest.mark.slow], id=s) for s in SETS],
)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course of one set: the release as it is, and the release with the solutions pasted in."""
    made = {}

    def course_of(name):
        if name not in made:
            made[name] = _course(name, tmp_path_factory.mktemp(name) / "course")
        return made[name]

    return course_of


@pytest.fixture(scope="module")
def graded(handed_in):
    """What `glia grade` says: student -> record, and the seconds it took."""
    made = {}

    def records_of(name):
        if name not in made:
            start = time.perf_counter()
            result = grade(handed_in(name), name, jobs=1)
            seconds = time.perf_counter() - start
            made[name] = {record.student: record for record in result.records}, seconds
        return made[name]

    return records_of


def _course(name, course):
    shutil.copytree(ROOT / "course" / "source" / name, course / "source" / name)
    shutil.copy(ROOT / "course" / "nbgrader_config.py", course)
    Course(course).prepare(name)
    released = _read(course / "release" / name / f"{name}.ipynb")
    solutions = {
        cell["id"]: cell["source"]
        for cell in _read(course / "source" / name / f"{name}.ipynb")["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
    }
    hand_in(course, "blank", released, assignment=name)
    for cell in released["cells"]:
        cell["source"] = solutions.get(cell["id"], cell["source"])
    hand_in(course, "ada", released, assignment=name)
    return course


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _points(name):
    """grade_id -> points of all that is marked by a machine."""
    release = Release.from_notebook(
        _read(ROOT / "course" / "source" / name / f"{name}.ipynb"), name
    )
    return {cell.grade_id: cell.points for cell in release.graded if cell.exercise}


@by_set
def test_the_solutions_earn_everything(graded, name):
    record = graded(name)[0]["ada"]
    failed = [v.to_text() for v in record.verdicts.values() if not v.passed]
    assert not failed
    assert sum(v.points for v in record.verdicts.values()) == sum(_points(name).values())
    assert record.tampering == record.repairs == ()


@by_set
def test_the_release_earns_nothing(graded, name):
    verdicts = graded(name)[0]["blank"].verdicts
    assert {v.status for v in verdicts.values()} == {"blank"}


@WALLS
@by_set
def test_it_is_graded_in_seconds(graded, name):
    """Two submissions one after the other, with two milestones' worth of training at most."""
    records, seconds = graded(name)
    milestones = [v for v in records["ada"].verdicts if all_exercises()[v].milestone]
    print(f"{name}: {records['ada'].seconds:.1f} s for the solutions, {seconds:.1f} s for both")
    assert records["ada"].seconds < 5 + 30 * len(milestones)


@pytest.mark.slow
@WALLS
@pytest.mark.parametrize("name", SETS)
def test_nbgrader_autograde_says_the_same(handed_in, name, tmp_path):
    course = shutil.copytree(handed_in(name), tmp_path / "course")
    shutil.rmtree(course / ".glia", ignore_errors=True)
    shutil.rmtree(course / "autograded", ignore_errors=True)
    nbgrader(course, "autograde", name)
    found = {}
    with Course(course).gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(name):
            (notebook,) = submission.notebooks
            found[submission.student.id] = {g.name: g.auto_score for g in notebook.grades}
    full = _points(name)
    assert {k: found["ada"][k] for k in full} == full
    assert {found["blank"][k] for k in full} == {0.0}
