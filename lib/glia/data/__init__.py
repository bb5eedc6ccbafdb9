"""Data for the course: bundled real sets, toy sets, loaders, augmentation, tokenisers."""

from glia.data import transforms
from glia.data.bundled import (
    GARMENTS,
    Split,
    load_digits_8x8,
    load_fashion_12k,
    load_mnist_5k,
)
from glia.data.byte_pair import BytePairTokenizer
from glia.data.dataset import Dataset, Subset, TensorDataset, random_split
from glia.data.dates import DatePair, load_dates, make_dates
from glia.data.loader import DataLoader, default_collate
from glia.data.series import Series, load_co2, load_sunspots, windows
from glia.data.synonyms import SYNONYMS, SynonymSubstitution
from glia.data.text import (
    LANGUAGES,
    Text,
    TextSplit,
    load_movie_reviews,
    load_shakespeare,
    load_surnames,
)
from glia.data.tokenizers import CharTokenizer, WordTokenizer, pad_batch
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
    "GARMENTS",
    "LANGUAGES",
    "SYNONYMS",
    "BytePairTokenizer",
    "CharTokenizer",
    "DataLoader",
    "Dataset",
    "DatePair",
    "Series",
    "Split",
    "Subset",
    "SynonymSubstitution",
    "TensorDataset",
    "Text",
    "TextSplit",
    "WordTokenizer",
    "blobs",
    "circles",
    "clusters",
    "default_collate",
    "load_co2",
    "load_dates",
    "load_digits_8x8",
    "load_fashion_12k",
    "load_mnist_5k",
    "load_movie_reviews",
    "load_shakespeare",
    "load_sunspots",
    "load_surnames",
    "make_dates",
    "moons",
    "pad_batch",
    "random_split",
    "spiral",
    "stripes",
    "transforms",
    "truth_table",
    "windows",
    "xor_points",
]
