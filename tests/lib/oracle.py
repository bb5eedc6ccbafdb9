"""PyTorch as the oracle: the same inputs, the same values and the same gradients."""

import numpy as np
import pytest
from glia.tensor import Tensor

torch = pytest.importorskip("torch", reason="the oracle, PyTorch, is not installed")


def flat(output):
    if isinstance(output, (tuple, list)):
        return [part for each in output for part in flat(each)]
    return [] if output is None else [output]


def agree(ours, theirs, *arrays, tolerance=1e-9):
    """Assert that two functions agree in values and in the gradients of all float arguments."""
    mine = [Tensor.make(array.copy()) for array in arrays]
    yours = [torch.tensor(array) for array in arrays]
    for a, b in zip(mine, yours, strict=True):
        if a.dtype.kind == "f":
            a.requires_grad, b.requires_grad = True, True
    same(ours(*mine), theirs(*yours), tolerance)
    for a, b in zip(mine, yours, strict=True):
        if b.grad is not None:
            np.testing.assert_allclose(a.grad.array, b.grad, atol=tolerance, rtol=tolerance)


def same(mine, yours, tolerance=1e-9):
    """Compare outputs, then send the same unlike gradients back through both graphs."""
    mine, yours = flat(mine), flat(yours)
    assert len(mine) == len(yours)
    loss = other = 0.0
    for a, b in zip(mine, yours, strict=True):
        assert a.shape == tuple(b.shape)
        np.testing.assert_allclose(a.array, b.detach(), atol=tolerance, rtol=tolerance)
        weights = np.cos(np.arange(a.numel())).reshape(a.shape)
        if a.requires_grad:
            loss = loss + (a * Tensor.make(weights)).sum()
            other = other + (b * torch.tensor(weights)).sum()
    if isinstance(loss, Tensor):
        loss.backward()
        other.backward()


def same_module(mine, yours, *arrays, tolerance=1e-8, **named):
    """Give two modules the same parameters; compare outputs and the gradients of everything."""
    carry(yours, mine)
    agree(
        lambda *x: mine(*x, **{k: as_ours(v) for k, v in named.items()}),
        lambda *x: yours(*x, **{k: as_theirs(v) for k, v in named.items()}),
        *arrays,
        tolerance=tolerance,
    )
    theirs = dict(yours.named_parameters())
    assert set(theirs) == {name for name, _ in mine.named_parameters()}
    for name, parameter in mine.named_parameters():
        np.testing.assert_allclose(
            parameter.grad.array, theirs[name].grad, atol=tolerance, rtol=tolerance, err_msg=name
        )
        parameter.grad = theirs[name].grad = None


def carry(yours, mine):
    """Load PyTorch's parameters into ours, both in float64."""
    mine.double()
    yours.double()
    mine.load_state_dict({name: value.numpy() for name, value in yours.state_dict().items()})


def as_ours(value):
    return Tensor.make(value) if isinstance(value, np.ndarray) else value


def as_theirs(value):
    return torch.tensor(value) if isinstance(value, np.ndarray) else value
