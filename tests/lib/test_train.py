import glia
import numpy as np
import pytest
from glia import data, nn, optim, train


def loaders(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2)).astype(np.float32)
    y = (x[:, 0] > x[:, 1]).astype(np.int64)
    parts = data.TensorDataset(x[:40], y[:40]), data.TensorDataset(x[40:], y[40:])
    return data.DataLoader(parts[0], 8, shuffle=True), data.DataLoader(parts[1], 20)


def build():
    glia.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    return model, optimizer, optim.lr_scheduler.ExponentialLR(optimizer, 0.9)


def run(epochs=5, **settings):
    model, optimizer, scheduler = build()
    training, validation = loaders()
    history = train.fit(
        model, training, nn.CrossEntropyLoss(), optimizer, epochs, val_loader=validation,
        metrics={"accuracy": train.accuracy}, scheduler=scheduler, seed=7, **settings,
    )  # fmt: skip
    return model, history


def test_it_learns_and_says_so(capsys):
    model, history = run(15)
    assert history.loss[-1] < history.loss[0] / 2
    assert history.metrics["accuracy"][-1] > 0.9
    assert len(history.val_loss) == len(history.lr) == len(history.seconds) == 15
    assert history.lr[1] == pytest.approx(0.045)
    out = capsys.readouterr().out
    assert "epoch 15/15" in out and "accuracy" in out and out.endswith("\n")
    assert model.training


def test_the_same_seed_gives_the_same_run():
    (one, first), (two, second) = run(3, progress=False), run(3, progress=False)
    assert first.loss == second.loss
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_array_equal(a.array, b.array)


def test_a_resumed_run_is_the_whole_run(tmp_path):
    whole, expected = run(6, progress=False)
    path = tmp_path / "run.glia"
    run(3, progress=False, checkpoint=path)
    resumed, history = run(6, progress=False, checkpoint=path, resume=True)
    assert history.loss == expected.loss and history.val_loss == expected.val_loss
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        np.testing.assert_array_equal(a.array, b.array)
    assert not (tmp_path / "run.glia.partial").exists()


def test_patience_runs_out_and_the_best_comes_back():
    model, optimizer, _ = build()
    training, validation = loaders()
    optimizer.param_groups[0]["lr"] = 5.0
    history = train.fit(
        model, training, nn.CrossEntropyLoss(), optimizer, 40, val_loader=validation, patience=2,
        progress=False, clip_norm=1.0,
    )  # fmt: skip
    assert history.stopped_early and len(history.loss) == history.best_epoch + 3
    best = train.evaluate(model, validation, nn.CrossEntropyLoss())["loss"]
    assert best == pytest.approx(history.val_loss[history.best_epoch])


def test_without_validation_the_training_loss_is_watched():
    model, optimizer, _ = build()
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    history = train.fit(
        model, loaders()[0], nn.CrossEntropyLoss(), optimizer, 2, scheduler=plateau, progress=False
    )
    assert history.best_epoch is not None and history.val_loss == []


def test_a_loss_that_is_no_number_stops_the_run():
    model, optimizer, _ = build()
    model[0].weight.array[...] = np.nan
    with pytest.raises(FloatingPointError, match="the loss is nan in epoch 1, step 1"):
        train.fit(model, loaders()[0], nn.CrossEntropyLoss(), optimizer, 1, progress=False)


def test_evaluation_leaves_the_mode():
    model, _, _ = build()
    model.eval()
    train.evaluate(model, loaders()[1], nn.CrossEntropyLoss())
    assert not model.training
