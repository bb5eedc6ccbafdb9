"""The teaching handles: use, graph, trace, save and load."""

import math
import xml.etree.ElementTree as ElementTree

import glia
import glia.functional as F
import numpy as np
import pytest
from glia import nn
from glia.errors import ShapeError
from glia.ops.attention import Attention
from glia.ops.recurrent import GRU
from glia.substitute import replaceable
from glia.testing import gradcheck


def my_relu(x):
    return np.where(x > 0, x, 0)


def my_relu_backward(grad, x):
    return grad * (x > 0)


def my_conv2d(x, weight, bias, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    n, _, h, w = x.shape
    out, _, kh, kw = weight.shape
    size = (h - kh) // stride + 1, (w - kw) // stride + 1
    y = np.zeros((n, out, *size), x.dtype)
    for i in range(size[0]):
        for j in range(size[1]):
            patch = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.einsum("nchw,ochw->no", patch, weight)
    return y + bias[:, None, None]


def my_conv2d_backward(grad, x, weight, bias, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    grad_x, grad_w = np.zeros_like(padded), np.zeros_like(weight)
    kh, kw = weight.shape[2:]
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            place = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            grad_w += np.einsum("no,nchw->ochw", grad[:, :, i, j], padded[place])
            grad_x[place] += np.einsum("no,ochw->nchw", grad[:, :, i, j], weight)
    if padding:
        grad_x = grad_x[:, :, padding:-padding, padding:-padding]
    return grad_x, grad_w, grad.sum(axis=(0, 2, 3))


def test_a_model_runs_on_the_learners_own_convolution():
    from glia.models import LeNet5

    glia.manual_seed(0)
    net, x, y = LeNet5(), glia.randn(2, 1, 28, 28), glia.tensor([3, 7])
    expected = F.cross_entropy(net(x), y)
    expected.backward()
    gradients = [p.grad.array.copy() for p in net.parameters()]
    net.zero_grad()
    calls = []

    def counted(*args):
        calls.append(args[3:])
        return my_conv2d(*args)

    def counted_conv(x, weight, bias, stride=1, padding=0):
        return counted(x, weight, bias, stride, padding)

    with glia.use(conv2d=(counted_conv, my_conv2d_backward), relu=(my_relu, my_relu_backward)):
        loss = F.cross_entropy(net(x), y)
        loss.backward()
    assert calls == [(1, 2), (1, 0)]
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    for parameter, gradient in zip(net.parameters(), gradients, strict=True):
        np.testing.assert_allclose(parameter.grad.array, gradient, atol=1e-4)
    net(x)
    assert len(calls) == 2  # after the block the library's own runs again


def test_a_function_on_tensors_can_stand_in():
    class Mine(glia.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * (x > 0).to(x.dtype)

    with glia.use(relu=Mine):
        y = F.relu(glia.tensor([1.0, -1.0]).requires_grad_())
        assert y.grad_fn.name == "Mine"
        gradcheck(F.relu, [np.array([1.0, -2.0])])


def test_a_wrong_shape_is_refused_by_name():
    with (
        glia.use(relu=(lambda x: x[:1], my_relu_backward)),
        pytest.raises(
            ValueError, match=r"ReLU 'act': your relu returned shape \(1,\); expected \(2,\)"
        ),
    ):
        nn.Sequential({"act": nn.ReLU()})(glia.zeros(2))
    two = (lambda x: (x, x), my_relu_backward)
    with (
        glia.use(relu=two),
        pytest.raises(ValueError, match=r"\(\(2,\), \(2,\)\); expected \(2,\)"),
    ):
        F.relu(glia.zeros(2))


def test_a_function_that_takes_too_little_says_so():
    own = (lambda x, w, b: my_conv2d(x, w, b), lambda g, x, w, b: my_conv2d_backward(g, x, w, b))
    x, w, b = glia.zeros(1, 1, 5, 5), glia.zeros(1, 1, 3, 3), glia.zeros(1)
    with glia.use(conv2d=own):
        assert F.conv2d(x, w, b).shape == (1, 1, 3, 3)
        with pytest.raises(
            TypeError,
            match="takes 3 arguments; this call needs all of x, weight, bias, stride",
        ):
            F.conv2d(x, w, b, stride=2)


def test_use_knows_its_ops_and_back_ends():
    with pytest.raises(ValueError, match=r"no op 'convolve' to replace; known: .*conv2d"):
        glia.use(convolve=(my_relu, my_relu))
    with pytest.raises(TypeError, match="expected an autograd"):
        glia.use(relu=my_relu)
    assert {"conv2d", "linear", "lstm", "softmax", "layer_norm"} <= set(replaceable())
    before = glia.backend.current()
    with glia.use("numpy"):
        assert glia.backend.current() == "numpy"
    assert glia.backend.current() == before


def test_replacing_leaves_running_statistics_alone():
    norm = nn.BatchNorm1d(2)
    op = glia.ops.norm.BatchNorm if hasattr(glia.ops, "norm") else None
    assert op is not None
    own = type("Own", (op,), {})
    with glia.use(batch_norm=own):
        norm(glia.randn(8, 2))
    once = norm.running_mean.array.copy()
    norm.running_mean.zero_()
    norm.running_var.fill_(1)
    assert np.abs(once).max() > 0


def test_own_op_may_call_the_librarys():
    def forward(x):
        return F.relu(glia.tensor(x)).array

    with glia.use(relu=(forward, my_relu_backward)):
        assert F.relu(glia.tensor([-1.0, 2.0])).tolist() == [0, 2]


def test_a_graph_shows_values_and_gradients():
    x = glia.tensor(2.0, requires_grad=True)
    w = glia.tensor(3.0, requires_grad=True)
    u = x * w
    loss = F.relu(u + 1) * u
    loss.backward(retain_graph=True)
    picture = loss.graph(names={"x": x, "w": w})
    root = ElementTree.fromstring(picture.svg)
    texts = " ".join(root.itertext())
    for expected in ("×", "ReLU", "x", "w", "42", "grad 39", "grad 26", "grad 13"):
        assert expected in texts
    assert "× of x = 2, grad 39 and w = 3, grad 26 gives 6, grad 13." in str(picture)
    assert picture._repr_svg_() == picture.svg
    boxes = root.findall("{*}rect")
    assert len(boxes) == 4  # ×, +, ReLU, ×


def test_a_graph_can_be_saved_and_has_limits(tmp_path):
    x = glia.ones(2, 3).requires_grad_()
    y = (x @ x.T).sum()
    y.graph().save(tmp_path / "graph.svg")
    assert "2×3" in (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert "A single tensor" in str(x.graph())
    with pytest.raises(ValueError, match="expected at most 2"):
        glia.graph.draw(y, max_nodes=2)
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.graph()


def test_a_graph_of_something_changed_in_place_ends():
    x = glia.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    z = y.exp()
    y += 1
    (y + z).sum().graph()
    y *= y.exp()
    (y.sum() + z.sum()).backward()
    base = np.array([1.0, 2.0, 3.0])
    slope = (1 + (2 * base + 1)) * np.exp(2 * base + 1) * 2 + 2 * np.exp(2 * base)
    np.testing.assert_allclose(x.grad.array, slope, rtol=1e-5)


def test_trace_records_every_layer():
    net = nn.Sequential({"fc": nn.Linear(3, 2), "rnn": nn.RNN(2, 2)})
    with glia.trace(net, all_modules=True) as record:
        net(glia.ones(4, 3))[0].sum().backward()
        net(glia.ones(4, 3))
    assert [layer.name for layer in record] == ["fc", "rnn"] and len(record) == 2
    assert record["fc"].activation.shape == record["fc"].gradients[0].shape == (4, 2)
    assert record["fc"].gradient is None and len(record["rnn"].activations) == 2
    with pytest.raises(KeyError, match="no layer 'fc2' was run; recorded: fc, rnn"):
        record["fc2"]
    net(glia.ones(4, 3))
    assert len(record["fc"].activations) == 2


def test_save_and_load_keep_structure(tmp_path):
    thing = {
        "weights": [glia.ones(2, 3), glia.tensor([1, 2])],
        "pair": (1, 2.5, None, True, "text"),
        3: {"array": np.arange(3), "number": np.float32(0.5), "inf": math.inf},
    }
    path = tmp_path / "thing.glia"
    glia.save(thing, path)
    back = glia.load(path)
    assert back["pair"] == thing["pair"] and back[3]["inf"] == math.inf and back[3]["number"] == 0.5
    assert glia.equal(back["weights"][0], thing["weights"][0])
    assert back["weights"][1].dtype == glia.int64
    np.testing.assert_array_equal(back[3]["array"], np.arange(3))
    with pytest.raises(TypeError, match="cannot save a Linear"):
        glia.save(nn.Linear(1, 1), path)


def test_the_shape_of_a_convolution_is_told_without_the_librarys_own():
    """Where the library's is withheld a learner's is still checked for its shape."""

    def refuse(*arguments):
        raise NotImplementedError("write it yourself")

    def too_small(x, weight, bias, stride, padding):
        return np.zeros((len(x), len(weight), 1, 1))

    x, weight = glia.zeros(2, 1, 7, 5), glia.zeros(3, 1, 3, 2)
    size = F.conv2d(x, weight, glia.zeros(3), stride=2, padding=1).shape
    with glia.backend.withhold("conv2d", refuse):
        with glia.use(conv2d=(too_small, too_small)), pytest.raises(ShapeError) as caught:
            F.conv2d(x, weight, glia.zeros(3), stride=2, padding=1)
        with pytest.raises(NotImplementedError, match="yourself"):
            F.conv2d(x, weight)
    assert str(size) in str(caught.value)


@pytest.mark.parametrize(
    "mask", [None, np.ones((2, 1, 4, 5), dtype=bool), np.ones((4, 5), dtype=bool)]
)
def test_attention_tells_its_shape_without_running(mask):
    q, k, v = np.ones((2, 3, 4, 6)), np.ones((1, 3, 5, 6)), np.ones((3, 5, 7))
    given = None if mask is None else glia.tensor(mask)
    y = Attention.apply(glia.tensor(q), glia.tensor(k), glia.tensor(v), given, 0.5, None)
    assert Attention.result_shapes(q, k, v, mask, 0.5, None) == (y.shape,) == ((2, 3, 4, 7),)


def test_a_gru_tells_its_shapes_without_running():
    arrays = [np.ones(s) for s in ((5, 2, 3), (2, 4), (12, 3), (12, 4), (12,), (12,))]
    made = GRU.apply(*map(glia.tensor, arrays), "after", "keep", None)
    assert GRU.result_shapes(*arrays, "after", "keep", None) == tuple(y.shape for y in made)


def test_what_stands_in_cannot_fall_back_on_what_is_withheld():
    def borrowed(x):
        return F.relu(glia.tensor(x)).numpy()

    def refuse(*arguments):
        raise NotImplementedError("write it yourself")

    with glia.use(relu=(borrowed, lambda grad, x: grad * (x > 0))):
        assert F.relu(glia.tensor([-1.0, 2.0])).tolist() == [0, 2]
        with glia.backend.withhold("relu", refuse), pytest.raises(NotImplementedError):
            F.relu(glia.tensor([1.0]))
        assert F.relu(glia.tensor([-1.0, 2.0])).tolist() == [0, 2]
