"""The quiz on a bare page: by mouse, by keyboard alone, and driven from Python."""

import pytest
from fake_model import mount
from glia.widgets.quizzes import quiz

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(page):
    mount(page, quiz("02_logistic_softmax"))
    return page


def reason(page, number):
    return page.locator(".glia-quiz-why").nth(number).inner_text()


def test_a_click_marks_and_explains(asked):
    asked.get_by_label("0.9", exact=True).click()
    assert reason(asked, 0).startswith("✗ Not yet. That is a − y")
    assert "0 of 6 right · 5 still open" in asked.locator(".glia-quiz-score").inner_text()
    asked.get_by_label("−log 0.1, about 2.30", exact=True).click()
    assert reason(asked, 0).startswith("✓ Yes")
    assert "1 of 6 right" in asked.locator(".glia-quiz-score").inner_text()
    assert asked.evaluate("window.model.get('chosen')[0]") == 2
    assert asked.evaluate("window.saves") == 2


def test_the_keyboard_suffices(asked):
    asked.keyboard.press("Tab")
    asked.keyboard.press("Space")
    assert reason(asked, 0).startswith("✗")
    asked.keyboard.press("ArrowDown")
    asked.keyboard.press("ArrowDown")
    assert reason(asked, 0).startswith("✓")
    asked.keyboard.press("Tab")  # on to the next question
    asked.keyboard.press("Space")
    assert reason(asked, 1).startswith("✓")
    assert "2 of 6 right" in asked.locator(".glia-quiz-score").inner_text()


def test_python_can_answer_too(asked):
    asked.evaluate("window.model.set('chosen', [-1, -1, 1, -1, -1, -1])")
    assert reason(asked, 2).startswith("✓")
    assert asked.get_by_label("(0.665, 0.245, 0.090)", exact=True).is_checked()


def test_every_radio_has_a_name_and_belongs_to_its_question(asked):
    assert asked.get_by_role("radio").count() == 24
    assert asked.locator("fieldset.glia-quiz").count() == 6
    for field in asked.locator("fieldset.glia-quiz").all():
        names = {radio.get_attribute("name") for radio in field.get_by_role("radio").all()}
        assert len(names) == 1


def test_unmounting_stops_listening(asked):
    listening = asked.evaluate("window.model.listeners.length")
    asked.evaluate("window.unmount()")
    assert asked.evaluate("window.model.listeners.length") == listening - 1
