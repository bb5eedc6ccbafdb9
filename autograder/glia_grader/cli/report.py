"""``glia report``: the class page, made again."""

from __future__ import annotations

from pathlib import Path

import click

from .console import EnvironmentProblem, say

_EPILOG = """\b
Examples:
  glia report ps1 --course my-course      after marking written answers in the formgrader
"""


@click.command("report", epilog=_EPILOG)
@click.argument("assignment")
@click.option(
    "--course",
    "course",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The nbgrader course folder (default: this folder).",
)
def command(assignment: str, course: Path) -> None:
    """Make the class page of ASSIGNMENT again from the gradebook and the journal.

    Marks and comments given by hand in the formgrader appear in it, and in the feedback pages.
    Nothing is graded again.
    """
    from glia_grader import report

    try:
        page = report.write(course, assignment)
    except report.NothingToReport as problem:
        raise EnvironmentProblem(str(problem)) from problem
    say(f"Class report: {page}")
