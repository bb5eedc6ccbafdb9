"""A duel: two training steps in one process, taken in turns, A B A B.

Values and gradients are compared before anything is timed. A shared machine's speed drifts by tens
of per cent within a minute, so only the ratio of neighbours counts: each pair of slots gives one
(between the quickest calls of both, which no other process interrupted), and the table shows the
smallest, the median and the largest of them. Where arrays come to lie in memory favours one or the
other by some per cent; several walks through the table, each building its cases anew, even it out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

PAIRS = 15
SLOT = 0.008  # seconds of calls in one slot
PAUSE = 0.02  # seconds for the other runtime's threads to stop spinning

cases: dict[str, Case] = {}


@dataclass
class Duel:
    """Two equal steps, and what must agree before they are timed.

    Attributes:
        ours: our step.
        theirs: the peer's.
        agree: pairs (name, ours, theirs, tolerance): the largest difference, relative to the
            largest value of theirs, must stay below the tolerance.
        rounds: for steps that take a second: so many pairs of single calls.
    """

    ours: Callable[[], object]
    theirs: Callable[[], object]
    agree: list[tuple[str, np.ndarray, np.ndarray, float]] = field(default_factory=list)
    rounds: int = 0


@dataclass
class Case:
    """One row of the table: what to build, the ratio that must hold, and the one aimed at.

    A gate of 0 means that the row is for information, and no part of the mean.
    """

    name: str
    build: Callable[[], Duel]
    gate: float
    goal: float
    peer: str = "torch"


@dataclass
class Result:
    """What a case came to: microseconds (medians of the slots' quickest calls) and ratios.

    `quickest` holds for each pair of slots the seconds of our quickest call and of the peer's.
    """

    name: str
    gate: float
    goal: float
    ours_us: float = 0.0
    theirs_us: float = 0.0
    low: float = 0.0
    median: float = 0.0
    high: float = 0.0
    note: str = ""
    quickest: list[tuple[float, float]] = field(default_factory=list)


def case(name: str, gate: float, goal: float, peer: str = "torch") -> Callable:
    """File the decorated function, which builds a Duel, under a name."""

    def register(build: Callable[[], Duel]) -> Callable[[], Duel]:
        cases[name] = Case(name, build, gate, goal, peer)
        return build

    return register


def disagreement(duel: Duel) -> str:
    """Return the first pair of values that differ, or nothing."""
    for name, ours, theirs, tolerance in duel.agree:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        if ours.shape != theirs.shape:
            return f"{name}: shapes {ours.shape} and {theirs.shape}"
        scale = max(float(np.abs(theirs).max(initial=0)), 1e-6)
        error = float(np.abs(ours - theirs).max(initial=0)) / scale
        if not error < tolerance:
            return f"{name}: relative difference {error:.2g}, tolerance {tolerance:.2g}"
    return ""


def run(case: Case, pairs: int = PAIRS) -> Result:
    """Build a case, compare values, and duel."""
    result = Result(case.name, case.gate, case.goal)
    try:
        duel = case.build()
    except (ImportError, AttributeError, NotImplementedError) as error:
        result.note = f"skipped: {error}"
        return result
    result.note = disagreement(duel)
    if result.note:
        return result
    steps = duel.ours, duel.theirs
    pairs = duel.rounds or pairs
    calls = [1, 1] if duel.rounds else [_calls(step) for step in steps]
    for _ in range(pairs):
        pair = []
        for side, step in enumerate(steps):
            time.sleep(PAUSE)
            if not duel.rounds:
                step()
            pair.append(min(_timed(step) for _ in range(calls[side])))
        result.quickest.append((pair[0], pair[1]))
    return joined([result])


def joined(results: list[Result]) -> Result:
    """Return what several runs of one case came to; the first that could not be run, if any."""
    for result in results:
        if result.note:
            return result
    first = results[0]
    total = Result(first.name, first.gate, first.goal)
    total.quickest = [pair for result in results for pair in result.quickest]
    ours, theirs = np.array(total.quickest).T
    ratios = theirs / ours
    total.ours_us, total.theirs_us = float(np.median(ours)) * 1e6, float(np.median(theirs)) * 1e6
    total.low, total.high = float(ratios.min()), float(ratios.max())
    total.median = float(np.median(ratios))
    return total


def geometric_mean(results: list[Result]) -> float:
    """Return the geometric mean of the ratios of all cases that have a gate; 0 without any."""
    ratios = [r.median for r in results if r.median and r.gate]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 0.0


def _timed(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _calls(step: Callable[[], object]) -> int:
    """Warm up, and say how many calls fill a slot."""
    for _ in range(3):
        step()
    return int(min(200, max(3, SLOT / min(_timed(step) for _ in range(5)))))
