"""Truth tables as pictures: what a unit answers, beside what was asked of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from glia.viz.palette import BLACK, BLUE, VERMILION


def truth_table(
    ax: Axes, predict: Callable[[np.ndarray], np.ndarray], X: np.ndarray, y: np.ndarray
) -> Axes:
    """A table of inputs, wanted and given answers; a cross marks each wrong row.

    Args:
        ax: where to draw.
        predict: maps (N, D) inputs to (N,) answers.
        X: the rows of the table.
        y: the wanted answers.

    Shape:
        - X: (N, D)
        - y: (N,)

    Returns:
        ``ax``, without its frame.
    """
    X, y = np.asarray(X), np.asarray(y)
    answers = np.asarray(predict(X))
    inputs = [f"$x_{i + 1}$" for i in range(X.shape[1])]
    rows = [
        [*(f"{v:g}" for v in x), f"{wanted:g}", f"{given:g}", "✓" if wanted == given else "✗"]
        for x, wanted, given in zip(X, y, answers, strict=True)
    ]
    table = ax.table(
        cellText=rows, colLabels=[*inputs, "wanted", "given", ""], loc="center", cellLoc="center"
    )
    table.scale(1, 1.6)
    table.auto_set_font_size(False)
    table.set_fontsize(11)
    last = X.shape[1] + 2
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("#b0b0b0")
        if row == 0:
            cell.set_facecolor("#f1f1f1")
        elif column == last:
            right = rows[row - 1][-1] == "✓"
            cell.get_text().set_color(BLUE if right else VERMILION)
            cell.get_text().set_fontweight("bold")
        else:
            cell.get_text().set_color(BLACK)
    ax.set_axis_off()
    return ax
