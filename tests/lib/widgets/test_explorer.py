"""The base of the widgets: traits redraw, frames turn, the still picture says it all."""

import re

import ipywidgets
import pytest
import traitlets
from glia.widgets import Explorer, svg
from glia.widgets.explorer import bundle, slider
from glia.widgets.plot import Plot, ticks
from glia.widgets.table import table
from nbformat import v4


class Counter(Explorer):
    value = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits):
        super().__init__(label="Counter", controls=[slider("value", "Value", 0, 9)], **traits)

    def draw(self):
        return {
            "svg": svg.picture(10, 10, svg.BACKDROP, alt="a number"),
            "say": f"now {self.value}",
        }


def test_a_changed_trait_redraws():
    counter = Counter(value=3)
    assert counter.picture["say"] == "now 3"
    counter.value = 7
    assert counter.picture["say"] == "now 7"


def test_the_still_picture_holds_the_numbers_and_the_backdrop():
    counter = Counter(value=4, backdrop="<g id='behind'/>")
    shown, _ = counter._repr_mimebundle_()
    assert "now 4" in shown["text/html"] and "<g id='behind'/>" in shown["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert shown["text/plain"] == "Counter: now 4"


def test_what_is_said_is_escaped():
    class Sly(Counter):
        def draw(self):
            return {"svg": svg.picture(1, 1, alt="a < b"), "say": "<script>"}

    assert "<script>" not in Sly().still()


def test_an_explorer_without_pictures_says_what_it_lacks():
    class Empty(Explorer):
        pass

    with pytest.raises(NotImplementedError, match="Empty needs draw"):
        Empty()


def test_the_module_stands_alone():
    source = bundle("explorer")
    assert "import " not in source and "http" not in source
    assert source.count("export default") == 1


def test_pictures_demand_words():
    with pytest.raises(ValueError, match="alt must say"):
        svg.picture(10, 10, alt="picture")


def test_numbers_have_a_true_minus_and_no_minus_zero():
    assert svg.number(-0.001) == "0.00"
    assert svg.number(-1.5) == "\u22121.50"


def test_ticks_are_round_and_inside():
    assert ticks(-2.2, 2.2) == [-2, -1, 0, 1, 2]
    assert ticks(0, 0.5) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_boundary_ends_on_the_edges_of_the_box():
    plot = Plot((0, 1), (0, 1), left=0, top=0, width=100, height=100)
    assert "M25,100L25,0" in plot.boundary((4.0, 0.0), -1.0)
    assert plot.boundary((1.0, 0.0), 5.0) == ""  # the line passes outside
    assert plot.region((1.0, 0.0), 5.0, "#000").count("L") == 3  # the whole box
    assert plot.region((1.0, 0.0), -5.0, "#000") == ""


def test_an_exported_page_without_widget_state_shows_the_still_picture():
    exporter = pytest.importorskip("nbconvert.exporters").HTMLExporter(embed_images=True)
    shown, _ = Counter(value=5)._repr_mimebundle_()
    output = v4.new_output("display_data", data=shown)
    cell = v4.new_code_cell("counter", outputs=[output])
    notebook = v4.new_notebook(cells=[cell], metadata={"title": "export"})
    page, _ = exporter.from_notebook_node(notebook)
    assert "now 5" in page and re.search("""<svg[^>]*aria-label=["']a number""", page)


def test_widgets_compose_with_ipywidgets():
    first, second = Counter(), Counter()
    ipywidgets.link((first, "value"), (second, "value"))
    box = ipywidgets.HBox([first, second])
    first.value = 6
    assert box.children[1].picture["say"] == "now 6"


def test_an_empty_corner_of_a_table_is_no_header():
    page = table(["", "values"], [["z", "0.5"]])
    assert "<td></td><th scope='col'>values</th>" in page
    assert "<th scope='row'>z</th><td>0.5</td>" in page


def test_a_press_is_answered_in_one_message(monkeypatch):
    class Counter(Explorer):
        count = traitlets.Int(0).tag(sync=True)
        redraw_on = ("count",)

        def draw(self):
            return {"svg": svg.picture(10, 10, alt="a count"), "say": str(self.count)}

        def on_press(self, name):
            self.count += 1
            self.count += 1

    counter, sent = Counter(label="Counter"), []
    monkeypatch.setattr(counter, "send_state", lambda key=None: sent.append(set(key)))
    counter._on_message(counter, {"press": "more"}, [])
    assert len(sent) == 1 and {"count", "picture"} <= sent[0]
    assert counter.picture["say"] == "2"


def test_a_place_of_a_drag_is_answered_by_its_picture_and_not_told_back(monkeypatch):
    counter, sent = Counter(), []
    monkeypatch.setattr(counter, "send_state", lambda key=None: sent.append(set(key)))
    counter._on_message(counter, {"set": {"value": 7}}, [])
    assert (counter.value, counter.picture["say"], counter.answered) == (7, "now 7", 1)
    assert sent == [{"picture", "answered"}]


def test_a_drag_to_what_is_no_value_is_answered_too():
    counter = Counter()
    with pytest.raises(traitlets.TraitError, match="value"):
        counter._on_message(counter, {"set": {"value": "far"}}, [])
    assert (counter.value, counter.answered) == (0, 1)


def test_the_page_is_not_told_what_it_has_just_said(monkeypatch):
    counter, sent = Counter(), []
    monkeypatch.setattr(counter, "_send", lambda message, buffers=None: sent.append(message))
    counter.set_state({"value": 7})
    assert [m for m in sent if "value" in m["state"]] == []
