"""Notebooks 10 and 11 in a real JupyterLab: widgets obey mouse and keyboard, and quickly."""

import pytest
from lab import FOLLOWS

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # two whole notebooks, one of them trains

# Moves a slider to and fro for a while, one step a painted picture, and counts pictures a second.
RATE = """async ([box, slider, seconds]) => {
  const picture = box.querySelector(".glia-picture");
  const changed = () => new Promise((done) => {
    const watch = new MutationObserver(() => { watch.disconnect(); done(true); });
    watch.observe(picture, { childList: true, subtree: true });
    setTimeout(() => { watch.disconnect(); done(false); }, 1000);
  });
  const painted = () => new Promise(requestAnimationFrame);
  let up = true;
  let count = 0;
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const at = slider.valueAsNumber;
    if (at >= Number(slider.max)) up = false;
    if (at <= Number(slider.min)) up = true;
    const news = changed();
    slider.value = String(at + (up ? 1 : -1) * Number(slider.step));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (await news) count += 1;
    await painted();
  }
  return count / seconds;
}"""


def widget(lab, label, which=0):
    box = lab.page.locator(f"section[aria-label='{label}']").nth(which)
    box.scroll_into_view_if_needed()
    return box


def spoken(lab, box, words):
    """Wait until the widget's line of numbers has these words in it."""
    lab.page.wait_for_function(
        "([node, words]) => node.innerText.includes(words)",
        arg=[box.locator(".glia-say").element_handle(), words],
    )


def rate(lab, box, name, record_property):
    slider = box.get_by_role("slider", name=name, exact=True)
    seen = lab.page.evaluate(RATE, [box.element_handle(), slider.element_handle(), 2])
    record_property(f"{name}: pictures a second", round(seen, 1))
    print(f"{name}: {seen:.1f} pictures a second")
    assert seen > FOLLOWS, f"{name}: {seen:.1f} pictures a second"


def test_convolution_chapter(lab, record_property):
    assert lab.run_all("10_convolution.ipynb"), "a cell of the notebook failed"
    window = widget(lab, "A window slides over the input")
    window.get_by_role("button", name="Step", exact=True).click()
    spoken(lab, window, "place 1: 1·1 + 1·0 + 1·1 = 2.")
    slider = window.get_by_role("slider", name="output")
    slider.focus()
    slider.press("ArrowRight")
    spoken(lab, window, "place 2: 1·1 + 1·0 + 0·1 = 1.")
    before = window.locator(".glia-picture").inner_html()
    window.get_by_role("checkbox", name="flip the kernel (true convolution)").check()
    padding = window.get_by_role("slider", name="padding")
    padding.focus()
    padding.press("ArrowRight")
    spoken(lab, window, "place 2: 1·1 + 1·0 + 1·1 = 2.")
    assert window.locator(".glia-picture").inner_html() != before
    rate(lab, window, "output", record_property)
    rate(lab, window, "stride across", record_property)
    learner = widget(lab, "A window slides over the input", 1)
    assert "not written yet" in learner.get_by_role("alert").inner_text()

    lab_box = widget(lab, "Filter lab")
    lab_box.get_by_role("combobox", name="filter").select_option(label="blur, box")
    spoken(lab, lab_box, "Over the picture it goes from 0.0")
    corner = lab_box.get_by_label("row 1, column 1")
    corner.fill("-8")
    lab.page.wait_for_function(
        "box => box.querySelector('select').selectedOptions[0].text === 'your own weights'",
        arg=lab_box.element_handle(),
    )
    area = lab_box.locator("[data-pick-area]").first
    area.scroll_into_view_if_needed()
    place = area.bounding_box()
    lab.page.mouse.move(place["x"] + 2, place["y"] + 2)
    lab.page.mouse.down()
    lab.page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 2, steps=4)
    lab.page.mouse.up()
    spoken(lab, lab_box, "Row 1, column 65")
    rate(lab, lab_box, "look at row", record_property)
    rate(lab, lab_box, "divided by", record_property)
    assert lab.strangers() == []


def test_architectures_chapter(lab, record_property):
    assert lab.run_all("11_cnn_architectures.ipynb"), "a cell of the notebook failed"
    field = widget(lab, "What one cell sees")
    field.get_by_role("combobox", name="layers").select_option(label="LeNet-5's features")
    spoken(lab, field, "16×16")
    field.locator("[data-pick='column=0']").click()
    spoken(lab, field, "column 1 sees")
    row = field.get_by_role("slider", name="cell: row")
    row.focus()
    row.press("Home")
    spoken(lab, field, "row 1, column 1 sees 14×14 = 196")
    depth = field.get_by_role("slider", name="depth")
    depth.focus()
    depth.press("ArrowRight")
    spoken(lab, field, "its receptive field is 9×9")
    rate(lab, field, "cell: column", record_property)
    rate(lab, field, "kernel", record_property)

    maps = widget(lab, "Feature maps of what you draw")
    maps.get_by_role("button", name="Clear").click()
    spoken(lab, maps, "The pad is empty")
    pad = maps.get_by_role("application")
    box = pad.bounding_box()
    cell = box["width"] / 28
    for start, end in (((8, 5), (20, 5)), ((20, 5), (12, 23))):  # a seven
        lab.page.mouse.move(box["x"] + start[0] * cell, box["y"] + start[1] * cell)
        lab.page.mouse.down()
        lab.page.mouse.move(box["x"] + end[0] * cell, box["y"] + end[1] * cell, steps=25)
        lab.page.mouse.up()
    spoken(lab, maps, "The net says 7")
    maps.get_by_role("button", name="Clear").click()
    spoken(lab, maps, "The pad is empty")
    pad.focus()
    lab.page.keyboard.press("ArrowUp")
    for _ in range(8):
        lab.page.keyboard.press("ArrowUp")
    lab.page.keyboard.press("Space")
    for _ in range(17):
        lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Space")
    spoken(lab, maps, "The net says 1")
    rate(lab, maps, "shift right", record_property)
    drawing = lab.page.evaluate(DRAW, [maps.element_handle(), pad.element_handle()])
    record_property("drawing: pictures a second", round(drawing, 1))
    print(f"drawing: {drawing:.1f} pictures a second")
    assert drawing > FOLLOWS
    assert lab.strangers() == []


# Draws zigzags for two seconds, a pointer event a painted frame; counts the pictures that come.
DRAW = """async ([box, pad]) => {
  let count = 0;
  const watch = new MutationObserver(() => { count += 1; });
  watch.observe(box.querySelector(".glia-picture"), { childList: true });
  const area = pad.getBoundingClientRect();
  const send = (type, step) => pad.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, button: type === "pointermove" ? -1 : 0, buttons: 1, bubbles: true,
    clientX: area.x + area.width * (0.1 + 0.8 * Math.abs(((step / 20) % 2) - 1)),
    clientY: area.y + area.height * (0.1 + 0.8 * ((step / 130) % 1)),
  }));
  pad.setPointerCapture = () => {};
  const end = performance.now() + 2000;
  send("pointerdown", 0);
  for (let step = 1; performance.now() < end; step += 1) {
    send("pointermove", step);
    await new Promise(requestAnimationFrame);
  }
  send("pointerup", 0);
  watch.disconnect();
  return count / 2;
}"""
