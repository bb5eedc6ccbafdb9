"""Two-dimensional data: the points, the regions a classifier makes of the plane, its weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from glia.viz.palette import BLACK, CLASS_COLORS, CLASS_MARKERS


def points(ax: Axes, X: np.ndarray, y: np.ndarray, *, size: float = 45) -> Axes:
    """Scatter the examples, one marker and colour a class.

    Args:
        ax: where to draw.
        X: examples.
        y: labels, any values; classes are taken in sorted order.
        size: marker area in points squared.

    Shape:
        - X: (N, 2)
        - y: (N,)

    Returns:
        ``ax``.

    Raises:
        ValueError: if X does not have two columns.
    """
    X, y = _plane(X, y)
    for place, label in enumerate(np.unique(y)):
        chosen = y == label
        ax.scatter(
            X[chosen, 0],
            X[chosen, 1],
            s=size,
            marker=CLASS_MARKERS[place % 5],
            color=CLASS_COLORS[place % 5],
            edgecolors="white",
            linewidths=0.7,
            label=f"y = {label:g}",
            zorder=3,
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    ax.legend(loc="best", framealpha=0.95)
    return ax


def decision_boundary(
    ax: Axes,
    predict: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    *,
    margin: float = 0.5,
    resolution: int = 200,
) -> Axes:
    """Tint each predicted class, draw the lines between them, and the examples on top.

    Args:
        ax: where to draw.
        predict: maps (M, 2) points to (M,) class labels.
        X: examples.
        y: labels.
        margin: how far the picture reaches beyond the examples.
        resolution: grid points along each side.

    Shape:
        - X: (N, 2)
        - y: (N,)

    Returns:
        ``ax``.

    Raises:
        ValueError: if X does not have two columns, or ``predict`` answers in another shape.
    """
    X, y = _plane(X, y)
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    x1, x2 = np.meshgrid(
        np.linspace(low[0], high[0], resolution), np.linspace(low[1], high[1], resolution)
    )
    grid = np.stack([x1.ravel(), x2.ravel()], axis=1)
    labels = np.asarray(predict(grid))
    if labels.shape != (len(grid),):
        raise ValueError(
            f"decision_boundary: predict must return shape ({len(grid)},) "
            f"for {len(grid)} points, got {labels.shape}"
        )
    classes = np.unique(np.concatenate([np.unique(y), np.unique(labels)]))
    place = np.searchsorted(classes, labels).reshape(x1.shape)
    tints = ListedColormap([CLASS_COLORS[i % 5] for i in range(len(classes))])
    ax.pcolormesh(
        x1, x2, place, cmap=tints, vmin=-0.5, vmax=len(classes) - 0.5, alpha=0.16, rasterized=True
    )
    for level in range(len(classes) - 1):
        if place.min() <= level < place.max():
            ax.contour(x1, x2, place, levels=[level + 0.5], colors=[BLACK], linewidths=1.6)
    return points(ax, X, y)


def weight_vector(
    ax: Axes, weight: Sequence[float] | np.ndarray, bias: float = 0.0, *, label: str = "$w$"
) -> Axes:
    """Draw the line weight . x + bias = 0 and the weight as an arrow that starts on it.

    The arrow starts at the point of the line nearest to the origin and is as long as the weight,
    or shorter where it would leave the axes. Set equal aspect, and the right angle is seen as one.

    Args:
        ax: where to draw (limits are kept as they are).
        weight: the weight vector.
        bias: the bias.
        label: words for the legend.

    Shape:
        - weight: (2,)

    Returns:
        ``ax``.

    Raises:
        ValueError: if the weight is zero or does not have two entries.
    """
    w = np.asarray(weight, dtype=float)
    if w.shape != (2,) or not np.any(w):
        raise ValueError(f"weight_vector: expected two numbers, not both zero, got {weight!r}")
    xlim, ylim = ax.get_xlim(), ax.get_ylim()
    foot = -bias * w / (w @ w)
    along = np.array([-w[1], w[0]])
    ax.axline(tuple(foot), tuple(foot + along), color=BLACK, linewidth=1.8)
    tip = tuple(foot + _fitting(foot, w, xlim, ylim) * w)
    ax.annotate(
        "",
        xy=tip,
        xytext=tuple(foot),
        arrowprops={
            "arrowstyle": "-|>",
            "color": BLACK,
            "linewidth": 2,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=4,
    )
    ax.annotate(
        label,
        xy=tip,
        xytext=tuple(11 * w / np.linalg.norm(w)),  # past the tip
        textcoords="offset points",
        fontsize="large",
        ha="center",
        va="center",
    )
    ax.set(xlim=xlim, ylim=ylim)
    return ax


def _fitting(foot: np.ndarray, w: np.ndarray, *limits: tuple[float, float]) -> float:
    """The largest share of ``w``, at most 1, that stays inside the limits."""
    share = 1.0
    for start, step, (low, high) in zip(foot, w, limits, strict=True):
        room = (high if step > 0 else low) - start
        if step != 0 and room / step > 0:
            share = min(share, 0.9 * room / step)
    return share


def _plane(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"expected X of shape (N, 2) to draw a plane, got {X.shape}")
    if y.shape != (len(X),):
        raise ValueError(f"expected {len(X)} labels, got shape {y.shape}")
    return X, y
