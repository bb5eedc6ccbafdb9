"""A milestone: one long call, judged by what was learnt on data that its code never sees."""

from dataclasses import replace

import numpy as np
import pytest
import second_solutions
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.exercises.descent import train_mlp as digits
from glia_grader.judge import judge

MILESTONE = load("train_mlp")


class Counting(LocalAnswerer):
    """Remembers what it was asked."""

    def __init__(self, function):
        super().__init__(function)
        self.asked = []

    def call(self, *args, **kwargs):
        self.asked.append(args)
        return super().call(*args, **kwargs)


def test_training_runs_once_for_all_checks():
    answerer = Counting(MILESTONE.reference)
    verdict = judge(MILESTONE, answerer, seed=3)
    assert verdict.passed and len(answerer.asked) == 1
    several = Counting(MILESTONE.reference)
    judge(replace(MILESTONE, milestone=False), several, seed=3)
    assert len(several.asked) == len(MILESTONE.checks)


def test_the_reference_trains_once_for_a_whole_class():
    trained = []

    def reference(*args):
        trained.append(args)
        return MILESTONE.reference(*args)

    counted = replace(MILESTONE, name="counted", reference=reference)
    for seed in (3, 3, 4, 3):
        assert judge(counted, LocalAnswerer(MILESTONE.reference), seed=seed).passed
    assert len(trained) == 2


def test_what_is_judged_on_is_not_handed_over():
    given, (held_out, _) = digits._task(np.random.default_rng(1))
    seen = {row.tobytes() for row in given[0]}
    assert len(held_out) == 500 and not any(row.tobytes() in seen for row in held_out)


def test_parameters_from_elsewhere_are_of_no_use():
    given, _ = digits._task(np.random.default_rng(99))
    stolen = MILESTONE.reference(*given)
    verdict = judge(MILESTONE, LocalAnswerer(lambda *args: stolen), seed=5)
    assert verdict.points == 0


def test_half_trained_earns_part():
    def short(X, y, W1, b1, W2, b2):
        return MILESTONE.reference(X[:150], y[:150], W1, b1, W2, b2)

    verdict = judge(MILESTONE, LocalAnswerer(short), seed=5)
    assert 0 < verdict.points < MILESTONE.points
    assert verdict.first_failure.name == "reads"
    assert "never seen" in verdict.to_text()


def test_dead_units_are_noticed():
    def dead(*args):
        W1, b1, W2, b2 = MILESTONE.reference(*args)
        b1 = b1.copy()
        b1[:2] = -1e6
        W2 = W2.copy()
        return W1, b1 - 1e9, W2, b2

    results = {r.name: r for r in judge(MILESTONE, LocalAnswerer(dead), seed=5).results}
    assert not results["alive"].passed and "gradient of W1 is zero" in results["alive"].message


@pytest.mark.parametrize("seed", range(4))
def test_solutions_have_room(seed):
    given, held_out = digits._task(np.random.default_rng(seed))
    for train in (MILESTONE.reference, second_solutions.train_mlp):
        loss, _ = digits._loss(train(*given), *held_out)
        assert loss < 0.7 * digits.GOOD


def test_plain_python_loops_make_it_in_time():
    verdict = judge(MILESTONE, LocalAnswerer(plain_loops), seed=8)
    assert verdict.passed, verdict.to_text()


def plain_loops(X, y, W1, b1, W2, b2):
    """No numpy inside the training at all."""
    from math import exp

    images, W1, b1, W2, b2 = (a.tolist() for a in (X, W1, b1, W2, b2))
    units, classes = range(len(b1)), range(10)
    for epoch in range(4):
        lr = 0.06 / (1 + epoch)
        for x, label in zip(images, y.tolist(), strict=True):
            inked = [d for d, v in enumerate(x) if v]
            sums = [b1[j] + sum(W1[j][d] * x[d] for d in inked) for j in units]
            h = [max(s, 0.0) for s in sums]
            z = [b2[k] + sum(W2[k][j] * h[j] for j in units) for k in classes]
            e = [exp(v - max(z)) for v in z]
            delta = [e[k] / sum(e) - (k == label) for k in classes]
            for j in units:
                if h[j] > 0:
                    back = lr * sum(delta[k] * W2[k][j] for k in classes)
                    b1[j] -= back
                    row = W1[j]
                    for d in inked:
                        row[d] -= back * x[d]
            for k in classes:
                b2[k] -= lr * delta[k]
                W2[k] = [w - lr * delta[k] * a for w, a in zip(W2[k], h, strict=True)]
    return tuple(np.array(p) for p in (W1, b1, W2, b2))
