"""One run of the whole demo, looked at from every side."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from glia_grader import pipeline
from glia_grader.cli import glia
from glia_grader.demo import cohort
from glia_grader.demo.answers import exercise_names

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading needs the Linux sandbox")


def run(*arguments, cwd):
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")])
    return subprocess.run(
        [sys.executable, "-m", "glia_grader", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--out", "course", "--jobs", 2, "--times", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "course", done.stdout


@pytest.fixture(scope="module")
def records(demo):
    return {r.student: r for r in pipeline.records(demo[0], "ps1")}


@pytest.fixture(scope="module")
def handed(demo):
    import nbformat

    release = nbformat.read(demo[0] / "release" / "ps1" / "ps1.ipynb", as_version=4)
    return {h.student: h for h in cohort.class_list(release)}


def test_the_class_is_large_and_varied(handed):
    assert sum(h.file is not None for h in handed.values()) >= 28
    assert (
        len({name for h in handed.values() for name in h.deserved.values()} - {"right", "nothing"})
        >= 8
    )
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", student) for student in handed)


def test_every_score_is_the_deserved_one(records, handed):
    for student, each in handed.items():
        expected = cohort.deserved_points(each)
        record = records.get(student)
        got = None if record is None or record.unreadable else record.points
        assert got == (None if expected is None else pytest.approx(expected, abs=0.011)), each.what


def test_question_by_question_too(records, handed):
    for student, each in handed.items():
        for exercise, kind in each.deserved.items():
            verdict = records[student].verdicts[exercise]
            if kind == cohort.RIGHT:
                assert verdict.points == 2.0, (student, exercise, verdict)
            elif kind == cohort.NOTHING:
                assert verdict.points == 0.0, (student, exercise, verdict)
            else:
                assert 0 <= verdict.points < 2.0
                assert verdict.diagnosis is not None, (student, exercise, verdict)
                assert verdict.diagnosis.misconception == kind


def test_the_gradebook_holds_the_same(demo, records):
    with sqlite3.connect(demo[0] / "gradebook.db") as book:
        rows = book.execute(
            "select s.student_id, sum(g.auto_score) from grade g "
            "join submitted_notebook n on g.notebook_id = n.id "
            "join submitted_assignment s on n.assignment_id = s.id group by s.student_id"
        ).fetchall()
    stored = dict(rows)
    for student, record in records.items():
        if record.unreadable is None:
            assert stored[student] == pytest.approx(record.points)
        else:
            assert stored.get(student) is None


def test_what_was_done_to_a_file_is_told(records):
    assert records["ethan.brown"].tampering
    assert records["daniel.levy"].tampering
    assert records["oliver.smith"].repairs
    assert records["fatima.benali"].repairs
    assert records["grace.mwangi"].unreadable
    assert not records["amara.okafor"].tampering + records["amara.okafor"].repairs


def test_feedback_for_everyone_who_handed_in(demo, records):
    for student in records:
        page = demo[0] / "feedback" / student / "ps1" / "ps1.html"
        text = page.read_text(encoding="utf-8")
        slim = re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*", "", text)
        assert len(slim.encode()) <= 60_000, student
        assert "<script" not in text
        assert str(demo[0]) not in text
        for name in exercise_names() if records[student].unreadable is None else ():
            assert f'id="q-{name}"' in text


def test_each_misconception_is_named_in_its_feedback(demo, records, handed):
    for student, each in handed.items():
        for exercise, kind in each.deserved.items():
            if kind in (cohort.RIGHT, cohort.NOTHING):
                continue
            page = demo[0] / "feedback" / student / "ps1" / "ps1.html"
            import html

            symptom = records[student].verdicts[exercise].diagnosis.symptom
            assert symptom in html.unescape(page.read_text(encoding="utf-8")), (student, kind)


def test_no_expected_value_reaches_a_student(records):
    for record in records.values():
        for verdict in record.verdicts.values():
            for result in verdict.results:
                assert all(row.role != "expected" for row in result.table)


def test_report_and_output_tell_the_story(demo, handed):
    course, said = demo
    page = (course / "reports" / "ps1.html").read_text(encoding="utf-8")
    for each in handed.values():
        name = f"{each.first_name} {each.last_name}"
        assert name in said
        assert name.replace("'", "&#39;") in page
    assert "3 h late" in said
    assert "All 34 students have the score they deserve." in said
    assert "What to do next" in said
    assert "\x1b" not in said
    links = re.findall(r'href="(\.\./feedback/[^"]+)"', page)
    assert len(links) == 33
    assert all((course / "reports" / link).resolve().is_file() for link in links)


def test_never_over_an_existing_folder(demo):
    before = sorted(p.name for p in demo[0].iterdir())
    again = run("demo", "--out", "course", cwd=demo[0].parent)
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert sorted(p.name for p in demo[0].iterdir()) == before


def test_grading_again_grades_nothing_twice_and_says_so(demo):
    again = CliRunner().invoke(
        glia,
        ["grade", "ps1", "--course", str(demo[0]), "--student", "amara.okafor"],
    )
    assert again.exit_code == 0, again.output
    assert "amara.okafor  30 / 30  (as before)" in again.output
    assert "Amara Okafor" in again.output
    assert "Lin Wei" not in again.output


def test_an_unreadable_file_gives_exit_code_one(demo):
    again = CliRunner().invoke(
        glia, ["grade", "ps1", "--course", str(demo[0]), "--student", "grace.mwangi"]
    )
    assert again.exit_code == 1
    assert "could not be read" in again.output


def test_a_student_without_submission_is_a_usage_error(demo):
    wrong = CliRunner().invoke(
        glia, ["grade", "ps1", "--course", str(demo[0]), "--student", "noah.lindqvist"]
    )
    assert wrong.exit_code == 2
    assert "amara.okafor" in wrong.output


def test_marks_by_hand_reach_report_and_feedback(demo):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{demo[0] / 'gradebook.db'}") as book:
        notebook = book.find_submission_notebook("ps1", "ps1", "amara.okafor")
        for grade in notebook.grades:
            if grade.name == "answer-xor":
                grade.manual_score, grade.needs_manual_grade = 3.5, False
        for comment in notebook.comments:
            if comment.name == "answer-xor":
                comment.manual_comment = "Clear & short."
        book.db.commit()
    done = CliRunner().invoke(glia, ["report", "ps1", "--course", str(demo[0])])
    assert done.exit_code == 0, done.output
    page = (demo[0] / "feedback/amara.okafor/ps1/ps1.html").read_text(encoding="utf-8")
    assert "<b>33.5</b> of 34 points" in page
    assert "Clear &amp; short." in page
    report = (demo[0] / "reports/ps1.html").read_text(encoding="utf-8")
    assert "33.5 / 34" in report
