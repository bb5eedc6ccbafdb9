"""What is made of the last layer's scores: a number, a probability, or one for each class."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
All layers but the last extract features; the last layer and its output map depend on the task:

| `kind` | scores $Z$ | what comes out |
| --- | --- | --- |
| `"regression"` | $(N, 1)$ | the score itself |
| `"logistic"` | $(N, 1)$ | $\sigma(z)$, the probability of class 1 |
| `"softmax"` | $(N, K)$ | $p_j = e^{z_j} / \sum_k e^{z_k}$ in each row |

Return an array of the shape of the scores. It should survive scores of $\pm 10^4$.
"""

SIGNATURE = '''
def output_head(scores, kind):
    """Turn the last layer's scores into predictions.

    Args:
        scores: Shape (N, 1), or (N, K) for "softmax".
        kind: "regression", "logistic" or "softmax".

    Returns:
        Predictions, an array of the same shape.
    """
'''


def output_head(scores, kind):
    """Identity, sigmoid, or softmax over each row."""
    if kind == "regression":
        return scores.copy()
    if kind == "logistic":
        shrunk = np.exp(-np.abs(scores))
        return np.where(scores >= 0, 1.0, shrunk) / (1.0 + shrunk)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _one_score(rng):
    column = np.array([[0.0], [np.log(3.0)], [-2.0], [0.4]])
    return [
        Case((column, "logistic"), "logistic"),
        Case((column, "regression"), "regression"),
        Case((np.array([[-0.5]]), "logistic"), "one example"),
    ]


def _classes(rng):
    return [
        Case((np.array([[0.0, np.log(2.0), 0.0]]), "softmax"), "three classes"),
        Case((np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]), "softmax"), "three examples"),
        Case((np.array([[1.0, 0.0, -1.0, 2.0]]), "softmax"), "four classes"),
    ]


def _random(rng):
    cases = []
    for rows, classes in ((3, 3), (5, 4), (2, 7)):
        cases.append(Case((rng.normal(size=(rows, classes)) * 2, "softmax"), f"{classes} classes"))
    column = rng.normal(size=(6, 1)) * 3
    cases += [Case((column, kind), kind) for kind in ("logistic", "regression")]
    cases.append(Case((column[::2].astype(np.float32), "logistic"), "float32"))
    cases.append(Case((rng.normal(size=(4, 6))[:, ::2], "softmax"), "every second column"))
    return cases


def _sums(ask, rng):
    scores = rng.normal(size=(5, 3)) * 2
    p = ask(scores, "softmax")
    if np.allclose(p.sum(axis=1), 1.0) and np.allclose(p, ask(scores + 3.5, "softmax")):
        return None
    return Finding(
        "Softmax probabilities should sum to 1 in each row and ignore a common shift of the scores",
        args=(scores, "softmax"),
        got=p,
    )


def _extreme(rng):
    return [
        Case((np.array([[1e4], [-1e4], [800.0]]), "logistic"), "very large scores"),
        Case(
            (np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4 + 1]]), "softmax"), "very large scores"
        ),
    ]


def _columns(scores, kind):
    if kind == "regression":
        return scores.copy()
    if kind == "logistic":
        return np.exp(-np.logaddexp(0, -scores))
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


def _overall(scores, kind):
    if kind == "regression":
        return scores.copy()
    if kind == "logistic":
        return np.exp(-np.logaddexp(0, -scores))
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _sigmoids(scores, kind):
    return scores.copy() if kind == "regression" else np.exp(-np.logaddexp(0, -scores))


def _decides(scores, kind):
    if kind == "regression":
        return scores.copy()
    if kind == "logistic":
        return (scores > 0).astype(float)
    return (scores == scores.max(axis=1, keepdims=True)).astype(float)


def _softmax_of_one(scores, kind):
    if kind == "regression":
        return scores.copy()
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _squashed_regression(scores, kind):
    if kind != "softmax":
        return np.exp(-np.logaddexp(0, -scores))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _overflows(scores, kind):
    if kind == "regression":
        return scores.copy()
    if kind == "logistic":
        return np.exp(-np.logaddexp(0, -scores))
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


EXERCISE = Exercise(
    name="output_head",
    unit="multilayer",
    title="Three heads for one body",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=output_head,
    axes={"N": (("scores", 0),)},
    checks=(
        Check("one_score", "Regression and the logistic head", 2.5, cases=_one_score),
        Check("classes", "The softmax head", 2.5, cases=_classes),
        Check("random", "Random scores", 2, cases=_random),
        Check("sums", "Rows sum to 1, shifts do not matter", 1, "property", examine=_sums),
        Check("extreme", "Scores of ten thousand", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "columns",
            "Softmax runs down the columns.",
            "Columns sum to 1 instead of rows.",
            _columns,
            (
                "Add up your probabilities along each row. What should come out?",
                "One row is one example; its classes stand side by side.",
                "Use axis=1 with keepdims=True, in the maximum and in the sum.",
            ),
            "classes",
        ),
        Misconception(
            "overall",
            "All probabilities together sum to 1.",
            "The probabilities of all examples share one sum.",
            _overall,
            (
                "Does your answer for one example change when another row is added?",
                "Every example has its own sum.",
                "Give max and sum axis=1 and keepdims=True.",
            ),
            "classes",
        ),
        Misconception(
            "sigmoids",
            "Softmax is a sigmoid for each class.",
            "The probabilities of a row do not sum to 1.",
            _sigmoids,
            (
                "Add up the probabilities of one example.",
                "Sigmoids judge each class by itself; softmax shares one unit among them.",
                "Divide e^z by the sum of e^z over the row.",
            ),
            "classes",
        ),
        Misconception(
            "decides",
            "A head returns its decision.",
            "All numbers are 0 or 1.",
            _decides,
            (
                "Is a score of 0.1 as sure as a score of 10? What does your head answer?",
                "The head returns probabilities; deciding comes later.",
                "Leave away the comparison and return σ(z) or the softmax.",
            ),
            "one_score",
        ),
        Misconception(
            "softmax_of_one",
            "A single score can go through the softmax too.",
            "The logistic head always answers 1.",
            _softmax_of_one,
            (
                "What is e^z / e^z?",
                "Softmax over one class leaves it nothing to compete with.",
                'For "logistic" use 1 / (1 + e^(-z)).',
            ),
            "one_score",
        ),
        Misconception(
            "squashed_regression",
            "Every net ends in a sigmoid.",
            "Regression can only answer between 0 and 1.",
            _squashed_regression,
            (
                "Could your regression head predict a temperature of 20 degrees?",
                "Regression wants the score as it is.",
                'Return the scores unchanged if kind is "regression".',
            ),
            "one_score",
        ),
        Misconception(
            "overflows",
            "The formula can be used as it is printed.",
            "All is right until the scores are large; then nan comes out.",
            _overflows,
            (
                "What is np.exp(1000)?",
                "A shift that is common to a row changes no probability. Which shift makes all "
                "exponents harmless?",
                "Subtract the largest score of each row first.",
            ),
            "extreme",
        ),
    ),
)
