"""One exercise of one submission: a fresh box, the student's definitions, the judge's questions."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from glia_grader.answerer import Reply, StudentError, plain
from glia_grader.budget import Budget
from glia_grader.exercise import Exercise, load
from glia_grader.judge import judge
from glia_grader.run import CellRun, Deadline, replay, to_replay
from glia_grader.sandbox.host import Box, Limits, Sandbox, StudentFailure
from glia_grader.sandbox.protocol import pack
from glia_grader.verdict import Verdict

STUB_MODULE = "glia_grader"  # boxes hold a quiet stand-in of that name: it must stay importable
LEAST = 0.2  # seconds that are worth beginning a question with


def ask(
    sandbox: Sandbox,
    exercise: Exercise,
    function: str,
    runs: list[CellRun],
    *,
    seed: int,
    budget: Budget,
    deadline: Deadline,
    limits: Limits,
    hidden: bool = True,
) -> Verdict:
    """Judge one exercise.

    Args:
        sandbox: Where to run.
        exercise: What is asked.
        function: The name of the student's function.
        runs: What became of the submission's cells.
        seed: Seed of the judge's inputs.
        budget: Time limits.
        deadline: The end of the submission's time.
        limits: Memory, disk, output.
        hidden: Whether inputs and expected values are withheld.

    Returns:
        The judge's verdict.
    """
    fatal = ended(function, runs)
    if fatal is None and deadline.left <= LEAST:
        fatal = StudentError("timeout", "the time for this notebook was used up before")
    if fatal is not None:
        return judge(exercise, Silent(fatal), seed=seed, hidden=hidden)
    cells = to_replay(runs, function, budget)
    seconds = budget.question
    if exercise.milestone:
        seconds = max(seconds, exercise.time_limit)
    own = Deadline(min(seconds, deadline.left))
    with open_box(sandbox, exercise, cells, limits) as box:
        stage = Stage(box, cells, exercise.uses, budget, own)
        verdict = judge(
            exercise, BoxAnswerer(stage, exercise, function, own), seed=seed, hidden=hidden
        )
        box.close(wait=False)
    return verdict


def open_box(
    sandbox: Sandbox,
    exercise: Exercise,
    cells: list[tuple[CellRun, str]],
    limits: Limits,
    wait: bool = True,
) -> Box:
    """A fresh box in which an exercise can be asked, nothing run in it yet."""
    forbid = tuple(name for name in exercise.forbid if name != STUB_MODULE)
    hide = () if "glia" in exercise.needs else ("glia",)
    heavy = not hide or not all(run.shape.light for run, _ in cells)
    return sandbox.open(limits, forbid=forbid, hide=hide, heavy=heavy, wait=wait)


def ended(function: str, runs: list[CellRun]) -> StudentError | None:
    """Why the function cannot be asked: its own cell hung or ended the process."""
    defining = [run for run in runs if function in run.cell.defines and run.state != "skipped"]
    if not defining or defining[-1].state not in ("timeout", "died"):
        return None
    return StudentError(defining[-1].state, defining[-1].message)


_SENT: dict[int, tuple[tuple[Any, ...], Any]] = {}


def _packed(arguments: tuple[Any, ...]) -> Any:
    """What goes over the wire for the arguments of a probe: the same for a whole class."""
    key = id(arguments)
    if key not in _SENT:
        if len(_SENT) > 4096:
            _SENT.clear()
        # The arguments are kept as well, so that no other tuple can have their id.
        _SENT[key] = arguments, pack((arguments, {}))
    return _SENT[key][1]


class Silent:
    """Stands for a function that can never answer."""

    def __init__(self, error: StudentError):
        """Keep the reason."""
        self.error = error

    def exists(self) -> bool:
        """The function was written."""
        return True

    def signature(self) -> list[str] | None:
        """Nobody knows."""
        return None

    def call(self, *args: Any, **kwargs: Any) -> Reply:
        """There is no answer."""
        raise self.error


class Stage:
    """A box with a notebook's definitions in it, and the references that its questions use.

    Attributes:
        box: The box.
        lost: Why nothing can be asked in it, or None.
        refused: What the import policy refused, by name of the function whose cell it was.
    """

    def __init__(
        self,
        box: Box,
        cells: list[tuple[CellRun, str]],
        uses: tuple[str, ...],
        budget: Budget,
        deadline: Deadline,
    ):
        """Replay the cells, then place the references.

        Args:
            box: A fresh box.
            cells: What of the notebook it needs.
            uses: Exercises whose references are placed.
            budget: Time limits.
            deadline: When to stop.
        """
        self.box = box
        self.lost: StudentError | None = None
        self.refused = replay(box, cells, budget, deadline)
        if not box.alive:
            kind = "timeout" if box.end and box.end.how == "timeout" else "died"
            self.lost = StudentError(kind, "the notebook's cells did not run a second time")
        elif uses:
            try:
                box.place_all(load(name).reference_source for name in uses)
            except StudentFailure as failure:
                self.lost = StudentError(failure.kind, failure.message)


class BoxAnswerer:
    """Passes the judge's questions to a box; the clock and the comparison stay here."""

    def __init__(self, stage: Stage, exercise: Exercise, function: str, deadline: Deadline):
        """Bind a box to an exercise.

        Args:
            stage: A box with the student's definitions in it.
            exercise: What is asked.
            function: The name of the student's function.
            deadline: The end of this exercise's time.
        """
        self.box, self.exercise, self.function = stage.box, exercise, function
        self.deadline = deadline
        self.patience = exercise.time_limit  # seconds for one call
        self._lost = stage.lost
        self._door: tuple[bool, list[str] | None] = (True, None)
        if self._lost is None:
            try:
                self._door = self.box.door(function)
            except StudentFailure as failure:
                self._lost = StudentError(failure.kind, failure.message)
            refused = stage.refused.get(function)
            if refused and not self._door[0]:
                self._lost = StudentError("forbidden", refused)

    def exists(self) -> bool:
        """Whether the student's function is there."""
        return True if self._lost is not None else self._door[0]

    def signature(self) -> list[str] | None:
        """Its parameter names."""
        return None if self._lost is not None else self._door[1]

    def call(self, *args: Any, **kwargs: Any) -> Reply:
        """Ask once; the box's failure becomes the judge's."""
        if self._lost is not None:
            raise self._lost
        timeout = min(self.patience, self.deadline.left)
        if timeout <= 0.05:
            raise StudentError("timeout", "all its answers together took too long")
        try:
            reply = self.box.call(
                self.function, *args, timeout=timeout, want_args=True, keywords=kwargs or None
            )
        except StudentFailure as failure:
            raise StudentError(failure.kind, failure.message, failure.line) from None
        # The judge compares exact plain types: a numpy scalar becomes an array without axes.
        return Reply(plain(reply.value), reply.args_after, reply.seconds)

    def calls(self, asked: list[tuple[Any, ...]]) -> Iterator[Reply | StudentError]:
        """Ask many questions that do not depend on each other's answers, one after the other."""
        if self._lost is not None:
            while True:
                yield self._lost
        timeout = partial(min, self.patience)
        replies = self.box.calls(
            self.function,
            asked,
            lambda: timeout(self.deadline.left),
            want_args=True,
            packed=_packed,
        )
        while True:
            if self.deadline.left <= 0.05:
                yield StudentError("timeout", "all its answers together took too long")
                continue
            reply = next(replies, None)
            if reply is None:
                return
            if isinstance(reply, StudentFailure):
                yield StudentError(reply.kind, reply.message, reply.line)
                continue
            try:
                yield Reply(plain(reply.value), reply.args_after, reply.seconds)
            except StudentError as error:
                yield error
