"""A self-marking quiz: plain questions in, one explanation for each choice out."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from glia.widgets.explorer import bundle, style

__all__ = ["Choice", "Question", "Quiz"]


@dataclass(frozen=True)
class Choice:
    """One possible answer, with the reason why it is right or wrong.

    Attributes:
        text: what the learner can choose.
        right: whether it is the right one.
        why: what the learner reads after choosing it; never empty.
    """

    text: str
    right: bool = False
    why: str = ""


@dataclass(frozen=True)
class Question:
    """A question with exactly one right choice.

    Attributes:
        text: the question.
        choices: two or more choices, each explained.

    Raises:
        ValueError: if there are fewer than two choices, not exactly one right one, a choice
            without its ``why``, or the same choice twice.
    """

    text: str
    choices: Sequence[Choice]

    def __post_init__(self) -> None:
        right = sum(choice.right for choice in self.choices)
        if len(self.choices) < 2:
            raise ValueError(f"{self.text!r} has {len(self.choices)} choice(s); expected 2 or more")
        if right != 1:
            raise ValueError(f"{self.text!r} has {right} right choices; expected exactly 1")
        for choice in self.choices:
            if not choice.why.strip():
                raise ValueError(f"{self.text!r}: the choice {choice.text!r} lacks its 'why'")
        if len({choice.text for choice in self.choices}) < len(self.choices):
            raise ValueError(f"{self.text!r} offers the same choice twice")


class Quiz(anywidget.AnyWidget):
    """Questions that mark themselves, with a reason for each choice.

    Wrong answers may be changed as often as wanted; the score counts the questions that now stand
    right. The marks stay in the notebook, and an exported page works without a kernel.

    Args:
        questions: the questions, in the order asked.
        title: the heading above them.
        on_answer: called with (question number, right or not) after each answer; optional.

    Example:
        >>> ask = Question("2 + 2?", [Choice("4", True, "Yes."), Choice("5", why="One too many.")])
        >>> quiz = Quiz([ask])
        >>> quiz.answer(0, 1)
        'One too many.'
        >>> quiz.score
        (0, 1)
    """

    _esm = bundle("quiz")
    _css = style("quiz")

    title = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List().tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(
        self,
        questions: Sequence[Question],
        title: str = "Quiz",
        on_answer: Callable[[int, bool], None] | None = None,
    ) -> None:
        self._on_answer = on_answer
        super().__init__(
            title=title,
            questions=[
                {
                    "text": question.text,
                    "choices": [
                        {"text": choice.text, "right": choice.right, "why": choice.why}
                        for choice in question.choices
                    ],
                }
                for question in questions
            ],
            chosen=[-1] * len(questions),
        )
        self.observe(self._answered, "chosen")

    @property
    def score(self) -> tuple[int, int]:
        """How many questions stand right, and how many there are."""
        return sum(self._is_right(number) for number in range(len(self.chosen))), len(self.chosen)

    def answer(self, number: int, choice: int) -> str:
        """Choose an answer from Python, as a click would, and return its explanation.

        Args:
            number: which question, from 0.
            choice: which of its choices, from 0.

        Returns:
            The reason why that choice is right or wrong.
        """
        chosen = list(self.chosen)
        chosen[number] = choice
        self.chosen = chosen
        return self.questions[number]["choices"][choice]["why"]

    def still(self) -> str:
        """The questions as plain HTML, the answers folded away, for a page without widgets."""
        parts = []
        for question in self.questions:
            rows = "".join(
                f"<li>{html.escape(choice['text'])}<details><summary>chosen?</summary>"
                f"{'Right. ' if choice['right'] else 'Not yet. '}{html.escape(choice['why'])}"
                "</details></li>"
                for choice in question["choices"]
            )
            parts.append(f"<li>{html.escape(question['text'])}<ul>{rows}</ul></li>")
        return f"<section><b>{html.escape(self.title)}</b><ol>{''.join(parts)}</ol></section>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        data = shown[0] if isinstance(shown, tuple) else shown
        if isinstance(data, dict):
            data["text/html"] = self.still()
            data["text/plain"] = f"{self.title}: {len(self.questions)} questions"
        return shown

    def _is_right(self, number: int) -> bool:
        choice = self.chosen[number]
        choices = self.questions[number]["choices"]
        return 0 <= choice < len(choices) and choices[choice]["right"]

    def _answered(self, change: dict) -> None:
        if self._on_answer is None:
            return
        for number, (old, new) in enumerate(zip(change["old"], change["new"], strict=False)):
            if old != new:
                self._on_answer(number, self._is_right(number))
