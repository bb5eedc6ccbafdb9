"""Running a submission's cells in order, for their outputs and to learn which can be replayed."""

import ast
import time
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal

from glia_grader.budget import Budget
from glia_grader.intake import Cell, Submission
from glia_grader.intake.source import parse_python
from glia_grader.sandbox.host import Box, CellResult, Limits, Sandbox
from glia_grader.slicing import Shape, needed, shape_of

State = Literal["ok", "error", "timeout", "died", "skipped"]


@dataclass
class CellRun:
    """What became of one cell.

    Attributes:
        cell: The cell.
        state: "ok", "error" (it raised), "timeout", "died" (it ended its process) or "skipped".
        outputs: nbformat outputs.
        seconds: Wall time.
        count: The number in `[ ]:`.
        message: What went wrong, in a sentence.
    """

    cell: Cell
    state: State
    outputs: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    count: int | None = None
    message: str = ""

    @cached_property
    def shape(self) -> Shape:
        """What matters of the cell for leaving it out of a replay."""
        return shape_of(self.cell.source)


class Deadline:
    """A point in time that several steps share."""

    def __init__(self, seconds: float):
        """Start the clock."""
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.end - time.monotonic())


def run_notebook(
    sandbox: Sandbox, submission: Submission, budget: Budget, deadline: Deadline, limits: Limits
) -> list[CellRun]:
    """Run every cell in order, as the student would with "Run All".

    A cell that hangs or ends its process costs itself: a fresh box replays what ran before, and
    the next cells go on.

    Args:
        sandbox: Where to run.
        submission: What to run.
        budget: Time limits.
        deadline: The end of the submission's time.
        limits: Memory, disk, output.

    Returns:
        One entry for each cell that runs.
    """
    runs: list[CellRun] = []
    own = Deadline(min(budget.notebook, deadline.left))
    cells = submission.code
    heavy = sandbox.needs_glia or not all(shape_of(cell.source).light for cell in cells)
    while len(runs) < len(cells) and own.left > _LEAST:
        with sandbox.open(limits, hide=_hidden(sandbox), heavy=heavy) as box:
            if runs:  # a box that stands where the last one ended
                replay(box, to_replay(runs, None, budget), budget, own)
            waiting = cells[len(runs) :]
            timeout = partial(_timeout, budget, own)
            done = box.run_cells([cell.source for cell in waiting], timeout)
            for cell, result in zip(waiting, done, strict=False):
                runs.append(_result(box, cell, result))
                if own.left <= _LEAST:
                    break
            box.close(wait=False)
    said = "not run: the notebook's time was used up"
    runs += [CellRun(cell, "skipped", message=said) for cell in cells[len(runs) :]]
    return runs


_LEAST = 0.2  # seconds of a notebook's time that are worth beginning a cell with


def _hidden(sandbox: Sandbox) -> tuple[str, ...]:
    return () if sandbox.needs_glia else ("glia",)


def _timeout(budget: Budget, deadline: Deadline) -> float:
    return max(0.1, min(budget.cell, deadline.left))


def _result(box: Box, cell: Cell, result: CellResult) -> CellRun:
    state: State = "ok" if result.ok else "error"
    if not box.alive:
        state = "timeout" if result.kind == "timeout" else "died"
    return CellRun(
        cell, state, result.outputs, result.seconds, result.execution_count, result.error or ""
    )


def replay(
    box: Box, chosen: list[tuple[CellRun, str]], budget: Budget, deadline: Deadline
) -> dict[str, str]:
    """Bring a fresh box to where the notebook ended.

    Cells that hung, died or were slow give their definitions only, but for a slow cell that
    defines what is asked.

    Args:
        box: A fresh box.
        chosen: The cells, as `to_replay` gives them.
        budget: Time limits.
        deadline: When to stop.

    Returns:
        For each name whose cell was refused something (the import policy), what. The box may have
        ended.
    """
    refused: dict[str, str] = {}
    timeout = partial(_timeout, budget, deadline)
    done = box.run_cells([source for _, source in chosen], timeout, quiet=True)
    for (run, _), result in zip(chosen, done, strict=False):
        if result.kind == "forbidden":
            refused |= dict.fromkeys(run.cell.defines, result.error or "a forbidden name")
    return refused


def to_replay(runs: list[CellRun], wanted: str | None, budget: Budget) -> list[tuple[CellRun, str]]:
    """The cells that a fresh box must see, each with what of it is run again.

    Args:
        runs: What became of the cells before.
        wanted: The function that will be asked, or None.
        budget: Time limits.
    """
    needs = [True] * len(runs) if wanted is None else needed([r.shape for r in runs], wanted)
    chosen = []
    for run, need in zip(runs, needs, strict=True):
        source = run.cell.source
        defines_it = wanted is not None and wanted in run.cell.defines
        if run.state == "skipped" or not need:
            continue
        if run.state in ("timeout", "died") or (run.seconds > budget.slow and not defines_it):
            source = definitions(source)
        if source:
            chosen.append((run, source))
    return chosen


def definitions(source: str) -> str:
    """The imports, functions and classes of a cell: what costs no time to run again."""
    tree = parse_python(source)
    if tree is None:
        return ""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    kept = [node for node in tree.body if isinstance(node, kinds)]
    try:
        return "\n".join(ast.unparse(node) for node in kept)
    except (ValueError, RecursionError):
        return ""
