"""Probabilities over the plane as a small smooth picture inside an SVG."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from glia.widgets.plot import Plot

__all__ = ["heat_image"]

TINT = np.array([0x00, 0x72, 0xB2]) * 0.55 + 255 * 0.45  # of 1; 0 stays white


def heat_image(plane: Plot, chances: np.ndarray) -> str:
    """A smooth picture in a box of the plane: white where 0, the darker the nearer to 1.

    Args:
        plane: the box.
        chances: probabilities on a grid whose outermost points lie on the box's edges, the lowest
            row first.

    Shape:
        - chances: (rows, columns)

    Returns:
        SVG text with the picture inside: a few kilobytes, to be sent many times a second.
    """
    share = np.nan_to_num(chances[::-1], nan=0.5)[..., None]
    pixels = (255 * (1 - share) + TINT * share).astype(np.uint8)
    # grid points lie in the middle of their pixels, so the picture is half a cell wider
    rows, columns = chances.shape
    across, up = plane.width / (columns - 1) / 2, plane.height / (rows - 1) / 2
    href = "data:image/png;base64," + base64.b64encode(_png(pixels)).decode("ascii")
    image = (
        f"<image href='{href}' x='{plane.left - across:.2f}' y='{plane.top - up:.2f}' "
        f"width='{plane.width + 2 * across:.2f}' height='{plane.height + 2 * up:.2f}' "
        "preserveAspectRatio='none'/>"
    )
    return plane.clip(image)


def _png(pixels: np.ndarray) -> bytes:
    """An RGB array (H, W, 3) of bytes as a PNG file."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(rows.tobytes(), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
