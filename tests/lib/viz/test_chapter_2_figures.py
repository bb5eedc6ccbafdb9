"""The figures of chapter 2 show what they are given."""

import numpy as np
import pytest
from glia.viz import axes, compare_boundaries, loss_curves, templates


def test_loss_curves_are_the_formulas():
    lines = loss_curves(axes()).get_lines()
    z = lines[0].get_xdata()
    zero_one, log_loss, squared, adaline = (line.get_ydata() for line in lines)
    a = 1 / (1 + np.exp(-z))
    np.testing.assert_array_equal(zero_one, z <= 0)
    np.testing.assert_allclose(log_loss, -np.log(a), atol=1e-12)
    np.testing.assert_allclose(squared, (a - 1) ** 2, atol=1e-12)
    np.testing.assert_allclose(adaline, (z - 1) ** 2 / 2)
    assert len({line.get_linestyle() for line in lines}) == 4  # readable without colour


def test_templates_share_one_symmetric_scale():
    weight = np.zeros((3, 16))
    weight[1, 5], weight[2, 0] = -4.0, 2.0
    shown = templates(weight, ["a", "b", "c"])
    assert [ax.get_title() for ax in shown] == ["a", "b", "c"]
    assert {image.get_clim() for ax in shown for image in ax.get_images()} == {(-4.0, 4.0)}
    assert shown[1].get_images()[0].get_array()[1, 1] == -4.0


def test_templates_refuse_what_is_no_square():
    with pytest.raises(ValueError, match=r"\(2, 15\)"):
        templates(np.zeros((2, 15)))
    with pytest.raises(ValueError, match="2 classes but 1 names"):
        templates(np.zeros((2, 16)), ["a"])


def test_compare_boundaries_counts_the_mistakes_of_each():
    X, y = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]), np.array([0, 1, 1])
    panels = compare_boundaries(
        {"sees": lambda p: (p[:, 0] > 0.5).astype(int), "blind": lambda p: np.zeros(len(p), int)},
        X,
        y,
    )
    assert [ax.get_title() for ax in panels] == ["sees: 0 wrong", "blind: 2 wrong"]
    with pytest.raises(ValueError, match="at least one"):
        compare_boundaries({}, X, y)
