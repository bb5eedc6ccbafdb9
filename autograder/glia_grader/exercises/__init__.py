"""The bundled exercises, one file each, in units that follow the chapters."""

UNITS = ("perceptron", "logistic")
"""The units in teaching order."""
