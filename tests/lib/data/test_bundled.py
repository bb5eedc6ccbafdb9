import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from glia import data

FILES = Path(data.__file__).parent / "files"


@pytest.mark.parametrize(
    ("load", "side", "train", "test"),
    [(data.load_digits_8x8, 8, 1438, 359), (data.load_mnist_5k, 28, 4000, 1000)],
)
def test_real_digits(load, side, train, test):
    x_train, y_train, x_test, y_test = load()
    assert x_train.shape == (train, side * side)
    assert x_test.shape == (test, side * side)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.dtype == np.float32
        assert y.dtype == np.int64
        assert (x.min(), x.max()) == (0, 1)
        counts = np.bincount(y, minlength=10)
        assert counts.max() - counts.min() <= 8  # stratified, as near as the source allows
        assert (np.diff(y) != 0).mean() > 0.5  # shuffled, not sorted by class
    together = np.concatenate([x_train, x_test])
    assert len(np.unique(together, axis=0)) == len(together)  # no image on both sides
    images = load(flat=False).x_train
    assert images.shape == (train, 1, side, side)
    np.testing.assert_array_equal(images.reshape(train, -1), x_train)


def test_garments():
    x_train, y_train, x_test, y_test = data.load_fashion_12k(flat=False)
    assert x_train.shape == (10_000, 1, 28, 28)
    assert x_test.shape == (2000, 1, 28, 28)
    assert np.bincount(y_train).tolist() == [1000] * 10
    assert np.bincount(y_test).tolist() == [200] * 10
    assert (x_train.min(), x_train.max()) == (0, 1)
    assert len(data.GARMENTS) == 10
    # Trousers (1) are a narrow column, sandals (5) leave the top row dark.
    assert x_train[y_train == 1].mean(axis=(0, 1, 2))[[0, -1]].max() < 0.02
    assert x_train[y_train == 5][:, 0, 0].mean() < 0.01


def test_each_call_gives_fresh_arrays():
    first = data.load_digits_8x8()
    first.x_train[:] = 7
    first.y_train[:] = 7
    again = data.load_digits_8x8()
    assert again.x_train.max() == 1
    assert set(again.y_train) == set(range(10))


def test_the_files_are_small_and_licensed():
    assert sum(path.stat().st_size for path in FILES.glob("*")) < 12_000_000
    licences = [path.read_text(encoding="utf-8") for path in FILES.glob("*.LICENSE.md")]
    for licence in licences:
        for word in ("Origin", "Licence", "By way of", "Changes", "split", "_build.py"):
            assert word in licence
    named = {word for text in licences for word in text.partition("\n")[0].split() if "." in word}
    assert named == {path.name for path in FILES.iterdir()} - {p.name for p in FILES.glob("*.md")}


def test_no_code_can_hide_in_the_files():
    for path in FILES.glob("*.npz"):
        with np.load(path, allow_pickle=False) as archive:
            assert {archive[part].dtype for part in archive.files} == {np.dtype(np.uint8)}


def test_the_maintainers_script_is_not_imported():
    code = "import sys, glia.data; assert 'glia.data._build' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_the_split_of_the_maintainers_script():
    build = _script()
    labels = np.repeat(np.arange(3), 10)
    parts = build.split(np.arange(30), labels)
    assert sorted([*parts["x_train"], *parts["x_test"]]) == list(range(30))
    assert np.bincount(parts["y_test"]).tolist() == [2, 2, 2]
    np.testing.assert_array_equal(labels[parts["x_train"]], parts["y_train"])
    again = build.split(np.arange(30), labels)
    np.testing.assert_array_equal(parts["x_test"], again["x_test"])


def test_data_can_be_read_from_a_zipped_package(tmp_path):
    """Resources are read through importlib.resources: no path on disk is assumed."""
    archive = tmp_path / "glia.zip"
    package = FILES.parent.parent
    with zipfile.ZipFile(archive, "w") as bundle:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                bundle.write(path, path.relative_to(package.parent))
    code = (
        "import sys, glia.data; assert '.zip' in glia.data.__file__; "
        "print(glia.data.load_digits_8x8().x_test.shape)"
    )
    path = ":".join([str(archive), *(p for p in sys.path if not (Path(p) / "glia").exists())])
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": path},
    )
    assert done.stdout.strip() == "(359, 64)"


def test_the_plays_lose_their_markdown():
    raw = "# Hamlet\n\n**GHOST**  \n_\\[Beneath]_  \nSwear “naïve” — ’tis.\n\n\n\n_Exit_\n"
    assert _script().plain(raw) == 'Hamlet\n\nGHOST:\n[Beneath]\nSwear "naive" -- \'tis.\n\n[Exit]'


def test_names_in_other_letters():
    latin = _script().latin
    assert latin("Чайковский") == "Chaykovskiy"
    assert latin("Παπαδόπουλος") == "Papadopoylos"
    assert latin("Łukasiewicz") == "Łukasiewicz"


def _script():
    spec = importlib.util.spec_from_file_location("build", FILES.parent / "_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return build
