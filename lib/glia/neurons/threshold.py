"""The neuron of McCulloch and Pitts (1943): it does not learn; somebody sets its weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.ops.threshold import net_input, threshold_unit

__all__ = ["McCullochPitts", "gate"]

# Weights and threshold of each gate, with weights of ±1 only.
_GATES: dict[str, tuple[tuple[int, ...], float]] = {
    "and": ((1, 1), 2),
    "or": ((1, 1), 1),
    "not": ((-1,), 0),
}


class McCullochPitts:
    """A threshold unit with weights set by hand.

    Formula:
        net = Σ_i w_i x_i;  output 0 if net < T else 1

    Args:
        weights: one per input, classically +1 (excites) or −1 (inhibits).
        threshold: T; a net input of exactly T fires.

    Shape:
        inputs (..., D) → (...)

    Example:
        >>> unit = McCullochPitts([1, 1], threshold=2)
        >>> unit([[0, 0], [0, 1], [1, 0], [1, 1]])
        array([0, 0, 0, 1])

    Source:
        McCulloch & Pitts (1943), A logical calculus of the ideas immanent in nervous activity.
    """

    def __init__(self, weights: ArrayLike, threshold: float) -> None:
        self.weights: NDArray[np.float64] = np.array(weights, dtype=np.float64)
        if self.weights.ndim != 1:
            raise ValueError(f"weights must be one-dimensional, got shape {self.weights.shape}")
        self.threshold = float(threshold)

    def net(self, inputs: ArrayLike) -> NDArray[np.float64]:
        """Return the weighted sum of the inputs, before the threshold."""
        return net_input(inputs, self.weights)

    def __call__(self, inputs: ArrayLike) -> NDArray[np.int64]:
        """Return 1 where the unit fires and 0 where it stays silent."""
        return threshold_unit(inputs, self.weights, self.threshold)

    def __repr__(self) -> str:
        return f"McCullochPitts(weights={self.weights.tolist()}, threshold={self.threshold:g})"


def gate(name: str) -> McCullochPitts:
    """Return a unit that computes a logic gate with weights of ±1.

    There is none for XOR: no single line parts its ones from its zeros.

    Args:
        name: "and", "or" or "not".

    Raises:
        ValueError: no such gate, or "xor", which no single unit can compute.

    Example:
        >>> gate("not")([[0], [1]])
        array([1, 0])
    """
    key = name.lower()
    if key == "xor":
        raise ValueError(
            "no single threshold unit computes XOR (Minsky & Papert, 1969): it takes hidden units"
        )
    if key not in _GATES:
        raise ValueError(f"unknown gate {name!r}; expected one of {sorted(_GATES)}")
    return McCullochPitts(*_GATES[key])
