"""``glia grade``: from submitted to feedback."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console import EnvironmentProblem, progress, say, table

if TYPE_CHECKING:
    from glia_grader.report.gather import ClassData

_EPILOG = """\b
Examples:
  glia grade ps1 --course my-course
  glia grade ps1 --course my-course --student amara.okafor --student lin.wei
  glia grade ps1 --jobs 8
  glia grade ps1 --explain amara.okafor

A run that was stopped goes on where it stood when the same command is given again. Exit code 1
if a submission could not be read or judged; the table says which.
"""


@click.command("grade", epilog=_EPILOG)
@click.argument("assignment")
@click.option(
    "--course",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The nbgrader course folder (default: this folder).",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time (default: cores).")
@click.option("--student", "students", multiple=True, help="Only this student; may be repeated.")
@click.option("--seed", type=int, help="Seed of the inputs; by default the course's own secret.")
@click.option(
    "--explain",
    metavar="STUDENT",
    help="Replay this student's submission and tell the whole story; nothing is written.",
)
@click.option("--unsafe", is_flag=True, help="Grade without a sandbox: only for code you trust.")
@click.pass_context
def command(
    ctx: click.Context,
    assignment: str,
    course: Path,
    jobs: int | None,
    students: tuple[str, ...],
    seed: int | None,
    explain: str | None,
    unsafe: bool,
) -> None:
    """Grade what was handed in for ASSIGNMENT: gradebook, feedback pages, class report."""
    if explain is not None:
        _tell(course, assignment, explain, seed, unsafe)
        return
    data, graded = run(course, assignment, jobs=jobs, students=students, seed=seed, unsafe=unsafe)
    show(data, graded if students else None)
    where(course, assignment)
    if any(row.state in ("unreadable", "failed") for row in data.rows if row.student in graded):
        ctx.exit(1)


def _tell(course: Path, assignment: str, student: str, seed: int | None, unsafe: bool) -> None:
    from glia_grader.course import CourseError
    from glia_grader.explain import explain
    from glia_grader.feedback.sanitise import strip_ansi
    from glia_grader.sandbox.host import SandboxError

    try:
        for line in explain(course, assignment, student, seed=seed, unsafe=unsafe):
            say(strip_ansi(line))  # what a notebook printed must not drive the terminal
    except (CourseError, SandboxError) as problem:
        raise EnvironmentProblem(str(problem)) from problem


def run(
    course: Path,
    assignment: str,
    *,
    jobs: int | None = None,
    students: tuple[str, ...] = (),
    seed: int | None = None,
    unsafe: bool = False,
    lap: Callable[[str], None] = lambda _: None,
) -> tuple[ClassData, set[str]]:
    """Grade with a progress bar, write feedback and report.

    Args:
        course: the nbgrader course.
        assignment: its name.
        jobs: submissions at a time.
        students: only these; empty for all.
        seed: seed of the inputs.
        unsafe: whether to go on without a sandbox.
        lap: called with the name of each phase when it ends.

    Returns:
        The class, and the ids of the students that this run was about.
    """
    from glia_grader import pipeline
    from glia_grader.course import CourseError
    from glia_grader.delivery import deliver
    from glia_grader.feedback.standing import points
    from glia_grader.sandbox.host import SandboxError

    jobs = jobs or os.cpu_count() or 1
    try:
        total = _count(course, assignment, students)
        with progress(f"Grading {assignment}", total) as step:

            def tell(done: pipeline.Progress) -> None:
                record = done.record
                if record is None:
                    step(f"{done.student}  not in the gradebook: left out")
                elif record.unreadable is not None:
                    step(f"{done.student}  could not be read")
                else:
                    score = f"{points(record.points)} / {points(record.auto_max_points)}"
                    step(f"{done.student}  {score}" + ("  (as before)" if done.reused else ""))

            result = pipeline.grade(
                course,
                assignment,
                jobs=jobs,
                students=list(students) or None,
                seed=seed,
                unsafe=unsafe,
                progress=tell,
            )
        lap("grading")
        data, _ = deliver(course, assignment, result.records)
    except (CourseError, SandboxError) as problem:
        raise EnvironmentProblem(str(problem)) from problem
    lap("feedback and report")
    for student, why in result.refused.items():
        say(f"Left out: {student}: {why}")
    return data, result.records.students


def _count(course: Path, assignment: str, students: tuple[str, ...]) -> int:
    from glia_grader.course import Course

    there = Course(course).submissions(assignment)
    unknown = [student for student in students if student not in there]
    if unknown:
        raise click.UsageError(
            f"Nothing was handed in for {assignment} by: {', '.join(unknown)}. "
            f"Students with a submission: {', '.join(there) or '(none)'}."
        )
    if not there:
        raise EnvironmentProblem(
            f"Nothing was handed in for {assignment}: {course}/submitted has no such folder. "
            "Collect first (nbgrader collect), or put notebooks into "
            f"submitted/<student>/{assignment}/."
        )
    return len(students) or len(there)


_STYLES = {"unreadable": "red", "failed": "red", "missing": "dim", "ungraded": "yellow"}


def show(data: ClassData, only: set[str] | None = None) -> None:
    """Print the table: student, score, what happened."""
    from glia_grader.account import account
    from glia_grader.feedback.standing import points

    rows, styles = [], []
    for row in data.rows:
        if only is not None and row.student not in only:
            continue
        score = "–" if row.points is None else f"{points(row.points)} / {points(row.possible)}"
        said = "; ".join(account(r, late_seconds=row.seconds_late) for r in row.records)
        rows.append([row.name, score, said or _SILENT[row.state]])
        styles.append(_STYLES.get(row.state))
    say()
    table(["student", "score", "what happened"], rows, right=(1,), styles=styles)


_SILENT = {"missing": "handed in nothing", "ungraded": "not graded yet"}


def where(course: Path, assignment: str) -> None:
    """Print where everything lies and what comes next."""
    say()
    say(f"Class report: {course / 'reports' / f'{assignment}.html'}")
    say(f"Feedback:     {course / 'feedback'}/<student>/{assignment}/")
    say(f"Gradebook:    {course / 'gradebook.db'}")
    say()
    say("Written answers are read in the formgrader; then bring the pages up to date with")
    say(f"  glia report {assignment} --course {course}")
