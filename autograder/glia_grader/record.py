"""A record: everything that grading one submission brought to light, as plain data."""

from dataclasses import dataclass, field, replace
from typing import Any

from glia_grader.verdict import Verdict


@dataclass(frozen=True)
class Record:
    """What there is to say about one submission.

    Attributes:
        student: Whose work it is.
        assignment: The assignment.
        notebook: The notebook's name, without ".ipynb".
        verdicts: Verdict of the judge by exercise.
        scores: Points by grade_id; None where a human decides or the grader itself failed.
        max_scores: What each graded cell is worth, by grade_id.
        notebook_out: The notebook as run (nbformat 4.5), verdicts in its graded cells; None if
            the submission could not be read.
        repairs: What intake had to mend.
        tampering: What had been changed in cells that are not the student's.
        events: What happened on the way: cells that hung or died, a budget used up.
        seconds: Wall time spent on it.
        unreadable: Why there was nothing to grade, or None.
        failures: Exercises that the grader itself could not judge; a human must look.
        untouched: Whether nothing was answered at all.
        tier: Tier of the sandbox it ran in.
        seed_hash: Which seed the inputs came from.
    """

    student: str
    assignment: str
    notebook: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)
    max_scores: dict[str, float] = field(default_factory=dict)
    notebook_out: dict[str, Any] | None = None
    repairs: tuple[str, ...] = ()
    tampering: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    seconds: float = 0.0
    unreadable: str | None = None
    failures: tuple[str, ...] = ()
    untouched: bool = False
    tier: int = 0
    seed_hash: str = ""

    @property
    def state(self) -> str:
        """How it ended: "graded", "unreadable", or "failed" where the grader itself failed."""
        if self.unreadable is not None:
            return "unreadable"
        return "failed" if self.failures else "graded"

    @property
    def points(self) -> float:
        """Points given so far, by the grader alone."""
        return sum(score for score in self.scores.values() if score is not None)

    @property
    def max_points(self) -> float:
        """What the whole notebook is worth, written answers included."""
        return sum(self.max_scores.values())

    @property
    def auto_max_points(self) -> float:
        """What the cells that the grader has scored are worth."""
        return sum(m for name, m in self.max_scores.items() if self.scores.get(name) is not None)

    def without_notebook(self) -> "Record":
        """The same without the notebook, which is nearly all of its size."""
        return replace(self, notebook_out=None)

    @property
    def needs_human(self) -> tuple[str, ...]:
        """Graded cells without a score."""
        return tuple(name for name in self.max_scores if self.scores.get(name) is None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able dictionary; `from_dict` reads it back."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["verdicts"] = {name: verdict.to_dict() for name, verdict in self.verdicts.items()}
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Record":
        """Rebuild a record from `to_dict` or from the JSON of it."""
        data = dict(data)
        data["verdicts"] = {n: Verdict.from_dict(v) for n, v in data["verdicts"].items()}
        for name in ("repairs", "tampering", "events", "failures"):
            data[name] = tuple(data[name])
        return cls(**data)
