"""Small grey images in a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes


def digit_grid(
    ax: Axes, images: np.ndarray, labels: Sequence[object] | None = None, *, columns: int = 8
) -> Axes:
    """Tile images, dark on light, each with its label beneath.

    Args:
        ax: where to draw.
        images: grey values 0..1; flat rows are folded to squares.
        labels: words under each image.
        columns: images in a row of the grid.

    Shape:
        - images: (N, H, W) or (N, H*H)

    Returns:
        ``ax``, without its frame.

    Raises:
        ValueError: if flat images are not squares, or the labels do not match in number.
    """
    images = np.asarray(images, dtype=float)
    if images.ndim == 2:
        side = round(images.shape[1] ** 0.5)
        if side * side != images.shape[1]:
            raise ValueError(f"digit_grid: {images.shape[1]} values do not make a square image")
        images = images.reshape(-1, side, side)
    count, height, width = images.shape
    if labels is not None and len(labels) != count:
        raise ValueError(f"digit_grid: {count} images but {len(labels)} labels")
    columns = min(columns, count)
    rows = -(-count // columns)
    gap = max(1, height // 4)
    foot = gap + (height // 3 if labels is not None else 0)
    sheet = np.zeros((rows * (height + foot), columns * (width + gap) - gap))
    for place, image in enumerate(images):
        top, left = place // columns * (height + foot), place % columns * (width + gap)
        sheet[top : top + height, left : left + width] = image
        if labels is not None:
            ax.text(left + width / 2 - 0.5, top + height, str(labels[place]), ha="center", va="top")
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    ax.set_axis_off()
    return ax
