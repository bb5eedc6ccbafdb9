"""The milestone: an autograd engine of one's own trains a net, and draws its graph."""

import numpy as np

from glia_grader.exercise import Exercise, Misconception
from glia_grader.exercises.backprop import own_engine_slips as slips
from glia_grader.exercises.backprop.own_engine import CHECKS

STATEMENT = r"""
Build the engine yourself: nodes that know how they came about, and a `backward` that needs no
formula of the net, only of its operations. Three of them are enough: add, multiply, tanh.

The net has tanh neurons in its hidden layers and one linear output; `sizes` says how many neurons
each layer has, the inputs first, such as `[2, 6, 5, 1]`. You cannot know it in advance, so let the
engine do the work. `start` holds all parameters in one vector: layer by layer, first the weights
row by row (a row for each neuron), then the biases. Train on half the mean squared error, and
return the trained vector in the same order.

Then show that it was your engine: return the graph of the net's output for *the first row of X*,
with the trained parameters. Nodes are listed inputs first, the output last: `ops` with 0 for a
number (an input, a parameter), 1 for add, 2 for multiply, 3 for tanh; `values`; `grads`, the
derivative of the output for each node; and `edges`, one row (from, to) for each use. How many nodes
there are depends on how you add up; any graph that is right counts.

Judged on new points, half the mean squared error has to be below 0.2 (always answering 0 has 0.5).
"""

SIGNATURE = '''
def train_autograd(X, y, sizes, start):
    """Train a net of tanh neurons with an engine of one's own, and return one graph of it.

    Args:
        X: Points in rows, shape (N, 2).
        y: Labels -1.0 or 1.0, shape (N,).
        sizes: Neurons in each layer, inputs first, output (1) last, integers.
        start: Parameters to start from, shape (P,); they stay as they are.

    Returns:
        (parameters, ops, values, grads, edges): trained parameters, shape (P,), and the graph of
        the output for X[0]: three arrays of shape (n,), and edges of shape (E, 2).
    """
'''


def train_autograd(X, y, sizes, start):
    """Nodes hold arrays for the training, and single numbers for the drawing."""

    class Node:
        def __init__(self, value, op=0, inputs=(), back=None):
            self.value, self.op, self.inputs, self.back = value, op, inputs, back
            self.grad = 0.0

        def __add__(self, other):
            return Node(self.value + other.value, 1, (self, other), lambda g: (g, g))

        def __mul__(self, other):
            a, b = self.value, other.value
            return Node(a * b, 2, (self, other), lambda g: (g * b, g * a))

        def __matmul__(self, other):
            a, b = self.value, other.value
            return Node(a @ b, 2, (self, other), lambda g: (g @ b.T, a.T @ g))

        def tanh(self):
            out = np.tanh(self.value)
            return Node(out, 3, (self,), lambda g: (g * (1 - out * out),))

        def backward(self, upstream):
            order, seen = [], set()

            def visit(node):
                if node not in seen:
                    seen.add(node)
                    for source in node.inputs:
                        visit(source)
                    order.append(node)

            visit(self)
            self.grad = upstream
            for node in reversed(order):
                if node.inputs:
                    for source, part in zip(node.inputs, node.back(node.grad), strict=True):
                        source.grad = source.grad + part
            return order

    def layers(vector):
        at = 0
        for k in range(len(sizes) - 1):
            m, n = sizes[k], sizes[k + 1]
            yield vector[at : at + m * n].reshape(n, m), vector[at + m * n : at + m * n + n]
            at += m * n + n

    parameters, speed = start.copy(), np.zeros(len(start))
    points, ones = Node(X), Node(np.ones((len(X), 1)))
    for _ in range(200):
        leaves, total, row = [], points, points
        for weight, bias in layers(parameters):
            leaves += [Node(weight.T), Node(bias[None, :])]
            total = row @ leaves[-2] + ones @ leaves[-1]
            row = total.tanh()
        error = total + Node(-y[:, None])
        (error * error).backward(np.full((len(X), 1), 0.5 / len(X)))
        gradient = np.concatenate([np.ravel(leaf.grad.T) for leaf in leaves])
        speed = 0.9 * speed - 0.1 * gradient
        parameters = parameters + speed

    row = [Node(v) for v in X[0]]
    for weight, bias in layers(parameters):
        sums = []
        for weights, c in zip(weight, bias, strict=True):
            total = Node(c)
            for w, source in zip(weights, row, strict=True):
                total = total + Node(w) * source
            sums.append(total)
        row = [total.tanh() for total in sums]
    order = sums[0].backward(1.0)
    number = {node: k for k, node in enumerate(order)}
    edges = [(number[source], number[node]) for node in order for source in node.inputs]
    ops, values, grads = (
        np.array([getattr(node, name) for node in order]) for name in ("op", "value", "grad")
    )
    return parameters, ops, values, grads, np.array(edges)


EXERCISE = Exercise(
    name="train_autograd",
    unit="backprop",
    title="Milestone: your own engine",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_autograd,
    returns=("parameters", "ops", "values", "grads", "edges"),
    points=6.0,
    uses=("topological_order",),
    time_limit=30.0,
    free=("ops", "values", "grads", "edges"),
    milestone=True,
    checks=CHECKS,
    misconceptions=(
        Misconception(
            "edges_turned",
            "Edges lead from the output to the inputs.",
            "All nodes are there, but every edge points the other way.",
            slips.edges_turned,
            (
                "Your first edge: was its first node computed from its second, or the reverse?",
                "An edge goes the way that the values go: from an input to what uses it.",
                "Swap the two columns of edges.",
            ),
            "graph",
        ),
        Misconception(
            "drawn_before",
            "The graph can be drawn before the training.",
            "The graph's numbers are the parameters to start from, not the trained ones.",
            slips.drawn_before,
            (
                "Which parameters are the numbers of your graph: the given or the trained ones?",
                "A graph remembers values. After each step a new one has to be built.",
                "Build the graph for X[0] after the training loop.",
            ),
            "graph",
        ),
        Misconception(
            "overwrites",
            "Backward sets a node's gradient.",
            "Nodes that are used several times know only one of their uses.",
            slips.overwrites,
            (
                "How often is the input x_1 used in your net? How often is its gradient set?",
                "Different ways to the output add up.",
                "In backward write grad += ..., never grad = ...",
            ),
            "grads",
        ),
        Misconception(
            "returns_start",
            "Computing gradients is training.",
            "The graph is right; the parameters are as they were given.",
            slips.returns_start,
            (
                "Compare the parameters that you return with start.",
                "backward changes nothing but gradients; a step has to be taken.",
                "After each backward: parameters = parameters - lr * gradient.",
            ),
            "learns",
        ),
        Misconception(
            "uphill",
            "The gradient is added.",
            "The graph is right; the error on new points is worse than at the start.",
            slips.uphill,
            (
                "Print the loss after each step. In which direction does it go?",
                "The gradient points uphill.",
                "Subtract lr times the gradient.",
            ),
            "learns",
        ),
        Misconception(
            "from_zeros",
            "Training can start from zeros.",
            "The graph is right; every point gets the same answer.",
            slips.from_zeros,
            (
                "What are your hidden neurons' outputs, and their gradients, in the first step?",
                "With all weights 0 no gradient gets through, and equal neurons would stay equal.",
                "Begin with start; its numbers are random on purpose.",
            ),
            "learns",
        ),
    ),
)
