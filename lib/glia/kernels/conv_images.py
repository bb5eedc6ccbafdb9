"""Gradient of a convolution's images, a row of them at a time.

∂X[c, h, w] = Σ_kw T[kw, c, w + left − d kw]
T[kw, c, v] = Σ_kh Σ_o W[o, c, kh, kw] ∂Y[o, h + top − d kh, v]

T is a product of matrices: filters sorted by (kw, c) and (kh, o), times rows of the upstream
gradient, which a table of offsets finds where they lie. What is left are KW sums of whole stretches
of T. Nothing is padded, turned round or multiplied by zeros.

Threads share the rows of ∂X.
"""

from __future__ import annotations

import numpy as np

from ._core.gemm import gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._jit import jit, parallel, prange
from ._pool import take
from ._share import SERIAL, parts_of, share

_add = vector_loop(lambda f, a, s: [a[0] + a[1]], stores=(0,))
_clear = vector_loop(lambda f, a, s: [s[0]], loads=(), stores=(0,))


def image_gradient(
    upstream: np.ndarray,
    shape: tuple[int, int, int],
    weight: np.ndarray,
    corner: tuple[int, int],
    dilation: tuple[int, int],
    offsets: np.ndarray,
) -> np.ndarray:
    """Return ∂X (C, H, W, N) of stride 1.

    Args:
        upstream: ∂Y (O, H_out, W_out, N).
        shape: C, H, W.
        weight: (O, C, KH, KW).
        corner: rows of padding above, columns on the left.
        dilation: of rows, of columns.
        offsets: where ∂Y[o, −d kh] begins, for each (kh, o).
    """
    out = take(*shape, upstream.shape[3])
    _, channels, deep, wide = weight.shape
    filters = np.ascontiguousarray(weight.transpose(3, 1, 2, 0)).reshape(wide * channels, -1)
    parts = min(parts_of(upstream.size * weight[0].size, SERIAL), shape[1])
    work = take(parts, len(filters) * upstream[0, 0].size)
    window = np.array([deep, wide, *corner, *dilation])
    _share_rows(upstream, filters, offsets, window, work, out)
    return out


@parallel
def _share_rows(upstream, filters, offsets, window, work, out):
    parts, rows = len(work), out.shape[1]
    if parts == 1:
        _rows(0, rows, upstream, filters, offsets, window, work[0], out)
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            _rows(first, last, upstream, filters, offsets, window, work[t], out)


@jit
def _rows(first, last, upstream, filters, offsets, window, work, out):
    many, height, width, batch = upstream.shape
    channels, rows, columns = out.shape[0], out.shape[1], out.shape[2]
    deep, wide, top, left, down, along = window
    line, places = width * batch, filters.shape[1]
    nothing = np.float32(0)
    for h in range(first, last):
        for c in range(channels):
            _clear(
                (address(out) + 4 * (c * rows + h) * columns * batch,), columns * batch, (nothing,)
            )
        start = h + top  # the row of ∂Y that meets the window's first row
        low = max(0, (start - height + down) // down)
        high = min(deep, start // down + 1)
        if high <= low:
            continue
        gemm_at(
            address(filters) + 4 * low * many, places, 1,
            address(upstream) + 4 * start * line, address(offsets) + 8 * low * many,
            address(work), line, wide * channels, line, (high - low) * many, 0, address(work),
        )  # fmt: skip
        for kw in range(wide):
            shift = left - kw * along
            begin, end = max(0, -shift), min(columns, width - shift)
            if end > begin:
                for c in range(channels):
                    there = ((c * rows + h) * columns + begin) * batch
                    here = ((kw * channels + c) * width + begin + shift) * batch
                    _add(
                        (address(out) + 4 * there, address(work) + 4 * here),
                        (end - begin) * batch, (),
                    )  # fmt: skip
