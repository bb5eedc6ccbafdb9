"""Figures of the course: every function returns Axes, none touches pyplot."""

from glia.viz.architectures import ARCHITECTURES, Architecture, architectures
from glia.viz.attention import attention_maps, scaling
from glia.viz.blocks import encoder_decoder, transformer_blocks
from glia.viz.digits import digit_grid
from glia.viz.image_row import image_row
from glia.viz.losses import loss_curves
from glia.viz.photograph import photograph
from glia.viz.plane import decision_boundary, points, weight_vector
from glia.viz.show import Picture, axes, figure, show
from glia.viz.side_by_side import compare_boundaries
from glia.viz.tables import truth_table
from glia.viz.templates import templates
from glia.viz.timeline import EVENTS, Event, timeline
from glia.viz.training import lines, mistakes

__all__ = [
    "ARCHITECTURES",
    "EVENTS",
    "Architecture",
    "Event",
    "Picture",
    "architectures",
    "attention_maps",
    "axes",
    "compare_boundaries",
    "decision_boundary",
    "digit_grid",
    "encoder_decoder",
    "figure",
    "image_row",
    "lines",
    "loss_curves",
    "mistakes",
    "photograph",
    "points",
    "scaling",
    "show",
    "templates",
    "timeline",
    "transformer_blocks",
    "truth_table",
    "weight_vector",
]
