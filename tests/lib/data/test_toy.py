import numpy as np
import pytest
from glia import data
from glia.neurons import Perceptron
from hypothesis import given, settings
from hypothesis import strategies as st

FAMILY = [
    data.blobs,
    data.clusters,
    data.moons,
    data.circles,
    data.stripes,
    data.xor_points,
    data.spiral,
]


@pytest.mark.parametrize("make", FAMILY)
@pytest.mark.parametrize("n", [1, 2, 101])
def test_the_family(make, n):
    X, y = make(3, n)
    assert X.shape == (n, 2)
    assert y.shape == (n,)
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    assert np.isfinite(X).all()
    again = make(seed=3, n=n)
    np.testing.assert_array_equal(X, again[0])
    np.testing.assert_array_equal(y, again[1])
    assert not np.array_equal(X, make(4, n)[0])
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1 or make is data.xor_points or n == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_blobs_with_a_margin_can_be_separated(seed):
    X, y = data.blobs(seed, 60, margin=0.5)
    assert Perceptron().fit(X, y, epochs=1000).history.converged


def test_blobs_that_overlap_cannot():
    X, y = data.blobs(0, 100, margin=-1.0)
    assert not Perceptron().fit(X, y, epochs=300).history.converged


def test_numbers_of_classes():
    assert set(data.clusters(classes=5)[1]) == set(range(5))
    assert set(data.spiral(classes=3)[1]) == set(range(3))
    X, y = data.stripes(bands=6, gap=0.2)
    band = np.floor((X[:, 0] + 1) * 3).astype(int)
    np.testing.assert_array_equal(band % 2, y)


@pytest.mark.parametrize(
    ("gate", "outputs"),
    [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0]), ("nand", [1, 1, 1, 0])],
)
def test_truth_tables(gate, outputs):
    X, y = data.truth_table(gate)
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == outputs
    assert data.truth_table(gate.upper())[1].tolist() == outputs


def test_not_and_unknown_gates():
    X, y = data.truth_table("not")
    assert X.tolist() == [[0], [1]]
    assert y.tolist() == [1, 0]
    with pytest.raises(ValueError, match="unknown gate 'maybe'; expected one of"):
        data.truth_table("maybe")
