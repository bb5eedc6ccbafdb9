"""Notebooks 12 and 13 in a real JupyterLab: their widgets obey mouse and keyboard, fast enough."""

import re

import pytest
from lab import FOLLOWS
from test_chapters_3_and_4_in_lab import spoken, widget

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Moves a slider at every frame of the page for three seconds; counts the pictures that came back.
RATE = """async ([box, slider, values]) => {
  let count = 0;
  const seen = new MutationObserver(() => count++);
  seen.observe(box.querySelector(".glia-picture"), { childList: true });
  const start = performance.now();
  for (let k = 0; performance.now() - start < 3000; k++) {
    slider.value = values[k % values.length];
    slider.dispatchEvent(new Event("input"));
    await new Promise(requestAnimationFrame);
  }
  seen.disconnect();
  return count / 3;
}"""


def rate(lab, box, slider, values):
    handles = [box.element_handle(), slider.element_handle(), values]
    found = lab.page.evaluate(RATE, handles)
    print(f"{found:.0f} pictures/s")
    return found


def picture(box):
    return box.locator(".glia-picture").inner_html()


def changed(lab, box, before):
    lab.page.wait_for_function(
        "([node, before]) => node.innerHTML !== before",
        arg=[box.locator(".glia-picture").element_handle(), before],
    )


def told(lab, box, part, words):
    """Wait until a part of the widget holds these words."""
    lab.page.wait_for_function(
        "([node, words]) => node.innerText.includes(words)",
        arg=[box.locator(part).element_handle(), words],
    )


def test_recurrent_chapter(lab):
    assert lab.run_all("12_recurrent_networks.ipynb"), "a cell of the notebook failed"
    net = widget(lab, "A recurrent net, unrolled")
    spoken(lab, net, "ρ = 0.90, 16 steps: of a gradient of 1 at the end, 0.1786")

    before = picture(net)
    radius = net.get_by_role("slider", name="spectral radius ρ")
    radius.focus()
    radius.press("ArrowLeft")  # the keyboard
    spoken(lab, net, "ρ = 0.85")
    changed(lab, net, before)

    before = picture(net)
    place = radius.bounding_box()
    lab.page.mouse.click(place["x"] + 0.9 * place["width"], place["y"] + place["height"] / 2)
    changed(lab, net, before)
    assert float(re.search(r"ρ = ([\d.]+)", net.locator(".glia-say").inner_text())[1]) > 1.6

    net.get_by_role("combobox", name="matrix W").select_option(label="a relay (not normal)")
    net.get_by_role("combobox", name="activation").select_option(label="none (linear)")
    net.get_by_role("slider", name="cut the way back every").focus()
    lab.page.keyboard.press("ArrowRight")
    told(lab, net, ".glia-say", "cut every 1 step")
    lab.page.keyboard.press("ArrowLeft")
    told(lab, net, ".glia-say", "explodes")

    assert rate(lab, net, radius, [k / 20 for k in range(40)]) > FOLLOWS
    assert lab.strangers() == []


def test_gated_chapter(lab):
    # waits for the trainings as well
    lab.page.set_default_timeout(120_000)
    assert lab.run_all("13_gated_rnns_and_seq2seq.ipynb"), "a cell of the notebook failed"
    gates = widget(lab, "The gates of a trained GRU")
    spoken(lab, gates, "Character 1 of 28, 'T'")
    before = picture(gates)
    gates.get_by_role("button", name="Next").click()  # the mouse
    spoken(lab, gates, "Character 2 of 28, 'h'")
    changed(lab, gates, before)
    places = gates.get_by_role("slider", name="character")
    places.focus()
    places.press("End")  # the keyboard
    spoken(lab, gates, "Character 28 of 28")

    line = gates.get_by_role("textbox", name="text")
    line.fill("O, Romeo")
    spoken(lab, gates, "Character 8 of 8, 'o'")
    line.press("End")
    line.press_sequentially("!")
    gates.get_by_role("button", name="Back").click()
    spoken(lab, gates, "Character 7 of 9, 'e'")

    keeps = float(re.search(r"z = ([\d.]+)", gates.locator(".glia-say").inner_text())[1])
    means = gates.get_by_role("combobox", name="z means")
    means.select_option(index=1)
    told(lab, gates, ".glia-side", "(1 − z)·h + z·n")
    turned = float(re.search(r"z = ([\d.]+)", gates.locator(".glia-say").inner_text())[1])
    assert keeps + turned == pytest.approx(1, abs=0.011)

    assert rate(lab, gates, places, list(range(9))) > FOLLOWS
    row = gates.get_by_role("slider", name="follow row")
    assert rate(lab, gates, row, list(range(1, 11))) > FOLLOWS
    assert lab.strangers() == []
