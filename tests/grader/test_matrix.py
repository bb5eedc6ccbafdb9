"""More of the matrix: wrong shapes, changed arguments, time to spare, nothing but numbers told."""

import time

import numpy as np
import pytest
import second_solutions
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import all_exercises
from glia_grader.judge import _Run, judge
from glia_grader.probes import answer as expected

EXERCISES = all_exercises()
by_name = pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(e, id=e.name, marks=pytest.mark.slow if e.milestone else ())
        for e in EXERCISES.values()
    ],
)


def _asked(exercise, seed=21):
    """The arguments of every call that the reference gets."""
    run = _Run(exercise, LocalAnswerer(lambda *args: expected(exercise, args)), seed, False)
    assert run.verdict().passed
    return [seen.args for seen in run.asked.observations]


def _misshapen(want):
    """Right numbers in a wrong form: a part twice over, a part too few, a part too many."""
    if type(want) is not tuple:
        yield "stacked", np.stack([want, want])
        yield "twice", (want, want)
        return
    for k, part in enumerate(want):
        yield f"part {k} stacked", (*want[:k], np.stack([part, part]), *want[k + 1 :])
    yield "one too few", want[:-1]
    yield "one too many", (*want, want[-1])


@by_name
def test_right_numbers_in_a_wrong_shape_are_told_what_is_wrong(exercise):
    first = expected(exercise, _asked(exercise)[0])
    for kind, _ in _misshapen(first):

        def answer(*args, kind=kind):
            return dict(_misshapen(expected(exercise, args)))[kind]

        verdict = judge(exercise, LocalAnswerer(answer), seed=21)
        words = verdict.first_failure.message
        if kind.startswith("part"):
            assert verdict.points < exercise.points, kind
            assert "shape" in words, (kind, words)
        else:
            assert verdict.points == 0, kind
            assert any(word in words for word in ("shape", "parts", "number")), (kind, words)


@by_name
def test_arguments_changed_in_place_cost_the_form_points_only(exercise):
    def rude(*args):
        value = expected(exercise, args)
        for a in args:
            if isinstance(a, np.ndarray) and a.size:
                a[...] = 1 - a
        return value

    verdict = judge(exercise, LocalAnswerer(rude), seed=1)
    arrays = [a for args in _asked(exercise) for a in args if isinstance(a, np.ndarray)]
    if not any(a.size for a in arrays):
        assert verdict.passed  # numbers, tuples and words cannot be changed
        return
    assert verdict.first_failure.name == "form", verdict.to_text()
    assert "in place" in verdict.first_failure.message
    lost = exercise.points * exercise.form_weight / exercise.total_weight
    assert verdict.points == pytest.approx(exercise.points - lost, abs=0.006)


def _seconds(exercise, args):
    """By the clock or in the process's own time, whichever is less: other work is not counted."""
    clocks = time.perf_counter, time.process_time
    start = [clock() for clock in clocks]
    with np.errstate(all="ignore"):
        getattr(second_solutions, exercise.name)(*args)
    return min(clock() - begun for clock, begun in zip(clocks, start, strict=True))


@by_name
def test_there_is_time_for_a_solution_a_hundred_times_slower(exercise):
    """Second solutions are loops already; a milestone's slow twin has a test of its own."""
    if exercise.milestone:
        assert exercise.time_limit <= 30
        return
    slowest = 0.0
    for args in _asked(exercise):
        slowest = max(slowest, min(_seconds(exercise, args) for _ in range(5)))
    assert 100 * slowest < exercise.time_limit, f"{slowest:.4f} s"


@by_name
def test_raising_anything_costs_all_points_and_breaks_nothing(exercise):
    for error in (ValueError("no"), KeyError(3), ZeroDivisionError(), RecursionError("deep")):

        def raising(*args, error=error):
            raise error

        verdict = judge(exercise, LocalAnswerer(raising), seed=2)
        assert (verdict.status, verdict.points) == ("error", 0.0)
        assert type(error).__name__ in verdict.first_failure.message


@by_name
def test_a_step_back_a_mask_or_time_has_five_wrong_beliefs(exercise):
    words = ("backward", "gradient", "delta", "bptt", "mask", "jacobian", "slopes")
    least = 5 if any(word in exercise.name for word in words) else 3
    assert len(exercise.misconceptions) >= least
