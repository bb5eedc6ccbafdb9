"""The sliders of chapter 2's widgets on a bare page."""

import pytest
from fake_model import mount
from glia.widgets import GradientFlow, LogisticLossExplorer, SoftmaxTemperature

pytestmark = pytest.mark.browser


def test_the_chain_is_walked_without_a_kernel(page):
    mount(page, GradientFlow())
    page.get_by_role("button", name="Next link").click()
    assert "∂L/∂a" in page.locator(".glia-say").inner_text()
    page.get_by_role("button", name="Next link").press("Enter")
    assert "da/dz" in page.locator(".glia-say").inner_text()
    page.get_by_role("button", name="Back").click()
    assert "∂L/∂a" in page.locator(".glia-say").inner_text()


@pytest.mark.parametrize(
    ("widget", "slider", "trait"),
    [
        (LogisticLossExplorer, "weight w", "weight"),
        (SoftmaxTemperature, "temperature T", "notch"),
        (SoftmaxTemperature, "logit of dog", "logit_1"),
    ],
)
def test_arrow_keys_move_the_trait(page, widget, slider, trait):
    shown = widget()
    mount(page, shown)
    page.get_by_label(slider).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"window.model.get('{trait}')") > getattr(shown, trait)
    assert page.evaluate("window.saves") == 1


def test_the_learners_mistake_stands_in_an_alert(page):
    mount(page, LogisticLossExplorer(loss=lambda a, y: None))
    assert "returned None" in page.get_by_role("alert").inner_text()
    mount(page, LogisticLossExplorer())
    assert not page.get_by_role("alert").is_visible()


@pytest.mark.parametrize("widget", [GradientFlow, LogisticLossExplorer, SoftmaxTemperature])
def test_nothing_is_wider_than_a_notebook_column(page, widget):
    mount(page, widget())
    box = page.locator(".glia").bounding_box()
    picture = page.locator(".glia-picture > svg").bounding_box()
    assert picture["x"] + picture["width"] <= box["x"] + box["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_widgets_on_one_page_do_not_share_ids(page):
    mount(page, GradientFlow())
    first = set(page.evaluate("[...document.querySelectorAll('.glia [id]')].map(n => n.id)"))
    mount(page, LogisticLossExplorer())
    second = set(page.evaluate("[...document.querySelectorAll('.glia [id]')].map(n => n.id)"))
    assert first
    assert not first & second
