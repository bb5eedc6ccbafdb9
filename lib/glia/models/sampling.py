"""Choosing the next token from scores."""

from __future__ import annotations

import numpy as np

from .. import rng
from ..ops.softmax import softmax
from ..tensor import Tensor


def next_token(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: rng.Generator | None = None,
) -> Tensor:
    """Draw one token for each row of scores.

    Args:
        logits: scores.
        temperature: below 1 sharpens, above 1 flattens; 0 always takes the best.
        top_k: only the k best may be drawn.
        generator: the source of chance.

    Shape:
        (N, K) → (N,) int64.

    Raises:
        ValueError: temperature is negative, or top_k below 1.
    """
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError(
            f"got temperature {temperature}, top_k {top_k}; expected at least 0 and at least 1"
        )
    scores = logits.array.astype(np.float64)
    if temperature == 0:
        return Tensor.make(scores.argmax(axis=-1))
    scores = scores / temperature
    if top_k is not None and top_k < scores.shape[-1]:
        worst_kept = np.partition(scores, -top_k, axis=-1)[:, -top_k, None]
        scores = np.where(scores >= worst_kept, scores, -np.inf)
    cumulated = softmax(scores, axis=-1).cumsum(axis=-1)
    draws = rng.generator(generator).random((len(scores), 1)) * cumulated[:, -1:]
    return Tensor.make((cumulated <= draws).sum(axis=-1))
