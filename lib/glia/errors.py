"""Errors that name the layer in which they arose."""

from __future__ import annotations

__all__ = ["ShapeError"]


class ShapeError(ValueError):
    """Something has the wrong shape or size; says what was got, what was expected, and where.

    Attributes:
        path: the names of the layers from the outermost in, such as ``["features", "conv1"]``.
        layer: the class name of the innermost layer, or None outside of any.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.path: list[str] = []
        self.layer: str | None = None

    def passed_through(self, layer: str, name: str | None) -> None:
        """Note a layer on the way out; the innermost comes first."""
        if self.layer is None:
            self.layer = layer
        if name:
            self.path.insert(0, name)

    def __str__(self) -> str:
        message = super().__str__()
        if self.layer is None:
            return message
        return (
            f"{self.layer} {'.'.join(self.path)!r}: {message}"
            if self.path
            else (f"{self.layer}: {message}")
        )
