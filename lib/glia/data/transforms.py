"""Image augmentation: flip, shift, rotate, zoom, crop, contrast. Each image draws its own luck.

All work on one image (C, H, W) or a batch (N, C, H, W), an array or a Tensor, and give back what
they got, in its dtype. What a change may do depends on the task: a flipped shoe is a shoe, a
flipped 2 is no digit, and a 6 turned by 180 degrees is a 9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glia import rng
from glia.data.warp import zoom_and_turn
from glia.errors import ShapeError
from glia.rng import Generator
from glia.tensor import Tensor

__all__ = [
    "Compose",
    "Normalize",
    "RandomContrast",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomShift",
    "RandomVerticalFlip",
    "RandomZoom",
]


class Compose:
    """Several changes, one after the other.

    Args:
        transforms: functions of images.
    """

    def __init__(self, transforms: list[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, images: Any) -> Any:
        """Return the images after all changes."""
        for transform in self.transforms:
            images = transform(images)
        return images


class Normalize:
    """Subtract a mean and divide by a standard deviation.

    Args:
        mean: one number, or one for each channel.
        std: one number, or one for each channel.
    """

    def __init__(self, mean: Any, std: Any) -> None:
        self.mean, self.std = np.reshape(mean, (-1, 1, 1)), np.reshape(std, (-1, 1, 1))

    def __call__(self, images: Any) -> Any:
        """Return the standardised image or images."""
        if isinstance(images, Tensor):
            return Tensor.make(self(images.array))
        images = np.asarray(images)
        return ((images - self.mean) / self.std).astype(images.dtype)


class _Random:
    """What the changes share: a stream of random numbers, one image or many, array or Tensor.

    Args:
        generator: where the draws come from; by default the library's stream.
    """

    def __init__(self, generator: Generator | None = None) -> None:
        self.generator = generator

    def __call__(self, images: Any) -> Any:
        """Return the changed image or images."""
        array = images.array if isinstance(images, Tensor) else np.asarray(images)
        if array.ndim not in (3, 4):
            raise ShapeError(
                f"{type(self).__name__}: got images of shape {array.shape}; "
                "expected (C, H, W) or (N, C, H, W)"
            )
        batch = array if array.ndim == 4 else array[None]
        out = self.change(batch, rng.generator(self.generator)).astype(array.dtype, copy=False)
        out = out if array.ndim == 4 else out[0]
        return Tensor.make(out) if isinstance(images, Tensor) else out

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return a changed copy of a batch (N, C, H, W)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method change")


class _RandomFlip(_Random):
    """Mirror some of the images.

    Args:
        p: how likely each image is mirrored.
        generator: where the draws come from; by default the library's stream.
    """

    _axis = 3

    def __init__(self, p: float = 0.5, generator: Generator | None = None) -> None:
        super().__init__(generator)
        self.p = _within("p", p, 0, 1)

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return the batch with some images mirrored."""
        chosen = source.random(len(images)) < self.p
        return np.where(chosen[:, None, None, None], np.flip(images, self._axis), images)


class RandomHorizontalFlip(_RandomFlip):
    """Swap left and right in some of the images; `p` says in how many."""


class RandomVerticalFlip(_RandomFlip):
    """Swap top and bottom in some of the images; `p` says in how many."""

    _axis = 2


class RandomShift(_Random):
    """Move each image by whole pixels; what comes in from outside is 0.

    Args:
        pixels: the largest shift in either direction.
        generator: where the draws come from; by default the library's stream.
    """

    def __init__(self, pixels: int = 2, generator: Generator | None = None) -> None:
        super().__init__(generator)
        self.pixels = int(_within("pixels", pixels, 0, None))

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return the batch, every image shifted."""
        offsets = source.integers(0, 2 * self.pixels + 1, (2, len(images)))
        return _window(_padded(images, self.pixels), offsets, images.shape[2:])


class RandomCrop(_Random):
    """Cut a window out of each image, with zeros around the image if asked for.

    Args:
        size: height and width of the window, one number if they are equal.
        padding: zeros on every side before the cut.
        generator: where the draws come from; by default the library's stream.

    Raises:
        ShapeError: the window is larger than the padded image.
    """

    def __init__(
        self, size: int | tuple[int, int], padding: int = 0, generator: Generator | None = None
    ) -> None:
        super().__init__(generator)
        self.size = (size, size) if isinstance(size, int) else size
        self.padding = int(_within("padding", padding, 0, None))

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return a window of every image."""
        padded = _padded(images, self.padding)
        room = [have - want + 1 for have, want in zip(padded.shape[2:], self.size, strict=True)]
        if min(room) < 1:
            raise ShapeError(f"got a window of {self.size}; expected at most {padded.shape[2:]}")
        offsets = np.stack([source.integers(0, r, len(images)) for r in room])
        return _window(padded, offsets, self.size)


class RandomRotation(_Random):
    """Turn each image round its centre; values between pixels are interpolated.

    Args:
        degrees: the largest angle in either direction.
        generator: where the draws come from; by default the library's stream.
    """

    def __init__(self, degrees: float = 10.0, generator: Generator | None = None) -> None:
        super().__init__(generator)
        self.degrees = _within("degrees", degrees, 0, None)

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return the batch, every image turned."""
        angle = np.deg2rad(source.uniform(-self.degrees, self.degrees, len(images)))
        return zoom_and_turn(images, np.ones_like(angle), angle)


class RandomZoom(_Random):
    """Enlarge or shrink each image round its centre; values between pixels are interpolated.

    Args:
        low: the smallest factor.
        high: the largest factor; above 1 is larger than life.
        generator: where the draws come from; by default the library's stream.
    """

    def __init__(
        self, low: float = 0.9, high: float = 1.1, generator: Generator | None = None
    ) -> None:
        super().__init__(generator)
        self.low, self.high = _within("low", low, 1e-3, None), _within("high", high, low, None)

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return the batch, every image zoomed."""
        factor = source.uniform(self.low, self.high, len(images))
        return zoom_and_turn(images, factor, np.zeros_like(factor))


class RandomContrast(_Random):
    """Stretch or flatten the values of each image about their mean, within 0 … 1.

    Args:
        low: the smallest factor.
        high: the largest factor.
        generator: where the draws come from; by default the library's stream.
    """

    def __init__(
        self, low: float = 0.7, high: float = 1.3, generator: Generator | None = None
    ) -> None:
        super().__init__(generator)
        self.low, self.high = _within("low", low, 0, None), _within("high", high, low, None)

    def change(self, images: NDArray, source: np.random.Generator) -> NDArray:
        """Return the batch, every image with its own contrast."""
        factor = source.uniform(self.low, self.high, (len(images), 1, 1, 1))
        mean = images.mean(axis=(1, 2, 3), keepdims=True)
        return np.clip(mean + factor * (images - mean), 0, 1)


def _within(name: str, value: float, low: float, high: float | None) -> float:
    if value < low or (high is not None and value > high):
        upper = "" if high is None else f" and at most {high}"
        raise ValueError(f"got {name} = {value}; expected at least {low}{upper}")
    return value


def _padded(images: NDArray, pixels: int) -> NDArray:
    return np.pad(images, [(0, 0), (0, 0), (pixels, pixels), (pixels, pixels)])


def _window(images: NDArray, offsets: NDArray, size: tuple[int, ...]) -> NDArray:
    """Cut from image i the window of this size whose corner is offsets[:, i]."""
    rows = offsets[0][:, None] + np.arange(size[0])  # (N, h)
    columns = offsets[1][:, None] + np.arange(size[1])  # (N, w)
    n = np.arange(len(images))[:, None, None, None]
    channels = np.arange(images.shape[1])[None, :, None, None]
    return images[n, channels, rows[:, None, :, None], columns[:, None, None, :]]
