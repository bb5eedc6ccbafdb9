"""Clipping: a gradient that explodes keeps its direction and loses its length."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
An exploding gradient is easier to treat than a vanishing one: cut it to a length that one can
bear. Take all gradients together as one long vector with the norm

$$ n = \sqrt{\textstyle\sum_{ij} (\nabla W)_{ij}^2 + \sum_i (\nabla b)_i^2} $$

If $n$ is larger than `max_norm`, scale *all* of them by $\text{max\_norm} / n$, so that the
direction stays; else leave them alone. Return the gradients and the norm *before* clipping, which
is worth watching during training.
"""

SIGNATURE = '''
def clip_gradient(grad_W, grad_b, max_norm):
    """Clip two gradients by their common norm.

    Args:
        grad_W: Gradient of the weights, shape (H, D).
        grad_b: Gradient of the biases, shape (H,).
        max_norm: The largest norm allowed.

    Returns:
        (grad_W, grad_b, norm): the clipped gradients, and the norm that they had before.
    """
'''


def clip_gradient(grad_W, grad_b, max_norm):
    """One factor for all, never above 1."""
    norm = np.sqrt((grad_W**2).sum() + (grad_b**2).sum())
    factor = max_norm / norm if norm > max_norm else 1.0
    return grad_W * factor, grad_b * factor, norm


_W = np.array([[3.0, 0.0], [0.0, -4.0]])
_B = np.array([12.0, 0.0])


def _norm(rng):
    return [
        Case((_W, _B, 6.5), "norm 13"),
        Case((_W, np.zeros(2), 1.0), "norm 5"),
        Case((_W, _B, 100.0), "norm 13, far below the limit"),
    ]


def _long(rng):
    return [
        Case((_W, _B, 6.5), "twice too long"),
        Case((_W, _B, 1.3), "ten times too long"),
        Case((-_W, _B[::-1], 12.5), "just too long"),
    ]


def _short(rng):
    return [
        Case((_W, _B, 26.0), "half of what is allowed"),
        Case((_W / 10, _B / 10, 1.5), "just short enough"),
    ]


def _random(rng):
    cases = []
    for rows, columns, share in ((2, 3, 0.5), (4, 2, 0.9), (3, 3, 0.1), (1, 5, 1.5)):
        W, b = rng.normal(size=(rows, columns)) * 2, rng.normal(size=rows)
        limit = float(share * np.sqrt((W**2).sum() + (b**2).sum()))
        cases.append(Case((W, b, limit), f"limit {share:g} of the norm", 1.0))
    W, b = rng.normal(size=(6, 4)), rng.normal(size=6)
    cases.append(Case((W[::2], b[::2], 0.5), "every second row", 1.0))
    cases.append(Case((W.astype(np.float32), b.astype(np.float32), 0.5), "float32", 2.0))
    return cases


def _direction(ask, rng):
    W, b = rng.normal(size=(3, 2)) * 5, rng.normal(size=3) * 5
    args = (W, b, 2.0)
    new_W, new_b, _ = ask(*args)
    new, old = np.append(new_W, new_b), np.append(W, b)
    cosine = new @ old / (np.linalg.norm(new) * np.linalg.norm(old) or 1)
    if np.isclose(cosine, 1) and np.isclose(np.linalg.norm(new), 2.0):
        return None
    return Finding(
        "A clipped gradient should have the length max_norm and its old direction", args=args
    )


def _zero(rng):
    return [Case((np.zeros((2, 2)), np.zeros(2), 1.0), "a gradient of zeros")]


def _each(grad_W, grad_b, max_norm):
    norm_W, norm_b = np.linalg.norm(grad_W), np.linalg.norm(grad_b)
    if norm_W > max_norm:
        grad_W = grad_W * (max_norm / norm_W)
    if norm_b > max_norm:
        grad_b = grad_b * (max_norm / norm_b)
    return grad_W + 0.0, grad_b + 0.0, np.hypot(norm_W, norm_b)


def _values(grad_W, grad_b, max_norm):
    norm = np.hypot(np.linalg.norm(grad_W), np.linalg.norm(grad_b))
    return np.clip(grad_W, -max_norm, max_norm), np.clip(grad_b, -max_norm, max_norm), norm


def _always(grad_W, grad_b, max_norm):
    norm = np.hypot(np.linalg.norm(grad_W), np.linalg.norm(grad_b))
    factor = max_norm / (norm if norm > 0 else 1.0)
    return grad_W * factor, grad_b * factor, norm


def _only_weights(grad_W, grad_b, max_norm):
    norm = np.linalg.norm(grad_W)
    factor = max_norm / norm if norm > max_norm else 1.0
    return grad_W * factor, grad_b * factor, norm


def _norm_after(grad_W, grad_b, max_norm):
    norm = np.hypot(np.linalg.norm(grad_W), np.linalg.norm(grad_b))
    factor = max_norm / norm if norm > max_norm else 1.0
    return grad_W * factor, grad_b * factor, norm * factor


def _sum_of_norms(grad_W, grad_b, max_norm):
    norm = np.linalg.norm(grad_W) + np.linalg.norm(grad_b)
    factor = max_norm / norm if norm > max_norm else 1.0
    return grad_W * factor, grad_b * factor, norm


def _squared(grad_W, grad_b, max_norm):
    norm = (grad_W**2).sum() + (grad_b**2).sum()
    factor = max_norm / norm if norm > max_norm else 1.0
    return grad_W * factor, grad_b * factor, norm


def _divides_by_zero(grad_W, grad_b, max_norm):
    norm = np.hypot(np.linalg.norm(grad_W), np.linalg.norm(grad_b))
    factor = np.minimum(1.0, max_norm / norm) if norm else np.float64(np.nan)
    return grad_W * factor, grad_b * factor, norm


def _in_place(grad_W, grad_b, max_norm):
    norm = np.sqrt((grad_W**2).sum() + (grad_b**2).sum())
    if norm > max_norm:
        grad_W *= max_norm / norm
        grad_b *= max_norm / norm
    return grad_W, grad_b, norm


EXERCISE = Exercise(
    name="clip_gradient",
    unit="recurrent",
    title="Clip what explodes",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=clip_gradient,
    returns=("grad_W", "grad_b", "norm"),
    axes={"H": (("grad_W", 0), ("grad_b", 0)), "D": (("grad_W", 1),)},
    checks=(
        Check("norm", "The norm before clipping", 1.5, cases=_norm, parts=("norm",)),
        Check("long", "Gradients that are too long", 2, cases=_long),
        Check("short", "Gradients that are short enough", 1.5, cases=_short),
        Check("random", "Random gradients", 2, cases=_random),
        Check("direction", "The direction stays", 1, "property", examine=_direction),
        Check("zero", "A gradient of zeros", 1, "stability", cases=_zero),
    ),
    misconceptions=(
        Misconception(
            "each",
            "Each gradient is clipped by itself.",
            "The norm is right, but weights and biases were scaled by different factors.",
            _each,
            (
                "By which factor do you scale the weights' gradient, by which the biases'?",
                "Different factors turn the direction of the step.",
                "Compute one norm over both, and one factor for both.",
            ),
            "long",
        ),
        Misconception(
            "values",
            "Clipping cuts off single numbers.",
            "Large entries are cut at the limit; the direction is another one.",
            _values,
            (
                "Does your clipped gradient point where the old one pointed?",
                "np.clip changes large entries and not small ones. Here the whole is scaled.",
                "Multiply both gradients by max_norm / norm.",
            ),
            "long",
        ),
        Misconception(
            "always",
            "Every gradient gets the length max_norm.",
            "Short gradients were made longer.",
            _always,
            (
                "What happens to a gradient that is shorter than max_norm?",
                "Near a minimum gradients are small, and should stay so.",
                "Scale only if norm > max_norm.",
            ),
            "short",
        ),
        Misconception(
            "only_weights",
            "Biases do not count.",
            "The norm is that of the weights' gradient alone.",
            _only_weights,
            (
                "Does grad_b have an effect on your norm?",
                "The limit is for the whole step, with all parameters.",
                "Add (grad_b ** 2).sum() under the root.",
            ),
            "norm",
        ),
        Misconception(
            "norm_after",
            "The norm is that of the result.",
            "Gradients are right; the norm never exceeds the limit.",
            _norm_after,
            (
                "Can the norm that you return ever be larger than max_norm?",
                "One wants to see how far the gradient had exploded.",
                "Return the norm computed before scaling.",
            ),
            "norm",
        ),
        Misconception(
            "sum_of_norms",
            "Norms add up.",
            "The norm is too large: 5 and 12 give 17 in place of 13.",
            _sum_of_norms,
            (
                "Your norms are 5 and 12. What does Pythagoras say of both together?",
                "Squares add up, lengths do not.",
                "Sum all squares of both gradients, then take one root.",
            ),
            "norm",
        ),
        Misconception(
            "squared",
            "The norm is the sum of squares.",
            "The root is missing.",
            _squared,
            (
                "How long is the vector (3, 4)?",
                "The sum of squares is the norm squared.",
                "Take np.sqrt of the sum.",
            ),
            "norm",
        ),
        Misconception(
            "divides_by_zero",
            "min(1, max_norm / norm) is safe.",
            "All is right but a gradient of zeros, which becomes nan.",
            _divides_by_zero,
            (
                "What does your code divide by when the gradient is 0?",
                "A gradient of zeros needs no scaling.",
                "Divide only inside `if norm > max_norm`.",
            ),
            "zero",
        ),
        Misconception(
            "in_place",
            "grad *= factor makes a new array.",
            "The numbers are right, but the caller's gradients have changed.",
            _in_place,
            (
                "Print the gradient that you passed in, after the call.",
                "*= on an array changes that very array.",
                "Return grad_W * factor and grad_b * factor.",
            ),
            "form",
        ),
    ),
)
