"""Common slips that can be read off the numbers, whatever the exercise."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from glia_grader.compare import numeric

_RTOL = 1e-6


def recognise(pairs: Sequence[tuple[tuple[Any, ...], Any, Any]], names: Sequence[str]) -> str:
    """One sentence that explains every case of a check at once, or "".

    Args:
        pairs: (args, got, want) of every case of a check, plain values in the expected form.
        names: Names of the parts of the result.

    Returns:
        A sentence without any value of the inputs in it.
    """
    if not pairs:
        return ""
    parts = _parts(pairs, names)
    for _, items in parts:
        if items is None:
            return ""
    wrong = [(name, items) for name, items in parts if items and not _all(_equal, items)]
    sentences = [s for name, items in wrong if (s := _sentence(items, name, len(parts) > 1))]
    return sentences[0] if len(sentences) == len(wrong) and sentences else ""


def _parts(pairs: Sequence[tuple[tuple[Any, ...], Any, Any]], names: Sequence[str]):
    many = type(pairs[0][2]) is tuple
    result = []
    for i, name in enumerate(names if many else names[:1]):
        items = []
        for args, got, want in pairs:
            if many and (type(got) is not tuple or len(got) != len(want)):
                return [(name, None)]
            g, w = (got[i], want[i]) if many else (got, want)
            array = numeric(g)
            if array is None:
                return [(name, None)]
            items.append((args, array.astype(float), np.asarray(w, dtype=float)))
        result.append((name, items))
    return result


def _sentence(items: list, name: str, several: bool) -> str:
    subject = f"Every number of {name}" if several else "Every number"
    informative = [item for item in items if np.any(item[2] != 0)]
    if len(items) < 2 or not informative:
        return ""
    with np.errstate(all="ignore"):
        if _all(lambda g, w: _close(g, -w), items):
            return f"{subject} has the opposite sign of what is expected."
        if _all(lambda g, w: w.ndim == 2 and _close(g, w.T), items):
            whole = name if several else "The result"
            return f"{whole} is the transpose (rows and columns swapped) of what is expected."
        if _all(lambda g, w: _close(g, 1 - w), items):
            return f"{subject} is 1 minus what is expected: are the two classes swapped?"
        factor = _factor(items)
        if factor:
            return f"{subject} is {factor}"
        if all(w.size > 1 for _, _, w in items):
            for step in (1, -1):
                if _all(lambda g, w, step=step: _close(g, np.roll(w, step, axis=-1)), items):
                    return f"{subject} stands one place too {'late' if step == 1 else 'early'}."
        if _all(lambda g, w: _close(g, np.round(w)), items):
            return f"{subject} is rounded to a whole number: is something turned into an int?"
    return ""


def _factor(items: list) -> str:
    """Words for a constant or an N-fold factor."""
    ratios = []
    rows = []
    for args, got, want in items:
        if got.shape != want.shape:
            return ""
        kept = np.abs(want) > 1e-9 * np.max(np.abs(want), initial=0.0)
        if np.any(np.abs(got[~kept]) > 1e-9):
            return ""
        if not kept.any():
            continue
        ratio = got[kept] / want[kept]
        if not np.allclose(ratio, ratio.flat[0], rtol=_RTOL) or not np.isfinite(ratio.flat[0]):
            return ""
        ratios.append(float(ratio.flat[0]))
        rows.append(_rows(args))
    if len(ratios) < 2:
        return ""
    if len(set(rows)) > 1 and all(rows):
        if np.allclose(ratios, rows, rtol=_RTOL):
            return "as many times too large as there are rows: a sum where a mean is asked?"
        if np.allclose(ratios, 1 / np.array(rows), rtol=_RTOL):
            return "too small by the number of rows: a mean where a sum is asked?"
    if np.allclose(ratios, ratios[0], rtol=_RTOL) and abs(ratios[0] - 1) > 1e-3:
        if ratios[0] == 0:
            return ""
        return f"{ratios[0]:.4g} times what is expected: a constant factor too much or missing?"
    return ""


def _rows(args: tuple[Any, ...]) -> int:
    shapes = [a.shape for a in args if type(a) is np.ndarray and a.ndim]
    return shapes[0][0] if shapes else 0


def _all(test: Any, items: list) -> bool:
    return all(bool(test(g, w)) for _, g, w in items)


def _equal(got: np.ndarray, want: np.ndarray) -> bool:
    return _close(got, want)


def _close(got: np.ndarray, want: np.ndarray) -> bool:
    return got.shape == want.shape and bool(
        np.allclose(got, want, rtol=_RTOL, atol=1e-9, equal_nan=True)
    )
