"""Multi-head attention as a layer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import functional as F
from ..creation import empty
from ..errors import ShapeError
from ..tensor import Tensor
from . import init
from .linear import Linear
from .module import Module, Parameter


class MultiheadAttention(Module):
    """Attention in several heads: project, split, attend, join, project.

    Args:
        embed_dim: E, the depth of queries and outputs.
        num_heads: H, a divisor of E.
        dropout: on the attention weights, in training.
        bias: whether the projections have one.
        kdim: depth of the keys, E by default.
        vdim: depth of the values, E by default.
        batch_first: whether sequences come as (N, T, E) and not as (T, N, E).
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
    ) -> None:
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError(
                f"MultiheadAttention: got embed_dim {embed_dim}; expected a multiple of "
                f"num_heads = {num_heads}"
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.batch_first = batch_first
        depths = (embed_dim, kdim or embed_dim, vdim or embed_dim)
        self._joined = depths == (embed_dim,) * 3
        names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        if self._joined:
            self.in_proj_weight = Parameter(empty(3 * embed_dim, embed_dim))
        else:
            for name, depth in zip(names, depths, strict=True):
                setattr(self, name, Parameter(empty(embed_dim, depth)))
        self.in_proj_bias = Parameter(empty(3 * embed_dim)) if bias else None
        for weight in list(self._parameters.values()):
            init.xavier_uniform_(weight) if weight.ndim == 2 else init.zeros_(weight)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def _projections(self, to_itself: bool) -> tuple:
        if self._joined and to_itself:
            return ((self.in_proj_weight, self.in_proj_bias),)
        if self._joined:
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        return tuple(zip(weights, biases, strict=True))

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Attend.

        Args:
            query: (L, N, E).
            key: (S, N, kdim).
            value: (S, N, vdim).
            key_padding_mask: (N, S), True where a key is padding, or floats to be added.
            need_weights: whether to return the attention weights too.
            attn_mask: (L, S) or (N·H, L, S), True where a query may *not* look (here PyTorch's two
                attentions differ), or floats to be added.
            average_attn_weights: whether the returned weights are averaged over the heads.
            is_causal: whether query i sees only the keys 0 … i.

        Returns:
            The output (L, N, E), and the weights (N, L, S) or (N, H, L, S), or None. All sequences
            are (N, ·, ·) with batch_first, and may lack the batch.
        """
        if query.ndim not in (2, 3) or query.shape[-1] != self.embed_dim:
            raise ShapeError(f"got a query of shape {query.shape}; expected depth {self.embed_dim}")
        batched = query.ndim == 3
        sequences: Any = (query, key, value)
        if not batched:
            sequences = tuple(x.unsqueeze(0) for x in sequences)
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            sequences = tuple(x.transpose(0, 1) for x in sequences)
        mask = self._mask(sequences, key_padding_mask, attn_mask, is_causal)
        output, weights = F.multi_head_attention_forward(
            sequences[0],
            sequences[1],
            sequences[2],
            self.num_heads,
            self._projections(query is key is value),
            (self.out_proj.weight, self.out_proj.bias),
            mask,
            self.dropout if self.training else 0.0,
            need_weights,
        )
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if not batched:
            return output.squeeze(0), None if weights is None else weights.squeeze(0)
        return output if self.batch_first else output.transpose(0, 1), weights

    def _mask(
        self, sequences: Any, padding: Tensor | None, attn_mask: Tensor | None, is_causal: bool
    ) -> Tensor | None:
        """Join the masks: bool (True: may look), or floats if one is added to the scores."""
        n, length, _ = sequences[0].shape
        seen: list[np.ndarray] = []
        added: list[Tensor] = []
        if attn_mask is not None:
            if attn_mask.ndim == 3:
                attn_mask = attn_mask.reshape(n, self.num_heads, *attn_mask.shape[1:])
            _file(attn_mask, seen, added)
        if padding is not None:
            _file(padding.reshape(n, 1, 1, padding.shape[-1]), seen, added)
        if is_causal and attn_mask is None:
            seen.append(np.tri(length, sequences[1].shape[1], dtype=bool))
        allowed = None
        for part in seen:
            allowed = part if allowed is None else allowed & part
        if not added:
            return None if allowed is None else Tensor.make(allowed)
        total = added[0] if len(added) == 1 else added[0] + added[1]
        if allowed is not None:
            total = total + np.where(allowed, 0, -math.inf).astype(total.dtype)
        return total

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"


def _file(mask: Tensor, seen: list, added: list) -> None:
    """File a mask among those that allow (turned round) or those that are added."""
    if mask.dtype == bool:
        seen.append(~mask.array)
    else:
        added.append(mask)
