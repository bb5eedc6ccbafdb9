"""How the milestone of this unit is judged: on its graph, on its slopes, on what it has learnt."""

from itertools import pairwise

import numpy as np
from numpy.random import Generator

from glia_grader.exercise import Check, Finding

__all__ = ["CHECKS", "GOOD", "loss", "output", "task"]

TRAINING, HELD_OUT = 80, 200
LEARNS, GOOD = 0.35, 0.2
NUMBER, ADD, MULTIPLY, TANH = range(4)


def task(rng: Generator):
    """Arguments of the call, and the points that are kept back: a bent ring around a disc."""
    sizes = np.array([2, *rng.integers(5, 9, size=rng.integers(1, 3)), 1])
    inside = rng.integers(0, 2, size=TRAINING + HELD_OUT)
    radius = np.where(inside, 0.5, 1.5) + 0.1 * rng.normal(size=len(inside))
    angle = rng.uniform(0, 2 * np.pi, size=len(inside))
    X = np.column_stack([1.3 * np.cos(angle), 0.8 * np.sin(angle)]) * radius[:, None]
    turn = rng.uniform(0, np.pi)
    X = X @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    X = X + rng.uniform(-0.4, 0.4, size=2)
    # Which of the two is +1 changes: parameters that were trained elsewhere are of no use.
    y = np.where(inside, 1.0, -1.0) * rng.choice([-1.0, 1.0])
    start = [
        np.concatenate([rng.normal(size=m * n) / np.sqrt(m), 0.1 * rng.normal(size=n)])
        for m, n in pairwise(sizes)
    ]
    given = (X[:TRAINING], y[:TRAINING], sizes, np.concatenate(start))
    return given, (X[TRAINING:], y[TRAINING:])


def _layers(parameters, sizes):
    """The weights and biases in a vector, layer by layer."""
    found, at = [], 0
    for m, n in pairwise(sizes):
        found.append((parameters[at : at + m * n].reshape(n, m), parameters[at + m * n :][:n]))
        at += m * n + n
    return found


def output(parameters, sizes, X):
    """What the net answers, and the outputs of all layers on the way."""
    outputs, layers = [X], _layers(parameters, sizes)
    for k, (weight, bias) in enumerate(layers):
        z = outputs[-1] @ weight.T + bias
        outputs.append(np.tanh(z) if k < len(layers) - 1 else z)
    return outputs[-1][:, 0], outputs


def _gradient(parameters, sizes, X, upstream):
    """Gradient of sum(upstream * output), in the order of the parameters."""
    _, outputs = output(parameters, sizes, X)
    delta, parts = upstream[:, None], []
    for k, (weight, _) in reversed(list(enumerate(_layers(parameters, sizes)))):
        parts.append(np.concatenate([(delta.T @ outputs[k]).ravel(), delta.sum(axis=0)]))
        delta = (delta @ weight) * (1 - outputs[k] ** 2)
    return np.concatenate(parts[::-1])


def loss(parameters, sizes, X, y):
    """Half the mean squared error."""
    return float(0.5 * np.mean((output(parameters, sizes, X)[0] - y) ** 2))


def _inputs(ops, edges):
    """For each node the nodes that it was computed from, or a sentence on what is wrong."""
    n = len(ops)
    if edges.ndim != 2 or edges.shape[1:] != (2,):
        return "edges should have two columns, from and to"
    if not np.isin(ops, (NUMBER, ADD, MULTIPLY, TANH)).all():
        return "ops may hold 0 (number), 1 (add), 2 (multiply) and 3 (tanh) only"
    if not np.isin(edges, np.arange(n)).all():
        return f"edges should name nodes 0 to {n - 1}, for there are {n} ops"
    if (edges[:, 0] >= edges[:, 1]).any():
        return "an edge should lead from a node to a later one: inputs come before what uses them"
    inputs = [[] for _ in range(n)]
    for source, target in edges.astype(int).tolist():
        inputs[target].append(source)
    for k, found in enumerate(inputs):
        if (ops[k] == NUMBER) != (not found):
            what = "an operation without an input" if not found else "a number with an input"
            return f"node {k} is {what}"
        if ops[k] == TANH and len(found) != 1:
            return f"node {k} is a tanh and has {len(found)} inputs"
    return inputs


def _slopes(ops, values, inputs):
    """Derivatives of the last node for all nodes: the way back through a stranger's graph."""
    slopes = np.zeros(len(ops))
    slopes[-1] = 1.0
    for k in reversed(range(len(ops))):
        for place, source in enumerate(inputs[k]):
            local = 1.0
            if ops[k] == TANH:
                local = 1 - values[k] ** 2
            elif ops[k] == MULTIPLY:
                local = np.prod([values[s] for p, s in enumerate(inputs[k]) if p != place])
            slopes[source] += slopes[k] * local
    return slopes


def _graph_fault(X, sizes, parameters, ops, values, edges):
    """What is wrong with the graph of the output for X[0], or ""; and whether it names values."""
    inputs = _inputs(ops, edges)
    if isinstance(inputs, str):
        return inputs
    if len(values) != len(ops):
        return f"there are {len(ops)} ops and {len(values)} values"
    rule = {ADD: np.sum, MULTIPLY: np.prod, TANH: lambda found: np.tanh(found[0])}
    for k, found in enumerate(inputs):
        if found and not np.isclose(values[k], rule[int(ops[k])](values[found]), atol=1e-9):
            return f"the value of node {k} is not what its operation makes of its inputs"
    answer = output(parameters, sizes, X[:1])[0][0]
    if not np.isclose(values[-1], answer, atol=1e-9):
        return "the last node is not what your net, with the returned parameters, says to X[0]"
    slopes, numbers = _slopes(ops, values, inputs), ops == NUMBER
    wanted = _gradient(parameters, sizes, X[:1], np.ones(1))
    for i, (value, slope) in enumerate(zip(parameters, wanted, strict=True)):
        uses = numbers & np.isclose(values, value, rtol=1e-9, atol=1e-12)
        if not uses.any():
            return f"parameter {i} is not among the graph's numbers"
        if not np.isclose(slopes[uses].sum(), slope, atol=1e-9):
            return f"parameter {i} does not act on the output as it should: are edges missing?"
    return ""


def _graph(ask, rng):
    (X, y, sizes, start), _ = task(rng)
    parameters, ops, values, _, edges = ask(X, y, sizes, start)
    fault = _graph_fault(X, sizes, parameters, ops, values, edges)
    if not fault:
        return None
    return Finding(
        f"In your graph {fault}", safe="Your graph is not the one of the net's output for X[0]"
    )


def _grads(ask, rng):
    (X, y, sizes, start), _ = task(rng)
    _, ops, values, grads, edges = ask(X, y, sizes, start)
    inputs = _inputs(ops, edges)
    if isinstance(inputs, str) or len(grads) != len(ops) or len(values) != len(ops):
        return Finding("There should be one number in grads for each node")
    want = _slopes(ops, values, inputs)
    wrong = ~np.isclose(grads, want, atol=1e-9)
    if not wrong.any():
        return None
    k = int(np.flatnonzero(wrong)[-1])  # the nearest to the output, where the trouble begins
    words = (
        f"grads[{k}] is {grads[k]:.4g}; a hair more at node {k} moves the output by {want[k]:.4g}"
    )
    if np.count_nonzero(edges[:, 0] == k) > 1:
        safe = "Trouble begins at a node that is used several times: do its uses add up?"
        return Finding(f"{words}. This node is used several times: do its uses add up?", safe=safe)
    return Finding(words, safe="Not every gradient of your graph is right")


def _below(limit):
    def examine(ask, rng):
        (X, y, sizes, start), held_out = task(rng)
        found = loss(ask(X, y, sizes, start)[0], sizes, *held_out)
        if found < limit:  # a nan is not
            return None
        return Finding(
            f"On points that your net has never seen, half the mean squared error is {found:.3g}; "
            f"it should be below {limit:g}. Always answering 0 has 0.5",
            safe="The error on points that your net has never seen is still too large",
        )

    return examine


def _moved(ask, rng):
    (X, y, sizes, start), _ = task(rng)
    still = np.isclose(ask(X, y, sizes, start)[0], start, rtol=1e-9, atol=1e-12)
    if still.mean() > 0.1:
        words = f"{still.mean():.0%} of the parameters are as they were given"
        return Finding(words, safe="Some of the parameters have not moved")
    return None


def _alive(ask, rng):
    (X, y, sizes, start), (held_out, labels) = task(rng)
    parameters = ask(X, y, sizes, start)[0]
    error = output(parameters, sizes, held_out)[0] - labels
    gradient = _gradient(parameters, sizes, held_out, error / len(labels))
    for k, (weight, _) in enumerate(_layers(gradient, sizes)):
        if not np.linalg.norm(weight) > 1e-9:
            return Finding(f"The gradient of layer {k + 1} is zero: nothing can be learnt there")
    return None


CHECKS = (
    Check("graph", "The graph is the net's", 2, examine=_graph, stream="task"),
    Check(
        "grads",
        "The gradients of its nodes are right",
        1.5,
        "gradient",
        examine=_grads,
        needs=("graph",),
        stream="task",
    ),
    Check("learns", "It has learnt something", 2, examine=_below(LEARNS), stream="task"),
    Check("moved", "All weights have moved", 1, "property", examine=_moved, stream="task"),
    Check(
        "reads",
        "It is right on points that it has never seen",
        2,
        "property",
        examine=_below(GOOD),
        stream="task",
    ),
    Check("alive", "Gradients are not zero", 0.5, "gradient", examine=_alive, stream="task"),
)
"""From the graph to what was learnt: a graph that is wrong cannot train."""
