"""Grey images inside the SVG pictures of the widgets."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from glia.viz.palette import BLACK
from glia.widgets.svg import rect, short

__all__ = ["image", "png"]


def png(grey: np.ndarray) -> bytes:
    """A PNG file of one grey byte for each pixel.

    Shape:
        grey (H, W), 0 (black) to 1 (white); what lies outside is cut off.
    """
    bytes_ = (np.clip(grey, 0, 1) * 255 + 0.5).astype(np.uint8)
    height, width = bytes_.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row starts with its filter: none
    rows[:, 1:] = bytes_
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def image(
    x: float, y: float, width: float, height: float, grey: np.ndarray, frame: str = BLACK
) -> str:
    """Grey values, 0 black to 1 white, as square pixels in a frame, in picture coordinates."""
    data = base64.b64encode(png(grey)).decode("ascii")
    return (
        f"<image x='{short(x)}' y='{short(y)}' width='{short(width)}' height='{short(height)}' "
        f"preserveAspectRatio='none' style='image-rendering:pixelated' "
        f"href='data:image/png;base64,{data}'/>" + rect(x, y, width, height, stroke=frame)
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
