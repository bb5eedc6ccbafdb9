"""Threshold units and the perceptron."""

ORDER = ("perceptron_update",)
"""The exercises of this unit in teaching order."""
