"""Cross entropy straight from the logits."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
How surprised are we by the right answers? If you first compute the softmax and then its
logarithm, a confident mistake becomes $\log 0$. Going straight from the logits avoids this:

$$ \ell = -\log p_t = m + \log\sum_j e^{z_j - m} - z_t, \qquad m = \max_j z_j $$

`targets` holds the class of each row, a whole number from 0 to $K-1$. Return one number: the
*mean* over the examples, in nats (natural logarithm).
"""

SIGNATURE = '''
def cross_entropy(logits, targets):
    """Mean cross entropy of the right classes.

    Args:
        logits: Scores, shape (N, K).
        targets: Class of each row, integers, shape (N,).

    Returns:
        A number: mean nats per example.
    """
'''


def cross_entropy(logits, targets):
    """Log-sum-exp minus the right logit, averaged."""
    m = logits.max(axis=1)
    log_sum = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (log_sum - logits[np.arange(len(logits)), targets]).mean()


def _one(rng):
    return [
        Case((np.array([[0.0, 0.0]]), np.array([1])), "two equal scores"),
        Case((np.array([[1.0, 2.0, 3.0]]), np.array([2])), "the right class leads"),
        Case((np.array([[1.0, 2.0, 3.0]]), np.array([0])), "the right class comes last"),
        Case((np.log([[1.0, 2.0, 5.0]]), np.array([1])), "logarithms of 1, 2, 5"),
    ]


def _several(rng):
    return [
        Case((np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]), np.array([1, 0, 0])), "three rows"),
        Case((np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 4.0]]), np.array([0, 2])), "two rows"),
        Case(
            (np.array([[3.0, 0.0], [0.0, 3.0], [1.0, 2.0], [0.0, 0.0]]), np.array([1, 1, 0, 0])),
            "four rows",
        ),
    ]


def _random(rng):
    cases = []
    for rows, classes in ((4, 3), (9, 5), (30, 10), (3, 1)):
        z, t = rng.normal(size=(rows, classes)) * 2, rng.integers(0, classes, size=rows)
        cases.append(Case((z, t), f"{rows} rows, {classes} classes", 1.0))
    z, t = rng.normal(size=(10, 6)), rng.integers(0, 3, size=5)
    cases.append(Case((z[::2, ::-2], t), "every second row", 1.0))
    cases.append(Case((z.astype(np.float32), rng.integers(0, 6, size=10)), "float32", 1.0))
    return cases


def _shift(ask, rng):
    z, t = rng.normal(size=(5, 4)), rng.integers(0, 4, size=5)
    moved = z + rng.normal(size=(5, 1)) * 5
    before, after = float(ask(z, t)), float(ask(moved, t))
    if abs(before - after) < 1e-6:
        return None
    return Finding(
        "Adding the same number to every logit of a row should change nothing, and it does",
        args=(moved, t),
        got=after,
        want=before,
    )


def _large(rng):
    return [
        Case((np.array([[1000.0, 0.0]]), np.array([1])), "certain and wrong"),
        Case((np.array([[1000.0, 0.0]]), np.array([0])), "certain and right", 1.0),
        Case((np.array([[1e4, -1e4, 0.0], [1.0, 2.0, 3.0]]), np.array([1, 2])), "±10000"),
        Case(
            (np.array([[-1000.0, -1001.0], [1000.0, 1001.0]]), np.array([0, 1])),
            "far apart",
            1000.0,
        ),
    ]


def _sum(logits, targets):
    m = logits.max(axis=1)
    log_sum = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (log_sum - logits[np.arange(len(logits)), targets]).sum()


def _sum_as_it_stands(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(p)), targets]).sum()


def _no_minus(logits, targets):
    m = logits.max(axis=1)
    log_sum = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (logits[np.arange(len(logits)), targets] - log_sum).mean()


def _no_minus_as_it_stands(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.log(p[np.arange(len(p)), targets]).mean()


def _log_of_softmax(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(p)), targets]).mean()


def _log_of_safe_softmax(logits, targets):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(p)), targets]).mean()


def _every_pair(logits, targets):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[:, targets]).mean()


def _mean_over_classes(logits, targets):
    m = logits.max(axis=1)
    log_sum = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (log_sum - logits[np.arange(len(logits)), targets]).sum() / logits.size


def _two(logits, targets):
    m = logits.max(axis=1)
    log_sum = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (log_sum - logits[np.arange(len(logits)), targets]).mean() / np.log(2)


def _logits_as_probabilities(logits, targets):
    return -np.log(logits[np.arange(len(logits)), targets]).mean()


def _softmax_twice(logits, targets):
    for _ in range(2):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits = e / e.sum(axis=1, keepdims=True)
    return -np.log(logits[np.arange(len(logits)), targets]).mean()


def _forgets_to_add_back(logits, targets):
    m = logits.max(axis=1)
    log_sum = np.log(np.exp(logits - m[:, None]).sum(axis=1))
    return (log_sum - logits[np.arange(len(logits)), targets]).mean()


EXERCISE = Exercise(
    name="cross_entropy",
    unit="logistic",
    title="Cross entropy, straight from the logits",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=cross_entropy,
    returns=("loss",),
    uses=("softmax",),
    axes={"N": (("logits", 0), ("targets", 0))},
    checks=(
        Check("one", "One example", 2, cases=_one),
        Check("several", "Several examples: the mean", 2, cases=_several),
        Check("random", "Random logits", 2, cases=_random),
        Check(
            "shift",
            "A shift of the whole row changes nothing",
            1,
            "property",
            examine=_shift,
            needs=("several",),
        ),
        Check("large", "Large logits (±10000) stay finite", 2, "stability", cases=_large),
    ),
    misconceptions=(
        Misconception(
            "sum",
            "The examples are summed.",
            "One example is right; with N of them the loss is N times too large.",
            _sum,
            (
                "How does your loss change if each example is listed twice? And how should it?",
                "The loss here is per example, so that batches of any size can be compared.",
                "Use a mean over the examples, not a sum.",
            ),
            "several",
            (_sum_as_it_stands,),
        ),
        Misconception(
            "no_minus",
            "The loss is log p.",
            "The number is right but negative.",
            _no_minus,
            (
                "What is the sign of the logarithm of a probability? And of a loss?",
                "A loss should be large when the right class gets a small probability.",
                "Put a minus sign before the logarithm.",
            ),
            "one",
            (_no_minus_as_it_stands,),
        ),
        Misconception(
            "log_of_softmax",
            "Softmax first, then the logarithm.",
            "All is right until a logit is large; then nan appears.",
            _log_of_softmax,
            (
                "What does np.exp(1000.0) give, and what is inf / inf?",
                "Rewrite log(e^z_t / Σ e^z_j) as z_t - log Σ e^z_j before you compute anything.",
                "With m the row's maximum: m + log(sum(exp(z - m))) - z_t.",
            ),
            "large",
        ),
        Misconception(
            "log_of_safe_softmax",
            "A safe softmax makes its logarithm safe.",
            "A confident mistake costs inf: the probability was rounded to 0 before the log.",
            _log_of_safe_softmax,
            (
                "What is the softmax of [1000, 0] on a computer, and the logarithm of its second "
                "number?",
                "The probability is too small for a float, but its logarithm is simply -1000. "
                "Never compute the probability.",
                "With m the row's maximum: m + log(sum(exp(z - m))) - z_t.",
            ),
            "large",
        ),
        Misconception(
            "every_pair",
            "p[:, targets] takes one number of each row.",
            "One example is right; with more, each row is charged for all the targets.",
            _every_pair,
            (
                "Print the shape of p[:, targets] for three rows.",
                "A slice and a list take every row with every column of the list. You want row 0 "
                "with targets[0], row 1 with targets[1], and so on.",
                "Index with two lists: p[np.arange(N), targets].",
            ),
            "several",
        ),
        Misconception(
            "mean_over_classes",
            "The mean runs over all N times K numbers.",
            "The loss is K times too small.",
            _mean_over_classes,
            (
                "Divide the expected number by yours. Which number do you recognise?",
                "Each example has one right class, so there are N surprises, not N times K.",
                "Divide the sum by the number of rows only.",
            ),
            "one",
        ),
        Misconception(
            "two",
            "Logarithms have base 2.",
            "The loss is in bits: too large by the factor 1.4427.",
            _two,
            (
                "Divide your number by the expected one. Do you know this factor?",
                "Nats are counted with the natural logarithm, bits with base 2.",
                "Use np.log, not np.log2.",
            ),
            "one",
        ),
        Misconception(
            "logits_as_probabilities",
            "The logits are the probabilities.",
            "The logarithm of a score: nan as soon as it is negative.",
            _logits_as_probabilities,
            (
                "Do the numbers in a row of logits add up to 1? Can they be negative?",
                "Logits are scores. They become probabilities through the softmax.",
                "-log p_t is log Σ e^z_j - z_t.",
            ),
            "one",
        ),
        Misconception(
            "softmax_twice",
            "The softmax of a softmax is the same.",
            "All losses are moderate, even for confident answers.",
            _softmax_twice,
            (
                "How often does a softmax stand in your computation?",
                "A softmax of probabilities makes them almost equal.",
                "Apply it once only: to the logits.",
            ),
            "one",
        ),
        Misconception(
            "forgets_to_add_back",
            "The maximum that was subtracted is gone for good.",
            "The loss is too small by the maximum of the row.",
            _forgets_to_add_back,
            (
                "Add 5 to all the logits of a row. Does your loss change? Should it?",
                "You subtracted m inside the exponentials but not from the right logit.",
                "Add m again: m + log(sum(exp(z - m))) - z_t.",
            ),
            "one",
        ),
    ),
)
