"""Chapters with their exercises solved: what they print when the learner's stubs are right."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from glia_grader.exercise import load
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
STUB = re.compile(r"^def my_(\w+)\(.*\):\n    raise NotImplementedError", re.M)
OWN = re.compile(r"own-.*-widget")
SOLUTION = """
scope = {{"np": np}}
exec({source!r}, scope)
{given} = scope[{name!r}]
"""


def chapter(name):
    """The notebook as it is handed out."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)


def solution(name, given=None):
    """A cell that defines `given` (my_<name>) as the reference of an exercise."""
    exercise = load(name)
    parts = [load(used).reference_source for used in exercise.uses]
    source = "\n\n".join([*parts, exercise.reference_source])
    return SOLUTION.format(source=source, given=given or f"my_{name}", name=name)


def run(notebook, folder):
    """Execute the notebook in a kernel of its own; what each code cell printed, by its id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")]))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return {cell.id: said(cell) for cell in notebook.cells if cell.cell_type == "code"}


def said(cell):
    """What a code cell printed, and the text of its value."""
    return "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def solve(name, folder):
    """Solve every stub, let widgets on the learner's code tell their error, and execute."""
    notebook = chapter(name)
    for cell in notebook.cells:
        stub = STUB.search(cell.source) if cell.cell_type == "code" else None
        if stub:
            cell.source = solution(stub[1])
        elif OWN.fullmatch(cell.id):
            cell.source = f"shown = {cell.source}\nprint(repr(shown.error))"
    return run(notebook, folder)


def all_is_well(printed, checks, widgets):
    """So many checks, all with full marks; so many widgets on own code, none complains."""
    told = {name: text for name, text in printed.items() if name.endswith("-check")}
    assert len(told) == checks
    full = re.compile(r"\b(\d+(?:\.\d+)?) of \1 points")
    assert not {name: text for name, text in told.items() if not full.search(text)}
    errors = {name: text for name, text in printed.items() if OWN.fullmatch(name)}
    assert len(errors) == widgets
    assert not {name: text for name, text in errors.items() if text != "''\n"}


def numbers(text):
    """Every number with a point in it."""
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]
