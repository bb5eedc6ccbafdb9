"""The geometry of a linear unit: its line, the distance from it, the turning weight."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glia.ops.threshold import net_input

__all__ = ["angle_between", "boundary_segment", "signed_distance"]


def signed_distance(X: ArrayLike, weight: ArrayLike, bias: float = 0.0) -> NDArray[Any]:
    """Return how far each point lies from the decision boundary; above 0 on the side w points to.

    Formula:
        d = (w·x + b) / ‖w‖

    Shape:
        X (..., D), weight (D,) → (...)

    Raises:
        ValueError: the shapes do not fit, or w is zero: then there is no boundary.

    Example:
        >>> signed_distance([[3.0, 4.0], [0.0, 0.0]], [3.0, 4.0], -5.0)
        array([ 4., -1.])
    """
    length = float(np.linalg.norm(np.asarray(weight, dtype=np.float64)))
    if length == 0:
        raise ValueError("weight is all zeros: there is no boundary to be at a distance from")
    return net_input(X, weight, bias) / length


def angle_between(u: ArrayLike, v: ArrayLike) -> float:
    """Return the angle between two vectors in degrees, from 0 to 180.

    With the bias as one more weight, a unit answers 1 exactly where the angle between weights and
    input is below 90°. A mistake on a positive example turns the weights towards it; a mistake on a
    negative one turns them away.

    Formula:
        θ = 2 atan2(‖û − v̂‖, ‖û + v̂‖), with û = u/‖u‖; unlike arccos(û·v̂), exact near 0° and 180°

    Shape:
        u (D,), v (D,) → scalar

    Raises:
        ValueError: the shapes differ, or a vector is all zeros.

    Example:
        >>> round(angle_between([1.0, 0.0], [1.0, 1.0]), 6)
        45.0
    """
    a, b = np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"u and v must both be (D,), got {a.shape} and {b.shape}")
    if not a.any() or not b.any():
        raise ValueError("a vector of zeros has no direction")
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))


def boundary_segment(
    weight: ArrayLike,
    bias: float,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
) -> NDArray[np.float64] | None:
    """Return the two ends of the line w1 x1 + w2 x2 + b = 0 within a box.

    Vertical lines are no special case here, as they are for x2 = −(w1 x1 + b) / w2.

    Args:
        weight: w, at right angles to the line.
        bias: b.
        xlim: left and right edge of the box.
        ylim: lower and upper edge of the box.

    Shape:
        weight (2,) → (2, 2), one end a row

    Returns:
        The ends, or None where the line misses the box or w is zero.

    Raises:
        ValueError: weight is not of length 2.

    Example:
        >>> boundary_segment([1.0, 1.0], -1.0, (0, 1), (0, 1))
        array([[0., 1.],
               [1., 0.]])
    """
    w = np.asarray(weight, dtype=np.float64)
    if w.shape != (2,):
        raise ValueError(f"a line in the plane has two weights, got shape {w.shape}")
    length = float(np.hypot(w[0], w[1]))
    if length == 0:
        return None
    normal = w / length
    with np.errstate(over="ignore"):
        foot, along = -(bias / length) * normal, np.array([normal[1], -normal[0]])
        if not np.isfinite(foot).all():
            return None  # infinitely far away
        first, last = -np.inf, np.inf  # the line is x = foot + t · along
        for origin, step, (low, high) in zip(foot, along, (xlim, ylim), strict=True):
            if step == 0:
                if not low <= origin <= high:
                    return None
                continue
            t = sorted(((low - origin) / step, (high - origin) / step))  # may reach infinity
            first, last = max(first, t[0]), min(last, t[1])
    if first > last:
        return None
    return np.stack([foot + first * along, foot + last * along])
