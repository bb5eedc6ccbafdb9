"""What the judge says about one answer: plain data that travels as JSON."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Status = Literal["passed", "partial", "failed", "blank", "error", "timeout", "died"]
Role = Literal["input", "yours", "expected"]


@dataclass(frozen=True)
class Row:
    """One line of the table that shows a failing case."""

    role: Role
    label: str
    text: str


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check.

    Attributes:
        name: Short stable name, unique within the exercise.
        title: What the check looks at, in words for the learner.
        passed: Whether its share of the points is earned.
        weight: Its share of the points (0 for the coarse checks that only open the door).
        message: What went wrong and where; empty if passed.
        table: The failing case: inputs, yours, expected. Empty in hidden mode.
        ran: False if the judge stopped before this check.
        note: What is special about the failing case, for the caption of its table.
    """

    name: str
    title: str
    passed: bool
    weight: float
    message: str = ""
    table: tuple[Row, ...] = ()
    ran: bool = True
    note: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """A misconception that explains every answer the function gave.

    Attributes:
        misconception: Its name in the exercise file.
        belief: What a person who writes this seems to believe.
        symptom: What the outputs show.
    """

    misconception: str
    belief: str
    symptom: str


@dataclass(frozen=True)
class Verdict:
    """All the judge has to say about one answer to one exercise.

    Attributes:
        exercise: Name of the exercise.
        points: Points earned, between 0 and `max_points`.
        max_points: Points the exercise is worth.
        results: One result per check, coarse to fine.
        diagnosis: The misconception that reproduces every output, or None.
        hints: Hints from gentle to explicit, at most three; empty without a diagnosis.
        status: passed, partial, failed, blank, error, timeout or died.
        title: Title of the exercise, for headings.
        hint_level: How many hints are shown at once.
    """

    exercise: str
    points: float
    max_points: float
    results: tuple[CheckResult, ...]
    diagnosis: Diagnosis | None = None
    hints: tuple[str, ...] = ()
    status: Status = "failed"
    title: str = ""
    hint_level: int = field(default=1, compare=False)

    @property
    def passed(self) -> bool:
        """True for full marks."""
        return self.status == "passed"

    @property
    def first_failure(self) -> CheckResult | None:
        """The result whose message is worth reading first."""
        return next((r for r in self.results if not r.passed), None)

    def showing(self, hint: int) -> "Verdict":
        """The same verdict with `hint` hints opened (1 to 3)."""
        return replace(self, hint_level=max(0, min(3, int(hint))))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able dictionary; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Verdict":
        """Rebuild a verdict from `to_dict` or from the JSON of it."""
        results = tuple(
            CheckResult(**{**r, "table": tuple(Row(**row) for row in r["table"])})
            for r in data["results"]
        )
        diagnosis = Diagnosis(**data["diagnosis"]) if data["diagnosis"] else None
        return cls(
            **{
                **data,
                "results": results,
                "diagnosis": diagnosis,
                "hints": tuple(data["hints"]),
            }
        )

    def to_html(self, hidden: bool = False) -> str:
        """Self-contained HTML fragment; `hidden` leaves the tables out."""
        from glia_grader.display import to_html

        return to_html(self, hidden=hidden)

    def to_text(self) -> str:
        """Plain text for terminals."""
        from glia_grader.display import to_text

        return to_text(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        return self.to_text()
