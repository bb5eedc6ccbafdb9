"""The instant check in a notebook: one line, an answer within a second.

`check` is for trying as often as one likes. `grade` is the line in a graded cell: the same public
probes, in a form that stock nbgrader understands as points.
"""

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from glia_grader.answerer import LocalAnswerer, Reply, StudentError, plain
from glia_grader.exercise import Exercise, all_exercises, load
from glia_grader.forbid import ForbiddenName, forbidden, is_forbidden, withheld
from glia_grader.judge import judge
from glia_grader.standing import Progress
from glia_grader.verdict import Verdict
from glia_grader.watchdog import TimeIsUp, Watchdog

PUBLIC_SEED = 2026
"""Seed of the public probes. A graded run draws its own."""

_progress: dict[str, Verdict] = {}


class CheckFailed(AssertionError):
    """The answer earns no points yet; the text is the verdict."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]


class Mark:
    """The points of an answer, shown as a bare number so that nbgrader can read them."""

    def __init__(self, verdict: Verdict, points: float):
        self.verdict, self.points = verdict, points

    def __float__(self) -> float:
        return self.points

    def __repr__(self) -> str:
        return repr(float(self.points))

    def _repr_html_(self) -> str:
        return self.verdict.to_html()


def check(name: str, function: Any = None, hint: int = 1) -> Verdict:
    """Check your function; ask as often as you like.

    Args:
        name: Name of the exercise, for example "softmax".
        function: Your function itself, without parentheses.
        hint: How many hints to open when a known slip is recognised (1 to 3).

    Returns:
        The verdict, which the notebook shows as a box and a terminal as text.

    Example:
        >>> check("softmax", lambda z: z).points
        0.0
    """
    exercise = _load(name)
    if not callable(function):
        raise TypeError(_not_callable(exercise.name, function))
    verdict = judge_here(exercise, function).showing(hint)
    _progress[exercise.name] = verdict
    return verdict


def grade(name: str, function: Any = None, points: float | None = None) -> Mark:
    """The line of a graded cell: earns the points that the public probes give.

    Args:
        name: Name of the exercise.
        function: The function to grade.
        points: Points of the cell where they differ from the exercise's own.

    Returns:
        The points, shown as a number (nbgrader reads it as partial credit) with the verdict.

    Raises:
        CheckFailed: No points yet.
    """
    exercise = _load(name)
    if not callable(function):
        raise CheckFailed(_not_callable(exercise.name, function))
    verdict = judge_here(exercise, function)
    _progress[exercise.name] = verdict
    if verdict.points == 0:
        raise CheckFailed(verdict.to_text())
    worth = exercise.points if points is None else float(points)
    return Mark(verdict, round(verdict.points / exercise.points * worth, 4))


def progress() -> Progress:
    """What you have checked in this session, and what is still to do."""
    return Progress(all_exercises(), dict(_progress))


def judge_here(exercise: Exercise, function: Callable[..., Any]) -> Verdict:
    """Judge a function of this process, quietly and within the time limit."""
    origin = str(getattr(function, "__module__", ""))
    bundled = origin.startswith(("glia_grader.exercises.", "glia_overlay_"))
    borrowed = "" if bundled or not is_forbidden(origin, exercise.forbid) else origin
    namespace = getattr(getattr(function, "py_func", function), "__globals__", None)
    with (
        redirect_stdout(_Sink()),
        redirect_stderr(_Sink()),
        forbidden(exercise.forbid, None if bundled else namespace, _placed(exercise)),
    ):
        answerer = _Timed(function, exercise.time_limit, borrowed, exercise.forbid)
        return judge(exercise, answerer, seed=PUBLIC_SEED)


def _placed(exercise: Exercise) -> dict[str, Callable[..., Any]]:
    """The references of what the exercise uses, so that one slip is not counted twice."""
    return {name: load(name).reference for name in exercise.uses}


class _Timed(LocalAnswerer):
    """Asks under a watchdog; a function taken from a forbidden library is not asked at all."""

    def __init__(
        self,
        function: Callable[..., Any],
        seconds: float,
        borrowed: str = "",
        forbid: tuple[str, ...] = (),
    ):
        super().__init__(function)
        self.seconds, self.borrowed, self.forbid = seconds, borrowed, forbid
        self.left = 4 * seconds

    def call(self, *args: Any, **kwargs: Any) -> Reply:
        if self.borrowed:
            raise ForbiddenName(self.borrowed)
        try:
            limit = max(0.05, min(self.seconds, self.left))
            with withheld(self.forbid), Watchdog(limit):
                reply = super().call(*args, **kwargs)
            self.left -= reply.seconds
            return reply
        except TimeIsUp:
            raise StudentError("timeout", f"no answer within {self.seconds:g} s") from None
        except SystemExit:
            raise StudentError("died", "it called exit()") from None


class _Sink(io.TextIOBase):
    """Swallows what a function prints while it is checked."""

    def write(self, text: str) -> int:
        return len(text)


def _load(name: Any) -> Exercise:
    if callable(name):
        word = getattr(name, "__name__", "name")
        raise TypeError(f'the name comes first, in quotes: check("{word}", {word})')
    try:
        return load(name)
    except KeyError as error:
        raise LookupError(error.args[0]) from None


def _not_callable(name: str, value: Any) -> str:
    if value is None:
        return f'Hand over the function too: check("{name}", {name})'
    try:
        plain(value)
        what = "a result"
    except StudentError:
        what = f"a {type(value).__name__}"
    return (
        f'Hand over the function itself, without calling it: check("{name}", {name}), not '
        f"{name}(...). Got {what}"
    )


class _CallableModule(ModuleType):
    """`glia_grader.check` is this module and also the name of its main function."""

    def __call__(self, *args: Any, **kwargs: Any) -> Verdict:
        return check(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
