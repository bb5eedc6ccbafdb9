"""The parts of the class report as plain values, ready for the template."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from glia_grader.account import account, gathered
from glia_grader.feedback.standing import points
from glia_grader.verdict import Verdict

from . import items
from .gather import ClassData, Row

__all__ = [
    "for_a_person",
    "misconceptions",
    "questions",
    "row",
    "sandbox",
    "shares",
    "summary",
]

_STATES = {
    "graded": ("✓", "good", "graded"),
    "waiting": ("✎", "none", "to be read"),
    "unreadable": ("!", "bad", "could not be read"),
    "failed": ("!", "bad", "the grader failed: look"),
    "ungraded": ("…", "part", "handed in, not graded"),
    "missing": ("○", "none", "nothing handed in"),
}


def shares(data: ClassData) -> list[float]:
    """Return each graded submission's points as a share of what is marked so far."""
    return [r.points / r.possible for r in data.rows if r.points is not None and r.possible]


def summary(data: ClassData) -> dict[str, Any]:
    """Return the figures at the top of the page."""
    states = [row.state for row in data.rows]
    found = shares(data)
    times = [record.seconds for record in data.records]
    matrix, _, _ = _matrix(data)
    whole = items.alpha(matrix)
    return {
        "students": len(states),
        "handed_in": sum(row.handed_in for row in data.rows),
        "graded": sum(state in ("graded", "waiting", "failed") for state in states),
        "waiting": states.count("waiting"),
        "unreadable": states.count("unreadable"),
        "ungraded": states.count("ungraded"),
        "missing": states.count("missing"),
        "median": f"{100 * float(np.median(found)):.0f}%" if found else "–",
        "quartiles": _middle_half(found),
        "alpha": "–" if whole is None else f"{whole:.2f}",
        "time": f"{float(np.median(times)):.2f} s" if times else "–",
        "longest": f"{max(times):.1f} s" if times else "–",
    }


def _middle_half(found: list[float]) -> str:
    if not found:
        return "–"
    low, high = np.quantile(found, [0.25, 0.75])
    return f"{100 * low:.0f}–{100 * high:.0f}%"


def _verdicts(data: ClassData) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = defaultdict(list)
    for record in data.records:
        for name, verdict in record.verdicts.items():
            found[name].append(verdict)
    return found


def _matrix(data: ClassData) -> tuple[Any, list[str], Any]:
    """Points and omissions, one row a student who has a verdict on every question."""
    names = list(_verdicts(data))
    complete = [r for r in data.records if all(name in r.verdicts for name in names)]
    earned = [[r.verdicts[name].points for name in names] for r in complete]
    blank = [[r.verdicts[name].status == "blank" for name in names] for r in complete]
    shape = (len(complete), len(names))
    return (
        np.array(earned, dtype=np.float64).reshape(shape),
        names,
        np.array(blank, dtype=np.bool_).reshape(shape),
    )


def questions(data: ClassData) -> list[dict[str, Any]]:
    """Return each question's figures, in the order of the assignment."""
    matrix, names, blank = _matrix(data)
    verdicts = _verdicts(data)
    if not len(matrix):
        return []
    maxima = [verdicts[name][0].max_points for name in names]
    rows = []
    for name, item in zip(names, items.analyse(matrix, maxima, blank), strict=True):
        part = max(0.0, 1 - item.full - item.zero - item.omitted)
        rows.append(
            {
                "name": name,
                "title": verdicts[name][0].title or name,
                "facility": f"{100 * item.facility:.0f}%",
                "full": f"{100 * item.full:.0f}%",
                "part": f"{100 * part:.0f}%",
                "zero": f"{100 * item.zero:.0f}%",
                "omitted": f"{100 * item.omitted:.0f}%",
                "discrimination": _number(item.discrimination),
                "upper_lower": _number(item.upper_lower),
                "alpha_without": _number(item.alpha_without),
                "flag": item.flag,
                "parts": (item.full, part, item.zero, item.omitted),
            }
        )
    return rows


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def misconceptions(data: ClassData) -> list[dict[str, Any]]:
    """Return each recognised misconception with who holds it, the most frequent first."""
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    said: dict[tuple[str, str], Verdict] = {}
    for each in data.rows:
        for record in each.records:
            for name, verdict in record.verdicts.items():
                if verdict.diagnosis is not None:
                    key = (name, verdict.diagnosis.misconception)
                    holders[key].append(each.name)
                    said[key] = verdict
    ordered = sorted(holders, key=lambda key: (-len(holders[key]), key))
    rows = []
    for key in ordered:
        diagnosis, hints = said[key].diagnosis, said[key].hints
        assert diagnosis is not None
        rows.append(
            {
                "exercise": key[0],
                "words": key[1].replace("_", " "),
                "belief": diagnosis.belief,
                "hint": hints[0] if hints else "",
                "count": len(holders[key]),
                "who": holders[key],
            }
        )
    return rows


def for_a_person(data: ClassData) -> list[dict[str, Any]]:
    """Return who needs a human's eye, and for what."""
    found = []
    for each in data.rows:
        reasons: list[str] = []
        for record in each.records:
            if record.unreadable is not None:
                reasons.append(f"Could not be read: {record.unreadable}. It has no score.")
            reasons += [f"The grader failed at {name}." for name in record.failures]
            reasons += [_sentence(line) for line in gathered(record.tampering)]
            reasons += [f"Mended: {line.rstrip('.')}." for line in gathered(record.repairs)]
            # A question that took too long is told in its verdict; a cell of their own is not.
            own = [e for e in record.events if e.split(":")[0] not in record.verdicts]
            reasons += [_sentence(line) for line in own]
        if each.state == "ungraded":
            reasons.append("Handed in, but not graded yet.")
        if reasons:
            found.append({"name": each.name, "reasons": reasons[:12], "more": len(reasons) - 12})
    return found


def _sentence(text: str) -> str:
    """A line with a full stop; one that begins with a cell's name keeps its small letter."""
    text = text[:400]
    first = text.split(" ", 1)[0]
    if not set(first) & set("-_"):
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith((".", "?", "!")) else ".")


def row(each: Row) -> dict[str, Any]:
    """Return one line of the table of submissions."""
    mark, css, words = _STATES[each.state]
    earned = each.points
    return {
        "name": each.name,
        "student": each.student,
        "sign": mark,
        "css": css,
        "state": words,
        "points": "–" if earned is None else f"{points(earned)} / {points(each.possible)}",
        "said": "; ".join(account(r, late_seconds=each.seconds_late) for r in each.records),
        "penalty": points(each.penalty) if each.penalty else "",
        "seconds": f"{sum(r.seconds for r in each.records):.1f}" if each.records else "",
        "links": [(r.notebook, f"{each.link}/{r.notebook}.html") for r in each.records],
    }


def sandbox(data: ClassData) -> str:
    """Return how the submissions were kept in, and which inputs they were given."""
    tiers = sorted({record.tier for record in data.records})
    seeds = sorted({record.seed_hash for record in data.records if record.seed_hash})
    said = "Sandbox tier " + " and ".join(map(str, tiers)) if tiers else "Nothing was run"
    return said + (f"; inputs from seed {', '.join(seeds)}" if seeds else "")
