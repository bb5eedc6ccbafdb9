"""Logistic and softmax regression, losses, and the linear neuron between them."""

ORDER = (
    "sigmoid",
    "log_likelihood",
    "logistic_gradient",
    "softmax",
    "cross_entropy",
    "softmax_gradient",
    "losses",
    "adaline_step",
)
"""The exercises of this unit in teaching order."""
