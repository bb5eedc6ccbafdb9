"""The questions of every chapter, as plain data, and the one call that shows them.

``quiz("02_logistic_softmax")`` at the end of a notebook is all a chapter needs.
"""

from collections.abc import Callable
from importlib import import_module

from glia.widgets.quiz import Question, Quiz

_CHAPTERS = {
    "00_start_here": "start_here",
    "01_perceptron": "perceptron",
    "02_logistic_softmax": "logistic_softmax",
    "03_multilayer_perceptrons": "multilayer",
    "04_gradient_descent": "descent",
    "05_backpropagation": "backpropagation",
    "10_convolution": "convolution",
    "11_cnn_architectures": "cnn_architectures",
    "12_recurrent_networks": "recurrent",
    "13_gated_rnns_and_seq2seq": "gated_rnns",
    "14_attention": "attention",
    "15_transformers": "transformers",
    "17_small_gpt": "small_gpt",
}

__all__ = ["chapters", "questions", "quiz"]


def chapters() -> tuple[str, ...]:
    """Return the names of the notebooks that have a quiz, in the order of the course."""
    return tuple(_CHAPTERS)


def questions(chapter: str) -> tuple[Question, ...]:
    """Return the questions of one chapter.

    Args:
        chapter: the notebook's file name without its ending, such as ``"01_perceptron"``.

    Returns:
        The questions in the order in which they are asked.

    Raises:
        KeyError: if the chapter has no quiz; the message lists those that have.
    """
    if chapter not in _CHAPTERS:
        known = ", ".join(_CHAPTERS)
        raise KeyError(f"no quiz is called {chapter!r}; there are: {known}")
    return import_module(f".{_CHAPTERS[chapter]}", __name__).QUESTIONS


def quiz(chapter: str, on_answer: Callable[[int, bool], None] | None = None) -> Quiz:
    """Return the self-marking quiz of one chapter, ready to be displayed.

    Args:
        chapter: the notebook's file name without its ending.
        on_answer: called with (question number, right or not) after each answer; optional.

    Returns:
        The widget. Nothing that is answered leaves the notebook.

    Raises:
        KeyError: if the chapter has no quiz.
    """
    return Quiz(questions(chapter), title="Check yourself", on_answer=on_answer)
