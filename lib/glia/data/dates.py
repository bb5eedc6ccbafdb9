"""Dates as people write them in three languages, to be read as ISO dates: a task from a seed.

"le 3 mai 1987", "Sunday, May 3, 1987" and "3. Mai 1987" all mean 1987-05-03. The rule is known, so
that it can be checked which letters a model looked at when it wrote a digit.
"""

from __future__ import annotations

import datetime
import string
from typing import NamedTuple

import numpy as np

from glia.data.text import TextSplit

__all__ = ["DatePair", "load_dates", "make_dates"]

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
_PATTERNS = {
    "en": (
        "{day} {month} {year}",
        "{month} {day}, {year}",
        "{day} {short} {year}",
        "{weekday}, {month} {day}, {year}",
        "{short} {day}, {year}",
    ),
    "fr": (
        "{day} {month} {year}",
        "le {day} {month} {year}",
        "{weekday} {day} {month} {year}",
        "{two}/{number}/{year}",
    ),
    "de": (
        "{day}. {month} {year}",
        "{weekday}, {day}. {month} {year}",
        "{two}.{number}.{year}",
        "den {day}. {month} {year}",
    ),
}
_FIELD = {"two": "day", "short": "month", "number": "month"}
_FIRST = datetime.date(1900, 1, 1).toordinal()
_LAST = datetime.date(2099, 12, 31).toordinal()


class DatePair(NamedTuple):
    """A date as written, as ISO, and where its parts stand.

    Attributes:
        text: as people write it.
        iso: year-month-day, ten characters.
        fields: for 'year', 'month' and 'day' the first letter in text and the one after the last.
    """

    text: str
    iso: str
    fields: dict[str, tuple[int, int]]


def make_dates(
    n: int, seed: int = 0, languages: tuple[str, ...] = ("en", "fr", "de")
) -> list[DatePair]:
    """Return n different written dates of the years 1900 to 2099.

    Args:
        n: how many.
        seed: seed of the draws.
        languages: some of 'en', 'fr' and 'de'.

    Raises:
        ValueError: a language is not known.

    Example:
        >>> pair = make_dates(1, seed=3)[0]
        >>> start, end = pair.fields["year"]
        >>> pair.text[start:end] == pair.iso[:4]
        True
    """
    unknown = set(languages) - set(_PATTERNS)
    if unknown or not languages:
        raise ValueError(f"got languages {languages}; expected some of {sorted(_PATTERNS)}")
    rng = np.random.default_rng(seed)
    pairs: dict[str, DatePair] = {}
    while len(pairs) < n:
        language = languages[rng.integers(len(languages))]
        patterns = _PATTERNS[language]
        pattern = patterns[rng.integers(len(patterns))]
        date = datetime.date.fromordinal(int(rng.integers(_FIRST, _LAST + 1)))
        pair = _written(date, language, pattern)
        pairs.setdefault(pair.text, pair)
    return list(pairs.values())


def load_dates(train: int = 8000, test: int = 1000, seed: int = 0) -> TextSplit:
    """Return written dates and their ISO form, none of them in both parts.

    Args:
        train: how many to learn from.
        test: how many to judge on.
        seed: seed of the draws.

    Example:
        >>> dates = load_dates()
        >>> len(dates.x_train), len(dates.y_test[0])
        (8000, 10)
    """
    pairs = make_dates(train + test, seed)
    texts, isos = [p.text for p in pairs], [p.iso for p in pairs]
    return TextSplit(texts[:train], isos[:train], texts[train:], isos[train:])


def _written(date: datetime.date, language: str, pattern: str) -> DatePair:
    month = _MONTHS[language].split()[date.month - 1]
    words = {
        "weekday": _DAYS[language].split()[date.weekday()],
        "day": str(date.day),
        "two": f"{date.day:02d}",
        "month": month,
        "short": month[:3],
        "number": f"{date.month:02d}",
        "year": str(date.year),
    }
    text, fields = "", {}
    for literal, name, _, _ in string.Formatter().parse(pattern):
        text += literal
        if name is not None:
            fields[_FIELD.get(name, name)] = (len(text), len(text) + len(words[name]))
            text += words[name]
    fields.pop("weekday", None)
    return DatePair(text, date.isoformat(), fields)
