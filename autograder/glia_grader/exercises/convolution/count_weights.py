"""How many weights a layer on an image needs: fully connected, local, shared."""

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
An image of height $H$, width $W$ and $C$ channels has $H \cdot W \cdot C$ numbers. A layer of
units looks at it in one of three ways:

| layer | a unit sees | weights |
| --- | --- | --- |
| fully connected | everything | each unit has its own |
| locally connected | an $f \times f$ window of all channels | each unit has its own |
| shared (convolution) | an $f \times f$ window of all channels | all units use the same ones |

Count the weights of the layer, biases left aside. Windows lie wholly inside the image.
"""

SIGNATURE = '''
def count_weights(shape, units, field, shared):
    """Count the weights of a layer that looks at an image.

    Args:
        shape: (height, width, channels) of the image.
        units: How many units the layer has.
        field: Side f of the window that a unit sees, or None if it sees the whole image.
        shared: Whether all units use the same weights.

    Returns:
        The number of weights, without biases.
    """
'''


def count_weights(shape, units, field, shared):
    """What one unit sees, times the number of units with weights of their own."""
    height, width, channels = shape
    seen = height * width * channels if field is None else field * field * channels
    return seen if shared else seen * units


def _full(rng):
    return [
        Case(((200, 200, 3), 1, None, False), "one unit on a colour image"),
        Case(((6000, 6000, 1), 100, None, False), "100 units on 36 million pixels"),
        Case(((200, 200, 1), 400_000, None, False), "200 × 200 grey pixels, 400,000 units"),
    ]


def _local(rng):
    return [
        Case(((200, 200, 1), 400_000, 10, False), "400,000 units with windows of 10 × 10"),
        Case(((32, 40, 3), 50, 5, False), "windows of 5 × 5 in colour"),
        Case(((8, 8, 2), 6, 1, False), "windows of one pixel"),
    ]


def _shared(rng):
    return [
        Case(((200, 200, 1), 400_000, 10, True), "400,000 units share one window"),
        Case(((32, 40, 3), 50, 5, True), "the same in colour"),
        Case(((9, 7, 4), 30, None, True), "all units see everything with the same weights"),
    ]


def _random(rng):
    cases = []
    for _ in range(6):
        height, width, channels, units = (int(v) for v in rng.integers(6, 30, size=4))
        field = None if rng.random() < 0.3 else int(rng.integers(2, 6))
        shared = bool(rng.random() < 0.4)
        cases.append(Case(((height, width, channels), units, field, shared), "any layer"))
    return cases


def _with_biases(shape, units, field, shared):
    height, width, channels = shape
    seen = height * width * channels if field is None else field * field * channels
    return seen + 1 if shared else (seen + 1) * units


def _grey(shape, units, field, shared):
    height, width, _ = shape
    seen = height * width if field is None else field * field
    return seen if shared else seen * units


def _side(shape, units, field, shared):
    height, width, channels = shape
    seen = height * width * channels if field is None else field * channels
    return seen if shared else seen * units


def _never_shares(shape, units, field, shared):
    height, width, channels = shape
    seen = height * width * channels if field is None else field * field * channels
    return seen * units


def _shares_channels(shape, units, field, shared):
    height, width, channels = shape
    area = height * width if field is None else field * field
    return area if shared else area * channels * units


def _everything(shape, units, field, shared):
    height, width, channels = shape
    seen = height * width * channels
    return seen if shared else seen * units


EXERCISE = Exercise(
    name="count_weights",
    unit="convolution",
    title="Fully connected, local, shared",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=count_weights,
    checks=(
        Check("full", "Fully connected", 2.5, cases=_full),
        Check("local", "Locally connected", 2.5, cases=_local),
        Check("shared", "Shared weights", 2, cases=_shared),
        Check("random", "Any layer", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "with_biases",
            "Biases are weights.",
            "The count is too large by one for each unit.",
            _with_biases,
            (
                "How many numbers does a single unit multiply with a pixel?",
                "A bias is not multiplied with any pixel; here it is left aside.",
                "Leave away the + 1.",
            ),
            "full",
        ),
        Misconception(
            "grey",
            "A pixel is one number.",
            "Colour images are counted as if they were grey.",
            _grey,
            (
                "How many numbers does a colour image of 10 × 10 pixels hold?",
                "A unit looks at all channels of the pixels that it sees.",
                "Multiply by the number of channels.",
            ),
            "full",
        ),
        Misconception(
            "side",
            "A window of side f has f numbers.",
            "Local layers have too few weights, by the factor f.",
            _side,
            (
                "How many pixels does a window of 5 × 5 have?",
                "The window is a square: f is its side and not its area.",
                "Use field * field.",
            ),
            "local",
        ),
        Misconception(
            "never_shares",
            "Every unit has weights of its own, always.",
            "Shared layers are counted like local ones.",
            _never_shares,
            (
                "Does your count change with the last argument?",
                "With shared weights a second unit brings no new number to learn.",
                "If shared is true, leave away the factor units.",
            ),
            "shared",
        ),
        Misconception(
            "shares_channels",
            "Sharing joins the channels as well.",
            "Shared layers on colour images have too few weights.",
            _shares_channels,
            (
                "Should a filter be able to tell red from green?",
                "Weights are shared between places, not between channels.",
                "Keep the factor channels when shared is true.",
            ),
            "shared",
        ),
        Misconception(
            "everything",
            "A unit always sees the whole image.",
            "The size of the window has no effect.",
            _everything,
            (
                "Which argument does your code never use?",
                "With a window a unit sees field × field pixels, whatever the size of the image.",
                "Unless field is None, count field * field * channels for a unit.",
            ),
            "local",
        ),
    ),
)
