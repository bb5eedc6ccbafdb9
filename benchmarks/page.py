"""The table as a page of the documentation."""

from __future__ import annotations

import datetime

from .harness import Result, geometric_mean

_HEAD = """# Benchmarks

Training steps as a student would write them, ours against PyTorch on the same CPU with equal
threads (the perceptron against scikit-learn). Both run in one process, in turns; values and
gradients are compared first. A ratio above 1 means that ours is quicker: the smallest, the median
and the largest over the pairs, then the median with other settings: {settings}. *Gate* and *goal*
are what the project set itself, measured on another machine with a wider gap between the two;
rows without them are for information.

Made by `python -m benchmarks --page docs/benchmarks.md` on {date}: {about}.

| case | ours, µs | peer, µs | min | median | max | gate | goal | {columns} | |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | {rules} | --- |
"""


def page(
    about: dict[str, object],
    results: list[Result],
    elsewhere: dict[str, dict[str, float]],
    roof: list[str],
) -> str:
    """Return the page's Markdown.

    Args:
        about: what was measured on and with.
        results: the rows.
        elsewhere: median ratios by case, for each other setting.
        roof: sentences on how close to the machine the kernels come.
    """
    text = _HEAD.format(
        date=datetime.date.today().isoformat(),
        about=", ".join(f"{key} {value}" for key, value in about.items()),
        settings=", ".join(elsewhere),
        columns=" | ".join(elsewhere),
        rules=" | ".join("---:" for _ in elsewhere),
    )
    for r in results:
        others = " | ".join(f"{medians.get(r.name, 0):.2f}" for medians in elsewhere.values())
        if r.note:
            text += f"| {r.name} | | | | | | {r.gate:g} | {r.goal:g} | {others} | {r.note} |\n"
            continue
        aims = f"{r.gate:g} | {r.goal:g}" if r.gate else "|"
        met = "" if r.median >= r.gate else "below its gate"
        text += (
            f"| {r.name} | {r.ours_us:.0f} | {r.theirs_us:.0f} | {r.low:.2f} | **{r.median:.2f}** "
            f"| {r.high:.2f} | {aims} | {others} | {met} |\n"
        )
    text += f"\nGeometric mean of the cases with a gate: {geometric_mean(results):.2f}.\n"
    return (
        text + "\n## How close to the machine\n\n" + "\n".join(f"- {each}" for each in roof) + "\n"
    )
