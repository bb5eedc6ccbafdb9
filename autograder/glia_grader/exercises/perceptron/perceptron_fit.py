"""Rosenblatt's learning algorithm, epoch by epoch."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
One step mends one example and may break another. Rosenblatt's theorem promises: if some line
separates the data, going round and round comes to an end.

Start from zero weight and zero bias, with learning rate 1 and labels 0 and 1 (a score of exactly
0 is answered 0). One *epoch* visits every row once, in order, and updates at once after each
mistake. Count the mistakes of each epoch. Stop after the first epoch without a mistake, or after
`epochs`.

Return `(weight, bias, mistakes)`, where `mistakes` lists one count for each epoch that was run.
"""

SIGNATURE = '''
def perceptron_fit(X, y, epochs):
    """Train a perceptron from zeros, row by row, with learning rate 1.

    Args:
        X: Examples, shape (N, D).
        y: Labels 0 and 1, shape (N,).
        epochs: At most this many rounds.

    Returns:
        (weight, bias, mistakes): shape (D,), a number, a list with one count per epoch run.
    """
'''


def perceptron_fit(X, y, epochs):
    """Train on labels 0 and 1 until an epoch makes no mistake."""
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = int(label) - (1 if row @ weight + bias > 0 else 0)
            weight = weight + error * row
            bias = bias + error
            wrong += error != 0
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return weight, bias, mistakes


_INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def _one_epoch(rng):
    return [
        Case((np.array([[1.0], [-1.0]]), np.array([1, 0]), 1), "two rows, one epoch"),
        Case((_INPUTS, np.array([0, 0, 0, 1]), 1), "AND, one epoch"),
        Case(
            (np.array([[2.0, 1.0], [1.0, 3.0], [3.0, -1.0]]), np.array([1, 0, 1]), 1),
            "three rows, one epoch",
        ),
    ]


def _gates(rng):
    return [
        Case((_INPUTS, np.array([0, 1, 1, 1]), 20), "OR"),
        Case((_INPUTS, np.array([0, 0, 0, 1]), 20), "AND"),
        Case((np.array([[1.0], [-1.0]]), np.array([1, 0]), 5), "two rows"),
        Case((np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([0, 1]), 3), "stopped by the limit"),
    ]


def _never_ends(rng):
    return [
        Case((_INPUTS, np.array([0, 1, 1, 0]), 7), "XOR: no line separates it"),
        Case((np.array([[1.0], [1.0]]), np.array([1, 0]), 4), "the same input with both labels"),
    ]


def _random(rng):
    cases = []
    for rows, size, epochs in ((6, 2, 10), (12, 3, 15), (20, 5, 8)):
        X = np.round(rng.normal(size=(rows, size)), 2)
        y = (X @ rng.normal(size=size) + 0.3 > 0).astype(int)
        if rows == 12:
            y[:2] = 1 - y[:2]
        cases.append(Case((X, y, epochs), f"{rows} rows", 20.0))
    X = rng.normal(size=(8, 2)).astype(np.float32)
    cases.append(Case((X[::2], np.array([1, 0, 0, 1]), 6), "float32, every second row", 10.0))
    cases.append(Case((X.astype(float), np.zeros(8), 3), "every label 0: nothing to learn"))
    cases.append(Case((X.astype(float), np.ones(8, dtype=int), 0), "no epochs at all"))
    return cases


def _batch(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        error = y - np.where(X @ weight + bias > 0, 1, 0)
        weight, bias = weight + error @ X, bias + error.sum()
        mistakes.append(int(np.sum(error != 0)))
        if mistakes[-1] == 0:
            break
    return weight, bias, mistakes


def _never_stops(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias > 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error != 0
        mistakes.append(int(wrong))
    return weight, bias, mistakes


def _drops_last_count(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias > 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error != 0
        if wrong == 0:
            break
        mistakes.append(int(wrong))
    return weight, bias, mistakes


def _forgets_each_epoch(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        weight, bias, wrong = np.zeros(X.shape[1]), 0.0, 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias > 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error != 0
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return weight, bias, mistakes


def _forgets_bias(X, y, epochs):
    weight, mistakes = np.zeros(X.shape[1]), []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight > 0 else 0)
            weight = weight + error * row
            wrong += error != 0
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return weight, 0.0, mistakes


def _tie_is_one(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias >= 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error != 0
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return weight, bias, mistakes


def _running_total(X, y, epochs):
    weight, bias, mistakes, wrong = np.zeros(X.shape[1]), 0.0, [], 0
    for _ in range(epochs):
        before = wrong
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias > 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error != 0
        mistakes.append(int(wrong))
        if wrong == before:
            break
    return weight, bias, mistakes


def _signed_count(X, y, epochs):
    weight, bias, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for row, label in zip(X, y, strict=True):
            error = label - (1 if row @ weight + bias > 0 else 0)
            weight, bias = weight + error * row, bias + error
            wrong += error
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return weight, bias, mistakes


_LEARNT = ("weight", "bias")

EXERCISE = Exercise(
    name="perceptron_fit",
    unit="perceptron",
    title="The perceptron learns",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=perceptron_fit,
    returns=("weight", "bias", "mistakes"),
    uses=("perceptron_predict", "perceptron_update"),
    axes={"N": (("X", 0), ("y", 0))},
    time_limit=4.0,
    checks=(
        Check("one_epoch", "One epoch from zeros", 2, cases=_one_epoch, parts=_LEARNT),
        Check("gates", "AND and OR are learnt", 2, cases=_gates, parts=_LEARNT),
        Check(
            "mistakes",
            "Mistakes are counted per epoch, the clean one included",
            2,
            cases=_gates,
            parts=("mistakes",),
        ),
        Check(
            "never_ends",
            "Data that no line separates: it runs all its epochs",
            1,
            "property",
            cases=_never_ends,
        ),
        Check("random", "Random examples", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "batch",
            "All rows of an epoch are judged with the same weights.",
            "The corrections of an epoch are added up and applied at its end.",
            _batch,
            (
                "After a mistake on row 1, with which weights do you look at row 2?",
                "Rosenblatt updates at once: the next row already sees the new weights.",
                "Loop over the rows inside each epoch and update inside that loop.",
            ),
            "one_epoch",
        ),
        Misconception(
            "never_stops",
            "Training always takes all its epochs.",
            "Weight and bias are right; the list of mistakes goes on with zeros.",
            _never_stops,
            (
                "Look at the end of your list of mistakes. Is there something to learn from "
                "an epoch without any?",
                "After an epoch without a mistake nothing can change any more.",
                "Leave the loop with break after appending a count of 0.",
            ),
            "mistakes",
        ),
        Misconception(
            "drops_last_count",
            "The clean epoch does not count.",
            "The final 0 is missing from the list of mistakes.",
            _drops_last_count,
            (
                "How many epochs ran in your training on OR, and how many counts are there?",
                "The epoch without mistakes was run too: it is the proof that learning is over.",
                "Append the count first, then break if it is 0.",
            ),
            "mistakes",
        ),
        Misconception(
            "forgets_each_epoch",
            "Each epoch starts from zeros.",
            "More epochs change nothing; the mistake counts repeat.",
            _forgets_each_epoch,
            (
                "Print the weight at the start of each epoch.",
                "What was learnt in one epoch must be there in the next. Where do you set the "
                "weight to zero?",
                "Set weight and bias to zero once, before the loop over the epochs.",
            ),
            "gates",
        ),
        Misconception(
            "forgets_bias",
            "Only the weight learns.",
            "The bias stays 0.",
            _forgets_bias,
            (
                "What is your bias after learning AND?",
                "Without a bias the boundary runs through the origin for ever, and AND cannot be "
                "learnt.",
                "After each mistake add the error to the bias, and use the bias in the score.",
            ),
            "one_epoch",
        ),
        Misconception(
            "tie_is_one",
            "A score of exactly 0 counts as 1.",
            "The very first row is answered 1, where zeros answer 0.",
            _tie_is_one,
            (
                "With zero weight and bias, what is the score of the first row, and your answer?",
                "With labels 0 and 1 the answer is 1 only if the score is greater than 0.",
                "Use > 0, not >= 0.",
            ),
            "one_epoch",
        ),
        Misconception(
            "running_total",
            "The counter goes on from epoch to epoch.",
            "Weight and bias are right; the mistakes are added up over the epochs.",
            _running_total,
            (
                "Can an epoch of four rows have more than four mistakes?",
                "Each epoch has its own count. Where is your counter set to 0?",
                "Set the counter to 0 at the start of each epoch.",
            ),
            "mistakes",
        ),
        Misconception(
            "signed_count",
            "Adding up the errors counts the mistakes.",
            "Errors of +1 and -1 cancel, so training stops too early.",
            _signed_count,
            (
                "What does your counter say after one mistake of each kind?",
                "An error is +1 or -1; together they make 0, and yet both are mistakes.",
                "Count with error != 0 (or add abs(error)).",
            ),
            "gates",
        ),
    ),
)
