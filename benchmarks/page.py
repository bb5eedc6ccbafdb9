"""The table as a page of the documentation."""

from __future__ import annotations

import datetime

from .harness import Result, geometric_mean

_HEAD = """# Benchmarks

Training steps as a student would write them, ours against PyTorch on the same CPU with equal
threads (the perceptron against scikit-learn). Both run in one process, in turns; values and
gradients are compared first. A ratio above 1 means that ours is quicker: the smallest, the median
and the largest over the pairs, then the median with other settings: {settings}. *Gate* and *goal*
are what the project set itself; rows without them are for information.

Made by `python -m benchmarks --page docs/benchmarks.md` on {date}: {about}.

| case | ours, µs | peer, µs | min | median | max | gate | goal | {columns} | |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | {rules} | --- |
"""

WHY = """
## Why some rows miss their gate

Figures of 2026-11-21, on two cores of an AMD EPYC with AVX-512.

The gates were set where the processor did up to 400 GFLOP/s. This one does some 230, and both
libraries run their products near that roof (below): a row is only as far ahead as its other work
lets it.

- *mlp*, *mini GPT*, *multi-head attention*, *LSTM*: four fifths of the time are products. Of an MLP
  step with batch 32 (320 µs) the products take 255, of which 190 are what the roof allows; the tape
  takes 65. In the mini GPT the linear layers alone take 4.6 of 8 ms. Tried without effect: another
  order of the pool of workspaces, inputs on cache lines of their own, other thresholds for the
  second thread.
- *tiny mlp*: no arithmetic at all. Its 65 µs are some thirty calls of Python functions and
  seventeen of kernels; a layer costs 5 µs forward and 5 backward. List comprehensions in place of
  the tape's loops made it slower.
- *max pool*, *layer norm*, *softmax*: the kernels take 12, 25 and 60 µs, their wrappers and the
  tape another 15 to 20.
- *LeNet-5*, *conv*: forward runs at the roof; gradients of filters at two thirds of it, because
  the sums of both halves of the rows are kept apart, so that no digit depends on the number of
  threads.
- *perceptron*: the epoch itself takes 67 µs; the rest of `fit` checks the data for NaN and copies
  the rows that were corrected, so that the history can be replayed.
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
    text += WHY + "\n## How close to the machine\n\n"
    return text + "".join(f"- {each}\n" for each in roof)
