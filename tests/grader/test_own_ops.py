"""A milestone runs on the learner's own code: the library's op is switched off meanwhile."""

import json

import numpy as np
import pytest
from course_builder import ROOT
from glia_grader.check import check
from glia_grader.exercise import all_exercises, load
from glia_grader.grading import grade_submission
from glia_grader.intake import Release, read
from glia_grader.sandbox.host import Sandbox

BORROWED = """
def train_surnames(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    import glia
    net = glia.nn.GRU(27, W_hh.shape[1], batch_first=True)
    net(glia.tensor(np.eye(27, dtype=np.float32)[names]), lengths=glia.tensor(lengths))
    return W_ih, W_hh, b_ih, b_hh, W_out, b_out
"""


def _borrowed():
    space = {"np": np}
    exec(BORROWED, space)
    return space["train_surnames"]


def test_the_check_in_the_notebook_refuses_the_librarys_gru():
    verdict = check("train_surnames", _borrowed())
    assert verdict.points == 0
    assert "gru is switched off here" in verdict.to_text()


def test_the_check_in_the_notebook_refuses_the_librarys_attention():
    def train_gpt(tokens, start):
        import glia

        glia.models.GPT(36, context=24, d_model=32, nhead=2)(glia.tensor(tokens[None, :24]))
        return start

    verdict = check("train_gpt", train_gpt)
    assert verdict.points == 0
    assert "scaled_dot_product_attention is switched off here" in verdict.to_text()


def test_afterwards_the_library_is_whole_again():
    import glia

    check("train_surnames", _borrowed())
    assert glia.nn.GRU(2, 3)(glia.zeros(4, 1, 2))[0].shape == (4, 1, 3)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Problem set 7 without an answer but one, a borrowed milestone."""
    source = json.loads((ROOT / "course" / "source" / "ps7" / "ps7.ipynb").read_text("utf-8"))
    release = Release.from_notebook(source, "ps7")
    cells = []
    for cell, given in zip(source["cells"], release.cells, strict=True):
        text = "".join(cell["source"])
        if text.startswith("def train_surnames"):
            text = BORROWED
        elif given.role == "solution":
            text = given.source
        cells.append({**cell, "source": text})
    path = tmp_path_factory.mktemp("own") / "ps7.ipynb"
    path.write_text(json.dumps({**source, "cells": cells}), "utf-8")
    with Sandbox(needs_glia=True) as sandbox:
        submission = read(path, release)
        return grade_submission(submission, sandbox, all_exercises(), 5, release=release)


def test_the_box_refuses_the_librarys_gru(graded):
    verdict = graded.verdicts["train_surnames"]
    assert verdict.points == 0 and verdict.status == "error"
    assert "RuntimeError" in verdict.to_text()


def test_milestones_on_the_library_say_which_ops_are_the_learners():
    from glia.substitute import replaceable

    for name in all_exercises():
        exercise = load(name)
        assert set(exercise.own) <= set(replaceable())
        assert not exercise.own or exercise.needs == ("glia",)
