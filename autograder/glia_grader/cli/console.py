"""How the commands speak: rich on a terminal, plain lines everywhere else.

Plain output carries no control codes and says the same things, so that a log file, a pipe and a
screen reader get the whole story. rich is imported only where a terminal will show it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["EnvironmentProblem", "Refusal", "on_terminal", "progress", "say", "table"]


class EnvironmentProblem(click.ClickException):
    """This machine or this course lacks something the command needs."""

    exit_code = 3


class Refusal(click.ClickException):
    """Doing as asked would overwrite or mix up something; nothing was changed."""

    exit_code = 2


def on_terminal() -> bool:
    """Return whether stdout is a terminal that understands control codes."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str = "", *, style: str | None = None) -> None:
    """Print a line; `style` is a rich style that only a terminal sees."""
    if style and on_terminal():
        from rich.console import Console
        from rich.text import Text

        Console(highlight=False).print(Text(text, style=style))
    else:
        click.echo(text)


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[int] = (),
    styles: Sequence[str | None] | None = None,
) -> None:
    """Print a table.

    Args:
        columns: the headings.
        rows: one sequence of cells a row.
        title: a line above the table.
        right: indices of the columns that are aligned to the right (numbers).
        styles: one rich style (or None) a row; only a terminal shows it.
    """
    if on_terminal():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        grid = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        for index, column in enumerate(columns):
            grid.add_column(
                column,
                justify="right" if index in right else "left",
                no_wrap=index < len(columns) - 1,
            )
        for index, row in enumerate(rows):
            # Text, not markup: a student's name must not be read as rich's own markup.
            style = (styles[index] if styles else None) or ""
            grid.add_row(*(Text(str(cell)) for cell in row), style=style)
        Console(highlight=False).print(grid)
        return
    if title:
        click.echo(title)
    widths = [
        max([len(str(column)), *(len(str(row[i])) for row in rows)])
        for i, column in enumerate(columns)
    ]
    for row in [columns, ["-" * width for width in widths], *rows]:
        cells = [
            str(cell).rjust(width) if i in right else str(cell).ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show progress through `total` pieces of work; call the yielded function after each.

    On a terminal a bar; elsewhere one line a piece, numbered.
    """
    if on_terminal():
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        columns: list[Any] = [
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}", markup=True),
        ]
        with Progress(*columns, transient=True) as bar:
            from rich.markup import escape

            task = bar.add_task(label, total=total, note="")
            yield lambda note="": bar.update(task, advance=1, note=escape(note))
        return
    done = 0

    def step(note: str = "") -> None:
        nonlocal done
        done += 1
        click.echo(f"[{str(done).rjust(len(str(total)))}/{total}] {note}".rstrip())

    click.echo(label)
    yield step
