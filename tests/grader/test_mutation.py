"""Mutants of the references: each small change of an operator, number or axis must cost points.

The default ring tries a few mutants of each reference; the campaign tries them all:
`pytest -m campaign tests/grader/test_mutation.py -s` prints the figures.
"""

import ast
import copy
import warnings

import pytest
from glia_grader.answerer import LocalAnswerer, Reply, StudentError
from glia_grader.exercise import all_exercises
from glia_grader.judge import judge
from glia_grader.watchdog import TimeIsUp, Watchdog
from mutants_argued import SAME

# A milestone is judged by what was learnt: many another learning rate is just as right.
EXERCISES = {name: e for name, e in all_exercises().items() if not e.milestone}
SHARE = 0.97  # of all mutants have to be killed, although some do the same job
FIRST = ("perceptron", "logistic")  # chapters 1 and 2; the later ones have a sum of their own

SWAPS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.USub: (ast.UAdd,),
}
NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "T": "real",  # .real of real numbers is the array itself: the transpose is lost
    "tril": "triu",
    "triu": "tril",
}
TURNED = {"outer", "where", "matmul", "dot"}


def mutants(source):
    """(description, source) of every single change; the description quotes the line."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for i, node in enumerate(ast.walk(tree)):
        for describe, change in _changes(node):
            fresh = copy.deepcopy(tree)
            change(list(ast.walk(fresh))[i])
            line = lines[getattr(node, "lineno", 1) - 1].strip()
            yield f"{describe} in {line}", ast.unparse(fresh)


def _changes(node):
    if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.AugAssign, ast.BoolOp)):
        for new in SWAPS.get(type(node.op), ()):
            yield (
                f"{type(node.op).__name__}->{new.__name__}",
                lambda n, new=new: setattr(n, "op", new()),
            )
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)):
        yield f"{type(node.op).__name__} of the left only", _only("left")
        if not isinstance(node.op, ast.Sub):
            yield f"{type(node.op).__name__} of the right only", _only("right")
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call left out", lambda n: setattr(n, "value", ast.Constant(None))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield "a@b->b@a", _exchange("left", "right")
    if isinstance(node, ast.Compare):
        for new in SWAPS.get(type(node.ops[0]), ()):
            yield (
                f"{type(node.ops[0]).__name__}->{new.__name__}",
                lambda n, new=new: setattr(n, "ops", [new()]),
            )
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for new in (node.value + 1, 0 if node.value else 2):
            yield f"{node.value}->{new}", lambda n, new=new: setattr(n, "value", new)
    if isinstance(node, ast.keyword) and node.arg == "keepdims":
        yield "keepdims->no", lambda n: setattr(n.value, "value", False)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        new = NAMES[node.attr]
        yield f"{node.attr}->{new}", lambda n, new=new: setattr(n, "attr", new)
    if isinstance(node, ast.Name) and node.id == "reversed":
        yield "reversed->list", lambda n: setattr(n, "id", "list")
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TURNED and node.args[1:]:
        yield (
            f"{node.func.attr} turned",
            lambda n: n.args.__setitem__(slice(-2, None), n.args[:-3:-1]),
        )
    if isinstance(node, ast.Slice):
        for end in ("lower", "upper", "step"):
            if getattr(node, end) is not None:
                yield f"slice without {end}", lambda n, end=end: setattr(n, end, None)
    if isinstance(node, (ast.If, ast.IfExp)):
        yield "if->if not", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    if isinstance(node, ast.AugAssign):
        yield "augmented->plain", _plain
    if isinstance(node, ast.Break):
        yield "break->continue", lambda n: setattr(n, "__class__", ast.Continue)


def _exchange(one, other):
    def change(node):
        mine, yours = getattr(node, one), getattr(node, other)
        setattr(node, one, yours)
        setattr(node, other, mine)

    return change


def _only(side):
    """`a * b` becomes `+a`: one operand is lost."""

    def change(node):
        kept = getattr(node, side)
        node.__class__, node.op, node.operand = ast.UnaryOp, ast.UAdd(), kept

    return change


def _plain(node):
    """`a += b` becomes `a = b`."""
    node.__class__ = ast.Assign
    node.targets, node.type_comment = [node.target], None


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
        with warnings.catch_warnings():  # Python itself notices `1.0 (2)` and the like
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(compile(source, "mutant", "exec"), space)
        count += 1
        if judge(exercise, Patient(space[exercise.name]), seed=8).passed:
            alive.append(describe)
    return count, alive


def unexplained(exercise, alive):
    """The survivors that nobody has argued to do the same job."""
    same = SAME.get(exercise.name, {})
    return [a for a in alive if not any(a.startswith(known) for known in same)]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_some_mutants_lose_points(exercise):
    whole = sum(1 for _ in mutants(exercise.reference_source))
    count, alive = survivors(exercise, step=max(1, min(5, whole // 2)))
    assert count >= 2
    assert not unexplained(exercise, alive)


def test_arguments_are_about_exercises_that_exist():
    for name, same in SAME.items():
        found = [describe for describe, _ in mutants(EXERCISES[name].reference_source)]
        for known, reason in same.items():
            assert any(describe.startswith(known) for describe in found), f"{name}: {known}"
            assert len(reason) > 15


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_all_mutants_lose_points():
    left, sets = [], {}
    for name, exercise in EXERCISES.items():
        count, alive = survivors(exercise, step=1)
        unargued = unexplained(exercise, alive)
        left += [f"{name}: {a}" for a in unargued]
        of_unit = sets.setdefault(exercise.unit, [0, 0])
        of_unit[0], of_unit[1] = of_unit[0] + count, of_unit[1] + len(alive)
        print(f"{name:<28} {count:>3} mutants, {len(alive)} kept full marks")
        for describe in alive:
            print(f"    {describe}{'' if describe not in unargued else '  (unargued)'}")
    later = [counts for unit, counts in sets.items() if unit not in FIRST]
    sums = {"chapters 3 to 17": later, "all": list(sets.values())}
    sets |= {words: list(map(sum, zip(*rows, strict=True))) for words, rows in sums.items()}
    for unit, (count, alive) in sets.items():
        print(f"{unit:<18} {count:>4} mutants, {count - alive} killed ({1 - alive / count:.2%})")
    assert not left
    for words in sums:
        count, alive = sets[words]
        assert count >= 500 and count - alive >= SHARE * count, words
