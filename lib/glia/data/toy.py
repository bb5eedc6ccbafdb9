"""Toy sets in the plane, made from a seed, and the truth tables of logic gates."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "blobs",
    "circles",
    "clusters",
    "moons",
    "spiral",
    "stripes",
    "truth_table",
    "xor_points",
]

Labelled: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int64]]

_TABLES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0), "nand": (1, 1, 1, 0)}


def truth_table(gate: str) -> Labelled:
    """Return the inputs and outputs of a logic gate.

    Args:
        gate: "and", "or", "xor", "nand" or "not".

    Shape:
        X (4, 2) and y (4,); for "not" X (2, 1) and y (2,)

    Returns:
        float64 inputs in counting order and int64 outputs, all 0 or 1.

    Raises:
        ValueError: no such gate.

    Example:
        >>> X, y = truth_table("xor")
        >>> X.tolist(), y.tolist()
        ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    key = gate.lower()
    if key == "not":
        return np.array([[0.0], [1.0]]), np.array([1, 0])
    if key not in _TABLES:
        raise ValueError(f"unknown gate {gate!r}; expected one of {sorted([*_TABLES, 'not'])}")
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(_TABLES[key])


def blobs(seed: int = 0, n: int = 100, *, margin: float = 0.5, spread: float = 1.0) -> Labelled:
    """Return two clouds, one on each side of a random line.

    Args:
        seed: seed of the line and the points.
        n: how many points, half in each class.
        margin: no point is nearer to the line than this. Below 0 the clouds overlap by as much,
            and no line parts them.
        spread: width of the clouds.

    Shape:
        X (n, 2), y (n,) of 0 and 1

    Returns:
        float64 points and int64 classes, in random order.
    """
    rng = np.random.default_rng(seed)
    labels = _halves(n, rng)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1)
    normal = np.array([np.cos(angle), np.sin(angle)])
    along = np.array([-normal[1], normal[0]])
    distance = margin + spread * np.abs(rng.normal(size=n))
    side = 2 * labels - 1
    X = np.outer(offset + side * distance, normal) + np.outer(spread * rng.normal(size=n), along)
    return X, labels


def clusters(seed: int = 0, n: int = 150, *, classes: int = 3, spread: float = 0.5) -> Labelled:
    """Return one round cloud per class, their centres evenly placed on a circle.

    Args:
        seed: seed of the points.
        n: how many points in all.
        classes: how many clouds.
        spread: standard deviation of each cloud; the circle has radius 2.

    Shape:
        X (n, 2), y (n,) of 0 … classes − 1
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % classes)
    angle = 2 * np.pi * labels / classes + np.pi / 2
    centres = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    return centres + spread * rng.normal(size=(n, 2)), labels


def moons(seed: int = 0, n: int = 200, *, noise: float = 0.1) -> Labelled:
    """Return two interlocking half-circles: a curve parts them, a line does not.

    Args:
        seed: seed of the points.
        n: how many points, half in each class.
        noise: standard deviation around the half-circles.

    Shape:
        X (n, 2), y (n,) of 0 and 1
    """
    rng = np.random.default_rng(seed)
    labels = _halves(n, rng)
    angle = rng.uniform(0, np.pi, size=n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    X = np.where(labels[:, None] == 0, upper, lower)
    return X + noise * rng.normal(size=(n, 2)), labels


def circles(seed: int = 0, n: int = 200, *, noise: float = 0.05, inner: float = 0.5) -> Labelled:
    """Return a small circle (class 1) inside a large one (class 0).

    Args:
        seed: seed of the points.
        n: how many points, half in each class.
        noise: standard deviation around the circles.
        inner: radius of the small circle; the large one has 1.

    Shape:
        X (n, 2), y (n,) of 0 and 1
    """
    rng = np.random.default_rng(seed)
    labels = _halves(n, rng)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    radius = np.where(labels == 1, inner, 1.0)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + noise * rng.normal(size=(n, 2)), labels


def stripes(seed: int = 0, n: int = 200, *, bands: int = 4, gap: float = 0.2) -> Labelled:
    """Return parallel bands of alternating class: each border takes one more hidden unit.

    Args:
        seed: seed of the points.
        n: how many points.
        bands: how many bands, side by side along the first axis in [−1, 1].
        gap: share of each band's width left empty at its borders.

    Shape:
        X (n, 2), y (n,) of 0 and 1
    """
    rng = np.random.default_rng(seed)
    band = rng.permutation(np.arange(n) % bands)
    within = gap / 2 + (1 - gap) * rng.uniform(size=n)
    X = np.column_stack([2 * (band + within) / bands - 1, rng.uniform(-1, 1, size=n)])
    return X, band % 2


def xor_points(seed: int = 0, n: int = 200, *, noise: float = 0.2) -> Labelled:
    """Return four clouds at the corners of a square, opposite corners of one class.

    Args:
        seed: seed of the points.
        n: how many points, as evenly over the corners as can be.
        noise: standard deviation of each cloud; the corners lie at 0 and 1.

    Shape:
        X (n, 2), y (n,) of 0 and 1
    """
    rng = np.random.default_rng(seed)
    corners, outputs = truth_table("xor")
    corner = rng.permutation(np.arange(n) % 4)
    return corners[corner] + noise * rng.normal(size=(n, 2)), outputs[corner]


def spiral(
    seed: int = 0, n: int = 200, *, classes: int = 2, turns: float = 1.0, noise: float = 0.03
) -> Labelled:
    """Return the arms of a spiral, one per class: the hardest of the family.

    Args:
        seed: seed of the points.
        n: how many points in all.
        classes: how many arms.
        turns: how often each arm goes round.
        noise: standard deviation around the arms; they end at radius 1.

    Shape:
        X (n, 2), y (n,) of 0 … classes − 1
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % classes)
    radius = np.sqrt(rng.uniform(0.02, 1, size=n))
    angle = 2 * np.pi * (turns * radius + labels / classes)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + noise * rng.normal(size=(n, 2)), labels


def _halves(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return n labels, half of them 0 and half 1, in random order."""
    return rng.permutation(np.arange(n) % 2)
