"""glia: every component of a neural-networks course, from the threshold neuron onwards."""

__version__ = "0.1.0"
