"""What a linear classifier has learnt: one weight image a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from glia.viz.show import figure


def templates(
    weight: np.ndarray, names: Sequence[object] | None = None, *, columns: int = 5
) -> list[Axes]:
    """Show each class's weights as an image: white speaks for the class, black against it.

    All images share one scale that is symmetric about zero, so mid-grey means "does not matter".

    Args:
        weight: one row of weights for each class, over square images.
        names: words above each image; the class numbers if left out.
        columns: images in a row.

    Shape:
        - weight: (K, H*H)

    Returns:
        One axes for each class, all on one figure.

    Raises:
        ValueError: if the rows do not fold to squares, or the names do not match in number.
    """
    weight = np.asarray(weight, dtype=float)
    side = round(weight.shape[-1] ** 0.5)
    if weight.ndim != 2 or side * side != weight.shape[1]:
        raise ValueError(f"templates: expected weight of shape (K, H*H), got {weight.shape}")
    count = len(weight)
    names = range(count) if names is None else names
    if len(names) != count:
        raise ValueError(f"templates: {count} classes but {len(names)} names")
    columns = min(columns, count)
    rows = -(-count // columns)
    fig = figure(1.35 * columns + 0.6, 1.6 * rows)
    axes = [fig.add_subplot(rows, columns, place + 1) for place in range(count)]
    reach = float(np.abs(weight).max()) or 1.0
    image = None
    for ax, row, name in zip(axes, weight, names, strict=True):
        image = ax.imshow(row.reshape(side, side), cmap="gray", vmin=-reach, vmax=reach)
        ax.set_title(str(name))
        ax.set_axis_off()
    if image is not None:
        fig.colorbar(image, ax=axes, shrink=0.8, label="weight")
    return axes
