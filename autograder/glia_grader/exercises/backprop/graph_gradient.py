"""Any computation graph: a sum over paths, and over the uses of a shared parameter."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A computation graph has an edge $i \to j$ where node $j$ was computed from node $i$; on the edge
stands the *local* derivative $\partial v_j / \partial v_i$. Nodes are numbered so that edges only
go to higher numbers, and the last node is the output. How does the output depend on node $i$? Along
one path derivatives multiply, and different paths add up. Nobody lists the paths, for there may be
millions; go back from the output instead:

$$ g_{\text{last}} = 1, \qquad g_i = \sum_{j > i} \frac{\partial v_j}{\partial v_i}\, g_j $$

When a parameter is used in several places, each use is a node of its own, a copy. What counts for
the parameter is the *sum over its uses*. `uses` says which parameter each node is a copy of, or
$-1$ if of none.

Example: $u = wx$, $v = u + b$, $r = \max(0, v)$ at $w = 2, x = 3, b = 1$ is one path from $w$ to
$r$, with the factors 3, 1, 1.
"""

SIGNATURE = '''
def graph_gradient(local, uses):
    """Derivatives of the last node of a graph for all its nodes and for its parameters.

    Args:
        local: Local derivatives, shape (n, n): local[i, j] belongs to the edge from node i to
            node j > i; 0 where there is no edge.
        uses: Number of the parameter (0, 1, ...) that node i is a copy of, or -1, shape (n,).

    Returns:
        (nodes, parameters): derivatives for all nodes, shape (n,), and for parameters 0, 1, ...
        up to the highest number in uses.
    """
'''


def graph_gradient(local, uses):
    """From the output back, then the copies together."""
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for i in reversed(range(len(local) - 1)):
        nodes[i] = local[i] @ nodes
    parameters = np.zeros(uses.max() + 1)
    for node, parameter in zip(nodes, uses, strict=True):
        if parameter >= 0:
            parameters[parameter] += node
    return nodes, parameters


def _graph(size, edges):
    local = np.zeros((size, size))
    for i, j, slope in edges:
        local[i, j] = slope
    return local


_CHAIN = _graph(5, [(0, 2, 3.0), (1, 3, 1.0), (2, 3, 1.0), (3, 4, 1.0)])


def _path(rng):
    two = _graph(3, [(0, 1, 2.0), (1, 2, -3.0)])
    return [
        Case((two, np.array([0, -1, -1])), "one path of two edges"),
        Case((_CHAIN, np.array([0, 1, -1, -1, -1])), "w, b, u = wx, v = u + b, relu"),
    ]


def _paths(rng):
    diamond = _graph(4, [(0, 1, 2.0), (0, 2, 3.0), (1, 3, 5.0), (2, 3, -1.0)])
    full = np.triu(np.ones((5, 5)), 1)
    return [
        Case((diamond, np.array([0, -1, -1, -1])), "two paths from node 0"),
        Case((full, np.array([0, -1, -1, 1, -1])), "every node sees all before it"),
    ]


def _shared(rng):
    net = _graph(5, [(0, 2, 3.0), (1, 3, 2.0), (2, 4, 1.5), (3, 4, -1.0), (2, 3, 0.5)])
    return [
        Case((net, np.array([0, 0, -1, -1, -1])), "one parameter, two uses"),
        Case((net, np.array([1, 0, 1, -1, -1])), "two parameters, three uses"),
        Case((_CHAIN, np.array([0, 0, 0, -1, 1])), "three uses; the output itself a parameter"),
    ]


def _draw(rng, size):
    """A graph with a good part of its edges, and parameters that are used more than once."""
    edges = np.triu(rng.uniform(size=(size, size)) < 0.6, 1)
    edges[np.arange(size - 1), np.arange(1, size)] = True
    edges[0, 2] = True  # a second path, always
    slopes = rng.uniform(0.5, 1.5, size=(size, size)) * rng.choice([-1.0, 1.0], size=(size, size))
    uses = np.full(size, -1)
    uses[:4] = [0, 1, 0, 1] if rng.uniform() < 0.5 else [1, 0, 0, 1]
    return np.where(edges, slopes, 0.0), uses


def _random(rng):
    cases = []
    for size in (6, 7, 9):
        cases.append(Case(_draw(rng, size), f"{size} nodes", 3.0))
    local, uses = _draw(rng, 12)
    cases.append(Case((np.triu(local[::2, ::2], 1), uses[:6]), "strided", 3.0))
    return cases


def _all_paths(local, i):
    """Every path from node i to the last, one by one."""
    last = len(local) - 1
    if i == last:
        return 1.0
    return sum(local[i, j] * _all_paths(local, j) for j in range(i + 1, last + 1) if local[i, j])


def _every_path(ask, rng):
    local, uses = _draw(rng, 6)
    nodes, _ = ask(local, uses)
    want = [_all_paths(local, i) for i in range(6)]
    if np.allclose(nodes, want):
        return None
    i = int(np.argmax(~np.isclose(nodes, want)))
    return Finding(
        f"Added up one by one, the paths from node {i} to the output give {want[i]:.5g}; yours "
        f"is {nodes[i]:.5g}",
        args=(local, uses),
        got=nodes,
    )


def _direct_only(local, uses):
    nodes = local[:, -1].copy()
    nodes[-1] = 1.0
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses[uses >= 0], nodes[uses >= 0])
    return nodes, parameters


def _last_path(local, uses):
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for j in range(len(local) - 1, -1, -1):
        for i in range(j):
            if local[i, j] != 0:
                nodes[i] = local[i, j] * nodes[j]
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses[uses >= 0], nodes[uses >= 0])
    return nodes, parameters


def _mean_of_paths(local, uses):
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for i in range(len(local) - 2, -1, -1):
        nodes[i] = local[i] @ nodes / max(1, np.count_nonzero(local[i]))
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses[uses >= 0], nodes[uses >= 0])
    return nodes, parameters


def _mean_of_uses(local, uses):
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for i in range(len(local) - 2, -1, -1):
        nodes[i] = local[i] @ nodes
    parameters = [nodes[uses == p].mean() for p in range(uses.max() + 1)]
    return nodes, np.array(parameters)


def _last_use(local, uses):
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for i in range(len(local) - 2, -1, -1):
        nodes[i] = local[i] @ nodes
    parameters = np.zeros(uses.max() + 1)
    for i, p in enumerate(uses):
        if p >= 0:
            parameters[p] = nodes[i]
    return nodes, parameters


def _minus_one_counts(local, uses):
    nodes = np.zeros(len(local))
    nodes[-1] = 1.0
    for i in range(len(local) - 2, -1, -1):
        nodes[i] = local[i] @ nodes
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses, nodes)
    return nodes, parameters


def _from_the_input(local, uses):
    nodes = np.zeros(len(local))
    nodes[0] = 1.0
    for j in range(1, len(local)):
        nodes[j] = nodes @ local[:, j]
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses[uses >= 0], nodes[uses >= 0])
    return nodes, parameters


def _no_start(local, uses):
    nodes = np.zeros(len(local))
    for i in range(len(local) - 2, -1, -1):
        nodes[i] = local[i] @ nodes
    parameters = np.zeros(uses.max() + 1)
    np.add.at(parameters, uses[uses >= 0], nodes[uses >= 0])
    return nodes, parameters


EXERCISE = Exercise(
    name="graph_gradient",
    unit="backprop",
    title="Sum over paths, sum over uses",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=graph_gradient,
    returns=("nodes", "parameters"),
    checks=(
        Check("path", "A single path", 2, cases=_path),
        Check("paths", "Several paths", 2, cases=_paths, parts=("nodes",)),
        Check("shared", "Shared parameters", 2, cases=_shared, parts=("parameters",)),
        Check("random", "Random graphs", 2, cases=_random),
        Check(
            "every_path",
            "All paths, counted one by one",
            1,
            "property",
            examine=_every_path,
            needs=("path",),
        ),
    ),
    misconceptions=(
        Misconception(
            "direct_only",
            "Only direct neighbours of the output matter.",
            "Nodes without an edge to the output get 0.",
            _direct_only,
            (
                "Does the output change when the first node of a chain changes?",
                "A node acts through all nodes that were computed from it.",
                "Go from the last node down: nodes[i] = local[i] @ nodes.",
            ),
            "path",
        ),
        Misconception(
            "last_path",
            "Each path replaces the one before.",
            "One path is right; where there are several, one of them wins.",
            _last_path,
            (
                "Node 0 of the diamond has two ways to the output. How many do you count?",
                "A nudge travels along all paths at once.",
                "Use += where you use =.",
            ),
            "paths",
        ),
        Misconception(
            "mean_of_paths",
            "Several ways share the influence between them.",
            "One path is right; where a node has several users, their mean is taken.",
            _mean_of_paths,
            (
                "If y = x + x, what is dy/dx?",
                "Two ways act twice, not half each.",
                "Add up; do not divide by the number of edges.",
            ),
            "paths",
        ),
        Misconception(
            "mean_of_uses",
            "A shared parameter gets the mean of its uses.",
            "Nodes are right; parameters are too small by their number of uses.",
            _mean_of_uses,
            (
                "Your nodes are right. What does a nudge of the parameter do to each copy?",
                "All copies move together, so their effects add up. (Some programs average here, "
                "which is the same direction with another learning rate, and not the gradient.)",
                "Sum the derivatives of the copies.",
            ),
            "shared",
        ),
        Misconception(
            "last_use",
            "The last use of a parameter is the one that counts.",
            "Nodes are right; parameters used twice have the derivative of one copy.",
            _last_use,
            (
                "A parameter has two copies. What happens to the first when you see the second?",
                "Gradients accumulate. (Beware: parameters[uses] += nodes adds only once, too.)",
                "Use += in a loop, or np.add.at(parameters, uses, nodes).",
            ),
            "shared",
        ),
        Misconception(
            "minus_one_counts",
            "-1 is just another parameter number.",
            "Nodes are right; the last parameter also gets all that is no parameter.",
            _minus_one_counts,
            (
                "Which place is parameters[-1]?",
                "In Python -1 means the last place; nodes with -1 belong to no parameter at all.",
                "Leave out the nodes with uses < 0.",
            ),
            "path",
        ),
        Misconception(
            "from_the_input",
            "Derivatives run forward from the first node.",
            "You have the derivatives of all nodes for node 0, not of the output for all nodes.",
            _from_the_input,
            (
                "What is the derivative of the output for itself? What do you have there?",
                "Forward gives one input's effect on everything; backward gives everything's "
                "effect on one output.",
                "Start with 1 at the last node and go down.",
            ),
            "path",
        ),
        Misconception(
            "no_start",
            "The recursion starts by itself.",
            "All derivatives are 0.",
            _no_start,
            (
                "What is the derivative of the output for itself?",
                "Without a first 1 there is nothing to multiply.",
                "Set nodes[-1] = 1 before the loop.",
            ),
            "path",
        ),
    ),
)
