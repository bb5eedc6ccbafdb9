import glia
import numpy as np
import pytest
from glia import data


def test_batches_cover_the_data_once():
    dataset = data.TensorDataset(np.arange(10.0).reshape(10, 1), np.arange(10))
    loader = data.DataLoader(dataset, batch_size=4, shuffle=True)
    glia.manual_seed(1)
    batches = list(loader)
    assert [len(y) for _, y in batches] == [4, 4, 2] and len(loader) == 3
    seen = np.concatenate([y.array for _, y in batches])
    assert sorted(seen) == list(range(10)) and list(seen) != list(range(10))
    for x, y in batches:
        assert x.array[:, 0].tolist() == y.tolist()
    glia.manual_seed(1)
    assert [y.tolist() for _, y in loader] == [y.tolist() for _, y in batches]
    assert [y.tolist() for _, y in loader] != [y.tolist() for _, y in batches]
    dropped = data.DataLoader(dataset, batch_size=4, drop_last=True)
    assert [len(y) for _, y in dropped] == [4, 4] == [4] * len(dropped)


def test_own_datasets_and_collation():
    class Squares(data.Dataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return {"x": float(index), "name": str(index), "t": glia.ones(2) * index}

    batch = next(iter(data.DataLoader(Squares(), batch_size=3)))
    assert batch["x"].tolist() == [0, 1, 2] and batch["x"].dtype == glia.float32
    assert batch["name"] == ["0", "1", "2"] and batch["t"].shape == (3, 2)
    joined = data.DataLoader(Squares(), batch_size=2, collate_fn=len)
    assert list(joined) == [2, 1]
    for method in (len, lambda d: d[0]):
        with pytest.raises(NotImplementedError):
            method(data.Dataset())
    with pytest.raises(ValueError, match="got batch_size 0"):
        data.DataLoader(Squares(), batch_size=0)
    with pytest.raises(ValueError, match=r"got lengths \[2, 3\]"):
        data.TensorDataset(np.zeros(2), np.zeros(3))


def test_splits_are_disjoint():
    parts = data.random_split(data.TensorDataset(np.arange(11)), [0.6, 0.2, 0.2])
    assert [len(p) for p in parts] == [7, 2, 2]
    seen = [part[i][0].item() for part in parts for i in range(len(part))]
    assert sorted(seen) == list(range(11))
    with pytest.raises(ValueError, match="expected a sum of 11"):
        data.random_split(data.TensorDataset(np.arange(11)), [3, 4])


def image():
    return glia.tensor(np.arange(16.0, dtype=np.float32).reshape(1, 4, 4))


def test_augmentations_keep_shape_and_leave_the_image_alone():
    glia.manual_seed(0)
    x = image()
    for change in (
        data.RandomHorizontalFlip(1.0),
        data.RandomShift(2),
        data.RandomCrop(4, padding=1),
        data.RandomAffine(30, (0.8, 1.2)),
        data.RandomContrast(),
        data.Normalize(7.5, 2.0),
        data.Normalize([7.5], [2.0]),
        data.Compose([data.RandomShift(1), data.RandomHorizontalFlip()]),
    ):
        y = change(x)
        assert y.shape == (1, 4, 4) and y.dtype == glia.float32
        assert glia.equal(x, image())
    assert data.RandomHorizontalFlip(1.0)(x).array[0, 0].tolist() == [3, 2, 1, 0]
    assert data.RandomCrop((2, 3))(x).shape == (1, 2, 3)
    assert data.Normalize(7.5, 2.0)(x).mean().item() == 0
    with pytest.raises(ValueError, match="expected at least"):
        data.RandomCrop(5)(x)


def test_turning_and_zooming():
    x = image().array
    np.testing.assert_allclose(data.affine(x, 0), x)
    np.testing.assert_allclose(data.affine(x, 90), np.rot90(x, axes=(1, 2)), atol=1e-4)
    np.testing.assert_allclose(data.affine(x, 360), x, atol=1e-4)
    big = data.affine(np.ones((5, 5)), zoom=0.5)
    assert big[2, 2] == 1 and big[0, 0] == 0


def test_transformed_datasets():
    dataset = data.TensorDataset(
        np.ones((3, 1, 2, 2), np.float32), np.arange(3), transform=lambda t: t * 2
    )
    x, y = next(iter(data.DataLoader(dataset, batch_size=3)))
    assert (x == 2).all() and y.tolist() == [0, 1, 2]


def test_synonyms():
    words = {"good": ["fine"], "film": ["movie", "picture"]}
    assert data.substitute_synonyms("Good film, bad luck", words, p=0.0) == "Good film, bad luck"
    assert data.substitute_synonyms("Good film!", words, p=1.0) in ("Fine movie!", "Fine picture!")


def test_tokenizers():
    chars = data.CharTokenizer("abcab", special=["<pad>"])
    assert len(chars) == 4 and chars.encode("cab").tolist() == [3, 1, 2]
    assert chars.decode(chars.encode("abc")) == "abc"
    with pytest.raises(KeyError, match="unknown token 'x'"):
        chars.encode("x")
    words = data.WordTokenizer(["The cat sat.", "the dog"], max_size=4)
    assert words.tokens == ["<pad>", "<unk>", "the", "."]
    assert words.encode("The bird.").tolist() == [2, 1, 3]
    assert words.decode([2, 3]) == "the ."
    assert data.WordTokenizer(["a a b"], min_count=2, special=()).tokens == ["a"]


def test_date_pairs_are_true_and_marked():
    pairs = data.date_pairs(300, seed=1)
    assert pairs == data.date_pairs(300, seed=1) != data.date_pairs(300, seed=2)
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    for source, target, fields in zip(pairs.source, pairs.target, pairs.fields, strict=True):
        year, month, day = target.split("-")
        picked = {
            f: "".join(c for c, m in zip(source, fields, strict=True) if m == f) for f in "ymd"
        }
        assert picked["y"] == year and int(picked["d"]) == int(day)
        word = picked["m"]
        number = int(word) if word.isdigit() else months.index(word[:3]) + 1
        assert number == int(month)
    assert len({len(t) for t in pairs.target}) == 1
