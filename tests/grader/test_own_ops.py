"""A milestone runs on the learner's own code: the library's op is switched off meanwhile."""

import json

import numpy as np
import pytest
from course_builder import ROOT
from glia_grader.answerer import StudentError
from glia_grader.check import check
from glia_grader.exercise import all_exercises, load
from glia_grader.forbid import withheld
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
    assert "it uses glia.ops.recurrent.gru" in verdict.to_text()


def test_the_check_in_the_notebook_refuses_the_librarys_attention():
    def train_gpt(tokens, start):
        import glia

        glia.models.GPT(36, context=24, d_model=32, nhead=2)(glia.tensor(tokens[None, :24]))
        return start

    verdict = check("train_gpt", train_gpt)
    assert verdict.points == 0
    assert "it uses glia.ops.attention.attention" in verdict.to_text()


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
    assert verdict.points == 0
    assert "it uses glia.ops.recurrent.gru" in verdict.to_text()


def test_what_a_milestone_withholds_is_an_op_of_the_library_forth_and_back():
    """A name that is no op would forbid nothing."""
    from importlib import import_module

    from glia import backend

    found = {}
    for name in all_exercises():
        ops = [n.rpartition(".") for n in load(name).forbid if n.startswith("glia.ops.")]
        for module, _, op in ops:
            import_module(module)
            assert op in backend.names()
        if ops:
            found[name] = {op.removesuffix("_backward") for _, _, op in ops}
            assert all(
                f"{op}_backward" in [o for *_, o in ops]
                for op in found[name] - {"attention_weights"}
            )
    assert set(found) == {"train_lenet", "train_surnames", "train_gpt"}


def test_a_withheld_op_is_gone_from_both_back_ends():
    import glia
    from glia import backend

    q = glia.randn(1, 2, 4, 8, requires_grad=True)
    for name in backend.available():
        with backend.use(name), withheld(load("train_gpt").forbid):
            for dropout in (0.0, 0.5):
                with pytest.raises(StudentError, match=r"glia\.ops\.attention"):
                    glia.functional.scaled_dot_product_attention(q, q, q, dropout_p=dropout)
        y = glia.functional.scaled_dot_product_attention(q, q, q)
        with backend.use(name), withheld(load("train_gpt").forbid):
            with pytest.raises(StudentError, match="attention_backward"):
                y.sum().backward()
