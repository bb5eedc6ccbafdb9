"""Choose a ReLU net by hand that runs through given points: universal approximation, built."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Why can a hidden layer draw *any* continuous curve? Because you can choose its weights by hand.
Given points $(t_0, y_0), \dots, (t_n, y_n)$ with rising $t$, put one ReLU at each knot but the
last:

$$ Z(x) = c + \sum_{k=0}^{n-1} v_k \max(0,\; x - t_k) $$

Between two knots $Z$ is straight. Choose $c$ and $v$ so that it runs through all points. (From
left to right: each unit that wakes up *changes* the slope.)
"""

SIGNATURE = '''
def relu_interpolate(knots, values):
    """Output weights and bias of a ReLU net that runs through given points.

    Args:
        knots: Rising positions t, shape (n + 1,), at least two.
        values: Wanted values y there, shape (n + 1,).

    Returns:
        (out_weight, out_bias): v, shape (n,), and c, a number.
    """
'''


def relu_interpolate(knots, values):
    """Slopes of the pieces, and how they change from piece to piece."""
    slopes = np.diff(values) / np.diff(knots)
    return np.concatenate([slopes[:1], np.diff(slopes)]), values[0]


def _line(rng):
    return [
        Case((np.array([0.0, 2.0]), np.array([1.0, 5.0])), "two points"),
        Case((np.array([-1.0, 3.0]), np.array([2.0, 0.0])), "two points, falling"),
    ]


def _pieces(rng):
    t = np.array([-2.0, -1.0, 0.0, 1.0, 1.5])
    return [
        Case((np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0])), "a tent"),
        Case((t, t**3 + t**2 - t - 1), "x³ + x² − x − 1"),
        Case((np.array([0.0, 1.0, 3.0, 4.0]), np.array([2.0, 2.0, 6.0, 1.0])), "uneven knots"),
    ]


def _random(rng):
    cases = []
    for count in (3, 5, 9):
        knots = np.cumsum(rng.uniform(0.2, 1.5, size=count)) - 2
        cases.append(Case((knots, rng.normal(size=count)), f"{count} points", 5.0))
    knots = np.cumsum(rng.uniform(0.5, 1.5, size=8))
    cases.append(Case((knots[::2], rng.normal(size=8)[::2]), "strided", 5.0))
    return cases


def _through(ask, rng):
    knots = np.cumsum(rng.uniform(0.3, 1.2, size=7)) - 3
    values = rng.normal(size=7)
    v, c = ask(knots, values)
    drawn = np.maximum(knots[:, None] - knots[:-1], 0) @ v + float(c)
    if np.allclose(drawn, values, atol=1e-6):
        return None
    worst = int(np.argmax(np.abs(drawn - values)))
    return Finding(
        f"At knot {worst} your net answers {drawn[worst]:.4g}; the point is {values[worst]:.4g}",
        args=(knots, values),
        got=(v, c),
    )


def _slopes(knots, values):
    return np.diff(values) / np.diff(knots), values[0]


def _heights(knots, values):
    steps = np.diff(values)
    return np.concatenate([steps[:1], np.diff(steps)]), values[0]


def _starts_at_zero(knots, values):
    slopes = np.diff(values) / np.diff(knots)
    return np.concatenate([slopes[:1], np.diff(slopes)]), 0.0


def _values(knots, values):
    return values[1:], values[0]


def _one_too_many(knots, values):
    slopes = np.diff(values) / np.diff(knots)
    return np.concatenate([slopes[:1], np.diff(slopes), [0.0]]), values[0]


def _turned(knots, values):
    slopes = np.diff(values) / np.diff(knots)
    return np.concatenate([slopes[:1], -np.diff(slopes)]), values[0]


EXERCISE = Exercise(
    name="relu_interpolate",
    unit="multilayer",
    title="Any curve, by hand",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=relu_interpolate,
    returns=("out_weight", "out_bias"),
    checks=(
        Check("line", "Two points: one unit", 2, cases=_line),
        Check("pieces", "Several pieces", 3, cases=_pieces),
        Check("random", "Random points", 3, cases=_random),
        Check(
            "through",
            "The net runs through the points",
            1,
            "property",
            examine=_through,
            needs=("line",),
        ),
    ),
    misconceptions=(
        Misconception(
            "slopes",
            "Each unit brings its piece's slope.",
            "Two points are right; after the first bend the curve gets too steep or too flat.",
            _slopes,
            (
                "To the right of the second knot, which units are awake?",
                "The units before stay awake. Their slopes are there already.",
                "A unit's weight is the slope of its piece minus the slope before it: np.diff.",
            ),
            "pieces",
        ),
        Misconception(
            "heights",
            "Slopes are differences of heights.",
            "It is right only where the knots are 1 apart.",
            _heights,
            (
                "Between x = 0 and x = 2 the value rises by 4. What is the slope?",
                "A slope is rise over run.",
                "Divide np.diff(values) by np.diff(knots).",
            ),
            "line",
        ),
        Misconception(
            "starts_at_zero",
            "The curve starts at 0.",
            "Weights are right; the whole curve is shifted.",
            _starts_at_zero,
            (
                "At the first knot every unit answers 0. What is Z there?",
                "Something has to lift the curve to its first point.",
                "Return values[0] as the output bias.",
            ),
            "line",
        ),
        Misconception(
            "values",
            "The output weights are the wanted values.",
            "Units add heights where they should change slopes.",
            _values,
            (
                "What does a ReLU add one unit to the right of its knot, and two units to it?",
                "A ReLU keeps growing: its weight is a slope and not a height.",
                "Compute the slope of each piece first, then how it changes.",
            ),
            "line",
        ),
        Misconception(
            "one_too_many",
            "Each point has its unit.",
            "There is one weight too many.",
            _one_too_many,
            (
                "How many pieces do three points make?",
                "A unit at the last knot would act only beyond the last point.",
                "Return one weight for each knot but the last.",
            ),
            "line",
        ),
        Misconception(
            "turned",
            "A unit undoes the slope before it.",
            "The bends go the wrong way.",
            _turned,
            (
                "For a tent the slope goes from +1 to -1. Is the change +2 or -2?",
                "The change is new minus old.",
                "Use np.diff(slopes) without the minus sign.",
            ),
            "pieces",
        ),
    ),
)
