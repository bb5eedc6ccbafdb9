import numpy as np
import pytest
from glia.data import truth_table
from glia.neurons import McCullochPitts, gate


@pytest.mark.parametrize("name", ["and", "or", "not"])
def test_gates_with_weights_of_one(name):
    X, y = truth_table(name)
    unit = gate(name)
    np.testing.assert_array_equal(unit(X), y)
    assert set(np.abs(unit.weights)) == {1.0}
    assert unit(X).dtype == np.int64
    assert unit(X[0]) == y[0]


def test_the_unit_by_hand():
    unit = McCullochPitts([1, -1, 1], threshold=1)
    np.testing.assert_array_equal(unit.net([[1, 1, 1], [0, 1, 0]]), [1, -1])
    np.testing.assert_array_equal(unit([[1, 1, 1], [0, 1, 0]]), [1, 0])
    assert repr(unit) == "McCullochPitts(weights=[1.0, -1.0, 1.0], threshold=1)"


def test_two_hidden_units_solve_xor():
    X, y = truth_table("xor")
    hidden = np.column_stack([gate("or")(X), gate("and")(X)])
    np.testing.assert_array_equal(McCullochPitts([1, -1], 1)(hidden), y)


def test_messages():
    with pytest.raises(ValueError, match="no single threshold unit computes XOR"):
        gate("xor")
    with pytest.raises(ValueError, match="unknown gate 'nor'; expected one of"):
        gate("nor")
    with pytest.raises(ValueError, match="one-dimensional"):
        McCullochPitts([[1, 1]], 1)
    with pytest.raises(ValueError, match="axis of length 2"):
        gate("and")([1, 1, 1])


def test_the_weights_are_the_units_own():
    weights = np.array([1.0, 1.0])
    unit = McCullochPitts(weights, 2)
    weights[:] = 5
    np.testing.assert_array_equal(unit.weights, [1, 1])
