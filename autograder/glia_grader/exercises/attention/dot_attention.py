"""Attention in a translator: score, softmax, context."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Through the bottleneck of an encoder and a decoder a long sentence hardly fits. With *attention* the
decoder may look back at all states $e_1 \dots e_S$ of the encoder, each time it writes a word. With
its own state $d$ as the query it takes three steps:

1. *score*: how well does each state fit? $\; s_j = e_j \cdot d$
2. *softmax*: shares of one, $\; a_j = e^{s_j} / \sum_k e^{s_k}$
3. *context*: the mixture of the states, $\; c = \sum_j a_j\, e_j$

Return all three. It should survive scores of $\pm 10^4$.
"""

SIGNATURE = '''
def dot_attention(query, states):
    """Dot-product attention of one query over the states of an encoder.

    Args:
        query: The decoder's state, shape (H,).
        states: The encoder's states, shape (S, H).

    Returns:
        (scores, weights, context): shapes (S,), (S,) and (H,).
    """
'''


def dot_attention(query, states):
    """Three lines for three steps."""
    scores = states @ query
    powers = np.exp(scores - scores.max())
    weights = powers / powers.sum()
    return scores, weights, weights @ states


_STATES = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
_QUERY = np.array([0.5, -1.0])


def _small(rng):
    return [
        Case((_QUERY, _STATES), "three states"),
        Case((np.array([1.0, 1.0]), _STATES), "another query"),
        Case((np.array([np.log(3.0), 0.0]), _STATES[:2]), "two states"),
    ]


def _random(rng):
    cases = []
    for count, size in ((4, 3), (6, 2), (1, 5), (3, 3)):
        args = (rng.normal(size=size), rng.normal(size=(count, size)))
        cases.append(Case(args, f"{count} states of length {size}", 1.0))
    query, states = rng.normal(size=3), rng.normal(size=(3, 10))
    cases.append(Case((query, states[:, ::2].T), "a transposed view", 1.0))
    single = (query.astype(np.float32), states.T.astype(np.float32))
    cases.append(Case(single, "float32", 3.0))
    return cases


def _extreme(rng):
    return [Case((np.array([1e4, 0.0]), _STATES), "scores of ten thousand")]


def _scaled(query, states):
    scores = states @ query / np.sqrt(len(query))
    powers = np.exp(scores - scores.max())
    weights = powers / powers.sum()
    return scores, weights, weights @ states


def _no_exponential(query, states):
    scores = states @ query
    weights = scores / scores.sum()
    return scores, weights, weights @ states


def _hard(query, states):
    scores = states @ query
    weights = (scores == scores.max()).astype(float)
    return scores, weights, weights @ states


def _plain_mean(query, states):
    scores = states @ query
    powers = np.exp(scores - scores.max())
    return scores, powers / powers.sum(), states.mean(axis=0)


def _mixes_with_scores(query, states):
    scores = states @ query
    powers = np.exp(scores - scores.max())
    return scores, powers / powers.sum(), scores @ states


def _cosine(query, states):
    scores = states @ query / (np.linalg.norm(states, axis=1) * np.linalg.norm(query))
    powers = np.exp(scores - scores.max())
    weights = powers / powers.sum()
    return scores, weights, weights @ states


def _overflows(query, states):
    scores = states @ query
    weights = np.exp(scores) / np.exp(scores).sum()
    return scores, weights, weights @ states


EXERCISE = Exercise(
    name="dot_attention",
    unit="attention",
    title="Look back: score, softmax, context",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=dot_attention,
    returns=("scores", "weights", "context"),
    axes={"S": (("states", 0),)},
    checks=(
        Check("scores", "The scores", 2, cases=_small, parts=("scores",)),
        Check("weights", "The weights", 2, cases=_small, parts=("weights",)),
        Check("context", "The context", 2, cases=_small, parts=("context",)),
        Check("random", "Random states", 2, cases=_random),
        Check("extreme", "Scores of ten thousand", 1, "stability", cases=_extreme),
    ),
    misconceptions=(
        Misconception(
            "scaled",
            "Scores are always divided by √d.",
            "All scores are too small by the same factor.",
            _scaled,
            (
                "What is the dot product of (1, 0) and (0.5, -1)? Compare it with your score.",
                "The scale comes with transformers, in the exercise after the next.",
                "Here the score is the plain dot product, states @ query.",
            ),
            "scores",
        ),
        Misconception(
            "cosine",
            "The score is the cosine of the angle.",
            "No score is larger than 1.",
            _cosine,
            (
                "Does your score change when a state becomes twice as long?",
                "A dot product lets long states speak louder.",
                "Leave away the division by the lengths.",
            ),
            "scores",
        ),
        Misconception(
            "no_exponential",
            "Dividing by the sum makes shares.",
            "The weights sum to 1, but some are negative or larger than 1.",
            _no_exponential,
            (
                "Are all your weights between 0 and 1?",
                "Scores may be negative; e^s never is.",
                "Take np.exp of the scores before you divide by the sum.",
            ),
            "weights",
        ),
        Misconception(
            "hard",
            "Attention picks the best state.",
            "One weight is 1, all others are 0.",
            _hard,
            (
                "Do two nearly equal scores get nearly equal weights?",
                "A choice has no gradient; a mixture has one.",
                "Use the softmax in place of the largest score.",
            ),
            "weights",
        ),
        Misconception(
            "plain_mean",
            "The context is the mean of the states.",
            "Scores and weights are right and then not used.",
            _plain_mean,
            (
                "Does your context depend on the query?",
                "What fits better should count more.",
                "Multiply each state by its weight and add up: weights @ states.",
            ),
            "context",
        ),
        Misconception(
            "mixes_with_scores",
            "The states are mixed in proportion to their scores.",
            "The weights are right; the context is made with the scores.",
            _mixes_with_scores,
            (
                "Which of your two vectors sums to 1?",
                "A mixture needs shares.",
                "Write weights @ states.",
            ),
            "context",
        ),
        Misconception(
            "overflows",
            "exp can take any number.",
            "All is right until the scores are large: then nan comes back.",
            _overflows,
            (
                "What is np.exp(10000.0)?",
                "A softmax does not change when all scores are shifted together.",
                "Subtract scores.max() before np.exp.",
            ),
            "extreme",
        ),
    ),
)
