"""Data for the course: bundled real digits, toy sets from a seed, truth tables. All offline."""

from glia.data.augment import (
    Compose,
    Normalize,
    RandomAffine,
    RandomContrast,
    RandomCrop,
    RandomHorizontalFlip,
    RandomShift,
    affine,
    substitute_synonyms,
)
from glia.data.bundled import Split, load_digits_8x8, load_mnist_5k
from glia.data.dataset import Dataset, Subset, TensorDataset, random_split
from glia.data.dates import DatePairs, date_pairs
from glia.data.loader import DataLoader, collate
from glia.data.tokens import CharTokenizer, WordTokenizer
from glia.data.toy import (
    blobs,
    circles,
    clusters,
    moons,
    spiral,
    stripes,
    truth_table,
    xor_points,
)

__all__ = [
    "CharTokenizer",
    "Compose",
    "DataLoader",
    "Dataset",
    "DatePairs",
    "Normalize",
    "RandomAffine",
    "RandomContrast",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomShift",
    "Split",
    "Subset",
    "TensorDataset",
    "WordTokenizer",
    "affine",
    "blobs",
    "circles",
    "clusters",
    "collate",
    "date_pairs",
    "load_digits_8x8",
    "load_mnist_5k",
    "moons",
    "random_split",
    "spiral",
    "stripes",
    "substitute_synonyms",
    "truth_table",
    "xor_points",
]
