"""Questions share a box only where nobody could tell, and nobody ever loses a point by it."""

from typing import Any

import pytest
from glia_grader.budget import Budget
from glia_grader.exercise import load
from glia_grader.intake import Cell, Submission
from glia_grader.intake.source import read_source
from glia_grader.run import Deadline, run_notebook
from glia_grader.sandbox.host import Limits, Sandbox
from glia_grader.sandbox.probe import probe
from glia_grader.sharing import Question, Questions

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

BUDGET = Budget(cell=1.0, slow=0.5, question=5.0, notebook=6.0)
SIGMOID = """import numpy as np
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))"""
SOFTMAX = """import numpy as np
def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)"""
UPDATE = """def perceptron_update(x, y, weight, bias, lr):
    e = lr * (y - (1 if x @ weight + bias > 0 else 0))
    return weight + e * x, bias + e"""
PREDICT = """import numpy as np
def perceptron_predict(X, weight, bias, labels):
    z = X @ weight + bias
    return np.where(z > 0, 1, 0) if labels == "01" else np.where(z >= 0, 1, -1)"""
ENTROPY = """import numpy as np
def cross_entropy(logits, targets):
    top = logits.max(1)
    logs = top + np.log(np.exp(logits - top[:, None]).sum(1))
    return float(np.mean(logs - logits[np.arange(len(logits)), targets]))"""
GRADIENT = """import numpy as np
def softmax_gradient(logits, targets):
    return (softmax(logits) - np.eye(logits.shape[1])[targets]) / len(logits)"""
NAMES = ("perceptron_update", "perceptron_predict", "sigmoid", "softmax", "softmax_gradient")


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as opened:
        yield opened


class Counting:
    """A sandbox that counts the boxes that were asked of it."""

    def __init__(self, sandbox):
        self.sandbox, self.boxes = sandbox, []

    def open(self, *given, **named):
        box = self.sandbox.open(*given, **named)
        self.boxes.append(box)
        return box


def asked(sandbox, names, *sources):
    """Verdicts by name, and how many boxes that took."""
    cells = tuple(
        Cell(i, "student", source, True, read_source(source).defines)
        for i, source in enumerate(sources)
    )
    submission = Submission("ada", "", {"cells": []}, cells)
    runs = run_notebook(sandbox, submission, BUDGET, Deadline(30), Limits())
    counting: Any = Counting(sandbox)
    questions = [Question(load(name), name, runs) for name in names]
    given = {"seed": 1, "budget": BUDGET, "deadline": Deadline(60), "limits": Limits()}
    with Questions(counting, questions, **given) as open_questions:
        verdicts = {q.function: open_questions.ask(q) for q in questions}
    assert not any(box.alive for box in counting.boxes)
    return verdicts, len(counting.boxes)


def test_an_honest_notebook_needs_few_boxes(sandbox):
    names = (*NAMES[:-1], "cross_entropy", NAMES[-1])
    sources = (UPDATE, PREDICT, SIGMOID, SOFTMAX, ENTROPY, GRADIENT)
    verdicts, boxes = asked(sandbox, names, *sources)
    assert all(verdict.passed for verdict in verdicts.values())
    assert boxes == 1, "what uses softmax is asked with the student's own, which is right"
    verdicts, boxes = asked(sandbox, ("sigmoid", "softmax_gradient"), *sources)
    assert all(verdict.passed for verdict in verdicts.values())
    assert boxes == 2, "nobody asked for softmax, so the reference of it is placed"


def test_a_mistake_in_what_is_used_costs_only_itself(sandbox):
    """softmax is wrong: its gradient is asked with the reference, in a box of its own."""
    wrong = SOFTMAX.replace("return e /", "return 2 * e /")
    names = (*NAMES[:-1], "cross_entropy", NAMES[-1])
    verdicts, boxes = asked(sandbox, names, UPDATE, PREDICT, SIGMOID, wrong, ENTROPY, GRADIENT)
    assert [name for name in names if not verdicts[name].passed] == ["softmax"]
    assert boxes == 3, "one for all, softmax again, one with the reference"


def test_a_mistake_that_the_own_helper_shows_is_judged_with_the_reference(sandbox):
    """The gradient leans on something of softmax's that a reference has not: it fails both ways."""
    own = SOFTMAX.replace("def softmax(z):", "def softmax(z, scale=1.0):\n    z = scale * z")
    leans = GRADIENT.replace("softmax(logits)", "softmax(logits, 2.0)")
    names = ("softmax", "cross_entropy", "softmax_gradient")
    verdicts, boxes = asked(sandbox, names, own, ENTROPY, leans)
    assert [name for name in names if not verdicts[name].passed] == ["softmax_gradient"]
    assert boxes == 2


def test_references_stay_out_of_the_boxes_of_questions_that_do_not_use_them(sandbox):
    """The reference of softmax, placed for its gradient, must not answer for softmax itself."""
    borrowed = "def softmax(z):\n    return z"
    verdicts, _ = asked(sandbox, ("softmax_gradient", "softmax"), borrowed, GRADIENT)
    assert verdicts["softmax_gradient"].passed
    assert verdicts["softmax"].points == 0


def test_who_spoils_a_box_spoils_it_for_nobody(sandbox):
    """sigmoid breaks numpy; what is asked after it is asked again where numpy is whole."""
    spoiler = SIGMOID.replace("    e =", "    np.exp2 = np.max = np.ndarray = None\n    e =", 1)
    breaks_later = SOFTMAX.replace("z.max(1", "np.max(z, 1")
    verdicts, boxes = asked(sandbox, ("sigmoid", "softmax"), spoiler, breaks_later)
    assert verdicts["softmax"].passed
    assert boxes == 2


def test_who_ends_the_process_ends_it_for_nobody_else(sandbox):
    ends = "import os\ndef sigmoid(z):\n    os._exit(3)"
    verdicts, _ = asked(sandbox, ("perceptron_update", "sigmoid", "softmax"), UPDATE, ends, SOFTMAX)
    assert verdicts["sigmoid"].status == "died"
    assert verdicts["perceptron_update"].passed and verdicts["softmax"].passed


def test_what_another_question_left_behind_costs_nothing(sandbox):
    """softmax goes wrong once sigmoid was asked: it is asked again, in a fresh box."""
    remembers = "ASKED = []\n" + SIGMOID.replace("    e =", "    ASKED.append(1)\n    e =", 1)
    depends = SOFTMAX.replace("    e = ", "    z = z if not ASKED else z * 2\n    e = ")
    verdicts, _ = asked(sandbox, ("sigmoid", "softmax"), remembers, depends)
    assert verdicts["softmax"].passed


@pytest.mark.parametrize(
    "odd",
    [
        "def softmax(z):\n    return z",  # the same name twice
        "import math as np",  # a name for something else
        "while True: pass",
        "import time; time.sleep(0.7)",
    ],
)
def test_where_it_could_matter_every_question_has_its_own_box(sandbox, odd):
    names = ("perceptron_update", "sigmoid")
    verdicts, boxes = asked(sandbox, names, odd, UPDATE, SIGMOID, SOFTMAX)
    assert boxes == 2
    assert all(verdict.passed for verdict in verdicts.values())
