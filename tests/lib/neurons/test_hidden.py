import numpy as np
import pytest
from glia.data import truth_table
from glia.neurons import HiddenUnits, convex_region, xor_network


def test_two_hidden_units_solve_xor():
    X, y = truth_table("xor")
    network = xor_network()
    np.testing.assert_array_equal(network(X), y)
    assert network.hidden(X).shape == (4, 2)
    # In the hidden units' plane (1, 1) and (0, 0) are apart from (1, 0): one line will do.
    assert {tuple(h) for h in network.hidden(X)[y == 1].tolist()} == {(1, 0)}
    assert network(X[1]) == 1
    assert network(X[:0]).shape == (0,)


def test_a_triangle():
    rng = np.random.default_rng(0)
    points = rng.uniform(-2, 2, size=(300, 2))
    inside = (points[:, 0] > 0) & (points[:, 1] > 0) & (points.sum(axis=1) < 1)
    triangle = convex_region([[1, 0], [0, 1], [-1, -1]], [0, 0, 1])
    np.testing.assert_array_equal(triangle(points), inside)
    assert 0 < inside.sum() < 300


def test_messages():
    with pytest.raises(ValueError, match=r"W must be \(H, D\)"):
        HiddenUnits([1, 1], [0], [1], 0)
    with pytest.raises(ValueError, match=r"with 2 hidden units b and v must be \(2,\)"):
        HiddenUnits([[1, 1], [1, 1]], [0], [1, 1], 0)
    with pytest.raises(ValueError, match="axis of length 2"):
        xor_network()([1, 2, 3])
