"""How long student code may take: one place, part of what a score depends on."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Budget:
    """Wall times in seconds, by the grader's clock.

    Attributes:
        cell: One cell when the notebook is run for its outputs.
        slow: A cell that took longer is not run again for every question.
        notebook: All cells of a notebook together.
        question: All calls of one exercise together.
        submission: Everything together; what is left over is marked as out of time.
    """

    cell: float = 6.0
    slow: float = 2.0
    notebook: float = 45.0
    question: float = 12.0
    submission: float = 90.0

    @property
    def digest(self) -> str:
        """The same words for the same limits."""
        return json.dumps(asdict(self), sort_keys=True)
