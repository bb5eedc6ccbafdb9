"""Two gates in a row: forward keeps what backward needs."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Every operation of a net is a *gate*. Forward it computes, and saves what it will need. Backward it
gets one number from above, $\partial \mathcal L / \partial \text{out}$ (`upstream`), and multiplies
it by its own *local* derivative. No gate knows the net around it. Put two in a row, for arrays of
any shape, element by element:

$$ p = a\,b, \qquad \text{out} = \max(0, p) $$

The local derivatives are $\partial p/\partial a = b$, $\partial p/\partial b = a$, and for the ReLU
1 where $p > 0$ and 0 elsewhere, the bend $p = 0$ included. Return the output and both gradients,
$\partial \mathcal L/\partial a$ and $\partial \mathcal L/\partial b$.
"""

SIGNATURE = '''
def multiply_relu(a, b, upstream):
    """Forward and backward through a multiply gate and a ReLU gate.

    Args:
        a: Any shape.
        b: The same shape.
        upstream: dL/d(out), the same shape.

    Returns:
        (out, grad_a, grad_b), all of that shape.
    """
'''


def multiply_relu(a, b, upstream):
    """Back through the ReLU first, then through the product."""
    product = a * b
    back = np.where(product > 0, upstream, 0.0)
    return np.maximum(product, 0.0), back * b, back * a


def _open(rng):
    a, b = np.array([2.0, -3.0, 0.5]), np.array([1.5, -1.0, 4.0])
    return [
        Case((a, b, np.array([1.0, 1.0, 1.0])), "all products positive, upstream 1"),
        Case((a, b, np.array([-2.0, 0.5, 3.0])), "another upstream"),
    ]


def _silent(rng):
    a = np.array([[2.0, -1.0], [3.0, 0.5]])
    b = np.array([[1.0, 2.0], [-4.0, 2.0]])
    return [
        Case((a, b, np.array([[1.0, 1.0], [1.0, -2.0]])), "some products negative"),
        Case((-a, b, np.array([[-1.0, 3.0], [0.25, 1.0]])), "others negative"),
    ]


def _random(rng):
    cases = []
    for shape in ((6,), (3, 4), (2, 3, 2)):
        cases.append(Case(tuple(rng.normal(size=shape) for _ in range(3)), f"shape {shape}", 1.0))
    a, b, upstream = (rng.normal(size=(6, 4)) for _ in range(3))
    cases.append(Case((a[::2], b[::2, ::-1], upstream[::-2]), "strided", 1.0))
    single = (v.astype(np.float32) for v in (a, b, upstream))
    cases.append(Case(tuple(single), "float32", 1.0))
    return cases


def _bend(rng):
    a, b = np.array([0.0, 2.0, 0.0, 1.0]), np.array([3.0, 0.0, 0.0, 2.0])
    return [Case((a, b, np.array([1.0, -1.0, 2.0, 0.5])), "products that are exactly 0")]


def _own_input(a, b, upstream):
    product = a * b
    back = upstream * (product > 0)
    return np.maximum(product, 0.0), back * a, back * b


def _no_upstream(a, b, upstream):
    product = a * b
    back = np.where(product > 0, 1.0, 0.0)
    return np.maximum(product, 0.0), back * b, back * a


def _no_mask(a, b, upstream):
    return np.maximum(a * b, 0.0), upstream * b, upstream * a


def _mask_of_upstream(a, b, upstream):
    back = np.maximum(upstream, 0.0)
    return np.maximum(a * b, 0.0), back * b, back * a


def _like_a_sum(a, b, upstream):
    product = a * b
    back = upstream * (product > 0)
    return np.maximum(product, 0.0), back, back.copy()


def _value_for_slope(a, b, upstream):
    out = np.maximum(a * b, 0.0)
    return out, upstream * out * b, upstream * out * a


def _steep_at_zero(a, b, upstream):
    product = a * b
    back = upstream * (product >= 0)
    return np.maximum(product, 0.0), back * b, back * a


def _no_relu_forward(a, b, upstream):
    product = a * b
    back = upstream * (product > 0)
    return product, back * b, back * a


def _in_place(a, b, upstream):
    out = np.maximum(a * b, 0.0)
    upstream *= out > 0
    return out, upstream * b, upstream * a


EXERCISE = Exercise(
    name="multiply_relu",
    unit="backprop",
    title="Two gates, forward and backward",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=multiply_relu,
    returns=("out", "grad_a", "grad_b"),
    axes={"first": (("a", 0), ("b", 0), ("upstream", 0))},
    checks=(
        Check("open", "All ReLUs let through", 3, cases=_open),
        Check("silent", "Some are silent", 3, cases=_silent),
        Check("random", "Random arrays", 2, cases=_random),
        Check("bend", "At the bend", 1, "property", cases=_bend),
    ),
    misconceptions=(
        Misconception(
            "own_input",
            "An input's gradient is made with that input.",
            "The two gradients are swapped.",
            _own_input,
            (
                "If b is 0, can changing a change the product? What does your grad_a say?",
                "The derivative of a * b for a is b.",
                "grad_a takes b, grad_b takes a: the multiply gate swaps its inputs.",
            ),
            "open",
        ),
        Misconception(
            "no_upstream",
            "A gate's gradient is its local derivative.",
            "With upstream 1 all is right; upstream has no effect.",
            _no_upstream,
            (
                "Which argument does your code never use?",
                "The local derivative tells how out changes; upstream tells what that is worth.",
                "Multiply by upstream.",
            ),
            "open",
        ),
        Misconception(
            "no_mask",
            "On the way back the ReLU does nothing.",
            "Where the ReLU is silent the gradients should be 0.",
            _no_mask,
            (
                "Where out is 0, does a small change of a change out?",
                "A ReLU that is silent forward lets nothing through backward.",
                "Set upstream to 0 wherever a * b is not positive.",
            ),
            "silent",
        ),
        Misconception(
            "mask_of_upstream",
            "Going back, the ReLU cuts what comes from above.",
            "Negative upstream is lost; silent ReLUs let gradients through.",
            _mask_of_upstream,
            (
                "Can a gradient be negative where the ReLU lets through?",
                "The forward value decides whether the gate is open, not the sign of upstream.",
                "Keep the product of the forward pass and use product > 0 as the mask.",
            ),
            "open",
        ),
        Misconception(
            "like_a_sum",
            "Every gate hands the upstream to both inputs.",
            "Both gradients are the same.",
            _like_a_sum,
            (
                "If b is 10, how much does a change of a by 1 change the product?",
                "That is what a plus gate does; a multiply gate scales by the other input.",
                "Multiply by b for grad_a and by a for grad_b.",
            ),
            "open",
        ),
        Misconception(
            "value_for_slope",
            "The ReLU's derivative is its output.",
            "Open gates scale their gradient by what they let through.",
            _value_for_slope,
            (
                "Where a ReLU is open, how steep is it?",
                "Its slope is 1, however large its output.",
                "Use a mask of zeros and ones: product > 0.",
            ),
            "open",
        ),
        Misconception(
            "no_relu_forward",
            "out is the product.",
            "Gradients are right; out is negative in places.",
            _no_relu_forward,
            (
                "Can out be negative?",
                "The mask is for the way back; the way forward has a ReLU too.",
                "Return np.maximum(product, 0) as out.",
            ),
            "silent",
        ),
        Misconception(
            "steep_at_zero",
            "At its bend a ReLU has slope 1.",
            "Only products that are exactly 0 come out wrong.",
            _steep_at_zero,
            (
                "What is your mask where the product is exactly 0?",
                "The convention here, as in PyTorch, is slope 0 at the bend.",
                "Write product > 0, not >= 0.",
            ),
            "bend",
        ),
        Misconception(
            "in_place",
            "upstream *= ... makes a new array.",
            "The numbers are right, but the caller's upstream has changed.",
            _in_place,
            (
                "Print the upstream that you passed in, after the call.",
                "*= on an array changes that very array; another gate may still need it.",
                "Write back = upstream * mask.",
            ),
            "form",
        ),
    ),
)
