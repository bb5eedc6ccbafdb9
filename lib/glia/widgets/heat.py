"""A matrix as shades in an SVG picture: one small image instead of a thousand rectangles."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from glia.widgets.svg import short

__all__ = ["heat", "shade"]

# White, the course's blue, nearly black: lightness falls all the way, so grey print keeps the order
STOPS = np.array([[255, 255, 255], [0, 114, 178], [0, 18, 38]], dtype=float)
PLACES = np.array([0.0, 0.62, 1.0])


def shade(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Return the colour of each value, the darker the larger.

    Args:
        values: any numbers; those outside low … high take the colour of the nearer end.
        low: what is white.
        high: what is nearly black.

    Shape:
        values (...); the result (..., 3), uint8 red, green, blue
    """
    part = np.clip((np.asarray(values, dtype=float) - low) / (high - low), 0, 1)
    mixed = [np.interp(part, PLACES, STOPS[:, channel]) for channel in range(3)]
    return np.stack(mixed, axis=-1).round().astype(np.uint8)


def heat(
    values: np.ndarray,
    left: float,
    top: float,
    width: float,
    height: float,
    *,
    low: float = 0.0,
    high: float = 1.0,
) -> str:
    """Return SVG text that fills a box with the shades of a matrix.

    Args:
        values: one number a cell; row 0 on top.
        left: picture coordinate of the box.
        top: picture coordinate of the box.
        width: of the box, in picture units.
        height: of the box, in picture units.
        low: what is white.
        high: what is nearly black.

    Shape:
        values (rows, columns)
    """
    source = base64.b64encode(_png(shade(values, low, high))).decode("ascii")
    return (
        f"<image x='{short(left)}' y='{short(top)}' width='{short(width)}' "
        f"height='{short(height)}' preserveAspectRatio='none' style='image-rendering:pixelated' "
        f"href='data:image/png;base64,{source}'/>"
    )


def _png(pixels: np.ndarray) -> bytes:
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
