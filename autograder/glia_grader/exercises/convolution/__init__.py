"""Convolution: sharing weights, filters, sizes, channels, pooling, and the way back."""

ORDER = (
    "count_weights",
    "correlate1d",
    "correlate2d",
    "make_filter",
    "conv_matrix",
    "conv_output_size",
    "conv2d",
    "conv_parameters",
    "pool2d",
    "max_pool_backward",
    "conv2d_backward",
    "train_lenet",
)
"""The exercises of this unit in teaching order."""
