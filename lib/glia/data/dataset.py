"""Datasets: things with a length that hand out one example for each index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glia import rng
from glia.tensor import Tensor, as_array


class Dataset:
    """Base: give `__len__` and `__getitem__`."""

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs __len__")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs __getitem__")


class TensorDataset(Dataset):
    """Examples along the first axis of one or more tensors or arrays.

    Args:
        tensors: all as long as each other.
        transform: applied to the first of each example's parts, such as an augmentation.

    Raises:
        ValueError: the lengths differ.
    """

    def __init__(self, *tensors: Any, transform: Callable[[Tensor], Tensor] | None = None) -> None:
        self.tensors = tuple(Tensor.make(as_array(t)) for t in tensors)
        if len({t.shape[0] for t in self.tensors}) != 1:
            raise ValueError(
                f"got lengths {[t.shape[0] for t in self.tensors]}; expected them to be the same"
            )
        self.transform = transform

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        first, *others = (t[index] for t in self.tensors)
        return (first if self.transform is None else self.transform(first), *others)


class Subset(Dataset):
    """Some examples of a dataset.

    Args:
        dataset: the whole.
        indices: which examples.
    """

    def __init__(self, dataset: Dataset, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, list(indices)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[self.indices[index]]


def random_split(
    dataset: Dataset, lengths: Sequence[float], generator: rng.Generator | None = None
) -> list[Subset]:
    """Cut a dataset at random into parts, such as training, validation and test.

    Args:
        dataset: the whole.
        lengths: the size of each part, or shares that sum to 1.
        generator: the source of chance.

    Raises:
        ValueError: the lengths do not sum to the whole.
    """
    total, sizes = len(dataset), list(lengths)
    if abs(sum(sizes) - 1) < 1e-9:
        sizes = [int(total * share) for share in sizes]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != total:
        raise ValueError(f"got lengths {list(lengths)}; expected a sum of {total} or of 1")
    order = rng.generator(generator).permutation(total)
    ends = np.cumsum(np.array(sizes, dtype=np.int64))
    return [
        Subset(dataset, order[int(end) - int(size) : int(end)].tolist())
        for size, end in zip(sizes, ends, strict=True)
    ]
