"""Runs an exercise against any answerer and says what it earns.

Coarse to fine: is there a function, does it take the right arguments, does it return numbers of the
right shape; then small readable cases, random cases, gradients, properties, stability. The first
failing check speaks, the others only say whether they passed. No input or output happens here, and
the verdict depends on (exercise, seed) and the answers alone.
"""

import zlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator

from glia_grader.answerer import (
    KINDS,
    Answerer,
    Kind,
    LocalAnswerer,
    Reply,
    StudentError,
    copy_argument,
    plain,
)
from glia_grader.compare import ORDER, difference, lenient, tolerance
from glia_grader.diagnose import Observation, diagnose
from glia_grader.exercise import Case, Check, Exercise, Finding
from glia_grader.recognise import recognise
from glia_grader.shrink import shrink
from glia_grader.table import table
from glia_grader.verdict import CheckResult, Status, Verdict

__all__ = ["KINDS", "Answerer", "Kind", "LocalAnswerer", "Reply", "StudentError", "judge"]

CALLS = 60
"""No exercise asks an answer more often than this, shrinking included."""

_FATAL = ("timeout", "died", "missing")


def judge(exercise: Exercise, answerer: Answerer, *, seed: int, hidden: bool = False) -> Verdict:
    """Judge one answer.

    Args:
        exercise: The exercise.
        answerer: Whoever can call the student's function.
        seed: Seed of the random cases; secret when it counts.
        hidden: Withhold every input and every expected value from messages and tables.

    Returns:
        The verdict: points, one result per check, and a diagnosis where one fits.
    """
    return _Run(exercise, answerer, seed, hidden).verdict()


class _Stop(Exception):
    """Raised inside a check when the rest of it cannot be asked."""


@dataclass
class _Run:
    exercise: Exercise
    answerer: Answerer
    seed: int
    hidden: bool
    observations: list[Observation] = field(default_factory=list)
    results: list[CheckResult] = field(default_factory=list)
    calls: int = 0
    fatal: StudentError | None = None
    form: str = ""
    pairs: list[tuple[tuple[Any, ...], Any, Any]] = field(default_factory=list)

    # ------------------------------------------------------------------ the course of a judgement

    def verdict(self) -> Verdict:
        if not self._door():
            return self._close("blank" if self.results[-1].name == "exists" else "failed")
        values_passed = False
        findings: dict[str, Finding | None] = {}
        for check in self.exercise.checks:
            if self.fatal:
                self._skip(check, "Not reached.")
                continue
            finding = self._run(check)
            findings[check.name] = finding
            ok = finding is None
            values_passed = values_passed or (ok and check.kind == "values")
            if finding is not None:
                self._fail(check, finding)
            elif check.kind != "values" and not values_passed:
                self._skip(check, "Counts as soon as the values are right.")
            elif any(findings.get(n) is not None for n in check.needs):
                self._skip(check, "Counts as soon as the checks before it pass.")
            else:
                self.results.append(CheckResult(check.name, check.title, True, check.weight))
        self._form(values_passed)
        return self._close(None)

    def _door(self) -> bool:
        """Is there a function, and does it take the right number of arguments?"""
        name, wanted = self.exercise.name, self.exercise.parameters
        try:
            exists = self.answerer.exists() is True
        except StudentError:
            exists = False
        if not exists:
            message = f"There is no function called {name} yet."
            self.results.append(CheckResult("exists", f"{name} is there", False, 0.0, message))
            return False
        try:
            names = self.answerer.signature()
        except StudentError:
            names = None
        if type(names) is list and all(type(n) is str for n in names):
            starred = any(n.startswith("*") for n in names)
            if len(names) < len(wanted) and not starred:
                message = (
                    f"{name} should take {len(wanted)} arguments ({', '.join(wanted)}); "
                    f"yours takes {len(names)}"
                )
                if names and not self.hidden:
                    message += f" ({', '.join(n[:30] for n in names)})"
                self.results.append(
                    CheckResult("signature", "It takes the right arguments", False, 0.0, message)
                )
                return False
        return True

    def _run(self, check: Check) -> Finding | None:
        rng = self._rng(check.name)
        try:
            if check.cases is not None:
                return self._compare(check, check.cases(rng))
            assert check.examine is not None
            return check.examine(self._ask, rng)
        except _Stop as stop:
            return stop.args[0]

    def _rng(self, name: str) -> Generator:
        words = [zlib.crc32(w.encode()) for w in (self.exercise.name, name)]
        return np.random.default_rng([self.seed, *words])

    # ------------------------------------------------------------------ asking

    def _call(self, args: tuple[Any, ...], scale: float = 0.0) -> tuple[Any, StudentError | None]:
        """One call: the plain value or the error, remembered as an observation."""
        self.calls += 1
        if self.calls > CALLS:
            raise RuntimeError(f"{self.exercise.name} asks more than {CALLS} calls")
        try:
            reply = self.answerer.call(*[copy_argument(a) for a in args])
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

    def _expected(self, args: tuple[Any, ...]) -> Any:
        with np.errstate(all="ignore"):
            return self.exercise.reference(*[copy_argument(a) for a in args])

    def _finding(self, case: Case, parts: tuple[str, ...] = ()) -> Finding | None:
        """Compare one case with the reference; `parts` names the parts to look at, () all."""
        want = self._expected(case.args)
        raw, error = self._call(case.args, case.scale)
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
            safe = message if kind != "bad_reply" else "The result cannot be judged as numbers."
        return Finding(message, "call", case.args, None, None, safe, case.note)

    def _ask(self, *args: Any) -> Any:
        """What an examination calls: the answer after the coarse checks, or the check ends."""
        want = self._expected(args)
        raw, error = self._call(args)
        if error is not None:
            raise _Stop(self._error(error, Case(args)))
        got, form = lenient(raw, want)
        if form and not self.form:
            self.form = form
        found = difference(got, want, 1.0, np.inf, self.exercise.returns)
        if found is not None:
            raise _Stop(Finding(found.message, found.kind, args, got, want, found.safe))
        return got

    # ------------------------------------------------------------------ comparing

    def _compare(self, check: Check, cases: list[Case]) -> Finding | None:
        failing: list[tuple[Case, Finding]] = []
        self.pairs.clear()
        for case in cases:
            finding = self._finding(case, check.parts)
            if finding is not None:
                failing.append((case, finding))
            if self.fatal:
                break
        if not failing:
            return None
        case, finding = min(failing, key=lambda f: ORDER.index(f[1].kind))
        slip = ""
        if len(self.pairs) == len(cases) and finding.kind in ("value", "shape"):
            slip = recognise(self.pairs, self.exercise.returns)
        first = all(r.passed for r in self.results)
        if first and not self.hidden and not self.fatal and finding.kind in ("value", "finite"):
            fails = partial(self._still_fails, parts=check.parts)
            smaller = shrink(case, self.exercise.parameters, self.exercise.axes, fails)
            if smaller is not case:
                finding = self._finding(smaller, check.parts) or finding
        return replace(finding, slip=slip)

    def _still_fails(self, case: Case, parts: tuple[str, ...]) -> bool:
        if self.fatal or self.calls > CALLS - 2:
            return False
        try:
            if _has_nan(self._expected(case.args)):
                return False  # outside what the function is defined for
            finding = self._finding(case, parts)
        except (ValueError, IndexError, ZeroDivisionError):
            return False  # the smaller input has no meaning for the reference
        return finding is not None and finding.kind in ("value", "finite")

    # ------------------------------------------------------------------ results

    def _fail(self, check: Check, finding: Finding) -> None:
        first = all(r.passed for r in self.results)
        message, rows, note = finding.message, (), ""
        if self.hidden:
            message = finding.safe or f"Not yet: {check.title}"
        elif first:
            rows, note = table(finding, self.exercise), finding.note
        if finding.slip:
            message = f"{message.rstrip('.')}. {finding.slip}"
        self.results.append(
            CheckResult(check.name, check.title, False, check.weight, message, rows, note=note)
        )

    def _skip(self, check: Check, message: str) -> None:
        self.results.append(
            CheckResult(check.name, check.title, False, check.weight, message, ran=False)
        )

    def _form(self, values_passed: bool) -> None:
        weight = self.exercise.form_weight
        if not weight:
            return
        title = "Returns plain arrays and numbers, leaves its inputs unchanged"
        if not values_passed:
            self.results.append(
                CheckResult(
                    "form",
                    title,
                    False,
                    weight,
                    "Counts as soon as the values are right.",
                    ran=False,
                )
            )
            return
        message = f"The numbers are right, but {self.form}." if self.form else ""
        self.results.append(CheckResult("form", title, not self.form, weight, message))

    def _close(self, status: Status | None) -> Verdict:
        exercise = self.exercise
        earned = sum(r.weight for r in self.results if r.passed)
        share = earned / exercise.total_weight
        full = bool(self.results) and all(r.passed for r in self.results)
        points = exercise.points if full else round(exercise.points * share, 2)
        diagnosis, hints = None, ()
        if not full and not self.fatal and self.observations:
            found = diagnose(exercise, self.observations)
            if found is not None:
                diagnosis, hints = found
        return Verdict(
            exercise=exercise.name,
            points=float(points),
            max_points=float(exercise.points),
            results=tuple(self.results),
            diagnosis=diagnosis,
            hints=hints,
            status=status or self._status(full, points),
            title=exercise.title,
        )

    def _status(self, full: bool, points: float) -> Status:
        if full:
            return "passed"
        if self.fatal and self.fatal.kind in ("timeout", "died"):
            return "died" if self.fatal.kind == "died" else "timeout"
        if points > 0:
            return "partial"
        errors = [o for o in self.observations if o.error]
        if errors and len(errors) == len(self.observations):
            if all(o.error != "exception" for o in errors):
                return "failed"
            blank = all(o.message.startswith("NotImplementedError") for o in errors)
            return "blank" if blank else "error"
        return "failed"


def _has_nan(value: Any) -> bool:
    """Whether an expected value has a nan in it."""
    parts = value if type(value) is tuple else (value,)
    return any(bool(np.isnan(np.asarray(p, dtype=float)).any()) for p in parts)


def _mutated(args: tuple[Any, ...], after: tuple[Any, ...] | None) -> int | None:
    """Position of the first argument that the call changed."""
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
