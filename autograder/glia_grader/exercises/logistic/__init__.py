"""Logistic and softmax regression, losses, and the linear neuron between them."""

ORDER = ("softmax",)
"""The exercises of this unit in teaching order."""
