"""Three ways to write the same layer, turned into one of them."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
The same layer of $M$ neurons with $D$ inputs is written in three ways:

| written | weight | bias |
| --- | --- | --- |
| $Wx + b$ (`"Wx"`, PyTorch's storage) | $(M, D)$ | apart |
| $xW + b$ with rows, or $W^\top x + b$ (`"xW"`) | $(D, M)$ | apart |
| $\Theta a$ with $a = (1, x_1, \dots, x_D)$ | $(M, 1 + D)$ | first column |

Write the converter into the third: whichever of the first two `convention` the weight comes in,
return $\Theta$.
"""

SIGNATURE = '''
def convert_weights(weight, bias, convention):
    """Join weight and bias to one matrix Theta with the bias in its first column.

    Args:
        weight: Shape (M, D) if convention is "Wx", (D, M) if it is "xW".
        bias: Shape (M,).
        convention: "Wx" or "xW".

    Returns:
        Theta, shape (M, 1 + D).
    """
'''


def convert_weights(weight, bias, convention):
    """Turn to one row per neuron, then put the bias in front."""
    rows = weight if convention == "Wx" else weight.T
    theta = np.empty((rows.shape[0], 1 + rows.shape[1]), dtype=rows.dtype)
    theta[:, 0], theta[:, 1:] = bias, rows
    return theta


def _pytorch(rng):
    return [
        Case((np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([-1.0, 7.0]), "Wx"), "2 × 3"),
        Case((np.array([[1.0, -2.0]]), np.array([0.5]), "Wx"), "one neuron"),
        Case((np.array([[1.0], [2.0], [3.0]]), np.array([4.0, 5.0, 6.0]), "Wx"), "one input"),
    ]


def _rows(rng):
    return [
        Case(
            (np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]), np.array([-1.0, 7.0]), "xW"), "3 × 2"
        ),
        Case((np.array([[1.0], [-2.0]]), np.array([0.5]), "xW"), "one neuron"),
        Case((np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0]), "xW"), "square"),
    ]


def _random(rng):
    cases = []
    for neurons, inputs in ((3, 3), (4, 2), (1, 5), (6, 4)):
        weight, bias = rng.normal(size=(neurons, inputs)), rng.normal(size=neurons)
        cases.append(Case((weight, bias, "Wx"), f"{neurons} neurons, Wx"))
        cases.append(Case((weight[::-1].T, bias, "xW"), f"{neurons} neurons, xW"))
    single = rng.normal(size=(3, 2)).astype(np.float32)
    cases.append(Case((single, single[:, 0], "Wx"), "float32"))
    return cases


def _same_answers(ask, rng):
    weight, bias, x = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    want = weight @ x + bias
    for args in ((weight, bias, "Wx"), (weight.T.copy(), bias, "xW")):
        theta = ask(*args)
        if not np.allclose(theta @ np.concatenate([[1.0], x]), want):
            return Finding(
                f"Theta @ (1, x) should be what the layer answers; with {args[2]!r} it is not",
                args=args,
                got=theta,
            )
    return None


def _never_turns(weight, bias, convention):
    rows = weight if weight.shape[0] == len(bias) else weight.T
    return np.column_stack([bias, rows])


def _other_way(weight, bias, convention):
    rows = weight if convention == "xW" else weight.T
    if rows.shape[0] != len(bias):
        rows = rows.T
    return np.column_stack([bias, rows])


def _bias_last(weight, bias, convention):
    rows = weight if convention == "Wx" else weight.T
    return np.column_stack([rows, bias])


def _threshold(weight, bias, convention):
    rows = weight if convention == "Wx" else weight.T
    return np.column_stack([-bias, rows])


def _ones(weight, bias, convention):
    rows = weight if convention == "Wx" else weight.T
    return np.column_stack([np.ones(len(bias)), rows])


def _stands_up(weight, bias, convention):
    rows = weight if convention == "Wx" else weight.T
    return np.column_stack([bias, rows]).T


def _reshapes(weight, bias, convention):
    rows = weight if convention == "Wx" else weight.reshape(len(bias), -1)
    return np.column_stack([bias, rows])


EXERCISE = Exercise(
    name="convert_weights",
    unit="multilayer",
    title="Three ways to write a layer",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=convert_weights,
    checks=(
        Check("pytorch", "From Wx + b", 2.5, cases=_pytorch),
        Check("rows", "From xW + b", 2.5, cases=_rows),
        Check("random", "Random layers", 3, cases=_random),
        Check(
            "same_answers",
            "The layer answers as before",
            1,
            "property",
            examine=_same_answers,
            needs=("pytorch",),
        ),
    ),
    misconceptions=(
        Misconception(
            "never_turns",
            "The shape tells the convention.",
            "Only square weights come out wrong: they are never transposed.",
            _never_turns,
            (
                "Which convention does your code assume for a square weight?",
                "With as many inputs as neurons both conventions have the same shape; only the "
                "argument `convention` tells them apart.",
                'Transpose if convention == "xW", whatever the shape.',
            ),
            "rows",
        ),
        Misconception(
            "other_way",
            "xW stores one row per neuron.",
            "Square weights are transposed exactly when they should not be.",
            _other_way,
            (
                "In x @ W, which numbers of W meet the first output?",
                "In xW + b a neuron is a column, in Wx + b it is a row.",
                'Transpose for "xW" and leave "Wx" alone.',
            ),
            "rows",
        ),
        Misconception(
            "bias_last",
            "The bias is appended.",
            "The bias stands in the last column.",
            _bias_last,
            (
                "At which place of a = (1, x1, ..., xD) does the 1 stand?",
                "The column of Theta that meets the 1 has to hold the bias.",
                "Put the bias first: np.column_stack([bias, rows]).",
            ),
            "pytorch",
        ),
        Misconception(
            "threshold",
            "The bias is a threshold.",
            "The first column has the opposite sign.",
            _threshold,
            (
                "Is b added or subtracted in Wx + b?",
                "A threshold is subtracted; a bias is added.",
                "Leave away the minus sign in front of the bias.",
            ),
            "pytorch",
        ),
        Misconception(
            "ones",
            "The first column holds ones.",
            "The bias has no effect: the first column is 1 everywhere.",
            _ones,
            (
                "Where does your bias enter the result?",
                "The 1 is part of the input a. What does Theta have to hold, so that 1 times it "
                "is the bias?",
                "Use bias itself as the first column.",
            ),
            "pytorch",
        ),
        Misconception(
            "stands_up",
            "Theta has one column per neuron.",
            "The result is the transpose of what is asked.",
            _stands_up,
            (
                "Which shape does Theta need so that Theta @ a has one number per neuron?",
                "Theta multiplies from the left, so a row belongs to a neuron.",
                "Return the transpose of what you return now.",
            ),
            "pytorch",
        ),
        Misconception(
            "reshapes",
            "reshape(M, D) transposes.",
            "From xW the numbers come in the wrong order.",
            _reshapes,
            (
                "What does np.arange(6).reshape(3, 2) look like, and its transpose?",
                "reshape keeps the reading order of the numbers; only .T swaps rows and columns.",
                "Use weight.T where you reshape now.",
            ),
            "rows",
        ),
    ),
)
