"""The way of one submission: its cells run, its exercises judged, its record written down."""

import re
import time
from collections.abc import Mapping
from typing import Any

from glia_grader.budget import Budget
from glia_grader.exercise import Exercise
from glia_grader.intake import Cell, Release, ReleaseCell, Submission
from glia_grader.intake.source import same_source
from glia_grader.journal import seed_hash
from glia_grader.outputs import Tamer
from glia_grader.record import Record
from glia_grader.run import CellRun, Deadline, run_notebook
from glia_grader.sandbox.host import Limits, Sandbox
from glia_grader.sharing import Question, Questions
from glia_grader.verdict import Verdict

_CLEARS = re.compile(r"^(?:%reset|del)\b", re.MULTILINE)


def grade_submission(
    submission: Submission,
    sandbox: Sandbox,
    exercises: Mapping[str, Exercise],
    seed: int,
    *,
    release: Release,
    assignment: str = "",
    budget: Budget | None = None,
    limits: Limits | None = None,
) -> Record:
    """Grade one submission.

    Args:
        submission: What intake made of the file.
        sandbox: An open sandbox.
        exercises: Exercises by name; must hold all that the release asks for.
        seed: Seed of the judge's inputs.
        release: The notebook as handed out: it alone says which cell means which exercise.
        assignment: Name of the assignment, for the record.
        budget: Time limits.
        limits: Memory, disk, output.

    Returns:
        The record. Nothing a student hands in makes this raise.
    """
    begun = time.monotonic()
    budget, limits = budget or Budget(), limits or Limits()
    maxima = {c.grade_id: c.points for c in release.graded if c.grade_id}
    record = _Draft(submission, release, maxima)
    if submission.notebook is not None:
        deadline = Deadline(budget.submission)
        runs = run_notebook(sandbox, submission, budget, deadline, limits)
        record.ran(runs)
        asked: list[tuple[ReleaseCell, Question]] = []
        for cell in release.graded:
            if cell.exercise is not None:
                exercise = exercises[cell.exercise]
                function = cell.function or exercise.name
                graded = _as_graded(runs, function, record.place(cell))
                asked.append((cell, Question(exercise, function, graded)))
        with Questions(
            sandbox,
            [question for _, question in asked],
            seed=seed,
            budget=budget,
            deadline=deadline,
            limits=limits,
        ) as questions:
            for cell, question in asked:
                record.judged(cell, questions.ask(question))
        record.finish()
    return Record(
        student=submission.student,
        assignment=assignment,
        notebook=release.name,
        verdicts=record.verdicts,
        scores=record.scores,
        max_scores=maxima,
        notebook_out=record.notebook,
        repairs=submission.repairs,
        tampering=submission.tampering,
        events=tuple(record.events),
        seconds=time.monotonic() - begun,
        unreadable=submission.unreadable,
        untouched=submission.untouched,
        tier=sandbox.tier,
        seed_hash=seed_hash(seed),
    )


def _as_graded(runs: list[CellRun], function: str, place: int) -> list[CellRun]:
    """The cells that a question goes by.

    From top to bottom the graded line meets what was written above it. So a later scratch cell
    that takes the name for something else or clears up (`softmax = softmax(z)`, `%reset`) does not
    count, while later helpers, and an answer written only below the line, still do.
    """
    above = [r.cell for r in runs if r.cell.index < place and r.state == "ok"]
    if not any(function in cell.defines and not _is_stub(cell) for cell in above):
        return runs
    return [
        run
        for run in runs
        if run.cell.index < place
        or not (function in run.cell.defines or _CLEARS.search(run.cell.source))
    ]


def _is_stub(cell: Cell) -> bool:
    return cell.released is not None and same_source(cell.source, cell.released.source)


class _Draft:
    """A record in the making: the notebook with its outputs, scores, and what happened."""

    def __init__(self, submission: Submission, release: Release, maxima: Mapping[str, float]):
        self.submission, self.release = submission, release
        self.scores: dict[str, float | None] = dict.fromkeys(maxima)
        self.verdicts: dict[str, Verdict] = {}
        self.events: list[str] = []
        self.notebook: dict[str, Any] | None = None
        if submission.notebook is not None:
            cells = [dict(cell) for cell in submission.notebook["cells"]]
            self.notebook = {**submission.notebook, "cells": cells}
        self._tamer = Tamer()

    def ran(self, runs: list[CellRun]) -> None:
        assert self.notebook is not None
        for run in runs:
            entry = self.notebook["cells"][run.cell.index]
            entry["outputs"] = self._tamer.tame(run.outputs)
            entry["execution_count"] = run.count
            if run.state in ("timeout", "died", "skipped"):
                self.events.append(f"cell {run.cell.index + 1}: {run.message}")
            if run.state == "skipped":
                entry["outputs"] = [_notice(run.message)]
        if self._tamer.cut:
            self.events.append("some output was too long and was cut")

    def judged(self, cell: ReleaseCell, verdict: Verdict) -> None:
        assert cell.grade_id is not None
        share = verdict.points / verdict.max_points if verdict.max_points else 0.0
        points = cell.points if share >= 1 else round(cell.points * share, 2)
        self.verdicts[verdict.exercise] = verdict
        self.scores[cell.grade_id] = float(points)
        if verdict.status in ("timeout", "died"):
            first = verdict.first_failure
            said = first.message if first else verdict.status
            self.events.append(f"{verdict.exercise}: {said}")
        entry = self._entry(cell)
        entry["execution_count"] = None
        entry["outputs"] = [_result(float(points), verdict)]

    def finish(self) -> None:
        """Score what no exercise judges, as nbgrader would: written answers and plain checks."""
        from nbformat import from_dict
        from nbgrader.utils import determine_grade

        for cell in self.release.graded:
            if cell.exercise is None and cell.grade_id is not None and cell.role != "task":
                node: Any = from_dict(self._entry(cell))
                self.scores[cell.grade_id] = determine_grade(node)[0]
                if cell.role == "grade":
                    said = "has checks of its own, which ran beside the student's code"
                    self.events.append(f"{cell.grade_id} {said}")

    def place(self, cell: ReleaseCell) -> int:
        """Where the submission holds this cell."""
        return next(c.index for c in self.submission.cells if c.released is cell)

    def _entry(self, cell: ReleaseCell) -> dict[str, Any]:
        assert self.notebook is not None
        return self.notebook["cells"][self.place(cell)]


def _result(points: float, verdict: Verdict) -> dict[str, Any]:
    """What nbgrader reads as the score, and people as the verdict."""
    data = {"text/plain": repr(points), "text/html": verdict.to_html(hidden=True)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}


def _notice(message: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": message}, "metadata": {}}
