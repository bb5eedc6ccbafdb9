"""Figures of the course: every function returns Axes, none touches pyplot."""

from glia.viz.digits import digit_grid
from glia.viz.plane import decision_boundary, points, weight_vector
from glia.viz.show import Picture, axes, figure, show
from glia.viz.tables import truth_table
from glia.viz.timeline import EVENTS, Event, timeline
from glia.viz.training import lines, mistakes

__all__ = [
    "EVENTS",
    "Event",
    "Picture",
    "axes",
    "decision_boundary",
    "digit_grid",
    "figure",
    "lines",
    "mistakes",
    "points",
    "show",
    "timeline",
    "truth_table",
    "weight_vector",
]
