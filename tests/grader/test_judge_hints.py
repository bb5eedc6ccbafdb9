"""What the judge says of a wrong answer: which case, which entry, which slip."""

import numpy as np
import pytest
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.judge import judge


def test_only_builtin_exception_names_are_told():
    exercise = load("softmax")

    def raiser(error):
        def answer(z):
            raise error

        return judge(exercise, LocalAnswerer(answer), seed=1, hidden=True).to_text()

    assert "raised ValueError" in raiser(ValueError("1.5"))
    assert "raised an error" in raiser(type("Odd", (Exception,), {})("1.5"))
    assert "1.5" not in raiser(ValueError("1.5"))


def test_a_failing_random_case_is_shrunk():
    exercise = load("cross_entropy")
    wrong = next(m for m in exercise.misconceptions if m.name == "mean_over_classes")

    def only_large(logits, targets):
        f = wrong.solution if len(logits) > 3 else exercise.reference
        return f(logits, targets)

    def late(logits, targets):
        value = exercise.reference(logits, targets)
        return value + (logits[0, 0] % 0.5 != 0)

    failure = judge(exercise, LocalAnswerer(late), seed=1).first_failure
    assert failure.name == "one" or failure.note == "the smallest case that still fails"
    table = judge(exercise, LocalAnswerer(only_large), seed=1).first_failure.table
    assert [r.role for r in table] == ["input", "input", "yours", "expected"]

    softmax = load("softmax")

    def bad_when_many(z):
        p = softmax.reference(z)
        return p[:, ::-1] if len(z) > 3 else p

    failure = judge(softmax, LocalAnswerer(bad_when_many), seed=1).first_failure
    assert failure.name == "random"
    rows = {r.role: r.text for r in failure.table}
    assert rows["yours"] != rows["expected"]


def test_shrinking_finds_one_row():
    exercise = load("adaline_step")

    def wrong_for_random(X, y, weight, bias, lr):
        w, b = exercise.reference(X, y, weight, bias, lr)
        return (w, b) if np.all(X == np.round(X)) else (w, b + 1)

    failure = judge(exercise, LocalAnswerer(wrong_for_random), seed=1).first_failure
    assert failure.name == "random"
    assert failure.note == "the smallest case that still fails"
    assert failure.table[0].label == "X" and failure.table[0].text.count("[") == 2


def test_first_wrong_index_is_named():
    exercise = load("softmax")

    def one_wrong(z):
        p = exercise.reference(z).copy()
        if p.shape[0] > 1:
            p[1, 0] += 0.25
        return p

    failure = judge(exercise, LocalAnswerer(one_wrong), seed=1).first_failure
    assert "at [1, 0]" in failure.message and "1 of" in failure.message
    hidden = judge(exercise, LocalAnswerer(one_wrong), seed=1, hidden=True).first_failure
    assert "at [1, 0]" in hidden.message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda f, *a: -f(*a), "opposite sign"),
        (lambda f, *a: 3 * f(*a), "3 times"),
        (lambda f, *a: f(*a) * len(a[0]), "a sum where a mean"),
        (lambda f, *a: np.roll(f(*a), 1, axis=-1), "one place too late"),
        (lambda f, *a: 1 - f(*a), "1 minus"),
    ],
)
def test_common_slips_are_recognised(wrong, words):
    exercise = load("softmax_gradient")
    answer = LocalAnswerer(lambda *a: wrong(exercise.reference, *a))
    messages = " ".join(r.message for r in judge(exercise, answer, seed=1).results)
    assert words in messages


def test_the_transpose_is_recognised():
    exercise = load("softmax")
    answer = LocalAnswerer(lambda z: exercise.reference(z).T)
    messages = [r.message for r in judge(exercise, answer, seed=1).results]
    assert any("transpose" in m for m in messages)
