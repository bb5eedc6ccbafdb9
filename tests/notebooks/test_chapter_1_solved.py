"""Notebook 01 with its exercises solved: the checks pass and the numbers in the text are true."""

import re
from itertools import pairwise

import pytest
from solved import all_is_well, chapter, run, solution

CHECK = re.compile(r'check\("(\w+)", (\w+)\)')


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    notebook = chapter("01_perceptron")
    cells = {cell.id: cell for cell in notebook.cells}
    for cell in list(cells.values()):
        if asked := CHECK.fullmatch(cell.source):
            stub = cells[cell.id.removesuffix("-check") + "-code"]
            assert stub.source.startswith(f"def {asked[2]}(")
            stub.source = solution(asked[1], given=asked[2])
    learner = cells["rule-exercise-widget"]
    learner.source = f"shown = {learner.source}\nprint(repr(shown.error), shown.run.converged)"
    return run(notebook, tmp_path_factory.mktemp("solved"))


def test_every_check_passes(printed):
    all_is_well(printed, checks=5, widgets=0)


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
