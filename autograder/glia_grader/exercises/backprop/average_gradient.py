"""The batch version with accumulators, an average, and a penalty that spares the intercepts."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
So far: one example. For a whole data set let accumulators add up what each example says, average,
and add the penalty's share. The net has one hidden layer and one output, all sigmoids, written with
the intercepts in column 0: $a^{(1)} = (1, x)$, $h = \sigma(\Theta_1 a^{(1)})$, $a^{(2)} = (1, h)$,
$a = \sigma(\Theta_2 a^{(2)})$. The objective is

$$ J = \frac1m \sum_{n=1}^m \mathcal L_n + \frac{\lambda}{2} \sum_{i \ge 1} \theta_{ji}^2, \qquad
\mathcal L = -y \log a - (1 - y)\log(1 - a) $$

where the second sum runs over all numbers of $\Theta_1$ and $\Theta_2$ *but the intercepts*: moving
a neuron's threshold does not make the net wilder.

For each example compute $\delta^{(3)} = a - y$, then
$\delta^{(2)} = (\delta^{(3)} \Theta_2)_{\text{without column } 0} \odot h \odot (1 - h)$, and add
$\delta^{(3)} a^{(2)}$ and $\delta^{(2)} a^{(1)}$ (outer products) to the accumulators.
"""

SIGNATURE = '''
def average_gradient(X, y, theta1, theta2, lam):
    """Gradient of the regularised mean cross entropy of a net with one hidden layer.

    Args:
        X: Examples in rows, shape (N, D).
        y: Labels 0 or 1, shape (N,).
        theta1: Hidden layer with its intercepts in column 0, shape (H, 1 + D).
        theta2: Output neuron with its intercept in column 0, shape (1, 1 + H).
        lam: Strength of the penalty lam / 2 * (sum of squares without the intercepts).

    Returns:
        (grad1, grad2), shaped like theta1 and theta2.
    """
'''


def average_gradient(X, y, theta1, theta2, lam):
    """Accumulate example by example, average, add the penalty's share."""
    total1, total2 = np.zeros_like(theta1), np.zeros_like(theta2)
    for x, label in zip(X, y, strict=True):
        a1 = np.append(1.0, x)
        h = 1 / (1 + np.exp(-theta1 @ a1))
        a2 = np.append(1.0, h)
        delta3 = 1 / (1 + np.exp(-theta2 @ a2)) - label
        delta2 = (delta3 @ theta2)[1:] * h * (1 - h)
        total1 += np.outer(delta2, a1)
        total2 += np.outer(delta3, a2)
    grad1, grad2 = total1 / len(X), total2 / len(X)
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1, grad2


_X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, -2.0], [3.0, 1.0]])
_Y = np.array([1, 0, 1, 0])
_T1 = np.array([[0.5, 1.0, -1.0], [-0.25, 0.5, 2.0]])
_T2 = np.array([[0.5, -1.5, 2.0]])


def _one(rng):
    return [
        Case((_X[:1], _Y[:1], _T1, _T2, 0.0), "one example, no penalty"),
        Case((_X[1:2], _Y[1:2], _T1[:1], _T2[:, :2], 0.0), "one hidden neuron"),
    ]


def _several(rng):
    return [
        Case((_X[:2], _Y[:2], _T1, _T2, 0.0), "two examples, no penalty"),
        Case((_X, _Y, _T1, _T2, 0.0), "four examples, no penalty"),
    ]


def _penalty(rng):
    return [
        Case((_X[:2], _Y[:2], _T1, _T2, 0.5), "two examples, penalty 0.5"),
        Case((_X[1:], _Y[1:], -_T1, _T2, 3.0), "three examples, penalty 3"),
    ]


def _random(rng):
    cases = []
    for rows, size, hidden, lam in ((5, 3, 2, 0.3), (9, 1, 4, 0.05), (3, 4, 3, 1.5)):
        X, y = rng.normal(size=(rows, size)), rng.integers(0, 2, size=rows)
        thetas = rng.normal(size=(hidden, 1 + size)), rng.normal(size=(1, 1 + hidden))
        cases.append(Case((X, y, *thetas, lam), f"{rows} examples, {hidden} hidden", 1.0))
    X, y = rng.normal(size=(8, 2)), rng.integers(0, 2, size=8)
    theta1, theta2 = rng.normal(size=(3, 3)), rng.normal(size=(1, 4))
    cases.append(Case((X[::2], y[::2], theta1[::-1], theta2, 0.2), "every second row", 1.0))
    single = (a.astype(np.float32) for a in (theta1, theta2))
    cases.append(Case((X.astype(np.float32), y, *single, 0.1), "float32", 1.0))
    return cases


def _objective(X, y, theta1, theta2, lam):
    hidden = 1 / (1 + np.exp(-(X @ theta1[:, 1:].T + theta1[:, 0])))
    z = hidden @ theta2[0, 1:] + theta2[0, 0]
    penalty = np.sum(theta1[:, 1:] ** 2) + np.sum(theta2[:, 1:] ** 2)
    return float(np.mean(np.logaddexp(0.0, z) - y * z) + lam / 2 * penalty)


def _nudges(ask, rng):
    X, y = rng.normal(size=(4, 2)), rng.integers(0, 2, size=4)
    thetas = [rng.normal(size=(2, 3)), rng.normal(size=(1, 3))]
    gradients = ask(X, y, *thetas, 0.7)
    for k, name in enumerate(("theta1", "theta2")):
        for place in np.ndindex(*thetas[k].shape):
            rise = []
            for step in (1e-5, -1e-5):
                moved = [t.copy() for t in thetas]
                moved[k][place] += step
                rise.append(_objective(X, y, moved[0], moved[1], 0.7))
            slope, mine = (rise[0] - rise[1]) / 2e-5, float(gradients[k][place])
            if abs(slope - mine) > 1e-7 + 1e-4 * abs(slope):
                return Finding(
                    f"Nudging {name}[{place[0]}, {place[1]}] by a hair changes J at the rate "
                    f"{slope:.5g}; your gradient says {mine:.5g}",
                    args=(X, y, *thetas, 0.7),
                    got=gradients,
                )
    return None


def _summed(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    grad1, grad2 = d2.T @ A, d3.T @ B
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1, grad2


def _intercepts_too(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    return d2.T @ A / len(X) + lam * theta1, d3.T @ B / len(X) + lam * theta2


def _twice_lambda(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    grad1, grad2 = d2.T @ A / len(X), d3.T @ B / len(X)
    grad1[:, 1:] += 2 * lam * theta1[:, 1:]
    grad2[:, 1:] += 2 * lam * theta2[:, 1:]
    return grad1, grad2


def _lambda_averaged(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    grad1, grad2 = d2.T @ A, d3.T @ B
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1 / len(X), grad2 / len(X)


def _frozen_intercepts(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    grad1, grad2 = d2.T @ A / len(X) + lam * theta1, d3.T @ B / len(X) + lam * theta2
    grad1[:, 0] = grad2[:, 0] = 0.0
    return grad1, grad2


def _last_example(X, y, theta1, theta2, lam):
    for x, label in zip(X, y, strict=True):
        a1 = np.append(1.0, x)
        h = 1 / (1 + np.exp(-theta1 @ a1))
        a2 = np.append(1.0, h)
        delta3 = 1 / (1 + np.exp(-theta2 @ a2)) - label
        delta2 = (delta3 @ theta2)[1:] * h * (1 - h)
        grad1, grad2 = np.outer(delta2, a1) / len(X), np.outer(delta3, a2) / len(X)
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1, grad2


def _turned(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = y[:, None] - 1 / (1 + np.exp(-B @ theta2.T))
    d2 = (d3 @ theta2)[:, 1:] * H * (1 - H)
    grad1, grad2 = d2.T @ A / len(X), d3.T @ B / len(X)
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1, grad2


def _wrong_column(X, y, theta1, theta2, lam):
    A = np.column_stack([np.ones(len(X)), X])
    H = 1 / (1 + np.exp(-A @ theta1.T))
    B = np.column_stack([np.ones(len(X)), H])
    d3 = 1 / (1 + np.exp(-B @ theta2.T)) - y[:, None]
    d2 = (d3 @ theta2)[:, :-1] * H * (1 - H)
    grad1, grad2 = d2.T @ A / len(X), d3.T @ B / len(X)
    grad1[:, 1:] += lam * theta1[:, 1:]
    grad2[:, 1:] += lam * theta2[:, 1:]
    return grad1, grad2


EXERCISE = Exercise(
    name="average_gradient",
    unit="backprop",
    title="Accumulate, average, regularise",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=average_gradient,
    returns=("grad1", "grad2"),
    uses=("delta_output", "delta_hidden"),
    axes={"N": (("X", 0), ("y", 0)), "D": (("X", 1),)},
    checks=(
        Check("one", "One example, no penalty", 2, cases=_one),
        Check("several", "Several examples, no penalty", 2, cases=_several),
        Check("penalty", "With a penalty", 2, cases=_penalty),
        Check("random", "Random nets", 2, cases=_random),
        Check(
            "nudges",
            "The objective changes as the gradients say",
            1,
            "gradient",
            examine=_nudges,
            needs=("one",),
        ),
    ),
    misconceptions=(
        Misconception(
            "summed",
            "The accumulators are the gradient.",
            "One example is right; with several the sum is returned, not the mean.",
            _summed,
            (
                "If every example stood in the data twice, should the gradient double?",
                "J has 1/m before its sum.",
                "Divide both accumulators by len(X) before the penalty is added.",
            ),
            "several",
        ),
        Misconception(
            "intercepts_too",
            "The penalty concerns every number of theta.",
            "Without a penalty all is right; with one, column 0 is off.",
            _intercepts_too,
            (
                "Look at column 0 of both gradients: how far off are they, in units of lam?",
                "The penalty leaves the intercepts alone: they only move thresholds.",
                "Add lam * theta[:, 1:] to grad[:, 1:] only.",
            ),
            "penalty",
        ),
        Misconception(
            "twice_lambda",
            "The penalty's derivative is 2 lambda theta.",
            "The penalty's share is twice as large as it should be.",
            _twice_lambda,
            (
                "What is the derivative of lam / 2 * theta²?",
                "2 lambda theta belongs to lambda theta², without the one half. Texts mix the two.",
                "Add lam * theta.",
            ),
            "penalty",
        ),
        Misconception(
            "lambda_averaged",
            "The penalty is averaged too.",
            "The penalty's share is too small by the number of examples.",
            _lambda_averaged,
            (
                "Should twice as much data halve the penalty's share here?",
                "In J the factor 1/m stands before the sum of losses only.",
                "Divide by len(X) first, add lam * theta afterwards.",
            ),
            "penalty",
        ),
        Misconception(
            "frozen_intercepts",
            "Intercepts that are not regularised are not trained.",
            "Column 0 of both gradients is 0.",
            _frozen_intercepts,
            (
                "What does a step downhill do to your intercepts?",
                "They are spared the penalty, not the loss.",
                "Leave column 0 of the averaged accumulators as it is.",
            ),
            "one",
        ),
        Misconception(
            "last_example",
            "Each example replaces the one before.",
            "With several examples only the last one counts.",
            _last_example,
            (
                "After your loop, what do total1 and total2 know of the first example?",
                "Accumulators start at 0 before the loop, and every example adds to them.",
                "Use += in the loop, not =.",
            ),
            "several",
        ),
        Misconception(
            "turned",
            "The output's delta is label minus output.",
            "The loss's share has the wrong sign; the penalty's share is right.",
            _turned,
            (
                "Label 1, output 0.6: should the output's intercept have a negative gradient?",
                "Some texts write y - a here and a - y there; the derivative is a - y.",
                "Write output - label.",
            ),
            "one",
        ),
        Misconception(
            "wrong_column",
            "The intercept stands at the end.",
            "theta2's gradient is right; the hidden deltas come from shifted weights.",
            _wrong_column,
            (
                "Which column of theta2 belongs to no hidden neuron?",
                "The constant 1 comes first, so delta @ theta2 has one entry too many in front.",
                "Drop the first entry: [1:], not the last.",
            ),
            "one",
        ),
    ),
)
