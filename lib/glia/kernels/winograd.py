"""Convolution with filters three wide, by half as many products: Winograd's F(4, 3).

Four neighbouring outputs of a row take 4 x 3 products with a filter; after a change of basis six
are enough:

    y = Aᵀ ((G w) ⊙ (Bᵀ x)),   six pixels x, three weights w, four outputs y

Bᵀ x, G w and Aᵀ m are a few sums each; what lies between is six convolutions with filters one wide
(`V` and `U` hold the six of images and of filters), which `gemm_at` does as usual. The gradient of
the filters goes the same way back: ∂w = Gᵀ Σ (A ∂y) ⊙ (Bᵀ x).

Rounding errors are about ten times those of the plain sum. A pixel that is not finite would spoil
its three neighbours; then nothing is returned and the caller takes the plain path.

Source: Winograd (1980), Arithmetic Complexity of Computations; Lavin and Gray (2016),
arXiv:1509.09308.
"""

from __future__ import annotations

import numpy as np

from ._core.dots import FEW, MANY, SUMS
from ._core.gemm import gemm_at
from ._core.loops import vector_loop
from ._core.memory import address
from ._dots import collect, sum_half
from ._jit import jit, parallel, prange
from ._pool import FLOAT32, take
from ._share import SERIAL, STREAM, parts_of, share

Pads = tuple[tuple[int, int], tuple[int, int]]

OUTPUTS, BASIS = 4, 6
_APART = 80  # floats between planes, so that they do not fall on the same lines of the cache
_COLUMNS = 384  # floats in a row of what is multiplied at once: whole tiles of every CPU


def fits(filters: int, channels: int, kernel: tuple[int, ...], width: int, dilation: int) -> bool:
    """Say whether this is quicker than the plain sum for outputs of this width."""
    if kernel[1] != 3 or dilation != 1 or min(filters, channels) < 8:
        return False
    return BASIS * tiles_of(width) <= 0.75 * 3 * width


def tiles_of(width: int) -> int:
    """Return how many tiles of four outputs cover a row."""
    return -(-width // OUTPUTS)


def _images(f, x, s):
    """Bᵀ x."""
    even, odd = f.fma(x[2], -4.0, x[4]), f.fma(x[1], -4.0, x[3])
    near, far = x[4] - x[2], (x[3] - x[1]) * 2.0
    first = f.fma(x[0], 4.0, f.fma(x[2], -5.0, x[4]))
    last = f.fma(x[1], 4.0, f.fma(x[3], -5.0, x[5]))
    return [first, even + odd, even - odd, near + far, near - far, last]


def _outputs(f, m, s):
    """Aᵀ m, and the bias."""
    one, minus, two, minus_two = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return [
        m[0] + one + two + s[0],
        f.fma(minus_two, 2.0, minus) + s[0],
        f.fma(two, 4.0, one) + s[0],
        f.fma(minus_two, 8.0, minus) + m[5] + s[0],
    ]


def _upstream(f, g, s):
    """A ∂y."""
    even, odd = g[0] + g[2], g[1] + g[3]
    even_two, odd_two = f.fma(g[2], 4.0, g[0]), f.fma(g[3], 4.0, g[1]) * 2.0
    return [g[0], even + odd, even - odd, even_two + odd_two, even_two - odd_two, g[3]]


_six, _four = (0, 1, 2, 3, 4, 5), (0, 1, 2, 3)
_turn_images = vector_loop(_images, loads=_six, stores=(6, 7, 8, 9, 10, 11), unroll=1)
_turn_back = vector_loop(_outputs, loads=_six, stores=(6, 7, 8, 9), unroll=1)
_turn_upstream = vector_loop(_upstream, loads=_four, stores=(4, 5, 6, 7, 8, 9), unroll=1)
_doubt = vector_loop(lambda f, a, s: ([], a[0] * 0.0), reduce="sum")  # 0, or NaN


def images(lying: np.ndarray, padding: Pads, width: int) -> np.ndarray:
    """Return V: (C, H, W, N) → (6, C, H padded, tiles, N), for outputs of this width."""
    channels, height, _, batch = lying.shape
    (top, bottom), (left, _) = padding
    out = take(BASIS, channels, height + top + bottom, tiles_of(width), batch)
    _spread_images(lying, top, left, out, np.zeros(batch, FLOAT32))
    return out


def upstream(grad: np.ndarray, whole: int) -> np.ndarray:
    """Return A ∂y: (O, H, W, N) → (6, O, H, tiles, N), O filled up with zeros to a multiple."""
    filters, height, width, batch = grad.shape
    out = take(BASIS, -(-filters // whole) * whole, height, tiles_of(width), batch)
    out[:, filters:] = 0
    _spread_upstream(grad, out, np.zeros(batch, FLOAT32))
    return out


def filters_forth(weight: np.ndarray) -> np.ndarray:
    """Return U = G w: (O, C, KH, 3) → (6, O, C · KH)."""
    first, middle, last = (weight[..., k].reshape(len(weight), -1) for k in range(3))
    outer = (first + last) / FLOAT32.type(6)
    middle = middle / FLOAT32.type(6)
    far = first / FLOAT32.type(24) + last / FLOAT32.type(6)
    out = np.empty((BASIS, *first.shape), FLOAT32)
    out[0], out[5] = first / FLOAT32.type(4), last
    out[1], out[2] = -(outer + middle), middle - outer
    middle = middle / FLOAT32.type(2)
    out[3], out[4] = far + middle, far - middle
    return out


def filters_back(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return ∂w = Gᵀ ∂U: (6, O, C · KH) → (O, C, KH, 3)."""
    near, far = (grad[1] + grad[2]) / FLOAT32.type(6), (grad[3] + grad[4]) / FLOAT32.type(6)
    across = (grad[2] - grad[1]) / FLOAT32.type(6) + (grad[3] - grad[4]) / FLOAT32.type(12)
    first = grad[0] / FLOAT32.type(4) - near + far / FLOAT32.type(4)
    return np.stack([first, across, far - near + grad[5]], axis=-1).reshape(shape)


def correlate(
    lying: np.ndarray,
    padding: Pads,
    weight: np.ndarray,
    bias: np.ndarray | None,
    y: np.ndarray,
    offsets: np.ndarray,
) -> bool:
    """Write the correlation of images (C, H, W, N) with filters to y; say if all of it is finite.

    `offsets` tells for each place (c, kh) where its row begins in an image that has tiles for
    pixels.
    """
    turned = images(lying, padding, y.shape[2])
    filters = filters_forth(weight)
    line = turned.shape[3] * turned.shape[4]
    at_once = max(1, _COLUMNS // line)
    parts = min(parts_of(y.size * weight[0].size, SERIAL), y.shape[1])
    work = take(parts, BASIS * (len(weight) * at_once * line + _APART) + y.shape[3])
    doubts = np.zeros(parts, FLOAT32)
    given = filters[0, 0] if bias is None else bias
    _products(turned, filters, given, bias is not None, offsets, at_once, work, y, doubts)
    return bool(doubts.sum() == 0)


def filters_gradient(
    grad: np.ndarray,
    lying: np.ndarray,
    padding: Pads,
    shape: tuple[int, ...],
    offsets: np.ndarray,
) -> np.ndarray:
    """Return ∂w for images and the upstream gradient, both (·, H, W, N)."""
    filters, channels, rows, _ = shape
    tile = FEW if filters <= FEW[0] else MANY
    turned, spread = images(lying, padding, grad.shape[2]), upstream(grad, tile[0])
    places = channels * rows
    tiles = spread.shape[1] // tile[0] * -(-places // tile[1])
    sums = take(BASIS, 2, tiles, SUMS)
    out = take(BASIS, filters, places)
    _sum_products(spread, turned, offsets, tile[0], tile[1], sums, out)
    return filters_back(out, shape)


@parallel
def _spread_images(lying, top, left, out, zeros):
    channels = len(lying)
    parts = min(parts_of(out.size, STREAM), channels)
    if parts == 1:
        _spread_channels(0, channels, lying, top, left, out, zeros)
    else:
        for t in prange(parts):
            first, last = share(t, parts, channels, 1)
            _spread_channels(first, last, lying, top, left, out, zeros)


@jit
def _pixel(row, w, width, step, nothing):
    """Return where the pixel w of a row lies, or zeros if it is beyond the image."""
    return row + w * step if 0 <= w < width else nothing


@jit
def _spread_channels(first, last, lying, top, left, out, zeros):
    _, channels, rows, tiles, batch = out.shape
    height, width = lying.shape[1], lying.shape[2]
    plane = 4 * channels * rows * tiles * batch
    step, nothing = 4 * batch, address(zeros)
    for line in range(first * rows, last * rows):
        h = line % rows - top
        v = address(out) + line * tiles * step
        row = address(lying) + (line // rows * height + h) * width * step
        wide = width if 0 <= h < height else 0  # rows above and below have no pixels
        for t in range(tiles):
            w = 4 * t - left
            _turn_images(
                (
                    _pixel(row, w, wide, step, nothing),
                    _pixel(row, w + 1, wide, step, nothing),
                    _pixel(row, w + 2, wide, step, nothing),
                    _pixel(row, w + 3, wide, step, nothing),
                    _pixel(row, w + 4, wide, step, nothing),
                    _pixel(row, w + 5, wide, step, nothing),
                    v, v + plane, v + 2 * plane, v + 3 * plane, v + 4 * plane, v + 5 * plane,
                ), batch, (),
            )  # fmt: skip
            v += step


@parallel
def _spread_upstream(grad, out, zeros):
    filters = len(grad)
    parts = min(parts_of(out.size, STREAM), filters)
    if parts == 1:
        _spread_filters(0, filters, grad, out, zeros)
    else:
        for t in prange(parts):
            first, last = share(t, parts, filters, 1)
            _spread_filters(first, last, grad, out, zeros)


@jit
def _spread_filters(first, last, grad, out, zeros):
    _, filters, height, tiles, batch = out.shape
    width = grad.shape[2]
    plane = 4 * filters * height * tiles * batch
    step, nothing = 4 * batch, address(zeros)
    for line in range(first * height, last * height):
        g = address(grad) + line * width * step
        v = address(out) + line * tiles * step
        for t in range(tiles):
            rest = width - 4 * t  # a tile at the edge may have fewer than four
            _turn_upstream(
                (
                    g,
                    _pixel(g, 1, rest, step, nothing),
                    _pixel(g, 2, rest, step, nothing),
                    _pixel(g, 3, rest, step, nothing),
                    v, v + plane, v + 2 * plane, v + 3 * plane, v + 4 * plane, v + 5 * plane,
                ), batch, (),
            )  # fmt: skip
            g += 4 * step
            v += step


@parallel
def _products(turned, filters, bias, with_bias, offsets, at_once, work, y, doubts):
    parts, rows = len(work), y.shape[1]
    if parts == 1:
        doubts[0] = _rows(
            0, rows, turned, filters, bias, with_bias, offsets, at_once, work[0], y
        )  # fmt: skip
    else:
        for t in prange(parts):
            first, last = share(t, parts, rows, 1)
            doubts[t] = _rows(
                first, last, turned, filters, bias, with_bias, offsets, at_once, work[t], y
            )


@jit
def _rows(first, last, turned, filters, bias, with_bias, offsets, at_once, work, y):
    _, channels, height, tiles, batch = turned.shape
    _, many, places = filters.shape
    rows, width = y.shape[1], y.shape[2]
    line, step = tiles * batch, 4 * batch
    pm, py = address(work), address(y)
    plane = 4 * (many * at_once * line + _APART)
    spare = pm + 6 * plane  # for outputs beyond the edge
    doubt = np.float32(0)
    for h in range(first, last, at_once):
        some = min(at_once, last - h)
        columns = some * line
        for k in range(6):
            gemm_at(
                address(filters) + 4 * k * many * places, places, 1,
                address(turned) + 4 * (k * channels * height + h) * line, address(offsets),
                pm + k * plane, columns, many, columns, places, 0, pm,
            )  # fmt: skip
        for o in range(many):
            start = bias[o] if with_bias else np.float32(0)
            for i in range(some):
                m = pm + 4 * (o * columns + i * line)
                out = py + (o * rows + h + i) * width * step
                for t in range(tiles):
                    rest = width - 4 * t
                    _turn_back(
                        (
                            m, m + plane, m + 2 * plane, m + 3 * plane, m + 4 * plane,
                            m + 5 * plane,
                            out,
                            _pixel(out, 1, rest, step, spare),
                            _pixel(out, 2, rest, step, spare),
                            _pixel(out, 3, rest, step, spare),
                        ), batch, (start,),
                    )  # fmt: skip
                    m += step
                    out += 4 * step
                doubt += _doubt((py + (o * rows + h + i) * width * step,), width * batch, ())
    return doubt


@parallel
def _sum_products(spread, turned, offsets, tile_filters, tile_places, sums, out):
    rows = spread.shape[2]
    for t in prange(2):
        first, last = share(t, 2, rows, 1)
        for k in range(6):
            sum_half(
                first, last, t, spread[k], turned[k], offsets, tile_filters, tile_places,
                sums[k], out.shape[2],
            )  # fmt: skip
    for k in prange(6):
        collect(sums[k], tile_filters, tile_places, out[k])
