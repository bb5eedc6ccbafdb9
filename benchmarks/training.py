"""What most cases share: a model of ours with the peer's weights, and one step of training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import glia
import numpy as np

from .harness import Duel


def same_weights(ours: Any, theirs: Any) -> None:
    """Copy the peer's parameters and buffers into our model."""
    ours.load_state_dict({k: v.detach().numpy().copy() for k, v in theirs.state_dict().items()})


def step(model: Any, loss: Callable, optimizer: Any, inputs: Any, targets: Any) -> Callable:
    """Return one step of training, as a student would write it."""

    def once() -> Any:
        optimizer.zero_grad()
        value = loss(model(inputs), targets)
        value.backward()
        optimizer.step()
        return value

    return once


def duel(
    ours: Any,
    theirs: Any,
    losses: tuple,
    optimizers: tuple,
    inputs: np.ndarray,
    targets: np.ndarray,
    tolerance: float = 2e-4,
) -> Duel:
    """Train both models for one step, compare loss, gradients and new weights, and return the duel.

    `optimizers` are functions of the parameters.
    """
    import torch

    same_weights(ours, theirs)
    mine = step(
        ours, losses[0], optimizers[0](ours.parameters()), glia.tensor(inputs), glia.tensor(targets)
    )
    other = step(
        theirs,
        losses[1],
        optimizers[1](theirs.parameters()),
        torch.from_numpy(inputs),
        torch.from_numpy(targets),
    )
    agree = [("loss", mine().item(), other().item(), tolerance)]
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        agree.append((f"{name}.grad", p.grad.numpy().copy(), q.grad.numpy().copy(), tolerance))
        agree.append((name, p.array.copy(), q.detach().numpy().copy(), tolerance))
    return Duel(mine, other, agree)


def forward_backward(run: Callable, variables: list, upstream: Any) -> Callable:
    """Return a forward and a backward pass of one op from a given upstream gradient."""

    def once() -> Any:
        for variable in variables:
            variable.grad = None
        y = run()
        y.backward(upstream)
        return y

    return once
