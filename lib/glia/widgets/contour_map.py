"""Contour lines of a loss over two parameters, for the widgets that walk on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from glia.widgets.plot import Plot

__all__ = ["contour_map"]

SHADES = ("#4d4d4d", "#6b6b6b", "#8a8a8a", "#a8a8a8", "#c0c0c0", "#d2d2d2")


def contour_map(
    plot: Plot, height: Callable[[np.ndarray, np.ndarray], np.ndarray], levels: Sequence[float]
) -> str:
    """Contour lines as SVG, the lower the darker.

    Args:
        plot: the box; its limits say where to look.
        height: the loss of two arrays of equal shape.
        levels: rising values to draw.

    Returns:
        SVG text for the inside of the box.
    """
    x, y = np.meshgrid(np.linspace(*plot.x, 61), np.linspace(*plot.y, 61))
    drawn = Figure().add_subplot().contour(x, y, height(x, y), levels=sorted(levels))
    out = []
    for place, pieces in enumerate(drawn.allsegs):
        shade = SHADES[min(place * len(SHADES) // len(levels), len(SHADES) - 1)]
        for piece in pieces:
            if len(piece) > 1:
                out.append(plot.curve(piece[:, 0], piece[:, 1], color=shade, width=1))
    return "".join(out)
