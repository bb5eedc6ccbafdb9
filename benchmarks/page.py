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

The gates were set by steps that were written out for one model each, with layers fused and without
a tape; such steps reach them on this processor too (MLP 4.2, tiny 26, LeNet 6.1, mini GPT 2.4).
Through modules and the tape each layer costs some 8 µs of Python, forward and back, and its results
go through memory once more. Where products are nearly all of the work, both libraries run them
near the roof (below).

- *mlp*: of a step with batch 32 (305 µs at best) the two large layers take 94 forward and 93
  backward, the update of the largest weight 21 (Adam's 44); at the roof all products would take
  140. Most of the rest is Python: modules, tape and wrappers.
- *tiny mlp*: no arithmetic at all. Of its 65 µs the kernels with their wrappers take 30, some forty
  calls of Python functions the rest: 3 µs a layer forward, 2.5 backward, 1 a parameter in the
  update. Tried without gain: list comprehensions in place of the tape's loops, a heap in place of
  sorting the steps, the walk back without inner functions.
- *mini GPT*: timed one by one, the linear layers take 4.8 of 8.8 ms (3.1 at the roof), attention
  1.7, norms, GELU, sums and look-ups most of the rest. With one thread the step takes 12.3 ms, so
  the second one makes it only 1.4 times as quick. Tried without gain: sums into pooled memory, a C
  library that keeps what is freed, idle threads that spin longer.
- *max pool*: the kernels take 11 of 27 µs, their wrappers 6, the tape 10. *Layer norm*: 21 of 41.
- *conv 1 to 6*, *LeNet-5*: with 25 places in the window a product is short; forward takes 37 µs of
  33 at the roof, the gradient of the filters 62. Of a LeNet step (870 µs) the ops take 725, the
  update 39.
- *perceptron*: the epoch itself takes 67 µs; the rest of `fit` looks for NaN (20), checks labels
  (9) and copies the rows that were corrected (22), so that the history can be replayed.
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
