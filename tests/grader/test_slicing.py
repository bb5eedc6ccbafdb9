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


def _needed(*sources, wanted="f"):
    from glia_grader.slicing import needed, shape_of

    return needed([shape_of(source) for source in sources], wanted)


def test_import_for_ones_own_use_drags_no_other_cell_in():
    one = "import math\ndef f(x):\n    return math.exp(x)"
    other = "import math\ndef g(x):\n    return math.sin(x)"
    assert _needed(one, other) == [True, False]
    # The first binds math as well, and h has no import of its own.
    assert _needed(one, "def h(x):\n    return math.pi", wanted="h") == [True, True]


def test_import_that_means_two_things_is_kept_in_order():
    one = "import math\ndef f(x):\n    return math.exp(x)"
    other = "import cmath as math\ndef g(x):\n    return math.sin(x)"
    assert _needed(one, other) == [True, True]


def test_compiled_cell_is_left_out_where_nothing_calls_it():
    compiled = "from numba import njit\n@njit(cache=True)\ndef g(x):\n    return x"
    assert _needed("def f(x):\n    return x", compiled) == [True, False]
    assert _needed("def f(x):\n    return g(x)", compiled) == [True, True]
    own = "def njit(f):\n    print(1)\n    return f\n@njit\ndef g(x):\n    return x"
    assert _needed("def f(x):\n    return x", own) == [True, True]


def test_light_cells_import_nothing_slow():
    from glia_grader.slicing import shape_of

    assert shape_of("import math, numpy as np\ndef f(x): return np.exp(x)").light
    for slow in (
        "import matplotlib.pyplot as plt",
        "def f():\n    import numba",
        "%matplotlib inline",
        "m = __import__('num' + 'ba')",
        "x = (",
    ):
        assert not shape_of(slow).light
