"""Two hidden threshold units that solve XOR, judged by what they do."""

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
No single line separates XOR. Two lines do, with a third unit that looks at both. Choose the numbers
of this little network by hand:

$$ h = [\,W x + b > 0\,], \qquad \hat y = [\,v^\top h + c > 0\,] $$

where $[\cdot]$ is 1 if the condition holds and 0 if not. Row $k$ of $W$ belongs to hidden unit $k$.
Return `(W, b, v, c)` with shapes `(2, 2)`, `(2,)`, `(2,)` and a number. Many answers are right;
yours is judged by what it does on the four inputs.
"""

SIGNATURE = '''
def xor_hidden_units():
    """Weights of two hidden threshold units and an output unit that compute XOR.

    Returns:
        (W, b, v, c): hidden weights (2, 2), one row per unit; hidden biases (2,); output weights
        (2,); output bias, a number.
    """
'''


def xor_hidden_units():
    """OR and not AND."""
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([-0.5, -1.5]), np.array([1.0, -1.0]), -0.5


def _answers(x, parts):
    W, b, v, c = (np.asarray(p, dtype=float) for p in parts)
    hidden = (W @ np.array(x, dtype=float) + b > 0).astype(int)
    return hidden, int(v @ hidden + c > 0)


def _right_on(*corners):
    def examine(ask, rng):
        parts = ask()
        for x in corners:
            hidden, output = _answers(x, parts)
            if output != x[0] ^ x[1]:
                return Finding(
                    f"For the input {list(x)} your hidden units answer {hidden.tolist()} and the "
                    f"output unit answers {output}; XOR is {x[0] ^ x[1]} there",
                    args=(),
                    got=parts,
                )
        return None

    return examine


def _single_line():
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([-0.5, -0.5]), np.array([1.0, 1.0]), -0.5


def _adds_and():
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([-0.5, -1.5]), np.array([1.0, 1.0]), -0.5


def _thresholds_for_biases():
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([0.5, 1.5]), np.array([1.0, -1.0]), 0.5


def _xnor():
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([-0.5, -1.5]), np.array([-1.0, 1.0]), 0.5


def _units_in_columns():
    W = np.array([[1.0, -1.0], [1.0, -1.0]])
    return W, np.array([-0.5, 1.5]), np.array([1.0, 1.0]), -1.5


def _no_biases():
    W = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return W, np.array([0.0, 0.0]), np.array([1.0, 1.0]), -2.0


def _needs_both():
    W = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return W, np.array([-0.5, -0.5]), np.array([1.0, 1.0]), -1.5


def _swapped_order():
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    return W, np.array([-1.5, -0.5]), np.array([1.0, -1.0]), -0.5


EXERCISE = Exercise(
    name="xor_hidden_units",
    unit="perceptron",
    title="Two hidden units solve XOR",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=xor_hidden_units,
    returns=("W", "b", "v", "c"),
    checks=(
        Check(
            "one_on",
            "One input on: the answer is 1, and 0 if both are off",
            3,
            examine=_right_on((0, 0), (0, 1), (1, 0)),
        ),
        Check(
            "both_on",
            "Both inputs on: the answer is 0",
            6,
            "property",
            examine=_right_on((1, 1)),
            needs=("one_on",),
        ),
    ),
    misconceptions=(
        Misconception(
            "single_line",
            "Two units that draw the same line help.",
            "Both hidden units are ORs, so the network is an OR.",
            _single_line,
            (
                "For which inputs do your two hidden units differ?",
                "Two equal units are no better than one. What should the second one notice that "
                "the first does not?",
                "Make the second unit an AND (weights 1, bias -1.5) and let it count against the "
                "output.",
            ),
            "both_on",
        ),
        Misconception(
            "adds_and",
            "OR plus AND makes XOR.",
            "With both inputs on the output is still 1.",
            _adds_and,
            (
                "What do your hidden units answer for [1, 1], and what should come out?",
                "XOR is OR without AND. Does your AND unit speak against the output?",
                "Give the AND unit a negative output weight.",
            ),
            "both_on",
        ),
        Misconception(
            "thresholds_for_biases",
            "b and c are thresholds.",
            "Both hidden units are always on.",
            _thresholds_for_biases,
            (
                "What do your hidden units answer for [0, 0]?",
                "Here the number is added, so it must be negative to act as a threshold.",
                "Turn the signs of b and c around.",
            ),
            "one_on",
        ),
        Misconception(
            "xnor",
            "The output unit says when the two inputs agree.",
            "Each answer is the opposite of XOR.",
            _xnor,
            (
                "Write down your four answers beside those of XOR.",
                "You have built the opposite: 1 where the inputs are equal.",
                "Turn the signs of v and c around.",
            ),
            "one_on",
        ),
        Misconception(
            "units_in_columns",
            "Each column of W belongs to a hidden unit.",
            "Your numbers would work if W were transposed.",
            _units_in_columns,
            (
                "Which numbers does your first hidden unit multiply with x1 and x2?",
                "In W @ x each row of W meets x.",
                "Return W.T instead of W.",
            ),
            "one_on",
        ),
        Misconception(
            "no_biases",
            "One needs both hidden units on.",
            "The output is never 1: the two hidden units are never on together.",
            _no_biases,
            (
                "List the hidden answers for the four inputs. How large can v @ h + c become?",
                "At most one of your hidden units is on at a time.",
                "One unit that is on must be enough for the output: raise c.",
            ),
            "one_on",
        ),
        Misconception(
            "needs_both",
            "The output unit is an AND.",
            "The hidden units are right, but the output waits for both of them.",
            _needs_both,
            (
                "What do your hidden units answer for [1, 0]? And the output?",
                "One hidden unit means 'first only', the other 'second only'. Which gate joins "
                "them?",
                "Make the output an OR: with v = [1, 1] choose c between -1 and 0.",
            ),
            "one_on",
        ),
        Misconception(
            "swapped_order",
            "The order of the hidden units does not matter.",
            "The output weights of OR and AND are swapped, so the output is never 1.",
            _swapped_order,
            (
                "Which of your hidden units is the OR? What is its output weight?",
                "OR should speak for the output and AND against it.",
                "Swap the two numbers in v, or the two biases in b.",
            ),
            "one_on",
        ),
    ),
)
