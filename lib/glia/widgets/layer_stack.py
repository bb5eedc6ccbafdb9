"""Windows on windows: the sizes of a stack of layers, and what one of its cells sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["NETS", "Layer", "field", "paths", "sizes"]


@dataclass(frozen=True)
class Layer:
    """A window: of a convolution or of a pooling.

    Attributes:
        kernel: places of the window along one axis.
        stride: its step.
        dilation: distance between its places.
        padding: zeros on each side.
        name: "conv" or "pool".
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    name: str = "conv"

    @property
    def reach(self) -> int:
        """How many places the window spans, gaps included."""
        return self.dilation * (self.kernel - 1) + 1


NETS: dict[str, tuple[str, tuple[Layer, ...]]] = {
    "lenet": (
        "LeNet-5's features",
        (Layer(5, padding=2), Layer(2, 2, name="pool"), Layer(5), Layer(2, 2, name="pool")),
    ),
    "three": ("three 3×3", (Layer(3, padding=1),) * 3),
    "seven": ("one 7×7", (Layer(7, padding=3),)),
    "doubling": (
        "3×3, dilation 1, 2, 4",
        tuple(Layer(3, dilation=d, padding=d) for d in (1, 2, 4)),
    ),
}


def sizes(layers: Sequence[Layer], size: int) -> list[int]:
    """How many cells each layer has along one axis, those of an image of ``size`` first."""
    counts = [size]
    for layer in layers:
        counts.append((counts[-1] + 2 * layer.padding - layer.reach) // layer.stride + 1)
    return counts


def field(layers: Sequence[Layer]) -> int:
    """The receptive field of the last layer's cells along one axis, in pixels.

    Formula:
        r_l = r_{l−1} + d_l (k_l − 1) · j_{l−1};  j_l = j_{l−1} · s_l;  r_0 = j_0 = 1
    """
    wide = jump = 1
    for layer in layers:
        wide += (layer.reach - 1) * jump
        jump *= layer.stride
    return wide


def paths(layers: Sequence[Layer], cell: int, size: int) -> list[np.ndarray]:
    """How many paths lead from ``cell`` of the last layer to each cell of each layer below.

    Returns:
        One array a layer, that of the image of ``size`` first; padding is not counted.
    """
    counts = [np.zeros(n, dtype=int) for n in sizes(layers, size)]
    counts[-1][cell] = 1
    for depth in range(len(layers) - 1, -1, -1):
        layer = layers[depth]
        for above in np.flatnonzero(counts[depth + 1]):
            first = int(above) * layer.stride - layer.padding
            for place in range(first, first + layer.reach, layer.dilation):
                if 0 <= place < len(counts[depth]):
                    counts[depth][place] += counts[depth + 1][above]
    return counts
