"""``glia check``: how your own file stands before you hand it in."""

from __future__ import annotations

from pathlib import Path

import click

from .console import on_terminal, say, table

_EPILOG = """\b
Examples:
  glia check ps1.ipynb
  glia check ps1.ipynb --hints 3     with all the hints there are

Exit code 0 if everything is right, 1 if something isn't yet.
"""

_STYLES = {"good": "green", "part": "yellow", "bad": "red", "none": "dim"}


@click.command("check", epilog=_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hints", type=click.IntRange(0, 3), default=1, help="How many hints to show.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    default=30.0,
    show_default=True,
    help="Seconds one cell, or one question, may take.",
)
@click.pass_context
def command(ctx: click.Context, file: Path, hints: int, time_limit: float) -> None:
    """Run the notebook FILE from top to bottom and check every question in it.

    It runs in a process of its own; your file is only read. The inputs are the public ones of the
    notebook's own check cells: grading uses others, but what is right here is right there.
    """
    from glia_grader import preflight
    from glia_grader.feedback import standing

    if on_terminal():
        from rich.console import Console

        with Console().status(f"Running {file.name} …"):
            outcome = preflight.look_at(file, seconds=time_limit)
    else:
        outcome = preflight.look_at(file, seconds=time_limit)
    if outcome.unreadable is not None:
        say(f"{file}: {outcome.unreadable}")
        ctx.exit(1)
    _list("Your file was mended for you; handing it in like this costs nothing:", outcome.repairs)
    _list("Locked cells that you changed; grading puts them back:", outcome.changes)
    _list("While it ran from top to bottom:", outcome.troubles)
    _list("Only your instructor's grader knows these:", outcome.unknown)
    verdicts = list(outcome.verdicts.values())
    marks = [standing.sign(v.status) for v in verdicts]
    rows = [
        [
            f"{mark[0]} {v.exercise}",
            f"{standing.points(v.points)} / {standing.points(v.max_points)}",
            _first_words(v, mark[2]),
        ]
        for v, mark in zip(verdicts, marks, strict=True)
    ]
    for name, begun in outcome.written.items():
        rows.append([f"{'✎' if begun else '○'} {name}", "", _WRITTEN[begun]])
    styles: list[str | None] = [_STYLES[mark[1]] for mark in marks]
    styles += [None] * len(outcome.written)
    table(["question", "points", "how it stands"], rows, right=(1,), styles=styles)
    for verdict in verdicts:
        if verdict.diagnosis is not None and hints:
            say()
            say(f"{verdict.exercise}: {verdict.diagnosis.symptom}", style="bold")
            for number, hint in enumerate(verdict.hints[:hints], start=1):
                say(f"  hint {number}: {hint}")
    earned = sum(v.points for v in verdicts)
    possible = sum(v.max_points for v in verdicts)
    say()
    say(f"{standing.points(earned)} of {standing.points(possible)} points by the public checks.")
    if outcome.all_right:
        say("All right. Hand it in!")
    else:
        say("Not everything is right yet; what is right counts already.")
        ctx.exit(1)


_WRITTEN = {True: "written; a person reads it", False: "not written yet"}


def _first_words(verdict, words: str) -> str:
    from glia_grader.feedback.standing import sentence

    failure = verdict.first_failure
    if verdict.passed or failure is None or not failure.message:
        return words
    return f"{words}: {sentence(failure.message)}"


def _list(title: str, lines: list[str]) -> None:
    if lines:
        say(title)
        for line in lines:
            say(f"  - {line}")
        say()
