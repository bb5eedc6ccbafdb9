import numpy as np
import pytest
from glia.neurons import angle_between, boundary_segment, perceptron_update, signed_distance
from hypothesis import assume, given
from hypothesis import strategies as st

numbers = st.floats(-10, 10)
pairs = st.tuples(numbers, numbers)


@given(pairs, numbers)
def test_the_weight_is_at_right_angles_to_the_boundary(weight, bias):
    assume(np.linalg.norm(weight) > 0.1)
    ends = boundary_segment(weight, bias, (-3, 3), (-2, 2))
    corners = np.array([[x, y] for x in (-3, 3) for y in (-2, 2)])
    sides = signed_distance(corners, weight, bias)
    if ends is None:
        assert sides.min() > -1e-9 or sides.max() < 1e-9
        return
    np.testing.assert_allclose(signed_distance(ends, weight, bias), 0, atol=1e-9)
    assert abs(np.dot(ends[1] - ends[0], weight)) < 1e-8
    assert (np.abs(ends) <= np.array([3, 2]) + 1e-9).all()


def test_upright_level_and_missing_lines():
    np.testing.assert_array_equal(
        boundary_segment([2, 0], -1, (0, 1), (0, 1)), [[0.5, 1], [0.5, 0]]
    )
    np.testing.assert_array_equal(
        boundary_segment([0, 2], -1, (0, 1), (0, 1)), [[0, 0.5], [1, 0.5]]
    )
    assert boundary_segment([1, 0], -5, (0, 1), (0, 1)) is None
    assert boundary_segment([1, 1], -5, (0, 1), (0, 1)) is None
    assert boundary_segment([0, 0], 1, (0, 1), (0, 1)) is None


@given(pairs, pairs)
def test_a_positive_mistake_turns_the_weights_towards_the_example(weight, x):
    w, x = np.array([*weight, 0.5]), np.array([*x, 1.0])  # the bias as one more weight
    assume(w @ x <= -1e-3)
    new, _ = perceptron_update(x, 1, w, 0.0, lr=0.1)
    assert angle_between(w, x) > 90
    assert angle_between(new, x) < angle_between(w, x) + 1e-9


def test_angles():
    assert angle_between([1, 0], [0, 3]) == pytest.approx(90)
    assert angle_between([1, 2], [-2, -4]) == pytest.approx(180)
    assert angle_between([1, 2], [2, 4]) == pytest.approx(0, abs=1e-9)
    assert angle_between([1, 0], [1, 1e-9]) == pytest.approx(np.degrees(1e-9))


def test_messages():
    with pytest.raises(ValueError, match="no boundary"):
        signed_distance([[1.0, 1.0]], [0.0, 0.0])
    with pytest.raises(ValueError, match="no direction"):
        angle_between([0, 0], [1, 0])
    with pytest.raises(ValueError, match=r"both be \(D,\), got \(1,\) and \(2,\)"):
        angle_between([1], [1, 0])
    with pytest.raises(ValueError, match=r"two weights, got shape \(3,\)"):
        boundary_segment([1, 2, 3], 0, (0, 1), (0, 1))
