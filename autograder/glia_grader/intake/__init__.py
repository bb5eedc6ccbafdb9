"""Intake: a submitted file becomes a notebook that can be graded, or a reason in words.

The way: `find` the file, `parse` its bytes, `clean` its cells, `match` them with the instructor's
notebook, `restore` what students must not change. Each repair is written down. Nothing a student
hands in raises an exception here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glia_grader.intake.cells import clean
from glia_grader.intake.find import Found, find
from glia_grader.intake.match import match
from glia_grader.intake.parse import parse
from glia_grader.intake.release import Release, ReleaseCell
from glia_grader.intake.restore import Cell, restore
from glia_grader.intake.source import same_source

__all__ = ["Cell", "Release", "ReleaseCell", "Submission", "read", "read_bytes"]


@dataclass(frozen=True)
class Submission:
    """One student's notebook, ready to be graded.

    Attributes:
        student: Who handed it in.
        digest: Changes with any byte of the file.
        notebook: nbformat 4.5 with the instructor's cells put back; None if unreadable.
        cells: The notebook's cells in order, as the grader sees them.
        repairs: What intake had to mend, in words.
        tampering: What had been changed in cells that are not the student's, in words.
        unreadable: Why there is nothing to grade, or None.
        untouched: Whether no solution or answer differs from what was handed out.
    """

    student: str
    digest: str
    notebook: dict[str, Any] | None
    cells: tuple[Cell, ...] = ()
    repairs: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    unreadable: str | None = None
    untouched: bool = False

    @property
    def code(self) -> tuple[Cell, ...]:
        """Cells that are run, in order."""
        return tuple(c for c in self.cells if c.runs)


def read(
    path: Path | str, release: Release, student: str = "", siblings: Sequence[str] = ()
) -> Submission:
    """Read a submitted notebook.

    Args:
        path: The file, or the student's folder for the assignment.
        release: The notebook as it was handed out.
        student: Who handed it in.
        siblings: Names of the assignment's other notebooks.

    Returns:
        The submission; if nothing can be read, one that says why.
    """
    return read_found(find(Path(path), release.name, siblings), release, student)


def read_found(found: Found, release: Release, student: str = "") -> Submission:
    """Read the file that `find` chose; if it was never touched, another one that was."""
    if found.data is None:
        nothing = hashlib.sha256(str(found.reason).encode()).hexdigest()
        return Submission(student, nothing, None, (), found.repairs, (), found.reason)
    first = read_bytes(found.data, release, student, found.repairs)
    if first.unreadable is None and not first.untouched:
        return first
    for name, data in found.others:
        other = read_bytes(data, release, student)
        if other.unreadable is None and not other.untouched:
            why = f"the notebook of the right name has no answers; read {name!r} instead"
            return read_bytes(data, release, student, (*found.repairs, why))
    return first


def read_bytes(
    data: bytes, release: Release, student: str = "", repairs: Sequence[str] = ()
) -> Submission:
    """Read a notebook from its bytes; see `read`."""
    said = list(repairs)
    digest = hashlib.sha256(data).hexdigest()
    parsed = parse(data)
    said += parsed.repairs
    if parsed.reason is not None:
        return Submission(student, digest, None, (), tuple(said), (), parsed.reason)
    cells = clean(parsed.cells, said)
    matching = match(cells, release)
    layout, run, tampering = restore(cells, release, matching, parsed.salvaged)
    said += matching.repairs
    _kernel(parsed.metadata, release, said)
    notebook = {
        "cells": layout,
        "metadata": {
            "kernelspec": release.kernelspec,
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    answers = [c for c in run if c.released and c.released.role in ("solution", "written")]
    untouched = all(
        c.released is None or not c.source.strip() or same_source(c.source, c.released.source)
        for c in answers
    ) and not any(c.part == "student" and c.runs for c in run)
    return Submission(
        student, digest, notebook, tuple(run), tuple(said), tuple(tampering), None, untouched
    )


def _kernel(metadata: dict[str, Any], release: Release, repairs: list[str]) -> None:
    given = metadata.get("kernelspec")
    name = given.get("name") if isinstance(given, dict) else None
    wanted = release.kernelspec.get("name")
    if isinstance(name, str) and wanted and name != wanted:
        repairs.append(f"the notebook named the kernel {name[:60]!r}; {wanted!r} is used")
