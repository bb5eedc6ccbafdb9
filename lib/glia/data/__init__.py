"""Data for the course: bundled real digits, toy sets from a seed, truth tables. All offline."""

from glia.data.bundled import Split, load_digits_8x8, load_mnist_5k
from glia.data.toy import (
    blobs,
    circles,
    clusters,
    moons,
    spiral,
    stripes,
    truth_table,
    xor_points,
)

__all__ = [
    "Split",
    "blobs",
    "circles",
    "clusters",
    "load_digits_8x8",
    "load_mnist_5k",
    "moons",
    "spiral",
    "stripes",
    "truth_table",
    "xor_points",
]
