"""What happened during training: mistakes an epoch, loss curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from glia.viz.palette import COLORS, LINESTYLES, MARKERS


def mistakes(ax: Axes, series: Mapping[str, Sequence[int]]) -> Axes:
    """Mistakes in each epoch, one line a run.

    Args:
        ax: where to draw.
        series: name of the run → mistakes of epoch 1, 2, …

    Returns:
        ``ax``.
    """
    lines(ax, series, xlabel="epoch", ylabel="mistakes in the epoch", start=1)
    ax.set_ylim(bottom=-0.15)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def lines(
    ax: Axes,
    series: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "step",
    ylabel: str = "loss",
    start: int = 0,
) -> Axes:
    """Several curves over a count, told apart by colour, marker and line style.

    Args:
        ax: where to draw.
        series: name → values; five at most, so that each keeps its own style.
        xlabel: what is counted.
        ylabel: what the values are, with units.
        start: the count of the first value.

    Returns:
        ``ax``.

    Raises:
        ValueError: for more than five series.
    """
    if len(series) > len(COLORS):
        raise ValueError(f"lines: at most {len(COLORS)} series keep apart, got {len(series)}")
    for place, (name, values) in enumerate(series.items()):
        ax.plot(
            range(start, start + len(values)),
            values,
            color=COLORS[place],
            linestyle=LINESTYLES[place],
            marker=MARKERS[place],
            markersize=5,
            markevery=max(1, len(values) // 12),
            label=name,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(color="#d9d9d9", linewidth=0.6)
    ax.legend()
    return ax
