"""Problem set 2 on its way through a course: handed out, solved, handed in, graded."""

import json
import shutil

import pytest
from course_builder import ROOT
from glia_grader.course import Course
from glia_grader.pipeline import grade

FULL = 10 * 2 + 6  # the written answer is marked by hand


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    course = tmp_path_factory.mktemp("ps2") / "course"
    shutil.copytree(ROOT / "course" / "source" / "ps2", course / "source" / "ps2")
    shutil.copy(ROOT / "course" / "nbgrader_config.py", course)
    Course(course).prepare("ps2")
    source = json.loads((course / "source" / "ps2" / "ps2.ipynb").read_text(encoding="utf-8"))
    solutions = {c["id"]: c["source"] for c in source["cells"] if _is_solution(c)}
    released = json.loads((course / "release" / "ps2" / "ps2.ipynb").read_text(encoding="utf-8"))
    (course / "submitted" / "blank" / "ps2").mkdir(parents=True)
    (course / "submitted" / "ada" / "ps2").mkdir(parents=True)
    (course / "submitted" / "blank" / "ps2" / "ps2.ipynb").write_text(json.dumps(released))
    for cell in released["cells"]:
        cell["source"] = solutions.get(cell["id"], cell["source"])
    (course / "submitted" / "ada" / "ps2" / "ps2.ipynb").write_text(json.dumps(released))
    result = grade(course, "ps2", jobs=1)
    return {record.student: record for record in result.records}


def _is_solution(cell):
    return cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")


def test_the_solutions_earn_everything(graded):
    record = graded["ada"]
    failed = [v.to_text() for v in record.verdicts.values() if not v.passed]
    assert not failed
    assert sum(v.points for v in record.verdicts.values()) == FULL
    assert record.tampering == record.repairs == ()


def test_the_release_earns_nothing(graded):
    verdicts = graded["blank"].verdicts
    assert {v.status for v in verdicts.values()} == {"blank"}
