"""Answers to problem set 1 as source, from right to wrong, made from what the course brings."""

from __future__ import annotations

import textwrap
from functools import cache

from glia_grader import bundle
from glia_grader.exercise import load

from .styles import sources

__all__ = ["ANSWER_ID", "WRITTEN", "exercise_names", "misconception", "model", "style"]

ANSWER_ID = "answer-xor"

WRITTEN = (
    "A perceptron draws one straight line. For XOR the two ones sit on opposite corners, and so do "
    "the two zeros, and the two diagonals cross in the middle. So no line works. While it trains, "
    "the mistakes per epoch never get to zero. With two hidden units we get two lines, and the "
    "output checks if a point is between them. I had to choose the hidden weights myself, because "
    "nothing tells the rule what the hidden units should say.",
    "You can't separate XOR with one line: if (0,1) and (1,0) are on one side then the point "
    "half way between them is too, but the same point is half way between (0,0) and (1,1). The "
    "counter would go up and down forever. Two units = two lines = a strip.",
    "XOR is not linearly separable. The perceptron keeps changing its mind. Hidden units fix this.",
    "Imagine four chairs around a table, and friends on opposite chairs. No rope stretched across "
    "the table puts both pairs apart. The machine would pull the rope to and fro for ever (its "
    "mistake counts never become 0). With two ropes you can fence in one pair. Where the two ropes "
    "go I decided; the rule only knows how to correct a unit whose right answer is known.",
)


@cache
def model() -> dict[str, str]:
    """Return the model solutions of the source notebook, without their delimiters."""
    import nbformat

    notebook = nbformat.read(bundle.course_dir() / "source" / "ps1" / "ps1.ipynb", as_version=4)
    found = {}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "code" and grade_id.startswith("solution-"):
            lines = [line for line in cell.source.splitlines() if "### " not in line]
            found[grade_id.removeprefix("solution-")] = "\n".join(lines)
    return found


def exercise_names() -> list[str]:
    """Return the graded exercises of the problem set, in order."""
    return list(model())


def style(name: str) -> dict[str, str]:
    """Return a complete set of solutions in another style; gaps are filled with loops."""
    return {**sources("loops"), **sources(name)}


def misconception(exercise: str, name: str) -> str:
    """Return a wrong solution's source, ready to paste under the exercise's name."""
    held = {m.name: m for m in load(exercise).misconceptions}
    return textwrap.dedent(held[name].source_as(exercise))
