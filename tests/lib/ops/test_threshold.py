import itertools

import numpy as np
import pytest
from glia.data import truth_table
from glia.ops import heaviside, net_input, sign, threshold_unit


def test_ties():
    z = np.array([-1e-300, -0.0, 0.0, 1e-300])
    np.testing.assert_array_equal(heaviside(z), [0, 0, 0, 1])
    np.testing.assert_array_equal(sign(z), [-1, 1, 1, 1])
    assert threshold_unit([1.0], [2.0], 2.0) == 1
    assert threshold_unit([1.0], [2.0], 2.0 + 1e-9) == 0


def test_no_single_unit_computes_xor():
    """Every unit on a grid of weights gets a row of XOR wrong; the same grid finds AND and OR."""
    grid = np.arange(-3, 3.5, 0.5)
    found = {"and": 0, "or": 0, "xor": 0}
    for w1, w2, threshold in itertools.product(grid, grid, grid):
        X, _ = truth_table("xor")
        answers = threshold_unit(X, [w1, w2], threshold)
        for name in found:
            found[name] += np.array_equal(answers, truth_table(name)[1])
    assert found["and"] > 0
    assert found["or"] > 0
    assert found["xor"] == 0


def test_shapes_and_dtypes():
    assert threshold_unit(np.ones((2, 3, 4)), np.ones(4), 1).shape == (2, 3)
    assert threshold_unit(np.ones((0, 4)), np.ones(4), 1).shape == (0,)
    assert threshold_unit([True, False], [1, 1], 1).dtype == np.int64
    assert net_input(np.ones((2, 3), np.float32), np.ones(3, np.float32)).dtype == np.float32


def test_messages():
    with pytest.raises(ValueError, match=r"axis of length 2.*got shape \(4, 3\)"):
        threshold_unit(np.ones((4, 3)), [1, 1], 1)
    with pytest.raises(ValueError, match=r"weights must be one-dimensional, got shape \(1, 2\)"):
        threshold_unit([1, 1], [[1, 1]], 1)
    with pytest.raises(TypeError, match="z must hold numbers, got dtype <U3"):
        heaviside(["abc"])
