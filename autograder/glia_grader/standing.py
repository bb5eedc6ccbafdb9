"""How far one has come in this session."""

from collections.abc import Mapping
from html import escape

from glia_grader.exercise import Exercise
from glia_grader.verdict import Verdict

_WORDS = {
    "passed": ("✓", "done"),
    "partial": ("◐", "partly"),
    "blank": ("·", "not begun"),
}


class Progress:
    """Table of all exercises with the last verdict on each.

    Args:
        exercises: All exercises by name.
        verdicts: The last verdict by exercise; memory of this session only.
    """

    def __init__(self, exercises: Mapping[str, Exercise], verdicts: Mapping[str, Verdict]):
        self.exercises, self.verdicts = dict(exercises), dict(verdicts)

    @property
    def points(self) -> float:
        """Points so far."""
        return sum(v.points for v in self.verdicts.values())

    @property
    def max_points(self) -> float:
        """Points there are."""
        return sum(e.points for e in self.exercises.values())

    def rows(self) -> list[tuple[str, str, str, str]]:
        """(sign, name, word, points) of each exercise."""
        out = []
        for name, exercise in self.exercises.items():
            verdict = self.verdicts.get(name)
            sign, word = ("·", "not begun")
            if verdict is not None:
                sign, word = _WORDS.get(verdict.status, ("✗", "not yet"))
            earned = f"{verdict.points:g}" if verdict else "0"
            out.append((sign, name, word, f"{earned} / {exercise.points:g}"))
        return out

    def units(self) -> dict[str, list[tuple[str, str, str, str]]]:
        """The rows of each unit, in the order of the course."""
        out: dict[str, list[tuple[str, str, str, str]]] = {}
        for row in self.rows():
            out.setdefault(self.exercises[row[1]].unit, []).append(row)
        return out

    def begun(self, unit: str) -> bool:
        """Whether anything of a unit was checked in this session."""
        return any(self._is_in(name, unit) for name in self.verdicts)

    def _points_of(self, unit: str) -> str:
        most = sum(e.points for e in self.exercises.values() if e.unit == unit)
        earned = sum(v.points for n, v in self.verdicts.items() if self._is_in(n, unit))
        return f"{earned:g} / {most:g}"

    def _is_in(self, name: str, unit: str) -> bool:
        return name in self.exercises and self.exercises[name].unit == unit

    def __repr__(self) -> str:
        lines = []
        for unit, rows in self.units().items():
            lines.append(f"{unit} ({len(rows)} exercises): {self._points_of(unit)}")
            if self.begun(unit):
                lines += [f"  {s} {n:<28} {w:<10} {p:>8}" for s, n, w, p in rows]
        return "\n".join([*lines, f"together: {self.points:g} / {self.max_points:g}"])

    def _repr_html_(self) -> str:
        # A hundred rows of "not begun" would greet a beginner: only what was begun lies open.
        parts = []
        for unit, rows in self.units().items():
            body = "".join(
                f"<tr><td>{s}</td><th scope='row' style='text-align:left;font-weight:normal'>"
                f"<code>{escape(n)}</code></th><td style='text-align:left'>{w}</td>"
                f"<td>{p}</td></tr>"
                for s, n, w, p in rows
            )
            parts.append(
                f"<details{' open' if self.begun(unit) else ''}><summary><b>{escape(unit)}</b> · "
                f"{len(rows)} exercises · {self._points_of(unit)} points</summary>"
                f"<table aria-label='{escape(unit, quote=True)}'><thead><tr><td></td>"
                "<th style='text-align:left'>exercise</th><th style='text-align:left'>state</th>"
                f"<th>points</th></tr></thead><tbody>{body}</tbody></table></details>"
            )
        total = f"<p>together: {self.points:g} / {self.max_points:g} points</p>"
        return f"<section aria-label='Your progress'>{''.join(parts)}{total}</section>"
