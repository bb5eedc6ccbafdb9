"""From scores to the next token: temperature and top-k."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A language model gives a score $z_i$ to each token. How boldly one draws from them is a matter of
taste:

$$ p_i = \frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}} \quad
\text{for the } k \text{ largest, 0 for all others} $$

The *temperature* $\tau$ evens out the probabilities (above 1) or sharpens them (below 1); at $\tau
= 0$ the largest score takes all. *Top-k* leaves out the long tail of unlikely tokens; `None` keeps
all, and so does a `top_k` larger than the number of tokens. Scores of $\pm 10^4$ should do no harm.
"""

SIGNATURE = '''
def next_token_probabilities(logits, temperature, top_k):
    """The probabilities from which the next token is drawn.

    Args:
        logits: Scores of the tokens, all different, shape (K,).
        temperature: At least 0; 0 puts everything on the largest score.
        top_k: How many tokens may be drawn, at least 1, or None for all.

    Returns:
        Probabilities, shape (K,), summing to 1.
    """
'''


def next_token_probabilities(logits, temperature, top_k):
    """Keep the largest, divide by the temperature, softmax."""
    if temperature == 0:
        return (np.arange(len(logits)) == np.argmax(logits)).astype(float)
    kept = np.ones(len(logits), dtype=bool)
    if top_k is not None and top_k < len(logits):
        kept = logits >= np.sort(logits)[-top_k]
    powers = np.exp((logits - logits.max()) / temperature) * kept
    return powers / powers.sum()


_Z = np.array([0.0, np.log(2.0), -1.0, np.log(5.0)])


def _temperature(rng):
    return [
        Case((_Z, 1.0, None), "temperature 1"),
        Case((_Z, 2.0, None), "temperature 2"),
        Case((_Z, 0.5, None), "temperature 0.5"),
    ]


def _top_k(rng):
    return [
        Case((_Z, 1.0, 2), "the best two"),
        Case((_Z - 3.0, 1.0, 3), "the best three; all scores are negative"),
        Case((_Z, 0.5, 2), "the best two, temperature 0.5"),
        Case((_Z, 1.0, 9), "more than there are"),
    ]


def _zero(rng):
    return [
        Case((_Z, 0.0, None), "temperature 0"),
        Case((-_Z, 0.0, 2), "temperature 0, the best two"),
        Case((_Z[::-1], 0, None), "temperature 0, turned round"),
    ]


def _random(rng):
    cases = []
    for size, temperature, k in ((6, 0.7, 3), (12, 1.5, None), (9, 1.0, 1), (7, 0.3, 5)):
        cases.append(Case((rng.normal(size=size) * 2, temperature, k), f"top_k {k}"))
    single = rng.normal(size=8).astype(np.float32)
    cases.append(Case((single, 0.9, 4), "float32"))
    return cases


def _sharper(ask, rng):
    z = rng.normal(size=6)
    best = [float(ask(z, t, None).max()) for t in (4.0, 1.0, 0.25)]
    if best == sorted(best) and np.isclose(ask(z, 1.0, 3).sum(), 1) and best[0] < best[-1]:
        return None
    return Finding(
        "The lower the temperature, the more likely the likeliest; and all sum to 1",
        args=(z, 1.0, 3),
    )


def _extreme(rng):
    return [
        Case((_Z * 1e4, 1.0, None), "scores of ten thousand"),
        Case((_Z, 1e-4, 3), "a temperature close to 0"),
    ]


def _times(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    powers = np.exp((logits - logits.max()) * temperature) * (logits >= np.sort(logits)[-k])
    return powers / powers.sum()


def _on_probabilities(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    powers = np.exp(logits - logits.max()) / temperature * (logits >= np.sort(logits)[-k])
    return powers / powers.sum()


def _no_top_k(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    powers = np.exp((logits - logits.max()) / temperature)
    return powers / powers.sum()


def _not_shared_again(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    powers = np.exp((logits - logits.max()) / temperature)
    return powers / powers.sum() * (logits >= np.sort(logits)[-k])


def _score_zero(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    z = np.where(logits >= np.sort(logits)[-k], logits, 0.0) / temperature
    powers = np.exp(z - z.max())
    return powers / powers.sum()


def _smallest(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    powers = np.exp((logits - logits.max()) / temperature) * (logits <= np.sort(logits)[k - 1])
    return powers / powers.sum()


def _divides_by_zero(logits, temperature, top_k):
    k = len(logits) if top_k is None else min(top_k, len(logits))
    z = (logits - logits.max()) / np.float64(temperature)
    powers = np.exp(z) * (logits >= np.sort(logits)[-k])
    return powers / powers.sum()


def _overflows(logits, temperature, top_k):
    if temperature == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    k = len(logits) if top_k is None else min(top_k, len(logits))
    powers = np.exp(logits / temperature) * (logits >= np.sort(logits)[-k])
    return powers / powers.sum()


EXERCISE = Exercise(
    name="next_token_probabilities",
    unit="attention",
    title="How boldly to draw",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=next_token_probabilities,
    checks=(
        Check("temperature", "The temperature", 2, cases=_temperature),
        Check("top_k", "The best k", 2, cases=_top_k),
        Check("zero", "Temperature 0", 1, cases=_zero),
        Check("random", "Random scores", 2, cases=_random),
        Check("sharper", "Colder is sharper", 1, "property", examine=_sharper),
        Check("extreme", "Very large scores", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "times",
            "Scores are multiplied by the temperature.",
            "A high temperature sharpens in place of evening out.",
            _times,
            (
                "At a high temperature, are your probabilities more alike or less?",
                "Hot means lively: unlikely tokens get their chance.",
                "Divide the scores by the temperature.",
            ),
            "temperature",
        ),
        Misconception(
            "on_probabilities",
            "The probabilities are divided by the temperature.",
            "The temperature has no effect: it cancels.",
            _on_probabilities,
            (
                "What is left of a common factor after dividing by the sum?",
                "The temperature has to act inside the exponent.",
                "Take np.exp(logits / temperature).",
            ),
            "temperature",
        ),
        Misconception(
            "no_top_k",
            "The softmax takes care of unlikely tokens.",
            "top_k has no effect.",
            _no_top_k,
            (
                "Which argument does your code never use?",
                "Thousands of unlikely tokens together are not unlikely.",
                "Set the probability of all but the k largest to 0, and let the others sum to 1.",
            ),
            "top_k",
        ),
        Misconception(
            "not_shared_again",
            "What is left out is simply gone.",
            "The probabilities do not sum to 1.",
            _not_shared_again,
            (
                "Add up your probabilities.",
                "Those that remain have to share the whole unit.",
                "Leave tokens out before you divide by the sum.",
            ),
            "top_k",
        ),
        Misconception(
            "score_zero",
            "A score of 0 leaves a token out.",
            "Tokens that should be left out can still be drawn.",
            _score_zero,
            (
                "What is e to the power of 0?",
                "To get the probability 0 a score has to be minus infinity.",
                "Use np.where(kept, logits, -np.inf).",
            ),
            "top_k",
        ),
        Misconception(
            "smallest",
            "The first k of the sorted scores are the best.",
            "The least likely tokens are kept.",
            _smallest,
            (
                "Does np.sort begin with the smallest or with the largest?",
                "The largest stand at the end.",
                "Compare with np.sort(logits)[-top_k].",
            ),
            "top_k",
        ),
        Misconception(
            "divides_by_zero",
            "Temperature 0 is a temperature like any other.",
            "At temperature 0 nan comes back.",
            _divides_by_zero,
            (
                "What is 0 divided by 0?",
                "In the limit the largest score takes all.",
                "Treat temperature == 0 by itself: 1 at np.argmax(logits), else 0.",
            ),
            "zero",
        ),
        Misconception(
            "overflows",
            "exp can take any number.",
            "All is right until the scores are large: then nan comes back.",
            _overflows,
            (
                "What is np.exp(10000.0)?",
                "A softmax does not change when all scores are shifted together.",
                "Subtract logits.max() before you divide by the temperature.",
            ),
            "extreme",
        ),
    ),
)
