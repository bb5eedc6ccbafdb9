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

    def __repr__(self) -> str:
        lines = [f"{s} {n:<20} {w:<10} {p:>8}" for s, n, w, p in self.rows()]
        return "\n".join([*lines, f"  {'together':<31} {self.points:g} / {self.max_points:g}"])

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><td>{s}</td><th scope='row' style='text-align:left;font-weight:normal'>"
            f"<code>{escape(n)}</code></th><td style='text-align:left'>{w}</td><td>{p}</td></tr>"
            for s, n, w, p in self.rows()
        )
        return (
            "<table aria-label='Your progress'><thead><tr><th></th><th style='text-align:left'>"
            "exercise</th><th style='text-align:left'>state</th><th>points</th></tr></thead>"
            f"<tbody>{body}<tr><td></td><th scope='row' style='text-align:left'>together</th>"
            f"<td></td><td>{self.points:g} / {self.max_points:g}</td></tr></tbody></table>"
        )
