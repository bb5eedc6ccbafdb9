"""Where am I? Sines and cosines of many wavelengths."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Attention does not know the order: shuffle the places, and the outputs are shuffled alike. So one
adds to each embedding a vector that says where it stands, made of waves of many lengths:

$$ P_{p,\,2i} = \sin\!\left( \frac{p}{10000^{2i/D}} \right), \qquad
P_{p,\,2i+1} = \cos\!\left( \frac{p}{10000^{2i/D}} \right) $$

for places $p = 0, 1, \dots$ and $i = 0, \dots, D/2 - 1$. Like the hands of a clock, the first
columns turn fast and the last ones slowly. Return the table with one place in each row.
"""

SIGNATURE = '''
def positional_encoding(length, d_model):
    """Sinusoidal positional encoding.

    Args:
        length: How many places, T.
        d_model: Depth D, an even number.

    Returns:
        Encodings, shape (T, D): sines in the even columns, cosines in the odd ones.
    """
'''


def positional_encoding(length, d_model):
    """Angles by an outer product, then the two kinds of columns."""
    speeds = 10000.0 ** (-np.arange(0, d_model, 2) / d_model)
    angles = np.arange(length)[:, None] * speeds
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def _two(rng):
    return [Case((4, 2), "one pair of columns"), Case((1, 2), "one place")]


def _more(rng):
    return [Case((4, 4), "two pairs"), Case((3, 8), "four pairs"), Case((50, 6), "fifty places")]


def _random(rng):
    return [
        Case((int(rng.integers(2, 30)), 2 * int(rng.integers(2, 12))), "a random size")
        for _ in range(4)
    ]


def _turns(ask, rng):
    length, size = int(rng.integers(12, 20)), 2 * int(rng.integers(3, 8))
    table = ask(length, size)
    near = table @ table.T
    if all(np.allclose(np.diag(near, k), np.diag(near, k)[0]) for k in range(1, 5)):
        return None
    return Finding(
        "The dot product of two places should depend on their distance alone",
        args=(length, size),
        got=table,
    )


def _halves(length, d_model):
    angles = np.arange(length)[:, None] / 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def _half_speed(length, d_model):
    angles = np.arange(length)[:, None] / 10000.0 ** (np.arange(d_model // 2) / d_model)
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def _from_one(length, d_model):
    angles = np.arange(1, length + 1)[:, None] / 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def _swapped(length, d_model):
    angles = np.arange(length)[:, None] / 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.cos(angles), np.sin(angles)
    return table


def _own_speed(length, d_model):
    angles = np.arange(length)[:, None] / 10000.0 ** (np.arange(d_model) / d_model)
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])
    return table


def _times(length, d_model):
    angles = np.arange(length)[:, None] * 10000.0 ** (np.arange(0, d_model, 2) / d_model)
    table = np.empty((length, d_model))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


EXERCISE = Exercise(
    name="positional_encoding",
    unit="attention",
    title="Where am I?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=positional_encoding,
    checks=(
        Check("two", "One pair of columns", 2.5, cases=_two),
        Check("more", "Several pairs", 2.5, cases=_more),
        Check("random", "Random sizes", 3, cases=_random),
        Check("turns", "Only distances count", 1, "property", examine=_turns),
    ),
    misconceptions=(
        Misconception(
            "halves",
            "All sines first, then all cosines.",
            "With D = 2 all is right; then the columns stand in another order.",
            _halves,
            (
                "Which columns hold your sines?",
                "Sine and cosine of one speed stand side by side.",
                "Fill table[:, 0::2] with the sines and table[:, 1::2] with the cosines.",
            ),
            "more",
        ),
        Misconception(
            "half_speed",
            "The exponent is i/D.",
            "With D = 2 all is right; then the slow columns turn too fast.",
            _half_speed,
            (
                "How fast does your last pair of columns turn?",
                "In 2i/D the numbers 2i are the even columns: 0, 2, 4, ...",
                "Use np.arange(0, d_model, 2) / d_model as the exponent.",
            ),
            "more",
        ),
        Misconception(
            "own_speed",
            "Every column has a speed of its own.",
            "The sines are right; the cosines turn more slowly than their sines.",
            _own_speed,
            (
                "Do a sine and its cosine describe the same angle in your table?",
                "A pair is one hand of a clock: sine and cosine of one angle.",
                "Use the exponent 2i/D for column 2i and for column 2i + 1.",
            ),
            "two",
        ),
        Misconception(
            "from_one",
            "The first place is number 1.",
            "Every row is that of the next place.",
            _from_one,
            (
                "What are sin(0) and cos(0)? Look at your first row.",
                "Places are counted from 0.",
                "Use np.arange(length).",
            ),
            "two",
        ),
        Misconception(
            "swapped",
            "Cosines stand in the even columns.",
            "Sine and cosine are interchanged.",
            _swapped,
            (
                "What should stand in column 0 of place 0?",
                "Column 2i is a sine, column 2i + 1 a cosine.",
                "Fill table[:, 0::2] with the sines.",
            ),
            "two",
        ),
        Misconception(
            "times",
            "The place is multiplied by 10000^(2i/D).",
            "With D = 2 all is right; then the columns turn ever faster.",
            _times,
            (
                "Do your later columns turn faster or more slowly than the first?",
                "10000^(2i/D) stands in the denominator.",
                "Divide the places by it.",
            ),
            "more",
        ),
    ),
)
