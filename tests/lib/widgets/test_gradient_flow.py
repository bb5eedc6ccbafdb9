"""The chain rule widget: every link is right, the product is theirs, and yours is compared."""

import numpy as np
import pytest
from glia.ops import binary_cross_entropy, logistic_gradient, sigmoid
from glia.widgets import GradientFlow

LAST = 5


def good_gradient(X, y, weight, bias):
    a = 1 / (1 + np.exp(-(X @ weight + bias)))
    return X.T @ (a - y) / len(y), np.mean(a - y)


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize(("x", "weight", "bias"), [(2.0, 0.5, -0.5), (-3.0, 2.0, -2.0), (0, 1, 1)])
def test_links_match_the_library_and_multiply(x, weight, bias, y):
    n = GradientFlow(x=x, y=y, weight=weight, bias=bias).links()
    a = float(sigmoid(weight * x + bias))
    nudge = 1e-6 * min(a, 1 - a)
    above, below = (float(binary_cross_entropy([a + s], [y])) for s in (nudge, -nudge))
    assert n["dL/da"] == pytest.approx((above - below) / (2 * nudge), rel=1e-4)
    assert n["dL/da"] * n["da/dz"] == pytest.approx(n["dL/dz"], rel=1e-9)
    grad_weight, grad_bias = logistic_gradient([[x]], [y], [weight], bias)
    assert n["dL/dz"] * n["dz/dw"] == pytest.approx(float(grad_weight[0]))
    assert n["dL/db"] == pytest.approx(grad_bias)


def test_every_step_has_its_picture_and_reveals_one_more_link():
    flow = GradientFlow()
    assert len(flow.frames) == 6
    assert flow.frame_by == "step"
    # The sum-up box repeats some names, so count the links by their arrows' heads.
    heads = [frame["svg"].count("Z'") for frame in flow.frames]
    assert heads == [heads[0] + extra for extra in (0, 1, 2, 2, 3, 3)]
    flow.step = LAST
    assert flow.picture == flow.frames[LAST]


def test_turning_to_a_step_computes_nothing_anew():
    asked = []

    def gradient(*args):
        asked.append(args)
        return good_gradient(*args)

    flow = GradientFlow(gradient)
    before = len(asked)
    flow.step = LAST
    flow.step = 2
    assert len(asked) == before
    flow.x = 1.0
    assert len(asked) == before + 1


def test_the_learners_gradient_is_called_as_in_the_exercise_and_shown():
    seen = {}

    def gradient(X, y, weight, bias):
        seen.update(X=X.shape, y=y.shape, weight=weight.shape, bias=bias)
        return good_gradient(X, y, weight, bias)

    flow = GradientFlow(gradient)
    assert seen == {"X": (1, 1), "y": (1,), "weight": (1,), "bias": -0.5}
    assert flow.error == ""
    assert flow.frames[LAST]["side"].count("−0.755") == 2  # the library's and yours


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (lambda X, y, w, b: tuple(-g for g in good_gradient(X, y, w, b)), "points the other way"),
        (lambda X, y, w, b: (good_gradient(X, y, w, b)[1:], 0.0), "differ"),
        (lambda X, y, w, b: (np.ones(1), good_gradient(X, y, w, b)[1]), "∂L/∂w is not"),
        (lambda X, y, w, b: np.ones(1), "must return two things"),
        (lambda X, y, w, b: (np.ones((1, 1)), 0.0), "shape (1, 1)"),
        (lambda X, y, w, b: X @ y @ b, "ValueError"),
        (lambda X, y, w, b: None, "returned None"),
    ],
)
def test_a_bad_gradient_is_told_in_words(gradient, words):
    flow = GradientFlow(gradient)
    assert words in flow.error
    assert "Traceback" not in flow.error


def test_the_learner_cannot_change_the_widgets_arrays():
    def gradient(X, y, weight, bias):
        X[:] = 99.0
        return np.zeros(1), 0.0

    flow = GradientFlow(gradient)
    assert flow.x == 2.0
    assert "−0.755" in flow.frames[LAST]["side"]
