"""Quiz questions as data, the marks, and the chapters' questions themselves."""

import re

import pytest
from glia.widgets import Choice, Question, Quiz
from glia.widgets.quizzes import chapters, questions, quiz

RIGHT, WRONG = Choice("4", True, "Yes."), Choice("5", why="One too many.")


def test_a_question_has_exactly_one_right_choice():
    with pytest.raises(ValueError, match="0 right choices"):
        Question("2 + 2?", [WRONG, Choice("6", why="Two too many.")])
    with pytest.raises(ValueError, match="2 right choices"):
        Question("2 + 2?", [RIGHT, Choice("four", True, "Yes, in words.")])


def test_every_choice_is_explained():
    with pytest.raises(ValueError, match="'5' lacks its 'why'"):
        Question("2 + 2?", [RIGHT, Choice("5", why="  ")])


def test_one_choice_is_no_question_and_twins_are_refused():
    with pytest.raises(ValueError, match="1 choice"):
        Question("2 + 2?", [RIGHT])
    with pytest.raises(ValueError, match="twice"):
        Question("2 + 2?", [RIGHT, WRONG, Choice("5", why="Again.")])


def test_marks_follow_the_answers_and_are_told():
    told = []
    game = Quiz([Question("2 + 2?", [RIGHT, WRONG]), Question("1 + 3?", [WRONG, RIGHT])],
                on_answer=lambda number, right: told.append((number, right)))  # fmt: skip
    assert game.score == (0, 2)
    assert game.answer(0, 1) == "One too many."
    assert game.answer(1, 1) == "Yes."
    assert game.score == (1, 2)
    assert game.answer(0, 0) == "Yes."
    assert game.score == (2, 2)
    assert told == [(0, False), (1, True), (0, True)]


def test_the_still_page_escapes_and_holds_every_reason():
    game = Quiz([Question("a < b?", [Choice("<yes>", True, "r & s"), Choice("no", why="w > v")])])
    page = game.still()
    assert "a &lt; b?" in page
    assert "&lt;yes&gt;" in page
    assert "r &amp; s" in page
    assert "w &gt; v" in page


def test_an_unknown_chapter_is_named_with_the_known():
    with pytest.raises(KeyError, match="02_logistic_softmax"):
        quiz("99_nothing")


@pytest.mark.parametrize("chapter", chapters())
def test_chapters_have_three_good_questions_or_more(chapter):
    asked = questions(chapter)
    assert len(asked) >= 3
    assert len({question.text for question in asked}) == len(asked)
    for question in asked:
        assert len(question.choices) >= 3
        reasons = [choice.why for choice in question.choices]
        assert len(set(reasons)) == len(reasons), question.text
        assert all(len(reason.split()) >= 3 for reason in reasons), question.text
    assert quiz(chapter).score == (0, len(asked))


@pytest.mark.parametrize("chapter", chapters())
def test_the_right_choice_is_not_always_in_the_same_place(chapter):
    places = {[c.right for c in question.choices].index(True) for question in questions(chapter)}
    assert len(places) >= 3


@pytest.mark.parametrize("chapter", chapters())
def test_numbers_carry_a_true_minus_sign(chapter):
    for question in questions(chapter):
        for text in (question.text, *(c.text + c.why for c in question.choices)):
            assert not re.search(r"(?<![\w])-\s?\d", text), text
