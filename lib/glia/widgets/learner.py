"""Call a function that the learner wrote, and turn whatever goes wrong into plain words."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["LearnerError", "as_numbers", "ask"]


class LearnerError(Exception):
    """What the learner should read; a widget shows it in its error box."""


def ask(function: Callable[..., Any], name: str, *args: Any) -> Any:
    """Call ``function(*args)`` quietly and return what it returns.

    Args:
        function: the learner's function.
        name: how the message should call it, such as "your loss".
        args: its arguments; arrays are copied, so that it cannot change ours.

    Returns:
        Its value, whatever that is, but never None.

    Raises:
        LearnerError: it is not written yet, stopped with an exception, or returned nothing.
    """
    copies = [np.array(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    try:
        # An overflow is a lesson of this chapter, not a page of warnings beside the widget.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = function(*copies)
    except NotImplementedError:
        raise LearnerError(
            f"{name} is not written yet. Fill in its cell, run it, then run this cell again."
        ) from None
    except Exception as problem:
        where = _line_in(function, problem)
        raise LearnerError(
            f"{name} stopped with {type(problem).__name__}: {problem}{where}\n"
            f"It was called with {', '.join(_short(arg) for arg in args)}."
        ) from problem
    if value is None:
        raise LearnerError(f"{name} returned None. Does it end in a line with 'return'?")
    return value


def as_numbers(
    value: Any, name: str, shape: tuple[int, ...], *, finite: bool = False
) -> np.ndarray:
    """Return ``value`` as floats of ``shape``.

    Args:
        value: what the learner's function returned.
        name: how the message should call it.
        shape: what is expected; () also takes any array of a single number.
        finite: whether nan and inf are refused: a picture cannot be drawn with them.

    Returns:
        float64 array of that shape.

    Raises:
        LearnerError: it is not made of numbers, has another shape, or is not finite.
    """
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise LearnerError(
            f"{name} returned {_short(value)}; expected {_shape_words(shape)}."
        ) from None
    if shape == () and numbers.size == 1:
        numbers = numbers.reshape(())
    if numbers.shape != shape:
        raise LearnerError(
            f"{name} returned {_shape_words(numbers.shape)}; expected {_shape_words(shape)}."
        )
    if finite and not np.isfinite(numbers).all():
        first = tuple(int(k) for k in np.argwhere(~np.isfinite(numbers))[0])
        at = f" at [{', '.join(map(str, first))}]" if first else ""
        raise LearnerError(f"{name} returned {numbers[first]}{at}; expected finite numbers.")
    return numbers


def _line_in(function: Callable[..., Any], problem: Exception) -> str:
    code = getattr(function, "__code__", None)
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if code is not None and frame.filename == code.co_filename:
            text = f": {frame.line}" if frame.line else ""
            return f" (line {frame.lineno}{text})"
    return ""


def _shape_words(shape: tuple[int, ...]) -> str:
    return "one number" if shape == () else f"an array of shape {shape}"


def _short(value: Any) -> str:
    words = np.array2string(value, precision=4) if isinstance(value, np.ndarray) else repr(value)
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:57] + "..."
