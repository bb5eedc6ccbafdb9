"""The table as a page of the documentation."""

from __future__ import annotations

import datetime
import math

from .harness import Result

_HEAD = """# Benchmarks

Training steps as a student would write them, ours against PyTorch on the same CPU with equal
threads (the perceptron against scikit-learn). Both run in one process, in turns; values and
gradients are compared first. A ratio above 1 means that ours is quicker: the smallest, the median
and the largest over the pairs. *Gate* and *goal* are what the project set itself, measured on
another machine with a wider gap between the two.

Made by `python -m benchmarks --page docs/benchmarks.md` on {date}: {about}.

| case | ours, µs | peer, µs | min | median | max | gate | goal | |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


def page(about: dict[str, object], results: list[Result]) -> str:
    """Return the page's Markdown."""
    text = _HEAD.format(
        date=datetime.date.today().isoformat(),
        about=", ".join(f"{key} {value}" for key, value in about.items()),
    )
    for r in results:
        if r.note:
            text += f"| {r.name} | | | | | | {r.gate:g} | {r.goal:g} | {r.note} |\n"
            continue
        met = "" if r.median >= r.gate else "below its gate"
        text += (
            f"| {r.name} | {r.ours_us:.0f} | {r.theirs_us:.0f} | {r.low:.2f} | **{r.median:.2f}** "
            f"| {r.high:.2f} | {r.gate:g} | {r.goal:g} | {met} |\n"
        )
    ratios = [r.median for r in results if r.median]
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        text += f"\nGeometric mean over {len(ratios)} cases: {mean:.2f}.\n"
    return text
