"""Show a matplotlib figure with its alternative text, in JupyterLab and in the exported page."""

from __future__ import annotations

import base64
import html
import io

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Picture:
    """An HTML ``<figure>`` that a notebook displays as the result of a cell."""

    def __init__(self, markup: str, alt: str) -> None:
        self.markup = markup
        self.alt = alt

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def figure(width: float = 5.0, height: float = 3.8) -> Figure:
    """A figure that belongs to nobody's pyplot state.

    Args:
        width: inches.
        height: inches.

    Returns:
        A ``Figure`` with the Agg canvas and the constrained layout.
    """
    fig = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(fig)
    return fig


def axes(ax: Axes | None = None, width: float = 5.0, height: float = 3.8) -> Axes:
    """``ax`` itself, or fresh axes on a fresh figure if it is None."""
    return figure(width, height).add_subplot() if ax is None else ax


def show(fig: Figure | Axes, *, alt: str, caption: str | None = None, dpi: int = 110) -> Picture:
    """Turn a figure into HTML with alternative text (image metadata would be lost in JupyterLab).

    Args:
        fig: a figure, or any axes of it.
        alt: one or two sentences saying what a reader should see in the picture.
        caption: a visible line under the picture.
        dpi: pixels per inch.

    Returns:
        A ``Picture``; leave it as the last expression of a cell.

    Raises:
        ValueError: if ``alt`` is empty or a single word.
    """
    alt = " ".join(alt.split()) if isinstance(alt, str) else ""
    if len(alt.split()) < 2:
        raise ValueError(f"show: alt must say what the picture shows, in words; got {alt!r}")
    if isinstance(fig, Axes):
        drawn = fig.get_figure(root=True)
    else:
        drawn = fig
    if not isinstance(drawn, Figure):
        raise TypeError(f"show: expected a Figure or Axes, got {type(fig).__name__}")
    png = io.BytesIO()
    drawn.savefig(png, format="png", dpi=dpi)
    data = base64.b64encode(png.getvalue()).decode("ascii")
    width = round(drawn.get_figwidth() * dpi)
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return Picture(
        '<figure style="margin:0.5em 0">'
        f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}" '
        f'style="width:{width}px;max-width:100%;height:auto;background:#fff">{below}</figure>',
        alt,
    )
