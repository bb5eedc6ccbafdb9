"""Which place may look where: padding and the future."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
In self-attention each place $i$ of a sequence looks at places $j$. Two kinds of places it must not
see: *padding*, that is, $j \ge$ the sequence's length; and, in a model that predicts what comes
next, the *future*, $j > i$. A mask says what may be seen: `True` is visible, as in glia and
PyTorch's `scaled_dot_product_attention`.

Make the mask of a batch: entry $(n, i, j)$ is `True` where place $i$ of sequence $n$ may look at
$j$. The future is hidden only if `causal`. Rows of padding places need no care: nobody reads what
they compute.
"""

SIGNATURE = '''
def attention_mask(lengths, size, causal):
    """Say which places may be seen from which.

    Args:
        lengths: How many places of each sequence are real, shape (N,), each from 1 to size.
        size: Places in a padded sequence, T.
        causal: Whether the future is hidden too.

    Returns:
        Booleans, shape (N, T, T): True where place i of sequence n may look at place j.
    """
'''


def attention_mask(lengths, size, causal):
    """Real keys, and with `causal` the lower triangle."""
    places = np.arange(size)
    seen = np.broadcast_to(places < lengths[:, None, None], (len(lengths), size, size))
    return seen & (places <= places[:, None]) if causal else seen.copy()


def _padding(rng):
    return [
        Case((np.array([2]), 4, False), "two real places of four"),
        Case((np.array([1, 3, 2]), 3, False), "three sequences"),
    ]


def _future(rng):
    return [
        Case((np.array([3]), 3, True), "no padding"),
        Case((np.array([4, 4]), 4, True), "two sequences without padding"),
    ]


def _both(rng):
    return [
        Case((np.array([2]), 4, True), "two real places of four"),
        Case((np.array([1, 3, 2]), 3, True), "three sequences"),
    ]


def _random(rng):
    cases = []
    for count, size, causal in ((3, 5, True), (4, 6, False), (2, 7, True), (5, 4, False)):
        lengths = rng.integers(1, size, size=count)
        cases.append(Case((lengths, size, causal), f"lengths {', '.join(map(str, lengths))}"))
    return cases


def _sees_itself(ask, rng):
    size = int(rng.integers(3, 6))
    mask = ask(np.array([size, 2]), size, True)
    if all(mask[0, i, i] and mask[0, i].sum() == i + 1 for i in range(size)):
        return None
    return Finding(
        "Without padding, place i should see itself and the i places before it",
        args=(np.array([size, 2]), size, True),
        got=mask,
    )


def _inverted(lengths, size, causal):
    places = np.arange(size)
    hidden = np.broadcast_to(places >= lengths[:, None, None], (len(lengths), size, size))
    return hidden | (places > places[:, None]) if causal else hidden.copy()


def _sees_the_future(lengths, size, causal):
    places = np.arange(size)
    seen = np.broadcast_to(places < lengths[:, None, None], (len(lengths), size, size))
    return seen & (places >= places[:, None]) if causal else seen.copy()


def _not_itself(lengths, size, causal):
    places = np.arange(size)
    seen = np.broadcast_to(places < lengths[:, None, None], (len(lengths), size, size))
    return seen & (places < places[:, None]) if causal else seen.copy()


def _rows(lengths, size, causal):
    places = np.arange(size)
    seen = np.broadcast_to(places[:, None] < lengths[:, None, None], (len(lengths), size, size))
    return seen & (places <= places[:, None]) if causal else seen.copy()


def _rows_too(lengths, size, causal):
    places = np.arange(size)
    real = places < lengths[:, None]
    seen = real[:, :, None] & real[:, None, :]
    return seen & (places <= places[:, None]) if causal else seen


def _one_too_many(lengths, size, causal):
    places = np.arange(size)
    seen = np.broadcast_to(places <= lengths[:, None, None], (len(lengths), size, size))
    return seen & (places <= places[:, None]) if causal else seen.copy()


def _always_causal(lengths, size, causal):
    places = np.arange(size)
    return (places < lengths[:, None, None]) & (places <= places[:, None])


def _never_causal(lengths, size, causal):
    real = np.arange(size) < lengths[:, None, None]
    return np.broadcast_to(real, (len(lengths), size, size)).copy()


def _one_or_the_other(lengths, size, causal):
    places = np.arange(size)
    seen = np.broadcast_to(places < lengths[:, None, None], (len(lengths), size, size))
    return seen | (places <= places[:, None]) if causal else seen.copy()


EXERCISE = Exercise(
    name="attention_mask",
    unit="attention",
    title="Who may look where",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=attention_mask,
    axes={"N": (("lengths", 0),)},
    checks=(
        Check("padding", "Padding is hidden", 2.5, cases=_padding),
        Check("future", "The future is hidden", 2.5, cases=_future),
        Check("both", "Both together", 1.5, cases=_both),
        Check("random", "Random lengths", 1.5, cases=_random),
        Check("sees_itself", "Each place sees itself", 1, "property", examine=_sees_itself),
    ),
    misconceptions=(
        Misconception(
            "inverted",
            "True means hidden.",
            "Every entry is the opposite of the right one.",
            _inverted,
            (
                "Is the first real place visible in your mask?",
                "Some libraries mark what is hidden; here True is what may be seen.",
                "Turn the whole mask round with ~.",
            ),
            "padding",
        ),
        Misconception(
            "rows",
            "Padding is hidden by its row.",
            "Real places still see the padding; padding places see nothing.",
            _rows,
            (
                "Which axis of your mask says who is looked at: the second or the third?",
                "A padding place must not be seen, so its column is False.",
                "Compare the last axis with the lengths: arange(T) < lengths[:, None, None].",
            ),
            "padding",
        ),
        Misconception(
            "rows_too",
            "Padding places must not look either.",
            "Rows of padding are all False: their softmax would have nothing to share.",
            _rows_too,
            (
                "What does a softmax do with a row in which nothing is visible?",
                "Nobody reads what a padding place computes; an empty row only makes nan.",
                "Hide columns, not rows.",
            ),
            "padding",
        ),
        Misconception(
            "one_too_many",
            "A sequence of length L ends at place L.",
            "One place of padding can be seen.",
            _one_too_many,
            (
                "Which is the last real place of a sequence of length 2?",
                "Places are counted from 0.",
                "Compare with <, not with <=.",
            ),
            "padding",
        ),
        Misconception(
            "always_causal",
            "The future is always hidden.",
            "causal has no effect.",
            _always_causal,
            (
                "Which argument does your code never use?",
                "An encoder may read the whole sentence, in both directions.",
                "Apply the triangle only if causal.",
            ),
            "padding",
        ),
        Misconception(
            "never_causal",
            "A mask is about padding.",
            "causal has no effect: the future can be seen.",
            _never_causal,
            (
                "Which argument does your code never use?",
                "Who predicts the next word must not read it first.",
                "With causal, also ask for j <= i: np.tri(T, dtype=bool).",
            ),
            "future",
        ),
        Misconception(
            "sees_the_future",
            "The upper triangle is the past.",
            "Each place sees itself and what comes after it.",
            _sees_the_future,
            (
                "What does place 0 see in your mask?",
                "Row i is who looks, column j who is looked at; the past is j <= i.",
                "Use the lower triangle, np.tril or np.tri.",
            ),
            "future",
        ),
        Misconception(
            "not_itself",
            "A place must not see itself.",
            "The diagonal is hidden, and place 0 sees nothing.",
            _not_itself,
            (
                "What does place 0 see in your mask?",
                "Place i predicts token i + 1; its own token is no secret to it.",
                "Ask for j <= i, not for j < i.",
            ),
            "future",
        ),
        Misconception(
            "one_or_the_other",
            "Visible is what is real or in the past.",
            "Each alone is right; together too much can be seen.",
            _one_or_the_other,
            (
                "May place 0 see place 1, if place 1 is real?",
                "Both conditions have to hold.",
                "Join the two masks with &.",
            ),
            "future",
        ),
    ),
)
