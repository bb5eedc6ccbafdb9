"""``glia demo``: the whole course once, from release to report."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from .console import EnvironmentProblem, Refusal, say, table

_EPILOG = """\b
Examples:
  glia demo                  in a temporary folder
  glia demo --out my-demo    in a folder that doesn't exist yet
  glia demo --no-keep        delete the folder afterwards
"""


@click.command("demo", epilog=_EPILOG)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A new folder for the course (default: a temporary one).",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time (default: cores).")
@click.option("--keep/--no-keep", default=True, help="Keep the course to look around in (default).")
@click.option("--times", is_flag=True, help="Say how long each phase took.")
@click.pass_context
def command(
    ctx: click.Context, out: Path | None, jobs: int | None, keep: bool, times: bool
) -> None:
    """Create a course, let a class of students hand in, and grade them all.

    Some of the students are right in their own way, some hold a misconception, some have bad luck,
    and some cheat. Each ends with the score they deserve; the last line says so.
    """
    import shutil
    import tempfile

    from glia_grader.demo import course as laid

    clock = _Clock()
    folder = out if out is not None else Path(tempfile.mkdtemp(prefix="glia-demo-"))
    try:
        say(f"Creating a course in {folder}", style="bold")
        try:
            release = laid.create(folder)
        except laid.CourseExists as problem:
            keep = True  # whatever is there is not ours to delete
            raise Refusal(str(problem)) from problem
        except laid.DemoFailed as problem:
            raise EnvironmentProblem(str(problem)) from problem
        clock.lap("generate and release")
        right = _grade(folder, release, jobs, clock)
        if times:
            clock.show()
        if keep:
            _next(folder)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    if not right:
        ctx.exit(1)


def _grade(folder: Path, release: object, jobs: int | None, clock: _Clock) -> bool:
    from glia_grader.demo import course as laid
    from glia_grader.demo.cohort import class_list, deserved_points
    from glia_grader.feedback.standing import points

    from . import grade

    students = class_list(release)
    laid.enrol(folder, students)
    count = laid.hand_in(folder, students)
    say(f"{len(students)} students, {count} submissions handed in.")
    clock.lap("class")
    data, _ = grade.run(folder, laid.ASSIGNMENT, jobs=jobs, lap=clock.lap)
    grade.show(data)
    rows = {row.student: row for row in data.rows}
    wrong = []
    for handed in students:
        expected, row = deserved_points(handed), rows[handed.student]
        got = None if row.points is None else sum(r.points for r in row.records)
        # Written answers wait for a person; an unanswered one has its zero already.
        if (got is None) != (expected is None) or abs((got or 0) - (expected or 0)) > 0.02:
            shown = ["–" if p is None else points(p) for p in (expected, got)]
            wrong.append([row.name, *shown, handed.what])
    clock.lap("deserved scores")
    say()
    if wrong:
        table(["student", "deserved", "got", "what they did"], wrong, title="Not as deserved:")
    else:
        say(f"All {len(students)} students have the score they deserve.", style="bold green")
    return not wrong


def _next(folder: Path) -> None:
    from glia_grader.demo.course import ASSIGNMENT

    from . import grade

    grade.where(folder, ASSIGNMENT)
    say()
    say("What to do next:")
    say("  1. Open the class report in a browser; each name leads to that student's feedback.")
    say(f"  2. Read the written answers: cd {folder} && jupyter lab, then Nbgrader > Formgrader")
    say("     (or leave them; the rest is graded).")
    say("  3. Change a file under submitted/ and grade again: only what changed is run.")


class _Clock:
    """Laps of the demo, for `--times`: what the wall clock says, and the processors' work."""

    def __init__(self) -> None:
        self._laps: list[tuple[str, float, float]] = []
        self._since = self._now()

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), sum(os.times()[:4])

    def lap(self, name: str) -> None:
        """Note the time since the last lap."""
        now = self._now()
        self._laps.append((name, now[0] - self._since[0], now[1] - self._since[1]))
        self._since = now

    def show(self) -> None:
        """Print the laps."""
        total = ("in all", sum(lap[1] for lap in self._laps), sum(lap[2] for lap in self._laps))
        rows = [[name, f"{wall:.1f}", f"{work:.1f}"] for name, wall, work in [*self._laps, total]]
        say()
        table(["phase", "seconds", "processor seconds"], rows, right=(1, 2))
