"""Is this value the expected one? Coarse to fine, with a sentence for the first difference.

Both sides are plain values (see `answerer.plain`): nothing of the student's runs here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ORDER = ("call", "none", "type", "count", "shape", "dtype", "finite", "value", "property")
"""Kinds of findings from coarse to fine."""


@dataclass(frozen=True)
class Difference:
    """The first difference between an answer and what was expected.

    Attributes:
        kind: none, type, count, shape, dtype, finite or value.
        message: A sentence with values.
        safe: The same without values.
        index: Where, for values.
    """

    kind: str
    message: str
    safe: str
    index: tuple[int, ...] | None = None


def tolerance(args: Sequence[Any], got: Any) -> float:
    """Relative tolerance: 1e-4 if single precision had a part in it, else 1e-7."""
    arrays = [a for a in (*args, *(got if type(got) is tuple else (got,))) if type(a) is np.ndarray]
    single = any(a.dtype.kind == "f" and a.dtype.itemsize <= 4 for a in arrays)
    return 1e-4 if single else 1e-7


def numeric(value: Any) -> np.ndarray | None:
    """The value as an array of real numbers, or None."""
    if type(value) in (bool, int, float):
        array = np.asarray(value)
        return array if array.dtype.kind in "biuf" else None  # a huge int becomes an object
    if type(value) is np.ndarray:
        return value if value.dtype.kind in "biuf" else None
    if type(value) in (list, tuple):
        try:
            array = np.array(value)
        except ValueError:
            return None
        return array if array.dtype.kind in "biuf" else None
    return None


def lenient(got: Any, want: Any) -> tuple[Any, str]:
    """Forgive the form of a result whose numbers can still be judged.

    Returns:
        The value in the expected form, and what was wrong with the form ("" if nothing).
    """
    if type(want) is tuple:
        if type(got) is list and len(got) == len(want):
            fixed = [lenient(g, w) for g, w in zip(got, want, strict=True)]
            return tuple(f[0] for f in fixed), "it returned a list; separate the parts by commas"
        if type(got) is tuple and len(got) == len(want):
            fixed = [lenient(g, w) for g, w in zip(got, want, strict=True)]
            return tuple(f[0] for f in fixed), next((f[1] for f in fixed if f[1]), "")
        return got, ""
    shape = np.shape(want)
    if type(want) is list:
        return got, ""
    if type(got) in (list, tuple) and shape:
        array = numeric(got)
        if array is not None:
            noun = type(got).__name__
            return array, f"it returned a {noun}; np.array(...) around it makes it an array"
    array = numeric(got)
    if array is not None and shape == () and array.size == 1 and array.ndim:
        return array.reshape(()), (
            f"it returned an array of shape {array.shape} where a single number is asked"
        )
    return got, ""


def difference(
    got: Any,
    want: Any,
    rtol: float,
    scale: float = 0.0,
    names: Sequence[str] = ("result",),
    only: Sequence[str] = (),
) -> Difference | None:
    """The first difference, or None if the answer is right.

    Args:
        got: The student's plain value.
        want: The expected value.
        rtol: Relative tolerance (see `tolerance`).
        scale: Size of the numbers behind the result, for the absolute tolerance.
        names: Names of the parts of the result.
        only: Names of the parts to compare; all if empty.
    """
    if got is None:
        message = "Your function returned None. Does every path end in a return?"
        return Difference("none", message, message)
    if type(want) is tuple:
        parts = ", ".join(names)
        if type(got) is not tuple:
            message = (
                f"The result should have {len(want)} parts ({parts}); you returned {_noun(got)}. "
                f"Write return {parts}"
            )
            safe = f"The result should have {len(want)} parts ({parts})"
            return Difference("count", message, safe)
        if len(got) != len(want):
            message = f"The result should have {len(want)} parts ({parts})"
            return Difference("count", f"{message}; got {len(got)}", message)
        for g, w, name in zip(got, want, names, strict=True):
            if only and name not in only:
                continue
            found = _part(g, w, rtol, scale, f"your {name}")
            if found:
                return found
        return None
    return _part(got, want, rtol, scale, "your result")


def _part(got: Any, want: Any, rtol: float, scale: float, name: str) -> Difference | None:
    """The first difference in one part of the result, called `name` in the sentence."""
    if got is None:
        message = f"{name} is None where numbers are expected"
        return Difference("none", message, message)
    array, target = numeric(got), np.asarray(want)
    if array is not None and array.shape == target.shape and array.dtype == target.dtype:
        if array.tobytes() == target.tobytes():
            return None  # bit for bit; the rest would find the same, and take its time
    if array is None:
        message = f"{name} is {_noun(got)}; expected {_noun(want)}"
        kind = "dtype" if type(got) is np.ndarray else "type"
        return Difference(kind, message, f"{name} is not {_noun(want)}")
    if array.shape != target.shape:
        message = f"{name} has shape {_shape(array)}; expected {_shape(target)}"
        safe = f"{name} has another shape than the expected {_shape(target)}"
        return Difference("shape", message, safe)
    with np.errstate(all="ignore"):
        x, y = array.astype(float), target.astype(float)
        broken = ~np.isfinite(x) & np.isfinite(y)
        if broken.any():
            index = _first(broken)
            word = "nan" if np.isnan(x[index]) else "inf"
            message = f"{name} is {word}{_at(index)}; a finite number is expected"
            return Difference("finite", message, message, index)
        if np.array_equal(x, y):
            return None
        wrong = ~np.isclose(x, y, rtol=rtol, atol=_atol(y, rtol, scale), equal_nan=True)
    if not wrong.any():
        return None
    index = _first(wrong)
    count = "" if x.size == 1 else f" ({int(wrong.sum())} of {x.size} numbers differ)"
    digits = 6 if f"{x[index]:.6g}" != f"{y[index]:.6g}" else 15
    message = (
        f"{name} is {x[index] + 0.0:.{digits}g}{_at(index)}; "
        f"expected {y[index] + 0.0:.{digits}g}{count}"
    )
    safe = f"{name} is not the expected number{_at(index)}{count}"
    return Difference("value", message, safe, index)


def _atol(target: np.ndarray, rtol: float, scale: float) -> float:
    """Absolute tolerance: relative to the largest number that has a part in the result."""
    size = max(scale, float(np.max(np.abs(target[np.isfinite(target)]), initial=0.0)))
    return rtol * size or rtol


def same(a: Any, b: Any, rtol: float, scale: float = 0.0) -> bool:
    """Whether two plain values agree in structure and, within tolerance, in every number."""
    if type(a) is tuple or type(b) is tuple:
        return (
            type(a) is type(b)
            and len(a) == len(b)
            and all(same(x, y, rtol, scale) for x, y in zip(a, b, strict=True))
        )
    if a is None or b is None:
        return a is b
    x, y = numeric(a), numeric(b)
    if x is None or y is None or x.shape != y.shape:
        return False
    with np.errstate(all="ignore"):
        x, y = x.astype(float), y.astype(float)
        return bool(np.allclose(x, y, rtol=rtol, atol=_atol(y, rtol, scale), equal_nan=True))


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0]) if mask.ndim else ()


def _at(index: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, index))}]" if index else ""


def _shape(array: np.ndarray) -> str:
    return "() (a single number)" if array.shape == () else str(array.shape)


def _noun(value: Any) -> str:
    if type(value) is np.ndarray:
        if value.dtype.kind not in "biuf":
            return f"an array of dtype {value.dtype}"
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if type(value) in (bool, int, float) or isinstance(value, np.generic):
        return "a number"
    if value is None:
        return "None"
    return {"str": "a string", "list": "a list", "tuple": "a tuple", "dict": "a dict"}.get(
        type(value).__name__, "something else"
    )
