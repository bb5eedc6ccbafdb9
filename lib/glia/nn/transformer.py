"""Transformer layers: encoder, decoder, and stacks of them.

Post-norm (the first paper): x = LN(x + sublayer(x)). Pre-norm (`norm_first`):
x = x + sublayer(LN(x)), in which the residual path is never normalised: deep stacks train without
warm-up.

Source: Vaswani et al. (2017), arXiv:1706.03762; Xiong et al. (2020), arXiv:2002.04745.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functional as F
from ..errors import ShapeError
from ..tensor import Tensor
from .attention import MultiheadAttention
from .container import ModuleList
from .linear import Dropout, Linear
from .module import Module
from .norm import LayerNorm

Masks = dict[str, Any]


class _Layer(Module):
    """The feed-forward half, which encoder and decoder layers share."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__()
        attention = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        self.self_attn = MultiheadAttention(d_model, nhead, **attention)
        if self._cross:
            self.multihead_attn = MultiheadAttention(d_model, nhead, **attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        for i in range(1, 4 if self._cross else 3):
            setattr(self, f"norm{i}", LayerNorm(d_model, eps=layer_norm_eps, bias=bias))
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.norm_first = norm_first
        self.activation = _activation(activation)

    _cross = False

    def _sublayer(self, number: int, x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        """Add the sublayer's output to its input, with the norm before or after."""
        norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        if self.norm_first:
            return x + dropout(function(norm(x)))
        return norm(x + dropout(function(x)))

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


def _activation(activation: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    if callable(activation):
        return activation
    known = {"relu": F.relu, "gelu": F.gelu}
    if activation not in known:
        raise ValueError(f"got activation {activation!r}; expected 'relu', 'gelu' or a function")
    return known[activation]


class TransformerEncoderLayer(_Layer):
    """Self-attention and a feed-forward net, each with residual and LayerNorm.

    Args:
        d_model: depth of the sequence.
        nhead: heads.
        dim_feedforward: width of the feed-forward net.
        dropout: after each sublayer, inside the feed-forward net and on the attention weights.
        activation: 'relu', 'gelu' or a function.
        layer_norm_eps: ε of the norms.
        batch_first: whether sequences come as (N, T, d_model).
        norm_first: pre-norm in place of post-norm.
        bias: whether there are biases.
    """

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Return the sequence, each place having looked at the others."""
        masks = {
            "attn_mask": src_mask,
            "key_padding_mask": src_key_padding_mask,
            "is_causal": is_causal,
        }
        x = self._sublayer(
            1, src, lambda h: self.self_attn(h, h, h, need_weights=False, **masks)[0]
        )
        return self._sublayer(2, x, self._feed_forward)


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to the encoder's output (memory), and a feed-forward net.

    The arguments are `TransformerEncoderLayer`'s.
    """

    _cross = True

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the target sequence, having looked at itself and at memory."""
        own: Masks = {"attn_mask": tgt_mask, "is_causal": tgt_is_causal}
        own["key_padding_mask"] = tgt_key_padding_mask
        other: Masks = {"attn_mask": memory_mask, "is_causal": memory_is_causal}
        other["key_padding_mask"] = memory_key_padding_mask
        x = self._sublayer(1, tgt, lambda h: self.self_attn(h, h, h, need_weights=False, **own)[0])
        x = self._sublayer(
            2,
            x,
            lambda h: self.multihead_attn(h, memory, memory, need_weights=False, **other)[0],
        )
        return self._sublayer(3, x, self._feed_forward)


class _Stack(Module):
    """Copies of one layer, one after the other, and a last norm."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
        for i, copied in enumerate(self.layers):
            copied.__dict__["_name"] = str(i)
        self.num_layers, self.norm = num_layers, norm


class TransformerEncoder(_Stack):
    """num_layers copies of an encoder layer, which start alike as in PyTorch.

    Args:
        encoder_layer: the layer that is copied.
        num_layers: how often.
        norm: a last norm, if any.
        enable_nested_tensor: accepted for PyTorch's sake; changes nothing.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Pass the sequence through all layers."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, is_causal)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(_Stack):
    """num_layers copies of a decoder layer, which start alike as in PyTorch."""

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Pass the target sequence through all layers; the masks are the layer's."""
        padding = (tgt_key_padding_mask, memory_key_padding_mask)
        masks = (tgt_mask, memory_mask, *padding, tgt_is_causal, memory_is_causal)
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks)
        return tgt if self.norm is None else self.norm(tgt)


class PositionalEncoding(Module):
    """Add sines and cosines of falling frequency, so that attention can tell places apart.

    PE[p, 2i] = sin(p / 10000^(2i/d)), PE[p, 2i+1] = cos(p / 10000^(2i/d)).

    Args:
        d_model: d.
        dropout: on the sum, in training.
        max_len: the longest sequence.
        batch_first: whether sequences come as (N, T, d).
    """

    def __init__(
        self, d_model: int, dropout: float = 0.0, max_len: int = 5000, batch_first: bool = True
    ) -> None:
        super().__init__()
        place = np.arange(max_len)[:, None]
        angle = place / 10000 ** (2 * (np.arange(d_model) // 2) / d_model)
        table = np.where(np.arange(d_model) % 2 == 0, np.sin(angle), np.cos(angle))
        self.register_buffer("pe", Tensor(table.astype(np.float32)), persistent=False)
        self.dropout, self.batch_first = Dropout(dropout), batch_first

    def forward(self, input: Tensor) -> Tensor:
        """Return the sequence plus its places."""
        length = input.shape[1 if self.batch_first else 0]
        if length > self.pe.shape[0]:
            raise ShapeError(f"got {length} places; expected at most {self.pe.shape[0]}")
        pe = self.pe[:length].type(input.dtype)
        return self.dropout(input + (pe if self.batch_first else pe.unsqueeze(1)))


def generate_square_subsequent_mask(size: int) -> Tensor:
    """Return the causal mask to be added to scores: −∞ above the diagonal, 0 elsewhere."""
    return Tensor.make(np.triu(np.full((size, size), -np.inf, np.float32), 1))
