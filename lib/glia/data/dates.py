"""Dates as people write them, to be turned into one form: a small task for sequence to sequence.

Made up from a seed, real in form: "3 March 1994", "Thursday, March 3, 1994" or "03.03.94" all stand
for "1994-03-03". Each character of the answer comes from one field of the question, so that it can
be seen whether attention looks at the right one.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

__all__ = ["DatePairs", "date_pairs"]

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_FORMS = (
    ("{day}", " ", "{month}", " ", "{year}"),
    ("{month}", " ", "{day}", ", ", "{year}"),
    ("{weekday}", ", ", "{month}", " ", "{day}", ", ", "{year}"),
    ("{weekday}", " ", "{day}", " ", "{month}", " ", "{year}"),
    ("{day}", " ", "{short}", " ", "{year}"),
    ("{short}", " ", "{day}", " ", "{year}"),
    ("{day2}", "/", "{month2}", "/", "{year}"),
    ("{day2}", ".", "{month2}", ".", "{year}"),
)
_FIELDS = {"day": "d", "day2": "d", "month": "m", "short": "m", "month2": "m", "year": "y"}


@dataclass(frozen=True)
class DatePairs:
    """Questions and answers.

    Attributes:
        source: dates as people write them, in lower case.
        target: the same dates as YYYY-MM-DD.
        fields: for each character of each source, 'y', 'm' or 'd' where it belongs to that field,
            '.' elsewhere.
        target_fields: the same for every target: "yyyy.mm.dd".
    """

    source: list[str]
    target: list[str]
    fields: list[str]
    target_fields: str = "yyyy.mm.dd"


def date_pairs(n: int, seed: int = 0) -> DatePairs:
    """Make up dates between 1950 and 2049.

    Args:
        n: how many.
        seed: the same seed, the same dates.

    Example:
        >>> pairs = date_pairs(1, seed=4)
        >>> len(pairs.target[0]), len(pairs.source[0]) == len(pairs.fields[0])
        (10, True)
    """
    rng = np.random.default_rng(seed)
    first = datetime.date(1950, 1, 1).toordinal()
    last = datetime.date(2050, 1, 1).toordinal()
    source, target, fields = [], [], []
    for ordinal, form in zip(
        rng.integers(first, last, n), rng.integers(0, len(_FORMS), n), strict=True
    ):
        date = datetime.date.fromordinal(int(ordinal))
        text, marks = _written(date, _FORMS[int(form)])
        source.append(text)
        target.append(date.isoformat())
        fields.append(marks)
    return DatePairs(source, target, fields)


def _written(date: datetime.date, form: tuple[str, ...]) -> tuple[str, str]:
    month = _MONTHS[date.month - 1]
    values = {
        "day": str(date.day),
        "day2": f"{date.day:02d}",
        "month": month,
        "short": month[:3],
        "month2": f"{date.month:02d}",
        "year": str(date.year),
        "weekday": _DAYS[date.weekday()],
    }
    text = marks = ""
    for part in form:
        name = part.strip("{}") if part.startswith("{") else None
        piece = part if name is None else values[name]
        text += piece
        marks += _FIELDS.get(name or "", ".") * len(piece)
    return text.lower(), marks
