"""Scaled dot-product attention: score, softmax, mix.

P = softmax(Q Kᵀ · scale + mask), Y = P V. With g the gradient of P, that of the scores is
P ⊙ (g − Σ g P): each row of a softmax pulls against itself.

Source: Vaswani et al. (2017), arXiv:1706.03762, equation 1.
"""

from __future__ import annotations

import numpy as np

from ..backend import implementation, reference
from .op import Op, unbroadcast


class Attention(Op, name="scaled_dot_product_attention"):
    """Y = softmax(Q Kᵀ · scale + mask) V; a row whose keys are all masked gives zeros."""

    keeps_nothing = True

    @staticmethod
    def forward(ctx, q, k, v, mask, scale, dropout):
        if dropout is None:
            y, weights = implementation("attention")(q, k, v, mask, scale)
        else:
            weights = implementation("attention_weights")(q, k, mask, scale)
            y = (weights * dropout) @ v
        ctx.save_for_backward(q, k, v, weights, mask)
        ctx.scale, ctx.dropout = scale, dropout
        return y

    @staticmethod
    def backward(ctx, grad):
        q, k, v, weights, mask = ctx.saved_tensors
        if ctx.dropout is None and not ctx.needs_input_grad[3]:
            run = implementation("attention_backward")
            return *run(grad, q, k, v, weights, mask, ctx.scale), None, None, None
        kept = 1 if ctx.dropout is None else ctx.dropout
        grad_v = (weights * kept).swapaxes(-1, -2) @ grad
        grad_weights = grad @ v.swapaxes(-1, -2) * kept
        pull = (grad_weights * weights).sum(axis=-1, keepdims=True)
        grad_scores = weights * (grad_weights - pull)
        grad_mask = unbroadcast(grad_scores, mask.shape) if ctx.needs_input_grad[3] else None
        grad_scores = grad_scores * ctx.scale
        return (
            unbroadcast(grad_scores @ k, q.shape),
            unbroadcast(grad_scores.swapaxes(-1, -2) @ q, k.shape),
            unbroadcast(grad_v, v.shape),
            grad_mask,
            None,
            None,
        )

    @staticmethod
    def result_shapes(q, k, v, mask, scale, dropout):
        """Tell the result's shape without computing it, for where that is withheld."""
        parts = [a.shape[:-2] for a in (q, k, v, mask) if a is not None]
        return ((*np.broadcast_shapes(*parts), q.shape[-2], v.shape[-1]),)


@reference()
def attention_weights(
    q: np.ndarray, k: np.ndarray, mask: np.ndarray | None, scale: float
) -> np.ndarray:
    """Return how much each query attends to each key.

    Args:
        q: queries.
        k: keys.
        mask: bool, True where a key may be seen, or floats to be added to the scores.
        scale: usually 1/√d: it keeps the scores' variance at that of their entries.

    Shape:
        q (..., L, d), k (..., S, d), mask broadcast over (..., L, S); the result (..., L, S), rows
        summing to 1, or to 0 where every key is masked.
    """
    scores = q @ k.swapaxes(-1, -2) * scale
    if mask is not None:
        low = q.dtype.type(-np.inf)
        scores = np.where(mask, scores, low) if mask.dtype == bool else scores + mask
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    scores = np.exp(
        scores - np.where(np.isfinite(top), top, 0)
    )  # delicate: an empty row has no max
    total = scores.sum(axis=-1, keepdims=True)
    return scores / np.where(total == 0, 1, total).astype(scores.dtype)


@reference(twin="glia.kernels.attention.attention")
def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return P V and P, the weights."""
    weights = attention_weights(q, k, mask, scale)
    return weights @ v, weights


@reference(twin="glia.kernels.attention.attention_backward")
def attention_backward(
    grad: np.ndarray,
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    weights: np.ndarray,
    mask: np.ndarray | None,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of Q, K and V; the mask only tells what need not be looked at."""
    grad_v = weights.swapaxes(-1, -2) @ grad
    grad_weights = grad @ v.swapaxes(-1, -2)
    pull = (grad_weights * weights).sum(axis=-1, keepdims=True)
    grad_scores = weights * (grad_weights - pull) * scale
    return (
        unbroadcast(grad_scores @ k, q.shape),
        unbroadcast(grad_scores.swapaxes(-1, -2) @ q, k.shape),
        unbroadcast(grad_v, v.shape),
    )
