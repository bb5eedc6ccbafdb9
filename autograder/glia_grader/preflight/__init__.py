"""A student's own look at their own file before handing it in.

The notebook is read as the grader would read it (with the same repairs), run from top to bottom in
a separate process on the student's machine, and every question is checked with the public inputs.
No sandbox is needed: it is their code on their computer. A cell or an answer that hangs is stopped,
the process is started again without it, and the rest goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glia_grader import bundle
from glia_grader.verdict import CheckResult, Verdict

from .child import Child

__all__ = ["Outcome", "look_at"]


@dataclass
class Outcome:
    """What the look at a file brought to light.

    Attributes:
        verdicts: one a question, in the notebook's order.
        repairs: what had to be mended to read the file, in words.
        changes: locked cells that differ from the release, in words.
        troubles: cells that stopped with an error or took too long, in words.
        written: whether each written answer is there, by nbgrader's name of the cell.
        unknown: exercises that only the instructor's grader knows.
        unreadable: why nothing could be read, or None.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    written: dict[str, bool] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unreadable: str | None = None

    @property
    def all_right(self) -> bool:
        """Whether there is nothing left to do."""
        answered = all(self.written.values())
        right = bool(self.verdicts) and all(v.passed for v in self.verdicts.values())
        return self.unreadable is None and right and answered and not self.troubles


@dataclass(frozen=True)
class _Plan:
    cells: list[tuple[int, str]]
    exercises: list[str]


def look_at(
    path: Path, *, seconds: float = 30.0, report: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Read, run and check a notebook file.

    Args:
        path: the notebook.
        seconds: the longest a single cell or a single question may take.
        report: called with the name of each question as it is checked.

    Returns:
        The outcome; nothing a file can contain raises an exception.
    """
    outcome = Outcome()
    plan = _read(path, outcome)
    if outcome.unreadable is None:
        _run(plan, path.resolve().parent, seconds, outcome, report)
    return outcome


def _read(path: Path, outcome: Outcome) -> _Plan:
    from glia_grader import intake
    from glia_grader.exercise import all_exercises
    from glia_grader.intake.source import same_source

    release = _release_for(path)
    if release is None:
        return _plain_notebook(path, outcome)
    submission = intake.read(path, release)
    outcome.repairs += submission.repairs
    outcome.changes += submission.tampering
    outcome.unreadable = submission.unreadable
    for cell in submission.cells:
        if cell.part == "written" and cell.released is not None and cell.released.grade_id:
            begun = bool(cell.source.strip()) and not same_source(cell.source, cell.released.source)
            outcome.written[cell.released.grade_id] = begun
    known = all_exercises()
    outcome.unknown = [name for name in release.exercises if name not in known]
    exercises = [name for name in release.exercises if name in known]
    return _Plan([(c.index, c.source) for c in submission.code], exercises)


def _release_for(path: Path) -> Any:
    """The bundled problem set whose cells this file has most of; None if it has none."""
    from glia_grader.intake import Release

    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return None
    best, most = None, 0
    for name in bundle.assignment_names():
        for source in sorted((bundle.course_dir() / "source" / name).glob("*.ipynb")):
            release = Release.load(source)
            score = sum(f'"{grade_id}"' in text for grade_id in release.by_id)
            # A file whose metadata is lost still calls the checks by name.
            score += sum(f'grade(\\"{exercise}\\"' in text for exercise in release.exercises)
            score += path.stem.startswith(release.name)
            if score > most:
                best, most = release, score
    return best


def _plain_notebook(path: Path, outcome: Outcome) -> _Plan:
    """Any other notebook: what it checks by itself is what is checked."""
    import re

    from glia_grader.exercise import all_exercises

    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [
            (index, "".join(cell["source"]))
            for index, cell in enumerate(cells)
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, KeyError, TypeError):
        outcome.unreadable = "the file is not a notebook"
        return _Plan([], [])
    asked = re.findall(r"\b(?:check|grade)\(\s*[\"'](\w+)", "\n".join(s for _, s in sources))
    known = all_exercises()
    exercises = [name for name in dict.fromkeys(asked) if name in known]
    if not exercises:
        outcome.unreadable = "there is nothing in it to check: no check(...) or grade(...) cell"
    return _Plan(sources, exercises)


def _run(
    plan: _Plan, folder: Path, seconds: float, outcome: Outcome, report: Callable[[str], None]
) -> None:
    skip_cells: set[int] = set()
    left = list(plan.exercises)
    first_run = True
    # Each start either finishes or rules one cell or one question out, so this ends.
    while left:
        cells = [(index, source) for index, source in plan.cells if index not in skip_cells]
        stopped_in: tuple[str, Any] | None = None
        with Child(cells, left, folder) as child:
            for event in child.events(seconds):
                kind = event["event"]
                if kind == "cell":
                    stopped_in = ("cell", event["index"])
                elif kind == "question":
                    stopped_in = ("question", event["name"])
                elif kind == "error" and first_run:
                    outcome.troubles.append(f"cell {event['index'] + 1}: {event['message']}")
                elif kind == "verdict":
                    verdict = Verdict.from_dict(event["verdict"])
                    outcome.verdicts[verdict.exercise] = verdict
                    left.remove(verdict.exercise)
                    report(verdict.exercise)
            ended = child.ended
        if ended == "done" or stopped_in is None:
            break
        first_run = False
        how = f"took longer than {seconds:g} s" if ended == "timeout" else "ended the program"
        what, which = stopped_in
        if what == "cell":
            skip_cells.add(which)
            outcome.troubles.append(f"cell {which + 1} {how} and was left out")
        else:
            left.remove(which)
            outcome.verdicts[which] = _stopped(which, how, ended)
            report(which)
    for name in left:
        outcome.verdicts[name] = _stopped(name, "could not be checked", "died")
    order = [name for name in plan.exercises if name in outcome.verdicts]
    outcome.verdicts = {name: outcome.verdicts[name] for name in order}


def _stopped(name: str, how: str, ended: str) -> Verdict:
    from glia_grader.exercise import load

    exercise = load(name)
    result = CheckResult("runs", "It gives an answer", False, 0.0, f"{name} {how}")
    status = "timeout" if ended == "timeout" else "died"
    return Verdict(name, 0.0, exercise.points, (result,), status=status, title=exercise.title)
