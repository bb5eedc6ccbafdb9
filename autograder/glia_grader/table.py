"""The failing case as a table: input, yours, expected."""

from typing import Any

import numpy as np

from glia_grader.compare import numeric
from glia_grader.exercise import Exercise, Finding
from glia_grader.verdict import Row

_LIMIT = 600


def table(finding: Finding, exercise: Exercise) -> tuple[Row, ...]:
    """Rows of the failing case; empty if the finding has none.

    Args:
        finding: What went wrong, with arguments and values.
        exercise: For the names of parameters and results.
    """
    if finding.args is None:
        return ()
    rows = [
        Row("input", name, text(value))
        for name, value in zip(exercise.parameters, finding.args, strict=False)
    ]
    if finding.kind == "call":
        return tuple(rows)
    digits = _digits(finding.got, finding.want)
    rows.append(Row("yours", "your result", named(finding.got, exercise.returns, digits)))
    if finding.want is not None:
        rows.append(Row("expected", "expected", named(finding.want, exercise.returns, digits)))
    return tuple(rows)


def named(value: Any, names: tuple[str, ...], digits: int = 4) -> str:
    """A result with its parts named."""
    if type(value) is tuple and len(value) == len(names) > 1:
        return "\n".join(f"{n} = {text(v, digits)}" for n, v in zip(names, value, strict=True))
    return text(value, digits)


def text(value: Any, digits: int = 4) -> str:
    """A plain value in readable form, at most a few lines."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size == 0:
            return f"empty, shape {value.shape}"
        body = np.array2string(
            value, precision=digits, threshold=48, edgeitems=3, separator=", ", max_line_width=72
        )
        single = value.dtype.kind == "f" and value.dtype.itemsize < 8
        out = f"{body}  ({value.dtype})" if single else body
    elif isinstance(value, (float, np.floating)) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ):
        out = f"{float(value) + 0.0:.{max(digits, 4)}g}"
    elif isinstance(value, np.ndarray):
        out = str(value.item())
    elif type(value) is tuple:
        out = "(" + ", ".join(text(v, digits) for v in value) + ")"
    else:
        out = repr(value)
    return out if len(out) <= _LIMIT else out[:_LIMIT] + " …"


def _digits(got: Any, want: Any) -> int:
    """As many digits as it takes to see the difference."""
    if type(want) is not tuple:
        parts = [(got, want)]
    else:
        parts = list(zip(got, want, strict=False)) if type(got) is tuple else []
    smallest = 4
    for g, w in parts:
        a, b = numeric(g), numeric(w)
        if a is None or b is None or a.shape != b.shape or not a.size:
            continue
        for digits in (4, 8, 15):
            if text(a, digits) != text(b, digits) or np.array_equal(a, b):
                smallest = max(smallest, digits)
                break
    return smallest
