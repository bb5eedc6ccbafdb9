"""The bundled exercises, one file each, in units that follow the chapters."""

UNITS = (
    "perceptron",
    "logistic",
    "multilayer",
    "descent",
    "backprop",
    "convolution",
    "cnn",
    "recurrent",
    "attention",
)
"""The units in teaching order."""
