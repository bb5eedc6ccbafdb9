"""What happened to a submission, in one line: for the terminal's table and the class report."""

from __future__ import annotations

from collections.abc import Iterable

from glia_grader.record import Record
from glia_grader.verdict import Verdict

__all__ = ["account", "gathered"]

_WORDS = {
    "timeout": "took too long",
    "died": "ended its program",
    "error": "stopped with an error",
}
_MOST = 3


def account(record: Record, *, late_seconds: float = 0.0) -> str:
    """Return what an instructor wants to know at a glance.

    Args:
        record: the pipeline's record.
        late_seconds: how late it was handed in.
    """
    if record.unreadable is not None:
        return f"could not be read: {record.unreadable}"
    said: list[str] = []
    if record.failures:
        said.append(f"the grader failed at {', '.join(record.failures)}: please look")
    if record.tampering:
        said.append("locked cells differ from the release")
    said += _answers(record)
    said += [_short(event) for event in record.events if event.startswith("cell ")][:2]
    if record.repairs:
        count = len(record.repairs)
        said.append(
            f"mended: {_short(record.repairs[0])}" + (f" (+{count - 1})" if count > 1 else "")
        )
    if late_seconds > 0:
        said.append(f"{_duration(late_seconds)} late")
    return "; ".join(said) or "all right"


def gathered(lines: Iterable[str]) -> list[str]:
    """Return the lines with those that say the same of different cells made into one.

    Args:
        lines: sentences of which many begin with a cell's name.

    Example:
        >>> gathered(["a-1 was edited", "a-2 was edited", "b is new"])
        ['a-1, a-2, each: was edited', 'b is new']
    """
    groups: dict[str, list[str]] = {}
    for line in map(str, lines):
        name, _, rest = line.partition(" ")
        groups.setdefault(rest if "-" in name else line, []).append(name)
    said = []
    for rest, names in groups.items():
        if len(names) == 1:
            said.append(rest if rest.startswith(f"{names[0]} ") else f"{names[0]} {rest}".strip())
        elif len(names) <= 4:
            said.append(f"{', '.join(names)}, each: {rest}")
        else:
            said.append(f"{', '.join(names[:3])} and {len(names) - 3} more, each: {rest}")
    return said


def _answers(record: Record) -> list[str]:
    verdicts = list(record.verdicts.values())
    wrong = [v for v in verdicts if not v.passed]
    blank = [v for v in wrong if v.status == "blank"]
    if record.untouched or (verdicts and len(blank) == len(verdicts)):
        # A score that nobody has given yet belongs to a written answer that somebody gave.
        written = not record.untouched and None in record.scores.values()
        return ["nothing answered but in words" if written else "nothing answered"]
    said = []
    named = [v for v in wrong if v.status != "blank"]
    for verdict in named[:_MOST]:
        if verdict.diagnosis is not None:
            words = verdict.diagnosis.misconception.replace("_", " ")
        elif _borrowed(verdict):
            words = "borrowed what it should build"
        else:
            words = _WORDS.get(verdict.status, "partly right" if verdict.points else "not right")
        said.append(f"{verdict.exercise}: {words}")
    if len(named) > _MOST:
        said.append(f"{len(named) - _MOST} more not right")
    if blank:
        names = ", ".join(v.exercise for v in blank) if len(blank) <= 2 else str(len(blank))
        said.append(f"not answered: {names}")
    return said


def _borrowed(verdict: Verdict) -> bool:
    """Whether the answer leaned on something that the exercise forbids."""
    failure = verdict.first_failure
    return failure is not None and failure.message.startswith("Not this way")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "…"


def _duration(seconds: float) -> str:
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"
