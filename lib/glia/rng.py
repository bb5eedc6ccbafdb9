"""The one generator of random numbers behind `manual_seed`."""

from __future__ import annotations

import numpy as np

__all__ = ["Generator", "default", "generator", "get_state", "manual_seed", "set_state"]


class Generator:
    """A stream of random numbers that can be handed to a sampler or a DataLoader.

    Attributes:
        numpy: the numpy generator that does the work.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.numpy = np.random.default_rng(seed)

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream afresh from a seed."""
        self.numpy = np.random.default_rng(seed)
        return self

    def get_state(self) -> dict:
        """Return the state of the stream, for a checkpoint."""
        return dict(self.numpy.bit_generator.state)

    def set_state(self, state: dict) -> None:
        """Take up the stream where `get_state` left it."""
        self.numpy.bit_generator.state = state


_default = Generator(0)


def generator(given: Generator | None = None) -> np.random.Generator:
    """Return the numpy generator to draw from: the given one's, or the library's own."""
    return (given or _default).numpy


def default() -> Generator:
    """Return the library's own stream."""
    return _default


def manual_seed(seed: int) -> Generator:
    """Start the library's stream of random numbers afresh: the same seed, the same run."""
    return _default.manual_seed(seed)


def get_state() -> dict:
    """Return the state of the library's stream, for a checkpoint."""
    return _default.get_state()


def set_state(state: dict) -> None:
    """Take up the library's stream where `get_state` left it."""
    _default.set_state(state)
