"""A residual block: add something to the input, do not replace it."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
In a deep stack every layer replaces what came before. A *residual block* adds to it instead:

$$ R = \max\bigl(0,\; \max(0,\; Z W_1^\top + b_1)\, W_2^\top + b_2\bigr), \qquad Y = Z + R $$

If $W_2$ and $b_2$ are 0 the block does nothing at all; that makes it easy to stack a hundred of
them. Examples are rows.
"""

SIGNATURE = '''
def residual_block(z, W1, b1, W2, b2):
    """Two layers with ReLUs whose result is added to the input.

    Args:
        z: Shape (N, D).
        W1: Shape (H, D).
        b1: Shape (H,).
        W2: Shape (D, H).
        b2: Shape (D,).

    Returns:
        Shape (N, D).
    """
'''


def residual_block(z, W1, b1, W2, b2):
    """Linear, ReLU, linear, ReLU, plus the input."""
    hidden = np.maximum(z @ W1.T + b1, 0.0)
    return z + np.maximum(hidden @ W2.T + b2, 0.0)


_Z = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, -1.0]])
_W1 = np.array([[1.0, 0.5], [-1.0, 1.0], [2.0, -1.0]])
_B1 = np.array([0.5, -1.0, 0.0])
_W2 = np.array([[1.0, -2.0, 0.5], [-1.0, 1.0, 0.25]])
_B2 = np.array([-0.5, 1.0])


def _small(rng):
    return [
        Case((_Z[:1], _W1, _B1, _W2, _B2), "one example"),
        Case((_Z, _W1, _B1, _W2, _B2), "three examples"),
        Case((-_Z[1:], _W1, _B1, -_W2, _B2), "other signs"),
    ]


def _random(rng):
    cases = []
    for n, d, h in ((4, 3, 5), (3, 3, 3), (5, 4, 2), (2, 1, 6)):
        arrays = [rng.normal(size=s) for s in ((n, d), (h, d), (h,), (d, h), (d,))]
        cases.append(Case(tuple(arrays), f"{n} examples, {d} numbers, {h} hidden", 5.0))
    z, W1, W2 = rng.normal(size=(6, 3)), rng.normal(size=(3, 4)), rng.normal(size=(3, 8))
    args = (z[::2], W1.T, rng.normal(size=4), W2[:, ::2], rng.normal(size=3))
    cases.append(Case(args, "strided views", 5.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 10.0))
    return cases


def _nothing(ask, rng):
    z, W1, b1 = (rng.normal(size=s) for s in ((4, 3), (5, 3), (5,)))
    got = ask(z, W1, b1, np.zeros((3, 5)), np.zeros(3))
    if np.allclose(got, z):
        return None
    return Finding(
        "With W2 and b2 all zero the block should hand on its input as it is; yours changes it",
        args=(z, W1, b1, np.zeros((3, 5)), np.zeros(3)),
        got=got,
        want=z,
    )


def _no_skip(z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    return np.maximum(hidden @ W2.T + b2, 0)


def _skip_inside(z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    return np.maximum(z + hidden @ W2.T + b2, 0)


def _no_inner_relu(z, W1, b1, W2, b2):
    hidden = z @ W1.T + b1
    return z + np.maximum(hidden @ W2.T + b2, 0)


def _no_outer_relu(z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    return z + hidden @ W2.T + b2


def _multiplies(z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    return z * np.maximum(hidden @ W2.T + b2, 0)


def _skip_of_the_activated(z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    return np.maximum(z, 0) + np.maximum(hidden @ W2.T + b2, 0)


EXERCISE = Exercise(
    name="residual_block",
    unit="cnn",
    title="A residual block",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=residual_block,
    axes={"N": (("z", 0),), "H": (("W1", 0), ("b1", 0), ("W2", 1))},
    checks=(
        Check("small", "A small block", 4, cases=_small),
        Check("random", "Random blocks", 4, cases=_random),
        Check("nothing", "It can do nothing", 1, "property", examine=_nothing, needs=("small",)),
    ),
    misconceptions=(
        Misconception(
            "no_skip",
            "A block is two layers, one after the other.",
            "The input is not added.",
            _no_skip,
            (
                "What does your block return when W2 and b2 are 0?",
                "Residual means: only what is to be *added* is computed.",
                "Return z + ... .",
            ),
            "small",
        ),
        Misconception(
            "skip_inside",
            "The ReLU comes after the sum.",
            "Negative numbers of the input are cut off: it is the block of the first ResNet.",
            _skip_inside,
            (
                "Can your block return a negative number? Should it?",
                "There are both kinds of block; the one asked here adds after the ReLU.",
                "Write z + np.maximum(..., 0), not np.maximum(z + ..., 0).",
            ),
            "small",
        ),
        Misconception(
            "no_inner_relu",
            "One ReLU a block is enough.",
            "There is no bend between the two layers.",
            _no_inner_relu,
            (
                "What are two linear layers without a bend between them?",
                "The hidden layer has a ReLU of its own.",
                "Take np.maximum(z @ W1.T + b1, 0) before the second layer.",
            ),
            "small",
        ),
        Misconception(
            "no_outer_relu",
            "The last layer of a block is linear.",
            "Negative numbers are added where 0 is asked.",
            _no_outer_relu,
            (
                "Is your result ever smaller than the input? Should it be?",
                "In this block both layers end in a ReLU, so only positive numbers are added.",
                "Add np.maximum(hidden @ W2.T + b2, 0).",
            ),
            "small",
        ),
        Misconception(
            "multiplies",
            "The skip is a gate.",
            "Input and branch are multiplied.",
            _multiplies,
            (
                "What does your block return when W2 and b2 are 0?",
                "A gate multiplies; a residual block adds.",
                "Write + between z and the branch.",
            ),
            "small",
        ),
        Misconception(
            "skip_of_the_activated",
            "The skip goes through a ReLU, too.",
            "Negative numbers of the input are lost on the way round.",
            _skip_of_the_activated,
            (
                "What becomes of an input of -1 in your block when the branch says 0?",
                "The skip is a straight road: nothing happens on it.",
                "Add z itself, not np.maximum(z, 0).",
            ),
            "small",
        ),
    ),
)
