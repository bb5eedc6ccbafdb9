"""The unit on backpropagation: its golden values, and the judging of a learner's own engine."""

import numpy as np
import pytest
import second_solutions
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.exercises.backprop import own_engine as engine
from glia_grader.judge import judge

MILESTONE = load("train_autograd")
X, W = np.array([0.35, 0.9]), np.array([[0.1, 0.8], [0.4, 0.6]])
V = np.array([0.3, 0.9])


def test_the_worked_net():
    step = load("worked_net_step").reference
    y, delta, new_W, new_v = step(X, W, V, 0.5, 1.0)
    assert y == pytest.approx(0.690283, abs=5e-7)
    assert 0.5 * (y - 0.5) ** 2 == pytest.approx(0.0181039, abs=5e-8)
    assert delta == pytest.approx(0.0406811, abs=5e-8)
    assert new_v == pytest.approx([0.272326, 0.872998], abs=5e-7)
    assert new_W[0] == pytest.approx([0.0990709, 0.797611], abs=5e-7)
    assert new_W[1] == pytest.approx([0.397140, 0.592646], abs=5e-7)
    again = step(X, new_W, new_v, 0.5, 1.0)[0]
    assert again == pytest.approx(0.682019, abs=5e-7)
    assert 0.5 * (again - 0.5) ** 2 == pytest.approx(0.0165654, abs=5e-8)


def test_the_slope_at_two():
    two, one = np.array([[2.0]]), np.array([[1.0]])
    delta = load("delta_output").reference(two, one, "cross_entropy")
    assert delta.item() == pytest.approx(-0.1192, abs=5e-5)
    chain = load("first_weight_gradient").reference
    assert chain(1.0, 1, np.array([2.0])) == pytest.approx(-0.1192, abs=5e-5)


def test_the_parts_agree_with_the_whole():
    """One layer's deltas, put together, are what the whole way back finds."""
    rng = np.random.default_rng(4)
    x, y, b = rng.normal(size=3), rng.uniform(size=3), rng.normal(size=(2, 3))
    weights = rng.normal(size=(2, 3, 3))
    _, biases = load("mlp_backward").reference(x, y, weights, b)
    z1 = weights[0] @ x + b[0]
    z2 = weights[1] @ (1 / (1 + np.exp(-z1))) + b[1]
    last = load("delta_output").reference(z2[None], y[None], "squared")
    first = load("delta_hidden").reference(last, weights[1], z1[None], "sigmoid")
    assert np.allclose(biases, [first[0], last[0]])


def _given(seed=1):
    return engine.task(np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(6))
def test_solutions_have_room(seed):
    given, held_out = _given(seed)
    for train in (MILESTONE.reference, second_solutions.train_autograd):
        assert engine.loss(train(*given)[0], given[2], *held_out) < 0.8 * engine.GOOD


def test_sizes_differ_and_what_is_judged_on_is_not_handed_over():
    assert len({tuple(_given(seed)[0][2]) for seed in range(12)}) > 6
    given, (held_out, _) = _given()
    seen = {row.tobytes() for row in given[0]}
    assert len(held_out) == 200 and not any(row.tobytes() in seen for row in held_out)


def test_no_straight_line_will_do():
    for seed in range(5):
        (points, y, _, _), (held_out, labels) = _given(seed)
        ones = np.ones((len(points), 1)), np.ones((len(held_out), 1))
        line = np.linalg.lstsq(np.hstack([points, ones[0]]), y)[0]
        misses = np.hstack([held_out, ones[1]]) @ line - labels
        assert 0.5 * np.mean(misses**2) > engine.LEARNS


def _changed(change):
    """A right answer with one thing changed."""

    def answer(*given):
        parts = dict(zip(MILESTONE.returns, MILESTONE.reference(*given), strict=True))
        change(parts)
        return tuple(parts[name] for name in MILESTONE.returns)

    return answer


def _swap_columns(p):
    p["edges"] = p["edges"][:, ::-1]


def _lose_an_edge(p):
    p["edges"] = p["edges"][:-1]


def _double_an_edge(p):
    p["edges"] = np.vstack([p["edges"], p["edges"][:1]])


def _add_for_multiply(p):
    p["ops"] = np.where(p["ops"] == 2, 1, p["ops"])


def _unknown_op(p):
    p["ops"] = np.where(p["ops"] == 3, 4, p["ops"])


def _squash_the_output(p):
    last = len(p["ops"]) - 1
    p["ops"], p["grads"] = np.append(p["ops"], 3), np.append(p["grads"], 1.0)
    p["values"] = np.append(p["values"], np.tanh(p["values"][-1]))
    p["edges"] = np.vstack([p["edges"], [[last, last + 1]]])


def _other_parameters(p):
    p["parameters"] = p["parameters"] + 1e-3


def _fold_to_a_number(p):
    p["ops"], p["values"], p["grads"] = np.zeros(1, int), p["values"][-1:], np.ones(1)
    p["edges"] = np.zeros((0, 2), int)


def _shorter_values(p):
    p["values"] = p["values"][1:]


def _three_columns(p):
    p["edges"] = np.column_stack([p["edges"], p["edges"][:, 0]])


def _past_the_end(p):
    p["edges"] = p["edges"] + len(p["ops"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_swap_columns, "a later one"),
        (_lose_an_edge, "not what its operation makes"),
        (_double_an_edge, "not what its operation makes"),
        (_add_for_multiply, "not what its operation makes"),
        (_unknown_op, "ops may hold"),
        (_squash_the_output, "the last node is not"),
        (_other_parameters, "the last node is not"),
        (_fold_to_a_number, "parameter 0 is not among"),
        (_shorter_values, "ops and"),
        (_three_columns, "two columns"),
        (_past_the_end, "should name nodes"),
    ],
)
def test_a_wrong_graph_is_noticed(change, words):
    verdict = judge(MILESTONE, LocalAnswerer(_changed(change)), seed=5)
    assert verdict.first_failure.name == "graph", verdict.to_text()
    assert words in verdict.first_failure.message
    hidden = judge(MILESTONE, LocalAnswerer(_changed(change)), seed=5, hidden=True)
    assert "net's output for X[0]" in hidden.first_failure.message


def test_a_number_that_is_not_the_parameter_is_noticed():

    def nudge(p):
        k = int(np.flatnonzero(np.isclose(p["values"], p["parameters"][0]))[0])
        p["values"][k] += 0.5

    verdict = judge(MILESTONE, LocalAnswerer(_changed(nudge)), seed=5)
    assert verdict.first_failure.name == "graph"


def test_gradients_that_were_not_cleared_are_noticed():
    def twice(p):
        p["grads"] = 2 * p["grads"]

    verdict = judge(MILESTONE, LocalAnswerer(_changed(twice)), seed=5)
    assert verdict.first_failure.name == "grads"
    assert verdict.points == pytest.approx(5.1)


def test_uses_that_do_not_add_up_are_named():
    overwrites = next(m for m in MILESTONE.misconceptions if m.name == "overwrites")
    verdict = judge(MILESTONE, LocalAnswerer(overwrites.solution), seed=5, hidden=True)
    assert "used several times" in verdict.first_failure.message


def test_a_frozen_layer_is_noticed():
    def freeze(*given):
        answer = MILESTONE.reference(*given)
        first = int(given[2][0] * given[2][1])
        return (np.append(given[3][:first], answer[0][first:]), *answer[1:])

    results = {r.name: r for r in judge(MILESTONE, LocalAnswerer(freeze), seed=5).results}
    assert "as they were given" in results["moved"].message


def test_a_graph_may_be_as_long_as_it_likes_and_parameters_not():
    def padded(p):  # a constant that nobody uses, in front
        p["edges"] = p["edges"] + 1
        for name, extra in (("ops", 0), ("values", 7.0), ("grads", 0.0)):
            p[name] = np.insert(p[name], 0, extra)

    assert judge(MILESTONE, LocalAnswerer(_changed(padded)), seed=5).passed

    def longer(p):
        p["parameters"] = np.append(p["parameters"], 0.0)

    verdict = judge(MILESTONE, LocalAnswerer(_changed(longer)), seed=5)
    assert verdict.points == 0 and "shape" in verdict.first_failure.message

    def square(p):
        p["values"] = p["values"][:, None]

    verdict = judge(MILESTONE, LocalAnswerer(_changed(square)), seed=5)
    assert verdict.points == 0 and "values has shape" in verdict.first_failure.message


def test_a_graph_of_nonsense_does_not_break_the_judge():
    for filling in (np.nan, np.inf, -1.0, 0.5, 1e300):

        def fill(p, filling=filling):
            for name in ("ops", "values", "grads", "edges"):
                p[name] = np.full(p[name].shape, filling)

        verdict = judge(MILESTONE, LocalAnswerer(_changed(fill)), seed=5)
        assert not verdict.passed
