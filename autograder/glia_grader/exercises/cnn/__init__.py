"""Convolutional networks: what a unit sees, sizes, heads, skips, and features that are reused."""

ORDER = (
    "receptive_field",
    "layer_sizes",
    "shift_gaps",
    "lenet_forward",
    "average_head",
    "average_head_backward",
    "retrain_head",
    "residual_block",
    "residual_block_backward",
    "train_residual",
)
"""The exercises of this unit in teaching order."""
