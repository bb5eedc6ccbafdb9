"""Layers of neurons: forward passes, shapes, output heads, parameters, approximation."""

ORDER = (
    "two_layer_net",
    "mlp_forward",
    "convert_weights",
    "output_head",
    "parameter_count",
    "relu_sum",
    "relu_interpolate",
)
"""The exercises of this unit in teaching order."""
