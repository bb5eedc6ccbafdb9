"""Backprop graph, worked net, playground: their numbers, their marks, and the learner's code."""

import re
from itertools import pairwise

import glia
import numpy as np
import pytest
from glia import nn
from glia.autograd import Function, slow_backward
from glia.widgets import BackpropGraph, Playground, WorkedNetStepper
from glia.widgets.worked_step import HIDDEN, OUTPUT, X, worked_step


def leaf(value):
    return glia.tensor(value, dtype=glia.float64, requires_grad=True)


def expression(w, x, b):
    u = w * x
    v = u + b
    return (v.relu() - x) ** 2 * w.sigmoid(), {"u": u, "v": v}


def test_slow_backward_hands_on_what_backward_collects():
    rng = np.random.default_rng(0)
    W, x, b = leaf(rng.normal(size=(3, 2))), leaf(rng.normal(size=2)), leaf(rng.normal(size=3))
    loss = ((W @ x + b).tanh() * b).sum() + (W * W).mean()
    visits = slow_backward(loss)
    assert W.grad is None
    collected = {}
    for visit in visits:
        given = zip(visit.ctx.inputs, visit.ctx.sources, visit.handed, strict=True)
        for tensor, source, array in given:
            if tensor is not None and source is None and array is not None:
                collected[id(tensor)] = collected.get(id(tensor), 0) + array
    loss.backward()  # the slow walk has not used the graph up
    for tensor in (W, x, b):
        np.testing.assert_allclose(collected[id(tensor)], tensor.grad.numpy(), rtol=1e-12)


def test_graph_shows_the_gradients_that_backward_finds():
    graph = BackpropGraph(expression, w=0.7, x=-1.5, b=2.0)
    w, x, b = leaf(0.7), leaf(-1.5), leaf(2.0)
    expression(w, x, b)[0].backward()
    assert graph.gradients() == pytest.approx({"w": w.grad, "x": x.grad, "b": b.grad})
    assert graph.error == ""
    assert f"∂L/∂b = {b.grad.item():.3f}".replace("-", "−") in graph.frames[-1]["say"]


def test_graph_unveils_one_value_and_one_gradient_a_step():
    graph = BackpropGraph(expression, w=0.7, x=-1.5, b=2.0)
    steps = len(graph.walk.visits)
    assert len(graph.frames) == 2 * steps + 2
    bold = [frame["svg"].count("font-weight='bold'") for frame in graph.frames]
    assert bold[0] == 3 and all(b - a == 1 for a, b in pairwise(bold[: steps + 1]))
    assert bold[steps + 1] == bold[steps] + 1  # the seed
    assert all(b >= a for a, b in pairwise(bold[steps + 1 :]))
    says = " ".join(frame["say"] for frame in graph.frames)
    assert "w × x gives u = −1.05" in says and "u + b gives v = 0.95" in says


def test_graph_multiplies_upstream_by_local_and_adds_over_uses():
    graph = BackpropGraph(lambda w: w * w + w * 3, w=2.0)
    told = [frame["say"] for frame in graph.frames]
    assert any("1 × 2 = 2" in say and "3 + 2 + 2 = 7" in say for say in told)
    assert "∂L/∂w = 7" in told[-1] or "∂L/∂w = 7" in told[-2]


def test_clicking_a_node_leads_to_where_it_is_complete():
    graph = BackpropGraph(expression, w=0.7, x=-1.5, b=2.0)
    steps = len(graph.walk.visits)
    for place in (0, len(graph.frames) - 1):
        graph.step = place
        marks = re.findall(r"data-trait='step' data-value='(\d+)'", graph.picture["svg"])
        assert len(marks) == len(graph.walk.layout.nodes)
        for mark in map(int, marks):
            assert mark <= steps if place == 0 else steps < mark < len(graph.frames)


def test_graph_follows_its_sliders_also_through_an_if():
    def absolute(w):
        return w * 2 if w > 0 else -(w * w) * 2

    graph = BackpropGraph(absolute, w=1.0)
    assert graph.gradients() == {"w": 2.0}
    graph.step = len(graph.frames) - 1
    graph.a = -1.5
    assert graph.gradients() == {"w": 6.0}
    assert graph.controls[4]["max"] == len(graph.frames) - 1
    assert graph.error == ""


def test_graph_takes_the_learners_function_and_measures_it():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx, grad):
            x, y = ctx.saved_tensors
            return x * grad, y * grad

    x, y = leaf(2.0), leaf(5.0)
    assert BackpropGraph(Wrong.apply(x, y), {"x": x, "y": y}).gradients() == {"x": 2.0, "y": 5.0}
    graph = BackpropGraph(lambda x, y: Wrong.apply(x, y).sigmoid(), x=0.2, y=0.5)
    assert "a central difference measures" in graph.error
    assert BackpropGraph(lambda x: x.relu(), x=0.0).error == ""  # no complaint at a kink


def test_graph_tells_what_stopped_the_learners_function():
    def unwritten(x):
        raise NotImplementedError

    for function, words in {
        unwritten: "your expression is not written yet",
        lambda x: x.no_such_thing(): "stopped with AttributeError",
        lambda x: x.no_such_thing(): "called with x=tensor(1.",
        lambda x: 3.0: "returned type float; expected a Tensor of one number",
        lambda x: glia.cat([x.reshape(1), x.reshape(1)]): "makes a Tensor of shape (2,) out of x",
        lambda x: glia.tensor(1.0): "depends on none of them",
    }.items():
        graph = BackpropGraph(function, x=1.0)
        assert words in graph.error and len(graph.frames) == 1 and graph.gradients() == {}
        assert "self._" not in graph.error  # a line of the learner's, none of ours


def test_graph_of_arrays_shows_shapes_and_data_asks_for_nothing():
    glia.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x, y = glia.tensor(np.ones((5, 3), np.float32)), glia.tensor(np.ones((5, 1), np.float32))
    graph = BackpropGraph(nn.functional.mse_loss(net(x), y), {"x": x, "y": y})
    assert "x (data)" in graph.backdrop and ">5×3<" in graph.frames[0]["svg"]
    assert "Jacobian" in graph.frames[-1]["side"] and "none asked for" in graph.frames[-1]["side"]
    assert x.grad is None


def test_graph_says_what_it_cannot_show():
    x = leaf([1.0, 2.0])
    for strange, words in (
        (3.0, "a function of numbers, got float"),
        (abs, "x has to be a number"),
    ):
        with pytest.raises(TypeError, match=words):
            BackpropGraph(strange, x="1")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"scalar that requires a gradient, got shape \(2,\)"):
        BackpropGraph(x * 2)
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="released"):
        BackpropGraph(loss)
    long = x.sum()
    for _ in range(40):
        long = long * 1.1
    with pytest.raises(ValueError, match="at most 60"):
        BackpropGraph(long)


GOLDEN = {
    "net": (0.755, 0.68),
    "h": (0.680267, 0.663739),
    "s": 0.801445,
    "y": 0.690283,
    "error": 0.0181039,
    "delta": 0.0406811,
    "W": ((0.0990709, 0.797611), (0.397140, 0.592646)),
    "v": (0.272326, 0.872998),
}


def test_worked_net_golden_values():
    done = worked_step(np.array(X), np.array(HIDDEN), np.array(OUTPUT), 0.5, 1.0)
    for name, expected in GOLDEN.items():
        np.testing.assert_allclose(getattr(done, name), expected, atol=1.1e-6, err_msg=name)
    again = worked_step(np.array(X), done.W, done.v, 0.5, 1.0)
    assert (again.y, again.error) == pytest.approx((0.682019, 0.0165654), abs=1e-6)
    x, W, v = leaf([list(X)]), leaf(HIDDEN), leaf([OUTPUT])
    error = (((x @ W.T).sigmoid() @ v.T).sigmoid() - 0.5) ** 2 * 0.5
    error.sum().backward()
    np.testing.assert_allclose(done.W, W.detach().numpy() - W.grad.numpy(), rtol=1e-12)


def test_worked_net_says_each_golden_number_in_turn():
    net = WorkedNetStepper()
    said = [frame["say"] for frame in net.frames]
    for place, words in {1: "0.755", 4: "0.663739", 6: "0.690283", 8: "0.040681", 11: "0.872998",
                         12: "0.797611", 13: "0.39714", 14: "0.682019"}.items():  # fmt: skip
        assert words in said[place]
        assert words not in " ".join(said[:place])
    net.lr = 20.0
    assert "not smaller" not in net.frames[-1]["say"]
    net.slip = "new"
    assert "the changed v" in net.frames[11]["say"] and "New output" in net.frames[9]["say"]


def reference(x, W, v, target, lr):
    done = worked_step(x, W, v, target, lr)
    return done.y, done.delta, done.W, done.v


def test_worked_net_compares_the_learners_step():
    def slipped(x, W, v, target, lr):
        done = worked_step(x, W, v, target, lr, slip=True)
        return done.y, done.delta, done.W, done.v

    def uphill(x, W, v, target, lr):
        return reference(x, W, v, target, -lr)

    assert WorkedNetStepper(reference).error == ""
    assert "yours" in WorkedNetStepper(reference).frames[3]["side"]
    assert "keep the old ones" in WorkedNetStepper(slipped).error
    assert "your W, row by row differs" in WorkedNetStepper(uphill).error
    assert "return (y, delta, W, v)" in WorkedNetStepper(lambda *args: 1.0).error
    assert "returned None" in WorkedNetStepper(lambda *args: None).error


def test_playground_learns_in_bursts_and_counts_them():
    plane = Playground(data="circles")
    before = plane.picture["svg"]
    for burst in range(1, 31):
        plane.on_press("train")
        assert plane.bursts == burst
    steps = plane.trainee.steps  # 10 a burst, fewer where they take long
    assert 30 <= steps <= 300 and plane.trainee.losses[-1] < 0.5
    assert plane.picture["svg"] != before and f"{steps} steps" in plane.picture["say"]
    plane.on_press("once")
    assert plane.trainee.steps == steps + 1


def test_playground_takes_points_from_clicks_and_keys():
    plane = Playground(data="own")
    plane.on_press("train")
    assert plane.bursts < 0 and "no points yet" in plane.error
    plane.on_click("points", 0.75, 0.25)
    plane.pen = 0
    plane.x1, plane.x2 = -1.0, -2.0
    plane.on_press("put")
    np.testing.assert_allclose(plane.X, [[1.5, 1.5], [-1, -2]])
    assert plane.y.tolist() == [1, 0]
    plane.on_press("train")
    assert plane.bursts > 0 and plane.error == "" and "100%" in plane.picture["say"]
    plane.pen = -1
    plane.on_click("points", 0.7, 0.3)
    assert plane.y.tolist() == [0]


def test_playground_renews_what_must_be_and_keeps_what_may():
    plane = Playground(data="xor")
    plane.train(5)
    net = plane.trainee.net
    plane.notch = 2
    plane.optimiser = "sgd"
    plane.penalty = "l2"
    assert plane.trainee.net is net and plane.trainee.steps == 5
    plane.depth = 3
    assert plane.trainee.steps == 0 and "net 2–8–8–8–1" in plane.picture["say"]
    assert plane.picture["svg"].count("layer ") == 1 + 3


def test_playground_penalty_shrinks_weights_and_not_biases():
    sizes = {}
    for penalty in ("none", "l2", "l1"):
        plane = Playground(data="moons", penalty=penalty, strength=5)
        plane.train(200)
        sizes[penalty] = float(sum((w.array**2).sum() for w in plane.trainee.weights))
    assert sizes["none"] > 2 * sizes["l2"] and sizes["none"] > 2 * sizes["l1"]


def test_playground_calls_off_what_has_exploded_and_leaves_the_learners_stream_alone():
    glia.manual_seed(5)
    expected = glia.rand(3).numpy()
    glia.manual_seed(5)
    plane = Playground(data="xor")
    np.testing.assert_array_equal(glia.rand(3).numpy(), expected)
    plane.on_press("train")
    assert plane.bursts == 1
    plane.trainee.weights[0].array[:] = np.inf
    plane.on_press("train")
    assert plane.bursts == -2 and "no number any more" in plane.error
    plane.on_press("anew")
    plane.on_press("train")
    assert plane.bursts == 3 and plane.error == ""


def test_playground_shows_where_the_gradient_dies():
    sizes = {}
    for activation in ("sigmoid", "relu"):
        plane = Playground(data="xor", depth=4, activation=activation, optimiser="sgd")
        plane.on_press("once")
        sizes[activation] = plane.trainee.slopes
        assert plane.picture["svg"].count("#D55E00' stroke='#000000'") == 5  # five bars
    assert sizes["sigmoid"][0] < 1e-3 * sizes["sigmoid"][-1]
    assert sizes["relu"][0] > 1e-2 * sizes["relu"][-1]


def test_playground_trains_the_learners_net():
    plane = Playground(build=lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)))
    assert "your net of 13 parameters" in plane.picture["say"]
    assert not any(c["name"] == "depth" for c in plane.controls)
    first = plane.trainee.net
    plane.on_press("anew")
    assert plane.trainee.net is not first


def test_playground_tells_what_is_wrong_with_the_learners_net():
    def unwritten():
        raise NotImplementedError

    for build, words in {
        unwritten: "your unwritten is not written yet",
        lambda: 3: "returned type int; expected a net",
        lambda: nn.Linear(3, 1): "given points of shape (3, 2), stopped with ShapeError",
        lambda: nn.Linear(2, 3): "makes shape (3, 3) out of points of shape (3, 2)",
    }.items():
        plane = Playground(build)
        assert words in plane.error
        assert "your net" not in plane.picture["say"]
        plane.on_press("once")  # the widget's own net trains, and the message stays
        assert words in plane.error and plane.trainee.steps == 1
    with pytest.raises(ValueError, match=r"expected finite X of shape \(N, 2\)"):
        Playground(X=np.zeros((3, 3)), y=np.zeros(3))
