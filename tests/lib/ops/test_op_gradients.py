"""Every op against central differences in float64, over shapes, strides and edges."""

import math

import glia
import glia.functional as F
import numpy as np
import pytest
from glia.testing import gradcheck

rng = np.random.default_rng(23)


def normal(*shape):
    return rng.standard_normal(shape)


UNARY = "exp sin cos tanh sigmoid erf abs neg square relu sign floor ceil round".split()
POSITIVE = "log log2 log1p sqrt rsqrt reciprocal".split()
SHAPES = [(), (1,), (3, 4), (0, 3), (2, 1, 3)]


@pytest.mark.parametrize("name", UNARY + POSITIVE)
@pytest.mark.parametrize("shape", SHAPES)
def test_unary(name, shape):
    x = normal(*shape) + 0.1
    x = np.abs(x) + 0.2 if name in POSITIVE else np.where(np.abs(x % 1) < 0.1, x + 0.3, x)
    x = np.where(np.abs(x - np.round(x * 2) / 2) < 1e-3, x + 0.1, x)  # off the kinks
    gradcheck(lambda t: getattr(t, name)(), [x])


@pytest.mark.parametrize("shapes", [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (2,)),
                                    ((2, 0), (1, 0)), ((1,), (1,))])  # fmt: skip
def test_binary_with_broadcasting(shapes):
    a, b = normal(*shapes[0]), np.abs(normal(*shapes[1])) + 0.5
    gradcheck(lambda x, y: x + y, [a, b])
    gradcheck(lambda x, y: x - y, [a, b])
    gradcheck(lambda x, y: x * y, [a, b])
    gradcheck(lambda x, y: x / y, [a, b])
    gradcheck(lambda x, y: y**x, [a, b])
    gradcheck(lambda x, y: x.maximum(y), [a, b])
    gradcheck(lambda x, y: x.minimum(y), [a, b])


def test_with_numbers():
    x = np.abs(normal(3)) + 0.5
    for function in (
        lambda t: 2 - t,
        lambda t: 2 / t,
        lambda t: 2**t,
        lambda t: t**3,
        lambda t: t**0,
        lambda t: t**-0.5,
        lambda t: t.clamp(0.7, 1.2),
        lambda t: t.clamp(min=0.9),
        lambda t: t.add(2).sub(1).mul(3).div(2).pow(2),
    ):
        gradcheck(function, [x])


def test_slopes_at_kinks_and_poles():
    x = glia.tensor([0.0, 0.0], requires_grad=True)
    (x.relu() + x.abs() + F.leaky_relu(x, 0.1) + F.elu(x)).sum().backward()
    np.testing.assert_allclose(x.grad.array, [1.1, 1.1])
    square = glia.tensor([0.0], requires_grad=True)
    (square**2).sum().backward()
    assert square.grad.item() == 0
    assert glia.tensor([0.0]).log().item() == -math.inf
    assert glia.tensor([1.0]).div(0).item() == math.inf


def test_erf_is_exact_to_the_last_digits():
    x = np.linspace(-7, 7, 2001)
    expected = [math.erf(v) for v in x]
    np.testing.assert_allclose(glia.tensor(x).erf().array, expected, atol=3e-16)
    assert glia.tensor([math.inf, -math.inf]).erf().tolist() == [1, -1]


@pytest.mark.parametrize("shape", [(2, 4), (1, 4), (0, 4), (2, 4, 3)])
def test_activations(shape):
    x = normal(*shape) * 2
    for (
        name
    ) in "logsigmoid silu softplus elu selu gelu leaky_relu hardtanh relu6 step sign".split():
        gradcheck(lambda t, n=name: getattr(F, n)(t), [x])
    gradcheck(lambda t: F.gelu(t, approximate="tanh"), [x])
    gradcheck(lambda t: F.softmax(t, 1), [x])
    gradcheck(lambda t: F.log_softmax(t, 1), [x])
    gradcheck(lambda t: F.maxout(t, 2, dim=1), [x])
    gradcheck(F.prelu, [x, np.array([0.1, 0.2, 0.3, 0.4])])


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("update", ["keep", "replace"])
@pytest.mark.parametrize("masked", [False, True])
def test_gru_in_every_convention(reset, update, masked):
    mask = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 0]])[..., None] if masked else None
    weights = normal(9, 2), normal(9, 3), normal(9), normal(9)
    gradcheck(
        lambda x, h, *w: F.gru(x, h, w, reset, update, None if mask is None else glia.tensor(mask)),
        [normal(3, 3, 2), normal(3, 3), *weights],
    )


@pytest.mark.parametrize("steps", [1, 3])
def test_rnn_and_lstm_with_masks(steps):
    mask = glia.tensor(np.array([[1, 1], [1, 0], [1, 0]])[:steps, :, None])
    gradcheck(
        lambda x, h, *w: F.rnn(x, h, w, "tanh", mask),
        [normal(steps, 2, 2), normal(2, 3), normal(3, 2), normal(3, 3), normal(3), normal(3)],
    )
    gradcheck(
        lambda x, h, c, *w: F.lstm(x, (h, c), w, mask),
        [
            normal(steps, 2, 2),
            normal(2, 3),
            normal(2, 3),
            normal(12, 2),
            normal(12, 3),
            normal(12),
            normal(12),
        ],
    )


def test_empty_batches_go_through_everything():
    assert F.linear(glia.zeros(0, 3), glia.zeros(2, 3)).shape == (0, 2)
    assert F.conv2d(glia.zeros(0, 1, 5, 5), glia.zeros(2, 1, 3, 3)).shape == (0, 2, 3, 3)
    assert F.max_pool2d(glia.zeros(0, 1, 4, 4), 2).shape == (0, 1, 2, 2)
    assert F.layer_norm(glia.zeros(0, 3), (3,)).shape == (0, 3)
    assert F.softmax(glia.zeros(0, 3), 1).shape == (0, 3)
    w = glia.tensor(normal(2, 1, 3, 3), requires_grad=True)
    F.conv2d(glia.zeros(0, 1, 5, 5), w).sum().backward()
    assert not w.grad.array.any()
    q = glia.zeros(0, 2, 3)
    assert F.scaled_dot_product_attention(q, q, q).shape == (0, 2, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(dtype):
    x = glia.tensor(normal(2, 4, 6, 6).astype(dtype), requires_grad=True)
    w = glia.tensor(normal(4, 4, 3, 3).astype(dtype), requires_grad=True)
    y = F.gelu(F.group_norm(F.max_pool2d(F.conv2d(x, w, padding=1), 2), 2))
    y = F.layer_norm(y.flatten(1), (36,)) * 2 + 1.5
    loss = F.cross_entropy(y, glia.tensor([0, 1]), label_smoothing=0.1)
    loss.backward()
    q = x.flatten(2)
    assert F.scaled_dot_product_attention(q, q, q, is_causal=True).dtype == dtype
    assert F.dropout(x).dtype == dtype and F.silu(x).dtype == dtype and F.elu(x).dtype == dtype
    assert loss.dtype == dtype and x.grad.dtype == dtype and w.grad.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_stay_finite(dtype):
    z = glia.tensor(np.array([[1e4, -1e4, 0.0]], dtype), requires_grad=True)
    losses = [
        F.cross_entropy(z, glia.tensor([1])),
        F.cross_entropy(z, glia.tensor([0]), label_smoothing=0.1),
        F.binary_cross_entropy_with_logits(z, glia.tensor(np.array([[0, 1, 1]], dtype))),
        F.softplus(z).sum(),
        F.logsigmoid(z).sum(),
        z.sigmoid().sum(),
        z.tanh().sum(),
        z.logsumexp(1).sum(),
        F.elu(z).sum(),
        F.gelu(z * 1e-2).sum(),
        F.gelu(z * 1e-2, approximate="tanh").sum(),
        F.silu(z).sum(),
    ]
    assert losses[0].item() == 2e4
    for loss in losses:
        z.grad = None
        loss.backward()
        assert np.isfinite(loss.item()) and np.isfinite(z.grad.array).all()


def test_masked_scores_and_rows():
    scores = glia.tensor([[1.0, -math.inf]], requires_grad=True)
    loss = F.cross_entropy(scores, glia.tensor([0]))
    loss.backward()
    assert loss.item() == 0 and np.isfinite(scores.grad.array).all()
    q = glia.tensor(normal(2, 3), requires_grad=True)
    seen = glia.tensor([[True, True], [False, False]])
    y = F.scaled_dot_product_attention(q, q, q, seen)
    y.sum().backward()
    assert y[1].tolist() == [0, 0, 0] and np.isfinite(q.grad.array).all()
    added = F.scaled_dot_product_attention(q, q, q, glia.full((2, 2), -math.inf))
    assert not added.array.any()


def test_normalising_what_does_not_vary():
    for norm in (lambda x: F.layer_norm(x, (4,)), lambda x: F.group_norm(x, 2)):
        x = glia.full((2, 4), 3.0).requires_grad_()
        y = norm(x)
        y.sum().backward()
        assert not y.array.any() and np.isfinite(x.grad.array).all()


def test_dropout_keeps_the_mean_and_its_mask():
    glia.manual_seed(0)
    x = glia.ones(10_000).requires_grad_()
    y = F.dropout(x, 0.25)
    assert set(np.unique(y.array.round(4))) == {0, np.float32(1.3333)}
    assert abs(y.mean().item() - 1) < 0.03
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.array, y.array)
    assert F.dropout(x, 0.5, training=False) is x
    assert not F.dropout(x, 1.0).array.any()
    with pytest.raises(ValueError, match=r"got p = 1\.5"):
        F.dropout(x, 1.5)
