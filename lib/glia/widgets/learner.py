"""Call a function that the learner wrote, and turn whatever goes wrong into plain words."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["LearnerError", "as_numbers", "ask"]

PACKAGE = str(Path(__file__).parents[1])  # whose lines are none of the learner's
FEW = 12  # numbers of an array that are still worth reading


class LearnerError(Exception):
    """What the learner should read; a widget shows it in its error box."""


def ask(function: Callable[..., Any], name: str, *args: Any, **named: Any) -> Any:
    """Call ``function(*args, **named)`` quietly and return what it returns.

    Args:
        function: the learner's function.
        name: how the message should call it, such as "your loss".
        args: its arguments; arrays are copied, so that it cannot change ours.
        named: its arguments by name.

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
            value = function(*copies, **named)
    except LearnerError:
        raise  # somebody within has said already what went wrong
    except NotImplementedError:
        raise LearnerError(
            f"{name} is not written yet. Fill in its cell, run it, then run this cell again."
        ) from None
    except Exception as problem:
        where = _line_in(function, problem)
        given = [_short(arg) for arg in args] + [f"{k}={_short(v)}" for k, v in named.items()]
        called = f"\nIt was called with {', '.join(given)}." if given else ""
        raise LearnerError(
            f"{name} stopped with {type(problem).__name__}: {problem}{where}{called}"
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
    """The line of the function, or of a notebook cell that it has called, where it went wrong."""
    file = getattr(getattr(function, "__code__", None), "co_filename", PACKAGE)
    own = None if file.startswith(PACKAGE) else file
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if frame.filename == own or (own is None and "ipykernel_" in frame.filename):
            text = f": {frame.line}" if frame.line else ""
            return f" (line {frame.lineno}{text})"
    return ""


def _shape_words(shape: tuple[int, ...]) -> str:
    return "one number" if shape == () else f"an array of shape {shape}"


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > FEW:
        return _shape_words(value.shape)
    words = np.array2string(value, precision=4) if isinstance(value, np.ndarray) else repr(value)
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:57] + "..."
