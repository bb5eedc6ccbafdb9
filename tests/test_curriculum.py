"""The plan of the course holds: every row is taught, shown and practised, and the page says so."""

import json
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def the_map(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import map_curriculum

    yield map_curriculum
    sys.modules.pop("map_curriculum")


def test_no_row_has_a_gap(the_map):
    assert the_map.gaps() == []


def test_the_page_is_up_to_date(the_map):
    assert the_map.PAGE.read_text(encoding="utf8") == the_map.page()


def test_gaps_are_found(the_map, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without a heading's tag, a widget, a graded cell, the map says so."""
    notebooks, sets = tmp_path / "notebooks", tmp_path / "source"
    shutil.copytree(ROOT / "notebooks", notebooks)
    shutil.copytree(ROOT / "course" / "source", sets)
    monkeypatch.setattr(the_map, "NOTEBOOKS", notebooks)
    monkeypatch.setattr(the_map, "SETS", sets)
    before = the_map.gaps()

    chapter = notebooks / "03_multilayer_perceptrons.ipynb"
    notebook = json.loads(chapter.read_text(encoding="utf8"))
    for cell in notebook["cells"]:
        rows = cell["metadata"].get("glia", {}).get("rows")
        if rows == ["3.5"]:
            cell["metadata"] = {}
        if rows == ["3.3"]:
            cell["metadata"]["glia"]["rows"] = ["3.3", "99.9"]
        cell["source"] = "".join(cell["source"]).replace("WeightConventions(", "Nothing(")
    chapter.write_text(json.dumps(notebook), encoding="utf8")
    ps2 = sets / "ps2" / "ps2.ipynb"
    words = ps2.read_text(encoding="utf8")
    ps2.write_text(words.replace('grade(\\"relu_sum\\"', 'grade(\\"other\\"'), encoding="utf8")

    found = [words for words in the_map.gaps() if words not in before]
    assert len(found) == 4
    for expected in ("row 3.5", "row 3.2", "relu_sum", "99.9"):
        assert any(expected in words for words in found), (expected, found)
