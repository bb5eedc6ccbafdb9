"""The same points, several classifiers: one panel each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes

from glia.viz.plane import decision_boundary
from glia.viz.show import figure


def compare_boundaries(
    predicts: Mapping[str, Callable[[np.ndarray], np.ndarray]], X: np.ndarray, y: np.ndarray
) -> list[Axes]:
    """Draw the regions of each classifier over the same examples, with its count of mistakes.

    Args:
        predicts: name of the classifier → function from (M, 2) points to (M,) class labels.
        X: examples.
        y: labels.

    Shape:
        - X: (N, 2)
        - y: (N,)

    Returns:
        One axes for each classifier, side by side on one figure.

    Raises:
        ValueError: without any classifier, or where ``decision_boundary`` refuses the data.
    """
    if not predicts:
        raise ValueError("compare_boundaries: expected at least one classifier, got none")
    fig = figure(3.3 * len(predicts), 3.4)
    axes: list[Axes] = []
    for place, (name, predict) in enumerate(predicts.items()):
        ax = fig.add_subplot(1, len(predicts), place + 1, sharey=axes[0] if axes else None)
        decision_boundary(ax, predict, X, y)
        wrong = int(np.sum(np.asarray(predict(X)) != y))
        ax.set_title(f"{name}: {wrong} wrong")
        if place:
            ax.set_ylabel("")
            legend = ax.get_legend()
            if legend is not None:
                legend.remove()
        axes.append(ax)
    return axes
