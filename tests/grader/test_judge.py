"""The judge against every kind of answerer."""

import re

import numpy as np
import pytest
from glia_grader.answerer import KINDS, LocalAnswerer, Reply, StudentError, copy_argument, plain
from glia_grader.exercise import Case, Check, Exercise, Finding, all_exercises, load
from glia_grader.judge import judge

EXERCISES = all_exercises()
BRIEF = {name: e for name, e in EXERCISES.items() if not e.milestone}
# A milestone trains whenever it is asked: a few of the cases, in the slow ring.
MILESTONES = [
    pytest.param(e, id=name, marks=pytest.mark.slow) for name, e in EXERCISES.items() if e.milestone
]


class Answers:
    """An answerer made of a function from arguments to Reply (or raising StudentError)."""

    def __init__(self, reply, names=None, there=True):
        self.reply, self.names, self.there = reply, names, there

    def exists(self):
        return self.there

    def signature(self):
        return self.names

    def call(self, *args, **kwargs):
        return self.reply(*args)


class Liar:
    """Claims to equal, contain, convert to and hash as anything."""

    def __eq__(self, other):
        raise AssertionError("the judge asked a stranger's object")

    __hash__ = None
    __array__ = __float__ = __len__ = __iter__ = __bool__ = __ne__ = __lt__ = __eq__

    def __getattr__(self, name):
        raise AssertionError(f"the judge read .{name} of a stranger's object")


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_ufunc__(self, *args, **kwargs):
        raise AssertionError("the judge ran a stranger's ufunc")


def _boxed(value):
    box = np.empty(2, dtype=object)
    box[0] = value
    return box


STRANGE = {
    "None": None,
    "a string": "0.5",
    "an object": Liar(),
    "a list of objects": [Liar(), Liar()],
    "a tuple of objects": (Liar(), 1.0),
    "a lying array": np.ones((2, 2)).view(LyingArray),
    "an object array": _boxed(Liar()),
    "a complex array": np.ones(3) * 1j,
    "strings": np.array(["a", "b"]),
    "a ragged list": [[1.0], [1.0, 2.0]],
    "a huge int": 10**400,
    "nan": float("nan"),
    "an empty array": np.zeros((0, 0)),
    "a deep list": [[[[[[[[[1.0]]]]]]]]],
    "a dict": {"weight": 1.0},
    "a class": Liar,
    "a masked array": np.ma.masked_all(3),
    "many axes": np.ones((1,) * 20),
}


@pytest.mark.parametrize("exercise", BRIEF.values(), ids=BRIEF)
@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("hidden", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_strange_results_earn_nothing_and_break_nothing(exercise, strange, hidden):
    _strange_results(exercise, STRANGE[strange], hidden)


@pytest.mark.parametrize("exercise", MILESTONES)
@pytest.mark.parametrize("strange", ["None", "a lying array", "a tuple of objects"])
def test_strange_results_of_a_milestone_earn_nothing(exercise, strange):
    _strange_results(exercise, STRANGE[strange], hidden=True)


def _strange_results(exercise, value, hidden):
    # Once converted as the local answerer does, once handed to the judge as it is.
    for answerer in (LocalAnswerer(lambda *a: value), Answers(lambda *a: Reply(value))):
        verdict = judge(exercise, answerer, seed=4, hidden=hidden)
        assert verdict.points == 0
        assert verdict.first_failure.message
        verdict.to_html(), verdict.to_text(), verdict.to_dict()


MORE_CALLS = [pytest.param(after, marks=pytest.mark.slow) for after in (1, 11)]


@pytest.mark.parametrize("exercise", BRIEF.values(), ids=BRIEF)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [0, 5, *MORE_CALLS])
def test_an_error_at_any_call_gives_a_verdict(exercise, kind, after):
    _error_after(exercise, kind, after)


@pytest.mark.parametrize("exercise", MILESTONES)
@pytest.mark.parametrize("kind", ["exception", "died"])
def test_an_error_of_a_milestone_gives_a_verdict(exercise, kind):
    _error_after(exercise, kind, 1)


def _error_after(exercise, kind, after):
    right, calls = LocalAnswerer(exercise.reference), []

    def reply(*args):
        calls.append(args)
        if len(calls) > after:
            raise StudentError(kind, "ValueError: so it is", 7)
        return right.call(*args)

    verdict = judge(exercise, Answers(reply, list(exercise.parameters)), seed=4)
    if verdict.passed:
        assert len(calls) <= after
        return
    assert 0 <= verdict.points < exercise.points
    assert verdict.diagnosis is None
    if kind in ("timeout", "died"):
        assert verdict.status == kind
        assert len(calls) == after + 1, "nobody is asked again after a hang or a death"
    elif after == 0:
        assert verdict.points == 0
        assert verdict.status == ("error" if kind == "exception" else "failed")


def test_partial_points_survive_a_crash():
    exercise = load("softmax")
    right, calls = LocalAnswerer(exercise.reference), []

    def reply(*args):
        calls.append(args)
        if len(calls) > 6:
            raise StudentError("died", "signal 11")
        return right.call(*args)

    verdict = judge(exercise, Answers(reply), seed=1)
    assert (verdict.status, verdict.points) == ("died", 1.0)
    assert [r.ran for r in verdict.results] == [True, True, True, False, False, False, True]


def test_a_missing_function_is_blank():
    verdict = judge(load("softmax"), Answers(None, there=False), seed=1)
    assert (verdict.status, verdict.points) == ("blank", 0.0)
    assert "no function called softmax" in verdict.to_text()


@pytest.mark.parametrize(
    ("names", "ok"),
    [
        (["logits", "targets"], True),
        (["a", "b", "c"], True),
        (["*args"], True),
        (None, True),
        (["logits"], False),
        ([], False),
    ],
)
def test_the_signature_must_take_enough_arguments(names, ok):
    exercise = load("cross_entropy")
    answerer = LocalAnswerer(exercise.reference)
    verdict = judge(exercise, Answers(answerer.call, names), seed=1)
    assert verdict.passed == ok
    if not ok:
        assert "should take 2 arguments (logits, targets)" in verdict.to_text()


@pytest.mark.parametrize("name", ["perceptron_update", "softmax", "adaline_step", "sigmoid"])
def test_mutated_inputs_cost_the_form_points_only(name):
    exercise = load(name)

    def rude(*args):
        value = exercise.reference(*args)
        for a in args:
            if isinstance(a, np.ndarray):
                a[...] = 0
        return value

    verdict = judge(exercise, LocalAnswerer(rude), seed=1)
    assert verdict.first_failure.name == "form"
    assert "in place" in verdict.first_failure.message
    assert verdict.points == pytest.approx(exercise.points * 0.9)


def test_lists_are_forgiven_except_for_the_form():
    exercise = load("softmax")
    verdict = judge(exercise, LocalAnswerer(lambda z: exercise.reference(z).tolist()), seed=1)
    # An empty list has lost its shape: only that case of the random check fails besides.
    assert {r.name for r in verdict.results if not r.passed} <= {"form", "random"}
    assert "np.array" in verdict.results[-1].message


def test_memory_layout_of_arguments_survives_the_copy():
    a = np.arange(24.0).reshape(4, 6)[::2, ::-3]
    b = copy_argument(a)
    assert np.array_equal(a, b) and not np.shares_memory(a, b)
    assert not b.flags.c_contiguous


@pytest.mark.parametrize(
    "exercise", [*(pytest.param(e, id=name) for name, e in BRIEF.items()), *MILESTONES]
)
def test_hidden_mode_leaks_neither_inputs_nor_expected_values(exercise):
    """Answers that try to smuggle inputs out, and all the wrong ones, in hidden mode."""

    def shout(*args):
        raise ValueError("INPUT " + repr(args))

    def named(*args):
        raise type("Secret" + re.sub(r"\W", "_", repr(args)), (Exception,), {})("x")

    def shaped(*args):
        return np.zeros(1234)

    answers = [m.solution for m in exercise.misconceptions] + [
        shout,
        named,
        shaped,
        lambda *a: a,
        lambda *a: "INPUT" + repr(a),
        lambda *a: [12345.678] * 3,
        lambda *a: tuple(np.asarray(x, dtype=float) for x in a if not isinstance(x, str)),
    ]
    for answer in answers:
        open_, hidden = (
            judge(exercise, LocalAnswerer(answer), seed=77, hidden=h) for h in (False, True)
        )
        assert open_.points == hidden.points and open_.status == hidden.status
        assert (open_.diagnosis is None) == (hidden.diagnosis is None)
        assert all(not r.table and not r.note for r in hidden.results)
        words = " ".join(r.message for r in hidden.results)
        assert not re.search(r"INPUT|Secret|1234", words)
        # No number but counts, indices, shapes and line numbers: nothing with a decimal point
        # except the factor of a recognised slip and a milestone's bound, which the statement tells.
        allowed = r"is [\d.]+ times|not below [\d.]+ nats"
        assert not re.search(r"\d\.\d", re.sub(allowed, "", words)), words
        assert hidden.to_html().count("<table") == 0


def test_properties_alone_earn_nothing():
    def always_right(ask, rng):
        return None

    def always_wrong(ask, rng):
        return Finding("no")

    toy = Exercise(
        name="toy",
        unit="toy",
        title="Toy",
        statement="",
        signature="def toy(x):",
        reference=lambda x: x + 1,
        checks=(
            Check("value", "v", 5, cases=lambda rng: [Case((np.arange(3.0),))]),
            Check("free", "f", 4, "property", examine=always_right),
        ),
        misconceptions=(),
    )
    assert judge(toy, LocalAnswerer(lambda x: x), seed=0).points == 0
    verdict = judge(toy, LocalAnswerer(lambda x: x + 1), seed=0)
    assert verdict.points == 2


def test_tolerance_follows_the_dtype():
    exercise = load("softmax")

    def off_by(amount):
        answer = LocalAnswerer(lambda z: exercise.reference(z) * (1 + amount))
        return judge(exercise, answer, seed=1)

    assert off_by(1e-9).passed
    assert not off_by(1e-5).passed  # passes in float32 cases, not in float64 ones

    single = LocalAnswerer(lambda z: exercise.reference(z.astype(np.float32)))
    assert judge(exercise, single, seed=1).passed
    half = LocalAnswerer(lambda z: exercise.reference(z.astype(np.float16)))
    assert not judge(exercise, half, seed=1).passed


def test_plain_copies_and_refuses():
    array = np.arange(3.0)
    copied = plain(array)
    assert copied is not array and np.array_equal(copied, array)
    assert plain((1, [2.0, None], {"a": True})) == (1, [2.0, None], {"a": True})
    assert type(plain(np.float32(1))) is np.ndarray
    for value in (Liar(), _boxed(object()), {1, 2}, lambda: 0):
        with pytest.raises(StudentError, match="bad_reply"):
            plain(value)
