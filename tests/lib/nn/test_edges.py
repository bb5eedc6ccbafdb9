"""Where numbers are extreme and shapes are small, every layer still gives numbers."""

import glia
import numpy as np
import pytest
from glia import nn
from glia.errors import ShapeError
from glia.nn import functional as F
from glia.tensor import Tensor

DTYPES = [np.float32, np.float64]
BIG = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]])


def walked(function, array, *more, **named):
    """Return the output after a walk forward and back, both finite, in the input's dtype."""
    x = Tensor.make(array).requires_grad_()
    y = function(x, *more, **named)
    y = y[0] if isinstance(y, tuple) else y
    y.sum().backward()
    assert y.dtype == array.dtype
    assert np.isfinite(y.array).all()
    assert x.grad.dtype == array.dtype and np.isfinite(x.grad.array).all()
    return y.array


ACTIVATIONS = """
sigmoid tanh relu relu6 leaky_relu elu selu gelu silu softplus logsigmoid hardtanh softmax
log_softmax
"""


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS.split())
def test_activations_of_huge_logits(name, dtype):
    walked(getattr(F, name), BIG.astype(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_losses_of_huge_logits(dtype):
    z, classes = BIG.astype(dtype), glia.tensor([1, 2, 0])
    loss = walked(lambda x: F.cross_entropy(x, classes, reduction="none"), z)
    np.testing.assert_allclose(loss, [2e4, np.log(3), np.log(3)], rtol=1e-5)
    walked(lambda x: F.cross_entropy(x, classes, label_smoothing=0.1), z)
    walked(lambda x: F.cross_entropy(x, Tensor.make(np.full((3, 3), 1 / 3, dtype))), z)
    bits = Tensor.make((z < 0).astype(dtype))
    loss = walked(lambda x: F.binary_cross_entropy_with_logits(x, bits, reduction="sum"), z)
    np.testing.assert_allclose(loss, 8e4 + np.log(2), rtol=1e-5)
    walked(lambda x: F.binary_cross_entropy_with_logits(x, bits, pos_weight=glia.tensor(3.0)), z)
    walked(lambda x: F.binary_cross_entropy(x, bits), (z < 0).astype(dtype))
    walked(lambda x: x.logsumexp(1), z)


@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_whose_keys_are_all_masked_give_zeros(dtype):
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(dtype)
    for mask in (np.zeros((3, 3), bool), np.full((3, 3), -np.inf, dtype)):
        y = walked(lambda q, m=mask: F.scaled_dot_product_attention(q, q, q, Tensor.make(m)), x)
        np.testing.assert_array_equal(y, 0)
    padding = glia.tensor([[True, True, True], [False, False, True]])
    heads = nn.MultiheadAttention(4, 2, batch_first=True).to(np.dtype(dtype))
    walked(lambda q: heads(q, q, q, key_padding_mask=padding), x)
    layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True).to(np.dtype(dtype))
    walked(layer, x, src_key_padding_mask=padding)
    walked(lambda q: F.scaled_dot_product_attention(q, q, q), 1e4 * x)


NORMS = [
    (lambda: nn.LayerNorm(4), (2, 3, 4)),
    (lambda: nn.BatchNorm1d(4), (3, 4)),
    (lambda: nn.BatchNorm2d(4), (3, 4, 2, 2)),
    (lambda: nn.GroupNorm(2, 4), (2, 4, 3)),
    (lambda: nn.InstanceNorm1d(4), (2, 4, 3)),
    (lambda: nn.InstanceNorm2d(4), (2, 4, 3, 3)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("make", "shape"), NORMS)
def test_normalising_what_does_not_vary_gives_zeros(make, shape, dtype):
    y = walked(make().to(np.dtype(dtype)), np.full(shape, 7, dtype))
    np.testing.assert_allclose(y, 0, atol=1e-6)


def test_batch_norm_has_no_statistics_of_an_empty_batch():
    layer = nn.BatchNorm1d(4)
    for n in (0, 1):
        with pytest.raises(ShapeError, match="more than one value for each channel"):
            layer(glia.zeros(n, 4))
    np.testing.assert_array_equal(layer.running_mean.array, 0)
    assert layer.eval()(glia.zeros(0, 4)).shape == (0, 4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("shape", [(1, 2, 3), (5, 1, 3), (5, 0, 3)])
def test_recurrent_layers_over_one_step_one_sequence_or_none(kind, shape, dtype):
    layer = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True).to(np.dtype(dtype))
    x = 1e4 * np.random.default_rng(1).normal(size=shape).astype(dtype)
    assert walked(layer, x).shape == (*shape[:2], 8)


EMPTY = [
    (lambda: nn.Linear(4, 2), (0, 4), (0, 2)),
    (lambda: nn.Conv1d(2, 3, 3), (0, 2, 5), (0, 3, 3)),
    (lambda: nn.Conv2d(2, 3, 3), (0, 2, 5, 5), (0, 3, 3, 3)),
    (lambda: nn.MaxPool2d(2), (0, 2, 4, 4), (0, 2, 2, 2)),
    (lambda: nn.AvgPool2d(2), (0, 2, 4, 4), (0, 2, 2, 2)),
    (lambda: nn.AdaptiveAvgPool2d(1), (0, 2, 4, 4), (0, 2, 1, 1)),
    (lambda: nn.LayerNorm(4), (0, 4), (0, 4)),
    (lambda: nn.GroupNorm(2, 4), (0, 4, 3), (0, 4, 3)),
    (lambda: nn.PReLU(), (0, 3), (0, 3)),
    (lambda: nn.Maxout(3, 2), (0, 3), (0, 2)),
    (lambda: nn.Softmax(1), (0, 3), (0, 3)),
    (lambda: nn.Flatten(), (0, 2, 3), (0, 6)),
    (lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), (0, 3, 4), (0, 3, 4)),
]


@pytest.mark.parametrize(("make", "shape", "expected"), EMPTY)
def test_an_empty_batch_passes(make, shape, expected):
    assert walked(make(), np.zeros(shape, np.float32)).shape == expected


@pytest.mark.parametrize("dtype", DTYPES)
def test_strided_and_read_only_inputs_give_what_copies_give(dtype):
    rng = np.random.default_rng(2)
    layers = [
        (nn.Linear(4, 3), (3, 5, 4)),
        (nn.Conv1d(5, 3, 2), (3, 5, 4)),
        (nn.LayerNorm(4), (3, 5, 4)),
        (nn.BatchNorm1d(5), (3, 5, 4)),
        (nn.LSTM(4, 3), (3, 5, 4)),
        (nn.GRU(4, 3), (3, 5, 4)),
        (nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), (3, 5, 4)),
        (nn.GELU(), (3, 5, 4)),
        (nn.Softmax(1), (3, 5, 4)),
    ]
    for layer, shape in layers:
        layer.to(np.dtype(dtype))
        base = rng.normal(size=[2 * n for n in shape]).astype(dtype)
        frozen = base[::2, ::2, ::2].copy()
        expected = walked(layer, frozen)
        frozen.flags.writeable = False
        np.testing.assert_array_equal(walked(layer, frozen), expected)
        tolerance = 1e-5 if dtype == np.float32 else 1e-12
        for same in (base[::2, ::2, ::2], np.asfortranarray(frozen)):
            np.testing.assert_allclose(walked(layer, same), expected, tolerance, tolerance)


def test_the_message_of_the_hunt_for_nan():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(2, 2), nn.Linear(2, 1)

        def forward(self, x):
            return self.fc2(self.fc1(x).relu())

    net = Net()
    with glia.autograd.detect_anomaly():
        net(glia.ones(1, 2)).sum().backward()
        net.fc2.weight.array[...] = np.nan
        with pytest.raises(FloatingPointError, match=r"output of Linear 'fc2' at step 2"):
            net(glia.ones(1, 2))
        net.fc2.weight.array[...] = 1
        y = net(glia.ones(1, 2))
        with pytest.raises(
            FloatingPointError, match=r"NaN in the gradient of Linear 'fc2' at step"
        ):
            y.backward(glia.full((1, 1), float("nan")))


def test_attention_to_oneself_takes_one_projection_and_gives_the_same():
    glia.manual_seed(0)
    heads = nn.MultiheadAttention(6, 2, batch_first=True)
    results = []
    for given in (lambda x: (x, x, x), lambda x: (x, x.detach(), x.detach())):
        x = glia.tensor(np.linspace(-1, 1, 36).reshape(2, 3, 6), requires_grad=True)
        y, weights = heads(*given(x))
        heads.zero_grad()
        (y * y).sum().backward()
        grads = [p.grad.numpy().copy() for p in heads.parameters()]
        results.append([y.detach().numpy(), weights.numpy(), *grads])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_the_weights_that_attention_hands_out_are_a_copy():
    x = glia.tensor(np.linspace(-1, 1, 36).reshape(2, 3, 6), requires_grad=True)
    heads = nn.MultiheadAttention(6, 2, batch_first=True).double()
    found = []
    for change in (False, True):
        y, weights = heads(x, x, x, average_attn_weights=False)
        if change:
            weights.array[...] = 0
        x.grad = None
        y.sum().backward()
        found.append(x.grad.numpy().copy())
    np.testing.assert_array_equal(*found)
