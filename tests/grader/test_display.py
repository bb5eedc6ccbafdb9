"""The verdict as HTML and as text."""

import functools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from glia_grader import check
from glia_grader.exercise import all_exercises
from glia_grader.judge import LocalAnswerer, judge

VOID = {"br", "hr", "img", "input", "meta"}
# A milestone's verdict looks like any other and takes a training to get.
EXERCISES = [e for e in all_exercises().values() if not e.milestone]
ANSWERS = {f"{e.name}-{m.name}": (e, m.solution) for e in EXERCISES for m in e.misconceptions} | {
    e.name: (e, e.reference) for e in EXERCISES
}


@functools.cache
def verdict_on(name):
    exercise, answer = ANSWERS[name]
    return judge(exercise, LocalAnswerer(answer), seed=6)


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.text = [], []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "iframe", "link", "object")
        assert not any(k.startswith("on") for k, _ in attrs)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_html_is_well_formed_self_contained_and_says_it_in_words(name):
    verdict = verdict_on(name)
    html = verdict.to_html()
    parser = Balanced()
    parser.feed(html)
    assert not parser.stack
    text = " ".join(parser.text)
    assert not re.search(r"https?:|url\(|src=|href=", html)
    assert 'role="status"' in html and 'aria-label="Check of' in html
    assert f"{verdict.points:g} of {verdict.max_points:g} points" in text
    assert ("All checks passed" in text) == verdict.passed
    # Colour never speaks alone: each line has its sign and its word.
    for result in verdict.results:
        assert result.title in text
    assert text.count("· passed") == sum(r.passed for r in verdict.results)
    if not verdict.passed:
        assert "✗" in text
        for hint in verdict.hints:
            assert hint in text


@pytest.mark.parametrize("name", ANSWERS)
def test_the_text_fits_a_terminal(name):
    verdict = verdict_on(name)
    text = verdict.to_text()
    assert verdict.exercise in text.splitlines()[0]
    assert "\x1b" not in text
    if verdict.diagnosis:
        assert verdict.diagnosis.symptom in text
        assert "hint=2" in text
    assert all(r.title in text for r in verdict.results)


def test_the_failing_case_is_a_table_of_input_yours_expected():
    verdict = verdict_on("softmax-whole_array")
    html = verdict.to_html()
    assert html.count("<tr>") == 3
    assert "✗ your result" in html and "✓ expected" in html
    assert "<table" not in verdict.to_html(hidden=True)


def test_what_the_student_wrote_is_escaped():
    def softmax(z):
        raise ValueError("<script>alert(1)</script>")

    html = check("softmax", softmax).to_html()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_differences_beyond_four_digits_are_shown():
    exercise = all_exercises()["softmax"]
    answer = LocalAnswerer(lambda z: exercise.reference(z) * (1 + 3e-7))
    rows = {r.role: r.text for r in judge(exercise, answer, seed=1).first_failure.table}
    assert rows["yours"] != rows["expected"]


def test_long_arrays_are_cut():
    exercise = all_exercises()["softmax"]

    def big(z):
        return np.zeros((200, 200))

    rows = judge(exercise, LocalAnswerer(big), seed=1).first_failure.table
    assert all(len(r.text) < 700 for r in rows)
