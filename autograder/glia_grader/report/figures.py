"""The class report's pictures: matplotlib, as SVG inside an <img>, each with words in its alt text.

Greys and hatching carry the meaning, so that a printed page says the same.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

__all__ = ["distribution", "misconceptions", "questions"]

_INK, _SOFT, _LINE = "#1c2430", "#566172", "#c9cfd8"
_FONT: Any = {
    "font.family": "sans-serif",
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "glia",
    "hatch.linewidth": 0.6,
}


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_LINE)
    axes.tick_params(colors=_SOFT, labelcolor=_INK, length=3)
    return figure, axes


def _uri(figure: Any) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def distribution(shares: Sequence[float]) -> tuple[str, list[tuple[str, int]]]:
    """Return a histogram of scores in tenths, and the table behind it.

    Args:
        shares: each graded submission's score as a share of what it could have, 0 to 1.

    Returns:
        The picture's address, and (range in percent, submissions) for each bar.
    """
    import matplotlib as mpl

    counts = [0] * 10
    for share in shares:
        counts[min(9, max(0, int(share * 10 + 1e-9)))] += 1
    labels = [f"{10 * i}–{10 * i + 9}" for i in range(9)] + ["90–100"]
    with mpl.rc_context(_FONT):
        figure, axes = _figure(7.2, 2.3)
        bars = axes.bar(labels, counts, width=0.88, color="#7b8aa0", edgecolor=_INK, linewidth=0.8)
        axes.bar_label(bars, [str(c) if c else "" for c in counts], color=_INK, padding=2)
        axes.set_xlabel("percent of the points", color=_SOFT)
        axes.set_ylabel("submissions", color=_SOFT)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(y=0.15)
        return _uri(figure), list(zip(labels, counts, strict=True))


def questions(names: Sequence[str], parts: Sequence[tuple[float, float, float, float]]) -> str:
    """Return stacked bars of what became of each question.

    Args:
        names: the questions.
        parts: for each, the shares of (full, part, zero, omitted); they sum to 1.
    """
    import matplotlib as mpl

    looks = (
        ("all points", "#3f5f86", ""),
        ("some", "#a9bcd4", ""),
        ("none", "#ffffff", "////"),
        ("left out", "#ffffff", ""),
    )
    with mpl.rc_context(_FONT):
        figure, axes = _figure(7.2, 0.6 + 0.27 * len(names))
        left = [0.0] * len(names)
        for index, (label, colour, hatch) in enumerate(looks):
            width = [100 * part[index] for part in parts]
            axes.barh(
                list(names),
                width,
                left=left,
                label=label,
                color=colour,
                hatch=hatch,
                edgecolor=_INK,
                linewidth=0.6,
                height=0.68,
            )
            left = [a + b for a, b in zip(left, width, strict=True)]
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("percent of the graded submissions", color=_SOFT)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper right", ncols=4, frameon=False, fontsize=9)
        return _uri(figure)


def misconceptions(names: Sequence[str], counts: Sequence[int]) -> str:
    """Return bars of how many students hold each recognised misconception."""
    import matplotlib as mpl

    with mpl.rc_context(_FONT):
        figure, axes = _figure(7.2, 0.5 + 0.27 * len(names))
        bars = axes.barh(
            list(names), list(counts), height=0.62, color="#7b8aa0", edgecolor=_INK, linewidth=0.6
        )
        axes.bar_label(bars, padding=3, color=_INK)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.08)
        return _uri(figure)
