"""Cross-correlation as a matrix: mostly zeros, and the same few numbers in every row."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Cross-correlation is linear, so it is a matrix: $x \star w = Cx$. For a signal of length $n$ and a
kernel of length $k$, row $i$ of $C$ holds the kernel from column $i$ on, and zeros elsewhere:

$$ C_{i,\,i+j} = w_j, \qquad j = 0, \dots, k-1 $$

The zeros are the *sparse connections*, the repeated numbers are the *shared weights*: a
convolutional layer is a fully connected one with most of its weights struck out and the rest tied.
"""

SIGNATURE = '''
def conv_matrix(kernel, n):
    """Write cross-correlation with a kernel as a matrix.

    Args:
        kernel: Shape (K,).
        n: Length of the signals, at least K.

    Returns:
        C, shape (n - K + 1, n): C @ x slides the kernel along x.
    """
'''


def conv_matrix(kernel, n):
    """One diagonal for each weight."""
    rows = n - len(kernel) + 1
    out = np.zeros((rows, n), dtype=kernel.dtype)
    for j, w in enumerate(kernel):
        out[np.arange(rows), np.arange(rows) + j] = w
    return out


def _small(rng):
    return [
        Case((np.array([1.0, 2.0, 3.0]), 5), "three weights, five numbers"),
        Case((np.array([1.0, -1.0]), 3), "two weights, three numbers"),
        Case((np.array([2.0, 5.0, -1.0]), 4), "three weights, four numbers"),
    ]


def _edge_cases(rng):
    return [
        Case((np.array([4.0, 5.0, 6.0]), 3), "as long as the signal"),
        Case((np.array([7.0, -2.0]), 2), "the same with two weights"),
        Case((np.array([3.0, 0.0, 2.0, 1.0]), 9), "a longer signal"),
    ]


def _random(rng):
    cases = []
    for size, n in ((3, 8), (2, 6), (5, 7)):
        cases.append(Case((rng.normal(size=size), n), f"{size} weights, {n} numbers"))
    cases.append(Case((rng.normal(size=8)[::2], 7), "strided"))
    cases.append(Case((rng.normal(size=3).astype(np.float32), 6), "float32"))
    return cases


def _slides(ask, rng):
    kernel, x = rng.normal(size=3), rng.normal(size=7)
    matrix = ask(kernel, 7)
    if np.allclose(matrix @ x, np.correlate(x, kernel, "valid")):
        return None
    return Finding(
        "C @ x should slide the kernel along x; with your C it does not",
        args=(kernel, 7),
        got=matrix,
    )


def _flips(kernel, n):
    out = np.zeros((n - len(kernel) + 1, n))
    for i in range(len(out)):
        out[i, i : i + len(kernel)] = kernel[::-1]
    return out


def _stands_up(kernel, n):
    out = np.zeros((n, n - len(kernel) + 1))
    for i in range(n - len(kernel) + 1):
        out[i : i + len(kernel), i] = kernel
    return out


def _circles(kernel, n):
    row = np.zeros(n)
    row[: len(kernel)] = kernel
    return np.array([np.roll(row, i) for i in range(n)])


def _stays(kernel, n):
    out = np.zeros((n - len(kernel) + 1, n))
    out[:, : len(kernel)] = kernel
    return out


def _from_the_right(kernel, n):
    out = np.zeros((n - len(kernel) + 1, n))
    rows = len(out)
    for i in range(rows):
        out[rows - 1 - i, i : i + len(kernel)] = kernel
    return out


def _blocks(kernel, n):
    out = np.zeros((n - len(kernel) + 1, n))
    for i in range(len(out)):
        start = i * len(kernel)
        room = max(0, min(len(kernel), n - start))
        out[i, start : start + room] = kernel[:room]
    return out


EXERCISE = Exercise(
    name="conv_matrix",
    unit="convolution",
    title="Convolution is a matrix",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=conv_matrix,
    checks=(
        Check("small", "Small matrices", 3, cases=_small),
        Check("lengths", "Other lengths", 2, cases=_edge_cases),
        Check("random", "Random kernels", 3, cases=_random),
        Check(
            "slides",
            "C @ x slides the kernel",
            1,
            "property",
            examine=_slides,
            needs=("small",),
        ),
    ),
    misconceptions=(
        Misconception(
            "flips",
            "The matrix holds the kernel from back to front.",
            "Each row is reversed: that is true convolution.",
            _flips,
            (
                "What is the first row of your matrix, and what is the kernel?",
                "Cross-correlation does not flip its kernel.",
                "Write the kernel into each row as it is.",
            ),
            "small",
        ),
        Misconception(
            "stands_up",
            "Each place is a column.",
            "The result is the transpose of what is asked.",
            _stands_up,
            (
                "Which shape must C have, so that C @ x has n - K + 1 numbers?",
                "A row of C makes one number of the result.",
                "Return the transpose of what you return now.",
            ),
            "small",
        ),
        Misconception(
            "circles",
            "The kernel goes round at the end.",
            "There are too many rows; the last ones hold the kernel cut in two.",
            _circles,
            (
                "At how many places does the kernel lie wholly inside?",
                "Rows where the kernel would stick out are left away.",
                "Keep the first n - K + 1 rows.",
            ),
            "small",
        ),
        Misconception(
            "stays",
            "Sharing weights makes all rows alike.",
            "Every row holds the kernel at the same place.",
            _stays,
            (
                "What do the second and the third number of C @ x see of the signal?",
                "The weights are shared, the place moves on: one column to the right for each row.",
                "Write the kernel of row i from column i on.",
            ),
            "small",
        ),
        Misconception(
            "from_the_right",
            "The kernel begins at the right end.",
            "The rows are in the opposite order.",
            _from_the_right,
            (
                "Which numbers of x should the first row look at?",
                "The first place is the leftmost one.",
                "Turn the order of your rows around.",
            ),
            "small",
        ),
        Misconception(
            "blocks",
            "The patches lie side by side.",
            "The kernel moves by its own length from row to row.",
            _blocks,
            (
                "By how many columns does your kernel move from row to row?",
                "Neighbouring places overlap.",
                "Row i starts at column i, not at i * K.",
            ),
            "small",
        ),
    ),
)
