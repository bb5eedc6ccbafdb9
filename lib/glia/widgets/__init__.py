"""Interactive pictures for the notebooks: state in Python, native controls in the page."""

from glia.widgets.explorer import Explorer

__all__ = ["Explorer"]
