"""The page side of the explorer, in bare Chromium: no server, no kernel."""

import pytest
import traitlets
from fake_model import mount
from glia.widgets import Explorer, svg
from glia.widgets.explorer import choice, entry, jump, move, play, press, slider, toggle

pytestmark = pytest.mark.browser


class Dots(Explorer):
    step = traitlets.Int(0).tag(sync=True)
    gate = traitlets.Unicode("and").tag(sync=True)
    on = traitlets.Bool(False).tag(sync=True)

    def __init__(self):
        super().__init__(
            label="Dots",
            controls=[
                move("step", "Back", -1),
                move("step", "Next", 1),
                play("step", every_ms=30),
                jump("step", "Reset", 0),
                slider("step", "Step", 0, 3, shown=["none", "one", "two", "three"]),
                choice("gate", "Gate", [("and", "AND"), ("or", "OR")]),
                toggle("on", "On"),
                press("again", "New data"),
            ],
            frame_by="step",
            frames=[
                {
                    "svg": svg.picture(100, 40, svg.marker(20 * i, 20), alt="one dot"),
                    "say": f"dot at {20 * i}",
                }
                for i in range(4)
            ],
        )


@pytest.fixture
def dots(page):
    mount(page, Dots())
    return page


def test_frames_turn_without_a_kernel(dots):
    dots.get_by_role("button", name="Next").click()
    assert dots.locator(".glia-say").inner_text() == "dot at 20"
    assert dots.locator("circle").get_attribute("cx") == "20"
    dots.get_by_role("button", name="Back").click()
    assert dots.locator(".glia-say").inner_text() == "dot at 0"


def test_buttons_stop_at_the_ends(dots):
    back = dots.get_by_role("button", name="Back")
    assert back.get_attribute("aria-disabled") == "true"
    back.click(force=True)  # it only says so: the focus must not be lost
    assert dots.evaluate("model.get('step')") == 0
    for _ in range(5):
        dots.get_by_role("button", name="Next").click(force=True)
    assert dots.evaluate("model.get('step')") == 3
    assert dots.evaluate("saves") == 3


def test_keyboard_moves_the_slider(dots):
    ranged = dots.get_by_role("slider", name="Step")
    ranged.focus()
    ranged.press("ArrowRight")
    ranged.press("ArrowRight")
    assert dots.evaluate("model.get('step')") == 2
    assert ranged.get_attribute("aria-valuetext") == "two"


def test_every_control_is_reached_by_tab_and_has_a_name(dots):
    names = []
    for _ in range(8):
        dots.keyboard.press("Tab")
        names.append(
            dots.evaluate(
                "document.activeElement.labels?.[0]?.textContent"
                " || document.activeElement.textContent"
            )
        )
    assert names == ["Back", "Next", "Play", "Reset", "Step", "Gate", "On", "New data"]


def test_two_widgets_in_a_page_share_no_id(dots):
    # each widget loads its own copy of the module, so its ids must not start from the same place
    first = dots.locator("input[type=range]").get_attribute("id")
    mount(dots, Dots())
    assert dots.locator("input[type=range]").get_attribute("id") != first


def test_play_runs_to_the_end_and_speaks_only_then(dots):
    button = dots.get_by_role("button", name="Play")
    button.click()
    assert dots.locator(".glia-say").get_attribute("aria-live") == "off"
    dots.wait_for_function("model.get('step') === 3")
    assert dots.locator(".glia-say").get_attribute("aria-live") == "polite"
    assert dots.get_by_role("button", name="Play").get_attribute("aria-pressed") == "false"


def test_choice_toggle_and_press(dots):
    dots.get_by_role("combobox", name="Gate").select_option("OR")
    dots.get_by_role("checkbox", name="On").check()
    dots.get_by_role("button", name="New data").click()
    assert dots.evaluate("[model.get('gate'), model.get('on'), sent]") == [
        "or",
        True,
        [{"press": "again"}],
    ]


def test_an_error_shows_and_goes(dots):
    box = dots.get_by_role("alert")
    assert dots.locator(".glia-error").is_hidden()
    dots.evaluate("model.set('error', 'update returned None')")
    assert box.inner_text() == "update returned None"
    dots.evaluate("model.set('error', '')")
    assert dots.locator(".glia-error").is_hidden()


def test_unmounting_leaves_no_listener_and_no_timer(dots):
    dots.get_by_role("button", name="Play").click()
    dots.evaluate("unmount()")
    before = dots.evaluate("model.get('step')")
    dots.wait_for_timeout(120)
    assert dots.evaluate("[model.get('step'), model.listeners.length]") == [before, 0]


class Echo(Explorer):
    words = traitlets.Unicode("to be").tag(sync=True)

    def __init__(self):
        super().__init__(label="Echo", controls=[entry("words", "text", longest=8)])

    def draw(self):
        return {"svg": svg.picture(10, 10, alt="no picture"), "say": self.words}


def test_an_entry_tells_every_key_and_keeps_its_cursor(page):
    mount(page, Echo())
    line = page.get_by_role("textbox", name="text")
    assert line.input_value() == "to be"
    line.focus()
    line.press("Home")
    line.press_sequentially("a b")
    assert page.evaluate("[model.get('words'), saves]") == ["a bto be", 3]
    line.press("x")  # longer than it may be
    assert page.evaluate("saves") == 3
    page.evaluate("model.set('words', 'other')")  # an answer must not move what is being written
    assert line.input_value() == "a bto be"
    line.blur()
    page.evaluate("model.set('words', 'later')")
    assert line.input_value() == "later"


def test_in_a_narrow_page_a_wide_picture_scrolls_and_nothing_sticks_out(page):
    class Wide(Dots):
        def __init__(self):
            super().__init__()
            self.wide = True
            self.frames = [{"svg": svg.picture(700, 40, alt="a strip"), "say": "strip"}]
            self.controls = [entry("gate", "a prompt with a long name (and more)", 60)]

    page.set_viewport_size({"width": 420, "height": 600})
    mount(page, Wide())
    picture = page.locator(".glia-picture")
    page.wait_for_function("document.querySelector('.glia-picture').tabIndex === 0")
    assert picture.locator("svg").bounding_box()["width"] == 540  # words stay readable
    picture.focus()
    picture.press("ArrowRight")
    page.wait_for_function("document.querySelector('.glia-picture').scrollLeft > 0")
    box, line = page.locator(".glia").bounding_box(), page.get_by_role("textbox").bounding_box()
    assert line["x"] + line["width"] <= box["x"] + box["width"]
    page.set_viewport_size({"width": 900, "height": 600})
    page.wait_for_function("document.querySelector('.glia-picture').tabIndex === -1")


class Level(Explorer):
    level = traitlets.Int(0).tag(sync=True)

    def draw(self):
        return {"svg": svg.picture(10, 10, alt="a level"), "say": str(self.level)}


@pytest.fixture
def level(page):
    mount(page, Level(label="Level", controls=[slider("level", "Level", 0, 9)]))
    return page


def test_a_drag_tells_two_places_and_then_the_newest_as_answers_come(level):
    ranged = level.get_by_role("slider", name="Level")
    for place in (1, 2, 3, 4):
        ranged.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", place)
    assert level.evaluate("[model.get('level'), saves]") == [4, 0]
    assert level.evaluate("sent") == [{"set": {"level": 1}}, {"set": {"level": 2}}]
    level.evaluate("model.set('answered', 1)")
    assert level.evaluate("sent")[2:] == [{"set": {"level": 4}}]
    level.evaluate("model.set('answered', 2); model.set('answered', 3)")
    assert len(level.evaluate("sent")) == 3


@pytest.mark.parametrize("release", ["change", "pointerup"])
def test_a_release_saves_and_forgets_answers_that_were_lost(level, release):
    ranged = level.get_by_role("slider", name="Level")
    for place in (1, 2, 3):
        ranged.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", place)
    ranged.evaluate("(e, kind) => e.dispatchEvent(new Event(kind))", release)
    assert level.evaluate("[model.get('level'), saves, sent.length]") == [3, 1, 2]
    ranged.evaluate("e => { e.value = 8; e.dispatchEvent(new Event('input')); }")
    assert level.evaluate("sent")[2:] == [{"set": {"level": 8}}]
