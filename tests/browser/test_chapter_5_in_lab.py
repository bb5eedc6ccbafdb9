"""Notebook 05 in a real JupyterLab: it runs, and its widgets obey mouse and keyboard, quickly."""

import pytest
from lab import FOLLOWS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURES = """([box, slider]) => new Promise((done) => {
  // how often the picture changes in three seconds, while the slider, if any, is dragged to and fro
  let changes = 0, going = true, way = 1;
  const drag = () => {
    if (!going) return;
    if (slider.valueAsNumber >= Number(slider.max)) way = -1;
    if (slider.valueAsNumber <= Number(slider.min)) way = 1;
    if (way > 0) slider.stepUp(); else slider.stepDown();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(drag);
  };
  const watch = new MutationObserver(() => { changes += 1; });
  watch.observe(box.querySelector(".glia-picture"), { childList: true });
  const start = performance.now();
  if (slider) requestAnimationFrame(drag);
  setTimeout(() => {
    going = false;
    watch.disconnect();
    done((1000 * changes) / (performance.now() - start));
  }, 3000);
})"""


@pytest.fixture(scope="module")
def opened(lab_server, browser):
    """The notebook, run once for all tests of this file."""
    from lab import LabPage

    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    lab = LabPage(page, lab_server)
    assert lab.run_all("05_backpropagation.ipynb"), "a cell of the notebook failed"
    yield lab
    assert lab.strangers() == []
    context.close()
    assert not errors, errors


def widget(lab, label, number=0):
    box = lab.page.locator(f"section[aria-label='{label}']").nth(number)
    box.scroll_into_view_if_needed()
    return box


def spoken(lab, box, words):
    """Wait until the widget's line of numbers holds these words."""
    lab.page.wait_for_function(
        "([node, words]) => node.innerText.includes(words)",
        arg=[box.locator(".glia-say").element_handle(), words],
    )


def changed(lab, box, before):
    lab.page.wait_for_function(
        "([node, before]) => node.innerHTML !== before",
        arg=[box.locator(".glia-picture").element_handle(), before],
    )


def rate(lab, box, name=None):
    """Pictures a second, while the slider of this name is dragged."""
    slider = name and box.get_by_role("slider", name=name, exact=True).element_handle()
    return lab.page.evaluate(PICTURES, [box.element_handle(), slider])


def test_graph_by_mouse_and_keyboard(opened):
    graph = widget(opened, "Values forward, gradients back")
    before = graph.locator(".glia-picture").inner_html()
    graph.get_by_role("button", name="Step", exact=True).click()
    spoken(opened, graph, "Forward 1 of 3: w × x gives u = 6")
    changed(opened, graph, before)
    # a click on a box jumps to where it is complete: the last one, ReLU's output
    graph.locator("[data-trait]").last.click(force=True)
    spoken(opened, graph, "Forward 3 of 3")
    step = graph.get_by_role("slider", name="step")
    step.focus()
    step.press("End")
    spoken(opened, graph, "∂a/∂w = 3, ∂a/∂x = 2, ∂a/∂b = 1")
    bias = graph.get_by_role("slider", name="b", exact=True)
    bias.focus()
    bias.press("Home")  # b = -3: v = 3, still awake
    spoken(opened, graph, "∂a/∂w = 3")
    weight = graph.get_by_role("slider", name="w", exact=True)
    weight.focus()
    weight.press("Home")  # w = -3: v = -12
    spoken(opened, graph, "∂a/∂w = 0, ∂a/∂x = 0, ∂a/∂b = 0")


def test_worked_net_by_mouse_and_keyboard(opened):
    net = widget(opened, "One training step, number by number")
    for _ in range(6):
        net.get_by_role("button", name="Step", exact=True).click()
    spoken(opened, net, "0.690283")
    slip = net.get_by_role("combobox", name="δ goes back through")
    slip.select_option(index=1)
    step = net.get_by_role("slider", name="step")
    step.focus()
    step.press("End")
    spoken(opened, net, "Forward again")
    before = net.locator(".glia-picture").inner_html()
    slip.select_option(index=0)
    changed(opened, net, before)
    spoken(opened, net, "y = 0.682019")


def test_playground_trains_live_stops_at_once_and_takes_points(opened):
    plane = widget(opened, "Playground: a net learns your points")
    train = plane.get_by_role("button", name="Train")
    train.focus()
    opened.page.keyboard.press("Enter")
    pictures = rate(opened, plane)
    plane.get_by_role("button", name="Stop").click()
    said = plane.locator(".glia-say")
    opened.page.wait_for_timeout(300)
    stopped = said.inner_text()
    opened.page.wait_for_timeout(700)
    assert said.inner_text() == stopped and " 0 steps" not in stopped
    print(f"playground: {pictures:.1f} pictures a second, {stopped}")
    assert pictures > FOLLOWS
    # the kernel is free in between
    assert opened.kernel("print(6 * 7)") == "42"

    points = int(stopped.split(" points")[0])
    ground = plane.locator("[data-plane]").bounding_box()
    opened.page.mouse.click(ground["x"] + 0.3 * ground["width"], ground["y"] + 10)
    spoken(opened, plane, f"{points + 1} points")
    put = plane.get_by_role("slider", name="x₂")
    put.focus()
    put.press("End")
    plane.get_by_role("button", name="Put it there").press("Enter")
    spoken(opened, plane, f"{points + 2} points")
    depth = plane.get_by_role("slider", name="hidden layers")
    depth.focus()
    depth.press("End")
    spoken(opened, plane, "net 2–4–4–4–4–1")


def test_sliders_keep_up(opened):
    graph = widget(opened, "Values forward, gradients back")
    net = widget(opened, "One training step, number by number")
    turned, asked = rate(opened, graph, "step"), rate(opened, graph, "b")
    pages, worked = rate(opened, net, "step"), rate(opened, net, "learning rate η")
    print(f"pictures a second, turned by the page: graph {turned:.1f}, net {pages:.1f}; "
          f"asked of the kernel: graph {asked:.1f}, net {worked:.1f}")  # fmt: skip
    assert min(turned, pages, asked, worked) > FOLLOWS
