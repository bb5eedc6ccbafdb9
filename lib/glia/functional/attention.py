"""Attention on Tensors: one head, and many at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import implementation
from ..errors import ShapeError
from ..ops.attention import Attention
from ..tensor import Tensor
from .linear import dropout_mask, linear


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """Y = softmax(Q Kᵀ/√d + mask) V.

    Args:
        query: Q.
        key: K.
        value: V.
        attn_mask: bool, True where a query may look, or floats that are added to the scores.
        dropout_p: probability of dropping a weight.
        is_causal: whether query i sees only the keys 0 … i.
        scale: in place of 1/√d.

    Shape:
        query (..., L, d), key (..., S, d), value (..., S, e), mask broadcast over (..., L, S);
        the result (..., L, e). A query whose keys are all masked gives zeros.

    Raises:
        ShapeError: the shapes do not fit.
    """
    mask = _mask(query, key, value, attn_mask, is_causal)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return Attention.apply(query, key, value, mask, scale, _dropout(query, key, dropout_p))


def _mask(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, causal: bool) -> Any:
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"attention: got query {query.shape}, key {key.shape}, value {value.shape}; expected "
            "query and key of one depth, key and value of one length"
        )
    if not causal:
        return attn_mask
    seen = Tensor.make(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    if attn_mask is None:
        return seen
    if attn_mask.dtype == bool:
        return seen & attn_mask
    return attn_mask.masked_fill(~seen, -math.inf)


def _dropout(query: Tensor, key: Tensor, p: float) -> np.ndarray | None:
    if p == 0:
        return None
    shape = (*np.broadcast_shapes(query.shape[:-2], key.shape[:-2]), query.shape[-2], key.shape[-2])
    return dropout_mask(shape, p, query.dtype)


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    num_heads: int,
    in_proj: tuple[tuple[Tensor, Tensor | None], ...],
    out_proj: tuple[Tensor, Tensor | None],
    mask: Tensor | None = None,
    dropout_p: float = 0.0,
    need_weights: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Project, split into heads, attend in each, join, project.

    Args:
        query: batch first.
        key: batch first.
        value: batch first.
        num_heads: H, a divisor of the depth.
        in_proj: (weight, bias) for query, key and value; or one pair, its rows in this order, where
            all three are the same sequence: one product then makes them together.
        out_proj: (weight, bias) at the end: W^O.
        mask: as for `scaled_dot_product_attention`, broadcast over (N, H, L, S).
        dropout_p: probability of dropping a weight.
        need_weights: whether to return the attention weights too (to look at: without gradient).

    Shape:
        query (N, L, E), key (N, S, ·), value (N, S, ·); the result (N, L, E) and (N, H, L, S).
    """
    if len(in_proj) == 1:
        projected = linear(query, *in_proj[0]).chunk(3, dim=-1)
    else:
        parts = zip((query, key, value), in_proj, strict=True)
        projected = tuple(linear(x, weight, bias) for x, (weight, bias) in parts)
    q, k, v = (_heads(x, num_heads) for x in projected)
    mixed = scaled_dot_product_attention(q, k, v, mask, dropout_p)
    y = linear(mixed.transpose(1, 2).flatten(2), *out_proj)
    return y, _weights(mixed, q, k, v, mask) if need_weights else None


def _weights(mixed: Tensor, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Return a copy of what the step kept for its way back; computed again if it kept nothing."""
    step = mixed.grad_fn
    if step is not None and step.function is Attention:
        return Tensor.make(np.array(step.saved_tensors[3]))
    given = None if mask is None else mask.array
    _, weights = implementation("attention")(
        q.array, k.array, v.array, given, 1 / math.sqrt(q.shape[-1])
    )
    return Tensor.make(weights)


def _heads(x: Tensor, num_heads: int) -> Tensor:
    """(N, T, E) → (N, H, T, E/H)."""
    return x.reshape(*x.shape[:2], num_heads, x.shape[2] // num_heads).transpose(1, 2)
