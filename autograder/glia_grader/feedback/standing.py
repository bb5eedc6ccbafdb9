"""From a verdict to the words and signs a page shows; used by feedback and by the class report."""

from __future__ import annotations

from typing import Any

from glia_grader.verdict import Verdict

__all__ = ["points", "question", "sentence", "sign"]

# sign, css class, words: the sign and the words carry the meaning, colour only repeats it.
_STANDINGS = {
    "passed": ("✓", "good", "right"),
    "partial": ("◐", "part", "partly right"),
    "failed": ("✗", "bad", "not yet right"),
    "blank": ("○", "none", "not answered"),
    "error": ("!", "bad", "stopped with an error"),
    "timeout": ("!", "bad", "took too long"),
    "died": ("!", "bad", "ended the program"),
}


def sign(status: str) -> tuple[str, str, str]:
    """Return the sign, the style class and the words for a verdict's status."""
    return _STANDINGS.get(status, ("?", "none", status))


def points(value: float) -> str:
    """Return points as people write them: 2, 1.5, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def sentence(text: str) -> str:
    """Return a message as a sentence: it may begin with a name and end without a stop."""
    text = text.strip()
    first = text.split(" ", 1)[0]
    # A name of the code, or nan, keeps its small letter.
    if first.isalpha() and first not in ("nan", "inf"):
        text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "?", "!", ":")) else f"{text}."


def question(verdict: Verdict) -> dict[str, Any]:
    """Return all that a page says about one answer. Values stay out: the mode is hidden."""
    mark, css, words = sign(verdict.status)
    failure = verdict.first_failure
    return {
        "name": verdict.exercise,
        "title": verdict.title or verdict.exercise.replace("_", " "),
        "sign": mark,
        "css": css,
        "words": words,
        "points": points(verdict.points),
        "max_points": points(verdict.max_points),
        "message": sentence(failure.message) if failure is not None else "",
        "diagnosis": verdict.diagnosis,
        "hints": list(verdict.hints[:3]),
        "checks": [
            {
                "title": result.title,
                "passed": result.passed,
                "ran": result.ran,
                "message": sentence(result.message),
                "table": result.table,
            }
            for result in verdict.results
        ],
    }
