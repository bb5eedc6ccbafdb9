"""Notebooks 14, 15, 17 in a real JupyterLab: they run; their widgets obey mouse and keyboard."""

import pytest
from lab import FOLLOWS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

# Moves a slider once a frame of the page for a second and counts the pictures that come of it.
RATE = """async ([section, slider]) => {
  const picture = section.querySelector('.glia-picture');
  let count = 0;
  const observer = new MutationObserver(() => { count += 1; });
  observer.observe(picture, { childList: true });
  const places = Math.round((slider.max - slider.min) / slider.step) + 1;
  const start = performance.now();
  for (let k = 1; performance.now() - start < 1500; k++) {
    slider.value = Number(slider.min) + (k % places) * slider.step;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
  observer.disconnect();
  return count / ((performance.now() - start) / 1000);
}"""


@pytest.fixture(autouse=True)
def _patience(page):
    page.set_default_timeout(150_000)  # these notebooks train


def widget(lab, label):
    box = lab.page.locator(f"section[aria-label='{label}']").first
    box.scroll_into_view_if_needed()
    return box


def spoken(lab, box, words):
    """Wait until the widget's line of numbers holds these words."""
    lab.page.wait_for_function(
        "([node, words]) => node.innerText.includes(words)",
        arg=[box.locator(".glia-say").element_handle(), words],
        timeout=15_000,
    )


def changes(lab, box, action):
    """Do something, and wait until the picture is another one."""
    picture = box.locator(".glia-picture")
    before = picture.inner_html()
    action()
    lab.page.wait_for_function(
        "([node, before]) => node.innerHTML !== before",
        arg=[picture.element_handle(), before],
        timeout=15_000,
    )


def point(lab, box, trait, value):
    """The middle of the mark that stands for a place of a trait."""
    mark = box.locator(f"[data-trait='{trait}'][data-value='{value}']")
    at = mark.bounding_box()
    lab.page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    return mark


def rate(lab, box, name):
    slider = box.get_by_role("slider", name=name, exact=True)
    return lab.page.evaluate(RATE, [box.element_handle(), slider.element_handle()])


def test_attention_chapter(lab, record_property):
    assert lab.run_all("14_attention.ipynb"), "a cell of the notebook failed"
    dates = widget(lab, "Where a decoder looks while it writes a date")
    changes(lab, dates, lambda: point(lab, dates, "row", 0))  # the mouse alone reads a row
    spoken(lab, dates, "Writing 1, “1”")
    dates.get_by_role("button", name="Down").click()
    spoken(lab, dates, "Writing 2, “9”")
    slider = dates.get_by_role("slider", name="row")
    slider.focus()
    changes(lab, dates, lambda: slider.press("ArrowRight"))
    spoken(lab, dates, "Writing 3")
    changes(
        lab, dates, lambda: dates.get_by_role("combobox", name="example").select_option(index=1)
    )

    heads = widget(lab, "Eight heads read a date")
    changes(lab, heads, lambda: point(lab, heads, "head", 5).click(force=True))
    spoken(lab, heads, "Layer 2, head 2, letter")
    slider = heads.get_by_role("slider", name="head")
    slider.focus()
    slider.press("ArrowRight")
    spoken(lab, heads, "Layer 2, head 3, letter")

    clocks = widget(lab, "Where a token stands, told by sines and cosines")
    pair = clocks.get_by_role("slider", name="pair of columns i")
    pair.focus()
    changes(lab, clocks, lambda: pair.press("ArrowRight"))
    spoken(lab, clocks, "Place 10, pair 1")
    changes(lab, clocks, lambda: point(lab, clocks, "place", 40))
    spoken(lab, clocks, "Place 40, pair 1")
    clocks.get_by_role("combobox", name="depth d").select_option("8")
    spoken(lab, clocks, "is 4.0")

    rates = {
        "row": rate(lab, dates, "row"),
        "head": rate(lab, heads, "head"),
        "place": rate(lab, clocks, "place p"),
        "pair": rate(lab, clocks, "pair of columns i"),
    }
    print({name: f"{value:.0f}/s" for name, value in rates.items()})
    assert min(rates.values()) > FOLLOWS
    assert lab.strangers() == []


def test_transformer_chapter(lab):
    assert lab.run_all("15_transformers.ipynb"), "a cell of the notebook failed"
    heads = widget(lab, "Four heads of a decoder look at the source")
    changes(lab, heads, lambda: point(lab, heads, "head", 2).click(force=True))
    spoken(lab, heads, "Head 3, writing 6")
    slider = heads.get_by_role("slider", name="row")
    slider.focus()
    slider.press("Home")
    spoken(lab, heads, "Head 3, writing 1, “1”")
    assert lab.strangers() == []


def test_gpt_chapter(lab):
    assert lab.run_all("17_small_gpt.ipynb"), "a cell of the notebook failed"
    writer = widget(lab, "A language model writes")
    text = writer.locator("pre[aria-label=text]")
    writer.get_by_role("button", name="Next token").click()
    spoken(lab, writer, "Drawn: ")
    once = text.inner_text()
    more = writer.get_by_role("button", name="Next 40")
    more.focus()
    changes(lab, writer, lambda: more.press("Enter"))
    assert len(text.inner_text()) >= len(once) + 38  # blanks at a line's end may be folded
    writer.get_by_role("button", name="Start again").click()
    prompt = writer.get_by_role("textbox")
    prompt.fill("")
    prompt.press_sequentially("to be or not to b")  # letters that are shortcuts elsewhere in Lab
    spoken(lab, writer, "Next: “e”")
    prompt.press("End")
    prompt.press("#")
    alarm = writer.get_by_role("alert")
    alarm.wait_for()
    assert "never seen '#'" in alarm.inner_text()
    prompt.press("Backspace")
    spoken(lab, writer, "Next: “e”")
    heat = writer.get_by_role("slider", name="temperature")
    heat.focus()
    heat.press("Home")
    spoken(lab, writer, "1 of 65 possible")
    speed = {name: rate(lab, writer, name) for name in ("temperature", "top k")}
    print({name: f"{value:.0f}/s" for name, value in speed.items()})
    assert min(speed.values()) > FOLLOWS
    assert lab.strangers() == []
