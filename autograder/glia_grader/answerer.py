"""How the judge talks to an answer: in this process, in a sandbox, or anywhere else.

The judge only ever sees plain values. Whoever runs the student's function turns what came back
into them first (`plain`), so that no method of a student's object runs while marks are given.
"""

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

Kind = Literal["missing", "exception", "timeout", "died", "bad_reply", "forbidden"]
KINDS: tuple[str, ...] = ("missing", "exception", "timeout", "died", "bad_reply", "forbidden")
_DEPTH, _LENGTH, _BYTES = 6, 10_000, 64 << 20


class StudentError(Exception):
    """The student's function did not give an answer.

    Attributes:
        kind: One of `KINDS`.
        message: For "exception": the type's name, a colon, and what it said.
        line: Line in the student's cell, if known.
    """

    def __init__(self, kind: str, message: str = "", line: int | None = None):
        super().__init__(kind, message, line)
        self.kind, self.message, self.line = kind, message, line


@dataclass(frozen=True)
class Reply:
    """What one call gave back.

    Attributes:
        value: Plain value: None, bool, int, float, str, array, or tuple/list/dict of these.
        args_after: The arguments as the call left them, or None if nobody looked.
        seconds: Wall time of the call.
    """

    value: Any
    args_after: tuple[Any, ...] | None = None
    seconds: float = 0.0


class Answerer(Protocol):
    """Anything that can be asked for the student's answers."""

    def exists(self) -> bool:
        """Whether there is a function of that name."""
        ...

    def signature(self) -> list[str] | None:
        """Its parameter names, or None if unknown."""
        ...

    def call(self, *args: Any, **kwargs: Any) -> Reply:
        """Call it; raises StudentError if there is no answer."""
        ...


class BatchAnswerer(Answerer, Protocol):
    """An answerer that saves time when it knows the next questions in advance."""

    def calls(self, asked: list[tuple[Any, ...]]) -> Iterator[Reply | StudentError]:
        """The answers to many questions, each as it arrives, an error in a missing one's place."""
        ...


def plain(value: Any, depth: int = 0) -> Any:
    """Copy a returned value into exact plain types, or raise StudentError("bad_reply").

    Args:
        value: Anything at all.
        depth: Nesting so far.

    Returns:
        None, bool, int, float, str, numpy array, or tuple/list/dict of these.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is np.ndarray or (kind.__module__ == "numpy" and issubclass(kind, np.generic)):
        array = np.array(value)
        if array.dtype.kind in "biufc" and array.nbytes <= _BYTES:
            return array
        if array.dtype.kind == "O":
            raise StudentError(
                "bad_reply",
                "it returned an array of Python objects (dtype=object); usually that comes from "
                "building an array out of lists of different lengths",
            )
        raise StudentError("bad_reply", f"it returned an array of dtype {array.dtype}")
    if kind in (tuple, list, dict) and depth < _DEPTH and len(value) <= _LENGTH:
        if kind is dict:
            return {str(k): plain(v, depth + 1) for k, v in value.items() if type(k) is str}
        return kind(plain(v, depth + 1) for v in value)
    raise StudentError("bad_reply", f"it returned {_article(kind.__name__)}, not numbers")


def _article(noun: str) -> str:
    noun = noun[:40]
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def copy_argument(value: Any) -> Any:
    """A private copy of an argument that keeps its memory layout (stride tricks included)."""
    if not isinstance(value, np.ndarray):
        return value
    if value.flags.c_contiguous or value.flags.f_contiguous:
        return value.copy(order="K")
    spaced = np.zeros(tuple(2 * n for n in value.shape), value.dtype)
    view = spaced[tuple(slice(None, None, 2) for _ in value.shape)]
    view[...] = value
    return view


class LocalAnswerer:
    """Asks a function of this very process; used by `check` and by the exercises' own checks."""

    def __init__(self, function: Any):
        self.function = function

    def exists(self) -> bool:
        """Whether there is something to call."""
        return callable(self.function)

    def signature(self) -> list[str] | None:
        """Parameter names; starred ones keep their star."""
        import inspect

        try:
            parameters = inspect.signature(self.function).parameters.values()
        except (TypeError, ValueError):
            return None
        stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
        return [stars.get(p.kind, "") + p.name for p in parameters]

    def call(self, *args: Any, **kwargs: Any) -> Reply:
        """Call the function on copies of the arguments."""
        given = tuple(copy_argument(a) for a in args)
        start = time.perf_counter()
        try:
            # A warning is no mistake: 1 / (1 + exp(1000)) may overflow on its way to a right 0.
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                value = self.function(*given, **kwargs)
        except StudentError:
            raise
        except Exception as error:
            raise StudentError("exception", describe(error), line_of(error)) from None
        seconds = time.perf_counter() - start
        return Reply(plain(value), given, seconds)


def describe(error: BaseException) -> str:
    """The error's type and words on one line, at most 300 characters."""
    try:
        words = " ".join(str(error).split())[:300]
    except Exception:
        words = "(its message could not be read)"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def line_of(error: BaseException) -> int | None:
    """The deepest line of the student's own code in the traceback."""
    line, trace = None, error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        # glia may lie outside site-packages, in a checkout that was installed with -e
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if filename != __file__ and "site-packages" not in filename and package != "glia":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
