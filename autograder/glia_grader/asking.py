"""Asks an answerer one question after another and compares each answer with the reference.

Every call is remembered: what was observed is what a diagnosis has to explain.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from glia_grader.answerer import Answerer, Reply, StudentError, copy_argument, plain
from glia_grader.compare import difference, lenient, numeric, tolerance
from glia_grader.diagnose import Observation
from glia_grader.exercise import Case, Exercise, Finding
from glia_grader.probes import answer

_FATAL = ("timeout", "died", "missing")


class Stop(Exception):
    """Raised inside a check when the rest of it cannot be asked; carries the Finding."""


class Asked:
    """The questions put to one answerer.

    Args:
        exercise: The exercise.
        answerer: Whoever can call the student's function.

    Attributes:
        observations: Every call and what came of it.
        pairs: (args, got, want) of the answers since this list was last cleared.
        fatal: The error after which nothing more can be asked, or None.
        form: What was wrong with the form of a result that could still be judged, or "".
    """

    def __init__(self, exercise: Exercise, answerer: Answerer):
        self.exercise, self.answerer = exercise, answerer
        self.observations: list[Observation] = []
        self.pairs: list[tuple[tuple[Any, ...], Any, Any]] = []
        self.fatal: StudentError | None = None
        self.form = ""
        self._answered: list[tuple[tuple[Any, ...], Any]] = []
        self._ahead: deque[tuple[Any, ...]] = deque()
        self._coming: Iterator[Reply | StudentError] = iter(())

    def announce(self, cases: Iterable[Case]) -> None:
        """Tell the answerer which cases will be compared next, in this order."""
        calls = getattr(self.answerer, "calls", None)
        if calls is not None:
            self._ahead = deque(case.args for case in cases)
            self._coming = calls(list(self._ahead))

    def _reply(self, args: tuple[Any, ...]) -> Reply:
        """The answer to a question, announced or not."""
        if self._ahead and self._ahead[0] is args:
            self._ahead.popleft()
            coming = next(self._coming, None)
            if coming is not None:
                if isinstance(coming, StudentError):
                    raise coming
                return coming
        self._ahead.clear()
        return self.answerer.call(*[copy_argument(a) for a in args])

    def call(self, args: tuple[Any, ...], scale: float = 0.0) -> tuple[Any, StudentError | None]:
        """One call: the plain value or the error, remembered as an observation."""
        try:
            reply = self._reply(args)
            # Whoever answers should have done this; a stranger's object must not get further.
            value = plain(reply.value) if type(reply) is Reply else None
            after = reply.args_after if type(reply) is Reply else None
        except StudentError as error:
            if error.kind in _FATAL:
                self.fatal = error
            self.observations.append(Observation(args, None, error.kind, error.message, scale))
            return None, error
        mutated = _mutated(args, after)
        if mutated is not None and not self.form:
            self.form = f"it changed its argument {self.exercise.parameters[mutated]} in place"
        looked = type(after) is tuple
        self.observations.append(Observation(args, value, "", "", scale, mutated, looked))
        return value, None

    @property
    def announced(self) -> bool:
        """Whether the next question has been announced."""
        return bool(self._ahead)

    def expected(self, args: tuple[Any, ...]) -> Any:
        """The reference's answer."""
        return answer(self.exercise, args)

    def compare(self, case: Case, parts: tuple[str, ...], want: Any) -> Finding | None:
        """Compare one case with the reference.

        Args:
            case: The case.
            parts: Names of the parts of the result to look at; () for all.
            want: The reference's answer to it.
        """
        raw, error = self.call(case.args, case.scale)
        if error is not None:
            return self._error(error, case)
        got, form = lenient(raw, want)
        if form and not self.form:
            self.form = form
        rtol = tolerance(case.args, got)
        found = difference(got, want, rtol, case.scale, self.exercise.returns, parts)
        self.pairs.append((case.args, got, want))
        if found is None:
            return None
        return Finding(found.message, found.kind, case.args, got, want, found.safe, case.note)

    def _error(self, error: StudentError, case: Case) -> Finding:
        line = f" (in line {error.line} of your cell)" if type(error.line) is int else ""
        words = {
            "timeout": "It did not come back in time: is there a loop that never ends?",
            "died": "It ended the whole Python process.",
            "missing": f"There is no function called {self.exercise.name} any more.",
            "forbidden": f"Not this way: {error.message}.",
            "bad_reply": f"The result cannot be judged: {error.message}.",
        }
        kind = error.kind
        if kind == "exception":
            name = _builtin_name(error.message)
            message = f"Your function raised {error.message}{line}"
            safe = f"Your function raised {name}{line}"
            if name == "NotImplementedError":
                message = safe = "Nothing written here yet: replace the raise line by your code."
                return Finding(message, "call", safe=safe)
        else:
            message = words.get(kind, "It gave no answer.")
            safe = message
            if kind == "bad_reply":
                safe = "The result cannot be judged as numbers."
            elif kind == "forbidden":
                used = [name for name in self.exercise.forbid if name in error.message]
                safe = f"Not this way: it uses {' or '.join(used) or 'a forbidden name'}."
        return Finding(message, "call", case.args, None, None, safe, case.note)

    def ask(self, *args: Any) -> Any:
        """What an examination calls: the answer after the coarse checks, or the check ends."""
        if not self.exercise.milestone:
            return self._ask(args)
        answer = next((known for before, known in self._answered if _equal(before, args)), None)
        if answer is None:
            try:
                answer = self._ask(args)
            except Stop as stop:
                answer = stop
            self._answered.append((args, answer))
        if isinstance(answer, Stop):
            raise Stop(*answer.args)
        return answer

    def _ask(self, args: tuple[Any, ...]) -> Any:
        want = self.expected(args)
        raw, error = self.call(args)
        if error is not None:
            raise Stop(self._error(error, Case(args)))
        got, form = lenient(raw, want)
        if form and not self.form:
            self.form = form
        wanted = _of_any_length(got, want, self.exercise)
        found = difference(got, wanted, 1.0, np.inf, self.exercise.returns)
        if found is not None:
            # Many answers may be right here: showing the reference's would give one away.
            raise Stop(Finding(found.message, found.kind, args, got, None, found.safe))
        return tuple(map(_floats, got)) if type(got) is tuple else _floats(got)


def _of_any_length(got: Any, want: Any, exercise: Exercise) -> Any:
    """The expected form, with the learner's own lengths where these are free."""
    if not exercise.free or type(got) is not tuple or len(got) != len(want):
        return want
    arrays = [numeric(g) for g in got]
    return tuple(
        np.zeros(a.shape) if name in exercise.free and a is not None and a.ndim == w.ndim else w
        for a, w, name in zip(arrays, want, exercise.returns, strict=True)
    )


def _equal(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    """Whether two questions are the same."""
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def _floats(value: Any) -> np.ndarray:
    """Numbers of any kind as floats, so that an examination can calculate with them."""
    array = numeric(value)
    assert array is not None
    return array.astype(float)


def _mutated(args: tuple[Any, ...], after: tuple[Any, ...] | None) -> int | None:
    """Position of the first argument that the call changed."""
    if after is args:
        return None
    if type(after) is not tuple or len(after) != len(args):
        return None
    for i, (before, now) in enumerate(zip(args, after, strict=True)):
        if type(before) is not np.ndarray:
            continue
        if type(now) is not np.ndarray or before.shape != now.shape:
            return i
        if now.dtype.kind not in "biuf" or not np.array_equal(before, now, equal_nan=True):
            return i
    return None


def _builtin_name(message: str) -> str:
    """The exception's type if it is one of Python's or numpy's own: a made-up name says nothing."""
    import builtins

    name = message.partition(":")[0].strip()
    kind = getattr(builtins, name, None) if name.isidentifier() else None
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return name
    return name if name in ("LinAlgError", "AxisError") else "an error"
