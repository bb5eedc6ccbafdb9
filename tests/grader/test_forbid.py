"""Forbidden names are refused while a check runs, and only then."""

import builtins
import sys
import types

import numpy as np
import pytest
from glia_grader import check
from glia_grader.forbid import FORBIDDEN, ForbiddenName, forbidden, is_forbidden


def cell(source):
    """A notebook's namespace after running some source."""
    space = {"__name__": "__main__", "np": np}
    exec(source, space)
    return space


SHORTCUTS = {
    "imported inside": "def softmax(z):\n    from scipy.special import softmax as s\n"
    "    return s(z, axis=1)",
    "function imported before": "from scipy.special import softmax as s\n"
    "def softmax(z):\n    return s(z, axis=1)",
    "module imported before": "import scipy.special\n"
    "def softmax(z):\n    return scipy.special.softmax(z, axis=1)",
    "module under another name": "import scipy.special as sp\n"
    "def softmax(z):\n    return sp.softmax(z, axis=1)",
    "through another function": "from scipy.special import softmax as s\n"
    "def mine(z):\n    return s(z, axis=1)\ndef softmax(z):\n    return mine(z)",
    "the grader's own reference": "def softmax(z):\n"
    "    from glia_grader.exercise import load\n    return load('softmax').reference(z)",
    "the course library": "def softmax(z):\n    import glia.ops as ops\n    return ops.softmax(z)",
    "the function itself": "from scipy.special import softmax",
}


@pytest.mark.parametrize("source", SHORTCUTS.values(), ids=SHORTCUTS)
def test_shortcuts_are_refused_with_a_reason(source):
    space = cell(source)
    before = dict(space)
    verdict = check("softmax", space["softmax"])
    assert verdict.points == 0
    assert verdict.status == "failed"
    assert "already contains the answer" in repr(verdict)
    assert space == before, "the notebook's names are put back"


def test_unused_imports_harm_nobody():
    space = cell(
        "import scipy.special\nfrom glia_grader import check, grade\n"
        "def softmax(z):\n    p = np.exp(z - z.max(axis=1, keepdims=True))\n"
        "    return p / p.sum(axis=1, keepdims=True)"
    )
    assert check("softmax", space["softmax"]).passed
    assert callable(space["check"]) and space["scipy"] is sys.modules["scipy"]


def test_importing_allowed_things_works():
    space = cell("def sigmoid(z):\n    import math\n    import numpy.linalg\n    return math.pi")
    assert check("sigmoid", space["sigmoid"]).status == "failed"  # runs, and is wrong


def test_everything_is_put_back_after_an_error():
    space = {"m": types.ModuleType("scipy.fake"), "sigmoid": "mine"}
    before, import_before = dict(space), builtins.__import__
    with pytest.raises(RuntimeError), forbidden(FORBIDDEN, space, {"sigmoid": abs, "new": abs}):
        assert space["sigmoid"] is abs and space["new"] is abs
        with pytest.raises(ForbiddenName, match=r"scipy\.fake"):
            space["m"].anything  # noqa: B018
        raise RuntimeError
    assert space == before
    assert builtins.__import__ is import_before


def test_prefixes_are_names_not_letters():
    assert is_forbidden("glia", FORBIDDEN)
    assert is_forbidden("glia.ops.softmax", FORBIDDEN)
    assert not is_forbidden("gliadin", FORBIDDEN)
    assert not is_forbidden("numpy", FORBIDDEN)
    assert not is_forbidden(None, FORBIDDEN)
