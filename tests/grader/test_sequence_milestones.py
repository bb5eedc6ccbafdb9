"""The milestones on surnames and on verse: judged by what was learnt, on what was never seen."""

import numpy as np
import pytest
import second_solutions
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.exercises.attention import train_gpt as verse
from glia_grader.exercises.recurrent import train_surnames as surnames
from glia_grader.judge import judge

NAMES, VERSE = load("train_surnames"), load("train_gpt")


def test_names_that_are_judged_on_are_not_handed_over():
    (names, _, y, *_), (held_out, _, labels) = surnames._task(np.random.default_rng(1))
    seen = {row.tobytes() for row in names}
    assert len(held_out) == 400
    assert sum(row.tobytes() in seen for row in held_out) <= 4  # a name may stand there twice
    assert set(y.tolist()) == set(labels.tolist()) == set(range(5))


def test_letters_and_languages_are_renumbered():
    (first, *_), _ = surnames._task(np.random.default_rng(1))
    (second, *_), _ = surnames._task(np.random.default_rng(2))
    commonest = [np.bincount(n[n > 0], minlength=27).argmax() for n in (first, second)]
    assert commonest[0] != commonest[1]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [NAMES, VERSE], ids=lambda e: e.name)
def test_parameters_from_elsewhere_are_of_no_use(exercise):
    module = {"train_surnames": surnames, "train_gpt": verse}[exercise.name]
    given, _ = module._task(np.random.default_rng(99))
    stolen = exercise.reference(*given)
    verdict = judge(exercise, LocalAnswerer(lambda *args: stolen), seed=5)
    assert verdict.points == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_surname_solutions_have_room(seed):
    given, held_out = surnames._task(np.random.default_rng(seed))
    for train in (NAMES.reference, second_solutions.train_surnames):
        assert surnames._loss(train(*given), *held_out) < 0.9 * surnames.GOOD


def test_a_gru_that_keeps_where_it_should_replace_does_not_pass():
    def other(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
        found = NAMES.reference(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out)
        size = W_hh.shape[1]
        sign = np.repeat([1.0, -1.0, 1.0], size)  # σ(-a) = 1 - σ(a): z means the opposite
        W_ih, W_hh, b_ih, b_hh = found[:4]
        return W_ih * sign[:, None], W_hh * sign[:, None], b_ih * sign, b_hh * sign, *found[4:]

    verdict = judge(NAMES, LocalAnswerer(other), seed=5)
    assert verdict.points < NAMES.points and verdict.first_failure.name == "learns"


def test_dead_gates_are_noticed():
    def dead(*args):
        found = list(NAMES.reference(*args))
        found[2] = found[2] + np.repeat([0.0, 1e4, 0.0], len(found[2]) // 3)  # z = 1 for ever
        return tuple(found)

    results = {r.name: r for r in judge(NAMES, LocalAnswerer(dead), seed=5).results}
    assert not results["alive"].passed


def test_verse_that_is_judged_on_is_not_handed_over():
    learn, keep = verse._text()
    assert len(learn) > 10 * verse.TRAINING and len(keep) > 50_000
    (tokens, start), held_out = verse._task(np.random.default_rng(3))
    assert tokens.shape == (verse.TRAINING,) and held_out.shape == (300, verse.C + 1)
    text = tokens.tobytes()
    assert sum(row.tobytes() in text for row in held_out) <= 3
    assert start.size == sum(np.prod(shape) for shape in verse._PARTS.values())


def test_the_grader_and_the_library_agree_on_the_model():
    import glia
    from glia.nn.utils import vector_to_parameters

    (_, start), held_out = verse._task(np.random.default_rng(4))
    flat = start + np.random.default_rng(5).normal(size=start.size) * 0.1
    model = glia.models.GPT(verse.K, context=verse.C, d_model=verse.D, nhead=verse.H, num_layers=1)
    vector_to_parameters(glia.tensor(np.float32(flat)), model.parameters())
    scores = model(glia.tensor(held_out[:, :-1])).reshape(-1, verse.K)
    loss = glia.nn.functional.cross_entropy(scores, glia.tensor(held_out[:, 1:].reshape(-1)))
    assert float(loss.item()) == pytest.approx(verse._loss(flat, held_out), rel=1e-5)


def test_the_limits_lie_where_the_statement_says():
    (tokens, _), held_out = verse._task(np.random.default_rng(6))
    share = np.bincount(tokens, minlength=verse.K) + 1.0
    letters = -np.log(share / share.sum())[held_out[:, 1:]].mean()
    pairs = np.full((verse.K, verse.K), 0.1)
    np.add.at(pairs, (tokens[:-1], tokens[1:]), 1.0)
    pairs = -np.log(pairs / pairs.sum(axis=1, keepdims=True))
    before = pairs[held_out[:, :-1], held_out[:, 1:]].mean()
    assert letters == pytest.approx(3.1, abs=0.1) and before == pytest.approx(2.5, abs=0.05)
    assert verse.LEARNS < letters and verse.GOOD < before


@pytest.mark.slow
def test_the_reference_writes_better_than_pairs_of_letters():
    verdict = judge(VERSE, LocalAnswerer(VERSE.reference), seed=6)
    assert verdict.passed, verdict.to_text()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_verse_solutions_have_room(seed):
    given, held_out = verse._task(np.random.default_rng(seed))
    for train in (VERSE.reference, second_solutions.train_gpt):
        assert verse._loss(train(*given), held_out) < verse.GOOD - 0.03


@pytest.mark.slow
def test_who_has_seen_the_future_has_learnt_little():
    from glia_grader.exercise import _renamed

    source = _renamed(VERSE.reference, "peeks").replace("np.tri(c, dtype=bool)", "np.tri(c) > -1")
    space = {"np": np}
    exec(source, space)
    verdict = judge(VERSE, LocalAnswerer(space["peeks"]), seed=6)
    assert verdict.points < VERSE.points / 2, verdict.to_text()
