"""Figures of the course: every function returns Axes, none touches pyplot."""

from glia.viz.show import Picture, axes, figure, show

__all__ = ["Picture", "axes", "figure", "show"]
