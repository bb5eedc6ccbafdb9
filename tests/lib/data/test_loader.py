import glia
import numpy as np
import pytest
from glia.data import DataLoader, Dataset, TensorDataset, default_collate, random_split


class Squares(Dataset):
    def __len__(self):
        return 7

    def __getitem__(self, index):
        return {"x": float(index), "y": index**2, "name": f"no {index}"}


def rows(n=10):
    return TensorDataset(np.arange(2 * n, dtype=np.float32).reshape(n, 2), np.arange(n))


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 11])
def test_every_example_comes_once_an_epoch(batch_size, drop_last):
    loader = DataLoader(rows(), batch_size, shuffle=True, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader)
    seen = [i for _, y in batches for i in y.tolist()]
    assert len(set(seen)) == len(seen)
    assert len(seen) == (10 // batch_size * batch_size if drop_last else 10)
    for x, y in batches:
        np.testing.assert_array_equal(x.numpy()[:, 0], 2 * y.numpy())


def test_the_order_belongs_to_the_seed():
    def epochs(seed):
        loader = DataLoader(rows(), 10, shuffle=True, generator=glia.Generator(seed))
        return [next(iter(loader))[1].tolist() for _ in range(2)]

    assert epochs(1) == epochs(1)
    assert epochs(1) != epochs(2)
    first, second = epochs(1)
    assert first != second
    glia.manual_seed(3)
    a = [y.item() for _, y in DataLoader(rows(), shuffle=True)]
    glia.manual_seed(3)
    assert a == [y.item() for _, y in DataLoader(rows(), shuffle=True)]


def test_without_shuffling_the_order_is_kept_or_the_samplers():
    assert [y.tolist() for _, y in DataLoader(rows(5), 2)] == [[0, 1], [2, 3], [4]]
    assert [y.tolist() for _, y in DataLoader(rows(5), 2, sampler=[4, 0, 2])] == [[4, 0], [2]]
    assert len(DataLoader(rows(5), 2, sampler=[4, 0, 2])) == 2


def test_collation_of_dicts_and_strings():
    batch = next(iter(DataLoader(Squares(), 3)))
    assert batch["x"].dtype == np.float32
    assert batch["y"].tolist() == [0, 1, 4]
    assert batch["name"] == ["no 0", "no 1", "no 2"]
    lengths = DataLoader([[1], [2, 3]], 2, collate_fn=lambda examples: [len(e) for e in examples])
    assert list(lengths) == [[1, 2]]
    with pytest.raises(ValueError, match="one shape"):
        default_collate([np.zeros(2), np.zeros(3)])


def test_one_by_one_and_stacked_give_the_same():
    data = rows()
    slow = DataLoader([data[i] for i in range(10)], 4)
    for (x, y), (xs, ys) in zip(DataLoader(data, 4), slow, strict=True):
        np.testing.assert_array_equal(x.numpy(), xs.numpy())
        np.testing.assert_array_equal(y.numpy(), ys.numpy())


def test_splits_share_nothing():
    for lengths in ([7, 3], [0.7, 0.3], [0.34, 0.33, 0.33]):
        parts = random_split(rows(), lengths, glia.Generator(0))
        together = [part[i][1].item() for part in parts for i in range(len(part))]
        assert sorted(together) == list(range(10))
        assert together != sorted(together)
        (batch,) = DataLoader(parts[0], len(parts[0]))
        assert batch[1].tolist() == together[: len(parts[0])]
    # A subset of a data set without `batch`, and a subset of a subset
    inner = random_split(random_split(Squares(), [5, 2])[0], [3, 2])[0]
    assert len(next(iter(DataLoader(inner, 3)))["name"]) == 3


def test_a_transform_sees_the_inputs_only():
    data = TensorDataset(np.ones((4, 2)), np.arange(4), transform=lambda x: x * 3)
    x, y = next(iter(DataLoader(data, 4)))
    assert x.tolist() == [[3, 3]] * 4
    assert y.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "make",
    [
        lambda: DataLoader(rows(), 0),
        lambda: DataLoader(rows(), 2, shuffle=True, sampler=[1]),
        lambda: TensorDataset(np.zeros(3), np.zeros(4)),
        lambda: TensorDataset(),
        lambda: random_split(rows(), [5, 6]),
        lambda: random_split(rows(), [-1, 11]),
        lambda: random_split(rows(), [0.5, 0.4]),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="expected"):
        make()
