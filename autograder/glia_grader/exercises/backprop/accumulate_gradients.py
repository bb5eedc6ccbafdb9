"""Gradients add up until somebody sets them to zero."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A backward pass does not *set* a parameter's gradient, it *adds* to it: `grad += ...`. That is how
the uses of a shared weight add up, and it has a second use: a batch too large for the memory can be
sent through in pieces. It also has a price: somebody has to empty the buffer, which is what
`zero_grad` is for.

Gradients of $T$ pieces come in, one after the other. Each is added to the buffer `grad`, which
starts empty. After every `every` pieces take one step with what has come together, and empty the
buffer:

$$ w \leftarrow w - \eta\, g, \qquad g \leftarrow 0 $$

Pieces that come after the last step stay in the buffer: return it along with the weight.
"""

SIGNATURE = '''
def accumulate_gradients(weight, gradients, lr, every):
    """Let gradients accumulate, and take a step after every few of them.

    Args:
        weight: Weight to start from, shape (D,).
        gradients: Gradients of the pieces in the order of their coming, shape (T, D).
        lr: Learning rate.
        every: Number of pieces before each step.

    Returns:
        (weight, grad): the weight in the end and what the buffer holds then, shape (D,) each.
    """
'''


def accumulate_gradients(weight, gradients, lr, every):
    """Add; now and then step and empty."""
    grad = np.zeros_like(weight)
    for count, piece in enumerate(gradients, start=1):
        grad = grad + piece
        if count % every == 0:
            weight = weight - lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


_W = np.array([1.0, -2.0])
_G = np.array([[1.0, 0.5], [2.0, -1.0], [-0.5, 3.0], [4.0, 1.0], [1.5, -2.0], [0.25, 1.0]])


def _one_step(rng):
    return [
        Case((_W, _G[:2], 0.1, 2), "two pieces, one step"),
        Case((_W[:1], _G[:3, :1], 0.5, 3), "three pieces, one step"),
    ]


def _several(rng):
    return [
        Case((_W, _G[:4], 0.1, 2), "two steps of two pieces"),
        Case((_W, _G, 0.25, 2), "three steps of two pieces"),
        Case((_W, _G[:3], 0.5, 1), "a step after every piece"),
    ]


def _left_over(rng):
    return [
        Case((_W, _G[:5], 0.1, 2), "two steps, one piece left over"),
        Case((_W, _G[:2], 0.1, 3), "no step yet"),
    ]


def _random(rng):
    cases = []
    for pieces, size, every in ((9, 3, 3), (8, 2, 3), (11, 4, 4)):
        args = rng.normal(size=size), rng.normal(size=(pieces, size)), 0.3, every
        cases.append(Case(args, f"{pieces} pieces, a step after every {every}", 3.0))
    weight, gradients = rng.normal(size=6), rng.normal(size=(10, 3))
    cases.append(Case((weight[::2], gradients[::2], 0.2, 2), "strided", 3.0))
    single = weight[:3].astype(np.float32), gradients.astype(np.float32)
    cases.append(Case((*single, 0.1, 4), "float32", 3.0))
    return cases


def _never_empties(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        if (t + 1) % every == 0:
            weight = weight - lr * grad
    return weight, grad


def _overwrites(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = gradients[t].copy()
        if (t + 1) % every == 0:
            weight = weight - lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


def _mean_of_pieces(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t] / every
        if (t + 1) % every == 0:
            weight = weight - lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


def _steps_each_time(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        weight = weight - lr * grad
        if (t + 1) % every == 0:
            grad = np.zeros_like(weight)
    return weight, grad


def _empties_too_early(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        if (t + 1) % every == 0:
            grad = np.zeros_like(weight)
            weight = weight - lr * grad
    return weight, grad


def _steps_with_the_rest(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        if (t + 1) % every == 0 or t + 1 == len(gradients):
            weight = weight - lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


def _counts_from_zero(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        if t % every == 0:
            weight = weight - lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


def _uphill(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad = grad + gradients[t]
        if (t + 1) % every == 0:
            weight = weight + lr * grad
            grad = np.zeros_like(weight)
    return weight, grad


def _in_place(weight, gradients, lr, every):
    grad = np.zeros_like(weight)
    for t in range(len(gradients)):
        grad += gradients[t]
        if (t + 1) % every == 0:
            weight -= lr * grad
            grad[:] = 0
    return weight, grad


EXERCISE = Exercise(
    name="accumulate_gradients",
    unit="backprop",
    title="Accumulate, step, zero_grad",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=accumulate_gradients,
    returns=("weight", "grad"),
    axes={"D": (("weight", 0), ("gradients", 1))},
    checks=(
        Check("one_step", "One step", 2.5, cases=_one_step),
        Check("several", "Several steps", 2.5, cases=_several),
        Check("left_over", "Pieces left over", 2, cases=_left_over),
        Check("random", "Random gradients", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "never_empties",
            "A step uses the gradient up.",
            "The buffer still holds what was stepped with already, and later steps grow.",
            _never_empties,
            (
                "What is in your buffer right after a step?",
                "Nothing empties the buffer but you. That zero_grad was forgotten is the most "
                "common bug of all training loops.",
                "Set grad to zeros after each step.",
            ),
            "one_step",
        ),
        Misconception(
            "overwrites",
            "A backward pass sets the gradient.",
            "Each step knows its last piece only.",
            _overwrites,
            (
                "Two pieces, one step: does the first piece have any effect?",
                "Backward adds to the buffer; that is why it has to be emptied at all.",
                "grad = grad + piece.",
            ),
            "one_step",
        ),
        Misconception(
            "mean_of_pieces",
            "The buffer holds a mean.",
            "Every step is too small by the number of pieces.",
            _mean_of_pieces,
            (
                "By which factor are your steps too small?",
                "Buffers add up. Who wants a mean divides each piece's loss before backward.",
                "Do not divide by every.",
            ),
            "one_step",
        ),
        Misconception(
            "steps_each_time",
            "Every piece is followed by a step.",
            "Steps are taken before all pieces have come together.",
            _steps_each_time,
            (
                "Two pieces with every = 2: how many steps do you take?",
                "Backward may run many times before one step.",
                "Put the step inside the if.",
            ),
            "one_step",
        ),
        Misconception(
            "empties_too_early",
            "zero_grad comes before the step.",
            "The weight never moves.",
            _empties_too_early,
            (
                "What is in the buffer at the moment of your step?",
                "zero_grad belongs before the backward passes or after the step, never between "
                "backward and step.",
                "Swap the two lines.",
            ),
            "one_step",
        ),
        Misconception(
            "steps_with_the_rest",
            "At the end the rest is used up.",
            "Full steps are right; pieces left over should still be in the buffer.",
            _steps_with_the_rest,
            (
                "Five pieces with every = 2: how many steps, and what is left?",
                "A step needs all its pieces; the next call would bring the others.",
                "After the loop return grad as it is.",
            ),
            "left_over",
        ),
        Misconception(
            "counts_from_zero",
            "Step number t comes when t is a multiple.",
            "The first step comes after the first piece already.",
            _counts_from_zero,
            (
                "Is 0 a multiple of 2? When do you take your first step?",
                "Counting from 0, the second piece has number 1.",
                "Use (t + 1) % every == 0.",
            ),
            "one_step",
        ),
        Misconception(
            "uphill",
            "The gradient is added.",
            "Every step goes the wrong way.",
            _uphill,
            (
                "A positive gradient: should the weight grow or shrink?",
                "The gradient points uphill.",
                "weight = weight - lr * grad.",
            ),
            "one_step",
        ),
        Misconception(
            "in_place",
            "weight -= ... makes a new array.",
            "The numbers are right, but the caller's weight has changed.",
            _in_place,
            (
                "Print the weight that you passed in, after the call.",
                "-= on an array changes that very array.",
                "Write weight = weight - lr * grad.",
            ),
            "form",
        ),
    ),
)
