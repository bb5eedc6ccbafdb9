"""Turn and zoom images by asking, for each pixel of the result, where it came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["zoom_and_turn"]


def zoom_and_turn(images: NDArray, factor: NDArray, angle: NDArray) -> NDArray:
    r"""Zoom and turn each image round its centre.

    Formula:
        The pixel at place p, counted from the centre, is taken from $R(-\theta)\,p / s$, and
        interpolated linearly between the four pixels around that place; outside is 0.

    Args:
        images: a batch.
        factor: s of each image; 2 doubles it.
        angle: θ of each image in radians, counter-clockwise as seen on the screen.

    Shape:
        images (N, C, H, W), factor (N,), angle (N,); the result (N, C, H, W)

    Returns:
        A new batch in the dtype of the old one.
    """
    height, width = images.shape[2:]
    row = np.arange(height)[:, None] - (height - 1) / 2
    column = np.arange(width)[None, :] - (width - 1) / 2
    cos = (np.cos(angle) / factor)[:, None, None]
    sin = (np.sin(angle) / factor)[:, None, None]
    # Rows count downwards, so a turn to the left has the signs of one to the right in a plot.
    from_row = cos * row + sin * column + (height - 1) / 2  # (N, H, W)
    from_column = cos * column - sin * row + (width - 1) / 2  # (N, H, W)
    # Sines and cosines miss whole numbers by some 1e-16: without rounding, a quarter turn blurs.
    from_row, from_column = from_row.round(9), from_column.round(9)
    top, left = np.floor(from_row).astype(int), np.floor(from_column).astype(int)
    down, right = from_row - top, from_column - left
    out = _at(images, top, left) * ((1 - down) * (1 - right))[:, None]
    out = out + _at(images, top, left + 1) * ((1 - down) * right)[:, None]
    out = out + _at(images, top + 1, left) * (down * (1 - right))[:, None]
    out = out + _at(images, top + 1, left + 1) * (down * right)[:, None]
    return out.astype(images.dtype)


def _at(images: NDArray, row: NDArray, column: NDArray) -> NDArray:
    """Return the pixels at these places, 0 outside the image."""
    height, width = images.shape[2:]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    n = np.arange(len(images))[:, None, None, None]
    channels = np.arange(images.shape[1])[None, :, None, None]
    row, column = row.clip(0, height - 1)[:, None], column.clip(0, width - 1)[:, None]
    return images[n, channels, row, column] * inside[:, None]
