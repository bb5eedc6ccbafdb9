"""Gradient of the cross entropy with respect to the logits."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
The same small miracle as for the logistic neuron: of all the exponentials and logarithms, what is
left is *prediction minus truth*. With $P$ the softmax of the logits and $Y$ the targets in
one-hot form,

$$ \frac{\partial \mathcal{L}}{\partial Z} = \frac{P - Y}{N} $$

The $N$ is there because the loss is a mean over the examples. You may call your `softmax`.
"""

SIGNATURE = '''
def softmax_gradient(logits, targets):
    """Gradient of the mean cross entropy with respect to the logits.

    Args:
        logits: Scores, shape (N, K).
        targets: Class of each row, integers, shape (N,).

    Returns:
        Gradient, shape (N, K); each row sums to 0.
    """
'''


def softmax_gradient(logits, targets):
    """(softmax - one-hot) / N."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p - np.eye(logits.shape[1])[targets]) / len(logits)


def _one(rng):
    return [
        Case((np.array([[0.0, 0.0]]), np.array([0])), "two equal scores"),
        Case((np.array([[1.0, 2.0, 3.0]]), np.array([2])), "the right class leads"),
        Case((np.log([[1.0, 2.0, 5.0]]), np.array([1])), "logarithms of 1, 2, 5"),
    ]


def _several(rng):
    return [
        Case((np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]), np.array([1, 0, 0])), "three rows"),
        Case((np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 4.0]]), np.array([0, 2])), "two rows"),
    ]


def _random(rng):
    cases = []
    for rows, classes in ((4, 3), (9, 5), (30, 10), (3, 1)):
        z, t = rng.normal(size=(rows, classes)) * 2, rng.integers(0, classes, size=rows)
        cases.append(Case((z, t), f"{rows} rows, {classes} classes", 1 / rows))
    z, t = rng.normal(size=(10, 6)), rng.integers(0, 3, size=5)
    cases.append(Case((z[::2, ::-2], t), "every second row"))
    cases.append(Case((z.astype(np.float32), rng.integers(0, 6, size=10)), "float32"))
    return cases


def _rows_sum_to_zero(ask, rng):
    z, t = rng.normal(size=(6, 4)) * 2, rng.integers(0, 4, size=6)
    grad = ask(z, t)
    sums = grad.sum(axis=1)
    if np.allclose(sums, 0, atol=1e-7):
        return None
    row = int(np.argmax(np.abs(sums)))
    return Finding(f"Row {row} sums to {sums[row]:.4g}, not to 0", args=(z, t), got=grad)


def _loss(z, t):
    m = z.max(axis=1)
    return float((m + np.log(np.exp(z - m[:, None]).sum(axis=1)) - z[np.arange(len(z)), t]).mean())


def _nudges(ask, rng):
    z, t, step = rng.normal(size=(3, 4)), rng.permutation(4)[:3], 1e-5  # three classes
    grad = ask(z, t)
    for index in np.ndindex(z.shape):
        nudge = np.zeros_like(z)
        nudge[index] = step
        slope = (_loss(z + nudge, t) - _loss(z - nudge, t)) / (2 * step)
        if abs(slope - grad[index]) > 1e-6 + 1e-4 * abs(slope):
            return Finding(
                f"Nudging the logit at {list(index)} by a hair changes the loss at the rate "
                f"{slope:.5g}; your gradient says {grad[index]:.5g}",
                args=(z, t),
                got=grad,
            )
    return None


def _large(rng):
    return [
        Case((np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([1, 1])), "scores of 1000", 1.0),
        Case((np.array([[1e4, -1e4, 0.0]]), np.array([1])), "±10000", 1.0),
        Case((np.array([[-1000.0, -1001.0], [1.0, 2.0]]), np.array([0, 1])), "far below 0", 1.0),
    ]


def _no_mean(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return p - np.eye(logits.shape[1])[targets]


def _wrong_sign(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (np.eye(logits.shape[1])[targets] - p) / len(logits)


def _no_target(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True) / len(logits)


def _over_all_numbers(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p - np.eye(logits.shape[1])[targets]) / logits.size


def _extra_slope(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p - np.eye(logits.shape[1])[targets]) * p * (1 - p) / len(logits)


def _every_pair(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[:, targets] -= 1
    return p / len(logits)


def _no_softmax(logits, targets):
    return (logits - np.eye(logits.shape[1])[targets]) / len(logits)


def _probability_of_target(logits, targets):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    grad = np.zeros_like(p)
    rows = np.arange(len(p))
    grad[rows, targets] = p[rows, targets] - 1
    return grad / len(logits)


def _unstable(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (p - np.eye(logits.shape[1])[targets]) / len(logits)


def _in_place(logits, targets):
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), targets] -= 1
    return p / len(p)


EXERCISE = Exercise(
    name="softmax_gradient",
    unit="logistic",
    title="The slope of cross entropy",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=softmax_gradient,
    returns=("grad",),
    uses=("softmax", "cross_entropy"),
    axes={"N": (("logits", 0), ("targets", 0))},
    checks=(
        Check("one", "One example", 2, cases=_one),
        Check("several", "Several examples", 2, cases=_several),
        Check("random", "Random logits", 2, cases=_random),
        Check(
            "rows",
            "Every row sums to 0",
            0.5,
            "property",
            examine=_rows_sum_to_zero,
            needs=("several",),
        ),
        Check(
            "nudges",
            "It agrees with nudging each logit by a hair",
            1,
            "gradient",
            examine=_nudges,
            needs=("one",),
        ),
        Check(
            "large",
            "Large logits (±10000) stay finite",
            1.5,
            "stability",
            cases=_large,
            needs=("one",),
        ),
    ),
    misconceptions=(
        Misconception(
            "no_mean",
            "The gradient of each example stands alone.",
            "One example is right; with N of them the gradient is N times too large.",
            _no_mean,
            (
                "By which factor does your gradient differ with three rows?",
                "Nudging one example's logits changes the mean loss by one N-th only.",
                "Divide by the number of rows.",
            ),
            "several",
        ),
        Misconception(
            "wrong_sign",
            "The gradient points towards smaller loss.",
            "Each number has the opposite sign.",
            _wrong_sign,
            (
                "If you raise the logit of the right class, does the loss rise or fall?",
                "It falls, so the gradient there is negative.",
                "It is softmax minus one-hot, not the other way round.",
            ),
            "one",
        ),
        Misconception(
            "no_target",
            "The gradient is the prediction.",
            "The right class is missing its -1, so the rows do not sum to 0.",
            _no_target,
            (
                "What does each row of your result sum to?",
                "Where in your code do the targets matter?",
                "Subtract 1 at the right class of each row, then divide by N.",
            ),
            "one",
        ),
        Misconception(
            "over_all_numbers",
            "The mean runs over all N times K numbers.",
            "The gradient is K times too small.",
            _over_all_numbers,
            (
                "Divide the expected numbers by yours. Which number do you recognise?",
                "The loss is a mean over examples; classes are not averaged.",
                "Divide by the number of rows, not by the number of all logits.",
            ),
            "one",
        ),
        Misconception(
            "extra_slope",
            "The slope p(1 - p) of the softmax stays in the chain.",
            "The gradient is too small, most of all for confident answers.",
            _extra_slope,
            (
                "Check your result by nudging one logit: does the loss change at this rate?",
                "The slope of the softmax cancels against the 1/p of the logarithm.",
                "Leave the factor p * (1 - p) away.",
            ),
            "one",
        ),
        Misconception(
            "every_pair",
            "p[:, targets] takes one number of each row.",
            "One example is right; with more, each row loses 1 in the columns of all targets.",
            _every_pair,
            (
                "Print the shape of p[:, targets] for three rows.",
                "You want row 0 with targets[0], row 1 with targets[1], and so on.",
                "Use p[np.arange(N), targets] -= 1.",
            ),
            "several",
        ),
        Misconception(
            "no_softmax",
            "Logits minus one-hot.",
            "The rows do not sum to 0, and large logits give large gradients.",
            _no_softmax,
            (
                "How large can a probability be? And the numbers you subtract the one-hot from?",
                "Prediction minus truth: the prediction is a probability.",
                "Apply your softmax to the logits first.",
            ),
            "one",
        ),
        Misconception(
            "probability_of_target",
            "Only the right class has a gradient.",
            "The other classes get 0, so the rows do not sum to 0.",
            _probability_of_target,
            (
                "Does the loss change if the logit of a wrong class rises?",
                "All the classes share the denominator, so each has a gradient.",
                "Keep the full row of probabilities and subtract 1 at the right class only.",
            ),
            "one",
        ),
        Misconception(
            "unstable",
            "The softmax formula can be typed in as it stands.",
            "All is right until a logit is large; then nan appears.",
            _unstable,
            (
                "What does np.exp(1000.0) give, and what is inf / inf?",
                "You have written a safe softmax already.",
                "Call your softmax here (or subtract each row's maximum first).",
            ),
            "large",
        ),
        Misconception(
            "in_place",
            "logits -= ... makes a new array.",
            "The numbers are right, and the caller's logits are changed.",
            _in_place,
            (
                "Print the logits before and after you call your function.",
                "-= writes into the very array that the caller gave you.",
                "Write shifted = logits - logits.max(...) and go on with shifted.",
            ),
            "form",
        ),
    ),
)
