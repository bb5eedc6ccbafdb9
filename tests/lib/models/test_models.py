import glia
import glia.functional as F
import numpy as np
import pytest
from glia import data, models, nn, optim, train
from glia.models.bert import mask_tokens
from glia.models.sampling import next_token
from glia.nn.utils import count_parameters


def all_learn(model, loss):
    """Every parameter that the loss depends on gets a finite gradient that is not all zero."""
    loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert np.isfinite(parameter.grad.array).all(), name
        assert parameter.grad.array.any(), name


def test_lenet():
    glia.manual_seed(0)
    net = models.LeNet5()
    assert count_parameters(net) == 61_706
    logits = net(glia.randn(2, 1, 28, 28))
    assert logits.shape == (2, 10)
    all_learn(net, F.cross_entropy(logits, glia.tensor([1, 2])))


@pytest.mark.parametrize("residual", [True, False])
def test_resnet(residual):
    glia.manual_seed(0)
    net = models.MiniResNet(residual=residual, in_channels=3, blocks=2, widths=(4, 8))
    logits = net(glia.randn(4, 3, 8, 8))
    assert logits.shape == (4, 10)
    loss = F.cross_entropy(logits, glia.tensor([1, 2, 3, 4]))
    if residual:
        all_learn(net, loss)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_char_rnn_and_its_state(kind):
    glia.manual_seed(0)
    net = models.CharRNN(7, 12, kind, num_layers=2)
    tokens = glia.randint(0, 7, (3, 6))
    logits, _ = net(tokens)
    all_learn(net, F.cross_entropy(logits.flatten(0, 1), tokens.flatten()))
    with glia.no_grad():
        _, state = net(tokens[:, :4])
        later, _ = net(tokens[:, 4:], state)
    np.testing.assert_allclose(later.array, logits.detach().array[:, 4:], atol=1e-5)
    out = net.generate(tokens, 5, top_k=2)
    assert out.shape == (3, 11) and (out.array[:, :6] == tokens.array).all()
    with pytest.raises(ValueError, match="got kind 'cnn'"):
        models.CharRNN(7, kind="cnn")


@pytest.mark.parametrize("attention", [True, False])
def test_seq2seq(attention):
    glia.manual_seed(0)
    net = models.Seq2Seq(7, 9, 8, attention)
    source, target = glia.randint(0, 7, (3, 5)), glia.randint(0, 9, (3, 4))
    logits = net(source, target)
    assert logits.shape == (3, 4, 9)
    if attention:
        assert net.weights.shape == (3, 4, 5)
        np.testing.assert_allclose(net.weights.sum(2).array, 1, rtol=1e-5)
        all_learn(net, F.cross_entropy(logits.flatten(0, 1), target.flatten()))
    else:
        assert net.weights is None
    assert net.translate(source, start=0, length=6).shape == (3, 6)


def test_attention_helps_to_reverse_a_sequence():
    def error(attention):
        glia.manual_seed(1)
        net = models.Seq2Seq(8, 9, 32, attention)
        optimizer = optim.Adam(net.parameters(), lr=0.01)
        for _ in range(200):
            source = glia.randint(0, 8, (32, 6))
            target = source.flip(1)
            given = glia.cat([glia.full((32, 1), 8), target[:, :-1]], dim=1)
            loss = F.cross_entropy(net(source, given).flatten(0, 1), target.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        source = glia.randint(0, 8, (64, 6))
        written = net.translate(source, start=8, length=6)
        return (written != source.flip(1)).float().mean().item()

    with_attention, without = error(True), error(False)
    assert with_attention < 0.25 and with_attention < without - 0.2


def test_gpt_is_causal_and_its_cache_changes_nothing():
    glia.manual_seed(0)
    net = models.GPT(11, block_size=8, d_model=16, nhead=2, num_layers=2).eval()
    tokens = glia.randint(0, 11, (2, 6))
    logits = net(tokens)
    all_learn(net, F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten()))
    changed = tokens.clone()
    changed[:, 4] = (changed[:, 4] + 1) % 11
    later = net(changed)
    np.testing.assert_allclose(later.detach().array[:, :4], logits.detach().array[:, :4], atol=1e-5)
    assert np.abs((later - logits).detach().array[:, 4:]).max() > 1e-4
    runs = []
    for cached in (True, False):
        glia.manual_seed(5)
        runs.append(net.generate(tokens, 7, temperature=0.8, use_cache=cached).tolist())
    assert runs[0] == runs[1] and len(runs[0][0]) == 13
    with pytest.raises(ValueError, match="got 9 tokens; expected at most 8"):
        net(glia.randint(0, 11, (1, 9)))


def test_sampling():
    scores = glia.tensor([[0.0, 1.0, 2.0, -1.0]] * 2000)
    glia.manual_seed(0)
    assert set(next_token(scores, temperature=0).tolist()) == {2}
    assert set(next_token(scores, top_k=2).tolist()) == {1, 2}
    assert set(next_token(scores, top_k=99).tolist()) == {0, 1, 2, 3}
    counts = np.bincount(next_token(scores).array, minlength=4) / 2000
    np.testing.assert_allclose(counts, F.softmax(scores[0], 0).array, atol=0.04)
    cold = np.bincount(next_token(scores, temperature=0.1).array, minlength=4) / 2000
    assert cold[2] > 0.99
    for settings in ({"temperature": -1.0}, {"top_k": 0}):
        with pytest.raises(ValueError, match="expected at least"):
            next_token(scores, **settings)


def test_vit_cuts_patches_row_by_row():
    glia.manual_seed(0)
    net = models.ViT(image_size=4, patch_size=2, d_model=8, nhead=2)
    image = glia.arange(16.0).reshape(1, 1, 4, 4)
    assert net.patches(image)[0].tolist() == [
        [0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]  # fmt: skip
    logits = net(glia.randn(3, 1, 4, 4))
    assert logits.shape == (3, 10)
    all_learn(net, F.cross_entropy(logits, glia.tensor([0, 1, 2])))
    with pytest.raises(ValueError, match="expected a divisor of 8"):
        models.ViT(image_size=8, patch_size=3)


def test_bert_sees_both_ways_and_not_the_padding():
    glia.manual_seed(0)
    net = models.BERT(12, max_len=8, d_model=16, nhead=2, padding_idx=0).eval()
    tokens = glia.tensor([[3, 4, 5, 6], [7, 8, 0, 0]])
    before = net(tokens).detach().array
    assert before.shape == (2, 4, 12) and net.classify_text(tokens).shape == (2, 2)
    changed = glia.tensor([[3, 4, 5, 9], [7, 8, 0, 0]])
    assert np.abs(net(changed).detach().array[0, 0] - before[0, 0]).max() > 1e-5
    shorter = net(tokens[1:, :2]).detach().array
    np.testing.assert_allclose(shorter[0], before[1, :2], atol=1e-5)
    glia.manual_seed(1)
    inputs, targets = mask_tokens(glia.full((50, 20), 5), mask_token=1)
    hidden = inputs.array == 1
    assert 0.1 < hidden.mean() < 0.2
    assert (targets.array == np.where(hidden, 5, -100)).all()
    loss = F.cross_entropy(net(inputs[:, :8]).flatten(0, 1), targets[:, :8].flatten())
    assert np.isfinite(loss.item())


def digits(flat=False):
    split = data.load_digits_8x8()
    parts = []
    for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test)):
        x = np.asarray(x, np.float32)
        x = x.reshape(len(x), -1) if flat else x.reshape(len(x), 1, 8, 8)
        parts.append(data.TensorDataset(x, np.asarray(y, np.int64)))
    return data.DataLoader(parts[0], 64, shuffle=True), data.DataLoader(parts[1], 256)


@pytest.mark.slow
def test_vit_learns_the_small_digits():
    training, held_back = digits()
    glia.manual_seed(0)
    net = models.ViT()
    optimizer = optim.AdamW(net.parameters(), lr=2e-3)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
    history = train.fit(net, training, nn.CrossEntropyLoss(), optimizer, 30, scheduler=schedule,
                        val_loader=held_back, metrics={"accuracy": train.accuracy}, seed=0,
                        progress=False)  # fmt: skip
    assert history.metrics["accuracy"][-1] >= 0.93


@pytest.mark.slow
def test_lenet_learns_mnist_with_shifts():
    split = data.load_mnist_5k()
    x_train, x_test = (
        np.asarray(x, np.float32).reshape(-1, 1, 28, 28) for x in (split.x_train, split.x_test)
    )
    training = data.TensorDataset(x_train, split.y_train, transform=data.RandomShift(2))
    held_back = data.DataLoader(data.TensorDataset(x_test, split.y_test), 256)
    glia.manual_seed(0)
    net = models.LeNet5()
    optimizer = optim.Adam(net.parameters(), lr=2e-3)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    history = train.fit(net, data.DataLoader(training, 64, shuffle=True), nn.CrossEntropyLoss(),
                        optimizer, 20, scheduler=schedule, val_loader=held_back, seed=0,
                        metrics={"accuracy": train.accuracy}, progress=False)  # fmt: skip
    assert history.metrics["accuracy"][-1] >= 0.97
