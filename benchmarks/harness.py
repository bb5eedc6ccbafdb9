"""A duel: two training steps in one process, taken in turns, A B A B.

Values and gradients are compared before anything is timed. A shared machine's speed drifts by tens
of per cent within a minute, so only the ratio of neighbours counts: each pair of slots gives one
(between the quickest calls of both, which no other process interrupted), and the table shows the
smallest, the median and the largest of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

PAIRS = 21
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
    """What a case came to: microseconds (medians of the slots' quickest calls) and ratios."""

    name: str
    gate: float
    goal: float
    ours_us: float = 0.0
    theirs_us: float = 0.0
    low: float = 0.0
    median: float = 0.0
    high: float = 0.0
    note: str = ""


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
    quickest = np.empty((pairs, 2))
    for pair in range(pairs):
        for side, step in enumerate(steps):
            time.sleep(PAUSE)
            if not duel.rounds:
                step()
            quickest[pair, side] = min(_timed(step) for _ in range(calls[side]))
    ratios = quickest[:, 1] / quickest[:, 0]
    result.ours_us, result.theirs_us = (float(v) * 1e6 for v in np.median(quickest, axis=0))
    result.low, result.median, result.high = (
        float(v) for v in (ratios.min(), np.median(ratios), ratios.max())
    )
    return result


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
