"""Which misconception explains an answer: one that reproduces it on every probe, and only one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glia_grader.answerer import StudentError, copy_argument, describe, plain
from glia_grader.compare import same, tolerance
from glia_grader.exercise import Exercise, Misconception
from glia_grader.verdict import Diagnosis


@dataclass(frozen=True)
class Observation:
    """One call and what came of it.

    Attributes:
        args: The arguments.
        value: The plain value that came back.
        error: Kind of StudentError, or "".
        message: What the error said.
        scale: Size of the numbers behind the result.
        mutated: Position of the first argument changed in place, or None.
        looked: Whether the answerer looked at the arguments afterwards.
    """

    args: tuple[Any, ...]
    value: Any
    error: str = ""
    message: str = ""
    scale: float = 0.0
    mutated: int | None = None
    looked: bool = True


def diagnose(
    exercise: Exercise, observations: list[Observation]
) -> tuple[Diagnosis, tuple[str, ...]] | None:
    """Name the misconception behind a wrong answer.

    Args:
        exercise: The exercise.
        observations: Every call the judge made; at least one differs from the reference.

    Returns:
        The diagnosis and its hints, or None if no misconception, or more than one, reproduces
        every observation.
    """
    fitting = [m for m in exercise.misconceptions if reproduces(m, observations)]
    if len(fitting) != 1:
        return None
    (m,) = fitting
    return Diagnosis(m.name, m.belief, m.symptom), m.hints


def reproduces(misconception: Misconception, observations: list[Observation]) -> bool:
    """Whether a wrong solution gives the observed outcome on every probe."""
    solutions = (misconception.solution, *misconception.variants)
    return any(all(_matches(solution, o) for o in observations) for solution in solutions)


def _matches(solution: Callable[..., Any], seen: Observation) -> bool:
    given = [copy_argument(a) for a in seen.args]
    try:
        with np.errstate(all="ignore"):
            value = plain(solution(*given))
    except StudentError as error:
        return seen.error == error.kind
    except Exception as error:
        return seen.error == "exception" and _wordless(seen.message) == _wordless(describe(error))
    if seen.error:
        return False
    rtol = tolerance(seen.args, seen.value)
    if not same(seen.value, value, rtol, seen.scale):
        return False
    changed = [
        i
        for i, (a, b) in enumerate(zip(seen.args, given, strict=True))
        if isinstance(a, np.ndarray) and not np.array_equal(a, b, equal_nan=True)
    ]
    return changed[:1] == ([] if seen.mutated is None else [seen.mutated])


def _wordless(message: str) -> str:
    """An error message without its numbers, which may come from other line breaks or versions."""
    return re.sub(r"\d+", "#", message)
