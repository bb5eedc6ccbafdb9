"""Cells are left out of a replay only where they cannot matter."""

import pytest
from glia_grader.slicing import needed, shape_of

SETUP = "import numpy as np"
HELPER = "def helper(x):\n    return x + 1"
ANSWER = "def answer(x):\n    return helper(x)"
OTHER = "def other(x):\n    return 0"


def kept(*sources, wanted="answer"):
    marks = needed([shape_of(s) for s in sources], wanted)
    return [s for s, keep in zip(sources, marks, strict=True) if keep]


def test_only_what_the_function_reaches():
    assert kept(SETUP, HELPER, ANSWER, OTHER) == [SETUP, HELPER, ANSWER]
    assert kept(SETUP, HELPER, ANSWER, OTHER, wanted="other") == [SETUP, OTHER]


def test_every_definition_of_a_name_is_kept_in_order():
    again = "def answer(x):\n    return 2"
    assert kept(ANSWER, again, HELPER) == [ANSWER, again, HELPER]


@pytest.mark.parametrize(
    "cell",
    [
        "x = 3",
        "print('hello')",
        "import math",
        "@decorate\ndef other(x):\n    return 0",
        "def other(x=compute()):\n    return 0",
        "def other(x: make()) -> None:\n    return 0",
        "class Other:\n    pass",
        "def other(:\n",
        "OTHER = 1\ndef other(x):\n    return 0",
    ],
)
def test_a_cell_that_does_something_is_kept(cell):
    assert cell in kept(ANSWER, cell)


def test_what_a_kept_cell_mentions_is_kept():
    assert OTHER in kept(ANSWER, OTHER, "f = other")
    assert OTHER in kept(ANSWER, OTHER, "sys.modules['x'].other()")


@pytest.mark.parametrize(
    "cell",
    [
        "def helper(x):\n    return globals()['other'](x)",
        "def helper(x):\n    return eval('oth' + 'er')(x)",
        "%run something",
        "import __main__",
        "def helper(x):\n    return helper.__globals__",
    ],
)
def test_where_names_are_looked_up_at_run_time_all_is_kept(cell):
    assert kept(OTHER, cell, ANSWER) == [OTHER, cell, ANSWER]


def test_typed_functions_with_constants_are_plain():
    typed = "def other(x: np.ndarray, y: int = -1, *, z=None) -> float:\n    return 0.0"
    assert typed not in kept(SETUP, typed, ANSWER)
