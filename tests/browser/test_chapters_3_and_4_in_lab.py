"""Notebooks 03 and 04 in a real JupyterLab: they run, and their widgets obey keyboard and mouse."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def spoken(lab, box, start):
    """Wait until the widget's line of numbers begins so."""
    lab.page.wait_for_function(
        "([node, start]) => node.innerText.startsWith(start)",
        arg=[box.locator(".glia-say").element_handle(), start],
    )


def widget(lab, label):
    box = lab.page.locator(f"section[aria-label='{label}']").first
    box.scroll_into_view_if_needed()
    return box


def test_layers_chapter(lab):
    assert lab.run_all("03_multilayer_perceptrons.ipynb"), "a cell of the notebook failed"
    net = widget(lab, "A net answers, neuron by neuron")
    net.get_by_role("button", name="Step", exact=True).click()
    spoken(lab, net, "Hidden neuron 1, its sum: z₁")
    slider = net.get_by_role("slider", name="input x₁")
    slider.focus()
    slider.press("ArrowLeft")
    spoken(lab, net, "Hidden neuron 1, its sum: z₁ = 1.00·0.90")

    layer = widget(lab, "One layer, written three ways")
    follow = layer.get_by_role("slider", name="follow input (0: bias)")
    follow.focus()
    follow.press("ArrowLeft")
    spoken(lab, layer, "The bias of neuron 1 is −1.")

    bumps = widget(lab, "A curve out of six ReLUs")
    bumps.get_by_role("combobox", name="start from").select_option(index=1)
    spoken(lab, bumps, "Z is 3.5")
    unit = bumps.get_by_role("slider", name="output weight v")
    before = bumps.locator(".glia-picture").inner_html()
    unit.focus()
    unit.press("PageUp")
    lab.page.wait_for_function(
        "([node, before]) => node.innerHTML !== before",
        arg=[bumps.locator(".glia-picture").element_handle(), before],
    )

    width = widget(lab, "What a hidden layer can part")
    width.get_by_role("button", name="Wider").click()
    spoken(lab, width, "3 hidden: 0 of 80")
    assert lab.strangers() == []


def test_descent_chapter(lab):
    assert lab.run_all("04_gradient_descent.ipynb"), "a cell of the notebook failed"
    walk = widget(lab, "Downhill with a learning rate of your choice")
    rate = walk.get_by_role("slider", name="learning rate η")
    rate.focus()
    for _ in range(3):
        rate.press("ArrowRight")
    spoken(lab, walk, "η = 0.25, 20 steps")
    assert "side to side" in walk.locator(".glia-say").inner_text()

    noise = widget(lab, "Small batches, large batches")
    noise.get_by_role("combobox", name="batch size").select_option(index=0)
    spoken(lab, noise, "Batches of 1: 128 steps")
    assert lab.strangers() == []
