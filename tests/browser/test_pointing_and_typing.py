"""Marks that obey the pointer and a line of text that obeys the keys, in bare Chromium."""

import pytest
import traitlets
from fake_model import mount
from glia.widgets import Explorer, svg
from glia.widgets.explorer import entry, slider

pytestmark = pytest.mark.browser


class Marks(Explorer):
    row = traitlets.Int(0).tag(sync=True)
    prompt = traitlets.Unicode("abc").tag(sync=True)

    def __init__(self):
        marks = [
            f"<rect x='{40 * k}' y='0' width='30' height='30' data-trait='row' data-value='{k}'"
            f"{hover} fill='#eee'/>"
            for k, hover in enumerate(("", " data-hover=''", " data-hover=''"))
        ]
        super().__init__(
            label="Marks",
            controls=[slider("row", "row", 0, 2), entry("prompt", "prompt", 8)],
            frame_by="row",
            frames=[
                {"svg": svg.picture(120, 30, *marks, alt="three marks"), "say": f"row {k}"}
                for k in range(3)
            ],
        )


@pytest.fixture
def marks(page):
    mount(page, Marks())
    return page


def test_pointing_is_enough_for_a_mark_with_hover_and_others_want_a_click(marks):
    marks.locator("[data-value='2']").hover()
    assert marks.evaluate("model.get('row')") == 2
    assert marks.locator(".glia-say").inner_text() == "row 2"
    marks.locator("[data-value='0']").hover()
    assert marks.evaluate("model.get('row')") == 2
    marks.locator("[data-value='0']").click()
    assert marks.evaluate("model.get('row')") == 0
    assert marks.evaluate("saves") == 2


def test_text_is_saved_as_it_is_typed_up_to_its_length(marks):
    box = marks.get_by_role("textbox", name="prompt")
    assert box.input_value() == "abc"
    box.focus()
    box.press("End")
    box.press_sequentially("defghijk")
    assert marks.evaluate("model.get('prompt')") == "abcdefgh"
    assert marks.evaluate("saves") == 5


def test_python_does_not_write_into_what_is_being_typed(marks):
    box = marks.get_by_role("textbox", name="prompt")
    box.fill("new")
    marks.evaluate("model.set('prompt', 'late')")
    assert box.input_value() == "new"
    marks.get_by_role("slider", name="row").focus()
    marks.evaluate("model.set('prompt', 'now')")
    assert box.input_value() == "now"
