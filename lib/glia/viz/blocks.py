"""Block diagrams of transformers: where the norms stand, and what encoder and decoder exchange."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from glia.viz.palette import BLACK, BLUE, GREEN, VERMILION
from glia.viz.show import figure

FILL = {"attention": "#dcebf5", "feed": "#fbe6d9", "norm": "#f1f1f1", "end": "#ffffff"}
EDGE = {"attention": BLUE, "feed": VERMILION, "norm": BLACK, "end": BLACK}
WIDE, HIGH = 1.5, 0.42


def transformer_blocks() -> list[Axes]:
    """Draw one encoder layer twice, from below to above: pre-norm and post-norm.

    Returns:
        Two axes side by side.
    """
    orders = {
        "pre-norm: x + f(LN(x))": ["norm", "attention", "+", "norm", "feed", "+"],
        "post-norm: LN(x + f(x))": ["attention", "+", "norm", "feed", "+", "norm"],
    }
    fig = figure(7.0, 4.4)
    axes = []
    for place, (title, order) in enumerate(orders.items()):
        ax = fig.add_subplot(1, 2, place + 1)
        ax.set_title(title, fontsize=11)
        _layer(ax, order)
        _finish(ax, (-1.7, 1.7), (-0.35, 5.35))
        axes.append(ax)
    return axes


def encoder_decoder() -> Axes:
    """Draw an encoder, a decoder, and the cross-attention between them (norms left out).

    Returns:
        The axes.
    """
    ax = figure(7.4, 4.6).add_subplot()
    left, right, names = 0.0, 4.2, ("attention", "feed")
    _box(ax, left, 0.0, "source tokens\n+ places", "end", 0.6)
    _box(ax, left, 1.35, "self-attention\nsees all", "attention", 0.6)
    _box(ax, left, 2.55, "feed-forward", names[1])
    _box(ax, left, 3.6, "memory", "end")
    _box(ax, right, 0.0, "target tokens so far\n+ places", "end", 0.6)
    _box(ax, right, 1.1, "self-attention\ncausal", "attention", 0.6)
    _box(ax, right, 2.25, "cross-attention", "attention")
    _box(ax, right, 3.2, "feed-forward", "feed")
    _box(ax, right, 4.2, "scores of next token", "end")
    for x, levels in ((left, (0.3, 1.05, 1.65, 2.34, 2.76, 3.39)),
                      (right, (0.3, 0.8, 1.4, 2.04, 2.46, 2.99, 3.41, 3.99))):  # fmt: skip
        for start, end in zip(levels[::2], levels[1::2], strict=True):
            _arrow(ax, x, start, x, end)
    ax.plot([left + WIDE / 2 + 0.03, 2.1, 2.1], [3.6, 3.6, 2.25], color=GREEN, lw=2, ls="--")
    _arrow(ax, 2.1, 2.25, right - WIDE / 2 - 0.03, 2.25, color=GREEN)
    ax.text(2.1, 3.72, "keys and values", ha="center", fontsize=10)
    ax.text(right + 0.12, 1.7, "queries", fontsize=10)
    ax.text(left, 4.75, "encoder, N layers", ha="center", fontweight="bold")
    ax.text(right, 4.75, "decoder, N layers", ha="center", fontweight="bold")
    _finish(ax, (-1.3, 5.6), (-0.45, 5.0))
    return ax


def _layer(ax: Axes, order: list[str]) -> None:
    words = {"norm": "LayerNorm", "attention": "attention", "feed": "feed-forward"}
    y, fork = 0.55, 0.1
    ax.text(0, -0.2, "x", ha="center", fontsize=12)
    _arrow(ax, 0, -0.05, 0, y - HIGH / 2)
    for part in order:
        if part == "+":
            ax.plot([0, 1.25, 1.25, 0.17], [fork, fork, y, y], color=BLACK, lw=1.4)
            ax.plot(0, y, "o", ms=15, mfc="white", mec=BLACK)
            ax.text(0, y, "+", ha="center", va="center", fontsize=13)
            fork = y + 0.36
        else:
            _box(ax, 0, y, words[part], part)
        _arrow(ax, 0, y + 0.21, 0, y + 0.79 - HIGH / 2)
        y += 0.79
    ax.text(0, y - 0.14, "next layer", ha="center", fontsize=10)


def _box(ax: Axes, x: float, y: float, words: str, kind: str, high: float = HIGH) -> None:
    shape = FancyBboxPatch(
        (x - WIDE / 2, y - high / 2), WIDE, high, boxstyle="round,pad=0.02,rounding_size=0.08",
        facecolor=FILL[kind], edgecolor=EDGE[kind], linewidth=1.5, mutation_aspect=1,
    )  # fmt: skip
    ax.add_patch(shape)
    ax.text(x, y, words, ha="center", va="center", fontsize=9.5)


def _arrow(ax: Axes, x0: float, y0: float, x1: float, y1: float, *, color: str = BLACK) -> None:
    arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=(x1, y1), xytext=(x0, y0), arrowprops=arrow)


def _finish(ax: Axes, across: tuple[float, float], up: tuple[float, float]) -> None:
    ax.set(xlim=across, ylim=up)
    ax.set_axis_off()
