import numpy as np
import pytest
from glia import nn, tensor
from glia.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence
from glia.tensor import Tensor

from ..oracle import carry, flat, same_module, torch

rng = np.random.default_rng(3)


def normal(*shape):
    return rng.standard_normal(shape)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"num_layers": 2, "bidirectional": True}, {"batch_first": True, "bias": False}],
)
def test_recurrent(kind, settings):
    mine, yours = getattr(nn, kind)(3, 4, **settings), getattr(torch.nn, kind)(3, 4, **settings)
    same_module(mine, yours, normal(5, 2, 3))
    same_module(mine, yours, normal(1, 1, 3))  # one step, one sequence
    same_module(mine, yours, normal(5, 3))  # no batch


def test_recurrent_with_a_first_state():
    shape = (2, 3, 4)
    for kind in ("RNN", "GRU"):
        mine = getattr(nn, kind)(3, 4, num_layers=2)
        same_module(
            mine, getattr(torch.nn, kind)(3, 4, num_layers=2), normal(5, 3, 3), normal(*shape)
        )
    lstm = nn.LSTM(3, 4, num_layers=2), torch.nn.LSTM(3, 4, num_layers=2)

    class Mine(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = lstm[0]

        def forward(self, x, h, c):
            return self.lstm(x, (h, c))

    class Yours(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = lstm[1]

        def forward(self, x, h, c):
            return self.lstm(x, (h, c))

    same_module(Mine(), Yours(), normal(5, 3, 3), normal(*shape), normal(*shape))


def test_relu_rnn_and_positional_nonlinearity():
    mine, yours = nn.RNN(3, 4, nonlinearity="relu"), torch.nn.RNN(3, 4, nonlinearity="relu")
    same_module(mine, yours, normal(5, 2, 3))
    assert nn.RNN(3, 4, 1, "relu").nonlinearity == "relu"


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cells(kind):
    same_module(getattr(nn, kind)(3, 4), getattr(torch.nn, kind)(3, 4), normal(5, 3))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_packed_sequences(kind):
    settings = {"bidirectional": True, "num_layers": 2}
    mine, yours = getattr(nn, kind)(3, 4, **settings), getattr(torch.nn, kind)(3, 4, **settings)
    carry(yours, mine)
    x, lengths = normal(5, 3, 3), [2, 5, 3]
    ours, theirs = Tensor.make(x).requires_grad_(), torch.tensor(x, requires_grad=True)
    packed = pack_padded_sequence(ours, lengths, enforce_sorted=False)
    output, state = mine(packed)
    expected, expected_state = yours(
        torch.nn.utils.rnn.pack_padded_sequence(theirs, torch.tensor(lengths), enforce_sorted=False)
    )
    np.testing.assert_array_equal(output.batch_sizes.array, expected.batch_sizes)
    output, given = pad_packed_sequence(output)
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(expected)
    assert given.tolist() == lengths
    np.testing.assert_allclose(output.array, expected.detach(), atol=1e-9)
    for a, b in zip(flat(state), flat(expected_state), strict=True):
        np.testing.assert_allclose(a.array, b.detach(), atol=1e-9)
    (output**2).sum().backward()
    (expected**2).sum().backward()
    np.testing.assert_allclose(ours.grad.array, theirs.grad, atol=1e-9)
    masked, _ = mine(ours, lengths=tensor(lengths))
    np.testing.assert_allclose(masked.array, output.array)


def test_pack_sequence_matches_torch():
    parts = [normal(n, 2) for n in (4, 3, 1)]
    packed = pack_sequence([Tensor.make(p) for p in parts])
    expected = torch.nn.utils.rnn.pack_sequence([torch.tensor(p) for p in parts])
    np.testing.assert_array_equal(packed.data.array, expected.data)


@pytest.mark.parametrize("batch_first", [True, False])
def test_multihead_attention(batch_first):
    made = [lib.MultiheadAttention(8, 2, batch_first=batch_first) for lib in (nn, torch.nn)]
    same_module(*made, normal(3, 3, 8), normal(3, 3, 8), normal(3, 3, 8))
    same_module(*made, normal(3, 8), normal(4, 8), normal(4, 8))  # no batch
    masks = {
        "key_padding_mask": np.array([[False, False, True]] * 3),
        "attn_mask": np.triu(np.ones((3, 3), bool), 1),
    }
    same_module(*made, normal(3, 3, 8), normal(3, 3, 8), normal(3, 3, 8), **masks)
    added = {"attn_mask": normal(6, 3, 3), "average_attn_weights": False}
    same_module(*made, normal(3, 3, 8), normal(3, 3, 8), normal(3, 3, 8), **added)


def test_multihead_attention_with_masks_of_both_kinds():
    made = [lib.MultiheadAttention(8, 2, batch_first=True) for lib in (nn, torch.nn)]
    carry(made[1], made[0])
    x = normal(2, 3, 8)
    ours, theirs = Tensor.make(x), torch.tensor(x)
    causal = np.triu(np.ones((3, 3), bool), 1)
    mine = made[0](ours, ours, ours, is_causal=True)
    yours = made[1](theirs, theirs, theirs, attn_mask=torch.tensor(causal))
    same_arrays(mine, yours)
    padding, added = np.array([[False, False, True], [False] * 3]), normal(3, 3)
    mine = made[0](ours, ours, ours, tensor(padding), attn_mask=tensor(added))
    low = np.where(padding, -np.inf, 0.0)
    yours = made[1](theirs, theirs, theirs, torch.tensor(low), attn_mask=torch.tensor(added))
    same_arrays(mine, yours)
    mine = made[0](ours, ours, ours, tensor(low), attn_mask=tensor(added))
    same_arrays(mine, yours)
    single = made[0](ours[0], ours[0], ours[0], tensor(padding[0]))
    alone = made[1](theirs[0], theirs[0], theirs[0], torch.tensor(padding[0]))
    same_arrays(single, alone)


def same_arrays(mine, yours):
    for a, b in zip(mine, yours, strict=True):
        np.testing.assert_allclose(a.detach().array, b.detach(), atol=1e-9)


def test_an_activation_may_be_a_function():
    settings = {"dim_feedforward": 16, "dropout": 0.0}
    mine = nn.TransformerEncoderLayer(8, 2, activation=nn.functional.silu, **settings)
    yours = torch.nn.TransformerEncoderLayer(8, 2, activation=torch.nn.functional.silu, **settings)
    same_module(mine, yours, normal(3, 2, 8))


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_packed_sequences_from_a_first_state(kind):
    mine, yours = getattr(nn, kind)(3, 4), getattr(torch.nn, kind)(3, 4)
    carry(yours, mine)
    x, h, lengths = normal(5, 3, 3), normal(1, 3, 4), [2, 5, 3]
    first = [Tensor.make(h), torch.tensor(h)]
    if kind == "LSTM":
        first = [(state, state) for state in first]
    packed = pack_padded_sequence(Tensor.make(x), lengths, enforce_sorted=False)
    output, state = mine(packed, first[0])
    theirs = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x), torch.tensor(lengths), enforce_sorted=False
    )
    expected, expected_state = yours(theirs, first[1])
    same_arrays([output.data, *flat(state)], [expected.data, *flat(expected_state)])


def test_multihead_attention_with_other_depths():
    made = [lib.MultiheadAttention(8, 2, kdim=5, vdim=6) for lib in (nn, torch.nn)]
    same_module(*made, normal(3, 2, 8), normal(4, 2, 5), normal(4, 2, 6))


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_transformer_layers(norm_first, activation):
    settings = {
        "dim_feedforward": 16,
        "dropout": 0.0,
        "norm_first": norm_first,
        "batch_first": True,
        "activation": activation,
    }
    encoders = [lib.TransformerEncoderLayer(8, 2, **settings) for lib in (nn, torch.nn)]
    same_module(*encoders, normal(2, 3, 8))
    same_module(*encoders, normal(2, 3, 8), src_mask=np.triu(np.ones((3, 3), bool), 1))
    stacks = (
        nn.TransformerEncoder(encoders[0], 2),
        torch.nn.TransformerEncoder(encoders[1], 2, enable_nested_tensor=False),
    )
    same_module(*stacks, normal(2, 3, 8))
    decoders = [lib.TransformerDecoderLayer(8, 2, **settings) for lib in (nn, torch.nn)]
    stacks = nn.TransformerDecoder(decoders[0], 2), torch.nn.TransformerDecoder(decoders[1], 2)
    mask = np.triu(np.ones((3, 3), bool), 1)
    same_module(*stacks, normal(2, 3, 8), normal(2, 4, 8), tgt_mask=mask)


@pytest.mark.parametrize(
    ("name", "arguments", "shape"),
    [
        ("BatchNorm1d", (3,), (5, 3)),
        ("BatchNorm1d", (3,), (5, 3, 4)),
        ("BatchNorm2d", (3,), (5, 3, 2, 2)),
        ("LayerNorm", (4,), (2, 3, 4)),
        ("LayerNorm", ((3, 4),), (2, 3, 4)),
        ("GroupNorm", (2, 4), (2, 4, 3)),
        ("InstanceNorm2d", (3,), (2, 3, 4, 4)),
        ("Conv2d", (4, 6, 3, 2, 1), (2, 4, 7, 7)),
        ("Conv2d", (4, 6, (3, 1), 1, "same"), (2, 4, 7, 7)),
        ("Conv1d", (4, 6, 3, 2, 1), (2, 4, 7)),
        ("MaxPool1d", (2, 1, 0, 2), (2, 3, 7)),
        ("AvgPool1d", (3, 2, 1, False, False), (2, 3, 7)),
        ("MaxPool2d", (2,), (2, 3, 5, 5)),
        ("AvgPool2d", (2, 1), (2, 3, 5, 5)),
        ("AdaptiveAvgPool2d", (2,), (2, 3, 5, 5)),
        ("Linear", (4, 3), (2, 5, 4)),
        ("PReLU", (3,), (2, 3, 4)),
        ("Flatten", (), (2, 3, 4)),
        ("LeakyReLU", (0.2,), (2, 3)),
        ("Softmax", (1,), (2, 3)),
    ],
)
def test_layers_in_training_and_evaluation(name, arguments, shape):
    mine, yours = getattr(nn, name)(*arguments), getattr(torch.nn, name)(*arguments)
    same_module(mine, yours, normal(*shape))
    for key, buffer in mine.named_buffers():
        np.testing.assert_allclose(buffer.array, dict(yours.named_buffers())[key])
    mine.eval()
    yours.eval()
    same_module(mine, yours, normal(*shape))


def test_batch_norm_without_momentum_averages_all_batches():
    mine, yours = nn.BatchNorm1d(3, momentum=None), torch.nn.BatchNorm1d(3, momentum=None)
    for _ in range(3):
        x = normal(4, 3)
        mine.double()(Tensor.make(x))
        yours.double()(torch.tensor(x))
    np.testing.assert_allclose(mine.running_mean.array, yours.running_mean)
    np.testing.assert_allclose(mine.running_var.array, yours.running_var)


def test_embedding_with_padding():
    made = [lib.Embedding(4, 3, padding_idx=1) for lib in (nn, torch.nn)]
    same_module(*made, np.array([[0, 1], [3, 0]]))


def test_state_dicts_have_the_same_names():
    def build(lib):
        return lib.Sequential(
            lib.Conv2d(1, 2, 3),
            lib.BatchNorm2d(2),
            lib.Flatten(),
            lib.Linear(8, 3, bias=False),
            lib.LayerNorm(3),
        )

    mine, yours = build(nn).state_dict(), build(torch.nn).state_dict()
    assert list(mine) == list(yours)
    assert [v.shape for v in mine.values()] == [tuple(v.shape) for v in yours.values()]
