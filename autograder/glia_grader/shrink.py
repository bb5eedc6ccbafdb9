"""The smallest input that still fails: fewer rows, fewer columns, rounder numbers."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from glia_grader.exercise import Case

_TRIES = 12


def shrink(
    case: Case,
    parameters: tuple[str, ...],
    axes: Mapping[str, tuple[tuple[str, int], ...]],
    fails: Callable[[Case], bool],
) -> Case:
    """Greedily shrink a failing case.

    Args:
        case: A case that fails.
        parameters: Names of its arguments.
        axes: Axes that are cut together: name -> ((parameter, axis), ...).
        fails: Whether a smaller case fails too; each question costs a call.

    Returns:
        The smallest case found, or the very same object if nothing smaller fails.
    """
    tries = 0

    def attempt(args: tuple[Any, ...]) -> bool:
        nonlocal tries, case
        if tries >= _TRIES or _same_arguments(args, case.args):
            return False
        tries += 1
        smaller = Case(args, "the smallest case that still fails", case.scale)
        if fails(smaller):
            case = smaller
            return True
        return False

    for places in axes.values():
        spots = [(parameters.index(p), axis) for p, axis in places]
        length = _length(case.args, spots)
        for keep in ([0], [length - 1], [0, 1]) if length > 1 else ():
            if len(keep) < length and attempt(_cut(case.args, spots, keep)):
                break
    for digits in (0, 1):
        if attempt(_rounded(case.args, digits)):
            break
    return case


def _length(args: tuple[Any, ...], spots: list[tuple[int, int]]) -> int:
    lengths = {args[i].shape[a] for i, a in spots if isinstance(args[i], np.ndarray)}
    return lengths.pop() if len(lengths) == 1 else 0


def _cut(args: tuple[Any, ...], spots: list[tuple[int, int]], keep: list[int]) -> tuple[Any, ...]:
    out = list(args)
    for i, axis in spots:
        if isinstance(out[i], np.ndarray):
            out[i] = np.take(out[i], keep, axis=axis)
    return tuple(out)


def _rounded(args: tuple[Any, ...], digits: int) -> tuple[Any, ...]:
    return tuple(
        np.round(a, digits) + 0.0
        if isinstance(a, np.ndarray) and a.dtype.kind == "f"
        else (round(a, digits) + 0.0 if type(a) is float else a)
        for a in args
    )


def _same_arguments(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return all(
        np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y
        for x, y in zip(a, b, strict=True)
    )
