"""Widgets that are pointed at: clicks on the picture, a pad to draw on, a field of weights."""

from __future__ import annotations

import html
from typing import Any

from glia.widgets.explorer import bundle
from glia.widgets.svg import short

EXPORT = "export default { render };"


def pointed(*names: str) -> str:
    """The explorer's ES module with a picture that can be clicked, and the named additions.

    An addition is a JavaScript file beside this one that pushes a function onto ``gliaAdditions``
    or a maker into ``gliaControls``.
    """
    body = bundle("explorer", "pick", *names).replace(EXPORT, "", 1)
    return f"{body}\nexport default {{ render: gliaRenderPointed }};\n"


def pickable(content: str, **traits: int) -> str:
    """SVG content that sets these traits when it is clicked.

    The mouse only offers a short cut: each of the traits needs a control of its own, for the
    keyboard.
    """
    wish = ";".join(f"{name}={value}" for name, value in traits.items())
    return f"<g data-pick='{html.escape(wish, quote=True)}' style='cursor:pointer'>{content}</g>"


def pick_area(
    x: float, y: float, width: float, height: float, first: int = 1, **counts: int
) -> str:
    """An invisible area over a picture: a press or a drag sets the row and the column under it.

    Each of the two traits needs a control of its own, for the keyboard.

    Args:
        x: left edge, in picture coordinates.
        y: upper edge.
        width: of the area.
        height: of the area.
        first: the number of the first row and column.
        counts: the trait for the row and how many rows there are, then the same for columns.
    """
    (row, rows), (column, columns) = counts.items()
    wish = f"{row},{rows},{column},{columns},{first}"
    return (
        f"<rect x='{short(x)}' y='{short(y)}' width='{short(width)}' height='{short(height)}' "
        f"fill='#fff' fill-opacity='0' style='cursor:crosshair;touch-action:none' "
        f"data-pick-area='{wish}'/>"
    )


def matrix(name: str, label: str, rows: int, columns: int, step: float = 1) -> dict[str, Any]:
    """A field of number inputs bound to the trait ``name``, a list of numbers row by row."""
    return {
        "kind": "matrix", "name": name, "label": label, "rows": rows, "columns": columns,
        "step": step,
    }  # fmt: skip
