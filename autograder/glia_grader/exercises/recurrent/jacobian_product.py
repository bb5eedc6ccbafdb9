"""Why gradients vanish or explode: a product of Jacobians and the spectral radius."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
How much does the last state still depend on the first? By the chain rule it is a product with one
factor for each step,

$$ \frac{\partial h_T}{\partial h_0} = J_T\, J_{T-1} \cdots J_1, \qquad
J_t = \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\; W_{hh} $$

In the linear case all factors are $W_{hh}$, and its *spectral radius*, the largest absolute value
among its eigenvalues, decides: below 1 the product vanishes in the end, above 1 it explodes. With
a tanh the factors are no larger in any entry, and a matrix may still let a product grow at first:
only the product itself tells. Return both.
"""

SIGNATURE = '''
def jacobian_product(states, W_hh):
    """The Jacobian of the last state by the first, and the spectral radius.

    Args:
        states: States h_1 to h_T of a tanh layer, shape (T, H).
        W_hh: Weights of the state, shape (H, H).

    Returns:
        (jacobian, radius): entry (i, j) of the first is the derivative of unit i of h_T by unit j
        of h_0, shape (H, H); the second is a number.
    """
'''


def jacobian_product(states, W_hh):
    """Newest factor on the left; eigenvalues may be complex."""
    jacobian = np.eye(len(W_hh), dtype=states.dtype)
    for h in states:
        jacobian = ((1.0 - h**2)[:, None] * W_hh) @ jacobian
    return jacobian, np.abs(np.linalg.eigvals(W_hh)).max()


_W = np.array([[0.5, 2.0], [-1.0, 0.25]])
_STATES = np.array([[0.5, 0.0], [-0.5, 0.8], [0.0, 0.6]])


def _one(rng):
    return [
        Case((_STATES[:1], _W), "one step"),
        Case((_STATES[2:], _W.T), "one step, other weights"),
    ]


def _several(rng):
    return [
        Case((_STATES[:2], _W), "two steps"),
        Case((_STATES, _W), "three steps"),
        Case((np.zeros((3, 2)), _W), "all states 0: the linear case"),
    ]


def _radius(rng):
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    shear = np.array([[0.5, 4.0], [0.0, 0.5]])
    flip = np.diag([0.25, -2.0])
    return [
        Case((_STATES, turn), "a rotation: complex eigenvalues"),
        Case((_STATES, shear), "eigenvalues 0.5, yet a large entry"),
        Case((_STATES, flip), "a negative eigenvalue"),
    ]


def _random(rng):
    cases = []
    for steps, size in ((4, 3), (2, 5), (7, 4), (3, 1)):
        states = np.tanh(rng.normal(size=(steps, size)))
        args = (states, rng.normal(size=(size, size)))
        cases.append(Case(args, f"{steps} steps, {size} units", 1.0))
    single = tuple(a.astype(np.float32) for a in cases[0].args)
    cases.append(Case(single, "float32", 3.0))
    return cases


def _nudged(ask, rng):
    W, bias, h0 = rng.normal(size=(3, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)

    def run(h):
        states = []
        for b in bias:
            h = np.tanh(W @ h + b)
            states.append(h)
        return np.array(states)

    way = rng.normal(size=3)
    measured = (run(h0 + 1e-6 * way)[-1] - run(h0 - 1e-6 * way)[-1]) / 2e-6
    args = (run(h0), W)
    if np.allclose(ask(*args)[0] @ way, measured, rtol=1e-4, atol=1e-6):
        return None
    return Finding("A nudge of h_0 moves h_T otherwise than your Jacobian says", args=args)


def _no_slope(states, W_hh):
    power = np.linalg.matrix_power(W_hh, len(states))
    return power, np.abs(np.linalg.eigvals(W_hh)).max()


def _oldest_left(states, W_hh):
    jacobian = np.eye(len(W_hh))
    for h in states:
        jacobian = jacobian @ ((1.0 - h**2)[:, None] * W_hh)
    return jacobian, np.abs(np.linalg.eigvals(W_hh)).max()


def _slope_on_columns(states, W_hh):
    jacobian = np.eye(len(W_hh))
    for h in states:
        jacobian = (W_hh * (1.0 - h**2)) @ jacobian
    return jacobian, np.abs(np.linalg.eigvals(W_hh)).max()


def _entrywise(states, W_hh):
    jacobian = np.ones_like(W_hh)
    for h in states:
        jacobian = jacobian * ((1.0 - h**2)[:, None] * W_hh)
    return jacobian, np.abs(np.linalg.eigvals(W_hh)).max()


def _transposed(states, W_hh):
    jacobian = np.eye(len(W_hh))
    for h in states:
        jacobian = ((1.0 - h**2)[:, None] * W_hh) @ jacobian
    return jacobian.T, np.abs(np.linalg.eigvals(W_hh)).max()


def _norm(states, W_hh):
    jacobian = np.eye(len(W_hh))
    for h in states:
        jacobian = ((1.0 - h**2)[:, None] * W_hh) @ jacobian
    return jacobian, np.linalg.norm(W_hh, 2)


def _real_part(states, W_hh):
    jacobian = np.eye(len(W_hh))
    for h in states:
        jacobian = ((1.0 - h**2)[:, None] * W_hh) @ jacobian
    return jacobian, np.linalg.eigvals(W_hh).real.max()


EXERCISE = Exercise(
    name="jacobian_product",
    unit="recurrent",
    title="What is left after many steps",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=jacobian_product,
    returns=("jacobian", "radius"),
    checks=(
        Check("one", "One step", 2, cases=_one, parts=("jacobian",)),
        Check("several", "A product of several", 2, cases=_several, parts=("jacobian",)),
        Check("radius", "The spectral radius", 2, cases=_radius, parts=("radius",)),
        Check("random", "Random states and weights", 2, cases=_random),
        Check("nudged", "It says what a nudge of h_0 does", 1, "gradient", examine=_nudged),
    ),
    misconceptions=(
        Misconception(
            "no_slope",
            "Each factor is W_hh.",
            "The states have no effect; all 0, the result is right.",
            _no_slope,
            (
                "Do the states have an effect on your product?",
                "A saturated unit passes on little: its tanh is flat there.",
                "Multiply row i of W_hh by 1 - h[i] ** 2 at each step.",
            ),
            "one",
        ),
        Misconception(
            "oldest_left",
            "The factors are multiplied in reading order.",
            "One step is right; longer products stand the wrong way round.",
            _oldest_left,
            (
                "A nudge of h_0 meets J_1 first. On which side does it stand?",
                "Matrices act from the left: the newest factor stands on the left.",
                "Write jacobian = J_t @ jacobian.",
            ),
            "several",
        ),
        Misconception(
            "slope_on_columns",
            "It does not matter on which side the slopes stand.",
            "The columns of W_hh are scaled in place of its rows.",
            _slope_on_columns,
            (
                "Unit i of the new state is flat. Which entries of J should be small?",
                "The slope belongs to the unit that answers, so to a row of W_hh.",
                "Write (1 - h ** 2)[:, None] * W_hh.",
            ),
            "one",
        ),
        Misconception(
            "entrywise",
            "The product of matrices is taken entry by entry.",
            "One step is right; then each entry is a power of its own.",
            _entrywise,
            (
                "Can unit 0 reach unit 1 by way of unit 2 in your product?",
                "A chain of linear maps is a matrix product: it sums over all ways between.",
                "Use @ in place of *, starting from np.eye(H).",
            ),
            "several",
        ),
        Misconception(
            "transposed",
            "Rows stand for h_0.",
            "The matrix is the right one's transpose.",
            _transposed,
            (
                "Which entry of yours says how unit 0 of h_0 moves unit 1 of h_T?",
                "A Jacobian has the outputs in its rows and the inputs in its columns.",
                "Return the product itself, without .T.",
            ),
            "one",
        ),
        Misconception(
            "norm",
            "The spectral radius is the largest stretch.",
            "The product is right; the radius is the largest singular value.",
            _norm,
            (
                "What is the radius of [[0.5, 4], [0, 0.5]]? Look at its diagonal.",
                "One step may stretch far, yet in the long run the eigenvalues decide.",
                "Take np.abs(np.linalg.eigvals(W_hh)).max().",
            ),
            "radius",
        ),
        Misconception(
            "real_part",
            "The largest eigenvalue is the one furthest to the right.",
            "Negative and complex eigenvalues are overlooked.",
            _real_part,
            (
                "Which radius does the matrix diag(0.25, -2) have?",
                "What counts is the distance from 0, in any direction.",
                "Take the absolute values first: np.abs(eigenvalues).max().",
            ),
            "radius",
        ),
    ),
)
