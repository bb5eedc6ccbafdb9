"""Each kernel against its textbook twin, on the same arguments."""

import inspect

import numpy as np
import pytest
from glia import backend
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif("numba" not in backend.available(), reason="needs numba")
DESCENTS = ["adaline_epoch_", "logistic_epoch_", "softmax_regression_epoch_"]


def pair(name):
    with backend.use("numpy"):
        plain = backend.implementation(name)
    with backend.use("numba"):
        return plain, backend.implementation(name)


@pytest.mark.parametrize("name", ["perceptron_epoch_", *DESCENTS])
def test_signatures_agree(name):
    plain, fast = pair(name)
    assert list(inspect.signature(plain).parameters) == list(
        inspect.signature(getattr(fast, "py_func", fast)).parameters
    )


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(DESCENTS),
    st.sampled_from([np.float32, np.float64]),
    st.integers(1, 12),
    st.integers(0, 6),
    st.integers(1, 15),
    st.integers(0, 1000),
)
def test_descents_agree(name, dtype, count, features, batch_size, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(count, features)).astype(dtype)
    order = rng.integers(count, size=count + 3)
    many = name.startswith("softmax")
    y = rng.integers(3, size=count) if many else rng.integers(2, size=count).astype(dtype)
    weight = rng.normal(size=(3, features) if many else features).astype(dtype)
    bias = rng.normal(size=3 if many else 1).astype(dtype)
    for array in (X, y, order):
        array.flags.writeable = False
    results = []
    for epoch in pair(name):
        w, b = weight.copy(), bias.copy()
        loss = epoch(X, y, order, w, b, 0.05, batch_size)
        assert w.dtype == b.dtype == dtype
        results.append((w, b, loss))
    tolerance = (
        {"rtol": 2e-4, "atol": 2e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-12}
    )
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, **tolerance)


@pytest.mark.parametrize("name", DESCENTS)
def test_far_out_logits_agree(name):
    X, y = np.array([[1e4], [-1e4], [3.0]]), np.array([0, 1, 1])
    many = name.startswith("softmax")
    results = []
    for epoch in pair(name):
        w, b = np.ones((2, 1) if many else 1), np.zeros(2 if many else 1)
        w[0] = -1
        loss = epoch(X, y if many else y.astype(float), np.arange(3), w, b, 1e-6, 2)
        assert np.isfinite(loss)
        results.append((w, b, loss))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([np.float32, np.float64]), st.booleans(), st.integers(0, 1000))
def test_perceptrons_agree(dtype, pm1, seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, size=(9, 3)).astype(dtype)  # whole numbers: exact in either
    low = -1.0 if pm1 else 0.0
    y = np.where(rng.random(9) < 0.5, dtype(low), dtype(1))
    order = rng.integers(9, size=20)
    results = []
    for epoch in pair("perceptron_epoch_"):
        w, b, updates = np.zeros(3, dtype), np.zeros(1, dtype), np.full((20, 2), -7)
        place, rows = np.full(9, -1, np.int32), np.full((9, 3), -7, dtype)
        found = epoch(X, y, order, w, b, 0.5, low, pm1, updates, place, rows, 0)
        mistakes, kept, sound = found
        assert sound
        assert (updates[mistakes:] == -7).all()
        assert (rows[kept:] == -7).all()
        learnt = np.unique(updates[:mistakes, 1])
        assert (np.flatnonzero(place >= 0) == learnt).all()
        np.testing.assert_array_equal(rows[place[learnt]], X[learnt])
        results.append((w, b, updates, place, rows, found))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("line", [5, 37])
def test_what_is_masked_still_carries_nan_as_in_the_textbook(place, value, line):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((2, 40, 4)).astype(np.float32) for _ in range(4)]
    arrays[place][1, line, 2] = value  # a causal mask hides it from the queries in front
    mask = np.tri(40, dtype=bool)
    with np.errstate(all="ignore"):
        both = []
        for name in ("numpy", "numba"):
            with backend.use(name):
                y, weights = backend.implementation("attention")(*arrays[:3], mask, 0.5)
                back = backend.implementation("attention_backward")
                both.append((y, *back(arrays[3], *arrays[:3], weights, mask, 0.5)))
    for plain, fast in zip(*both, strict=True):
        if place > 1 or value != np.inf:
            np.testing.assert_array_equal(np.isfinite(plain), np.isfinite(fast))
        else:  # an infinite score: the textbook finds a weight of 0 beside it, the kernel NaN
            assert not np.isfinite(fast[~np.isfinite(plain)]).any()


@pytest.mark.parametrize(("rows", "out", "features"), [(1024, 64, 64), (999, 33, 70)])
@pytest.mark.parametrize("needs", [(True, True, True), (False, True, False)])
def test_gradients_of_a_linear_layer_over_many_rows(rows, out, features, needs):
    """Two sums over halves of the rows: none is left out, and threads make no difference."""
    numba = pytest.importorskip("numba")
    rng = np.random.default_rng(rows)
    shapes = ((rows, out), (rows, features), (out, features))
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    plain, fast = pair("linear_backward")
    most = numba.get_num_threads()
    found = []
    for threads in {1, most}:
        numba.set_num_threads(threads)
        found.append(fast(*arrays, needs))
    numba.set_num_threads(most)
    for expected, *made in zip(plain(*arrays, needs), *found, strict=True):
        for one in made:
            if expected is None:
                assert one is None
            else:
                np.testing.assert_array_equal(one, made[0])
                np.testing.assert_allclose(one, expected, rtol=0, atol=1e-3)


def test_a_constant_or_the_number_of_a_part_compiles_no_kernel_again():
    from glia.kernels._share import share
    from numba import types

    if not hasattr(share, "signatures"):
        pytest.skip("nothing is compiled")
    asked = types.uint64, types.literal(8), types.int64, types.literal(16)
    template, _, args, _ = share.get_call_template(asked, {})
    assert args == (types.int64,) * 4
    assert {kind for signature in share.signatures for kind in signature} == {types.int64}
    assert template.cases
