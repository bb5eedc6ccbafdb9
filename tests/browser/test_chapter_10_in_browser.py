"""Pad, field of weights and clicks of the chapters on convolution, on a bare page."""

import glia
import numpy as np
import pytest
from fake_model import mount
from glia.models import LeNet5
from glia.widgets import ConvolutionStepper, FeatureMaps, FilterLab, ReceptiveField

pytestmark = pytest.mark.browser

INK = "Array.from(model.get('ink').match(/../g), (pair) => parseInt(pair, 16))"


@pytest.fixture(scope="module")
def maps():
    glia.manual_seed(0)
    return FeatureMaps(LeNet5(), ink="00" * 784)


def ink(page):
    return np.array(page.evaluate(INK)).reshape(28, 28)


def drawn(page):
    page.wait_for_function("model.get('ink') !== '00'.repeat(784)")
    page.wait_for_timeout(600)  # strokes that waited for a picture have left by now
    return ink(page)


def test_a_stroke_of_the_mouse_leaves_ink_along_its_way(page, maps):
    mount(page, maps)
    box = page.get_by_role("application").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 128)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 128, steps=6)
    page.mouse.up()
    page.mouse.move(box["x"] + 200, box["y"] + 20)  # the pen is up: no ink
    pixels = drawn(page)
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    assert 12 <= rows.min() and rows.max() <= 16
    assert columns.min() <= 7 and columns.max() >= 20
    assert (pixels[13:15, 8:20].max(axis=0) > 200).all(), "the stroke has gaps"


def test_the_keyboard_draws_lifts_and_wipes(page, maps):
    mount(page, maps)
    pad = page.get_by_role("application")
    page.keyboard.press("Tab")
    assert pad.evaluate("node => node === document.activeElement")
    assert "arrow keys" in pad.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(50)
    assert not ink(page).any()
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    pixels = drawn(page)
    assert (pixels[14:20, 15] > 200).all() and not pixels[:, :12].any()
    assert page.locator(".glia-pad-where").inner_text() == "row 20, column 11, pen up"
    page.keyboard.press("Delete")
    page.wait_for_function("model.get('ink') === '00'.repeat(784)")


def test_the_rubber_takes_ink_away(page):
    glia.manual_seed(0)
    mount(page, FeatureMaps(LeNet5(), ink="ff" * 784, rubber=True))
    box = page.get_by_role("application").bounding_box()
    page.mouse.click(box["x"] + 126, box["y"] + 126)
    page.wait_for_timeout(100)
    pixels = ink(page)
    assert pixels[13, 13] < 50 and pixels[0, 0] == 255


def test_a_map_is_clicked_to_look_at_its_filter(page, maps):
    mount(page, maps)
    page.locator("[data-pick='look=9']").first.click()
    assert page.evaluate("model.get('look')") == 9


def test_weights_are_typed_and_half_typed_ones_wait(page):
    mount(page, FilterLab())
    field = page.get_by_role("group", name="weights").get_by_role("spinbutton")
    assert field.count() == 9
    middle = page.get_by_label("row 2, column 2")
    middle.fill("5")
    assert page.evaluate("model.get('weights')") == [-1, 0, 1, -1, 5, 1, -1, 0, 1]
    middle.fill("")
    assert page.evaluate("model.get('weights')[4]") == 5
    middle.press("ArrowUp")
    assert page.evaluate("model.get('weights')[4]") == 1


def test_the_photograph_is_pointed_at(page):
    mount(page, FilterLab())
    box = page.locator("[data-pick-area]").first.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] - 1)
    page.mouse.down()
    assert page.evaluate("[model.get('row'), model.get('column')]") == [128, 1]
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 1)
    page.mouse.up()
    row, column = page.evaluate("[model.get('row'), model.get('column')]")
    assert row == 1 and 64 <= column <= 65
    page.mouse.move(box["x"] + 5, box["y"] + 50)  # no button: only looked at
    assert page.evaluate("model.get('column')") == column


def test_a_cell_of_the_top_layer_is_clicked(page):
    mount(page, ReceptiveField())
    page.locator("[data-pick='column=3']").click()
    assert page.evaluate("model.get('column')") == 3
    assert "row 15, column 4 sees 7×7" in page.locator(".glia-say").inner_text()
    page.locator("[data-pick='column=0']").click()
    assert "column 1 sees 7×4 = 28 of 784" in page.locator(".glia-say").inner_text()


def test_the_window_slides_without_a_kernel(page):
    mount(page, ConvolutionStepper(start="nine"))
    page.get_by_role("button", name="Step").click()
    assert page.locator(".glia-say").inner_text().endswith("= 19.")
    page.get_by_role("slider", name="output").press("ArrowRight")
    assert page.locator(".glia-say").inner_text().endswith("= 25.")


@pytest.mark.parametrize("widget", [ConvolutionStepper, FilterLab, ReceptiveField, "maps"])
def test_nothing_is_wider_than_a_notebook_column(page, widget, maps):
    mount(page, maps if widget == "maps" else widget())
    box = page.locator(".glia").bounding_box()
    for picture in page.locator(".glia-body svg").all():
        edge = picture.bounding_box()
        assert edge["x"] + edge["width"] <= box["x"] + box["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_unmounting_leaves_no_listener(page, maps):
    mount(page, maps)
    page.evaluate("unmount()")
    assert page.evaluate("model.listeners.length") == 0
