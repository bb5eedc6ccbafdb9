"""Gradient descent on a bowl in any number of dimensions, with the whole way walked."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Any bowl looks, near its bottom, like $f(x) = \tfrac12 x^\top A x - b^\top x$ with a symmetric
matrix $A$. Its gradient is $\nabla f(x) = A x - b$. Walk downhill:

$$ x \leftarrow x - \eta\, \nabla f(x) $$

Return the *whole way*: the start and the point after each of the steps, one row each. Leave the
arrays that you were given unchanged.
"""

SIGNATURE = '''
def gradient_descent(A, b, start, lr, steps):
    """Walk down the bowl f(x) = x·Ax / 2 - b·x.

    Args:
        A: Symmetric matrix, shape (D, D).
        b: Shape (D,).
        start: Where the walk begins, shape (D,).
        lr: Learning rate.
        steps: Number of steps.

    Returns:
        The way, shape (steps + 1, D): the start first.
    """
'''


def gradient_descent(A, b, start, lr, steps):
    """Start, then step after step."""
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        x = path[-1]
        path.append(x - lr * (A @ x - b))
    return np.array(path)


_BOWL = np.array([[2.0, 0.5], [0.5, 1.0]])


def _first(rng):
    return [
        Case((np.array([[2.0]]), np.array([0.0]), np.array([4.0]), 0.25, 1), "x² from 4, one step"),
        Case((_BOWL, np.array([1.0, -1.0]), np.array([3.0, 2.0]), 0.1, 1), "two dimensions"),
        Case((_BOWL, np.array([0.0, 2.0]), np.array([-1.0, 1.0]), 0.5, 1), "a larger step"),
    ]


def _several(rng):
    return [
        Case((np.array([[2.0]]), np.array([2.0]), np.array([5.0]), 0.25, 4), "four steps in 1-D"),
        Case((_BOWL, np.array([1.0, -1.0]), np.array([3.0, 2.0]), 0.1, 5), "five steps in 2-D"),
        Case((np.array([[2.0]]), np.array([0.0]), np.array([1.0]), 1.2, 3), "too large a step"),
    ]


def _random(rng):
    cases = []
    for size, steps in ((2, 6), (3, 4), (5, 8)):
        M = rng.normal(size=(size, size))
        A = M @ M.T / size + np.eye(size)
        args = (A, rng.normal(size=size), rng.normal(size=size) * 2, 0.1, steps)
        cases.append(Case(args, f"{size} dimensions, {steps} steps", 5.0))
    cases.append(Case((_BOWL, np.ones(2), np.array([1.0, -2.0]), 0.3, 0), "no steps at all"))
    cases.append(Case((_BOWL, np.ones(2), np.array([3, -2]), 0.25, 3), "a start of integers"))
    return cases


def _downhill(ask, rng):
    b, start = rng.normal(size=2), rng.normal(size=2) * 3 + 4
    path = ask(_BOWL, b, start, 0.2, 60)
    height = 0.5 * np.einsum("ni,ij,nj->n", path, _BOWL, path) - path @ b
    bottom = np.linalg.solve(_BOWL, b)
    if np.all(np.diff(height) < 1e-9) and np.allclose(path[-1], bottom, atol=1e-3):
        return None
    return Finding(
        "With a small learning rate each step should go down, and the way should end at the bottom",
        args=(_BOWL, b, start, 0.2, 60),
        got=path[-1],
    )


def _uphill(A, b, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] + lr * (A @ path[-1] - b))
    return np.array(path)


def _no_b(A, b, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * (A @ path[-1]))
    return np.array(path)


def _halved(A, b, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * (0.5 * A @ path[-1] - b))
    return np.array(path)


def _same_array(A, b, start, lr, steps):
    x = np.array(start, dtype=float)
    path = [x]
    for _ in range(steps):
        x -= lr * (A @ x - b)
        path.append(x)
    return np.array(path)


def _same_given_array(A, b, start, lr, steps):
    path = [start]
    for _ in range(steps):
        start -= lr * (A @ start - b)
        path.append(start)
    return np.array(path)


def _without_start(A, b, start, lr, steps):
    x, path = np.array(start, dtype=float), []
    for _ in range(steps):
        x = x - lr * (A @ x - b)
        path.append(x)
    return np.array(path)


def _only_the_end(A, b, start, lr, steps):
    x = np.array(start, dtype=float)
    for _ in range(steps):
        x = x - lr * (A @ x - b)
    return x


def _one_by_one(A, b, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        x = path[-1].copy()
        for i in range(len(x)):
            x[i] -= lr * (A[i] @ x - b[i])
        path.append(x)
    return np.array(path)


def _slope_of_the_start(A, b, start, lr, steps):
    x, slope = np.array(start, dtype=float), A @ start - b
    return np.array([x - k * lr * slope for k in range(steps + 1)])


def _unit_steps(A, b, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        slope = A @ path[-1] - b
        path.append(path[-1] - lr * slope / np.linalg.norm(slope))
    return np.array(path)


EXERCISE = Exercise(
    name="gradient_descent",
    unit="descent",
    title="Downhill, step by step",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=gradient_descent,
    checks=(
        Check("first", "The first step", 2.5, cases=_first),
        Check("several", "Several steps", 2.5, cases=_several),
        Check("random", "Random bowls", 3, cases=_random),
        Check(
            "downhill",
            "It goes down and arrives",
            1,
            "property",
            examine=_downhill,
            needs=("first",),
        ),
    ),
    misconceptions=(
        Misconception(
            "uphill",
            "The gradient is added.",
            "Each step moves away from the bottom.",
            _uphill,
            (
                "Compute f before and after your first step.",
                "The gradient points uphill.",
                "Subtract lr times the gradient.",
            ),
            "first",
        ),
        Misconception(
            "no_b",
            "The gradient is A x.",
            "b has no effect: every walk heads for the origin.",
            _no_b,
            (
                "Where does your walk end? Where is the bottom of the bowl?",
                "The term b·x has a gradient too.",
                "Use A @ x - b as the gradient.",
            ),
            "first",
        ),
        Misconception(
            "halved",
            "The gradient of ½ xᵀAx is ½ Ax.",
            "The pull of the bowl is half as strong as it should be.",
            _halved,
            (
                "In one dimension: what is the derivative of ½ a x²?",
                "x occurs twice in x·Ax, and the ½ is there to cancel that.",
                "Use A @ x - b, without ½.",
            ),
            "first",
        ),
        Misconception(
            "same_array",
            "append stores a copy.",
            "All rows are the same: the last point.",
            _same_array,
            (
                "Compare the first row of your result with the start.",
                "x -= ... changes the array that is in your list already.",
                "Write x = x - ..., which makes a new array, or append x.copy().",
            ),
            "first",
            variants=(_same_given_array,),
        ),
        Misconception(
            "without_start",
            "The way begins after the first step.",
            "The start is missing; there is one row too few.",
            _without_start,
            (
                "How many points does a way of one step have?",
                "Three steps lead through four points.",
                "Put the start in the list before the loop.",
            ),
            "first",
        ),
        Misconception(
            "only_the_end",
            "The last point is the result.",
            "One point comes back where the whole way is asked.",
            _only_the_end,
            (
                "Which shape is asked for, and which is yours?",
                "Keep each point as you reach it.",
                "Collect the points in a list and return np.array(list).",
            ),
            "first",
        ),
        Misconception(
            "one_by_one",
            "Coordinates move one after the other.",
            "One dimension is right; in two, the second coordinate sees the first one's new value.",
            _one_by_one,
            (
                "When you update x[1], is x[0] still the old one?",
                "The gradient belongs to one point; all coordinates move together.",
                "Compute A @ x - b once a step, then subtract it from the whole x.",
            ),
            "first",
        ),
        Misconception(
            "slope_of_the_start",
            "The gradient is computed once.",
            "The first step is right, and all others repeat it.",
            _slope_of_the_start,
            (
                "Are your steps getting shorter near the bottom?",
                "Each new point has its own slope.",
                "Compute the gradient inside the loop, at the present x.",
            ),
            "several",
        ),
        Misconception(
            "unit_steps",
            "The gradient only tells the direction.",
            "All steps have the same length.",
            _unit_steps,
            (
                "How long are your steps far from the bottom, and close to it?",
                "The length of the gradient counts: steep means a long step.",
                "Do not divide by the norm.",
            ),
            "first",
        ),
    ),
)
