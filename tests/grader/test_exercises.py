"""The matrix: every exercise against right, blank, trivial and wrong answers."""

import json

import numpy as np
import pytest
import second_solutions
from glia_grader.answerer import LocalAnswerer, plain
from glia_grader.diagnose import reproduces
from glia_grader.exercise import all_exercises
from glia_grader.judge import _Run, judge
from glia_grader.probes import answer as expected
from glia_grader.verdict import Verdict

EXERCISES = all_exercises()


def _marks(exercise):
    """A milestone trains whenever it is asked, and that takes its time."""
    return pytest.mark.slow if exercise.milestone else ()


WRONG = [
    pytest.param(e, m, id=f"{e.name}-{m.name}", marks=_marks(e))
    for e in EXERCISES.values()
    for m in e.misconceptions
]
SEEDS = (0, 1, 2026, 987654321, 2**90 + 7)


def seeds(*chosen):
    """The first in the default ring, the others in the slow one."""
    others = [pytest.param(seed, marks=pytest.mark.slow) for seed in chosen[1:]]
    return pytest.mark.parametrize("seed", [chosen[0], *others])


by_name = pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=e.name, marks=_marks(e)) for e in EXERCISES.values()]
)


UNITS = {
    "perceptron": 7,
    "logistic": 8,
    "multilayer": 7,
    "descent": 4,
    "backprop": 12,
    "convolution": 12,
    "cnn": 10,
    "recurrent": 12,
    "attention": 12,
}


def test_all_are_there():
    units = [e.unit for e in EXERCISES.values()]
    for unit, count in UNITS.items():
        assert units.count(unit) == count
    assert all(name == e.name == e.reference.__name__ for name, e in EXERCISES.items())


@by_name
@seeds(*SEEDS)
def test_the_reference_earns_full_marks_without_a_hint(exercise, seed):
    verdict = judge(exercise, LocalAnswerer(exercise.reference), seed=seed)
    assert verdict.status == "passed", verdict.to_text()
    assert verdict.points == exercise.points
    assert not verdict.hints and verdict.diagnosis is None
    assert all(r.passed and not r.message for r in verdict.results)


@by_name
@seeds(*SEEDS)
def test_another_right_solution_earns_full_marks(exercise, seed):
    other = getattr(second_solutions, exercise.name)
    verdict = judge(exercise, LocalAnswerer(other), seed=seed)
    assert verdict.status == "passed", verdict.to_text()


@by_name
def test_the_reference_source_stands_alone(exercise):
    space: dict = {}
    exec(compile(exercise.reference_source, exercise.name, "exec"), space)
    assert judge(exercise, LocalAnswerer(space[exercise.name]), seed=5).passed


@by_name
def test_an_untouched_stub_earns_nothing(exercise):
    def stub(*args):
        raise NotImplementedError

    verdict = judge(exercise, LocalAnswerer(stub), seed=3)
    assert (verdict.status, verdict.points) == ("blank", 0.0)
    assert "Nothing written here yet" in verdict.to_text()

    verdict = judge(exercise, LocalAnswerer(lambda *args: None), seed=3)
    assert (verdict.status, verdict.points) == ("failed", 0.0)
    assert "return" in verdict.first_failure.message


def _trivial(exercise):
    """Answers of the right form that know nothing."""

    def like(fill):
        def answer(*args):
            want = expected(exercise, args)
            parts = want if type(want) is tuple else (want,)
            out = tuple(np.full(np.shape(p), float(fill)) for p in parts)
            return out if type(want) is tuple else out[0]

        return answer

    def echo(*args):
        want = expected(exercise, args)
        if type(want) is not tuple:
            return args[0] if args else None
        return tuple(args[: len(want)])

    def last(*args):
        return (args[2:4] if len(args) > 3 else args) or None

    def cast(fill, dtype):
        answer = like(fill)

        def other(*args):
            out = answer(*args)
            return tuple(o.astype(dtype) for o in out) if type(out) is tuple else out.astype(dtype)

        return other

    kinds = ("bool", "int8", "uint8", "float16", "longdouble")
    return [
        *(like(fill) for fill in (0, 1, -1, 0.5, 3, np.nan, np.inf, 1e300)),
        *(cast(fill, dtype) for fill in (0, 1) for dtype in kinds),
        echo,
        last,
    ]


@by_name
def test_trivial_answers_earn_nothing(exercise):
    for answer in _trivial(exercise):
        points = judge(exercise, LocalAnswerer(answer), seed=11).points
        if exercise.name == "gate_weights":  # all ones with threshold 1 is a right OR
            assert points <= 0.8
        else:
            assert points == 0, answer


@pytest.mark.parametrize(("exercise", "misconception"), WRONG)
@seeds(*SEEDS[:3])
def test_a_misconception_is_caught_at_its_check_and_named(exercise, misconception, seed):
    verdict = judge(exercise, LocalAnswerer(misconception.solution), seed=seed)
    assert verdict.points < exercise.points
    assert verdict.first_failure.name == misconception.caught_by, verdict.to_text()
    assert verdict.diagnosis is not None, verdict.to_text()
    assert verdict.diagnosis.misconception == misconception.name
    assert verdict.hints == misconception.hints


@pytest.mark.parametrize(
    ("exercise", "misconception", "variant"),
    [
        pytest.param(e, m, v, id=f"{e.name}-{v.__name__}")
        for e in EXERCISES.values()
        for m in e.misconceptions
        for v in m.variants
    ],
)
def test_variants_are_named_after_their_misconception(exercise, misconception, variant):
    verdict = judge(exercise, LocalAnswerer(variant), seed=1)
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.misconception == misconception.name


@by_name
def test_the_probes_tell_every_pair_apart(exercise):
    """The confusion table is the unit matrix, the reference included."""
    for hidden in (False, True):
        for thinker in exercise.misconceptions:
            run = _Run(exercise, LocalAnswerer(thinker.solution), 17, hidden)
            run.verdict()
            fitting = [
                m.name for m in exercise.misconceptions if reproduces(m, run.asked.observations)
            ]
            assert fitting == [thinker.name]
    run = _Run(exercise, LocalAnswerer(exercise.reference), 17, False)
    run.verdict()
    assert not [m.name for m in exercise.misconceptions if reproduces(m, run.asked.observations)]


@by_name
def test_enough_misconceptions_with_real_hints(exercise):
    backward = any(word in exercise.name for word in ("gradient", "step", "backward", "delta"))
    least = 5 if backward or exercise.unit == "backprop" else 3
    assert len(exercise.misconceptions) >= least
    assert len({m.name for m in exercise.misconceptions}) == len(exercise.misconceptions)
    checks = {c.name for c in exercise.checks} | {"form"}
    for m in exercise.misconceptions:
        assert m.caught_by in checks
        assert len(set(m.hints)) == 3 and all(15 < len(h) < 220 for h in m.hints)
        assert m.belief.endswith(".") and m.symptom.endswith(".")


@pytest.mark.parametrize(("exercise", "misconception"), WRONG)
def test_wrong_solutions_can_be_pasted_into_a_cell(exercise, misconception):
    space = {"np": np}
    source = misconception.source_as(exercise.name)
    exec(compile(source, "cell", "exec"), space)
    verdict = judge(exercise, LocalAnswerer(space[exercise.name]), seed=1)
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.misconception == misconception.name


@by_name
def test_the_signature_is_the_references_head(exercise):
    space: dict = {}
    exec(exercise.signature.strip() + "\n    raise NotImplementedError", space)
    stub = LocalAnswerer(space[exercise.name])
    assert tuple(stub.signature()) == exercise.parameters
    assert judge(exercise, stub, seed=0).status == "blank"
    assert exercise.total_weight == pytest.approx(10)
    assert all(u in EXERCISES for u in exercise.uses)
    assert ("glia" in exercise.forbid) != ("glia" in exercise.needs)


@by_name
def test_calls_stay_few_and_verdicts_deterministic(exercise):
    for answer in (exercise.reference, *(m.solution for m in exercise.misconceptions)):
        counts = []
        for _ in range(2):
            answerer = LocalAnswerer(answer)
            run = _Run(exercise, answerer, 23, False)
            first = run.verdict()
            counts.append((len(run.asked.observations), first.to_dict()))
        assert counts[0] == counts[1]
        assert counts[0][0] <= 40
    one, two = ([plain(o.args) for o in _probes(exercise, seed)] for seed in (1, 2))
    if any(c.name == "random" for c in exercise.checks):
        assert repr(one) != repr(two)


def _probes(exercise, seed):
    run = _Run(exercise, LocalAnswerer(exercise.reference), seed, False)
    run.verdict()
    return run.asked.observations


@by_name
def test_the_verdict_round_trips_through_json(exercise):
    for answer in (exercise.reference, exercise.misconceptions[0].solution):
        verdict = judge(exercise, LocalAnswerer(answer), seed=1)
        again = Verdict.from_dict(json.loads(json.dumps(verdict.to_dict())))
        assert again == verdict
        assert again.to_html() == verdict.to_html()


@pytest.mark.slow
@by_name
def test_the_score_of_a_misconception_does_not_depend_on_the_seed(exercise):
    seeds = SEEDS[:3] if exercise.milestone else (3, 7922, *SEEDS)  # training takes its time
    for misconception in exercise.misconceptions:
        answerer = LocalAnswerer(misconception.solution)
        points = {judge(exercise, answerer, seed=seed).points for seed in seeds}
        assert len(points) == 1, f"{misconception.name}: {sorted(points)}"
