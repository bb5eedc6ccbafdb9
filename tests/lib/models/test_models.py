import copy
import math

import glia
import numpy as np
import pytest
from glia import nn, optim
from glia.models import (
    BERT,
    GPT,
    CharRNN,
    LeNet5,
    MiniResNet,
    Seq2Seq,
    ViT,
    mask_tokens,
    sample_token,
)
from glia.nn import functional as F
from glia.nn.utils import count_parameters


def images(n=2, channels=1, side=28):
    return glia.randn(n, channels, side, side)


def ids(*shape, high=9, low=1):
    return glia.randint(low, high, shape)


# What each model is called with, and the shape that comes out
CASES = {
    "LeNet5": (lambda: LeNet5(), lambda: (images(),), (2, 10)),
    "LeNet5 of 1998": (
        lambda: LeNet5(3, 4, activation="tanh", pool="avg"),
        lambda: (images(channels=3),),
        (2, 4),
    ),
    "MiniResNet": (lambda: MiniResNet(), lambda: (images(side=12),), (2, 10)),
    "MiniResNet without": (
        lambda: MiniResNet(3, 5, 4, (2, 2), skips=False, norm=False),
        lambda: (images(3, 3, 9),),
        (3, 5),
    ),
    "CharRNN": (lambda: CharRNN(9, 5, 6), lambda: (ids(2, 4),), (2, 4, 9)),
    "CharRNN of two": (
        lambda: CharRNN(9, 5, 6, num_layers=2, kind="GRU"),
        lambda: (ids(1, 2),),
        (1, 2, 9),
    ),
    "Seq2Seq": (lambda: Seq2Seq(9, 7, 4, 5), lambda: (ids(3, 6), ids(3, 4, high=7)), (3, 4, 7)),
    "Seq2Seq without": (
        lambda: Seq2Seq(9, 7, 4, 5, attention=False),
        lambda: (ids(3, 6), ids(3, 4, high=7)),
        (3, 4, 7),
    ),
    "GPT": (lambda: GPT(9, 8, 12, 3, 2), lambda: (ids(2, 8),), (2, 8, 9)),
    "ViT": (lambda: ViT(d_model=12, nhead=3), lambda: (images(side=8),), (2, 10)),
    "BERT": (lambda: BERT(9, 8, 12, 3, dropout=0.0), lambda: (ids(2, 8),), (2, 8, 9)),
}


@pytest.fixture(params=CASES, name="case")
def _case(request):
    glia.manual_seed(1)
    make, inputs, shape = CASES[request.param]
    return make(), inputs(), shape


def test_shapes_and_gradients_everywhere(case):
    model, inputs, shape = case
    output = model(*inputs)
    assert output.shape == shape
    target = glia.randint(0, shape[-1], shape[:-1])
    F.cross_entropy(output.flatten(0, -2), target.reshape(-1)).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert np.isfinite(parameter.grad.numpy()).all(), name
    moved = sum(bool(parameter.grad.abs().sum() > 0) for parameter in model.parameters())
    assert moved >= 0.9 * len(list(model.parameters()))


def test_state_dict_carries_a_model_over(case, tmp_path):
    model, inputs, _ = case
    other = copy.deepcopy(model)
    for parameter in other.parameters():
        nn.init.uniform_(parameter)
    glia.save(model.state_dict(), tmp_path / "model")
    other.load_state_dict(glia.load(tmp_path / "model"))
    for m in (model, other):
        m.eval()
    np.testing.assert_array_equal(model(*inputs).detach().numpy(), other(*inputs).detach().numpy())


def test_float64_and_a_batch_of_one(case):
    model, inputs, _ = case
    model = model.double().eval()
    whole = tuple(x.double() if x.dtype == np.float32 else x for x in inputs)
    together = model(*whole)
    assert together.dtype == np.float64
    alone = model(*[x[:1] for x in whole])
    np.testing.assert_allclose(alone.detach().numpy(), together.detach().numpy()[:1], atol=1e-12)


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (lambda: LeNet5(), 156 + 2416 + 48_120 + 10_164 + 850),
        (lambda: MiniResNet(width=4, blocks=(1,), norm=False), 40 + 2 * (4 * 4 * 9 + 4) + 50),
        (lambda: CharRNN(65, 32, 128), 65 * 32 + 4 * 128 * (32 + 128 + 2) + 129 * 65),
        (lambda: GPT(65, 64, 64, 4, 2), 65 * 64 + 64 * 64 + 2 * (12 * 64**2 + 13 * 64) + 128),
        (
            lambda: ViT(8, 2, 1, 10, 64, 4, 2),
            5 * 64
            + 64
            + 17 * 64
            + 2 * (4 * 64 * 65 + 64 * 128 * 2 + 128 + 64 + 4 * 64)
            + 128
            + 650,
        ),
        (
            lambda: BERT(100, 64, 64, 4, 2),
            64 * (100 + 64 + 2) + 128 + 2 * (12 * 64**2 + 13 * 64) + 64 * 65 + 128 + 100,
        ),
        (
            lambda: Seq2Seq(60, 13, 32, 64),
            32 * 73 + 3 * (3 * 64 * (32 + 64 + 2)) + 128 * 64 + 2 * 129 * 64 + 65 * 13,
        ),
        (
            lambda: Seq2Seq(60, 13, 32, 64, attention=False),
            32 * 73 + 3 * (3 * 64 * (32 + 64 + 2)) + 129 * 64 + 65 * 13,
        ),
    ],
)
def test_parameter_counts(model, count):
    assert count_parameters(model()) == count


def test_skips_keep_the_gradient_alive():
    def first_over_last(skips):
        glia.manual_seed(0)
        model = MiniResNet(width=4, blocks=(12,), skips=skips, norm=False)
        for block in model.blocks:
            block.conv2.weight.array *= 0.5
        F.cross_entropy(model(images(4, side=8)), glia.tensor([0, 1, 2, 3])).backward()
        size = [float(b.conv1.weight.grad.norm()) for b in model.blocks]
        return size[0] / size[-1]

    assert first_over_last(True) > 100 * first_over_last(False)


def test_a_gpt_never_looks_ahead():
    glia.manual_seed(0)
    model = GPT(9, 8, 12, 3, 2).eval()
    text = ids(1, 8)
    changed = glia.tensor(text.numpy())
    changed.array[0, 5:] = (changed.array[0, 5:] + 3) % 9
    a, b = model(text).detach().numpy(), model(changed).detach().numpy()
    np.testing.assert_allclose(a[:, :5], b[:, :5], atol=1e-6)
    assert abs(a[:, 5:] - b[:, 5:]).max() > 1e-3


def test_the_cache_changes_nothing_but_the_time():
    glia.manual_seed(0)
    model = GPT(9, 8, 12, 3, 2).train()
    start = ids(2, 3)
    for length in (5, 9):  # inside the context and beyond it
        runs = [
            model.generate(start, length, generator=glia.Generator(4), use_cache=cached).tolist()
            for cached in (True, False)
        ]
        assert runs[0] == runs[1]
    assert model.training
    _, cache = model.step(start)
    more = ids(2, 1)
    one, _ = model.step(more, cache)
    whole, _ = model.step(glia.cat([start, more], dim=1))
    np.testing.assert_allclose(one.detach().numpy()[:, 0], whole.detach().numpy()[:, -1], atol=1e-6)
    with pytest.raises(ValueError, match="one at a time"):
        model.step(start, cache)
    with pytest.raises(ValueError, match="at most 8"):
        model(ids(1, 9))


def test_an_rnn_writes_the_same_step_by_step():
    glia.manual_seed(0)
    model = CharRNN(9, 4, 6)
    out = model.generate(ids(2, 3), 4, temperature=0)
    assert out.shape == (2, 7)
    scores = model(out[:, :-1]).detach().numpy()
    np.testing.assert_array_equal(scores.argmax(-1)[:, 2:], out.numpy()[:, 3:])
    assert model.training
    first, state = model.step(out[:, :3])
    rest, _ = model.step(out[:, 3:6], state)
    np.testing.assert_allclose(
        np.concatenate([first.detach().numpy(), rest.detach().numpy()], axis=1), scores, atol=1e-6
    )


def test_sampling_follows_temperature_and_top_k():
    logits = glia.tensor(np.tile(np.log([0.5, 0.3, 0.15, 0.05]), (20_000, 1)))

    def shares(**settings):
        drawn = sample_token(logits, generator=glia.Generator(0), **settings).numpy()
        return np.bincount(drawn, minlength=4) / len(drawn)

    np.testing.assert_allclose(shares(), [0.5, 0.3, 0.15, 0.05], atol=0.015)
    np.testing.assert_allclose(shares(top_k=2), [0.625, 0.375, 0, 0], atol=0.015)
    sharp = np.array([0.5, 0.3, 0.15, 0.05]) ** 2
    np.testing.assert_allclose(shares(temperature=0.5), sharp / sharp.sum(), atol=0.015)
    assert shares(temperature=0).tolist() == [1, 0, 0, 0]
    assert sample_token(glia.tensor([[1e4, -1e4]])).tolist() == [0]
    for wrong in ({"temperature": -1.0}, {"top_k": 0}):
        with pytest.raises(ValueError, match="expected at least"):
            sample_token(logits, **wrong)


def test_attention_helps_to_reverse_a_sequence():
    def error(attention):
        glia.manual_seed(1)
        model = Seq2Seq(9, 10, 16, 32, attention)
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        for _ in range(200):
            source = ids(32, 6)
            target = source.flip(1)
            before = glia.cat([glia.full((32, 1), 9), target[:, :-1]], dim=1)
            loss = F.cross_entropy(model(source, before).flatten(0, 1), target.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        source = ids(64, 6)
        written, _ = model.translate(source, bos=9, length=6)
        return (written != source.flip(1)).float().mean().item()

    with_attention, without = error(True), error(False)
    assert with_attention < 0.25 and with_attention < without - 0.2


def test_padding_does_not_change_a_translation():
    glia.manual_seed(0)
    for attention in (True, False):
        model = Seq2Seq(9, 7, 4, 5, attention=attention)
        source = ids(2, 5)
        padded = glia.cat([source, glia.zeros(2, 3, dtype=int)], dim=1)
        a, looked = model.translate(source, bos=1, length=4)
        b, looked_too = model.translate(padded, bos=1, length=4)
        assert a.tolist() == b.tolist()
        assert model.training
        if attention:
            assert looked is not None
            assert looked_too is not None
            np.testing.assert_allclose(looked_too[:, :, :5], looked, atol=1e-6)
            assert looked_too[:, :, 5:].max() == 0
            np.testing.assert_allclose(looked.sum(-1), 1, atol=1e-6)
        else:
            assert looked is None
        # Greedy writing agrees with scoring what was written.
        before = glia.cat([glia.full((2, 1), 1), a[:, :-1]], dim=1)
        scores = model(source, before).detach().numpy()
        np.testing.assert_array_equal(scores.argmax(-1), a.numpy())
    empty = Seq2Seq(9, 7, 4, 5)(glia.zeros(1, 3, dtype=int), ids(1, 2, high=7))
    assert np.isfinite(empty.detach().numpy()).all()


def test_patches_are_squares_line_by_line():
    model = ViT(image_size=4, patch_size=2, in_channels=2)
    x = glia.tensor(np.arange(32.0).reshape(1, 2, 4, 4))
    patches = model.patches(x).numpy()
    assert patches.shape == (1, 4, 8)
    np.testing.assert_array_equal(patches[0, 1], x.numpy()[0, :, :2, 2:].ravel())
    np.testing.assert_array_equal(patches[0, 2], x.numpy()[0, :, 2:, :2].ravel())


def test_bert_sees_both_ways_but_no_padding():
    glia.manual_seed(0)
    model = BERT(9, 8, 12, 3, classes=2).eval()
    text = ids(1, 6)
    a = model.encode(text).detach().numpy()
    changed = glia.tensor(text.numpy())
    changed.array[0, 5] = 1 + changed.array[0, 5] % 8
    assert abs(model.encode(changed).detach().numpy()[0, 0] - a[0, 0]).max() > 1e-4
    padded = glia.cat([text, glia.zeros(1, 2, dtype=int)], dim=1)
    np.testing.assert_allclose(model.encode(padded).detach().numpy()[:, :6], a, atol=1e-5)
    assert model.classify(text).shape == (1, 2)
    other = model.encode(text, glia.ones(1, 6, dtype=int))
    assert abs(other.detach().numpy() - a).max() > 1e-4
    with pytest.raises(ValueError, match="classes"):
        BERT(9).classify(text)
    with pytest.raises(ValueError, match="at most 8"):
        model(ids(1, 9))


def test_hidden_words():
    text = ids(200, 50, low=0, high=30)
    hidden, targets = mask_tokens(text, mask=3, vocab_size=30, first=4, generator=glia.Generator(0))
    asked = targets.numpy() != -100
    np.testing.assert_array_equal(targets.numpy()[asked], text.numpy()[asked])
    np.testing.assert_array_equal(hidden.numpy()[~asked], text.numpy()[~asked])
    assert text.numpy()[asked].min() == 4
    share = asked.sum() / (text.numpy() >= 4).sum()
    assert share == pytest.approx(0.15, abs=0.01)
    masked = (hidden.numpy()[asked] == 3).mean()
    same = (hidden.numpy()[asked] == text.numpy()[asked]).mean()
    assert masked == pytest.approx(0.8, abs=0.04)
    assert same == pytest.approx(0.1 + 0.1 / 26, abs=0.03)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LeNet5(activation="gelu"),
        lambda: LeNet5(pool="min"),
        lambda: CharRNN(5, kind="ESN"),
        lambda: GPT(5, d_model=10, nhead=4),
        lambda: ViT(image_size=8, patch_size=3),
        lambda: ViT()(images(side=7)),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="expected"):
        make()


def test_an_untrained_gpt_knows_nothing():
    glia.manual_seed(0)
    model = GPT(65)
    loss = F.cross_entropy(model(ids(4, 32, high=65)).flatten(0, 1), ids(128, high=65))
    assert loss.item() == pytest.approx(math.log(65), abs=0.1)
