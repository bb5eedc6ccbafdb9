"""Notebook 02 in a real JupyterLab: it runs, and its widgets obey keyboard and mouse."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_logistic_chapter(lab):
    assert lab.run_all("02_logistic_softmax.ipynb"), "a cell of the notebook failed"

    loss = lab.page.locator("section[aria-label='A logistic neuron and its loss']").first
    loss.scroll_into_view_if_needed()
    slider = loss.get_by_role("slider", name="weight w")
    slider.focus()
    slider.press("ArrowLeft")
    lab.page.wait_for_function(
        "node => node.innerText.startsWith('z = 1.350')",
        arg=loss.locator(".glia-say").element_handle(),
    )

    chain = lab.page.locator("section[aria-label='The chain rule through a logistic neuron']").first
    chain.scroll_into_view_if_needed()
    chain.get_by_role("button", name="Next link").click()
    assert "∂L/∂a" in chain.locator(".glia-say").inner_text()

    quiz = lab.page.locator("section[aria-label='Check yourself']")
    quiz.scroll_into_view_if_needed()
    first = quiz.get_by_role("radio").first
    first.focus()
    first.press("Space")
    assert "Not yet" in quiz.locator(".glia-quiz-why").first.inner_text()
    lab.page.keyboard.press("ArrowDown")  # JupyterLab would move to the next cell
    lab.page.keyboard.press("ArrowDown")
    assert "✓" in quiz.locator(".glia-quiz-why").first.inner_text()
    assert lab.strangers() == []
