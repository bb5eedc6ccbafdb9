"""Running cells: what hangs or dies costs itself, and what came before is not lost."""

import pytest
from glia_grader.budget import Budget
from glia_grader.intake import Cell, Submission
from glia_grader.intake.source import read_source
from glia_grader.question import ask
from glia_grader.run import Deadline, definitions, run_notebook
from glia_grader.sandbox.host import Limits, Sandbox
from glia_grader.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

BUDGET = Budget(cell=1.0, slow=0.5, question=5.0, notebook=6.0)
RIGHT = "import numpy as np\ndef softmax(z):\n    e = np.exp(z - z.max(1, keepdims=True))\n"
RIGHT += "    return e / e.sum(1, keepdims=True)"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as opened:
        yield opened


def submission(*sources):
    cells = tuple(
        Cell(i, "student", source, True, read_source(source).defines)
        for i, source in enumerate(sources)
    )
    return Submission("ada", "", {"cells": []}, cells)


def run(sandbox, *sources, budget=BUDGET):
    return run_notebook(sandbox, submission(*sources), budget, Deadline(30), Limits())


def judged(sandbox, runs, name="softmax"):
    from glia_grader.exercise import load

    return ask(
        sandbox,
        load(name),
        name,
        runs,
        seed=1,
        budget=BUDGET,
        deadline=Deadline(30),
        limits=Limits(),
    )


def test_states_and_what_comes_after(sandbox):
    runs = run(
        sandbox,
        "x = 1",
        "1 / 0",
        "import os; os._exit(3)",
        "print(x)",
        "while True: pass",
        "x + 1",
    )
    assert [r.state for r in runs] == ["ok", "error", "died", "ok", "timeout", "ok"]
    assert runs[3].outputs[0]["text"] == "1\n"
    assert runs[5].outputs[0]["data"]["text/plain"] == "2"


def test_notebook_has_an_end(sandbox):
    tight = Budget(cell=0.6, notebook=1.0)
    runs = run(sandbox, *["while True: pass"] * 4, "y = 1", budget=tight)
    assert [r.state for r in runs][-2:] == ["skipped", "skipped"]


def test_cell_that_hung_costs_the_exercise_it_defines_and_no_other(sandbox):
    hung = "def softmax(z):\n    return z\nwhile True:\n    pass"
    update = (
        "def perceptron_update(x, y, weight, bias, lr):\n"
        "    e = lr * (y - (1 if x @ weight + bias > 0 else 0))\n"
        "    return weight + e * x, bias + e"
    )
    runs = run(sandbox, hung, update)
    assert judged(sandbox, runs).status == "timeout"
    assert judged(sandbox, runs, "perceptron_update").passed


def test_helper_in_a_cell_that_hung_is_still_there(sandbox):
    helper = "import numpy as np\ndef shifted(z):\n    return z - z.max(1, keepdims=True)\n"
    runs = run(
        sandbox,
        helper + "while True:\n    pass",
        "def softmax(z):\n    e = np.exp(shifted(z))\n    return e / e.sum(1, keepdims=True)",
    )
    assert judged(sandbox, runs).passed


def test_slow_cell_is_replayed_in_full_only_for_its_own_function(sandbox):
    slow = "import time\ntime.sleep(0.7)\nFACTOR = 1.0\n"
    runs = run(sandbox, slow + RIGHT.replace("return e", "return FACTOR * e"))
    assert runs[0].seconds > BUDGET.slow
    assert judged(sandbox, runs).passed


def test_reference_of_what_is_used_stands_in_for_a_wrong_helper(sandbox):
    wrong = "import numpy as np\ndef softmax(z):\n    return np.zeros_like(z)"
    gradient = (
        "def softmax_gradient(logits, targets):\n"
        "    return (softmax(logits) - np.eye(logits.shape[1])[targets]) / len(logits)"
    )
    runs = run(sandbox, wrong, gradient)
    assert judged(sandbox, runs).points == 0
    assert judged(sandbox, runs, "softmax_gradient").passed


def test_forbidden_import_is_named(sandbox):
    runs = run(sandbox, "from scipy.special import softmax as s\ndef softmax(z): return s(z, 1)")
    verdict = judged(sandbox, runs)
    assert verdict.points == 0 and "scipy" in verdict.first_failure.message


def test_definitions_keep_what_costs_nothing():
    source = "%matplotlib inline\nimport os\nx = train()\ndef f():\n    return 1\nf()"
    assert definitions(source) == "import os\ndef f():\n    return 1"
    assert definitions("def f(:") == ""
