"""DataLoader: a dataset in batches, in a new order each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from glia import rng
from glia.data.dataset import Dataset, TensorDataset
from glia.functions import stack
from glia.tensor import Tensor


class DataLoader:
    """Go through a dataset in batches.

    Args:
        dataset: what to go through.
        batch_size: examples in each batch.
        shuffle: whether each epoch has an order of its own.
        drop_last: whether a last batch that is too small is left out.
        collate_fn: makes a batch from a list of examples; by default tensors are stacked.
        generator: the source of chance; by default the library's.
        num_workers: accepted for PyTorch's sake; the work is done here.

    Raises:
        ValueError: batch_size is below 1.

    Example:
        >>> loader = DataLoader(TensorDataset(np.zeros((5, 2)), np.arange(5)), batch_size=2)
        >>> [tuple(x.shape) for x, y in loader]
        [(2, 2), (2, 2), (1, 2)]
    """

    def __init__(
        self,
        dataset: Dataset | Sequence[Any],
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Callable[[list], Any] | None = None,
        generator: rng.Generator | None = None,
        num_workers: int = 0,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"DataLoader: got batch_size {batch_size}; expected at least 1")
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.drop_last, self.collate_fn, self.generator = drop_last, collate_fn, generator

    def __len__(self) -> int:
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        n = len(self.dataset)
        order = rng.generator(self.generator).permutation(n) if self.shuffle else np.arange(n)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            yield self._batch(order[start : start + self.batch_size])

    def _batch(self, indices: np.ndarray) -> Any:
        data = self.dataset
        if self.collate_fn is None and isinstance(data, TensorDataset) and data.transform is None:
            return [Tensor.make(t.array[indices]) for t in data.tensors]  # all at once
        examples = [data[int(i)] for i in indices]
        return collate(examples) if self.collate_fn is None else self.collate_fn(examples)


def collate(examples: list) -> Any:
    """Stack examples: tensors and arrays along a new first axis, numbers into a tensor."""
    first = examples[0]
    if isinstance(first, (tuple, list)):
        return [collate(list(parts)) for parts in zip(*examples, strict=True)]
    if isinstance(first, dict):
        return {key: collate([e[key] for e in examples]) for key in first}
    if isinstance(first, Tensor):
        return stack(examples)
    if isinstance(first, str):
        return examples
    array = np.stack([np.asarray(e) for e in examples])
    return Tensor.make(array.astype(np.float32) if isinstance(first, float) else array)
