import warnings

import numpy as np
import pytest
from glia.data import blobs, truth_table, xor_points
from glia.neurons import Perceptron, perceptron_predict, perceptron_update
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.linear_model import Perceptron as TheirPerceptron

pytestmark = pytest.mark.usefixtures("each_backend")
thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def slow_epochs(X, y, labels, lr, epochs):
    """The algorithm as one reads it, on lists: the oracle."""
    low = {"01": 0, "pm1": -1}[labels]
    weight, bias, path, mistakes = [0.0] * len(X[0]), 0.0, [], []
    for epoch in range(epochs):
        wrong = 0
        for i, (x, target) in enumerate(zip(X, y, strict=True)):
            z = sum(w * v for w, v in zip(weight, x, strict=True)) + bias
            fires = z >= 0 if labels == "pm1" else z > 0
            error = target - (1 if fires else low)
            if error:
                weight = [w + lr * error * v for w, v in zip(weight, x, strict=True)]
                bias += lr * error
                wrong += 1
                path.append((epoch * len(X) + i, epoch, i, weight, bias, error))
        mistakes.append(wrong)
        if wrong == 0:
            break
    return weight, bias, path, mistakes


@st.composite
def whole_numbers(draw):
    """Small integers: sums are exact, so that both back ends must agree to the last bit."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 5)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    X = draw(hnp.arrays(dtype, shape, elements=st.integers(-4, 4).map(float)))
    y = draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, 1)))
    return X, y


@thorough
@given(whole_numbers(), st.sampled_from(["01", "pm1"]), st.sampled_from([0.5, 1.0, 2.0]))
def test_fit_against_the_slow_oracle(data, labels, lr):
    X, y = data
    y = 2 * y - 1 if labels == "pm1" else y
    unit = Perceptron(labels=labels, lr=lr).fit(X, y, epochs=7)
    weight, bias, path, mistakes = slow_epochs(X.tolist(), y.tolist(), labels, lr, 7)
    np.testing.assert_array_equal(unit.weight, weight)
    assert unit.bias == bias
    assert unit.weight.dtype == X.dtype
    assert unit.history.mistakes == mistakes
    assert unit.history.converged == (mistakes[-1] == 0)
    assert unit.history.loss == [m / len(X) for m in mistakes]
    seen = [
        (u.step, u.epoch, u.index, u.weight.tolist(), u.bias, u.error) for u in unit.history.updates
    ]
    assert seen == path
    np.testing.assert_array_equal(
        unit.predict(X), perceptron_predict(X, unit.weight, unit.bias, labels)
    )


@thorough
@given(whole_numbers(), st.integers(0, 5))
def test_random_schedule_is_the_one_step_rule_repeated(data, seed):
    X, y = data
    unit = Perceptron(schedule="random", seed=seed).fit(X, y, steps=30)
    again = Perceptron(schedule="random", seed=seed).fit(X, y, steps=30)
    np.testing.assert_array_equal(unit.weight, again.weight)
    weight, bias = np.zeros(X.shape[1]), 0.0
    for update in unit.history.updates:
        weight, bias = perceptron_update(X[update.index], y[update.index], weight, bias)
        np.testing.assert_array_equal(update.weight, weight)
        assert update.bias == bias
    np.testing.assert_array_equal(unit.weight, weight)
    assert sum(unit.history.mistakes) == len(unit.history.updates)
    assert unit.history.converged == (unit.predict(X) == y).all()


def test_the_random_schedule_follows_its_seed():
    X, y = blobs(2, 50)
    paths = {
        tuple(u.step for u in Perceptron(schedule="random", seed=s).fit(X, y).history.updates)
        for s in range(4)
    }
    assert len(paths) > 1


@pytest.mark.parametrize("schedule", ["epoch", "random"])
@pytest.mark.parametrize("labels", ["01", "pm1"])
@pytest.mark.parametrize("name", ["and", "or"])
def test_and_and_or_are_learnt(name, labels, schedule):
    X, y = truth_table(name)
    y = 2 * y - 1 if labels == "pm1" else y
    unit = Perceptron(labels=labels, schedule=schedule).fit(X, y)
    np.testing.assert_array_equal(unit.predict(X), y)
    assert unit.history.converged


@pytest.mark.parametrize("schedule", ["epoch", "random"])
@pytest.mark.parametrize("labels", ["01", "pm1"])
def test_xor_is_never_learnt(labels, schedule):
    X, y = truth_table("xor")
    y = 2 * y - 1 if labels == "pm1" else y
    unit = Perceptron(labels=labels, schedule=schedule).fit(X, y, epochs=1000)
    assert not unit.history.converged
    assert (unit.predict(X) != y).any()
    if schedule == "epoch":
        assert len(unit.history.mistakes) == 1000
        assert min(unit.history.mistakes) > 0


def test_not_separable_never_converges():
    X, y = xor_points(0, 80, noise=0.3)
    assert not Perceptron().fit(X, y, epochs=200).history.converged


def test_pm1_doubles_the_step():
    x = np.array([1.0, -2.0])
    start = np.array([-1.0, 0.0])
    w01, b01 = perceptron_update(x, 1, start, -0.5, labels="01")
    wpm, bpm = perceptron_update(x, 1, start, -0.5, labels="pm1")
    np.testing.assert_array_equal(wpm - start, 2 * (w01 - start))
    assert bpm + 0.5 == 2 * (b01 + 0.5)
    # A whole run doubles too, where no tie comes up to part the two (the start is no tie here).
    X, y = blobs(5, 60)
    one = Perceptron().fit(X, y, weight=[0.5, -0.5], bias=0.25)
    two = Perceptron(labels="pm1").fit(X, 2 * y - 1, weight=[1.0, -1.0], bias=0.5)
    np.testing.assert_allclose(two.weight, 2 * one.weight)
    assert two.bias == pytest.approx(2 * one.bias)
    assert two.history.mistakes == one.history.mistakes


def test_the_tie_at_zero():
    X = np.array([[0.0]])
    assert Perceptron().fit(X, [0]).history.mistakes == [0]
    assert Perceptron(labels="pm1").fit(X, [1]).history.mistakes == [0]
    assert Perceptron().fit(X, [1]).history.mistakes == [1, 0]
    assert Perceptron(labels="pm1").fit(X, [-1]).history.mistakes == [1, 0]


def test_the_step_size_only_sets_the_scale():
    X, y = blobs(1, 60)
    small, large = Perceptron(lr=0.25).fit(X, y), Perceptron(lr=4.0).fit(X, y)
    np.testing.assert_allclose(16 * small.weight, large.weight)
    assert small.history.mistakes == large.history.mistakes


def test_against_scikit_learn():
    X, y = blobs(3, 200, margin=-0.3)
    first = int(np.flatnonzero(y == 1)[0])  # begin with a one: scikit-learn counts z = 0 as wrong
    X, y = np.roll(X, -first, axis=0), np.roll(y, -first)
    ours = Perceptron().fit(X, y, epochs=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it did not converge, as was meant
        theirs = TheirPerceptron(max_iter=5, tol=None, shuffle=False).fit(X, y)
    np.testing.assert_allclose(ours.weight, theirs.coef_[0], rtol=1e-9)
    assert ours.bias == pytest.approx(theirs.intercept_[0])


def test_given_weights_are_where_it_starts_and_stay_untouched():
    X, y = truth_table("and")
    start = np.array([2.0, 1.0])
    unit = Perceptron().fit(X, y, weight=start, bias=-2.0)
    assert unit.history.mistakes == [0]
    assert unit.weight is not start
    worse = Perceptron().fit(X, y, weight=[-5.0, 3.0], bias=4.0)
    assert worse.history.converged
    np.testing.assert_array_equal(worse.history.updates[-1].weight, worse.weight)
    assert worse.history.updates[-1].bias == worse.bias


def test_inputs_may_be_read_only_strided_or_lists_and_are_not_changed():
    X, y = blobs(4, 40)
    wide = np.repeat(X.astype(np.float32), 2, axis=1)[:, ::2]
    assert not wide.flags.c_contiguous
    before = wide.copy()
    wide.flags.writeable = y.flags.writeable = False
    unit = Perceptron().fit(wide, y)
    np.testing.assert_array_equal(wide, before)
    assert unit.weight.dtype == np.float32
    np.testing.assert_array_equal(unit.weight, Perceptron().fit(before, y).weight)
    np.testing.assert_array_equal(
        Perceptron().fit(X.tolist(), y.tolist()).weight, Perceptron().fit(X, y).weight
    )
    fortran = Perceptron().fit(np.asfortranarray(X), y)
    np.testing.assert_array_equal(fortran.weight, Perceptron().fit(X, y).weight)


def test_the_history_survives_later_changes_of_the_data():
    X, y = blobs(4, 40)
    X = X.copy()
    unit = Perceptron().fit(X, y)
    X += 100
    np.testing.assert_allclose(unit.history.updates[-1].weight, unit.weight)


@pytest.mark.parametrize("schedule", ["epoch", "random"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 6, 60, 62])
def test_one_value_that_is_not_finite_is_found_wherever_it_is(row, value, dtype, schedule):
    X, y = blobs(4, 63)
    X = X.astype(dtype)
    X[row, 1] = value
    unit = Perceptron(schedule=schedule)
    with pytest.raises(ValueError, match="X must be finite, got 1 nan or inf"):
        unit.fit(X, y, epochs=2)
    assert len(unit.history.updates) == 0
    with pytest.raises(RuntimeError, match="call fit first"):
        _ = unit.weight


@pytest.mark.parametrize("place", [0, 33, 62])
@pytest.mark.parametrize(
    ("label", "message"),
    [
        (2, "got also 2"),
        (-1, "got also -1"),
        (0.5, "got also 0.5"),
        (1 + 1e-12, "got also 1.000000000001"),  # in float32 it would be 1
        (1e-60, "got also 1e-60"),
        (1e60, r"got also 1e\+60"),
        (np.nan, "y must be finite, got 1 nan"),
    ],
)
def test_one_wrong_label_is_found_wherever_it_is(label, message, place):
    X, y = blobs(4, 63)
    X, y = X.astype(np.float32), y.astype(type(label))
    y[place] = label
    with pytest.raises(ValueError, match=message):
        Perceptron().fit(X, y, epochs=2)


@pytest.mark.parametrize(
    "fit",
    [
        lambda X, y: Perceptron().fit(X, y[:-1]),
        lambda X, y: Perceptron().fit(X, y + 7),
        lambda X, y: Perceptron().fit(X, y, epochs=0),
        lambda X, y: Perceptron().fit(X, y, weight=[1.0]),
        lambda X, y: Perceptron(schedule="random").fit(X, y.astype(str)),
    ],
)
def test_of_several_things_wrong_the_first_is_told(fit):
    X, y = blobs(4, 20)
    with pytest.raises(ValueError, match="X must be finite, got 40 nan or inf") as told:
        fit(X + np.nan, y)
    assert told.value.__suppress_context__


def test_finite_values_whose_sums_are_not_are_no_error():
    X = np.array([[3e38, 3e38], [3e38, -3e38], [-3e38, 3e38]], np.float32)
    unit = Perceptron().fit(X, [1, 0, 1], epochs=3)
    assert unit.history.mistakes == [2, 0]


def test_updates_behave_like_a_list():
    unit = Perceptron().fit(*truth_table("and"))
    updates = unit.history.updates
    assert len(updates) == sum(unit.history.mistakes)
    assert [u.step for u in updates[:3]] == [u.step for u in updates][:3]
    assert updates[-1].step == updates[len(updates) - 1].step
    with pytest.raises(IndexError):
        _ = updates[len(updates)]
    updates[0].weight[:] = 99  # a copy: no way to spoil the record
    assert updates[0].weight.max() < 99


def test_sizes_of_one_and_none():
    assert Perceptron().fit([[3.0]], [1]).predict([[3.0]]).tolist() == [1]
    unit = Perceptron().fit(*truth_table("or"))
    assert unit.predict(np.zeros((0, 2))).shape == (0,)
    assert unit.decision_function(np.zeros((0, 2))).shape == (0,)
    no_features = Perceptron().fit(np.zeros((3, 0)), [0, 0, 0])
    assert no_features.weight.shape == (0,)


X2, Y2 = np.zeros((3, 2)), np.array([0, 1, 0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Perceptron(labels="ab"), ValueError, "labels must be '01' .* got 'ab'"),
        (lambda: Perceptron(schedule="all"), ValueError, "schedule must be .* got 'all'"),
        (lambda: Perceptron(lr=0), ValueError, "lr must be above 0, got 0"),
        (
            lambda: Perceptron().fit([1.0, 2.0], [0]),
            ValueError,
            r"got shape \(2,\); a single example",
        ),
        (lambda: Perceptron().fit(X2, Y2[:2]), ValueError, "X holds 3 examples and y 2 labels"),
        (lambda: Perceptron().fit(X2, Y2[:, None]), ValueError, r"y must be \(N,\).*\(3, 1\)"),
        (lambda: Perceptron().fit(X2, 2 * Y2 - 1), ValueError, r"labels \(0, 1\), got also -1"),
        (lambda: Perceptron(labels="pm1").fit(X2, Y2), ValueError, r"labels \(-1, 1\), got also 0"),
        (lambda: Perceptron().fit(X2 + np.nan, Y2), ValueError, "X must be finite, got 6 nan"),
        (lambda: Perceptron().fit(X2, [0, 1, np.inf]), ValueError, "y must be finite, got 1 nan"),
        (lambda: Perceptron().fit(X2[:0], Y2[:0]), ValueError, r"no example: got shape \(0, 2\)"),
        (lambda: Perceptron().fit([["a"]], [0]), TypeError, "X must hold numbers, got dtype <U1"),
        (lambda: Perceptron().fit(X2, ["a", "b", "c"]), TypeError, "y must hold numbers"),
        (lambda: Perceptron().fit(X2, Y2, epochs=0), ValueError, "epochs must be a whole number"),
        (lambda: Perceptron().fit(X2, Y2, steps=5), ValueError, "steps is for schedule='random'"),
        (lambda: Perceptron().fit(X2, Y2, weight=[1.0]), ValueError, r"weight must be \(2,\)"),
        (lambda: Perceptron().predict(X2), RuntimeError, "no weights yet: call fit first"),
        (lambda: Perceptron().fit(X2, Y2).predict(X2[:, :1]), ValueError, "must have 2 columns"),
        (lambda: perceptron_update([1.0], 2, [0.0], 0.0), ValueError, r"y must be one of \(0, 1\)"),
        (lambda: perceptron_update([1.0], 1, [0.0, 1.0], 0.0), ValueError, "must both be"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()
