"""Common slips that can be read off the numbers, whatever the exercise."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from glia_grader.compare import numeric

_RTOL = 1e-6


def recognise(
    pairs: Sequence[tuple[tuple[Any, ...], Any, Any]],
    names: Sequence[str],
    parameters: Sequence[str] = (),
) -> str:
    """One sentence that explains every case of a check at once, or "".

    Args:
        pairs: (args, got, want) of every case of a check, plain values in the expected form.
        names: Names of the parts of the result.
        parameters: Names of the arguments.

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
    several = len(parts) > 1
    sentences = [s for name, items in wrong if (s := _sentence(items, name, several, parameters))]
    if sentences and len(sentences) == len(wrong):
        return sentences[0]
    return _growth(wrong[0][1]) if len(wrong) == 1 else ""


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


def _sentence(items: list, name: str, several: bool, parameters: Sequence[str]) -> str:
    subject = f"Every number of {name}" if several else "Every number"
    informative = [item for item in items if np.any(item[2] != 0)]
    if len(items) < 2 or not informative:
        return ""
    whole = name if several else "The result"
    with np.errstate(all="ignore"):
        if _all(lambda g, w: _close(g, -w), items):
            return f"{subject} has the opposite sign of what is expected."
        if _all(lambda g, w: w.ndim == 2 and _close(g, w.T), items):
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
        return _shifted(items, subject, parameters) or _misplaced(items, whole)


def _shifted(items: list, subject: str, parameters: Sequence[str]) -> str:
    """Words for the same amount too much everywhere, or an argument that was left out."""
    for sign, word in ((1, "small"), (-1, "large")):
        if _all(lambda g, w, sign=sign: _close(g, w - sign), items):
            return f"{subject} is 1 too {word}: off by one?"
    if any(got.shape != want.shape or not np.isfinite(want - got).all() for _, got, want in items):
        return ""
    missing = [want - got for _, got, want in items]
    for index, parameter in enumerate(parameters):
        terms = [
            _as_term(args[index], gap.shape)
            for (args, _, _), gap in zip(items, missing, strict=True)
        ]
        kept = [t for t in terms if t is not None]
        if len(kept) < len(items) or not any(np.any(t != 0) for t in kept):
            continue
        if all(_close(gap, term) for gap, term in zip(missing, kept, strict=True)):
            return f"{subject} lacks exactly the term {parameter}: was it forgotten?"
        if all(_close(gap, -term) for gap, term in zip(missing, kept, strict=True)):
            return f"{subject} has {parameter} added once too often."
    first = missing[0].flat[0]
    if all(_close(gap, np.full(gap.shape, first)) for gap in missing):
        return f"{subject} is too {'small' if first > 0 else 'large'} by the same amount."
    return ""


def _as_term(value: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """An argument in the shape of a result, where it may be added to one."""
    array = numeric(value)
    if array is None or array.size == 0:
        return None
    try:
        return np.broadcast_to(array.astype(float), shape)
    except ValueError:
        return None


def _misplaced(items: list, whole: str) -> str:
    """Words for the right numbers in other places, and for the other axis."""
    if _all(lambda g, w: w.ndim and _close(g, w[..., ::-1]), items):
        return f"{whole} has the right numbers in reverse order."
    telling = any(len(np.unique(w)) == w.size > 2 for _, _, w in items)
    if telling and _all(lambda g, w: _close(np.sort(g, axis=None), np.sort(w, axis=None)), items):
        return f"{whole} has the right numbers in other places: are they sorted or mixed up?"
    if _all(lambda g, w: w.ndim == 2 and g.shape == w.shape, items):
        ones = [(np.ones(w.shape[1]), np.ones(w.shape[0])) for _, _, w in items]
        if all(
            _close(w.sum(axis=1), rows) and _close(g.sum(axis=0), columns)
            for (_, g, w), (columns, rows) in zip(items, ones, strict=True)
        ):
            return "Its columns sum to 1 where its rows should: is it the other axis?"
    return _other_axis(items, whole)


def _other_axis(items: list, whole: str) -> str:
    """Words for one number a column where one a row is asked, or the other way round."""
    for index in range(min(len(args) for args, _, _ in items)):
        arrays = [numeric(args[index]) for args, _, _ in items]
        shapes = [a.shape for a in arrays if a is not None and a.ndim == 2]
        if len(shapes) < len(items):
            continue
        sizes = [(g.size, w.size) for _, g, w in items]
        if all(rows == columns for rows, columns in shapes):
            continue
        if sizes == [(columns, rows) for rows, columns in shapes]:
            return f"{whole} has one number a column where one a row is asked: the other axis?"
        if sizes == shapes:
            return f"{whole} has one number a row where one a column is asked: the other axis?"
    return ""


def _growth(items: list) -> str:
    """Words for an answer that is right up to some size of its input and wrong from there on."""
    with np.errstate(all="ignore"):
        right = [args for args, got, want in items if _close(got, want)]
    wrong = [args for args, got, want in items if not any(args is known for known in right)]
    if not right or len(wrong) < 2:
        return ""
    most, least = max(map(_rows, right)), min(map(_rows, wrong))
    if 0 < most < least:
        rows = "1 row" if most == 1 else f"up to {most} rows"
        return f"It is right for {rows} and wrong for {least} and more."
    if 0 < max(map(_size, right)) * 10 <= min(map(_size, wrong)):
        return "It is right while the inputs are small and wrong when they are large."
    return ""


def _size(args: tuple[Any, ...]) -> float:
    """The largest number that goes in."""
    arrays = [numeric(a) for a in args]
    finite = [a[np.isfinite(a)] for a in arrays if a is not None]
    return max((float(np.max(np.abs(a), initial=0.0)) for a in finite), default=0.0)


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
