"""An order in which every node comes after all that it was computed from."""

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
An engine that walks through a graph must not arrive too early: a node can be computed only after
*all* its inputs, and on the way back its gradient is complete only after all its users. Both walks
follow one list, forward or backward: a *topological order*.

`edges` has one row `(from, to)` for each edge, and nodes are numbered 0 to `n` − 1 in no particular
order. Return all the numbers so that `from` stands before `to` for every edge. Most graphs have
many such orders; any of them is right. There are no cycles. An edge may be listed twice:
$x \cdot x$ uses $x$ two times.

One way: visit a node by first visiting all its inputs, then writing it down; and never visit a node
twice.
"""

SIGNATURE = '''
def topological_order(edges, n):
    """Order the nodes of a graph so that each comes after all its inputs.

    Args:
        edges: One row (from, to) for each edge, integers, shape (E, 2).
        n: Number of nodes; they are called 0 to n - 1.

    Returns:
        All n numbers in a valid order, integers, shape (n,).
    """
'''


def topological_order(edges, n):
    """Depth first: inputs before the node itself."""
    inputs = [[] for _ in range(n)]
    for source, target in edges.tolist():
        inputs[target].append(source)
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source in inputs[node]:
                visit(source)
            order.append(node)

    for node in range(n):
        visit(node)
    return np.array(order)


_GRAPHS = {
    "a chain 2 → 0 → 3 → 1": (np.array([[2, 0], [0, 3], [3, 1]]), 4),
    "a diamond": (np.array([[3, 1], [3, 0], [0, 2], [1, 2]]), 4),
    "a short way and a long way": (np.array([[4, 0], [4, 3], [3, 1], [1, 0], [0, 2]]), 5),
    "two outputs, and one node apart": (np.array([[5, 1], [1, 0], [1, 4], [5, 3]]), 6),
    "one that is used twice by the same node": (np.array([[2, 1], [2, 1], [1, 0], [2, 0]]), 3),
}


def _fault(order, edges, n):
    """What is wrong with an order, or ""."""
    nodes = [int(v) for v in order]
    if sorted(nodes) != list(range(n)) or any(v != int(v) for v in order):
        missing = sorted(set(range(n)) - set(nodes))
        return f"every node should be there exactly once; missing: {missing or 'none'}"
    place = {node: k for k, node in enumerate(nodes)}
    for source, target in edges.tolist():
        if place[source] > place[target]:
            return f"node {target} stands before node {source}, which is one of its inputs"
    return ""


def _valid_on(*notes):
    def examine(ask, rng):
        for note in notes:
            edges, n = _GRAPHS[note]
            order = ask(edges, n)
            fault = _fault(order, edges, n)
            if fault:
                return Finding(
                    f"For {note}: {fault}",
                    args=(edges, n),
                    got=order,
                    safe="Not every node stands after all its inputs",
                )
        return None

    return examine


def _draw(rng, size):
    """A graph with a shortcut, with its nodes renumbered so that node 0 has an input."""
    pairs = [(0, 3), (0, 1), (1, 2), (2, 3)]
    pairs += [(i, j) for j in range(4, size) for i in rng.choice(j, size=2, replace=False)]
    names = rng.permutation(size)
    while names[0] == 0:
        names = rng.permutation(size)
    edges = names[np.array(pairs)]
    return rng.permutation(edges), size


def _random(ask, rng):
    for size in (6, 9, 15):
        edges, n = _draw(rng, size)
        order = ask(edges, n)
        fault = _fault(order, edges, n)
        if fault:
            return Finding(
                f"For a random graph: {fault}",
                args=(edges, n),
                got=order,
                safe="Not every node stands after all its inputs",
            )
    return None


def _by_number(edges, n):
    return np.arange(n)


def _users_first(edges, n):
    users = {i: [] for i in range(n)}
    for a, b in edges.tolist():
        users[a].append(b)
    order, seen = [], set()

    def visit(i):
        if i not in seen:
            seen.add(i)
            for j in users[i]:
                visit(j)
            order.append(i)

    for i in range(n):
        visit(i)
    return np.array(order)


def _node_first(edges, n):
    inputs = {i: [] for i in range(n)}
    for a, b in edges.tolist():
        inputs[b].append(a)
    order, seen = [], set()

    def visit(i):
        if i not in seen:
            seen.add(i)
            order.append(i)
            for j in inputs[i]:
                visit(j)

    for i in range(n):
        visit(i)
    return np.array(order)


def _by_distance(edges, n):
    order = [i for i in range(n) if i not in edges[:, 1]]
    for i in order:
        for a, b in edges.tolist():
            if a == i and b not in order:
                order.append(b)
    return np.array(order)


def _never_remembers(edges, n):
    inputs = {i: [] for i in range(n)}
    for a, b in edges.tolist():
        inputs[b].append(a)
    order = []

    def visit(i):
        for j in inputs[i]:
            visit(j)
        order.append(i)

    for i in range(n):
        if i not in edges[:, 0]:
            visit(i)
    return np.array(order)


def _one_output(edges, n):
    inputs = {i: [] for i in range(n)}
    for a, b in edges.tolist():
        inputs[b].append(a)
    order, seen = [], set()

    def visit(i):
        if i not in seen:
            seen.add(i)
            for j in inputs[i]:
                visit(j)
            order.append(i)

    visit(next(i for i in range(n) if i not in edges[:, 0]))
    return np.array(order)


EXERCISE = Exercise(
    name="topological_order",
    unit="backprop",
    title="Inputs before users",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=topological_order,
    checks=(
        Check("chain", "A chain", 2, examine=_valid_on("a chain 2 → 0 → 3 → 1")),
        Check(
            "ways",
            "Several ways between two nodes",
            3,
            examine=_valid_on(
                "a diamond",
                "a short way and a long way",
                "one that is used twice by the same node",
            ),
        ),
        Check(
            "apart",
            "Several outputs, and a node apart",
            1,
            examine=_valid_on("two outputs, and one node apart"),
        ),
        Check("random", "Random graphs", 3, examine=_random),
    ),
    misconceptions=(
        Misconception(
            "by_number",
            "Nodes are numbered in the order of computing.",
            "You return 0, 1, 2, ..., whatever the edges say.",
            _by_number,
            (
                "Does your result depend on edges?",
                "The numbers are names only; the edges tell who comes before whom.",
                "Visit inputs first, then write the node down.",
            ),
            "chain",
        ),
        Misconception(
            "users_first",
            "The list starts at the output.",
            "The order is right backwards: users stand before their inputs.",
            _users_first,
            (
                "Read your list from its end. Is that a valid order?",
                "The forward walk needs inputs first; the way back reads the same list reversed.",
                "Visit a node's inputs, not its users, before you write it down.",
            ),
            "chain",
        ),
        Misconception(
            "node_first",
            "A node is written down when it is met.",
            "A node stands before the inputs that are visited from it.",
            _node_first,
            (
                "At which moment do you append a node: before or after its inputs?",
                "Write a node down on the way out, when all its inputs are in the list.",
                "Move order.append(node) below the loop over its inputs.",
            ),
            "chain",
        ),
        Misconception(
            "by_distance",
            "Nodes come by their distance from the start.",
            "Chains are right; with a short and a long way a node comes before one of its inputs.",
            _by_distance,
            (
                "A node can be reached by one edge and also by three. When may it come?",
                "It has to wait for its last input, not for its first.",
                "Add a node only when all its inputs are in the list.",
            ),
            "ways",
        ),
        Misconception(
            "never_remembers",
            "A node may be visited once for each of its users.",
            "Chains are right; nodes with several users are listed several times.",
            _never_remembers,
            (
                "How often does your list name the start of a diamond?",
                "With many users of users, the number of visits explodes.",
                "Keep a set of the nodes that were visited, and return at once for those.",
            ),
            "ways",
        ),
        Misconception(
            "one_output",
            "A graph has one output, and all leads there.",
            "Nodes that do not lead to the first output are missing.",
            _one_output,
            (
                "Which nodes are missing, and where do their edges lead?",
                "From one output you find only what it was computed from.",
                "Start a visit from every node; those already visited return at once.",
            ),
            "apart",
        ),
    ),
)
