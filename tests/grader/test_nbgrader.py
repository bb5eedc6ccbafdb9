"""The real `nbgrader` commands over this course: the same scores as `glia grade`, row by row."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_builder import ROOT, class_of, hand_in, make_course, released, scores, solved
from glia_grader.course import Course
from glia_grader.pipeline import grade
from glia_grader.sandbox.probe import probe

pytestmark = [
    pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox"),
    pytest.mark.timeout(600),
]


def nbgrader(course, *words, ok=True, **variables):
    """Run the real command in the course folder; its words."""
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")])
    scripts = str(Path(sys.executable).parent)
    home = course.parent / "home"
    home.mkdir(exist_ok=True)
    environment = os.environ | {
        "PYTHONPATH": path,
        "PATH": scripts + os.pathsep + os.environ["PATH"],
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=400,
    )
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == ok, said
    return said


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One class graded twice: by `nbgrader autograde`, and by `glia grade`."""
    by_nbgrader = make_course(tmp_path_factory.mktemp("nbgrader"))
    nbgrader(by_nbgrader, "generate_assignment", "ps1")
    deserved = class_of(by_nbgrader)
    (by_nbgrader / ".glia").mkdir()
    (by_nbgrader / ".glia" / "seed").write_text("7")
    by_glia = shutil.copytree(by_nbgrader, tmp_path_factory.mktemp("glia") / "course")
    said = nbgrader(by_nbgrader, "autograde", "ps1", ok=False)
    grade(by_glia, "ps1", jobs=2)
    return by_nbgrader, by_glia, deserved, said


def test_same_rows(both):
    by_nbgrader, by_glia, deserved, _ = both
    rows = scores(by_nbgrader)
    assert rows == scores(by_glia)
    assert {s: rows[s]["grade-softmax"][0] for s in deserved} == {
        s: points[1] for s, points in deserved.items()
    }


def test_same_notebooks(both):
    by_nbgrader, by_glia, deserved, _ = both
    for student in deserved:
        ours, theirs = (
            json.loads((c / "autograded" / student / "ps1" / "ps1.ipynb").read_text())["cells"]
            for c in (by_glia, by_nbgrader)
        )
        assert ["".join(c["source"]) for c in ours] == ["".join(c["source"]) for c in theirs]
        assert [c["metadata"] for c in ours] == [c["metadata"] for c in theirs]


def test_batch_goes_on_past_the_unreadable_and_reports_it(both):
    said = both[3]
    assert "the file is empty" in said
    assert said.count("There was an error processing assignment:") == 1  # nobody else suffered
    assert "Repaired: " in said and "Changed by the student: " in said


def test_what_nbgrader_graded_is_not_graded_again(both):
    by_nbgrader, _, deserved, _ = both
    before = scores(by_nbgrader)
    result = grade(by_nbgrader, "ps1", jobs=1)
    assert result.reused == len(deserved)
    assert result.graded == 1  # the unreadable one never came to nbgrader's grader
    assert scores(by_nbgrader) == before


def test_feedback_and_export(both):
    by_glia = both[1]
    nbgrader(by_glia, "generate_feedback", "ps1")
    page = (by_glia / "feedback" / "ada" / "ps1" / "ps1.html").read_text()
    assert "softmax" in page and "Score: 4.0 / 8.0" in page
    nbgrader(by_glia, "export")
    lines = (by_glia / "grades.csv").read_text().splitlines()
    row = next(line for line in lines if ",ada," in line)
    ada = dict(zip(lines[0].split(","), row.split(","), strict=True))
    assert float(ada["score"]) == 4.0 and float(ada["max_score"]) == 8.0


def test_the_formgraders_button(both, tmp_path):
    """The formgrader autogrades through nbgrader's API, in the server's own process."""
    from glia_grader.course import alembic_on_path
    from glia_grader.nbgrader import _shops
    from nbgrader.apps.api import NbGraderAPI

    course = shutil.copytree(both[0], tmp_path / "course")
    hand_in(course, "ada", solved(course, softmax="def softmax(z):\n    return z"))
    config = Course(course).config
    config.Exchange.root = str(tmp_path)
    with alembic_on_path():
        result = NbGraderAPI(config=config).autograde("ps1", "ada", force=True)
    _shops.close()
    assert result["success"], result
    assert scores(course, "ada")["grade-softmax"] == (0.0, None, False)


@pytest.mark.slow
def test_through_the_exchange(tmp_path):
    """Release, fetch, submit, collect, autograde: the way of a real course."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    course = make_course(tmp_path, config=f"c.Exchange.root = {str(exchange)!r}")
    nbgrader(course, "generate_assignment", "ps1")
    nbgrader(course, "release_assignment", "ps1")
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
        "c.CourseDirectory.course_id = 'glia'\n"
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\n"
    )
    nbgrader(desk, "fetch_assignment", "ps1")
    (desk / "ps1" / "ps1.ipynb").write_text(json.dumps(solved(course)))
    nbgrader(desk, "submit", "ps1")
    nbgrader(course, "collect", "ps1")
    nbgrader(course, "autograde", "ps1")
    ((student, row),) = scores(course).items()
    assert row["grade-softmax"] == (2.0, None, False)
    assert (course / "submitted" / student / "ps1" / "timestamp.txt").exists()


@pytest.mark.slow
def test_stock_nbgrader_scores_honest_work_alike(tmp_path):
    """Without our plugs nbgrader runs the graded cells in the student's kernel."""
    course = make_course(tmp_path)
    config = course / "nbgrader_config.py"
    plugged = config.read_text()
    config.write_text(plugged.split("# sandbox:")[0])
    nbgrader(course, "generate_assignment", "ps1")
    part = "def softmax(z):\n    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)"
    hand_in(course, "ada", solved(course))
    hand_in(course, "part", solved(course, softmax=part))
    hand_in(course, "blank", released(course))
    nbgrader(course, "autograde", "ps1")
    stock = scores(course)
    assert 0 < stock["part"]["grade-softmax"][0] < 2
    config.write_text(plugged)
    grade(course, "ps1", jobs=2, seed=3, force=True)
    assert scores(course) == stock


def test_plugs_are_imported_by_name_and_course_opens():
    """The configuration that courses copy names things that exist."""
    from traitlets.utils.importstring import import_item

    course = Course(ROOT / "course")
    settings = course.config.Autograde
    names = [settings.exporter_class, settings.pre_convert_hook]
    names += [*settings.sanitize_preprocessors, *settings.autograde_preprocessors]
    assert all(callable(import_item(name)) for name in names)
