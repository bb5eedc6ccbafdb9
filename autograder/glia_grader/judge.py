"""Runs an exercise against any answerer and says what it earns.

Coarse to fine: is there a function, does it take the right arguments, does it return numbers of the
right shape; then small readable cases, random cases, gradients, properties, stability. The first
failing check speaks, the others only say whether they passed. No input or output happens here, and
the verdict depends on (exercise, seed) and the answers alone.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from glia_grader.answerer import KINDS, Answerer, Kind, LocalAnswerer, Reply, StudentError
from glia_grader.asking import Asked, Stop
from glia_grader.compare import ORDER
from glia_grader.diagnose import diagnose
from glia_grader.exercise import Case, Check, Exercise, Finding
from glia_grader.probes import probes
from glia_grader.recognise import recognise
from glia_grader.shrink import shrink
from glia_grader.table import table
from glia_grader.verdict import CheckResult, Status, Verdict

__all__ = ["KINDS", "Answerer", "Kind", "LocalAnswerer", "Reply", "StudentError", "judge"]


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


@dataclass
class _Run:
    exercise: Exercise
    answerer: Answerer
    seed: int
    hidden: bool
    results: list[CheckResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.probes = probes(self.exercise, self.seed)
        self.asked = Asked(self.exercise, self.answerer)

    def verdict(self) -> Verdict:
        if not self._door():
            return self._close("blank" if self.results[-1].name == "exists" else "failed")
        values_passed = False
        self.asked.announce(self.probes.opening)
        findings: dict[str, Finding | None] = {}
        for check in self.exercise.checks:
            if self.asked.fatal:
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
        try:
            if check.cases is not None:
                cases = self.probes.cases(check)
                if not self.asked.announced:
                    self.asked.announce(cases)
                return self._compare(check, cases)
            assert check.examine is not None
            with np.errstate(all="ignore"):  # an absurd answer may overflow a finite difference
                return check.examine(self.asked.ask, self.probes.rng(check.stream or check.name))
        except Stop as stop:
            return stop.args[0]

    def _compare(self, check: Check, cases: list[Case]) -> Finding | None:
        failing: list[tuple[Case, Finding]] = []
        self.asked.pairs.clear()
        for case in cases:
            finding = self.asked.compare(case, check.parts, self.probes.known(case))
            if finding is not None:
                failing.append((case, finding))
            if self.asked.fatal:
                break
        if not failing:
            return None
        case, finding = min(failing, key=lambda f: ORDER.index(f[1].kind))
        slip = ""
        if len(self.asked.pairs) == len(cases) and finding.kind in ("value", "shape"):
            names, parameters = self.exercise.returns, self.exercise.parameters
            slip = recognise(self.asked.pairs, names, parameters)
        first = all(r.passed for r in self.results)
        if (
            first
            and not self.hidden
            and not self.asked.fatal
            and finding.kind in ("value", "finite")
        ):
            fails = partial(self._still_fails, parts=check.parts)
            smaller = shrink(case, self.exercise.parameters, self.exercise.axes, fails)
            if smaller is not case:
                want = self.asked.expected(smaller.args)
                finding = self.asked.compare(smaller, check.parts, want) or finding
        return replace(finding, slip=slip)

    def _still_fails(self, case: Case, parts: tuple[str, ...]) -> bool:
        if self.asked.fatal:
            return False
        try:
            want = self.asked.expected(case.args)
            if _has_nan(want):
                return False  # outside what the function is defined for
            finding = self.asked.compare(case, parts, want)
        except (ValueError, IndexError, ZeroDivisionError):
            return False  # the smaller input has no meaning for the reference
        return finding is not None and finding.kind in ("value", "finite")

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
        message = f"The numbers are right, but {self.asked.form}." if self.asked.form else ""
        self.results.append(CheckResult("form", title, not self.asked.form, weight, message))

    def _close(self, status: Status | None) -> Verdict:
        exercise = self.exercise
        earned = sum(r.weight for r in self.results if r.passed)
        share = earned / exercise.total_weight
        full = bool(self.results) and all(r.passed for r in self.results)
        points = exercise.points if full else round(exercise.points * share, 2)
        diagnosis, hints = None, ()
        if not full and not self.asked.fatal and self.asked.observations:
            found = diagnose(exercise, self.asked.observations)
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
        if self.asked.fatal and self.asked.fatal.kind in ("timeout", "died"):
            return "died" if self.asked.fatal.kind == "died" else "timeout"
        if points > 0:
            return "partial"
        errors = [o for o in self.asked.observations if o.error]
        if errors and len(errors) == len(self.asked.observations):
            if all(o.error != "exception" for o in errors):
                return "failed"
            blank = all(o.message.startswith("NotImplementedError") for o in errors)
            return "blank" if blank else "error"
        return "failed"


def _has_nan(value: Any) -> bool:
    """Whether an expected value has a nan in it."""
    parts = value if type(value) is tuple else (value,)
    return any(bool(np.isnan(np.asarray(p, dtype=float)).any()) for p in parts)
