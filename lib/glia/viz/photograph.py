"""A real photograph, small and grey: something for filters to work on."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib import cbook
from matplotlib.image import imread

SIDE = 128  # pixels of the square that is cut out and shrunk by three
TOP, LEFT, SHRINK = 10, 40, 3
GREY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look


def photograph() -> np.ndarray:
    """Admiral Grace Hopper, who wrote one of the first compilers, as 128×128 grey values.

    Returns:
        float64 (128, 128), from 0 (black) to 1 (white); a fresh array on every call. Where
        matplotlib was installed without its sample pictures, a drawn test picture of the same size.

    Source:
        United States Navy photograph (1984), public domain, from matplotlib's sample data.
    """
    try:
        return _portrait().copy()
    except FileNotFoundError:
        return drawn_scene()


def drawn_scene() -> np.ndarray:
    """Return a computed picture with edges in every direction: a sun, a roof, stripes, a slope."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    scene = 0.55 + 0.35 * (1 - y)
    scene[(x - 0.3) ** 2 + (y - 0.25) ** 2 < 0.02] = 1.0
    scene[(y > 0.45 + abs(x - 0.65)) & (y < 0.75)] = 0.25
    scene[y >= 0.75] = 0.4 + 0.3 * ((x[y >= 0.75] * 12).astype(int) % 2)
    return scene


@functools.cache
def _portrait() -> np.ndarray:
    path = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    colours = imread(str(path))[..., :3] / 255.0
    grey = (colours @ GREY)[TOP : TOP + SIDE * SHRINK, LEFT : LEFT + SIDE * SHRINK]
    return grey.reshape(SIDE, SHRINK, SIDE, SHRINK).mean(axis=(1, 3))
