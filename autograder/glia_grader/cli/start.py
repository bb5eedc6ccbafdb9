"""``glia start``: a problem set to work on."""

from __future__ import annotations

from pathlib import Path

import click

from .console import say

_EPILOG = """\b
Examples:
  glia start ps1             ps1.ipynb in this folder
  glia start ps1 homework    in the folder homework
  glia start ps1 --again     a fresh copy beside the one you have
"""


@click.command("start", epilog=_EPILOG)
@click.argument("assignment")
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Write a fresh copy beside yours, under a new name.")
def command(assignment: str, folder: Path, again: bool) -> None:
    """Get the problem set ASSIGNMENT as a notebook in FOLDER, ready to work on.

    Never overwrites: if the notebook is there already, it is left exactly as it is.
    """
    from glia_grader import bundle, handout

    names = bundle.assignment_names()
    if assignment not in names:
        raise click.UsageError(
            f"There is no problem set '{assignment}'; there is: {', '.join(names) or '(none)'}."
        )
    for written, path in handout.lay_out(assignment, folder, again=again):
        if written:
            say(f"Written: {path}")
        else:
            say(f"Already there, left exactly as it is: {path}")
            say(f"For a fresh copy beside it: glia start {assignment} {folder} --again")
    say(f"Open it:        glia lab {folder}")
    say(f"See where you stand: glia check {path}")
