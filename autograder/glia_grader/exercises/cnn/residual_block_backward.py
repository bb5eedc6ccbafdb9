"""The way back through a residual block: two roads, and their gradients add up."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
$Z$ is used twice in $Y = Z + R(Z)$, so its gradient has two parts: one comes straight down the
skip, the other through the branch. With $G$ the gradient by $Y$, $A_1 = ZW_1^\top + b_1$, $H =
\max(0, A_1)$ and $A_2 = HW_2^\top + b_2$,

$$ \delta_2 = G \odot [A_2 > 0], \qquad \delta_1 = (\delta_2 W_2) \odot [A_1 > 0], \qquad
   \frac{\partial L}{\partial Z} = G + \delta_1 W_1 $$

where $[\cdot]$ is 1 above 0, and 0 below it and at the bend itself; the parameters get
$\delta_2^\top H$, $\sum_n \delta_2$, $\delta_1^\top Z$, $\sum_n \delta_1$.
The lonely $G$ is what carries the gradient through a hundred layers.
"""

SIGNATURE = '''
def residual_block_backward(grad, z, W1, b1, W2, b2):
    """Gradients of a residual block.

    Args:
        grad: Gradient of the loss by the block's result, shape (N, D).
        z: What went in, shape (N, D).
        W1: Shape (H, D).
        b1: Shape (H,).
        W2: Shape (D, H).
        b2: Shape (D,).

    Returns:
        (grad_z, grad_W1, grad_b1, grad_W2, grad_b2), with the shapes of z, W1, b1, W2 and b2.
    """
'''


def residual_block_backward(grad, z, W1, b1, W2, b2):
    """Down the branch and down the skip."""
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0.0)
    delta2 = grad * (hidden @ W2.T + b2 > 0)
    delta1 = (delta2 @ W2) * (before > 0)
    return (
        grad + delta1 @ W1,
        delta1.T @ z,
        delta1.sum(axis=0),
        delta2.T @ hidden,
        delta2.sum(axis=0),
    )


_Z = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, -1.0]])
_W1 = np.array([[1.0, 0.5], [-1.0, 1.0], [2.0, -1.0]])
_B1 = np.array([0.75, -1.0, 0.0])
_W2 = np.array([[1.0, -2.0, 0.5], [-1.0, 1.0, 0.25]])
_B2 = np.array([-0.5, 1.0])
_G = np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 2.0]])


def _one(rng):
    return [
        Case((_G[1:2], _Z[1:2], _W1, _B1, _W2, _B2), "one example"),
        Case((_G[:1], _Z[:1], _W1, _B1, _W2, _B2), "another one"),
        Case((_G[2:], -_Z[:1], _W1, _B1, _W2, _B2), "a third one"),
    ]


def _batch(rng):
    return [
        Case((_G, _Z, _W1, _B1, _W2, _B2), "three examples"),
        Case((_G[:2], -_Z[:2], _W1, _B1, -_W2, _B2), "two examples"),
    ]


def _random(rng):
    cases = []
    for n, d, h in ((4, 3, 5), (6, 4, 4), (5, 4, 3)):
        arrays = [rng.normal(size=s) for s in ((n, d), (n, d), (h, d), (h,), (d, h), (d,))]
        arrays[3] += 0.5
        cases.append(Case(tuple(arrays), f"{n} examples, {d} numbers, {h} hidden", 10.0))
    z, W1, W2 = rng.normal(size=(6, 3)), rng.normal(size=(3, 4)), rng.normal(size=(3, 8))
    grad = rng.normal(size=(3, 3))
    args = (grad[:, ::-1], z[::2], W1.T, rng.normal(size=4), W2[:, ::2], rng.normal(size=3))
    cases.append(Case(args, "strided views", 10.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 20.0))
    return cases


def _bend(rng):
    z, b1, b2 = np.zeros((1, 2)), np.array([0.0, 1.0, -1.0]), np.array([2.0, 1.0])
    return [Case((_G[1:2], z, _W1, b1, _W2, b2), "a sum of exactly 0 in each layer")]


def _slopes(ask, rng):
    """A step in a random direction, measured and foretold."""
    shapes = (4, 3), (5, 3), (5,), (3, 5), (3,)
    at = [rng.normal(size=shape) + 0.25 for shape in shapes]
    way = [rng.normal(size=shape) for shape in shapes]
    grad = rng.normal(size=(4, 3))
    got = ask(grad, *at)

    def value(t):
        z, W1, b1, W2, b2 = (a + t * d for a, d in zip(at, way, strict=True))
        hidden = np.maximum(z @ W1.T + b1, 0)
        return float(np.sum((z + np.maximum(hidden @ W2.T + b2, 0)) * grad))

    # A bend of a ReLU within the step would spoil the measurement: the two sides agree if there
    # is none.
    left, right = (value(0) - value(-1e-6)) / 1e-6, (value(1e-6) - value(0)) / 1e-6
    foretold = sum(float(np.sum(g * d)) for g, d in zip(got, way, strict=True))
    measured = (left + right) / 2
    if abs(left - right) > 1e-3 or abs(measured - foretold) <= 1e-4 * (1 + abs(measured)):
        return None
    return Finding(
        f"A small step in a random direction changes the loss by {measured:.6g} per unit; your "
        f"gradients foretell {foretold:.6g}",
        safe="Your gradients do not foretell what a small step does",
    )


def _no_skip(grad, z, W1, b1, W2, b2):
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0)
    d2 = grad * (hidden @ W2.T + b2 > 0)
    d1 = (d2 @ W2) * (before > 0)
    return d1 @ W1, d1.T @ z, d1.sum(axis=0), d2.T @ hidden, d2.sum(axis=0)


def _only_skip(grad, z, W1, b1, W2, b2):
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0)
    d2 = grad * (hidden @ W2.T + b2 > 0)
    d1 = (d2 @ W2) * (before > 0)
    return grad.copy(), d1.T @ z, d1.sum(axis=0), d2.T @ hidden, d2.sum(axis=0)


def _no_outer_mask(grad, z, W1, b1, W2, b2):
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0)
    d2 = grad.copy()
    d1 = (d2 @ W2) * (before > 0)
    return grad + d1 @ W1, d1.T @ z, d1.sum(axis=0), d2.T @ hidden, d2.sum(axis=0)


def _no_inner_mask(grad, z, W1, b1, W2, b2):
    hidden = np.maximum(z @ W1.T + b1, 0)
    d2 = grad * (hidden @ W2.T + b2 > 0)
    d1 = d2 @ W2
    return grad + d1 @ W1, d1.T @ z, d1.sum(axis=0), d2.T @ hidden, d2.sum(axis=0)


def _mask_of_the_sum(grad, z, W1, b1, W2, b2):
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0)
    d2 = grad * (z + np.maximum(hidden @ W2.T + b2, 0) > 0)
    d1 = (d2 @ W2) * (before > 0)
    return grad + d1 @ W1, d1.T @ z, d1.sum(axis=0), d2.T @ hidden, d2.sum(axis=0)


def _mean_over_examples(grad, z, W1, b1, W2, b2):
    before = z @ W1.T + b1
    hidden = np.maximum(before, 0)
    d2 = grad * (hidden @ W2.T + b2 > 0)
    d1 = (d2 @ W2) * (before > 0)
    n = len(z)
    return grad + d1 @ W1, d1.T @ z / n, d1.mean(axis=0), d2.T @ hidden / n, d2.mean(axis=0)


EXERCISE = Exercise(
    name="residual_block_backward",
    unit="cnn",
    title="Two roads back",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=residual_block_backward,
    returns=("grad_z", "grad_W1", "grad_b1", "grad_W2", "grad_b2"),
    axes={"N": (("grad", 0), ("z", 0)), "H": (("W1", 0), ("b1", 0), ("W2", 1))},
    checks=(
        Check("second", "The second layer", 1.5, cases=_one, parts=("grad_W2", "grad_b2")),
        Check("first", "The first layer", 1.5, cases=_one, parts=("grad_W1", "grad_b1")),
        Check("z", "The input", 2, cases=_one, parts=("grad_z",)),
        Check("batch", "Several examples", 1, cases=_batch),
        Check("random", "Random blocks", 1.5, cases=_random),
        Check("slopes", "They are the slopes", 1, "gradient", examine=_slopes, needs=("first",)),
        Check("bend", "At the bend of a ReLU", 0.5, "property", cases=_bend, needs=("first",)),
    ),
    misconceptions=(
        Misconception(
            "no_skip",
            "The gradient goes back the way through the layers.",
            "All parameters are right; the input lacks what comes down the skip.",
            _no_skip,
            (
                "In how many places does z stand in Y = z + R(z)?",
                "What is used twice collects two gradients; the skip's is grad itself.",
                "Return grad + delta1 @ W1 for z.",
            ),
            "z",
        ),
        Misconception(
            "only_skip",
            "The skip replaces the way through the branch.",
            "All parameters are right; the input only has what comes down the skip.",
            _only_skip,
            (
                "If z changes a little, does the branch change as well?",
                "Both roads count; the gradients of both are added.",
                "Add delta1 @ W1 to grad.",
            ),
            "z",
        ),
        Misconception(
            "no_outer_mask",
            "The last ReLU lets every gradient through.",
            "Units of the second layer that were silent get a gradient.",
            _no_outer_mask,
            (
                "What is the slope of a ReLU that answered 0?",
                "Where the second layer's sum was negative, nothing comes back.",
                "Multiply grad by (hidden @ W2.T + b2 > 0).",
            ),
            "second",
        ),
        Misconception(
            "no_inner_mask",
            "Only the last ReLU stops gradients.",
            "The second layer is right; silent hidden units get a gradient.",
            _no_inner_mask,
            (
                "Your second layer is right. What is the slope of a hidden ReLU that said 0?",
                "Each ReLU has a mask of its own.",
                "Multiply delta2 @ W2 by (z @ W1.T + b1 > 0).",
            ),
            "first",
        ),
        Misconception(
            "mask_of_the_sum",
            "The ReLU is silent where the result is negative.",
            "The mask of the second layer is taken after the input was added.",
            _mask_of_the_sum,
            (
                "What goes into the second ReLU: the branch alone, or the sum with z?",
                "z is added after the ReLU, so it has no part in its mask.",
                "Use the sign of hidden @ W2.T + b2.",
            ),
            "second",
        ),
        Misconception(
            "mean_over_examples",
            "The mean over the batch is taken here.",
            "With several examples the gradients of the parameters are too small.",
            _mean_over_examples,
            (
                "One example is right. By which factor are you off with three?",
                "If the loss is a mean over the batch, its 1/N is in grad already.",
                "Sum over the examples; do not divide.",
            ),
            "batch",
        ),
    ),
)
