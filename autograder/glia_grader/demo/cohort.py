"""The demo's class: who hands in what, and what it deserves.

`deserved` names the kind of answer for each exercise. Points follow from it: a right answer earns
all, a blank or broken one nothing, a known wrong solution what the judge gives to that function by
itself, without notebook or sandbox in between. The grader has to arrive at the same numbers.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from . import mischief
from .answers import WRITTEN, exercise_names, misconception, model, style
from .notebooks import add_cell, answered

__all__ = ["SEED", "Handed", "class_list", "deserved_points"]

# The demo is the same on every machine; a course of one's own draws a secret seed.
SEED = 1943

RIGHT, NOTHING = "right", "nothing"

# name, and what they hold: exercise and misconception.
MISTAKEN: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Yuki Tanaka", (("mcculloch_pitts", "strict"),)),
    ("Carlos Mendoza", (("perceptron_predict", "always_strict"),)),
    ("Freya Nilsen", (("perceptron_update", "wrong_sign"),)),
    ("Kwame Mensah", (("perceptron_fit", "batch"),)),
    ("Elif Demir", (("mistake_bound", "not_squared"), ("sigmoid", "second_form_only"))),
    ("Giulia Ferrari", (("log_likelihood", "log_of_sigmoid"),)),
    ("Ahmed Hassan", (("logistic_gradient", "sum"), ("softmax_gradient", "no_mean"))),
    ("Mia Johansson", (("softmax", "wrong_axis"),)),
    ("Liam O'Connor", (("softmax", "unstable"), ("cross_entropy", "log_of_softmax"))),
    ("Nadia Petrova", (("softmax", "wrong_axis"), ("adaline_step", "new_weight_for_bias"))),
    ("Diego Vargas", (("losses", "no_half"), ("logistic_gradient", "sum"))),
    ("Hannah Schmidt", (("xor_hidden_units", "units_in_columns"),)),
)


@dataclass(frozen=True)
class Handed:
    """One student of the class.

    Attributes:
        student: nbgrader's student id.
        first_name: for the gradebook.
        last_name: for the gradebook.
        what: one line: what this submission is.
        file: the bytes of ``ps1.ipynb``; None if nothing was handed in.
        deserved: for each exercise "right", "nothing", or a misconception's name.
        unreadable: whether nothing in the file can be read: it gets a reason and no score.
        hours_late: how long after the deadline it came.
    """

    student: str
    first_name: str
    last_name: str
    what: str
    file: bytes | None
    deserved: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False
    hours_late: int = 0


def deserved_points(handed: Handed, seed: int = SEED) -> float | None:
    """Return the points a submission deserves, or None if it can't have any.

    Args:
        handed: the student's submission.
        seed: seed of the judge's random cases.
    """
    if handed.file is None or handed.unreadable:
        return None
    from glia_grader.exercise import load

    total = 0.0
    for name, kind in handed.deserved.items():
        if kind == RIGHT:
            total += load(name).points
        elif kind != NOTHING:
            total += _worth(name, kind, seed)
    return round(total, 2)


@cache
def _worth(exercise_name: str, kind: str, seed: int) -> float:
    """What the judge gives to a known wrong solution, called right here."""
    import warnings

    import numpy as np

    from glia_grader.exercise import load
    from glia_grader.judge import LocalAnswerer, judge

    exercise = load(exercise_name)
    held = next(m for m in exercise.misconceptions if m.name == kind)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        verdict = judge(exercise, LocalAnswerer(held.solution), seed=seed, hidden=True)
    return round(verdict.points, 2)


def class_list(release: Any) -> list[Handed]:
    """Return the whole class for a released ``ps1`` notebook.

    Args:
        release: the notebook that nbgrader released, an nbformat node.
    """
    return [
        *_honest(release),
        *_mistaken(release),
        *_unfinished(release),
        *_unlucky(release),
        *_dishonest(release),
        Handed("noah.lindqvist", "Noah", "Lindqvist", "handed in nothing", None),
    ]


def _student(
    name: str,
    what: str,
    notebook: Any,
    deserved: dict[str, str] | None = None,
    *,
    mangle: Callable[[str], bytes] | None = None,
    **more: Any,
) -> Handed:
    first, last = name.split(" ", 1)
    student = _student_id(first, last)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    data = mangle(text) if mangle else text.encode("utf-8")
    marks = dict.fromkeys(exercise_names(), RIGHT) if deserved is None else deserved
    return Handed(student, first, last, what, data, marks, **more)


def _student_id(first: str, last: str) -> str:
    """Letters and a dot: ids become folder names on every system."""
    decomposed = unicodedata.normalize("NFKD", f"{first}.{last}".lower().replace("ı", "i"))
    return "".join(c for c in decomposed if c.isascii() and (c.isalpha() or c == "."))


def _marks(right: list[str] | tuple[str, ...] = (), **others: str) -> dict[str, str]:
    marks = {name: RIGHT if name in right else NOTHING for name in exercise_names()}
    return {**marks, **others}


def _but(**others: str) -> dict[str, str]:
    return {**dict.fromkeys(exercise_names(), RIGHT), **others}


def _honest(release: Any) -> Iterator[Handed]:
    yield _student("Amara Okafor", "the model solutions", answered(release, model(), WRITTEN[0]))
    plots = answered(release, style("compact"), WRITTEN[3])
    add_cell(plots, "solution-sigmoid", mischief.PLOT)
    yield _student("Lin Wei", "compact numpy, with plots of their own", plots)
    loops = answered(release, style("loops"), WRITTEN[1])
    yield _student("Mateo García", "plain loops", loops)
    compiled = answered(release, style("compiled"), WRITTEN[2])
    yield _student("Jonas Weber", "loops compiled with numba", compiled)
    chatty = answered(release, style("compact"), WRITTEN[0])
    add_cell(chatty, "solution-softmax", "for i in range(10_000):\n    print('epoch', i)")
    yield _student("Priya Raman", "right, and prints 10,000 lines", chatty)
    late = answered(release, model(), WRITTEN[1])
    yield _student("Sofia Rossi", "right, three hours late", late, hours_late=3)


def _mistaken(release: Any) -> Iterator[Handed]:
    for index, (name, held) in enumerate(MISTAKEN):
        code = {**model(), **{exercise: misconception(exercise, m) for exercise, m in held}}
        yield _student(
            name,
            ", ".join(f"{exercise}: {m.replace('_', ' ')}" for exercise, m in held),
            answered(release, code, WRITTEN[index % len(WRITTEN)]),
            _but(**dict(held)),
        )


def _unfinished(release: Any) -> Iterator[Handed]:
    names = exercise_names()
    yield _student("Emre Yılmaz", "the release, untouched", answered(release, {}), _marks())
    half = {name: model()[name] for name in names[:7]}
    yield _student(
        "Chloé Martin", "the first half", answered(release, half), _marks(right=names[:7])
    )
    typo = {**model(), "logistic_gradient": mischief.SYNTAX_ERROR}
    yield _student(
        "Tomasz Nowak",
        "a syntax error in one answer",
        answered(release, typo, WRITTEN[2]),
        _but(logistic_gradient=NOTHING),
    )


def _unlucky(release: Any) -> Iterator[Handed]:
    for name, what, exercise, source in (
        ("Aisha Khan", "an endless loop", "perceptron_fit", mischief.ENDLESS_LOOP),
        ("Viktor Sokolov", "an endless compiled loop", "sigmoid", mischief.ENDLESS_COMPILED),
        ("Hana Suzuki", "fills the memory", "softmax", mischief.MEMORY_BOMB),
    ):
        yield _student(
            name,
            what,
            answered(release, {**model(), exercise: source}, WRITTEN[1]),
            _but(**{exercise: NOTHING}),
        )
    leaves = answered(release, style("loops"), WRITTEN[0])
    add_cell(leaves, "solution-losses", mischief.EXIT)
    yield _student("Lucas Silva", "a cell that ends the whole process", leaves)
    doubled = answered(release, model(), WRITTEN[3])
    mischief.duplicate(doubled, "solution-softmax", "grade-softmax", "grade-sigmoid")
    yield _student("Fatima Benali", "cells copied and pasted", doubled)
    yield _student(
        "Oliver Smith",
        "cut off in mid-upload: invalid JSON",
        answered(release, model(), WRITTEN[2]),
        _marks(right=exercise_names()[: mischief.COMPLETE_BEFORE_CUT]),
        mangle=mischief.cut_off,
    )
    yield _student(
        "Grace Mwangi",
        "a photo saved as ps1.ipynb",
        answered(release, {}),
        {},
        mangle=mischief.not_a_notebook,
        unreadable=True,
    )


def _dishonest(release: Any) -> Iterator[Handed]:
    names = exercise_names()
    half = {name: model()[name] for name in names[:4]}
    edited = answered(release, half)
    mischief.edit_checks(edited)
    yield _student("Ethan Brown", "graded cells replaced by pass", edited, _marks(names[:4]))
    patched = answered(release, {})
    add_cell(patched, "solution-mcculloch_pitts", mischief.MONKEYPATCH)
    yield _student("Ines Costa", "np.testing and the judge patched", patched, _marks())
    skipped = answered(release, half)
    mischief.skip_checks(skipped)
    yield _student("Daniel Levy", "graded cells tagged skip-execution", skipped, _marks(names[:4]))
    writer = answered(release, half)
    add_cell(writer, "grade-sigmoid", mischief.GRADEBOOK_WRITER)
    yield _student("Zoe Papadaki", "writes itself full marks", writer, _marks(names[:4]))
    borrowed = {**model(), "softmax": mischief.BORROWED, "sigmoid": mischief.STOLEN}
    yield _student(
        "Ravi Patel",
        "borrows the library's and the grader's own functions",
        answered(release, borrowed, WRITTEN[2]),
        _but(softmax=NOTHING, sigmoid=NOTHING),
    )
