"""The vocabulary of exercises, and where they are found.

An exercise is one file that exports `EXERCISE`. It knows nothing of notebooks, sandboxes or
gradebooks: the judge runs it, the check shows it, the pipeline grades it.
"""

import importlib
import importlib.util
import inspect
import os
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from numpy.random import Generator

from glia_grader.forbid import FORBIDDEN
from glia_grader.verdict import CheckResult, Diagnosis, Row, Verdict

__all__ = [
    "Case",
    "Check",
    "CheckResult",
    "Diagnosis",
    "Exercise",
    "Finding",
    "Misconception",
    "Row",
    "Verdict",
    "add_overlay",
    "all_exercises",
    "load",
]

CheckKind = Literal["values", "gradient", "property", "stability"]


@dataclass(frozen=True)
class Case:
    """One call whose result is compared with the reference's.

    Attributes:
        args: Positional arguments.
        note: What is special about it ("one row", "float32"); shown above the failing case.
        scale: Size of the numbers that enter the result where this is more than the result's
            own size: rounding errors are measured against it.
    """

    args: tuple[Any, ...]
    note: str = ""
    scale: float = 0.0


@dataclass(frozen=True)
class Finding:
    """What a check found wrong.

    Attributes:
        message: A sentence for the learner; may name values.
        kind: From coarse to fine: call, none, type, count, shape, dtype, finite, value, property.
        args: The arguments of the failing call, for the table.
        got: The student's plain value.
        want: The expected value; None if the message says all.
        safe: A sentence without any value in it, for hidden mode.
        note: What is special about the case, for the caption of the table.
        slip: A sentence about a common slip that explains all the cases.
    """

    message: str
    kind: str = "property"
    args: tuple[Any, ...] | None = None
    got: Any = None
    want: Any = None
    safe: str = ""
    note: str = ""
    slip: str = ""


@dataclass(frozen=True, eq=False)
class Check:
    """One check: either cases compared with the reference, or an examination of its own.

    Attributes:
        name: Short stable name.
        title: What it looks at, for the learner.
        weight: Share of the exercise's points.
        kind: "values" earn points by themselves; the other kinds count once a "values" check
            passed, so that a lucky constant earns nothing.
        cases: `cases(rng)` -> cases to compare with the reference.
        examine: `examine(ask, rng)` -> Finding or None, where `ask(*args)` returns the student's
            answer after the coarse checks (right count, shape, numbers).
        needs: Names of checks that must pass before this one counts.
        parts: Names of the parts of the result that `cases` compares; all if empty.
        stream: Name of the random numbers to draw; the check's own if empty. Checks of one stream
            see the same data.
    """

    name: str
    title: str
    weight: float
    kind: CheckKind = "values"
    cases: Callable[[Generator], list[Case]] | None = None
    examine: Callable[[Callable[..., Any], Generator], Finding | None] | None = None
    needs: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    stream: str = ""


@dataclass(frozen=True, eq=False)
class Misconception:
    """A complete wrong solution that stands for one belief.

    Attributes:
        name: Short stable name, unique within the exercise.
        belief: What a person who writes this seems to believe.
        symptom: What the outputs show.
        solution: The wrong solution; self-contained but for `np`.
        hints: Three hints, from a question to the explicit step.
        caught_by: Name of the first check that fails.
        variants: The same belief written differently, with other outputs on some inputs.
    """

    name: str
    belief: str
    symptom: str
    solution: Callable[..., Any]
    hints: tuple[str, str, str]
    caught_by: str
    variants: tuple[Callable[..., Any], ...] = ()

    def source_as(self, name: str) -> str:
        """Source of the wrong solution under the exercise's name, ready to paste in a cell."""
        return _renamed(self.solution, name)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise.

    Attributes:
        name: Name of the exercise and of the function to write.
        unit: Chapter, one of `glia_grader.exercises.UNITS`.
        title: Heading for people.
        statement: Markdown: why, then what, with the formula.
        signature: Head of the function with its docstring, as the stub shows it.
        reference: The right solution in plain numpy; self-contained but for `np`.
        checks: Coarse to fine.
        misconceptions: Wrong solutions that the grader knows by name.
        points: Points the exercise is worth.
        returns: Names of the parts of the result; more than one means a tuple.
        forbid: Modules the answer may not lean on. A name such as `glia.ops.conv.conv2d` is an op
            of the library: the learner's own has to stand in for it (`glia.use`).
        uses: Exercises whose functions the answer may call; their references are placed.
        needs: Support the answer needs besides numpy ("glia"), normally nothing.
        axes: Axes that shrink together: name -> ((parameter, axis), ...).
        form_weight: Share of the points for leaving inputs alone and returning arrays.
        time_limit: Seconds for one call.
        free: Names of parts of the result whose length is the learner's to choose.
        milestone: One long call that trains something: an examination that asks what was asked
            before gets the same answer again, and `time_limit` bounds all calls together.
    """

    name: str
    unit: str
    title: str
    statement: str
    signature: str
    reference: Callable[..., Any]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...]
    points: float = 2.0
    returns: tuple[str, ...] = ("result",)
    forbid: tuple[str, ...] = FORBIDDEN
    uses: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    axes: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    form_weight: float = 1.0
    time_limit: float = 2.0
    free: tuple[str, ...] = ()
    milestone: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameter names of the function to write."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def reference_source(self) -> str:
        """The reference as source that needs only `np`, which it imports."""
        return "import numpy as np\n\n\n" + _renamed(self.reference, self.name)

    @property
    def total_weight(self) -> float:
        """Sum of all weights; points are shared in proportion."""
        return sum(c.weight for c in self.checks) + self.form_weight


def _renamed(function: Callable[..., Any], name: str) -> str:
    source = textwrap.dedent(inspect.getsource(function))
    return re.sub(r"^def \w+\(", f"def {name}(", source, count=1, flags=re.MULTILINE)


_overlays: list[Path] = []


def add_overlay(path: str | os.PathLike[str]) -> None:
    """Let the `*.py` exercises in a folder stand before the bundled ones of the same name.

    Args:
        path: A course's `course/exercises` folder. The last one added wins.
    """
    folder = Path(path).resolve()
    if folder in _overlays:
        _overlays.remove(folder)
    _overlays.append(folder)
    _found.cache_clear()


def all_exercises() -> dict[str, Exercise]:
    """All exercises by name: the bundled ones, then those of `GLIA_EXERCISES` and overlays."""
    extra = os.environ.get("GLIA_EXERCISES", "")
    folders = [Path(p) for p in extra.split(os.pathsep) if p] + _overlays
    return dict(_found(tuple(folders)))


def load(name: str) -> Exercise:
    """The exercise of that name.

    Raises:
        KeyError: Unknown name; the message suggests the nearest ones.
    """
    found = all_exercises()
    if name in found:
        return found[name]
    import difflib

    near = difflib.get_close_matches(str(name), found, n=2, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise KeyError(
        f"There is no exercise called {name!r}.{hint} All names: {', '.join(sorted(found))}."
    )


@cache
def _bundled() -> dict[str, Exercise]:
    import glia_grader.exercises as package

    found = {}
    for unit in package.UNITS:
        for name in importlib.import_module(f"{package.__name__}.{unit}").ORDER:
            module = importlib.import_module(f"{package.__name__}.{unit}.{name}")
            found[name] = module.EXERCISE
    return found


@cache
def _found(folders: tuple[Path, ...]) -> dict[str, Exercise]:
    found = dict(_bundled())
    for folder in folders:
        for path in sorted(folder.glob("[!_]*.py")):
            exercise = _load_file(path)
            found[exercise.name] = exercise
    return found


def _load_file(path: Path) -> Exercise:
    spec = importlib.util.spec_from_file_location(f"glia_overlay_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot read an exercise from {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    exercise = getattr(module, "EXERCISE", None)
    if not isinstance(exercise, Exercise):
        raise ImportError(f"{path} should export EXERCISE, an Exercise; got {type(exercise)}")
    return exercise
