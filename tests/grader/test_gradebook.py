"""The writer into nbgrader's gradebook: the same rows as nbgrader's own preprocessors."""

import dataclasses
import json
import shutil

import pytest
from course_builder import hand_in, make_course, scores, solved
from glia_grader.course import Course, CourseError
from glia_grader.gradebook import GradebookWriter, UnknownStudent
from glia_grader.record import Record

TENTH = """
from nbgrader.plugins import LateSubmissionPlugin

class TenthAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.1 * score * round(total_seconds_late / 3600)

c.AssignLatePenalties.plugin_class = TenthAnHour
"""


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("gradebook"))
    Course(course).prepare("ps1")
    return course


@pytest.fixture
def course(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "course")


def record_of(course, student="ada", softmax=1.5):
    notebook = solved(course)
    for cell in notebook["cells"]:
        cell.setdefault("metadata", {})
    return Record(
        student=student,
        assignment="ps1",
        notebook="ps1",
        scores={"grade-perceptron_update": 2.0, "grade-softmax": softmax, "answer-xor": None},
        max_scores={"grade-perceptron_update": 2.0, "grade-softmax": 2.0, "answer-xor": 4.0},
        notebook_out=notebook,
    )


def save(course, record, timestamp=""):
    folder = hand_in(course, record.student, "{}", timestamp=timestamp)
    with GradebookWriter(Course(course), "ps1") as writer:
        writer.save(record, folder)
        assert writer.is_current(record, folder)
    return folder


def test_scores_comments_and_need_for_a_human(course):
    blank = solved(course, softmax=solution_stub(course))
    record = dataclasses.replace(record_of(course), notebook_out=blank)
    save(course, record)
    row = scores(course, "ada")
    assert row["grade-perceptron_update"] == (2.0, None, False)
    assert row["grade-softmax"] == (1.5, None, False)
    assert row["answer-xor"] == (None, None, True)
    assert row["comment-solution-softmax"] == "No response."
    assert row["comment-solution-perceptron_update"] is None
    written = course / "autograded" / "ada" / "ps1" / "ps1.ipynb"
    assert json.loads(written.read_text())["cells"] == blank["cells"]
    assert written.stat().st_mode & 0o777 == 0o444


def solution_stub(course):
    path = course / "release" / "ps1" / "ps1.ipynb"
    cells = json.loads(path.read_text())["cells"]
    wanted = "solution-softmax"
    found = (c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == wanted)
    return "".join(next(found)["source"])


def test_manual_scores_survive_a_regrade(course):
    save(course, record_of(course))
    with Course(course).gradebook() as gradebook:
        for name, points in (("answer-xor", 3.0), ("grade-softmax", 1.75)):
            grade = gradebook.find_grade(name, "ps1", "ps1", "ada")
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()
    save(course, record_of(course, softmax=0.5))
    row = scores(course, "ada")
    assert row["answer-xor"] == (None, 3.0, True)  # as nbgrader: a human looks again
    assert row["grade-softmax"] == (0.5, 1.75, True)


def test_one_transaction_a_submission(course):
    """Each costs the disk a wait, and a crash between two would leave half a row."""
    from sqlalchemy import event

    commits = []
    with GradebookWriter(Course(course), "ps1") as writer:
        event.listen(writer.gradebook.engine, "commit", commits.append)
        for student in ("ada", "bob", "eve"):
            writer.save(record_of(course, student), hand_in(course, student, "{}"))
    assert len(commits) == 3
    assert scores(course).keys() == {"ada", "bob", "eve"}


def test_what_fails_half_way_leaves_nothing(course):
    odd = dataclasses.replace(record_of(course), notebook="another")
    with (
        pytest.raises(LookupError, match="got the notebook 'another'"),
        GradebookWriter(Course(course), "ps1") as writer,
    ):
        writer.save(odd, hand_in(course, "ada", "{}"))
    assert scores(course) == {}
    save(course, record_of(course))
    assert scores(course, "ada")["grade-softmax"][0] == 1.5


def test_unreadable_is_not_zero_and_leaves_nothing_stale(course):
    save(course, record_of(course))
    unreadable = Record(
        "ada",
        "ps1",
        "ps1",
        scores=dict.fromkeys(record_of(course).scores),
        max_scores=record_of(course).max_scores,
        unreadable="the file is empty",
    )
    save(course, unreadable)
    row = scores(course, "ada")
    assert all(row[name] == (None, None, True) for name in unreadable.scores)
    assert not (course / "autograded" / "ada" / "ps1" / "ps1.ipynb").exists()


def test_late_penalty_of_the_configured_plugin(course):
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + TENTH)
    with Course(course).gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2026-01-01 12:00:00 UTC")
    save(course, record_of(course), timestamp="2026-01-01 14:00:00 UTC")
    save(course, record_of(course, "bob"), timestamp="2026-01-01 11:00:00 UTC")
    assert scores(course, "ada")["late"] == pytest.approx(0.7)
    assert scores(course, "bob")["late"] is None
    with Course(course).gradebook() as gradebook:
        gradebook.grant_extension("ps1", "ada", hours=5)
    with GradebookWriter(Course(course), "ps1") as writer:
        folder = course / "submitted" / "ada" / "ps1"
        assert not writer.is_current(record_of(course), folder)
    save(course, record_of(course), timestamp="2026-01-01 14:00:00 UTC")
    assert scores(course, "ada")["late"] is None


def test_unknown_students_are_admitted_or_not(course):
    with GradebookWriter(Course(course), "ps1") as writer:
        writer.admit("new")
        assert writer.roster() == ["new"]
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Autograde.create_student = False\n")
    with GradebookWriter(Course(course), "ps1") as writer:
        writer.admit("new")
        with pytest.raises(UnknownStudent, match="'newer' is not in the gradebook"):
            writer.admit("newer")


def test_further_files_are_copied_but_links_not_followed(course, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the gradebook's password")
    folder = hand_in(course, "ada", "{}")
    (folder / "data.csv").write_text("1,2")
    (folder / "leak.txt").symlink_to(secret)
    with GradebookWriter(Course(course), "ps1") as writer:
        writer.save(record_of(course), folder)
    out = course / "autograded" / "ada" / "ps1"
    assert (out / "data.csv").read_text() == "1,2"
    assert not (out / "leak.txt").exists()


def test_database_url_is_honoured(course, tmp_path):
    config = course / "nbgrader_config.py"
    elsewhere = tmp_path / "elsewhere.db"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = 'sqlite:///{elsewhere}'")
    Course(course).prepare("ps1")
    save(course, record_of(course))
    assert elsewhere.exists()
    assert scores(course, "ada")["grade-softmax"] == (1.5, None, False)


def test_malformed_timestamp_is_no_end(course):
    save(course, record_of(course), timestamp="the day before yesterday")
    assert scores(course, "ada")["grade-softmax"] == (1.5, None, False)


def test_course_says_what_is_wrong(tmp_path):
    with pytest.raises(CourseError, match="no course folder"):
        Course(tmp_path / "nowhere")
    with pytest.raises(CourseError, match="no notebook of 'ps9'"):
        Course(tmp_path).prepare("ps9")
    broken = make_course(tmp_path)
    source = broken / "source" / "ps1" / "ps1.ipynb"
    source.write_text(source.read_text().replace("### END SOLUTION", ""))
    with pytest.raises(CourseError, match="cannot generate 'ps1'"):
        Course(broken).prepare("ps1")
