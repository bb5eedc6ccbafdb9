import io
import math

import glia
import numpy as np
import pytest
from glia import data, nn, optim
from glia.progress import Progress
from glia.train import accuracy, evaluate, fit, token_cross_entropy


def points(n=64, seed=0):
    x, y = data.moons(seed, n)
    return data.TensorDataset(x.astype(np.float32), y)


def net(seed=0):
    glia.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))


def run(epochs, *, seed=5, generator=None, **settings):
    model = net()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    loader = data.DataLoader(points(), 16, shuffle=True, generator=generator)
    settings.setdefault("validation", data.DataLoader(points(32, 1), 32))
    history = fit(
        model, loader, optimizer, epochs=epochs, seed=seed, progress=False,
        metrics={"accuracy": accuracy}, **settings,
    )  # fmt: skip
    return model, optimizer, history


def weights(model):
    return np.concatenate([p.numpy().ravel() for p in model.state_dict().values()])


def test_it_learns_and_writes_history():
    model, _, history = run(40)
    assert not model.training
    assert len(history) == len(history.val_loss) == len(history.seconds) == 40
    assert history.train_loss[-1] < 0.6 * history.train_loss[0]
    assert history.metrics["accuracy"][-1] > 0.85
    assert history.val_loss[history.best_epoch] == min(history.val_loss)
    again = evaluate(model, data.DataLoader(points(32, 1), 7), metrics={"accuracy": accuracy})
    assert again["loss"] == pytest.approx(history.val_loss[-1], rel=1e-5)
    assert again["accuracy"] == pytest.approx(history.metrics["accuracy"][-1])


def test_the_same_seed_gives_the_same_run():
    a, b, c = (run(3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(weights(a[0]), weights(b[0]))
    assert a[2].train_loss == b[2].train_loss
    assert a[2].train_loss != c[2].train_loss


@pytest.mark.parametrize("own", [False, True])
def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path, own):
    def stream():
        return glia.Generator(9) if own else None

    def schedule(model_run, **settings):
        return run(model_run, generator=stream(), max_norm=1.0, **settings)

    whole, _, history = schedule(6)
    path = tmp_path / "run.glia"
    schedule(2, checkpoint=path)
    resumed, _, later = schedule(6, checkpoint=path, seed=77)  # its stream comes from the file
    np.testing.assert_array_equal(weights(whole), weights(resumed))
    assert later.train_loss == history.train_loss
    assert later.val_loss == history.val_loss
    assert [p.name for p in tmp_path.iterdir()] == ["run.glia"]
    assert len(schedule(3, checkpoint=path)[2]) == 6  # nothing left to do
    assert len(schedule(1, checkpoint=path, resume=False)[2]) == 1


def test_early_stopping_goes_back_to_the_best_weights(tmp_path):
    model, _, history = run(200, patience=3, checkpoint=tmp_path / "c")
    assert history.stopped_early
    assert len(history) == history.best_epoch + 4
    loss = evaluate(model, data.DataLoader(points(32, 1), 32))["loss"]
    assert loss == pytest.approx(min(history.val_loss), rel=1e-6)
    again, _, same = run(200, patience=3, checkpoint=tmp_path / "c")
    assert len(same) == len(history)
    np.testing.assert_array_equal(weights(again), weights(model))
    assert run(20, patience=1, min_delta=1.0)[2].best_epoch == 0


def test_schedulers_step_when_told():
    def rates(schedule, make):
        model = net()
        optimizer = optim.SGD(model.parameters(), lr=1.0)
        fit(
            model, data.DataLoader(points(), 16), optimizer, epochs=3, progress=False,
            scheduler=make(optimizer), schedule=schedule,
        )  # fmt: skip
        return optimizer.param_groups[0]["lr"]

    halve = lambda o: optim.lr_scheduler.ExponentialLR(o, 0.5)  # noqa: E731
    assert rates("epoch", halve) == pytest.approx(0.5**3)
    assert rates("step", halve) == pytest.approx(0.5**12)
    plateau = lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, threshold=10, patience=0)  # noqa: E731
    assert rates("epoch", plateau) < 1


def test_evaluate_keeps_the_mode_and_asks_for_no_gradient():
    model = net().train()
    evaluate(
        model, data.DataLoader(points(), 16), lambda out, y: (out.requires_grad is False) * 1.0
    )
    assert model.training
    assert (
        evaluate(model, data.DataLoader(points(), 16), lambda out, _: out.requires_grad)["loss"]
        == 0
    )
    assert all(p.grad is None for p in model.parameters())


def test_tokens():
    logits = glia.randn(2, 3, 5)
    targets = glia.tensor([[1, 2, -100], [0, -100, 4]])
    log_p = logits.log_softmax(-1).numpy()
    kept = [log_p[0, 0, 1], log_p[0, 1, 2], log_p[1, 0, 0], log_p[1, 2, 4]]
    assert token_cross_entropy(logits, targets).item() == pytest.approx(-np.mean(kept), rel=1e-6)
    assert accuracy(glia.tensor([[[0.0, 1.0], [1.0, 0.0]]]), glia.tensor([[1, 1]])) == 0.5


def test_what_cannot_be_is_refused():
    model = net()
    optimizer = optim.SGD(model.parameters(), lr=1e30)
    loader = data.DataLoader(points(), 16)
    with pytest.raises(ValueError, match="validation"):
        fit(model, loader, optimizer, patience=1)
    with pytest.raises(ValueError, match="'epoch' or 'step'"):
        fit(model, loader, optimizer, schedule="day")
    with pytest.raises(ValueError, match="no batches"):
        fit(model, [], optimizer, progress=False)
    with pytest.raises(ValueError, match="no batches"):
        evaluate(model, [])
    with pytest.raises(FloatingPointError, match="batch"), np.errstate(all="ignore"):
        fit(model, loader, optimizer, lambda out, y: (out * math.inf).sum(), progress=False)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_in_a_terminal_and_in_a_log():
    for stream in (Terminal(), io.StringIO()):
        bar = Progress(4, stream=stream)
        bar.update(2, "half")
        bar.update(3, "too soon to be drawn")
        bar.finish("done")
        text = stream.getvalue()
        assert text.endswith("done\n")
        assert "too soon" not in text
        assert ("████████████░░░░░░░░░░░░ half" in text) == stream.isatty()
    silent = io.StringIO()
    Progress(4, show=False, stream=silent).finish("done")
    assert silent.getvalue() == ""


def test_progress_in_a_notebook(monkeypatch):
    from IPython import display as shown

    pages = []

    class Handle:
        def update(self, page):
            pages.append(page.data)

    def display(page, display_id):
        pages.append(page.data)
        return Handle()

    shell = type("Shell", (), {"kernel": object()})()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(shown, "display", display)
    bar = Progress(10)
    bar.update(5, "a < b")
    bar.finish("epoch 1")
    assert '<progress value="50"' in pages[0]
    assert "a &lt; b" in pages[0]
    assert "epoch 1" in pages[1]
    assert "<progress" not in pages[1]
