"""The whole story of one submission, for the instructor: replayed, judged openly, nothing written.

What a student never sees stands here: the inputs, what came out, what was expected.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glia_grader.course import Course, CourseError
from glia_grader.exercise import Exercise
from glia_grader.intake import Release, Submission, read_found
from glia_grader.intake.find import find
from glia_grader.question import ask
from glia_grader.run import CellRun, Deadline, run_notebook, to_replay
from glia_grader.sandbox.host import Limits, Sandbox
from glia_grader.verdict import Verdict
from glia_grader.workshop import Workshop


def explain(
    course_dir: Path | str,
    assignment: str,
    student: str,
    *,
    seed: int | None = None,
    unsafe: bool = False,
) -> Iterator[str]:
    """Replay one student's submission.

    Args:
        course_dir: The course folder.
        assignment: Name of the assignment.
        student: Whose work.
        seed: Seed of the judge's inputs; None for the course's own.
        unsafe: Allow a sandbox that does not hold malice.

    Yields:
        Lines of text, as the replay goes on.

    Raises:
        CourseError: Nothing was handed in, or the course does not work.
    """
    course = Course(course_dir)
    folder = course.submissions(assignment).get(student)
    if folder is None:
        raise CourseError(f"nothing was handed in for {assignment} by: {student}")
    shop = Workshop.open(course, assignment, seed=seed)
    with Sandbox(needs_glia=shop.needs_glia, unsafe=unsafe) as sandbox:
        yield f"{student}, {assignment}, replayed in tier {sandbox.tier}; nothing is written."
        for release in shop.releases:
            found = find(folder, release.name, (r.name for r in shop.releases))
            submission = read_found(found, release, student)
            yield from _intake(submission, release, found.data)
            if submission.notebook is not None:
                yield from _replay(shop, sandbox, submission, release)
                known = shop.known(student, folder, release)
                yield ""
                yield (
                    "Not graded yet, or changed since."
                    if known is None
                    else f"In the journal: {known.points:g} of {known.auto_max_points:g} points."
                )


def _intake(submission: Submission, release: Release, data: bytes | None) -> Iterator[str]:
    yield ""
    yield f"== {release.name}.ipynb: {len(data or b'')} bytes, {len(submission.cells)} cells"
    if submission.unreadable is not None:
        yield f"Could not be read: {submission.unreadable}"
    yield from (f"Mended: {words}" for words in submission.repairs)
    yield from (f"Changed by the student: {words}" for words in submission.tampering)
    if not submission.repairs and not submission.tampering:
        yield "Nothing had to be mended; nothing that is not the student's was changed."


def _replay(
    shop: Workshop, sandbox: Sandbox, submission: Submission, release: Release
) -> Iterator[str]:
    deadline = Deadline(shop.budget.submission)
    runs = run_notebook(sandbox, submission, shop.budget, deadline, Limits())
    yield ""
    yield "== Every cell, from top to bottom"
    for run in runs:
        yield from _cell(run)
    total = 0.0
    for cell in release.graded:
        if cell.exercise is None:
            yield ""
            yield f"== {cell.grade_id}: {cell.points:g} points, read by a person"
            continue
        exercise = shop.exercises[cell.exercise]
        function = cell.function or exercise.name
        verdict = ask(
            sandbox,
            exercise,
            function,
            runs,
            seed=shop.seed,
            budget=shop.budget,
            deadline=Deadline(shop.budget.submission),
            limits=Limits(),
            hidden=False,
        )
        share = verdict.points / verdict.max_points if verdict.max_points else 0.0
        total += cell.points * share
        yield from _question(exercise, function, verdict, runs, shop)
    yield ""
    yield f"Together: {total:g} points from the checks."


def _cell(run: CellRun) -> Iterator[str]:
    first = next((line for line in run.cell.source.split("\n") if line.strip()), "")[:60]
    yield f"[{run.cell.index + 1:3}] {run.state:8}{run.seconds:7.2f} s  {run.cell.part:9}{first}"
    if run.message:
        yield f"      {run.message[:300]}"
    for output in run.outputs[:3]:
        shown = _shown(output)
        if shown:
            yield textwrap.indent(shown, "      | ")


def _shown(output: dict[str, Any]) -> str:
    """The first lines of an output."""
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    lines = str(text).strip().split("\n")
    more = f"\n… {len(lines) - 4} more lines" if len(lines) > 4 else ""
    return "\n".join(line[:100] for line in lines[:4]) + more


def _question(
    exercise: Exercise, function: str, verdict: Verdict, runs: list[CellRun], shop: Workshop
) -> Iterator[str]:
    yield ""
    yield (
        f"== {exercise.name}: {verdict.status}, {verdict.points:g} of {verdict.max_points:g} points"
    )
    cells = to_replay(runs, function, shop.budget)
    numbers = ", ".join(str(run.cell.index + 1) for run, _ in cells)
    yield f"A fresh process saw cells {numbers or '(none)'} and was asked {function}(…)."
    if exercise.uses:
        yield f"The course's own {', '.join(exercise.uses)} stood in for the student's."
    if verdict.passed:
        return
    defining = [run for run in runs if function in run.cell.defines]
    if defining:
        yield textwrap.indent(defining[-1].cell.source.strip()[:3000], "    ")
    yield verdict.to_text()
    yield from (f"Hint {i}: {hint}" for i, hint in enumerate(verdict.hints, 1))
