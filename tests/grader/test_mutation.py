"""Mutants of the references: each small change of an operator, number or axis must cost points.

The default ring tries a few mutants of each reference; the campaign tries them all:
`pytest -m campaign tests/grader/test_mutation.py -s` prints the figures.
"""

import ast
import copy

import pytest
from glia_grader.answerer import LocalAnswerer, Reply, StudentError
from glia_grader.exercise import all_exercises
from glia_grader.judge import judge
from glia_grader.watchdog import TimeIsUp, Watchdog

# A milestone is judged by what was learnt: many another learning rate is just as right.
EXERCISES = {name: e for name, e in all_exercises().items() if not e.milestone}

SWAPS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.USub: (ast.UAdd,),
}
METHODS = {"sum": "mean", "mean": "sum", "max": "min", "min": "max"}

# Mutants that do the same job, found by hand, each with its reason.
EQUIVALENT = {
    "sigmoid": {"GtE->Gt"},  # both branches of the stable form agree at z = 0
    "logistic_gradient": {"GtE->Gt"},
    "output_head": {"GtE->Gt"},
    "perceptron_update": {"1.0->2.0", "1.0->0"},  # the default of lr: it is always given
    "mistake_bound": {
        "0->2",  # a weight of length 0 gives nan, and nan > 0 is False: inf again
        "Gt->GtE",  # a margin of 0 gives R / 0, which is inf too
    },
    # Judged by behaviour: other lines that separate the same corners are just as right.
    "xor_hidden_units": {"0.5->0", "1.0->2.0"},
}


def mutants(source):
    """(description, source) of every single change."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    for i, node in enumerate(nodes):
        for describe, change in _changes(node):
            fresh = copy.deepcopy(tree)
            change(list(ast.walk(fresh))[i])
            yield f"{describe} (line {getattr(node, 'lineno', 0)})", ast.unparse(fresh)


def _changes(node):
    if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.AugAssign)):
        for new in SWAPS.get(type(node.op), ()):
            yield (
                f"{type(node.op).__name__}->{new.__name__}",
                lambda n, new=new: setattr(n, "op", new()),
            )
    if isinstance(node, ast.Compare):
        for new in SWAPS.get(type(node.ops[0]), ()):
            yield (
                f"{type(node.ops[0]).__name__}->{new.__name__}",
                lambda n, new=new: setattr(n, "ops", [new()]),
            )
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for new in (node.value + 1, 0 if node.value else 2):
            yield f"{node.value}->{new}", lambda n, new=new: setattr(n, "value", new)
    if isinstance(node, ast.Attribute) and node.attr in METHODS:
        new = METHODS[node.attr]
        yield f"{node.attr}->{new}", lambda n, new=new: setattr(n, "attr", new)
    if isinstance(node, ast.Break):
        yield "break->continue", lambda n: setattr(n, "__class__", ast.Continue)


class Patient(LocalAnswerer):
    """Stops mutants that never end."""

    def call(self, *args, **kwargs) -> Reply:
        try:
            with Watchdog(1.0):
                return super().call(*args, **kwargs)
        except TimeIsUp:
            raise StudentError("timeout") from None


def survivors(exercise, step):
    """(number of mutants, descriptions of those that keep full marks)."""
    import numpy as np

    count, alive = 0, []
    for i, (describe, source) in enumerate(mutants(exercise.reference_source)):
        if i % step:
            continue
        space = {"np": np}
        exec(compile(source, "mutant", "exec"), space)
        count += 1
        if judge(exercise, Patient(space[exercise.name]), seed=8).passed:
            alive.append(describe)
    return count, alive


def unexplained(exercise, alive):
    same = EQUIVALENT.get(exercise.name, set())
    return [a for a in alive if a.partition(" ")[0] not in same]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_some_mutants_lose_points(exercise):
    whole = sum(1 for _ in mutants(exercise.reference_source))
    count, alive = survivors(exercise, step=max(1, min(5, whole // 2)))
    assert count >= 2
    assert not unexplained(exercise, alive)


@pytest.mark.campaign
def test_all_mutants_lose_points():
    total, left = 0, []
    for name, exercise in EXERCISES.items():
        count, alive = survivors(exercise, step=1)
        total += count
        kept = unexplained(exercise, alive)
        left += [f"{name}: {a}" for a in kept]
        print(f"{name:<20} {count:>3} mutants, {len(alive)} kept full marks: {alive}")
    print(f"{total} mutants, {len(left)} unexplained survivors")
    assert not left
