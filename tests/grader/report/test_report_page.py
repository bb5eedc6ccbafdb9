import re

import pytest
from glia_grader import report
from glia_grader.feedback import Manual
from glia_grader.record import Record
from glia_grader.report.gather import ClassData, Row
from glia_grader.verdict import CheckResult, Diagnosis, Verdict


def verdict(name, points, status, diagnosis=None):
    result = CheckResult("values", "The values", status == "passed", 2, "")
    return Verdict(name, points, 2.0, (result,), diagnosis, ("Ask this",), status, name.title())


def row(student, first, second, *, written=None, **more):
    slip = Diagnosis("wrong_axis", "axis=0 is a row <x>", "Columns sum to 1.")
    record = Record(
        student,
        "ps1",
        "ps1",
        verdicts={
            "softmax": verdict("softmax", *first, slip if first[1] == "partial" else None),
            "losses": verdict("losses", *second),
        },
        scores={"grade-softmax": first[0], "grade-losses": second[0], "answer": written},
        max_scores={"grade-softmax": 2.0, "grade-losses": 2.0, "answer": 4.0},
        seconds=0.5,
        tier=1,
        seed_hash="abc",
        **more,
    )
    link = f"../feedback/{student}/ps1"
    return Row(student, student.title(), [record], handed_in=True, link=link)


RIGHT, PART, BLANK, FAILED = (2.0, "passed"), (1.0, "partial"), (0.0, "blank"), (0.0, "failed")


@pytest.fixture
def data():
    rows = [row(f"s{i}", RIGHT, RIGHT if i % 2 else FAILED) for i in range(8)]
    rows += [row("slip", PART, RIGHT), row("none", BLANK, BLANK, written=0.0)]
    rows += [row("edited", RIGHT, RIGHT, tampering=("grade-softmax was edited",))]
    lost = Record("lost", "ps1", "ps1", unreadable="the file is empty", max_scores={"a": 2.0})
    rows += [Row("lost", "Lost", [lost], handed_in=True), Row("away", "Away")]
    rows += [Row("new", "New", [], handed_in=True)]
    return ClassData("ps1", rows)


def test_states_are_told_apart(data):
    states = {r.student: r.state for r in data.rows}
    assert states["lost"] == "unreadable"
    assert states["away"] == "missing"
    assert states["new"] == "ungraded"
    assert states["none"] == "graded"
    assert states["slip"] == "waiting"
    points = {r.student: r.points for r in data.rows}
    assert points["none"] == 0.0
    assert points["lost"] is points["away"] is points["new"] is None


def test_the_page_says_so(data):
    page = report.page(data)
    assert "<b>13</b>of 14 students handed in" in page
    for words in ("could not be read", "nothing handed in", "handed in, not graded", "0 / 8"):
        assert words in page
    assert "grade-softmax was edited" in page
    assert "Sandbox tier 1" in page
    assert "seed abc" in page


def test_a_misconception_is_counted_and_escaped(data):
    page = report.page(data)
    assert "axis=0 is a row &lt;x&gt;" in page
    assert "Ask: Ask this" in page
    assert "Slip" in page


def test_figures_have_words_and_tables_behind_them(data):
    page = report.page(data)
    images = re.findall(r"<img [^>]*>", page)
    assert len(images) == 3
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
    assert page.count("<table") >= 4
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "<script" not in page


def test_links_lead_to_the_feedback(data):
    page = report.page(data)
    assert 'href="../feedback/s0/ps1/ps1.html"' in page
    assert "feedback/away" not in page


def test_marks_by_hand_and_lateness_count(data):
    one = next(r for r in data.rows if r.student == "slip")
    one.manual["answer"] = Manual(3.0, 4.0)
    one.penalty = 0.5
    assert one.state == "graded"
    assert (one.points, one.possible) == (5.5, 8.0)
    assert "0.5 off for lateness" in report.page(data)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_tiny_class_is_no_error(data, size):
    small = ClassData("ps1", data.rows[:size])
    assert "</html>" in report.page(small)


def test_a_class_without_any_readable_file(data):
    page = report.page(ClassData("ps1", [r for r in data.rows if r.student == "lost"]))
    assert "1 could not be read" in page
    assert "<img" not in page


def test_the_same_class_gives_the_same_page(data):
    assert report.page(data) == report.page(data)
