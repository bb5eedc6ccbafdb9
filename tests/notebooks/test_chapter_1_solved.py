"""Notebook 01 with its exercises solved: the checks pass and the numbers in the text are true."""

import os
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from glia_grader.exercise import load
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
SOLVED = """
scope = {{"np": np}}
exec({source!r}, scope)
{given} = scope[{name!r}]
"""
CHECK = re.compile(r'check\("(\w+)", (\w+)\)')


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    notebook = nbformat.read(ROOT / "notebooks" / "01_perceptron.ipynb", 4)
    cells = {cell.id: cell for cell in notebook.cells}
    for cell in list(cells.values()):
        if asked := CHECK.fullmatch(cell.source):
            source = load(asked[1]).reference_source
            stub = cells[cell.id.removesuffix("-check") + "-code"]
            assert stub.source.startswith(f"def {asked[2]}(")
            stub.source = SOLVED.format(source=source, given=asked[2], name=asked[1])
    learner = cells["rule-exercise-widget"]
    learner.source = f"shown = {learner.source}\nprint(repr(shown.error), shown.run.converged)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")]))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    return {
        cell.id: "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def test_every_check_passes(printed):
    checks = {name: text for name, text in printed.items() if name.endswith("-check")}
    assert len(checks) == 5
    for name, text in checks.items():
        assert "2 of 2 points" in text, f"{name}: {text}"


def test_the_explorer_learns_with_the_right_update(printed):
    assert printed["rule-exercise-widget"] == "'' True\n"


def test_the_numbers_that_the_text_promises(printed):
    learning = [int(p) for p in re.findall(r"(\d+)% of new", printed["learning-measured"])]
    assert learning[-1] > 95 and learning[-2] > 95  # "after 200 examples … more than 95%"
    assert sum(a > b for a, b in pairwise(learning)) == 1  # "dips once"
    assert "01 → [0]" in printed["rosenblatt-tie"] and "pm1 → [1]" in printed["rosenblatt-tie"]
    weights = re.findall(r"w = (\[.*?\])", printed["schedule-code"])
    assert weights[:2] == ["[2. 1.]", "[4. 2.]"] and weights[2] != weights[0]
    bounds = [float(b) for b in re.findall(r"at most +([\d.]+) mistakes", printed["bound-code"])]
    assert "mistakes made: 10" in printed["bound-code"]
    assert len(bounds) == 3 and min(bounds) >= 10
    assert "XOR wanted [0 1 1 0]" in printed["tables-golden"]
