"""Attention weights and masks as heat maps, and costs over lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from glia.viz.palette import BLACK, COLORS, LINESTYLES, MARKERS
from glia.viz.show import figure

# Lightness falls all the way from white over the course's blue: grey print keeps the order.
SHADES = LinearSegmentedColormap.from_list(
    "glia", [(0, "white"), (0.62, "#0072B2"), (1, "#001226")]
)
NUMBERS = 8  # up to this size the numbers stand in the cells


def attention_maps(
    maps: Mapping[str, np.ndarray],
    rows: Sequence[str],
    columns: Sequence[str] | None = None,
    *,
    xlabel: str = "key",
    ylabel: str = "query",
    digits: int = 2,
    high: float = 1.0,
    size: float = 2.9,
) -> list[Axes]:
    """Draw matrices side by side, one row a query and one column a key.

    Args:
        maps: name → weights, or a mask (True counts 1).
        rows: labels of the queries.
        columns: labels of the keys; the rows by default.
        xlabel: name of the columns.
        ylabel: name of the rows.
        digits: of the numbers in the cells, which small matrices have.
        high: the value that is darkest.
        size: width of a panel in inches.

    Shape:
        each matrix (T, S)

    Returns:
        One axes for each matrix.

    Raises:
        ValueError: a matrix does not fit the labels.
    """
    columns = rows if columns is None else columns
    fig = figure(size * len(maps), size * max(0.55, len(rows) / len(columns)) + 0.5)
    axes: list[Axes] = []
    for place, (name, matrix) in enumerate(maps.items()):
        values = np.asarray(matrix, dtype=float)
        if values.shape != (len(rows), len(columns)):
            raise ValueError(
                f"attention_maps: {name!r} has shape {values.shape}; expected "
                f"{(len(rows), len(columns))} for these labels"
            )
        ax = fig.add_subplot(1, len(maps), place + 1)
        ax.imshow(values, cmap=SHADES, vmin=0, vmax=high, aspect="auto")
        ax.set_xticks(range(len(columns)), columns)
        ax.set_yticks(range(len(rows)), rows)
        ax.tick_params(length=0)
        ax.set(title=name, xlabel=xlabel, ylabel=ylabel if place == 0 else "")
        if max(values.shape) <= NUMBERS:
            _write(ax, values, digits, high)
        axes.append(ax)
    return axes


def scaling(
    ax: Axes,
    sizes: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
) -> Axes:
    """Several measured costs over sizes on double logarithmic axes: a power law is a straight line.

    Args:
        ax: where to draw.
        sizes: what was varied.
        series: name → cost at each size.
        xlabel: what was varied, in words.
        ylabel: what was measured, with units.

    Returns:
        ``ax``.
    """
    for place, (name, values) in enumerate(series.items()):
        ax.plot(
            sizes,
            values,
            color=COLORS[place],
            linestyle=LINESTYLES[place],
            marker=MARKERS[place],
            markersize=6,
            label=name,
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(sizes, [f"{size:g}" for size in sizes])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(color="#d9d9d9", linewidth=0.6)
    ax.legend()
    return ax


def _write(ax: Axes, values: np.ndarray, digits: int, high: float) -> None:
    for (row, column), value in np.ndenumerate(values):
        ax.text(
            column,
            row,
            f"{value:.{digits}f}",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if value > 0.45 * high else BLACK,
        )
