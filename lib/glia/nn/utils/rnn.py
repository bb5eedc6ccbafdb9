"""Sequences of different lengths: padded to one, or packed without the padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...errors import ShapeError
from ...functional import pad
from ...functions import cat, stack
from ...tensor import Tensor, as_array


class PackedSequence(NamedTuple):
    """Sequences without padding: all first steps, then all second ones, …; the longest first.

    Attributes:
        data: the steps, (Σ lengths, *).
        batch_sizes: how many sequences are still going at each step.
        sorted_indices: where each packed sequence came from.
        unsorted_indices: where each given sequence went.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None


def pad_sequence(
    sequences: Sequence[Tensor], batch_first: bool = False, padding_value: float = 0.0
) -> Tensor:
    """Stack sequences of different lengths, the shorter ones padded at the end."""
    longest = max(s.shape[0] for s in sequences)
    padded = [
        pad(s, (0, 0) * (s.ndim - 1) + (0, longest - s.shape[0]), value=padding_value)
        for s in sequences
    ]
    return stack(padded, dim=0 if batch_first else 1)


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Leave out the padding.

    Args:
        input: padded sequences, (T, N, *), or (N, T, *) with batch_first.
        lengths: of each sequence.
        batch_first: whether the batch comes first.
        enforce_sorted: whether the lengths must already fall; otherwise they are sorted here.

    Raises:
        ShapeError: a length is 0, or longer than the input.
        ValueError: enforce_sorted, and they do not fall.
    """
    x = input.transpose(0, 1) if batch_first else input
    sizes = as_array(lengths).astype(np.int64)
    if sizes.shape != (x.shape[1],) or sizes.min() < 1 or sizes.max() > x.shape[0]:
        raise ShapeError(
            f"got lengths {sizes.tolist()} for an input of shape {input.shape}; expected "
            f"{x.shape[1]} lengths from 1 to {x.shape[0]}"
        )
    order = back = None
    if not enforce_sorted:
        permutation = np.argsort(-sizes, kind="stable")
        order, back = Tensor.make(permutation), Tensor.make(np.argsort(permutation))
        sizes, x = sizes[permutation], x.index_select(1, order)
    elif (np.diff(sizes) > 0).any():
        raise ValueError(f"got lengths {sizes.tolist()}; expected falling ones (enforce_sorted)")
    going = (np.arange(sizes.max())[:, None] < sizes[None]).sum(axis=1)
    data = cat([x[t, : int(n)] for t, n in enumerate(going)])
    return PackedSequence(data, Tensor.make(going), order, back)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Put the padding back; return the padded sequences and their lengths, in the given order."""
    going = sequence.batch_sizes.array
    widest, starts = int(going[0]), np.concatenate([[0], np.cumsum(going)])
    rows = []
    for t, n in enumerate(going):
        row = sequence.data[int(starts[t]) : int(starts[t + 1])]
        missing = (0, 0) * (row.ndim - 1) + (0, widest - int(n))
        rows.append(pad(row, missing, value=padding_value) if n < widest else row)
    x = stack(rows)
    lengths = Tensor.make((going[:, None] > np.arange(widest)[None]).sum(axis=0))
    if sequence.unsorted_indices is not None:
        x = x.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return x.transpose(0, 1) if batch_first else x, lengths


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences of different lengths."""
    lengths = [s.shape[0] for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)
