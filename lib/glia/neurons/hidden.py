"""Minsky and Papert's way out: a layer of hidden threshold units, set by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.ops.threshold import heaviside

__all__ = ["HiddenUnits", "convex_region", "xor_network"]


class HiddenUnits:
    """A network of threshold units: one hidden layer and one output unit, weights set by hand.

    Formula:
        h = step(Wx + b);  ŷ = step(v·h + c), with step(z) = 1 if z > 0 else 0

    Each hidden unit cuts the plane with one line; the output unit combines the halves.

    Args:
        W: one row of weights per hidden unit.
        b: the hidden biases.
        v: the output weights.
        c: the output bias.

    Shape:
        W (H, D), b (H,), v (H,), inputs (..., D) → (...)

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> xor_network()([[0, 0], [0, 1], [1, 0], [1, 1]])
        array([0, 1, 1, 0])

    Source:
        Minsky & Papert (1969), Perceptrons.
    """

    def __init__(self, W: ArrayLike, b: ArrayLike, v: ArrayLike, c: float) -> None:
        self.W: NDArray[Any] = np.array(W, dtype=np.float64)
        self.b: NDArray[Any] = np.array(b, dtype=np.float64)
        self.v: NDArray[Any] = np.array(v, dtype=np.float64)
        self.c = float(c)
        if self.W.ndim != 2:
            raise ValueError(f"W must be (H, D), one row per hidden unit; got {self.W.shape}")
        units = self.W.shape[0]
        if self.b.shape != (units,) or self.v.shape != (units,):
            raise ValueError(
                f"with {units} hidden units b and v must be ({units},), "
                f"got {self.b.shape} and {self.v.shape}"
            )

    def hidden(self, inputs: ArrayLike) -> NDArray[np.int64]:
        """Return what each hidden unit answers.

        Shape:
            inputs (..., D) → (..., H)
        """
        x = np.asarray(inputs, dtype=np.float64)
        if x.ndim == 0 or x.shape[-1] != self.W.shape[1]:
            raise ValueError(
                f"inputs must end in an axis of length {self.W.shape[1]}, got shape {x.shape}"
            )
        return heaviside(x @ self.W.T + self.b)

    def __call__(self, inputs: ArrayLike) -> NDArray[np.int64]:
        """Return the output unit's answer."""
        return heaviside(self.hidden(inputs) @ self.v + self.c)

    def __repr__(self) -> str:
        return f"HiddenUnits({self.W.shape[1]} inputs, {self.W.shape[0]} hidden units)"


def xor_network() -> HiddenUnits:
    """Return two hidden units and an output unit that compute XOR.

    The hidden units compute OR and AND; the output fires for "OR and not AND".

    Example:
        >>> xor_network().hidden([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist()
        [[0, 0], [1, 0], [1, 0], [1, 1]]
    """
    return HiddenUnits(W=[[1, 1], [1, 1]], b=[-0.5, -1.5], v=[1, -1], c=-0.5)


def convex_region(normals: ArrayLike, offsets: ArrayLike) -> HiddenUnits:
    """Return a network that fires inside a convex region: where all half-planes overlap.

    Formula:
        ŷ = 1 where n_k·x + o_k > 0 for every k: the output unit is an AND with threshold H − ½

    Args:
        normals: one row per side, pointing inwards.
        offsets: o, one for each side.

    Shape:
        normals (H, D), offsets (H,)

    Example:
        >>> square = convex_region([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, 1, 1])
        >>> square([[0.0, 0.0], [2.0, 0.0]])
        array([1, 0])
    """
    sides = np.array(normals, dtype=np.float64)
    count = sides.shape[0] if sides.ndim else 0
    return HiddenUnits(W=sides, b=offsets, v=np.ones(count), c=0.5 - count)
