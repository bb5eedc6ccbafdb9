"""The losses of a single neuron side by side, over its net input."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from glia.ops import logistic_loss, sigmoid
from glia.viz.palette import BLACK, BLUE, GREEN, LINESTYLES, VERMILION


def loss_curves(ax: Axes, *, reach: float = 4.0) -> Axes:
    """Four losses of one example whose label is 1, as functions of its net input z.

    Zero-one and log loss belong to the logistic neuron's a = σ(z), the third line is the squared
    error of that a, the fourth is Adaline's half squared error of z itself, whose target is +1.

    Args:
        ax: where to draw.
        reach: the picture spans z from ``-reach`` to ``reach``.

    Returns:
        ``ax``.
    """
    z = np.linspace(-reach, reach, 401)
    a = sigmoid(z)
    curves = (
        ("zero-one: 1 if z ≤ 0", (z <= 0).astype(float), BLACK),
        ("log loss: −log σ(z)", logistic_loss(z, np.ones_like(z), reduction="none"), BLUE),
        ("squared, of σ(z): (a − 1)²", (a - 1) ** 2, VERMILION),
        ("squared, of z: ½ (z − 1)² (Adaline)", 0.5 * (z - 1) ** 2, GREEN),
    )
    for (name, values, color), style in zip(curves, LINESTYLES, strict=False):
        ax.plot(z, values, color=color, linestyle=style, linewidth=2, label=name)
    ax.set(
        xlabel="net input z   (wrong side ← 0 → right side)",
        ylabel="loss of one example, y = 1",
        xlim=(-reach, reach),
        ylim=(-0.15, 4.5),
    )
    ax.grid(color="#d9d9d9", linewidth=0.6)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)
    return ax
