"""Small HTML tables beside a picture."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

__all__ = ["beneath", "note", "table", "wide_number"]


def wide_number(value: float, digits: int = 3) -> str:
    """A number of any size for a table cell: 0.125, 3.1e12, ∞ or nan."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "∞" if value > 0 else "\u2212∞"
    if value == 0:
        return "0"
    if abs(value) >= 1e5 or abs(value) < 0.5 * 10**-digits:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        text = f"{value:.{digits}f}"
    return text.replace("-", "\u2212")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table whose first column names the rows; nan and ∞ stand out."""
    # an empty corner is no header: screen readers would announce a header without a name
    top = "".join(f"<th scope='col'>{html.escape(c)}</th>" if c else "<td></td>" for c in head)
    body = []
    for first, *cells in rows:
        marked = "".join(_cell(cell) for cell in cells)
        body.append(f"<tr><th scope='row'>{html.escape(first)}</th>{marked}</tr>")
    inside = f"<thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody>"
    return f"<table style='font:inherit'>{inside}</table>"


def beneath(content: str) -> str:
    """Side content as wide as the picture, so that it stands under it and leaves it its size."""
    return f"<div style='width:700px;max-width:100%'>{content}</div>"


def note(words: str) -> str:
    """A short remark under a table; ``words`` is plain text."""
    return f"<p style='margin:6px 0;max-width:34em'>{html.escape(words)}</p>"


def _cell(words: str) -> str:
    if words in ("nan", "∞", "\u2212∞"):
        return f"<td style='background:#fdf1ea;font-weight:600'>{words}</td>"
    return f"<td>{html.escape(words)}</td>"
