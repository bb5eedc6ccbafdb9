"""Slips that can be read off the numbers: each is named, and nothing else is."""

import numpy as np
import pytest
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.judge import judge
from glia_grader.recognise import recognise

RNG = np.random.default_rng(3)
CASES = [(RNG.normal(size=shape), RNG.normal(size=shape[1])) for shape in ((3, 4), (5, 4), (7, 2))]


def affine(X, bias):
    return X * 2.5 + bias


def rows(X, bias):
    return X.sum(axis=1)


def said(answer, right=affine, cases=CASES):
    pairs = [(args, answer(*args), right(*args)) for args in cases]
    return recognise(pairs, ("result",), ("X", "bias"))


SLIPS = {
    "sign": (lambda y, X, b: -y, "opposite sign"),
    "transpose": (lambda y, X, b: y.T, "transpose"),
    "complement": (lambda y, X, b: 1 - y, "1 minus"),
    "factor": (lambda y, X, b: 0.5 * y, "0.5 times"),
    "sum": (lambda y, X, b: y * len(X), "a sum where a mean"),
    "mean": (lambda y, X, b: y / len(X), "a mean where a sum"),
    "late": (lambda y, X, b: np.roll(y, 1, axis=-1), "one place too late"),
    "early": (lambda y, X, b: np.roll(y, -1, axis=-1), "one place too early"),
    "rounded": (lambda y, X, b: np.round(y), "rounded"),
    "one too small": (lambda y, X, b: y - 1, "1 too small: off by one"),
    "one too large": (lambda y, X, b: y + 1, "1 too large: off by one"),
    "constant": (lambda y, X, b: y - 0.3, "too small by the same amount"),
    "missing term": (lambda y, X, b: y - b, "lacks exactly the term bias"),
    "term twice": (lambda y, X, b: y + b, "bias added once too often"),
    "missing matrix": (lambda y, X, b: y - X, "lacks exactly the term X"),
    "permuted": (lambda y, X, b: y[np.argsort(y[:, 0])], "right numbers in other places"),
    "sorted": (lambda y, X, b: np.sort(y, axis=None).reshape(y.shape), "in other places"),
}


@pytest.mark.parametrize(("slip", "words"), SLIPS.values(), ids=SLIPS)
def test_each_slip_is_named(slip, words):
    assert words in said(lambda X, b: slip(affine(X, b), X, b))


def test_reversed_rows_of_three():
    """With two columns reversing is shifting, so that case is left out."""
    assert "reverse order" in said(lambda X, b: affine(X, b)[:, ::-1], cases=CASES[:2])


def test_the_other_axis():
    assert "one number a column where one a row" in said(lambda X, b: X.sum(axis=0), rows)
    columns = said(lambda X, b: X.sum(axis=1), lambda X, b: X.sum(axis=0))
    assert "one number a row where one a column" in columns
    softmax = load("softmax").reference
    wrong = said(lambda X, b: softmax(X.T).T, lambda X, b: softmax(X))
    assert "columns sum to 1" in wrong


def test_how_the_error_grows():
    sizes = [(RNG.normal(size=(n, 2)), np.zeros(2)) for n in (1, 1, 4, 6)]
    odd = said(lambda X, b: affine(X, b) + (len(X) > 1) * RNG.normal(size=X.shape), cases=sizes)
    assert odd == "It is right for 1 row and wrong for 4 and more."
    scales = [(c * RNG.normal(size=(3, 2)), np.zeros(2)) for c in (0.1, 0.2, 900.0, 950.0)]
    odd = said(
        lambda X, b: affine(X, b) + (abs(X).max() > 9) * RNG.normal(size=X.shape), cases=scales
    )
    assert "right while the inputs are small" in odd


@pytest.mark.parametrize(
    "wrong",
    [
        lambda X, b: affine(X, b) ** 2,
        lambda X, b: RNG.normal(size=X.shape),
        lambda X, b: np.zeros(X.shape),
        lambda X, b: np.full(X.shape, np.nan),
        lambda X, b: affine(X, b)[:1],
        lambda X, b: "words",
    ],
)
def test_what_is_none_of_them_is_called_none_of_them(wrong):
    assert said(wrong) == ""


def test_arguments_of_any_kind_are_survived():
    odd = ([np.zeros((2, 3)), np.zeros(4)], "words", None, {"a": 1}, 10**400, [])
    pairs = [(odd, np.ones(n + 2), np.arange(n + 2.0)) for n in range(3)]
    assert recognise(pairs, ("result",), ("a", "b", "c", "d", "e", "f")) == ""


def test_labels_that_only_differ_in_order_are_not_called_mixed_up():
    """Of zeros and ones any wrong answer with the same count would be."""
    pairs = [((X, b), np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])) for X, b in CASES]
    assert recognise(pairs, ("result",), ("X", "bias")) == ""


def test_the_judge_says_it_in_hidden_mode_too():
    """The names of arguments are no secret; their values are."""
    exercise = load("adaline_step")

    def forgot(X, y, weight, bias, lr):
        new_weight, new_bias = exercise.reference(X, y, weight, bias, lr)
        return new_weight - weight, new_bias

    verdict = judge(exercise, LocalAnswerer(forgot), seed=1, hidden=True)
    assert any("lacks exactly the term weight" in r.message for r in verdict.results)
