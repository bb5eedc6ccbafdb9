"""Draw SVG text from data: the pictures inside the widgets, live and still alike."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

from glia.viz.palette import BLACK, CLASS_COLORS

BACKDROP = "<!--backdrop-->"  # stands in a frame for what all frames of a widget share
FONT = "font-family='system-ui, sans-serif'"
READABLE = 480  # pixels below which a wide picture's letters get too small


def number(value: float, digits: int = 2) -> str:
    """A short number for a label: ``-0.50`` with a true minus sign, never ``-0.00``."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\u2212")


def short(value: float) -> str:
    """A picture coordinate as short text."""
    return f"{value:.1f}".removesuffix(".0")


def picture(width: float, height: float, *parts: str, alt: str) -> str:
    """A whole ``<svg>`` with its alternative text, at most ``width`` pixels wide."""
    if len(alt.split()) < 2:
        raise ValueError(f"picture: alt must say what the picture shows, got {alt!r}")
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' role='img' "
        f"viewBox='0 0 {short(width)} {short(height)}' "
        f"aria-label='{html.escape(alt, quote=True)}' {FONT} "
        f"style='--least:{short(min(width, READABLE))}px;width:100%;max-width:{short(width)}px;"
        "height:auto;background:#fff;display:block'>" + "".join(parts) + "</svg>"
    )


def rect(x: float, y: float, w: float, h: float, fill: str = "none", stroke: str = BLACK) -> str:
    """A rectangle in picture coordinates."""
    return (
        f"<rect x='{short(x)}' y='{short(y)}' width='{short(w)}' height='{short(h)}' rx='3' "
        f"fill='{fill}' stroke='{stroke}'/>"
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: float = 13,
    color: str = BLACK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """A line of text in picture coordinates (``anchor``: start, middle or end).

    With ``halo`` a white rim keeps it readable where a line runs behind it.
    """
    weight = " font-weight='bold'" if bold else ""
    rim = " stroke='#fff' stroke-width='3' paint-order='stroke'" if halo else ""
    return (
        f"<text x='{short(x)}' y='{short(y)}' text-anchor='{anchor}' font-size='{short(size)}' "
        f"fill='{color}'{weight}{rim}>{html.escape(words)}</text>"
    )


def path(
    points: Iterable[tuple[float, float]],
    *,
    color: str = BLACK,
    width: float = 2,
    dash: str = "",
    fill: str = "none",
    opacity: float = 1,
) -> str:
    """A polyline (or, with ``fill``, a closed polygon) in picture coordinates."""
    body = "L".join(f"{short(x)},{short(y)}" for x, y in points)
    if not body:
        return ""
    close = "Z" if fill != "none" else ""
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    veil = f" fill-opacity='{opacity}'" if opacity != 1 else ""
    return (
        f"<path d='M{body}{close}' fill='{fill}'{veil} stroke='{color}' "
        f"stroke-width='{short(width)}' stroke-linejoin='round'{dashed}/>"
    )


def arrow(
    x0: float, y0: float, x1: float, y1: float, *, color: str = BLACK, width: float = 2.5
) -> str:
    """A shaft with a filled head, in picture coordinates."""
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 1:
        return ""
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    head = min(4 + 3 * width, length)
    bx, by = x1 - head * ux, y1 - head * uy
    half = head * 0.42
    tip = [(x1, y1), (bx - half * uy, by + half * ux), (bx + half * uy, by - half * ux)]
    return path([(x0, y0), (bx, by)], color=color, width=width) + path(
        tip, color=color, width=0.5, fill=color
    )


def marker(
    x: float,
    y: float,
    shape: str = "o",
    *,
    color: str = BLACK,
    size: float = 6,
    hollow: bool = False,
) -> str:
    """One data point: ``shape`` is a matplotlib marker letter out of ``o s ^ D X``."""
    fill = "#fff" if hollow else color
    stroke = f"stroke='{color if hollow else '#fff'}' stroke-width='{2 if hollow else 1}'"
    if shape == "o":
        return f"<circle cx='{short(x)}' cy='{short(y)}' r='{short(size)}' fill='{fill}' {stroke}/>"
    if shape == "s":
        corners = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    elif shape == "^":
        corners = [(0, -1.1), (1, 0.8), (-1, 0.8)]
    elif shape == "D":
        corners = [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)]
    else:
        a, b = 1.1, 0.4
        corners = [
            (-a, -a + b), (-a + b, -a), (0, -b), (a - b, -a), (a, -a + b), (b, 0),
            (a, a - b), (a - b, a), (0, b), (-a + b, a), (-a, a - b), (-b, 0),
        ]  # fmt: skip
    d = "L".join(f"{short(x + size * dx)},{short(y + size * dy)}" for dx, dy in corners)
    return f"<path d='M{d}Z' fill='{fill}' {stroke}/>"


def class_marker(label: int) -> tuple[str, str]:
    """Marker letter and colour of a class, the same in every picture."""
    return "so^DX"[label], CLASS_COLORS[label]
