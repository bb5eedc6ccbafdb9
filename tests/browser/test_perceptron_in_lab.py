"""Notebook 01 in a real JupyterLab: it runs, and the explorer obeys mouse and keyboard."""

import pytest

pytestmark = pytest.mark.browser

STEPS = """
from ipywidgets.widgets.widget import _instances
print([w.step for w in _instances.values() if w.__class__.__name__ == "PerceptronExplorer"
       and w.label == "The perceptron learns"][0])
"""


def test_perceptron_chapter(lab):
    assert lab.run_all("01_perceptron.ipynb"), "a cell of the notebook failed"

    explorer = lab.page.locator("section[aria-label='The perceptron learns']").first
    explorer.scroll_into_view_if_needed()
    says, picture = explorer.locator(".glia-say"), explorer.locator(".glia-picture")
    numbers = explorer.locator(".glia-side")

    def state():
        return says.inner_text(), picture.inner_html(), numbers.inner_text()

    start = state()
    assert "Start" in start[0]

    explorer.get_by_role("button", name="Step").click()
    first = state()
    assert "Visit 1 of 60" in first[0]
    assert all(a != b for a, b in zip(start, first, strict=True)), "mouse: something stood still"

    def active():
        cell = lab.page.locator(".jp-Notebook-cell.jp-mod-active")
        return lab.page.locator(".jp-Notebook-cell").count(), cell.get_attribute(
            "data-windowed-list-index"
        )

    before = active()
    slider = explorer.get_by_role("slider", name="Visit")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    fourth = state()
    assert "Visit 4 of 60" in fourth[0]
    assert all(a != b for a, b in zip(first, fourth, strict=True)), "keys: something stood still"
    # JupyterLab would take bare letters and arrows for itself, were it not told to leave them
    slider.press("b")
    assert active() == before

    assert lab.kernel(STEPS) == "4", "Python does not know what the page shows"
    assert lab.strangers() == []
