"""Models learn real tasks, seeded: minutes on two cores, so outside the default ring."""

import glia
import glia.functional as F
import numpy as np
import pytest
from glia import data, models, nn, optim, train

pytestmark = pytest.mark.slow


def test_an_mlp_learns_mnist():
    split = data.load_mnist_5k()
    parts = [
        data.TensorDataset(np.asarray(x, np.float32).reshape(-1, 784), np.asarray(y, np.int64))
        for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test))
    ]
    glia.manual_seed(0)
    net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
    history = train.fit(
        net,
        data.DataLoader(parts[0], 32, shuffle=True),
        nn.CrossEntropyLoss(),
        optim.Adam(net.parameters(), lr=1e-3),
        20,
        val_loader=data.DataLoader(parts[1], 500),
        metrics={"accuracy": train.accuracy},
        seed=0,
        progress=False,
    )
    assert history.metrics["accuracy"][-1] >= 0.93


def dates(n, seed):
    pairs = data.date_pairs(n, seed)
    letters = "".join(sorted(set("0123456789 .,/abcdefghijklmnopqrstuvwxyz")))
    reader = data.CharTokenizer(letters, special=["<pad>"])
    writer = data.CharTokenizer("0123456789-", special=["<start>"])
    longest = max(map(len, pairs.source))
    source = glia.stack([reader.encode(s.ljust(longest)) for s in pairs.source])
    target = glia.stack([writer.encode(t) for t in pairs.target])
    return pairs, source, target, len(reader), len(writer)


def trained(attention):
    glia.manual_seed(0)
    _, source, target, n_in, n_out = dates(4000, seed=0)
    net = models.Seq2Seq(n_in, n_out, 48, attention)
    optimizer = optim.Adam(net.parameters(), lr=5e-3)
    given = glia.cat([glia.zeros(len(target), 1, dtype=glia.int64), target[:, :-1]], dim=1)
    loader = data.DataLoader(data.TensorDataset(source, given, target), 64, shuffle=True)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    for _ in range(10):
        for x, before, y in loader:
            loss = F.cross_entropy(net(x, before).flatten(0, 1), y.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        schedule.step()
    return net


def test_attention_helps_with_dates_and_looks_at_the_right_field():
    pairs, source, target, _, _ = dates(400, seed=99)
    right = {}
    for attention in (True, False):
        net = trained(attention)
        written = net.translate(source, start=0, length=10)
        right[attention] = (written == target).float().mean().item()
        if attention:
            looks = net.weights.array.argmax(axis=2)
    hits = [
        pairs.fields[n][looks[n, t]] == field if looks[n, t] < len(pairs.fields[n]) else False
        for n in range(len(target))
        for t, field in enumerate(pairs.target_fields)
        if field != "."
    ]
    assert right[True] > right[False]
    assert right[True] > 0.97
    assert np.mean(hits) >= 0.9
