"""A class through the real sandbox into a real gradebook, killed and disturbed on the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from course_builder import ROOT, class_of, hand_in, make_course, scores, solved
from glia_grader.budget import Budget
from glia_grader.course import Course, CourseError
from glia_grader.journal import Journal
from glia_grader.lock import CourseBusy, course_lock
from glia_grader.pipeline import grade, records
from glia_grader.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

# Long enough for an import of scipy on a busy machine: what is compared must not hang on the clock.
QUICK = Budget(cell=4.0)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("class"))
    Course(course).prepare("ps1")
    return course


@pytest.fixture(scope="module")
def graded(pristine, tmp_path_factory):
    course = shutil.copytree(pristine, tmp_path_factory.mktemp("graded") / "course")
    deserved = class_of(course)
    result = grade(course, "ps1", jobs=2, seed=7, budget=QUICK)
    return course, deserved, result


@pytest.fixture
def course(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "course")


def test_everyone_gets_what_they_deserve(graded):
    course, deserved, result = graded
    rows = scores(course)
    assert {
        s: (rows[s]["grade-perceptron_update"][0], rows[s]["grade-softmax"][0]) for s in deserved
    } == deserved
    assert rows["empty"]["grade-softmax"] == (None, None, True)
    assert result.graded == len(deserved) + 1 and result.reused == 0 and result.missing == []
    assert sorted(r.student for r in result.records) == [r.student for r in result.records]


def test_records_say_what_happened(graded):
    by = {r.student: r for r in graded[2].records}
    assert by["empty"].state == "unreadable" and by["empty"].unreadable == "the file is empty"
    assert by["blank"].untouched and not by["ada"].untouched
    assert any("longer than" in words for words in by["toploop"].events)
    assert by["toploop"].verdicts["softmax"].status == "timeout"
    assert by["exit"].verdicts["softmax"].status == "died"
    assert "scipy" in by["ready"].verdicts["softmax"].first_failure.message
    assert any("copy" in words for words in by["twice"].tampering)
    assert by["ada"].repairs == by["ada"].tampering == by["ada"].events == ()
    assert by["ada"].needs_human == ("answer-xor",) and by["ada"].points == 4


def test_autograded_notebook_shows_outputs_and_verdicts(graded):
    import nbformat

    course = graded[0]
    path = course / "autograded" / "ada" / "ps1" / "ps1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cell = next(c for c in notebook.cells if c.source.startswith('grade("softmax"'))
    (output,) = cell.outputs
    assert output["output_type"] == "execute_result"
    assert output["data"]["text/plain"] == "2.0" and "softmax" in output["data"]["text/html"]


def test_running_again_grades_nothing_and_changes_nothing(graded):
    course = graded[0]
    before = scores(course)
    with Course(course).gradebook() as gradebook:
        one = gradebook.find_grade("answer-xor", "ps1", "ps1", "ada")
        one.manual_score, one.needs_manual_grade = 3.0, False
        gradebook.db.commit()
    again = grade(course, "ps1", jobs=1, seed=7, budget=QUICK)
    assert again.graded == 0 and again.reused == len(graded[2].records)
    after = scores(course)
    assert after["ada"].pop("answer-xor") == (None, 3.0, False)  # marked by hand, left alone
    before["ada"].pop("answer-xor")
    assert after == before
    assert [r.to_dict() for r in again.records] == [r.to_dict() for r in graded[2].records]
    assert [r.student for r in records(course, "ps1")] == [r.student for r in again.records]


def test_changed_work_is_graded_again_and_only_that(course):
    hand_in(course, "ada", solved(course))
    hand_in(course, "bob", solved(course))
    grade(course, "ps1", jobs=2, seed=7)
    hand_in(course, "bob", solved(course, softmax="def softmax(z):\n    return z"))
    second = grade(course, "ps1", jobs=2, seed=7)
    assert (second.graded, second.reused) == (1, 1)
    assert scores(course, "bob")["grade-softmax"][0] == 0.0
    assert grade(course, "ps1", jobs=1, seed=8, students=["ada"]).graded == 1  # another seed
    with pytest.raises(CourseError, match="nothing was handed in for ps1 by: carl"):
        grade(course, "ps1", students=["carl"])


def test_scores_do_not_depend_on_the_order_or_the_number_of_jobs(graded, pristine, tmp_path):
    course = shutil.copytree(pristine, tmp_path / "course")
    for student in ("ready", "raises", "ada"):
        shutil.copytree(graded[0] / "submitted" / student, course / "submitted" / student)
    result = grade(course, "ps1", jobs=1, seed=7, budget=QUICK)
    first = {r.student: r for r in graded[2].records}
    for record in result.records:
        assert record.scores == first[record.student].scores
        assert record.verdicts == first[record.student].verdicts


def test_own_seed_is_secret_and_only_its_hash_is_told(course):
    hand_in(course, "ada", solved(course))
    result = grade(course, "ps1", jobs=1)
    path = course / ".glia" / "seed"
    assert path.stat().st_mode & 0o777 == 0o600
    seed = path.read_text().strip()
    assert result.seed_hash and seed not in json.dumps([r.to_dict() for r in result.records])


def test_second_run_on_the_same_course_is_refused(course):
    with course_lock(course), pytest.raises(CourseBusy, match=f"process {os.getpid()}"):
        grade(course, "ps1")


def test_two_commands_at_once(course):
    """Two real processes: one grades, the other is told which and leaves; nothing is lost."""
    for number in range(4):
        hand_in(course, f"s{number}", solved(course, written=f"Words of s{number}."))
    command = [sys.executable, "-m", "glia_grader", "grade", "ps1", "--course", str(course)]
    holder = course / ".glia" / "running"
    with open(course.parent / "said", "w+b") as said:
        first = subprocess.Popen(
            [*command, "--jobs", "1"], env=_environment(), stdout=said, stderr=said
        )
        end = time.monotonic() + 60
        while not holder.exists() and time.monotonic() < end:
            time.sleep(0.01)
        first.send_signal(signal.SIGSTOP)  # however slowly the second one starts
        second = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, timeout=100
        )
        first.send_signal(signal.SIGCONT)
        told = " ".join((second.stdout + second.stderr).split())
        assert second.returncode == 3, told
        assert "another run is grading" in told and f"process {first.pid}" in told
        assert first.wait(timeout=100) == 0
    assert {row["grade-softmax"][0] for row in scores(course).values()} == {2.0}
    assert not holder.exists()


def test_exercise_that_does_not_exist(course):
    path = course / "release" / "ps1" / "ps1.ipynb"
    path.write_text(path.read_text().replace('grade(\\"softmax\\"', 'grade(\\"softmin\\"'))
    with pytest.raises(CourseError, match="exercises that do not exist: softmin"):
        grade(course, "ps1")


@pytest.mark.slow
def test_locked_gradebook_is_told_and_nothing_is_lost(course):
    import sqlite3

    hand_in(course, "ada", solved(course))
    other = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match="locked"):
        grade(course, "ps1", jobs=1, seed=7)
    other.execute("ROLLBACK")
    other.close()
    assert grade(course, "ps1", jobs=1, seed=7).records[0].points == 4


def test_importing_the_pipeline_does_not_pay_for_nbgrader():
    code = (
        "import sys, glia_grader.intake, glia_grader.pipeline\n"
        "slow = {'nbgrader', 'nbconvert', 'nbformat', 'sqlalchemy'} & sys.modules.keys()\n"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], env=_environment(), check=True)


RUN = """
import sys
from glia_grader.pipeline import grade, Budget
grade(sys.argv[1], "ps1", jobs=2, seed=7, budget=Budget(cell=4.0))
"""


def test_killed_and_run_again(graded, pristine, tmp_path):
    """kill -9 in the middle; then the same scores, nothing graded twice."""
    _kill_and_finish(graded, pristine, tmp_path, (4,))


@pytest.mark.slow
def test_killed_again_and_again(graded, pristine, tmp_path):
    _kill_and_finish(graded, pristine, tmp_path, (0, 1, 2, 3, 5, 8, 10))


def _kill_and_finish(graded, pristine, tmp_path, moments):
    course = shutil.copytree(pristine, tmp_path / "course")
    shutil.copytree(graded[0] / "submitted", course / "submitted")
    journal = course / ".glia" / "ps1" / "journal.jsonl"
    for finished in moments:
        process = subprocess.Popen([sys.executable, "-c", RUN, str(course)], env=_environment())
        end = time.monotonic() + 120
        while time.monotonic() < end and process.poll() is None:
            if (journal.exists() or not finished) and _lines(journal) >= finished:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = len(Journal(course / ".glia" / "ps1").known())
    assert kept >= moments[-1]
    result = grade(course, "ps1", jobs=2, seed=7, budget=QUICK)
    assert result.reused == kept and result.graded == len(graded[2].records) - kept
    first = {r.student: (r.scores, r.verdicts) for r in graded[2].records}
    assert {r.student: (r.scores, r.verdicts) for r in result.records} == first
    assert scores(course) | {"ada": 0} == scores(graded[0]) | {"ada": 0}  # ada: marked by hand
    lines = [(e.student, e.key) for e in Journal(course / ".glia" / "ps1").lines()]
    assert len(lines) == len(set(lines)) == len(graded[2].records)


def _lines(journal):
    return journal.read_bytes().count(b"{") if journal.exists() else 0


def _environment():
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")])
    return os.environ | {"PYTHONPATH": path}
