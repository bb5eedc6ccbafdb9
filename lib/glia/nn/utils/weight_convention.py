"""Three ways to write the same layer, and the way between them.

| written | weight | bias |
| --- | --- | --- |
| `Wx + b` (columns; PyTorch's storage) | (out, in) | apart |
| `xW + b` (rows) and `Wᵀx + b` | (in, out) | apart |
| `Θa` with a leading 1 in a | (out, 1 + in) | the first column |
"""

from __future__ import annotations

import numpy as np

from ...errors import ShapeError
from ...operators import as_array
from ...tensor import Tensor

CONVENTIONS = ("Wx", "xW", "theta")


def convert_weight(
    weight: Tensor, bias: Tensor | None = None, *, source: str, target: str
) -> tuple[Tensor, Tensor | None]:
    """Rewrite a layer's weight and bias from one convention to another.

    Args:
        weight: W or Θ.
        bias: b, None for 'theta' (it is inside) or for a layer without.
        source: 'Wx', 'xW' (the same matrix as in Wᵀx) or 'theta'.
        target: one of these.

    Returns:
        Weight and bias; for 'theta' the bias is None, and a missing one becomes a column of zeros.

    Raises:
        ValueError: an unknown convention.
        ShapeError: the bias does not fit the weight.
    """
    for name in (source, target):
        if name not in CONVENTIONS:
            raise ValueError(f"got convention {name!r}; expected one of {CONVENTIONS}")
    w = as_array(weight)
    b = None if bias is None else as_array(bias)
    if source == "theta":
        w, b = w[:, 1:], w[:, 0]
    elif source == "xW":
        w = w.T
    if b is not None and b.shape != (w.shape[0],):
        raise ShapeError(f"got a bias of shape {b.shape}; expected {(w.shape[0],)}")
    if target == "theta":
        column = np.zeros(w.shape[0], w.dtype) if b is None else b
        return Tensor.make(np.column_stack([column, w])), None
    w = w.T if target == "xW" else w
    return Tensor.make(w.copy()), None if b is None else Tensor.make(b.copy())
