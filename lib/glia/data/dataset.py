"""Dataset: anything with a length and numbered examples; and ways to cut one into parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glia import rng
from glia.rng import Generator
from glia.tensor import Tensor, as_array

__all__ = ["Dataset", "Subset", "TensorDataset", "random_split"]


class Dataset:
    """Base of data sets: write `__len__` and `__getitem__`.

    Example:
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 4
        ...
        ...     def __getitem__(self, index):
        ...         return index, index**2
        >>> Squares()[3]
        (3, 9)
    """

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs a method __len__")

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method __getitem__")


class TensorDataset(Dataset):
    """Examples that stand side by side in tensors: example i is row i of each.

    Args:
        tensors: tensors or arrays of one length. Memory is shared.
        transform: applied to the first tensor's part of each example or batch, such as an
            augmentation from `glia.data.transforms`.

    Raises:
        ValueError: there are no tensors, or their lengths differ.

    Example:
        >>> pairs = TensorDataset(np.zeros((5, 2)), np.arange(5))
        >>> len(pairs), pairs[3][1].item()
        (5, 3)
    """

    def __init__(self, *tensors: Any, transform: Callable[[Any], Any] | None = None) -> None:
        self.tensors = tuple(
            t if isinstance(t, Tensor) else Tensor.make(as_array(t)) for t in tensors
        )
        lengths = [len(t) for t in self.tensors]
        if not lengths or len(set(lengths)) > 1:
            raise ValueError(f"got tensors of lengths {lengths}; expected one length for all")
        self.transform = transform

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        first, *rest = (t[index] for t in self.tensors)
        return (first if self.transform is None else self.transform(first), *rest)

    def batch(self, indices: np.ndarray) -> tuple[Tensor, ...]:
        """Return many examples at once, already stacked: quicker than one by one."""
        return self[indices]


class Subset(Dataset):
    """Some examples of another data set.

    Args:
        dataset: where they come from.
        indices: which.
    """

    def __init__(self, dataset: Any, indices: Sequence[int] | np.ndarray) -> None:
        self.dataset, self.indices = dataset, np.asarray(indices, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[int(self.indices[index])]

    def batch(self, indices: np.ndarray) -> Any:
        """Return many examples at once, if the data set behind can."""
        return self.dataset.batch(self.indices[indices])


def random_split(
    dataset: Any, lengths: Sequence[float], generator: Generator | None = None
) -> list[Subset]:
    """Cut a data set into parts at random: no example is in two of them.

    Args:
        dataset: anything with a length and numbered examples.
        lengths: whole numbers that add up to its length, or shares that add up to 1 (what
            rounding leaves over goes to the first parts, one each).
        generator: where the draws come from; by default the library's stream.

    Raises:
        ValueError: the lengths do not add up.

    Example:
        >>> parts = random_split(range(10), [0.7, 0.3], Generator(0))
        >>> [len(part) for part in parts]
        [7, 3]
    """
    n = len(dataset)
    sizes = list(lengths)
    if math.isclose(sum(sizes), 1) and n != 1:
        sizes = [math.floor(n * share + 1e-9) for share in sizes]
        for i in range(n - int(sum(sizes))):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != n or any(size < 0 for size in sizes):
        raise ValueError(f"got lengths {list(lengths)}; expected them to add up to {n} or to 1")
    order = rng.generator(generator).permutation(n)
    cuts = np.cumsum([int(size) for size in sizes])[:-1]
    return [Subset(dataset, part) for part in np.split(order, cuts)]
