"""Augmentation: new training pictures and sentences that keep their label.

Whether a label is kept depends on the task: a mirrored cat is a cat, a mirrored 2 is none; a 6
turned by 180° is a 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from glia import rng
from glia.tensor import Tensor


class Compose:
    """Transforms one after the other.

    Args:
        transforms: functions of one image.
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, image: Any) -> Any:
        """Apply them all."""
        for transform in self.transforms:
            image = transform(image)
        return image


class _Image:
    """A random change of one image (..., H, W)."""

    def __call__(self, image: Tensor) -> Tensor:
        """Return the changed image; the given one is left alone."""
        return Tensor.make(np.ascontiguousarray(self.change(image.array, rng.generator())))

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Change the array."""
        raise NotImplementedError


class RandomHorizontalFlip(_Image):
    """Mirror left and right with probability p."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Mirror or not."""
        return image[..., ::-1] if chance.random() < self.p else image


class RandomShift(_Image):
    """Shift by up to so many pixels each way; what comes in is 0."""

    def __init__(self, pixels: int = 2) -> None:
        self.pixels = pixels

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Pad all around and cut out at a random place."""
        p = self.pixels
        widths = [(0, 0)] * (image.ndim - 2) + [(p, p), (p, p)]
        top, left = chance.integers(0, 2 * p + 1, 2)
        h, w = image.shape[-2:]
        return np.pad(image, widths)[..., top : top + h, left : left + w]


class RandomCrop(_Image):
    """Cut out a square (or a rectangle) of this size at a random place, after padding."""

    def __init__(self, size: int | tuple[int, int], padding: int = 0) -> None:
        self.size = (size, size) if isinstance(size, int) else size
        self.padding = padding

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Cut."""
        widths = [(0, 0)] * (image.ndim - 2) + [(self.padding, self.padding)] * 2
        image, (h, w) = np.pad(image, widths), self.size
        if image.shape[-2] < h or image.shape[-1] < w:
            raise ValueError(f"got an image of {image.shape[-2:]}; expected at least {self.size}")
        top = chance.integers(0, image.shape[-2] - h + 1)
        left = chance.integers(0, image.shape[-1] - w + 1)
        return image[..., top : top + h, left : left + w]


class RandomAffine(_Image):
    """Turn by up to so many degrees and zoom by a random factor, about the middle.

    Args:
        degrees: the largest angle, either way.
        zoom: the smallest and the largest factor.
    """

    def __init__(self, degrees: float = 10.0, zoom: tuple[float, float] = (1.0, 1.0)) -> None:
        self.degrees, self.zoom = degrees, zoom

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Turn and zoom."""
        angle = chance.uniform(-self.degrees, self.degrees)
        return affine(image, angle, chance.uniform(*self.zoom))


class RandomContrast(_Image):
    """Scale the distance of every pixel from the mean by a random factor."""

    def __init__(self, low: float = 0.7, high: float = 1.3) -> None:
        self.low, self.high = low, high

    def change(self, image: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Stretch or flatten."""
        mean = image.mean()
        return (mean + (image - mean) * chance.uniform(self.low, self.high)).astype(image.dtype)


class Normalize:
    """Subtract a mean and divide by a standard deviation, one number or one for each channel."""

    def __init__(self, mean: Any, std: Any) -> None:
        self.mean, self.std = (np.asarray(v, np.float32) for v in (mean, std))

    def __call__(self, image: Tensor) -> Tensor:
        """Return the standardised image (C, H, W)."""
        mean, std = (v[:, None, None] if v.ndim else v for v in (self.mean, self.std))
        return Tensor.make((image.array - mean) / std)


def affine(image: np.ndarray, degrees: float = 0.0, zoom: float = 1.0) -> np.ndarray:
    """Turn an image (..., H, W) counter-clockwise and zoom in, between pixels by their mean.

    Each pixel of the result looks up where it came from; outside the image is 0.
    """
    h, w = image.shape[-2:]
    turn = np.deg2rad(degrees)
    y, x = np.mgrid[:h, :w].astype(np.float64)
    y, x = (y - (h - 1) / 2) / zoom, (x - (w - 1) / 2) / zoom
    from_y = np.cos(turn) * y + np.sin(turn) * x + (h - 1) / 2
    from_x = -np.sin(turn) * y + np.cos(turn) * x + (w - 1) / 2
    padded = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)])
    from_y, from_x = np.clip(from_y + 1, 0, h + 0.999), np.clip(from_x + 1, 0, w + 0.999)
    top, left = from_y.astype(int), from_x.astype(int)
    dy, dx = from_y - top, from_x - left
    out = (
        padded[..., top, left] * (1 - dy) * (1 - dx)
        + padded[..., top + 1, left] * dy * (1 - dx)
        + padded[..., top, left + 1] * (1 - dy) * dx
        + padded[..., top + 1, left + 1] * dy * dx
    )
    return out.astype(image.dtype)


def substitute_synonyms(text: str, synonyms: Mapping[str, Sequence[str]], p: float = 0.3) -> str:
    """Replace words by one of their synonyms, each with probability p; capitals are kept.

    Example:
        >>> substitute_synonyms("A good film", {"good": ["fine"], "film": ["movie"]}, p=1.0)
        'A fine movie'
    """
    chance = rng.generator()

    def swap(match: re.Match[str]) -> str:
        word = match.group()
        choices = synonyms.get(word.lower())
        if not choices or chance.random() >= p:
            return word
        new = choices[int(chance.integers(len(choices)))]
        return new.capitalize() if word[0].isupper() else new

    return re.sub(r"\w+", swap, text)
