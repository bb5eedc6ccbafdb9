"""The training loop that the three gradient neurons share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glia import backend
from glia.neurons.history import History

Array = NDArray[Any]


def descend(
    op: str,
    data: Array,
    target: Array,
    weight: Array,
    bias: Array,
    *,
    lr: float,
    epochs: int,
    batch_size: int | None,
    seed: int,
) -> History:
    """Run `epochs` passes of the op over the data; `weight` and `bias` are updated in place.

    Batches are drawn from a fresh permutation each epoch; the full batch needs no order.
    """
    step = backend.implementation(op)
    count = data.shape[0]
    size = count if batch_size is None else min(batch_size, count)
    rng = np.random.default_rng(seed)
    order = np.arange(count)
    history = History()
    for _ in range(epochs):
        if size < count:
            order = rng.permutation(count)
        with np.errstate(over="ignore", invalid="ignore"):  # told below, in plainer words
            loss = float(step(data, target, order, weight, bias, lr, size))
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"the loss became {loss} in epoch {history.epochs}: "
                f"the step size lr={lr:g} is too large for these data; try a tenth of it"
            )
        history.loss.append(loss)
    return history
