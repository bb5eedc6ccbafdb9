"""Threshold units and the perceptron."""

ORDER = (
    "mcculloch_pitts",
    "gate_weights",
    "perceptron_predict",
    "perceptron_update",
    "perceptron_fit",
    "mistake_bound",
    "xor_hidden_units",
)
"""The exercises of this unit in teaching order."""
