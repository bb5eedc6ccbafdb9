"""Questions of one submission that may share a box.

A fresh box for each question is the rule: nothing that one answer does can spoil the next. For an
honest notebook, copying a process sixteen times is most of what grading it costs. So questions
share a box where that shows nobody anything and costs nobody a point: the same references are
placed for all of them (a box never holds one that its question does not use), the same names are
forbidden, no name is written twice, and every cell ran in a moment. Whoever earns less than full
marks in a box where others were asked before is asked again in a fresh one, and that counts.

A question that uses other exercises is asked first where those that its cells name were asked and
found fully right: the student's own do there what the references would, and none is placed at all.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from glia_grader.budget import Budget
from glia_grader.exercise import Exercise
from glia_grader.judge import judge
from glia_grader.question import LEAST, BoxAnswerer, Stage, ask, ended, open_box
from glia_grader.run import CellRun, Deadline, to_replay
from glia_grader.sandbox.host import Box, Limits, Sandbox
from glia_grader.slicing import independent
from glia_grader.verdict import Verdict

PATIENCE = 0.5  # seconds for one call in company


@dataclass(frozen=True, eq=False)
class Question:
    """An exercise, the student's function, and the cells that count for it."""

    exercise: Exercise
    function: str
    runs: list[CellRun]


@dataclass
class _Group:
    """Questions that share a box.

    Attributes:
        uses: Exercises whose references are placed in it.
        waiting: Those still to ask.
        cells: What of the notebook any of them needs.
        right: Exercises that were asked in it and earned full marks.
        box: The box, once it has been begun.
        stage: The same, once the cells have run in it.
    """

    uses: tuple[str, ...] = ()
    waiting: list[Question] = field(default_factory=list)
    cells: list[tuple[CellRun, str]] = field(default_factory=list)
    right: set[str] = field(default_factory=set)
    box: Box | None = None
    stage: Stage | None = None


class Questions:
    """The questions about one submission, asked one after the other.

    Args:
        sandbox: Where to run.
        asked: Every question there will be.
        seed: Seed of the judge's inputs.
        budget: Time limits.
        deadline: The end of the submission's time.
        limits: Memory, disk, output.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        asked: Sequence[Question],
        *,
        seed: int,
        budget: Budget,
        deadline: Deadline,
        limits: Limits,
    ):
        self._sandbox, self._seed, self._budget = sandbox, seed, budget
        self._deadline, self._limits = deadline, limits
        self._groups: dict[Hashable, _Group] = {}
        self._of: dict[Question, list[_Group]] = {}
        self._leans: dict[Question, set[str]] = {}
        known: dict[Hashable, set[str]] = {}
        for question in asked:
            cells = _to_share(question, budget)
            if cells is None:
                continue
            exercise, key = question.exercise, _key(question, cells)
            mine = known.setdefault(key, set())
            self._leans[question] = _leans_on(exercise, cells)
            alone = mine.issuperset(self._leans[question])
            for uses in ((), exercise.uses) if alone else (exercise.uses,):
                group = self._groups.setdefault((uses, key), _Group(uses))
                if question not in group.waiting:
                    group.waiting.append(question)
                    group.cells += cells
                    self._of.setdefault(question, []).append(group)
            if question.function == exercise.name:  # the name by which others would call it
                mine.add(exercise.name)
        for group in self._groups.values():
            needed = {run.cell.index: (run, source) for run, source in group.cells}
            group.cells = [needed[index] for index in sorted(needed)]

    def __enter__(self) -> "Questions":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for group in self._groups.values():
            if group.box is not None:
                group.box.close(wait=False)

    def ask(self, question: Question) -> Verdict:
        """Judge one exercise.

        Args:
            question: One of those that were announced.

        Returns:
            The judge's verdict, the same as from a box of its own.
        """
        for group in self._of.get(question, ()):
            if self._deadline.left <= LEAST:
                break
            given = group.uses == question.exercise.uses
            if not given and not group.right.issuperset(self._leans[question]):
                self._pass_over(question, group)
                continue
            if group.box is not None and not group.box.alive:
                group.box = group.stage = None
            first = group.stage is None and given
            verdict = self._in_company(question, group, final=first)
            if verdict.passed or first:
                for other in self._of[question]:
                    self._pass_over(question, other)
                return verdict
        return ask(
            self._sandbox,
            question.exercise,
            question.function,
            question.runs,
            seed=self._seed,
            budget=self._budget,
            deadline=self._deadline,
            limits=self._limits,
        )

    def _in_company(self, question: Question, group: _Group, final: bool) -> Verdict:
        own = Deadline(min(self._budget.question, self._deadline.left))
        if group.stage is None:
            box = self._begin(group)
            self._look_ahead(group)
            box.settle()
            group.stage = Stage(box, group.cells, group.uses, self._budget, own)
        answerer = BoxAnswerer(group.stage, question.exercise, question.function, own)
        if not final:  # whoever takes longer is asked again, with all the time there is
            answerer.patience = min(PATIENCE, answerer.patience)
        verdict = judge(question.exercise, answerer, seed=self._seed, hidden=True)
        if verdict.passed and question.function == question.exercise.name:
            group.right.add(question.exercise.name)
        self._pass_over(question, group)
        return verdict

    def _pass_over(self, question: Question, group: _Group) -> None:
        """A question will not be asked in this group (any more)."""
        if question in group.waiting:
            group.waiting.remove(question)
        if not group.waiting and group.box is not None and group.box.alive:
            group.box.close(wait=False)

    def _begin(self, group: _Group) -> Box:
        if group.box is None:
            exercise = group.waiting[0].exercise
            group.box = open_box(self._sandbox, exercise, group.cells, self._limits, wait=False)
        return group.box

    def _look_ahead(self, group: _Group) -> None:
        """Have the next box set up while questions are asked in this one."""
        later = [g for g in self._groups.values() if g.box is None and self._certain(g)]
        if later:
            self._begin(later[0])

    def _certain(self, group: _Group) -> bool:
        """Whether a group's box will be needed: some may find their marks in another."""
        return any(self._of[question][0] is group for question in group.waiting)


def _to_share(question: Question, budget: Budget) -> list[tuple[CellRun, str]] | None:
    """The cells that a question needs; None if it should have a box of its own."""
    runs = question.runs
    if question.exercise.milestone or ended(question.function, runs) is not None:
        return None
    if any(run.state not in ("ok", "error") or run.seconds > budget.slow for run in runs):
        return None
    if not independent([run.shape for run in runs], [run.cell.defines for run in runs]):
        return None
    return to_replay(runs, question.function, budget)


def _leans_on(exercise: Exercise, cells: list[tuple[CellRun, str]]) -> set[str]:
    """Which of the exercises that it may use an answer can reach at all."""
    shapes = [run.shape for run, _ in cells]
    if any(shape.dynamic for shape in shapes):
        return set(exercise.uses)
    return {name for name in exercise.uses if any(name in shape.mentions for shape in shapes)}


def _key(question: Question, cells: list[tuple[CellRun, str]]) -> Hashable:
    """What questions in one box have in common."""
    exercise = question.exercise
    light = all(run.shape.light for run, _ in cells)
    seen = tuple(run.cell.index for run in question.runs)
    return exercise.forbid, exercise.needs, light, seen
