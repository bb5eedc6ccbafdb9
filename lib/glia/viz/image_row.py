"""Images and matrices side by side, each with its title, on one scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from glia.viz.show import figure


def image_row(
    pictures: Mapping[str, np.ndarray],
    *,
    signed: bool = False,
    ink: bool = False,
    values: bool = False,
    height: float = 2.3,
) -> list[Axes]:
    """Grey images in a row: an image, a filter, the map it makes.

    Args:
        pictures: title → image; all share one scale.
        signed: mid-grey is 0, white the largest value and black its opposite.
        ink: dark is large, as on paper; otherwise light is large.
        values: write each number into its cell (small images and matrices); a cell that is nan
            stays empty and white, hatched at its edge.
        height: of one image, in inches.

    Shape:
        - each picture (H, W)

    Returns:
        One axes for each picture, all on one figure.

    Raises:
        ValueError: there is no picture, or one does not have two axes.
    """
    arrays = {name: np.asarray(values_, dtype=float) for name, values_ in pictures.items()}
    wrong = [name for name, array in arrays.items() if array.ndim != 2]
    if wrong or not arrays:
        shapes = {name: arrays[name].shape for name in wrong}
        raise ValueError(f"image_row: expected images (H, W), got {shapes or 'none'}")
    widths = [array.shape[1] / array.shape[0] for array in arrays.values()]
    widths = [min(max(w, 0.4), 3.5) for w in widths]
    fig = figure(height * sum(widths) + 0.25 * len(widths), height + 0.35)
    low, high = _scale(list(arrays.values()), signed)
    axes = list(
        np.atleast_1d(np.array(fig.subplots(1, len(arrays), gridspec_kw={"width_ratios": widths})))
    )
    for ax, (name, array) in zip(axes, arrays.items(), strict=True):
        ax.set_facecolor("white")
        ax.imshow(array, cmap="gray_r" if ink else "gray", vmin=low, vmax=high)
        ax.set_title(name, fontsize=10)
        ax.set(xticks=[], yticks=[])
        if values:
            _write(ax, array, low, high, ink)
    return axes


def _scale(arrays: list[np.ndarray], signed: bool) -> tuple[float, float]:
    low = min(float(np.nanmin(array)) for array in arrays)
    high = max(float(np.nanmax(array)) for array in arrays)
    if signed:
        high = max(abs(low), abs(high)) or 1.0
        return -high, high
    return low, high if high > low else low + 1.0


def _write(ax: Axes, array: np.ndarray, low: float, high: float, ink: bool) -> None:
    """Write the numbers, in black on light cells and in white on dark ones."""
    size = 11 if max(array.shape) <= 6 else 8
    for (i, j), value in np.ndenumerate(array):
        ax.add_patch(_edge(i, j, hatch=bool(np.isnan(value))))
        if not np.isnan(value):
            light = (value - low) / (high - low)
            dark = light > 0.5 if ink else light < 0.5
            words = f"{value:.3g}".replace("-", "\u2212")
            ax.text(j, i, words, ha="center", va="center", fontsize=size,
                    color="white" if dark else "black")  # fmt: skip


def _edge(row: int, column: int, hatch: bool) -> Rectangle:
    return Rectangle(
        (column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="#b0b0b0", linewidth=0.6,
        hatch="////" if hatch else None,
    )  # fmt: skip
