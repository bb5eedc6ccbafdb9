"""Weights and thresholds for AND, OR and NOT, judged by what the unit does."""

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
Before a machine learns its weights, set some yourself. For each `gate`, which is `"and"`, `"or"` or
`"not"`, return `(weights, threshold)` so that a McCulloch-Pitts unit (output 1 if net $\ge T$)
computes it. Each weight is $+1$ or $-1$: two of them for AND and OR, one for NOT. Several
thresholds do; yours is judged by what the unit answers.
"""

SIGNATURE = '''
def gate_weights(gate):
    """Weights and threshold of a McCulloch-Pitts unit that computes a gate.

    Args:
        gate: "and", "or" or "not".

    Returns:
        (weights, threshold): weights +1 or -1, shape (2,) or for "not" (1,); threshold a number.
    """
'''


def gate_weights(gate):
    """One right choice of many."""
    if gate == "and":
        return np.array([1, 1]), 2
    if gate == "or":
        return np.array([1, 1]), 1
    return np.array([-1]), 0


_TABLES = {
    "and": ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]),
    "or": ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]),
    "not": ([[0], [1]], [1, 0]),
}


def _behaves(gate):
    def examine(ask, rng):
        weights, threshold = ask(gate)
        weights = np.asarray(weights, dtype=float)
        if not np.all(np.abs(weights) == 1):
            return Finding(
                "Every weight should be +1 or -1", args=(gate,), got=(weights, threshold)
            )
        inputs, wanted = (np.array(t) for t in _TABLES[gate])
        answers = (inputs @ weights >= float(threshold)).astype(int)
        if np.array_equal(answers, wanted):
            return None
        row = int(np.argmax(answers != wanted))
        net = float(inputs[row] @ weights)
        sign = ">=" if answers[row] else "<"
        return Finding(
            f"Inputs {inputs[row].tolist()} give net {net:g} {sign} threshold "
            f"{float(threshold):g}, so your unit answers {answers[row]}; {gate.upper()} is "
            f"{wanted[row]} there",
            args=(gate,),
            got=(weights, threshold),
        )

    return examine


def _and_is_or(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": 1, "or": 1, "not": 0}[gate]


def _not_without_minus(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [1]}[gate]
    return np.array(weights), {"and": 2, "or": 1, "not": 1}[gate]


def _not_zero_threshold(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [1]}[gate]
    return np.array(weights), {"and": 2, "or": 1, "not": 0}[gate]


def _strict_convention(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": 1, "or": 0, "not": -1}[gate]


def _bias_sign(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": -1.5, "or": -0.5, "not": 0.5}[gate]


def _bias_sign_whole(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": -2, "or": -1, "not": 0}[gate]


def _halves(gate):
    weights = {"and": [0.5, 0.5], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": 1, "or": 1, "not": 0}[gate]


def _not_positive_threshold(gate):
    weights = {"and": [1, 1], "or": [1, 1], "not": [-1]}[gate]
    return np.array(weights), {"and": 2, "or": 1, "not": 1}[gate]


_NOT_POSITIVE_HINTS = (
    "Work out the net input of NOT for input 0 and for input 1.",
    "With weight -1 the net inputs are 0 and -1. The unit must fire for the first only.",
    "Choose a threshold above -1 and at most 0.",
)

EXERCISE = Exercise(
    name="gate_weights",
    unit="perceptron",
    title="Logic by hand: AND, OR and NOT",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=gate_weights,
    returns=("weights", "threshold"),
    checks=(
        Check("and", "AND: fires only if both inputs are 1", 3, examine=_behaves("and")),
        Check("or", "OR: fires if at least one input is 1", 3, examine=_behaves("or")),
        Check("not", "NOT: fires if its input is 0", 3, examine=_behaves("not")),
    ),
    misconceptions=(
        Misconception(
            "and_is_or",
            "AND and OR differ in the weights, so the same threshold does for both.",
            "Your AND fires for a single input: it is an OR.",
            _and_is_or,
            (
                "With both weights 1, which net inputs can occur? Which of them should "
                "fire in AND?",
                "AND must not fire at net 1, OR must. What tells them apart, if the weights are "
                "the same?",
                "For AND the threshold must lie above 1 and at most at 2.",
            ),
            "and",
        ),
        Misconception(
            "not_without_minus",
            "Every weight is positive.",
            "Your NOT copies its input.",
            _not_without_minus,
            (
                "What does your NOT answer for input 1?",
                "With a weight of +1 a larger input can only make firing easier. Which weight "
                "makes it harder?",
                "Use weight -1, and a threshold that net 0 reaches and net -1 does not.",
            ),
            "not",
        ),
        Misconception(
            "not_zero_threshold",
            "A threshold of 0 turns a unit around.",
            "Your NOT fires always.",
            _not_zero_threshold,
            (
                "List the net input of your NOT for input 0 and for input 1. Which one fires?",
                "Both reach your threshold. Input 1 must inhibit: which weight does that?",
                "Use weight -1 and threshold 0: net 0 fires, net -1 does not.",
            ),
            "not",
        ),
        Misconception(
            "not_positive_threshold",
            "A threshold has to be positive.",
            "Your NOT never fires.",
            _not_positive_threshold,
            _NOT_POSITIVE_HINTS,
            "not",
        ),
        Misconception(
            "strict_convention",
            "The unit fires if the net input is greater than the threshold.",
            "Each gate fires for one input too many: a tie counts as firing here.",
            _strict_convention,
            (
                "What happens here when the net input equals the threshold?",
                "The unit fires if net >= T. Your thresholds suit the rule net > T.",
                "Put each threshold between two possible net inputs, for example 1.5 for AND.",
            ),
            "and",
        ),
        Misconception(
            "bias_sign",
            "The threshold is added to the net input, like a bias.",
            "AND and OR fire for every input.",
            _bias_sign,
            (
                "What is the net input of AND for two zeros, and is it at or above your threshold?",
                "A bias is added and a threshold is compared with: T = -b.",
                "Turn the sign of your thresholds around.",
            ),
            "and",
            (_bias_sign_whole,),
        ),
        Misconception(
            "halves",
            "AND averages its inputs.",
            "The weights of AND are one half each; it would work, but ±1 is asked.",
            _halves,
            (
                "Read again which values a weight may take.",
                "With weights of 1 the net input counts the inputs that are on. How many does "
                "AND need?",
                "Keep the weights at 1 and raise the threshold instead.",
            ),
            "and",
        ),
    ),
)
