"""Each answer is graded on its own: what it builds on is the reference's, never a broken answer."""

import ast
import json

import pytest
from course_builder import ROOT
from glia_grader.exercise import all_exercises
from glia_grader.grading import grade_submission
from glia_grader.intake import Release, read
from glia_grader.sandbox.host import Sandbox
from glia_grader.sandbox.probe import probe

EXERCISES = all_exercises()
SETS = sorted(path.name for path in (ROOT / "course" / "source").iterdir())
# These milestones are about the learner's own functions: with a reference in their place there
# would be nothing of the learner's to train on, and the statements say so.
OWN = {
    "train_lenet": {"conv2d", "conv2d_backward"},
    "train_surnames": {"gru_step"},
    "train_gpt": {"scaled_dot_product_attention", "attention_backward"},
}
QUICK = ("ps2",)


def _notebook(name):
    path = ROOT / "course" / "source" / name / f"{name}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def _functions(name):
    """Every function and class of a solved notebook -> the names that it mentions."""
    found = {}
    for cell in _notebook(name)["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.parse("".join(cell["source"])).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                    found[node.name] = used - {node.name}
    return found


def _leans_on(name, functions):
    """The exercises that a solution calls, through the notebook's own functions as well."""
    seen, waiting = set(), [name]
    while waiting:
        for called in functions.get(waiting.pop(), ()):
            if called not in seen and called in functions:
                seen.add(called)
                if called not in EXERCISES:  # another exercise is the reference's
                    waiting.append(called)
    return {n for n in seen if n in EXERCISES}


@pytest.mark.parametrize("name", SETS)
def test_what_a_solution_calls_is_placed_for_it(name):
    release = Release.from_notebook(_notebook(name), name)
    functions = _functions(name)
    for exercise in release.exercises:
        placed = set(EXERCISES[exercise].uses) | OWN.get(exercise, set())
        assert _leans_on(exercise, functions) <= placed, exercise


def _layer(name):
    """0 for an exercise that stands alone, else one more than the highest it builds on."""
    return max((1 + _layer(used) for used in EXERCISES[name].uses), default=0)


def _with_answers(name, release, solved):
    """The release with these questions solved and an answer that fails for every other."""
    cells = []
    for cell, given in zip(_notebook(name)["cells"], release.cells, strict=True):
        text = given.source
        if given.role == "solution" and given.cell_type == "code":
            asked = [n for n in given.defines if n in EXERCISES]
            wrong = [n for n in asked if n not in solved]
            text = "".join(cell["source"])
            for broken in wrong:
                text = f"def {broken}(*args):\n    raise RuntimeError('broken')\n"
        cells.append({**cell, "source": text})
    return {**_notebook(name), "cells": cells}


@pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")
@pytest.mark.parametrize(
    "name", [pytest.param(s, marks=() if s in QUICK else pytest.mark.slow) for s in SETS]
)
def test_an_answer_earns_the_same_beside_broken_ones(name, tmp_path):
    release = Release.from_notebook(_notebook(name), name)
    asked = [n for n in release.exercises if n not in OWN]
    layers = sorted({_layer(n) for n in asked})
    with Sandbox(needs_glia=True) as sandbox:
        for layer in layers:
            solved = {n for n in asked if _layer(n) == layer}
            path = tmp_path / f"{name}.ipynb"
            path.write_text(json.dumps(_with_answers(name, release, solved)), encoding="utf-8")
            submission = read(path, release)
            record = grade_submission(submission, sandbox, EXERCISES, 12, release=release)
            passed = {n for n, verdict in record.verdicts.items() if verdict.passed}
            assert passed == solved, record.verdicts
            broken = {v.status for n, v in record.verdicts.items() if n not in solved}
            assert broken <= {"error"}  # any number of arguments is a right number
