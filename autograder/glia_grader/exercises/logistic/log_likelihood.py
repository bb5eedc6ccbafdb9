"""Log-likelihood of labels under a logistic neuron."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
To choose between two sets of weights, ask which makes the observed labels less of a surprise. With
$a_n = \sigma(w^\top x_n + b)$,

$$ \log L = \sum_n \big( y_n \log a_n + (1 - y_n) \log(1 - a_n) \big) $$

Confident neurons ($z = \pm 1000$) must not give `-inf` or `nan`: rewrite
$\log\sigma(z) = -\log(1 + e^{-z})$ and look at `np.logaddexp`. Return one number, the *sum* over
the examples.
"""

SIGNATURE = '''
def log_likelihood(X, y, weight, bias):
    """Sum of the log-probabilities of the labels.

    Args:
        X: Examples, shape (N, D).
        y: Labels 0 and 1, shape (N,).
        weight: Shape (D,).
        bias: A number.

    Returns:
        A number, never positive.
    """
'''


def log_likelihood(X, y, weight, bias):
    """Sum of log σ(±z), where log σ(z) = -log(e^0 + e^-z)."""
    z = X @ weight + bias
    return -np.logaddexp(0.0, np.where(y == 1, -z, z)).sum()


def _one(rng):
    return [
        Case((np.array([[1.0, 2.0]]), np.array([1]), np.array([0.5, 0.25]), 0.0), "label 1", 1.0),
        Case((np.array([[1.0, 2.0]]), np.array([1]), np.array([-1.0, 0.5]), 0.5), "a bias", 1.0),
        Case((np.array([[3.0]]), np.array([1]), np.array([-1.0]), 1.0), "a surprise", 1.0),
    ]


def _zero_label(rng):
    return [
        Case((np.array([[1.0, 2.0]]), np.array([0]), np.array([0.5, 0.25]), 0.0), "label 0", 1.0),
        Case((np.array([[3.0]]), np.array([0]), np.array([-1.0]), 1.0), "label 0, expected", 1.0),
    ]


def _several(rng):
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return [
        Case((X, np.array([0, 1, 1, 1]), np.array([2.0, 2.0]), -1.0), "OR"),
        Case((X, np.array([0, 0, 1, 1]), np.zeros(2), 0.0), "four times one half"),
        Case((X[1:], np.array([1, 0, 1]), np.array([1.0, -1.0]), 0.5), "three rows"),
    ]


def _random(rng):
    cases = []
    for rows, size in ((5, 3), (12, 4), (30, 2)):
        X, y = rng.normal(size=(rows, size)), rng.integers(0, 2, size=rows)
        cases.append(Case((X, y, rng.normal(size=size), float(rng.normal())), f"{rows} rows"))
    X = rng.normal(size=(10, 6))
    y = rng.integers(0, 2, size=5)
    cases.append(Case((X[::2, ::-2], y, rng.normal(size=3), 0.2), "every second row"))
    X, w = X.astype(np.float32), rng.normal(size=6).astype(np.float32)
    cases.append(Case((X, rng.integers(0, 2, size=10), w, 0.1), "float32"))
    return cases


def _never_positive(ask, rng):
    X, y = rng.normal(size=(20, 3)) * 3, rng.integers(0, 2, size=20)
    weight = rng.normal(size=3)
    value = float(ask(X, y, weight, 0.5))
    if value <= 1e-12:
        return None
    return Finding("A log-probability is never positive", args=(X, y, weight, 0.5), got=value)


def _large(rng):
    return [
        Case(
            (np.array([[1000.0], [-1000.0]]), np.array([1, 0]), np.array([1.0]), 0.0),
            "certain and right",
            1.0,
        ),
        Case(
            (np.array([[1000.0], [-1000.0]]), np.array([0, 1]), np.array([1.0]), 0.0),
            "certain and wrong",
        ),
        Case(
            (np.array([[1e4, 0.0], [1.0, 1.0]]), np.array([0, 1]), np.array([1.0, 1.0]), 0.0),
            "a score of 10000",
        ),
    ]


def _loss_instead(X, y, weight, bias):
    z = X @ weight + bias
    return np.logaddexp(0.0, np.where(y == 1, -z, z)).sum()


def _mean(X, y, weight, bias):
    z = X @ weight + bias
    return -np.logaddexp(0.0, np.where(y == 1, -z, z)).mean()


def _mean_as_it_stands(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    return np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def _only_ones(X, y, weight, bias):
    return -(y * np.logaddexp(0.0, -(X @ weight + bias))).sum()


def _only_ones_as_it_stands(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    return np.sum(y * np.log(a))


def _log_of_sigmoid(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    return np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def _clips(X, y, weight, bias):
    a = np.clip(1 / (1 + np.exp(-(X @ weight + bias))), 1e-12, 1 - 1e-12)
    return np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def _log_of_product(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    return np.log(np.prod(np.where(y == 1, a, 1 - a)))


def _forgets_bias(X, y, weight, bias):
    z = X @ weight
    return -np.logaddexp(0.0, np.where(y == 1, -z, z)).sum()


def _two(X, y, weight, bias):
    z = X @ weight + bias
    return -np.logaddexp(0.0, np.where(y == 1, -z, z)).sum() / np.log(2)


EXERCISE = Exercise(
    name="log_likelihood",
    unit="logistic",
    title="How likely were the labels?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=log_likelihood,
    returns=("log-likelihood",),
    uses=("sigmoid",),
    axes={"N": (("X", 0), ("y", 0)), "D": (("X", 1), ("weight", 0))},
    checks=(
        Check("one", "One example with label 1", 1.5, cases=_one),
        Check("zero_label", "One example with label 0", 1.5, cases=_zero_label),
        Check("several", "Several examples: the sum", 2, cases=_several),
        Check("random", "Random examples", 1.5, cases=_random),
        Check(
            "never_positive",
            "Never positive",
            0.5,
            "property",
            examine=_never_positive,
            needs=("several",),
        ),
        Check("large", "Confident neurons (z = ±1000) stay finite", 2, "stability", cases=_large),
    ),
    misconceptions=(
        Misconception(
            "loss_instead",
            "The loss is asked.",
            "The number is right but positive.",
            _loss_instead,
            (
                "What is the sign of the logarithm of a probability?",
                "You computed the negative log-likelihood, the loss. Here it is the likelihood.",
                "Leave the minus sign of the loss away.",
            ),
            "one",
        ),
        Misconception(
            "mean",
            "The examples are averaged.",
            "One example is right; with N of them the number is N times too small.",
            _mean,
            (
                "How does your number change if each example is listed twice? And how should it?",
                "The likelihood multiplies the probabilities, so its logarithm adds them up.",
                "Use a sum, not a mean.",
            ),
            "several",
            (_mean_as_it_stands,),
        ),
        Misconception(
            "only_ones",
            "Only the examples with label 1 count.",
            "Examples with label 0 contribute nothing.",
            _only_ones,
            (
                "What does an example with label 0 add in your code?",
                "With label 0 the neuron's probability for what happened is 1 - a.",
                "Add the second half of the formula: (1 - y) * log(1 - a).",
            ),
            "zero_label",
            (_only_ones_as_it_stands,),
        ),
        Misconception(
            "log_of_sigmoid",
            "The formula can be typed in as it stands.",
            "All is right until a neuron is very sure; then -inf or nan appears.",
            _log_of_sigmoid,
            (
                "What is 1 - σ(1000) on a computer, and its logarithm?",
                "Do not compute a and then its logarithm. log σ(z) = -log(1 + exp(-z)) can be "
                "computed in one go.",
                "log σ(z) is -np.logaddexp(0, -z), and log(1 - σ(z)) is -np.logaddexp(0, z).",
            ),
            "large",
        ),
        Misconception(
            "clips",
            "Keeping a away from 0 and 1 makes the logarithm safe.",
            "No nan, but a confident mistake costs about 27 whatever the score.",
            _clips,
            (
                "Compare your result for a wrong score of 1000 and one of 10000.",
                "Cutting off hides how wrong the neuron is. The logarithm can be had exactly.",
                "Use -np.logaddexp(0, -z) for log σ(z); nothing needs cutting then.",
            ),
            "large",
        ),
        Misconception(
            "log_of_product",
            "First the likelihood, then its logarithm.",
            "With very sure neurons or many examples the product becomes 0.",
            _log_of_product,
            (
                "What is 0.01 to the power of 200 on a computer?",
                "The logarithm of a product is the sum of the logarithms, and that sum is safe.",
                "Take the logarithm of each probability (in the stable form) and add them up.",
            ),
            "large",
        ),
        Misconception(
            "forgets_bias",
            "The score is X @ weight.",
            "The bias has no effect.",
            _forgets_bias,
            (
                "Does your result change if you change the bias?",
                "The score of the logistic neuron has two parts.",
                "z = X @ weight + bias.",
            ),
            "one",
        ),
        Misconception(
            "two",
            "Logarithms have base 2.",
            "Each number is too large by the factor 1.4427, which is 1 / log 2.",
            _two,
            (
                "Divide your number by the expected one. Do you know this factor?",
                "log stands for the natural logarithm here.",
                "Use np.log, not np.log2.",
            ),
            "one",
        ),
    ),
)
