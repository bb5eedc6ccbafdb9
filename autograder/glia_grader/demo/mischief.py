"""What goes wrong in real classes, by accident and on purpose. All of it is harmless here."""

from __future__ import annotations

import copy
from typing import Any

from .notebooks import add_tag, find, replace_graded

__all__ = ["cut_off", "duplicate", "edit_checks", "not_a_notebook", "skip_checks"]

PLOT = """\
import matplotlib.pyplot as plt

points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
fig, ax = plt.subplots(figsize=(3.2, 2.4))
ax.scatter(points[:, 0], points[:, 1], c=[0, 1, 1, 0], cmap="gray_r", edgecolors="black")
ax.set_title("XOR: no line will do")
plt.show()"""

SYNTAX_ERROR = """\
def logistic_gradient(X, y, weight, bias):
    z = X @ weight + bias
    a = 1 / (1 + np.exp(-z)
    return X.T @ (a - y) / len(y), (a - y).mean()"""

ENDLESS_LOOP = """\
def perceptron_fit(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    while True:  # until it has learnt everything
        wrong = 0
        for row, label in zip(X, y):
            guess = 1 if row @ weight + bias > 0 else 0
            wrong += guess != label
        mistakes.append(wrong)"""

ENDLESS_COMPILED = """\
from numba import njit


@njit
def _settle(value):
    total = value
    while total < 2.0:  # a sine never gets there
        total = np.sin(total + value)
    return total


def sigmoid(z):
    return np.array([_settle(float(value)) for value in np.ravel(z)]).reshape(np.shape(z))"""

MEMORY_BOMB = """\
def softmax(z):
    history = []
    while True:
        history.append(np.ones((2000, 2000)))  # keep everything, just in case"""

EXIT = """\
import os

os._exit(0)"""

MONKEYPATCH = """\
import builtins, sys
import numpy.testing

always = lambda *args, **kwargs: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **kwargs: None
np.allclose = np.array_equal = np.isclose = np.array_equiv = always
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("glia"):
        for name in ("check", "grade", "judge"):
            if hasattr(module, name):
                setattr(module, name, always)"""

GRADEBOOK_WRITER = """\
import glob, os, sqlite3

for path in glob.glob("**/gradebook.db", recursive=True) + ["../../../gradebook.db"]:
    if os.path.exists(path):
        book = sqlite3.connect(path)
        book.execute("update grade set auto_score = 2, manual_score = 2")
        book.commit()"""

BORROWED = """\
from glia.ops import softmax as _softmax


def softmax(z):
    return _softmax(z)"""

STOLEN = """\
import glia_grader.exercise as _exercise


def sigmoid(z):
    return _exercise.load("sigmoid").reference(z)"""

# The file is cut inside the statement of the fifth exercise: four answers are whole.
COMPLETE_BEFORE_CUT = 4


def cut_off(text: str) -> bytes:
    """Keep the file up to the middle of the fifth statement."""
    return text[: text.index("1.5 Rosenblatt") + 200].encode("utf-8")


def not_a_notebook(_text: str) -> bytes:
    """Return the beginning of a JPEG."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(200)


def duplicate(notebook: Any, *grade_ids: str) -> None:
    """Copy cells right below themselves, ids and all, as editors do."""
    for grade_id in grade_ids:
        index = find(notebook, grade_id)
        notebook.cells.insert(index + 1, copy.deepcopy(notebook.cells[index]))


def edit_checks(notebook: Any) -> None:
    """Write ``pass`` over every graded cell."""
    replace_graded(notebook, "pass")


def skip_checks(notebook: Any) -> None:
    """Tag every graded cell so that stock nbgrader would not run it."""
    add_tag(notebook, "skip-execution")
