"""Winograd's changes of basis for four outputs of filters three and five wide.

    y = Aᵀ ((G w) ⊙ (Bᵀ x))

The correlation of x with w is a product of polynomials, and a product is known from its values at
as many points as it has coefficients: 6 for filters three wide, 8 for five. The points are 0, ±1,
±2, ∞, and ±1/2. Each pair ±p needs only an even and an odd part, added and subtracted.

    G[k, j] = p_k^j / N_k    A[k, i] = p_k^i    Bᵀ x: sums of pixels

Backward everything is transposed: A ∂y at the front, B m (sums of what the points give each pixel)
and Gᵀ behind. Tiles of pixels overlap: four pixels get the first four sums of their own tile and
what is left over of the tile before.

Source: Winograd (1980), Arithmetic Complexity of Computations; Lavin and Gray (2016),
arXiv:1509.09308.
"""

from __future__ import annotations

import numpy as np

from ._core.loops import vector_loop
from ._jit import jit

OUTPUTS = 4


def _powers(scales: dict[float, float], width: int) -> np.ndarray:
    """Return G: a row of powers for each point, times its scale, and one for infinity."""
    rows = [[scale * point**j for j in range(width)] for point, scale in scales.items()]
    return np.array([*rows, [0.0] * (width - 1) + [1.0]], np.float32)


FILTERS = {
    3: _powers({0: 1 / 4, 1: -1 / 6, -1: -1 / 6, 2: 1 / 24, -2: 1 / 24}, 3),
    5: _powers(
        {0: 1, 1: -2 / 9, -1: -2 / 9, 2: 1 / 90, -2: 1 / 90, 0.5: 32 / 45, -0.5: 32 / 45}, 5
    ),
}


def _images_three(f, x, s):
    """Bᵀ x."""
    even, odd = f.fma(x[2], -4.0, x[4]), f.fma(x[1], -4.0, x[3])
    near, far = x[4] - x[2], (x[3] - x[1]) * 2.0
    first = f.fma(x[0], 4.0, f.fma(x[2], -5.0, x[4]))
    last = f.fma(x[1], 4.0, f.fma(x[3], -5.0, x[5]))
    return [first, even + odd, even - odd, near + far, near - far, last]


def _images_five(f, x, s):
    first = f.fma(x[4] - x[2], 5.25, x[0] - x[6])
    last = f.fma(x[3] - x[5], 5.25, x[7] - x[1])
    even, odd = f.fma(x[4], -4.25, x[2] + x[6]), f.fma(x[3], -4.25, x[1] + x[5])
    made = [first, even + odd, even - odd]
    for outer, inner in ((2.0, 0.5), (0.5, 2.0)):
        even = f.fma(x[2], inner * inner, f.fma(x[4], -1.0 - inner * inner, x[6]))
        odd = f.fma(x[1], inner, f.fma(x[3], -2.5, x[5] * outer))
        made += [even + odd, even - odd]
    return [*made, last]


def _outputs_three(f, m, s):
    """Aᵀ m, and the bias."""
    one, minus, two, minus_two = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return [
        m[0] + one + two + s[0],
        f.fma(minus_two, 2.0, minus) + s[0],
        f.fma(two, 4.0, one) + s[0],
        f.fma(minus_two, 8.0, minus) + m[5] + s[0],
    ]


def _outputs_five(f, m, s):
    one, minus, two, minus_two = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    half, minus_half = m[5] + m[6], m[5] - m[6]
    return [
        (m[0] + half) + (one + two) + s[0],
        f.fma(minus_two, 2.0, f.fma(minus_half, 0.5, minus)) + s[0],
        f.fma(two, 4.0, f.fma(half, 0.25, one)) + s[0],
        f.fma(minus_two, 8.0, f.fma(minus_half, 0.125, minus)) + (m[7] + s[0]),
    ]


def _upstream_three(f, g, s):
    """A ∂y."""
    even, odd = g[0] + g[2], g[1] + g[3]
    even_two, odd_two = f.fma(g[2], 4.0, g[0]), f.fma(g[3], 4.0, g[1]) * 2.0
    return [g[0], even + odd, even - odd, even_two + odd_two, even_two - odd_two, g[3]]


def _upstream_five(f, g, s):
    *made, last = _upstream_three(f, g, s)
    even, odd = f.fma(g[2], 0.25, g[0]), f.fma(g[3], 0.25, g[1]) * 0.5
    return [*made, even + odd, even - odd, last]


def _pixels_three(f, m, s):
    """B m: four sums of a tile, and two of the tile before."""
    one, minus, two, minus_two = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    before = m[6:]
    return [
        f.fma(m[0], 4.0, before[0]) + (before[1] + before[2]) + (before[3] + before[4]),
        f.fma(m[5] - minus, 4.0, f.fma(minus_two, -2.0, before[5])),
        f.fma(m[0], -5.0, f.fma(one, -4.0, -two)),
        f.fma(m[5], -5.0, f.fma(minus_two, 2.0, minus)),
    ]


def _pixels_five(f, m, s):
    """B m: four sums of a tile, and four of the tile before."""
    one, minus, two, minus_two = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    half, minus_half = m[5] + m[6], m[5] - m[6]
    before = m[8:]
    one_before, two_before, half_before = (before[k] + before[k + 1] for k in (1, 3, 5))
    one_less, two_less, half_less = (before[k] - before[k + 1] for k in (1, 3, 5))
    rest = [
        f.fma(before[0], 5.25, one_before * -4.25) + f.fma(two_before, -1.25, half_before * -5.0),
        f.fma(before[7], -5.25, one_less) + f.fma(two_less, 2.0, half_less * 0.5),
        (one_before - before[0]) + (two_before + half_before),
        before[7],
    ]
    own = [
        m[0],
        f.fma(minus_half, 2.0, f.fma(minus_two, 0.5, minus - m[7])),
        f.fma(m[0], -5.25, f.fma(two, 0.25, f.fma(half, 4.0, one))),
        f.fma(m[7], 5.25, f.fma(minus, -4.25, (minus_two + minus_half) * -2.5)),
    ]
    return [a + b for a, b in zip(own, rest, strict=True)]


def _numbers(first: int, count: int) -> tuple[int, ...]:
    return tuple(range(first, first + count))


def _loop(formula, loads: int, stores: int):
    return vector_loop(formula, loads=_numbers(0, loads), stores=_numbers(loads, stores), unroll=1)


_forth_three, _forth_five = _loop(_images_three, 6, 6), _loop(_images_five, 8, 8)
_back_three, _back_five = _loop(_outputs_three, 6, 4), _loop(_outputs_five, 8, 4)
_split_three, _split_five = _loop(_upstream_three, 4, 6), _loop(_upstream_five, 4, 8)
_join_three, _join_five = _loop(_pixels_three, 12, 4), _loop(_pixels_five, 16, 4)


@jit
def pixel(row, w, width, step, elsewhere):
    """Return where the pixel w of a row lies, or another place if it is beyond the image."""
    return row + w * step if 0 <= w < width else elsewhere


@jit
def turn_images(points, row, w, width, nothing, v, plane, batch):
    """V = Bᵀ x for the pixels from w on; planes of V lie `plane` bytes apart."""
    step = 4 * batch
    a = pixel(row, w, width, step, nothing)
    b = pixel(row, w + 1, width, step, nothing)
    c = pixel(row, w + 2, width, step, nothing)
    d = pixel(row, w + 3, width, step, nothing)
    e = pixel(row, w + 4, width, step, nothing)
    f = pixel(row, w + 5, width, step, nothing)
    if points == 6:
        _forth_three(
            (
                a, b, c, d, e, f,
                v, v + plane, v + 2 * plane, v + 3 * plane, v + 4 * plane, v + 5 * plane,
            ), batch, (),
        )  # fmt: skip
    else:
        g = pixel(row, w + 6, width, step, nothing)
        h = pixel(row, w + 7, width, step, nothing)
        _forth_five(
            (
                a, b, c, d, e, f, g, h,
                v, v + plane, v + 2 * plane, v + 3 * plane,
                v + 4 * plane, v + 5 * plane, v + 6 * plane, v + 7 * plane,
            ), batch, (),
        )  # fmt: skip


@jit
def turn_back(points, m, plane, row, w, width, spare, batch, bias):
    """Write y = Aᵀ m + bias to the four places from w on; those beyond the edge are spared."""
    step = 4 * batch
    a, b = row + w * step, pixel(row, w + 1, width, step, spare)
    c, d = pixel(row, w + 2, width, step, spare), pixel(row, w + 3, width, step, spare)
    if points == 6:
        _back_three(
            (
                m, m + plane, m + 2 * plane, m + 3 * plane, m + 4 * plane, m + 5 * plane,
                a, b, c, d,
            ), batch, (bias,),
        )  # fmt: skip
    else:
        _back_five(
            (
                m, m + plane, m + 2 * plane, m + 3 * plane,
                m + 4 * plane, m + 5 * plane, m + 6 * plane, m + 7 * plane, a, b, c, d,
            ), batch, (bias,),
        )  # fmt: skip


@jit
def turn_upstream(points, row, w, width, nothing, v, plane, batch):
    """A ∂y for the four places from w on."""
    step = 4 * batch
    a, b = row + w * step, pixel(row, w + 1, width, step, nothing)
    c, d = pixel(row, w + 2, width, step, nothing), pixel(row, w + 3, width, step, nothing)
    if points == 6:
        _split_three(
            (
                a, b, c, d,
                v, v + plane, v + 2 * plane, v + 3 * plane, v + 4 * plane, v + 5 * plane,
            ), batch, (),
        )  # fmt: skip
    else:
        _split_five(
            (
                a, b, c, d, v, v + plane, v + 2 * plane, v + 3 * plane,
                v + 4 * plane, v + 5 * plane, v + 6 * plane, v + 7 * plane,
            ), batch, (),
        )  # fmt: skip


@jit
def join_pixels(points, m, plane, before, plane_before, row, w, width, spare, batch):
    """∂x = B m of the four pixels from w on, out of their own tile and the one before."""
    step = 4 * batch
    a, b = pixel(row, w, width, step, spare), pixel(row, w + 1, width, step, spare)
    c, d = pixel(row, w + 2, width, step, spare), pixel(row, w + 3, width, step, spare)
    n, apart = before, plane_before
    if points == 6:
        _join_three(
            (
                m, m + plane, m + 2 * plane, m + 3 * plane, m + 4 * plane, m + 5 * plane,
                n, n + apart, n + 2 * apart, n + 3 * apart, n + 4 * apart, n + 5 * apart,
                a, b, c, d,
            ), batch, (),
        )  # fmt: skip
    else:
        _join_five(
            (
                m, m + plane, m + 2 * plane, m + 3 * plane,
                m + 4 * plane, m + 5 * plane, m + 6 * plane, m + 7 * plane,
                n, n + apart, n + 2 * apart, n + 3 * apart,
                n + 4 * apart, n + 5 * apart, n + 6 * apart, n + 7 * apart,
                a, b, c, d,
            ), batch, (),
        )  # fmt: skip
