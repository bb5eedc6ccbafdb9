"""Clicks into pictures, the run button, and chapter 5's widgets on a bare page."""

import pytest
from fake_model import mount
from glia.widgets import BackpropGraph, Playground, WorkedNetStepper

pytestmark = pytest.mark.browser


def graph():
    return BackpropGraph(lambda w, x: (w * x).tanh(), w=1.0, x=2.0)


def test_a_click_on_a_node_turns_the_frames_without_a_kernel(page):
    mount(page, graph())
    page.locator("[data-trait]").last.click()  # the last node drawn is a step
    assert "Forward" in page.locator(".glia-say").inner_text()
    page.get_by_role("button", name="Step", exact=True).press("Enter")
    page.get_by_label("step", exact=True).press("End")
    assert "Done: ∂L/∂w = 0.141" in page.locator(".glia-say").inner_text()
    page.locator("[data-trait]").first.click()  # now on the way back, it leads to a gradient
    assert page.locator(".glia-say").inner_text().startswith("Back")


def test_a_click_into_a_plane_tells_where(page):
    mount(page, Playground())
    box = page.locator("[data-plane]").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    (sent,) = page.evaluate("window.sent")
    assert sent["click"] == "points"
    assert sent["x"] == pytest.approx(0.25, abs=0.01)
    assert sent["y"] == pytest.approx(0.5, abs=0.01)


def test_train_asks_for_a_burst_when_the_last_is_done_and_stops(page):
    mount(page, Playground())
    button = page.get_by_role("button", name="Train")
    button.press("Enter")
    assert page.evaluate("window.sent") == [{"press": "train"}]
    page.evaluate("window.model.set('x1', 1)")  # some other change asks for nothing
    assert len(page.evaluate("window.sent")) == 1
    page.evaluate("window.model.set('bursts', 1)")
    assert len(page.evaluate("window.sent")) == 2
    stop = page.get_by_role("button", name="Stop")
    assert stop.get_attribute("aria-pressed") == "true"
    stop.click()
    page.evaluate("window.model.set('bursts', 2)")  # the burst that was under way
    assert len(page.evaluate("window.sent")) == 2
    page.get_by_role("button", name="Train").click()
    page.evaluate("window.model.set('bursts', -3)")  # Python calls it off
    assert len(page.evaluate("window.sent")) == 3
    assert page.get_by_role("button", name="Train").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("widget", [graph, Playground, WorkedNetStepper])
def test_nothing_is_wider_than_a_notebook_column(page, widget):
    mount(page, widget())
    box = page.locator(".glia").bounding_box()
    picture = page.locator(".glia-picture > svg").bounding_box()
    assert picture["x"] + picture["width"] <= box["x"] + box["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
