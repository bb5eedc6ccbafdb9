"""DataLoader: batches from a data set, in order or shuffled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from glia.rng import Generator, generator
from glia.tensor import Tensor, as_array

__all__ = ["DataLoader", "default_collate"]


class DataLoader:
    """Walk through a data set in batches; every walk is one epoch.

    Args:
        dataset: anything with a length and numbered examples.
        batch_size: examples in a batch; the last one may be smaller.
        shuffle: whether each epoch has its own random order.
        sampler: the order instead: an iterable of indices.
        num_workers: accepted for PyTorch's sake; batches are always made in this process.
        collate_fn: makes a batch of a list of examples; `default_collate` stacks them.
        pin_memory: accepted for PyTorch's sake.
        drop_last: whether a smaller last batch is left out.
        generator: where the shuffling draws from; by default the library's stream.

    Raises:
        ValueError: the batch size is below 1, or both `shuffle` and `sampler` are given.

    Example:
        >>> from glia.data import TensorDataset
        >>> loader = DataLoader(TensorDataset(np.arange(5)), batch_size=2)
        >>> [x.tolist() for (x,) in loader]
        [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        sampler: Iterable[int] | None = None,
        *,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"DataLoader: got batch_size {batch_size}; expected at least 1")
        if shuffle and sampler is not None:
            raise ValueError("DataLoader: got shuffle and a sampler; expected one of them")
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.sampler, self.collate_fn = sampler, collate_fn
        self.drop_last, self.generator = drop_last, generator

    def __len__(self) -> int:
        whole, rest = divmod(self._count(), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        order = self._order()
        stop = len(self) * self.batch_size
        for start in range(0, min(stop, len(order)), self.batch_size):
            yield self._batch(order[start : start + self.batch_size])

    def _count(self) -> int:
        return len(self.dataset) if self.sampler is None else len(list(self.sampler))

    def _order(self) -> np.ndarray:
        if self.sampler is not None:
            return np.fromiter(self.sampler, np.int64)
        if self.shuffle:
            return generator(self.generator).permutation(len(self.dataset))
        return np.arange(len(self.dataset))

    def _batch(self, indices: np.ndarray) -> Any:
        if self.collate_fn is None and _stacks(self.dataset):
            return self.dataset.batch(indices)
        examples = [self.dataset[int(i)] for i in indices]
        return (self.collate_fn or default_collate)(examples)


def _stacks(dataset: Any) -> bool:
    """Return whether a data set, and those behind it, can hand out a whole batch at once."""
    inner = getattr(dataset, "dataset", None)
    return hasattr(dataset, "batch") and (inner is None or _stacks(inner))


def default_collate(examples: list) -> Any:
    """Stack examples: numbers and arrays into tensors, tuples and dicts part by part.

    Args:
        examples: of one kind, arrays of one shape. Strings stay a list.

    Raises:
        ValueError: arrays of different shapes (pad them with your own `collate_fn`).

    Example:
        >>> x, names = default_collate([(1.0, "a"), (2.0, "b")])
        >>> x.tolist(), names
        ([1.0, 2.0], ['a', 'b'])
    """
    first = examples[0]
    if isinstance(first, str):
        return list(examples)
    if isinstance(first, dict):
        return {key: default_collate([e[key] for e in examples]) for key in first}
    if isinstance(first, (tuple, list)):
        return tuple(default_collate(list(part)) for part in zip(*examples, strict=True))
    arrays = [e.array if isinstance(e, Tensor) else as_array(e) for e in examples]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"got examples of shapes {sorted(shapes)}; expected one shape (a collate_fn can pad)"
        )
    return Tensor.make(np.stack(arrays))
