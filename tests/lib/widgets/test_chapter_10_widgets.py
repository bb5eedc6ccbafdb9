"""Convolution stepper and filter lab: their numbers, and the learner's code."""

import re
import sys
import zlib

import glia
import numpy as np
import pytest
from glia import nn, viz
from glia.viz.photograph import drawn_scene
from glia.widgets import ConvolutionStepper, FilterLab
from glia.widgets.filter_lab import FILTERS
from glia.widgets.pixels import png
from glia.widgets.pointing import pick_area, pickable

NINE, FOUR = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)


def test_golden_values_of_the_prepared_inputs():
    stepper = ConvolutionStepper(start="nine")
    assert stepper.output.tolist() == [[19, 25], [37, 43]]
    stepper.start = "five"
    assert stepper.output.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    stepper.start = "row"
    assert stepper.output.tolist() == [[2, 1, 1]]
    stepper.start = "channels"
    assert stepper.output[0, 0] == 56
    assert "= 56." in stepper.frames[1]["say"]


def test_strides_of_two_sizes_and_the_flip():
    stepper = ConvolutionStepper(start="nine", padding=1, stride_down=3, stride_across=2)
    assert stepper.output.tolist() == [[0, 8], [6, 8]]
    row = ConvolutionStepper([1, 2, 0], [1, 0, -1])
    assert row.output.tolist() == [[1]]
    row.flip = True
    assert row.output.tolist() == [[-1]]
    assert "kernel, flipped" in row.backdrop


def test_padding_is_counted_on_each_side_or_in_total():
    letter = ConvolutionStepper(start="letter", padding=1)
    assert letter.output.shape == (5, 7)
    letter.stride_down = letter.stride_across = 2
    assert letter.output.shape == (3, 4)
    letter.padding, letter.counted = 2, "total"
    assert letter.output.shape == (3, 4)
    letter.counted = "per side"
    assert letter.output.shape == (4, 5)


@pytest.mark.parametrize("settings", [(0, 1, 1), (1, 2, 1), (2, 1, 2), (1, 3, 1)])
def test_every_stop_agrees_with_the_librarys_layer(settings):
    padding, stride, dilation = settings
    rng = np.random.default_rng(1)
    x, kernel = rng.normal(size=(2, 5, 6)), rng.normal(size=(2, 3, 2))
    stepper = ConvolutionStepper(
        x, kernel, padding=padding, stride_down=stride, stride_across=stride, dilation=dilation
    )
    want = nn.functional.conv2d(
        glia.tensor(x[None]), glia.tensor(kernel[None]), None, stride, padding, dilation
    )
    np.testing.assert_allclose(stepper.output, want.numpy()[0, 0], rtol=1e-12)
    assert len(stepper.frames) == stepper.output.size + 1


def test_the_slider_ends_with_the_output_and_no_window_is_told():
    stepper = ConvolutionStepper(start="five", place=9)
    stepper.start = "nine"
    last = next(c for c in stepper.controls if c["kind"] == "range" and c["name"] == "place")
    assert stepper.place == last["max"] == 4
    stepper.dilation = 3
    assert "No window fits" in stepper.error and stepper.place == 0
    stepper.dilation = 1
    assert stepper.error == ""


def test_outputs_still_to_come_are_hidden():
    stepper = ConvolutionStepper(start="five")
    hidden = [frame["svg"].split("fill='#ececec'")[0].count("Z") for frame in stepper.frames[:1]]
    assert hidden == [9]
    assert "#ececec" in stepper.frames[8]["svg"] and "#ececec" not in stepper.frames[9]["svg"]


def test_the_stepper_asks_the_function_that_knows_the_settings():
    asked = []

    def correlate1d(x, kernel, flip):
        asked.append(("row", flip))
        return np.convolve(x, kernel, "valid") if flip else np.correlate(x, kernel)

    def conv2d(x, weight, bias, stride, padding):
        asked.append(("stack", stride, padding))
        t = [glia.tensor(a) for a in (x, weight, bias)]
        return nn.functional.conv2d(*t, stride, padding).numpy()

    stepper = ConvolutionStepper(start="step", correlate1d=correlate1d, conv2d=conv2d)
    stepper.flip = True
    assert asked == [("row", False), ("row", True)] and stepper.error == ""
    assert "your output" in stepper.picture["side"]
    stepper.start, stepper.padding = "channels", 1
    assert asked[-1] == ("stack", 1, 1) and stepper.error == ""
    count = len(asked)
    stepper.stride_down = 2  # two strides: not a setting of theirs
    assert len(asked) == count and "your output" not in stepper.picture["side"]


def test_the_first_difference_is_told():
    def flipped(image, kernel, bias):
        t = [glia.tensor(a[None, None].copy()) for a in (image, kernel[::-1, ::-1])]
        return nn.functional.conv2d(*t).numpy()[0, 0]

    stepper = ConvolutionStepper(start="five", correlate2d=flipped)
    assert stepper.error == ""  # this kernel is symmetric
    stepper.start = "nine"
    assert "row 1, column 1: yours 5, the window's 19" in stepper.error
    short = ConvolutionStepper(start="nine", correlate2d=lambda *args: np.zeros((1, 1)))
    assert "shape (2, 2)" in short.error


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((NINE, None), "both x and kernel"),
        ((NINE, FOUR[0]), "as many axes"),
        ((np.stack([NINE, NINE]), FOUR[None]), "as many channels"),
        ((np.zeros((3, 40)), FOUR), "at most 12"),
    ],
)
def test_the_stepper_refuses_what_it_cannot_show(args, words):
    with pytest.raises(ValueError, match=words):
        ConvolutionStepper(*args)
    with pytest.raises(ValueError, match="start: expected"):
        ConvolutionStepper(start="circle")


def test_filters_do_what_their_names_say():
    lab = FilterLab(np.tile(np.repeat([0.2, 0.8], 8), (16, 1)))  # dark left, bright right
    assert lab.response[:, 7:9].min() > 1 and not lab.response[:, :6].any()
    lab.filter = "horizontal"
    np.testing.assert_allclose(lab.response, 0, atol=1e-12)
    for name in ("box", "gaussian", "sharpen"):
        lab.filter = name
        assert lab.kernel.sum() == pytest.approx(1)
    lab.filter = "box"
    assert lab.response[4, 7] == pytest.approx((2 * 0.2 + 0.8) / 3)


def test_typed_weights_are_named_and_used():
    lab = FilterLab(filter="gaussian")
    assert (lab.weights[4], lab.divisor) == (4, 16)
    lab.divisor = 8
    assert lab.filter == "own"
    assert "2: flat areas answer 2 times" in lab.picture["side"]
    lab.weights = [float(w) for w in FILTERS["around"][1]]
    lab.divisor = 1
    assert lab.filter == "around"
    before = lab.picture["svg"]
    lab.show = "relu"
    assert lab.picture["svg"] != before


def test_the_patch_that_is_looked_at_gives_the_response():
    lab = FilterLab(filter="sharpen", row=40, column=70)
    patch = lab.image[38:41, 68:71]
    value = float((patch * lab.kernel).sum())
    assert lab.response[39, 69] == pytest.approx(value)
    assert f"the response is {value:.3g}" in lab.picture["say"]


def test_the_lab_takes_the_learners_functions():
    seen = []

    def correlate2d(image, kernel, bias):
        seen.append(image.shape)
        return np.zeros((image.shape[0] - 2, image.shape[1] - 2))

    lab = FilterLab(correlate2d=correlate2d)
    assert seen == [(130, 130)] and "differs from the library's" in lab.error

    def make_filter(purpose):
        return np.full((3, 3), 1 / 9) if purpose == "box" else np.eye(3)

    own = FilterLab(make_filter=make_filter, filter="diagonal")
    assert own.weights == [1, 0, 0, 0, 1, 0, 0, 0, 1] and own.error == ""
    own.filter = "box"
    assert own.response.mean() == pytest.approx(own.image.mean(), abs=0.01)
    assert "make_filter('vertical') returned" in FilterLab(make_filter=lambda p: np.ones(3)).error


def test_the_lab_refuses_other_pictures():
    with pytest.raises(ValueError, match="8 to 256"):
        FilterLab(np.zeros((3, 400, 400)))
    with pytest.raises(ValueError, match="filter: expected"):
        FilterLab(filter="magic")


def test_the_photograph_and_what_stands_in_for_it(monkeypatch):
    photo = viz.photograph()
    assert photo.shape == (128, 128) and 0 <= photo.min() < 0.1 and 0.9 < photo.max() <= 1
    photo[:] = 0
    assert viz.photograph().any()  # a fresh copy

    def missing():
        raise FileNotFoundError

    # the package's name `photograph` is the function
    monkeypatch.setattr(sys.modules["glia.viz.photograph"], "_portrait", missing)
    assert np.array_equal(viz.photograph(), drawn_scene())


def test_png_holds_the_pixels():
    grey = np.array([[0, 0.5, 1], [2, -1, 0.2]])
    data = png(grey)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    start = data.index(b"IDAT") + 4
    raw = zlib.decompress(data[start : data.index(b"IEND") - 8])
    assert raw == bytes([0, 0, 128, 255, 0, 255, 0, 51])


def test_what_can_be_picked_names_its_traits():
    assert "data-pick='row=2;column=3'" in pickable("<g/>", row=2, column=3)
    area = pick_area(0, 0, 10, 20, first=0, row=4, column=5)
    assert re.search("data-pick-area='row,4,column,5,0'", area)


@pytest.mark.parametrize("widget", [ConvolutionStepper, FilterLab])
def test_the_still_picture_says_it_in_words(widget):
    still = widget().still()
    assert "<svg" in still and "aria-label" in still and "figcaption" in still
