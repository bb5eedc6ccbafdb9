"""Backpropagation: deltas, sums over paths, gates, order, accumulation, checking, an own engine."""

ORDER = (
    "delta_output",
    "delta_hidden",
    "mlp_backward",
    "average_gradient",
    "worked_net_step",
    "first_weight_gradient",
    "graph_gradient",
    "multiply_relu",
    "topological_order",
    "accumulate_gradients",
    "gradient_check",
    "train_autograd",
)
"""The exercises of this unit in teaching order."""
