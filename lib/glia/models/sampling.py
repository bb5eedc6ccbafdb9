"""Draw the next token from a language model's scores."""

from __future__ import annotations

import numpy as np

from .. import rng
from ..rng import Generator
from ..tensor import Tensor

__all__ = ["sample_token"]


def sample_token(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: Generator | None = None,
) -> Tensor:
    r"""Draw one token for each row of scores.

    Formula:
        $p_i = e^{z_i/\tau} / \sum_j e^{z_j/\tau}$ over the k largest scores, 0 elsewhere

    Args:
        logits: scores z.
        temperature: τ. Below 1 the likely becomes likelier; 0 always takes the largest score.
        top_k: how many of the largest scores may be drawn; None for all.
        generator: where the draws come from; by default the library's stream.

    Shape:
        logits (N, K); the result (N,)

    Raises:
        ValueError: a negative temperature or a top_k below 1.

    Example:
        >>> from glia import tensor
        >>> sample_token(tensor([[0.1, 2.0, 0.3]]), top_k=1).tolist()
        [1]
    """
    if temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError(
            f"got temperature {temperature} and top_k {top_k}; expected at least 0 and at least 1"
        )
    z = logits.array.astype(np.float64)
    if temperature == 0:
        return Tensor.make(z.argmax(-1))
    if top_k is not None and top_k < z.shape[-1]:
        kth = np.partition(z, -top_k, axis=-1)[..., -top_k, None]
        z = np.where(z < kth, -np.inf, z)
    z = (z - z.max(-1, keepdims=True)) / temperature
    cumulated = np.exp(z).cumsum(-1)
    draws = rng.generator(generator).random((len(z), 1)) * cumulated[:, -1:]
    return Tensor.make((cumulated <= draws).sum(-1))
