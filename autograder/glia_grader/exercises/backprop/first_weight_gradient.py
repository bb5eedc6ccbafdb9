"""The chain rule for one weight, through one, two, three neurons in a row."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A chain of single sigmoid neurons, without biases: $z_1 = w_1 x$, $a_1 = \sigma(z_1)$,
$z_2 = w_2 a_1$, and so on to $a_L$; at the end stands the cross entropy
$\ell = -y \log a_L - (1 - y)\log(1 - a_L)$. How does $\ell$ depend on the *first* weight? One
factor for each link of the chain:

$$ \frac{\partial \ell}{\partial w_1} = \underbrace{(a_L - y)}_{\partial \ell / \partial z_L} \cdot
\prod_{k=2}^{L} \underbrace{w_k}_{\partial z_k / \partial a_{k-1}} \cdot
\underbrace{a_{k-1}(1 - a_{k-1})}_{\partial a_{k-1} / \partial z_{k-1}} \cdot
\underbrace{x}_{\partial z_1 / \partial w_1} $$

At depth 1 the product is empty. With $z = 2$ and $y = 1$ the first factor is
$\sigma(2) - 1 = -0.1192$. Write out depth 2 and depth 3 on paper, then any depth in Python.
"""

SIGNATURE = '''
def first_weight_gradient(x, y, weights):
    """Derivative of the cross entropy of a chain of sigmoid neurons for its first weight.

    Args:
        x: Input, a number.
        y: Label 0 or 1.
        weights: One weight a neuron, the first neuron's first, shape (L,).

    Returns:
        The derivative, a number.
    """
'''


def first_weight_gradient(x, y, weights):
    """Forward with every output kept, then link by link back."""
    outputs = [x]
    for weight in weights:
        outputs.append(1 / (1 + np.exp(-weight * outputs[-1])))
    delta = outputs.pop() - y
    for weight in weights[:0:-1]:
        a = outputs.pop()
        delta = delta * weight * a * (1 - a)
    return delta * x


def _one(rng):
    return [
        Case((1.0, 1, np.array([2.0])), "z = 2, y = 1"),
        Case((-0.5, 0, np.array([3.0])), "a negative input"),
        Case((2.0, 0, np.array([0.0])), "weight 0"),
    ]


def _two(rng):
    return [
        Case((1.0, 1, np.array([2.0, -1.5])), "two neurons"),
        Case((0.5, 0, np.array([-1.0, 3.0])), "two other neurons"),
    ]


def _three(rng):
    return [
        Case((1.0, 1, np.array([2.0, -1.5, 0.5])), "three neurons"),
        Case((-2.0, 0, np.array([0.5, 1.0, -3.0])), "three other neurons"),
    ]


def _random(rng):
    cases = []
    for depth in (1, 2, 3, 4, 6):
        args = float(rng.normal()), int(rng.integers(0, 2)), 2 * rng.normal(size=depth)
        cases.append(Case(args, f"depth {depth}"))
    weights = rng.normal(size=8)
    cases.append(Case((0.75, 1, weights[::-3]), "strided"))
    return cases


def _loss(x, y, weights):
    for weight in weights[:-1]:
        x = 1 / (1 + np.exp(-weight * x))
    z = weights[-1] * x
    return float(np.logaddexp(0.0, z) - y * z)


def _nudges(ask, rng):
    for depth in (1, 2, 3):
        x, weights = 1.0 + float(rng.uniform()), rng.uniform(0.5, 2.0, size=depth)
        nudge = 1e-5 * np.eye(depth)[0]
        slope = (_loss(x, 1, weights + nudge) - _loss(x, 1, weights - nudge)) / 2e-5
        mine = float(ask(x, 1, weights))
        if abs(slope - mine) > 1e-9 + 1e-4 * abs(slope):
            return Finding(
                f"At depth {depth}, nudging the first weight by a hair changes the loss at the "
                f"rate {slope:.5g}; your derivative says {mine:.5g}",
                args=(x, 1, weights),
                got=mine,
            )
    return None


def _forgets_input(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = outputs[-1] - y
    for k in range(1, len(weights)):
        grad = grad * weights[k] * outputs[k] * (1 - outputs[k])
    return grad


def _slope_at_the_end(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = (outputs[-1] - y) * outputs[-1] * (1 - outputs[-1])
    for k in range(1, len(weights)):
        grad = grad * weights[k] * outputs[k] * (1 - outputs[k])
    return grad * x


def _turned(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = y - outputs[-1]
    for k in range(1, len(weights)):
        grad = grad * weights[k] * outputs[k] * (1 - outputs[k])
    return grad * x


def _no_slopes(x, y, weights):
    a = x
    for w in weights:
        a = 1 / (1 + np.exp(-w * a))
    return (a - y) * np.prod(weights[1:]) * x


def _no_weights(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = outputs[-1] - y
    for k in range(1, len(weights)):
        grad = grad * outputs[k] * (1 - outputs[k])
    return grad * x


def _to_the_input(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = (outputs[-1] - y) * weights[0]
    for k in range(1, len(weights)):
        grad = grad * weights[k] * outputs[k] * (1 - outputs[k])
    return grad


def _last_weight(x, y, weights):
    before, a = x, x
    for w in weights:
        before, a = a, 1 / (1 + np.exp(-w * a))
    return (a - y) * before


def _adds_links(x, y, weights):
    outputs = [x]
    for w in weights:
        outputs.append(1 / (1 + np.exp(-w * outputs[-1])))
    grad = outputs[-1] - y
    for k in range(1, len(weights)):
        grad = grad + weights[k] * outputs[k] * (1 - outputs[k])
    return grad * x


EXERCISE = Exercise(
    name="first_weight_gradient",
    unit="backprop",
    title="The chain rule for one weight",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=first_weight_gradient,
    checks=(
        Check("one", "Depth 1", 2, cases=_one),
        Check("two", "Depth 2", 2, cases=_two),
        Check("three", "Depth 3", 2, cases=_three),
        Check("random", "Random chains of any depth", 2, cases=_random),
        Check(
            "nudges",
            "The loss changes as the derivative says",
            1,
            "gradient",
            examine=_nudges,
            needs=("one",),
        ),
    ),
    misconceptions=(
        Misconception(
            "forgets_input",
            "The chain ends at the first sum.",
            "The last factor x is missing.",
            _forgets_input,
            (
                "What is the derivative of z_1 = w_1 x for w_1?",
                "You have the derivative for z_1; one link is left.",
                "Multiply by x at the end.",
            ),
            "one",
        ),
        Misconception(
            "slope_at_the_end",
            "The last sigmoid has its slope in the chain, too.",
            "Every derivative is too small by the last neuron's a(1 - a).",
            _slope_at_the_end,
            (
                "With z = 2 and y = 1, is your first factor -0.1192?",
                "With cross entropy the last slope has cancelled already.",
                "Start with a - y alone.",
            ),
            "one",
        ),
        Misconception(
            "turned",
            "The chain starts with y - a.",
            "Every derivative has the wrong sign.",
            _turned,
            (
                "Label 1 and a positive input: should a larger weight raise the loss?",
                "The loss falls as a rises towards 1: its derivative is negative there.",
                "Start with a - y, not with y - a.",
            ),
            "one",
        ),
        Misconception(
            "no_slopes",
            "Hidden neurons pass derivatives on unchanged.",
            "Depth 1 is right; deeper chains lack the hidden slopes a(1 - a).",
            _no_slopes,
            (
                "How many factors has your chain at depth 2? Count the links in the formula.",
                "Each hidden sigmoid on the way contributes its slope.",
                "Multiply by a * (1 - a) of every hidden neuron.",
            ),
            "two",
        ),
        Misconception(
            "no_weights",
            "Only sigmoids stand in the chain.",
            "Depth 1 is right; deeper chains lack the weights in between.",
            _no_weights,
            (
                "What is the derivative of z_2 = w_2 a_1 for a_1?",
                "Each later weight scales what the first neuron can do.",
                "Multiply by weights[1], weights[2], ... as well.",
            ),
            "two",
        ),
        Misconception(
            "to_the_input",
            "The way back ends at the input.",
            "The last factor is the first weight where x should stand.",
            _to_the_input,
            (
                "Which of the two in z_1 = w_1 x do you take the derivative for?",
                "Derivative for x: w_1. Derivative for w_1: x.",
                "Let the last factor be x, and leave weights[0] out.",
            ),
            "one",
        ),
        Misconception(
            "last_weight",
            "The derivative for the last weight is as good.",
            "Depth 1 is right; deeper chains give the last weight's derivative.",
            _last_weight,
            (
                "For which weight is (a_L - y) times the output before it?",
                "That is where the chain begins; the first weight lies at its other end.",
                "Go on: multiply by w_k and a(1 - a), link by link, down to x.",
            ),
            "two",
        ),
        Misconception(
            "adds_links",
            "Links of a chain are added up.",
            "Depth 1 is right; deeper chains add where they should multiply.",
            _adds_links,
            (
                "If one hidden neuron has slope 0, what gets through your chain?",
                "Along a path derivatives multiply; only different paths add up.",
                "Multiply the factors of all links.",
            ),
            "two",
        ),
    ),
)
