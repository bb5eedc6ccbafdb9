"""Notebooks 03 and 04 with their exercises solved: checks pass, and what the text says is true."""

import os
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from glia_grader.exercise import load
from nbclient import NotebookClient

pytestmark = pytest.mark.slow  # two whole notebooks

ROOT = Path(__file__).parents[2]
STUB = re.compile(r"^def my_(\w+)\(.*\):\n    raise NotImplementedError", re.M)
SOLVED = """
scope = {{"np": np}}
exec({source!r}, scope)
my_{name} = scope[{name!r}]
"""


def solve(name, folder):
    """What each code cell of the solved notebook prints, by its id."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)
    for cell in notebook.cells:
        stub = STUB.search(cell.source) if cell.cell_type == "code" else None
        if stub:
            cell.source = SOLVED.format(name=stub[1], source=load(stub[1]).reference_source)
        elif cell.id.startswith("own-") and cell.cell_type == "code":
            cell.source = f"shown = {cell.source}\nprint(repr(shown.error))"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")]))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=90, kernel_name="python3", resources=resources).execute()
    return {
        cell.id: "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    return solve("03_multilayer_perceptrons", tmp_path_factory.mktemp("layers"))


@pytest.fixture(scope="module")
def descent(tmp_path_factory):
    return solve("04_gradient_descent", tmp_path_factory.mktemp("descent"))


@pytest.mark.parametrize(("chapter", "count", "own"), [("layers", 7, 3), ("descent", 3, 2)])
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    printed = request.getfixturevalue(chapter)
    checks = {name: text for name, text in printed.items() if name.endswith("-check")}
    assert len(checks) == count
    for name, text in checks.items():
        assert "2 of 2 points" in text, f"{name}: {text}"
    errors = {name: text for name, text in printed.items() if name.startswith("own-")}
    assert len(errors) == own and set(errors.values()) == {"''\n"}


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def test_what_chapter_3_says(layers):
    one, two = numbers(layers["collapse-code"])[:2], numbers(layers["collapse-code"])[2:]
    assert one == two
    scalars, matrices = numbers(layers["scalars-code"]), numbers(layers["matrices-code"])
    assert scalars == pytest.approx(matrices, rel=1e-15)
    assert "529,411" in layers["count-code"]
    cubic = [row.split() for row in layers["six-code"].splitlines()]
    golden = [-3.4, -0.5, 0, -0.4, -1, -1.2, -0.3, 3.2, 6.7]
    assert [float(row[5]) for row in cubic] == pytest.approx(golden)
    assert numbers(layers["mnist-train"])[-1] > 92  # "about nine in ten" was chapter 2


def test_what_chapter_4_says(descent):
    assert "(0.5, 0.25)   measured (0.5, 0.25)" in descent["slopes-code"]
    assert numbers(descent["slopes-code"])[0] == pytest.approx(10)
    assert "gradient tensor([0.5 , 0.25])" in descent["autograd-code"]
    rates = [float(v) for v in re.findall(r": ([\d.]+)[,}]", descent["rates-digits-picture"])]
    small, calm, jagged, large = rates
    assert small > 2 and jagged < calm < 1 and large == pytest.approx(2.3, abs=0.1)
    scatter = [float(v) for v in re.findall(r"guess off by ([\d.]+)", descent["noise-code"])]
    for more, less in pairwise(scatter[:4]):
        assert more / less == pytest.approx(2, rel=0.1)
    narrow, wide = (numbers(line) for line in descent["local-code"].splitlines())
    assert max(wide) < 0.05 and {v for v in narrow if v > 0.02} == {0.48}
    right = [float(v) for v in re.findall(r": ([\d.]+)%", descent["batch-digits-run"])]
    assert right == sorted(right, reverse=True) and right[0] > 90
