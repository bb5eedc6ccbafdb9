"""Softmax over the rows of a matrix."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A network that chooses between $K$ classes ends in $K$ scores, the *logits*. Softmax turns each row
of scores into probabilities: all positive, adding up to 1, larger where the score is larger.

$$ p_{nk} = \frac{e^{z_{nk}}}{\sum_j e^{z_{nj}}} $$

There is a trap. $e^{1000}$ is too large for a computer, and `inf / inf` is `nan`. But adding the
same number to every score of a row changes nothing (why?), so you are free to choose a number that
keeps every exponent at or below 0.

Write `softmax` for an array of shape `(N, K)`: one row per example.
"""

SIGNATURE = '''
def softmax(z):
    """Softmax of each row, safe for large scores.

    Args:
        z: Logits, shape (N, K).

    Returns:
        Probabilities, shape (N, K); each row sums to 1.
    """
'''


def softmax(z):
    """Softmax of each row, shifted so that the largest exponent is 0."""
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _one_row(rng):
    return [
        Case((np.array([[0.0, 0.0]]),), "two equal scores"),
        Case((np.array([[1.0, 2.0, 3.0]]),), "one row"),
        Case((np.log([[1.0, 2.0, 5.0]]),), "logarithms of 1, 2, 5"),
    ]


def _rows(rng):
    return [
        Case((np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]),), "three rows"),
        Case((np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 4.0]]),), "two rows"),
    ]


def _random(rng):
    strided = rng.normal(size=(6, 10))[::2, ::-2]
    return [
        Case((rng.normal(size=(4, 3)) * 2,), "4 rows"),
        Case((rng.normal(size=(1, 1)),), "a single class"),
        Case((rng.normal(size=(5, 4)).astype(np.float32),), "float32"),
        Case((strided,), "every second row of a larger array"),
        Case((np.asfortranarray(rng.normal(size=(3, 6))),), "stored column by column"),
        Case((rng.normal(size=(30, 10)) * 3,), "30 rows, 10 classes"),
    ]


def _sums(ask, rng):
    z = rng.normal(size=(6, 4)) * 3
    p = ask(z)
    sums = p.sum(axis=1)
    if (p < 0).any():
        return Finding("A probability is negative", args=(z,), got=p)
    if not np.allclose(sums, 1):
        row = int(np.argmax(np.abs(sums - 1)))
        return Finding(f"Row {row} sums to {sums[row]:.4g}, not to 1", args=(z,), got=p)
    return None


def _shift(ask, rng):
    z = rng.normal(size=(4, 3))
    moved = z + np.array([[3.0], [-5.0], [0.5], [20.0]])
    before, after = ask(z), ask(moved)
    if np.allclose(before, after, rtol=1e-6, atol=1e-9):
        return None
    return Finding(
        "Adding the same number to every score of a row should change nothing, and it does",
        args=(moved,),
        got=after,
        want=before,
    )


def _large(rng):
    return [
        Case((np.array([[1000.0, 1000.0], [0.0, 1000.0]]),), "scores of 1000", 1.0),
        Case((np.array([[1e4, -1e4, 0.0]]),), "scores of ±10000", 1.0),
        Case((np.array([[-1000.0, -1001.0, -1002.0], [1.0, 2.0, 3.0]]),), "far below 0", 1.0),
        Case((np.array([[-1000.0, -1000.5], [1000.0, 1000.5]]),), "rows far apart", 1.0),
    ]


def _wrong_axis(z):
    shifted = np.exp(z - z.max(axis=0, keepdims=True))
    return shifted / shifted.sum(axis=0, keepdims=True)


def _whole_array(z):
    shifted = np.exp(z - np.max(z))
    return shifted / shifted.sum()


def _whole_array_as_it_stands(z):
    return np.exp(z) / np.sum(np.exp(z))


def _wrong_axis_as_it_stands(z):
    return np.exp(z) / np.sum(np.exp(z), axis=0)


def _keepdims_as_it_stands(z):
    return np.exp(z) / np.sum(np.exp(z), axis=1)


def _forgets_keepdims(z):
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1)


def _unstable(z):
    exponentials = np.exp(z)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _one_shift_for_all(z):
    shifted = np.exp(z - np.max(z))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _no_exponential(z):
    return z / z.sum(axis=1, keepdims=True)


def _clips(z):
    exponentials = np.exp(np.clip(z, -500, 500))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _sigmoid_instead(z):
    return 1 / (1 + np.exp(-z))


EXERCISE = Exercise(
    name="softmax",
    unit="logistic",
    title="Softmax: scores become probabilities",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=softmax,
    returns=("p",),
    axes={"N": (("z", 0),)},
    checks=(
        Check("one_row", "One row of scores", 2, cases=_one_row),
        Check("rows", "Several rows, each on its own", 2, cases=_rows),
        Check("random", "Random scores of many shapes", 2, cases=_random),
        Check("sums", "Every row sums to 1", 0.5, "property", examine=_sums, needs=("rows",)),
        Check(
            "shift",
            "A shift of the whole row changes nothing",
            0.5,
            "property",
            examine=_shift,
            needs=("rows",),
        ),
        Check("large", "Large scores (±10000) stay finite", 2, "stability", cases=_large),
    ),
    misconceptions=(
        Misconception(
            "wrong_axis",
            "axis=0 goes along a row.",
            "The columns sum to 1, not the rows.",
            _wrong_axis,
            (
                "Print p.sum(axis=0) and p.sum(axis=1) of your result. Which of the two is all "
                "ones?",
                "axis names the direction that disappears. To sum over the K classes of a row, "
                "the second axis must go.",
                "Use axis=1 (with keepdims=True) for the maximum and for the sum.",
            ),
            "one_row",
            (_wrong_axis_as_it_stands,),
        ),
        Misconception(
            "whole_array",
            "The sum in the denominator runs over the whole array.",
            "One row is right; with more rows all the numbers together sum to 1.",
            _whole_array,
            (
                "What does p.sum() give for your result with three rows? What should it give?",
                "Each example has its own probabilities, so each row needs its own denominator.",
                "Sum along each row only: .sum(axis=1, keepdims=True).",
            ),
            "rows",
            (_whole_array_as_it_stands,),
        ),
        Misconception(
            "forgets_keepdims",
            "A vector of row sums divides the rows.",
            "Wrong numbers, or an error about shapes that could not be broadcast.",
            _forgets_keepdims,
            (
                "Print the shapes on both sides of your division.",
                "An array of shape (N,) is lined up with the last axis of (N, K), which is the "
                "classes. What shape would line up with the rows?",
                "Keep the summed axis as one of length 1: .sum(axis=1, keepdims=True).",
            ),
            "rows",
            (_keepdims_as_it_stands,),
        ),
        Misconception(
            "unstable",
            "The formula can be typed in as it stands.",
            "All is right until a score is large; then nan appears.",
            _unstable,
            (
                "What does np.exp(1000.0) give, and what is inf / inf?",
                "Softmax does not change when the same number is taken from every score of a row. "
                "Which number would make the largest exponent 0?",
                "Subtract each row's maximum first: z - z.max(axis=1, keepdims=True).",
            ),
            "large",
        ),
        Misconception(
            "one_shift_for_all",
            "The largest score of the whole array is a good shift for every row.",
            "All is right until one row lies far below another; then that row becomes nan.",
            _one_shift_for_all,
            (
                "Try a row of scores near -1000 together with a row near 0. What happens to the "
                "first row?",
                "After your shift all exponents of the low row are far below 0, so every "
                "exponential there is 0, and 0 / 0 is nan. Rows are independent.",
                "Shift each row by its own maximum: z.max(axis=1, keepdims=True).",
            ),
            "large",
        ),
        Misconception(
            "no_exponential",
            "Dividing the scores by their sum makes probabilities.",
            "Rows sum to 1, but negative scores give negative probabilities.",
            _no_exponential,
            (
                "What does your function give for a row with a negative score, or with a sum of 0?",
                "A score may be any number; a probability may not be negative. Which step of the "
                "formula makes every number positive?",
                "Take np.exp of the (shifted) scores before you divide by their sum.",
            ),
            "one_row",
        ),
        Misconception(
            "clips",
            "Cutting off large scores makes softmax safe.",
            "No nan any more, but 1000 and 2000 count as the same score.",
            _clips,
            (
                "Compare your result for the rows [1000, 1000] and [1000, 2000].",
                "Cutting changes the distances between scores, and only the distances matter. "
                "A shift keeps them.",
                "Subtract the row's maximum instead of clipping.",
            ),
            "large",
        ),
        Misconception(
            "sigmoid_instead",
            "Each score becomes a probability on its own.",
            "Every number lies between 0 and 1, but the rows do not sum to 1.",
            _sigmoid_instead,
            (
                "Do the numbers of a row of your result add up to 1?",
                "The classes compete: raising one score must lower the other probabilities. Does "
                "yours look at the other scores of the row?",
                "Divide each exponential by the sum of the exponentials of its row.",
            ),
            "one_row",
        ),
    ),
)
