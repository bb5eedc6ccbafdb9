"""The figures: what they draw, that they leave pyplot alone, and that colours can be told apart."""

import subprocess
import sys

import numpy as np
import pytest
from glia import viz
from glia.viz import palette

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
AND = np.array([0, 0, 0, 1])


def contrast(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05)


@pytest.mark.parametrize("color", palette.COLORS)
def test_every_colour_reaches_three_to_one_on_white(color):
    assert contrast(color) >= 3
    assert contrast("#E69F00") < 3  # Okabe and Ito's orange would not pass


def test_series_differ_without_colour():
    styles = {str(pair) for pair in zip(palette.MARKERS, map(str, palette.LINESTYLES), strict=True)}
    assert len(styles) == len(palette.COLORS)
    assert len(set(palette.CLASS_MARKERS)) == len(palette.CLASS_COLORS)


def test_importing_glia_loads_neither_matplotlib_nor_ipywidgets():
    code = (
        "import sys, glia;"
        "print([m for m in ('matplotlib', 'ipywidgets', 'anywidget') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_figures_leave_pyplot_alone():
    code = (
        "import sys, numpy as np; from glia import viz; ax = viz.axes();"
        "viz.decision_boundary(ax, lambda p: (p[:, 0] > 0).astype(int), np.eye(2), np.arange(2));"
        "viz.show(ax, alt='two points and a line'); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_show_demands_words():
    with pytest.raises(ValueError, match="alt must say"):
        viz.show(viz.figure(), alt="")
    with pytest.raises(ValueError, match="alt must say"):
        viz.show(viz.figure(), alt="plot")
    with pytest.raises(TypeError, match="Figure or Axes, got str"):
        viz.show("not a figure", alt="some words")


def test_show_escapes_the_alternative_text_and_gives_a_figure():
    shown = viz.show(viz.axes(), alt='the "AND" line, 1 < 2', caption="a & b")
    markup = shown._repr_html_()
    assert markup.startswith("<figure") and "data:image/png;base64," in markup
    assert 'alt="the &quot;AND&quot; line, 1 &lt; 2"' in markup
    assert "<figcaption>a &amp; b</figcaption>" in markup


def test_decision_boundary_draws_the_line_where_the_prediction_changes():
    ax = viz.axes()
    viz.decision_boundary(ax, lambda p: (p[:, 0] > 0.25).astype(int), X, AND)
    lines = [path for c in ax.collections for path in c.get_paths() if len(path.vertices) > 50]
    xs = np.concatenate(
        [path.vertices[:, 0] for path in lines if np.ptp(path.vertices[:, 0]) < 1e-6]
    )
    np.testing.assert_allclose(xs, 0.25, atol=0.02)


def test_decision_boundary_with_one_predicted_class_draws_no_line():
    ax = viz.axes()
    viz.decision_boundary(ax, lambda p: np.zeros(len(p), int), X, AND)
    assert len(ax.collections) == 3  # the tint and one scatter a class


def test_decision_boundary_says_what_is_wrong():
    with pytest.raises(ValueError, match=r"\(N, 2\).*got \(4, 3\)"):
        viz.decision_boundary(viz.axes(), len, np.ones((4, 3)), AND)
    with pytest.raises(ValueError, match=r"predict must return shape"):
        viz.decision_boundary(viz.axes(), lambda p: p, X, AND)


def test_weight_vector_starts_on_its_line_at_a_right_angle():
    ax = viz.points(viz.axes(), X, AND)
    viz.weight_vector(ax, [2.0, 1.0], -2.0)
    line = ax.lines[-1]
    along = np.subtract(line.get_xy2(), line.get_xy1())
    assert along @ [2.0, 1.0] == pytest.approx(0) and np.linalg.norm(along) > 1
    start = ax.texts[0].xyann
    assert 2 * start[0] + start[1] - 2 == pytest.approx(0)
    with pytest.raises(ValueError, match="not both zero"):
        viz.weight_vector(ax, [0, 0])


def test_mistakes_and_lines():
    ax = viz.mistakes(viz.axes(), {"AND": [2, 1, 0], "XOR": [2, 3, 4]})
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2, 3], [1, 2, 3]]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    with pytest.raises(ValueError, match="at most 5 series"):
        viz.lines(viz.axes(), {str(i): [1.0] for i in range(6)})


def test_truth_table_marks_each_row():
    ax = viz.truth_table(viz.axes(), lambda p: np.zeros(len(p), int), X, AND)
    marks = [ax.tables[0][row, 4].get_text().get_text() for row in range(1, 5)]
    assert marks == ["✓", "✓", "✓", "✗"]
    viz.show(ax, alt="a truth table")  # every sign is in the font: a missing one would warn


def test_digit_grid_places_the_images():
    images = np.stack([np.full((8, 8), i / 4) for i in range(4)])
    ax = viz.digit_grid(viz.axes(), images.reshape(4, 64), list("abcd"), columns=2)
    sheet = ax.images[0].get_array()
    assert sheet.shape[1] == 8 + 2 + 8
    assert sheet[0, 0] == 0 and sheet[0, 10] == 0.25 and sheet[12, 10] == 0.75
    assert sheet[8:12].max() == 0  # room for the labels
    assert [t.get_text() for t in ax.texts] == list("abcd")
    with pytest.raises(ValueError, match="square"):
        viz.digit_grid(viz.axes(), np.ones((2, 63)))
    with pytest.raises(ValueError, match="2 images but 1 labels"):
        viz.digit_grid(viz.axes(), np.ones((2, 64)), ["a"])


def test_timeline_names_the_six_dates():
    ax = viz.timeline(viz.axes(width=9, height=3))
    assert [int(t.get_text()[:4]) for t in ax.texts] == [1943, 1958, 1969, 1986, 2006, 2012]
