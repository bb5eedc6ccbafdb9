"""The worked net: forward, backward and one step, with numbers that fit on a page."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Once in a life one should do this with a pencil; here the pencil is Python. Hidden sigmoid neurons
feed one sigmoid output, there are no biases, the loss is $E = \tfrac12 (y - t)^2$ with target $t$.

1. Forward: $h = \sigma(Wx)$, $y = \sigma(v^\top h)$.
2. Back: $\delta = (y - t)\,y(1 - y)$ for the output, and for hidden neuron $j$
   $\delta_j = \delta\, v_j\, h_j (1 - h_j)$.
3. Step: $v_j \leftarrow v_j - \eta\, \delta\, h_j$ and $w_{ji} \leftarrow w_{ji} - \eta\,
   \delta_j x_i$.

All derivatives belong to the *same* point: $\delta_j$ is made with the $v_j$ of before the step.
With $x = (0.35, 0.9)$, hidden weights $(0.1, 0.8)$ and $(0.4, 0.6)$, output weights $(0.3, 0.9)$,
$t = 0.5$ and $\eta = 1$ the output is 0.690 before the step and 0.682 after it. Do not round
between the steps.
"""

SIGNATURE = '''
def worked_net_step(x, W, v, target, lr):
    """One step of gradient descent for a net with one hidden layer and one output.

    Args:
        x: Input, shape (D,).
        W: Hidden weights, shape (H, D); row j belongs to hidden neuron j.
        v: Output weights, shape (H,).
        target: Target, a number.
        lr: Learning rate.

    Returns:
        (y, delta, W, v): the output and its delta before the step, a number each, and the weights
        after the step, shapes (H, D) and (H,).
    """
'''


def worked_net_step(x, W, v, target, lr):
    """Everything is computed before anything is changed."""
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    delta_hidden = delta * v * h * (1 - h)
    return y, delta, W - lr * np.outer(delta_hidden, x), v - lr * delta * h


_X = np.array([0.35, 0.9])
_W = np.array([[0.1, 0.8], [0.4, 0.6]])
_V = np.array([0.3, 0.9])


def _worked(rng):
    return [
        Case((_X, _W, _V, 0.5, 1.0), "the worked net"),
        Case((_X, _W, _V, 1.0, 2.0), "another target, twice the rate"),
        Case((np.array([1.0, -2.0, 0.5]), np.eye(3)[:2], -_V, 0.0, 0.5), "three inputs"),
    ]


def _random(rng):
    cases = []
    for size, hidden, lr in ((2, 3, 0.5), (4, 2, 3.0), (3, 3, 1.0), (1, 5, 0.1)):
        x, W, v = rng.normal(size=size), rng.normal(size=(hidden, size)), rng.normal(size=hidden)
        note = f"{size} inputs, {hidden} hidden neurons"
        cases.append(Case((x, W, 2 * v, float(rng.uniform()), lr), note))
    x, W, v = rng.normal(size=6), rng.normal(size=(4, 3)), rng.normal(size=4)
    cases.append(Case((x[::2], W[::2], v[::2], 0.25, 2.0), "strided"))
    single = (a.astype(np.float32) for a in (x[:3], W, v))
    cases.append(Case((*single, 0.5, 1.0), "float32"))
    return cases


def _no_output_slope(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = y - target
    delta_hidden = delta * v * h * (1 - h)
    return y, delta, W - lr * np.outer(delta_hidden, x), v - lr * delta * h


def _turned(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (target - y) * y * (1 - y)
    delta_hidden = delta * v * h * (1 - h)
    return y, delta, W - lr * np.outer(delta_hidden, x), v - lr * delta * h


def _uphill(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    delta_hidden = delta * v * h * (1 - h)
    return y, delta, W + lr * np.outer(delta_hidden, x), v + lr * delta * h


def _new_output_weights(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    v = v - lr * delta * h
    delta_hidden = delta * v * h * (1 - h)
    return y, delta, W - lr * np.outer(delta_hidden, x), v


def _step_in_place_first(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    v -= lr * delta * h
    W -= lr * np.outer(delta * v * h * (1 - h), x)
    return y, delta, W, v


def _no_hidden_slope(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    return y, delta, W - lr * np.outer(delta * v, x), v - lr * delta * h


def _frozen_hidden(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    return y, delta, W.copy(), v - lr * delta * h


def _output_after(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    delta_hidden = delta * v * h * (1 - h)
    W, v = W - lr * np.outer(delta_hidden, x), v - lr * delta * h
    return 1 / (1 + np.exp(-v @ (1 / (1 + np.exp(-W @ x))))), delta, W, v


def _columns(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    step = np.outer(x, delta * v * h * (1 - h)).reshape(W.shape)
    return y, delta, W - lr * step, v - lr * delta * h


def _in_place(x, W, v, target, lr):
    h = 1 / (1 + np.exp(-W @ x))
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - target) * y * (1 - y)
    W -= lr * np.outer(delta * v * h * (1 - h), x)
    v -= lr * delta * h
    return y, delta, W, v


EXERCISE = Exercise(
    name="worked_net_step",
    unit="backprop",
    title="A whole step by hand",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=worked_net_step,
    returns=("y", "delta", "W", "v"),
    uses=("delta_output", "delta_hidden"),
    axes={"D": (("x", 0), ("W", 1)), "H": (("W", 0), ("v", 0))},
    checks=(
        Check("forward", "The output before the step", 1.5, cases=_worked, parts=("y",)),
        Check("delta", "The output's delta", 1.5, cases=_worked, parts=("delta",)),
        Check("output", "The new output weights", 1.5, cases=_worked, parts=("v",)),
        Check("hidden", "The new hidden weights", 2, cases=_worked, parts=("W",)),
        Check("random", "Random nets", 2.5, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_output_slope",
            "The output's delta is its error.",
            "The factor y(1 - y) is missing in the delta, and in all that follows from it.",
            _no_output_slope,
            (
                "Your delta is 0.19 where 0.041 is asked. Which factor lies between them?",
                "The error has to pass the output's sigmoid on its way back.",
                "delta = (y - target) * y * (1 - y).",
            ),
            "delta",
        ),
        Misconception(
            "turned",
            "The delta is target minus output.",
            "The delta has the wrong sign, and the step goes uphill.",
            _turned,
            (
                "The output is above its target. Should delta be positive or negative?",
                "Delta is the derivative of E for the output's sum: positive where E would grow.",
                "Use y - target and subtract the step.",
            ),
            "delta",
        ),
        Misconception(
            "uphill",
            "The step is added.",
            "Deltas are right; all weights move the wrong way.",
            _uphill,
            (
                "Is the output nearer to the target after your step?",
                "Delta points to where E grows.",
                "Subtract lr times the derivative, for v and for W.",
            ),
            "output",
        ),
        Misconception(
            "new_output_weights",
            "The hidden layer sees the new output weights.",
            "The output weights are right; the hidden ones are off by a little.",
            _new_output_weights,
            (
                "Which v stands in your hidden deltas: the one from before or after the step?",
                "A gradient belongs to one point. Half moved, half not is another point.",
                "Compute all deltas first; change v and W after that.",
            ),
            "hidden",
        ),
        Misconception(
            "step_in_place_first",
            "The output weights can move as soon as their gradient is known.",
            "The hidden weights are off by a little, and the caller's weights have changed.",
            _step_in_place_first,
            (
                "Your line v -= ... comes before the hidden deltas. Which v do they see?",
                "A gradient belongs to one point, and -= moves that point (the caller's, too).",
                "Compute all deltas first; then v = v - ... and W = W - ..., into new arrays.",
            ),
            "hidden",
        ),
        Misconception(
            "no_hidden_slope",
            "The blame goes through the weights only.",
            "The output weights are right; the hidden step is too large.",
            _no_hidden_slope,
            (
                "By which factor is your hidden step too large? Compare with h(1 - h).",
                "The blame passes the hidden neuron's own sigmoid, too.",
                "delta_j = delta * v[j] * h[j] * (1 - h[j]).",
            ),
            "hidden",
        ),
        Misconception(
            "frozen_hidden",
            "Only the output weights learn.",
            "W comes back as it was.",
            _frozen_hidden,
            (
                "Compare the W that you return with the one that you were given.",
                "That hidden weights learn too is what backpropagation is for.",
                "Subtract lr * np.outer(delta_hidden, x) from W.",
            ),
            "hidden",
        ),
        Misconception(
            "output_after",
            "The output to return is the one after the step.",
            "The weights are right; y belongs to the new weights.",
            _output_after,
            (
                "Your first output is 0.682. When does the statement say that this comes?",
                "The pair (y, delta) describes the net before the step.",
                "Return the y of step 1.",
            ),
            "forward",
        ),
        Misconception(
            "columns",
            "A hidden neuron's weights stand in a column of W.",
            "The output weights are right; the hidden steps stand in the wrong places.",
            _columns,
            (
                "Which step does W[0, 1] get: the one with delta_0 x_1, or with delta_1 x_0?",
                "Row j belongs to neuron j: deltas down, inputs across.",
                "np.outer(delta_hidden, x), in this order.",
            ),
            "hidden",
        ),
        Misconception(
            "in_place",
            "W -= ... makes a new array.",
            "The numbers are right, but the caller's weights have changed.",
            _in_place,
            (
                "Print the W that you passed in, after the call.",
                "-= on an array changes that very array.",
                "Write W = W - ..., and v likewise.",
            ),
            "form",
        ),
    ),
)
