"""Widgets in a narrow window and in a dark theme: nothing sticks out, nothing is mistaken."""

import glia
import numpy as np
import pytest
from fake_model import mount
from glia.data import CharTokenizer
from glia.models import CharRNN
from glia.widgets import (
    ConvolutionStepper,
    FilterLab,
    GateViewer,
    ReceptiveField,
    RNNUnroller,
    WorkedNetStepper,
)

pytestmark = pytest.mark.browser

STICKS_OUT = """() => {
  const box = document.querySelector("section.glia").getBoundingClientRect();
  return [...document.querySelectorAll(".glia-controls *, .glia-side, .glia-say, .glia-picture")]
    .filter((node) => node.getBoundingClientRect().right > box.right + 1)
    .map((node) => `${node.tagName}.${node.className}`);
}"""


def gates():
    glia.manual_seed(0)
    letters = CharTokenizer("to be or not")
    return GateViewer(CharRNN(len(letters), 8, 12, kind="GRU"), letters, text="to be or not to be")


@pytest.mark.parametrize(
    "make",
    [
        ConvolutionStepper,
        lambda: FilterLab(np.eye(9)),
        gates,
        ReceptiveField,
        RNNUnroller,
        WorkedNetStepper,
    ],
)
def test_nothing_sticks_out_of_a_narrow_window(page, make):
    page.set_viewport_size({"width": 360, "height": 900})
    mount(page, make())
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # the picture is scrolled, not shrunk until its letters cannot be read
    assert page.locator(".glia-picture > svg").bounding_box()["width"] >= 479


def test_an_empty_checkbox_looks_empty_in_a_dark_theme(page):
    page.emulate_media(color_scheme="dark")
    mount(page, ConvolutionStepper())
    page.evaluate("document.documentElement.style.colorScheme = 'dark'")
    box = page.get_by_role("checkbox")
    assert box.evaluate("node => getComputedStyle(node).colorScheme") == "light"
