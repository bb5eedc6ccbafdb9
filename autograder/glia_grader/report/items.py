"""Item analysis: how each question behaved in this class.

Classical figures over the matrix of points, students by questions. Only graded submissions count:
who handed in nothing, or something unreadable, says nothing about a question. Where the class is
too small or everyone did alike a figure is undefined, and is None rather than a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Item", "alpha", "analyse", "item_rest_correlation", "upper_lower"]

_ENOUGH = 4  # students below which a correlation says nothing


@dataclass(frozen=True)
class Item:
    """One question's figures.

    Attributes:
        facility: mean share of its points, 0 to 1.
        full: share of students with all its points.
        zero: share of students with none of them, though they answered.
        omitted: share of students who left it blank.
        discrimination: correlation of its points with the points of all other questions.
        upper_lower: its facility in the best 27% of the class minus that in the weakest 27%.
        alpha_without: alpha of the set if this question were left out.
        flag: what a reader should look at, or "".
    """

    facility: float
    full: float
    zero: float
    omitted: float
    discrimination: float | None
    upper_lower: float | None
    alpha_without: float | None
    flag: str


def analyse(
    points: NDArray[np.float64], maxima: Sequence[float], omitted: NDArray[np.bool_]
) -> list[Item]:
    """Return the figures of each question.

    Args:
        points: earned points.
        maxima: each question's points.
        omitted: which answers were left blank.

    Shape:
        points: (students, questions); omitted: (students, questions).
    """
    students, questions = points.shape
    whole = alpha(points)
    items = []
    for q in range(questions):
        column, most = points[:, q], float(maxima[q])
        share = column / most if most else np.zeros(students)
        rest = item_rest_correlation(points, q)
        without = alpha(np.delete(points, q, axis=1))
        facility = float(share.mean()) if students else 0.0
        items.append(
            Item(
                facility=facility,
                full=_mean(share >= 1 - 1e-9),
                zero=_mean((share <= 1e-9) & ~omitted[:, q]),
                omitted=_mean(omitted[:, q]),
                discrimination=rest,
                upper_lower=upper_lower(points, q, most),
                alpha_without=without,
                flag=_flag(facility, _mean(omitted[:, q]), rest, whole, without),
            )
        )
    return items


def item_rest_correlation(points: NDArray[np.float64], q: int) -> float | None:
    """Return the Pearson correlation of question q with the sum of all the others."""
    if points.shape[0] < _ENOUGH or points.shape[1] < 2:
        return None
    column = points[:, q] - points[:, q].mean()
    rest = points.sum(axis=1) - points[:, q]
    rest = rest - rest.mean()
    norm = np.sqrt((column**2).sum() * (rest**2).sum())
    # Rounding leaves a constant column a tiny variance: that is no spread.
    return float((column * rest).sum() / norm) if norm > 1e-9 else None


def upper_lower(points: NDArray[np.float64], q: int, most: float) -> float | None:
    """Return the difference of a question's facility between the best and the weakest 27%."""
    students = points.shape[0]
    group = round(0.27 * students)
    if group < 1 or students < _ENOUGH or not most:
        return None
    order = np.argsort(points.sum(axis=1), kind="stable")
    low, high = points[order[:group], q], points[order[-group:], q]
    return float((high.mean() - low.mean()) / most)


def alpha(points: NDArray[np.float64]) -> float | None:
    """Return Cronbach's alpha, the share of the spread that the questions have in common.

    Formula: k/(k-1) * (1 - sum of the questions' variances / variance of the totals).
    """
    students, questions = points.shape
    if students < _ENOUGH or questions < 2:
        return None
    total = float(points.sum(axis=1).var(ddof=1))
    if total < 1e-9:
        return None
    each = float(points.var(axis=0, ddof=1).sum())
    return questions / (questions - 1) * (1 - each / total)


def _mean(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if mask.size else 0.0


def _flag(
    facility: float,
    omitted: float,
    rest: float | None,
    whole: float | None,
    without: float | None,
) -> str:
    if rest is not None and rest < 0:
        return "strong students did worse here: look at the wording"
    if facility < 0.3:
        return "very hard"
    if omitted > 0.3:
        return "often left out"
    if rest is not None and rest < 0.1 and facility < 0.95:
        return "tells little about the rest"
    if whole is not None and without is not None and without > whole + 0.02:
        return "the set would hang together better without it"
    return "nearly everyone has it" if facility > 0.95 else ""
