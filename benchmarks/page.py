"""The table as a page of the documentation."""

from __future__ import annotations

import datetime

from .harness import Result, geometric_mean

_HEAD = """# Benchmarks

Training steps as a student would write them, ours against PyTorch on the same CPU with equal
threads (the perceptron against scikit-learn). Both run in one process, in turns; values and
gradients are compared first. A ratio above 1 means that ours is quicker: the smallest, the median
and the largest over the pairs of all walks through the table, then the median of one walk with
other settings: {settings}. *Gate* and *goal* are what the project set itself; rows without
them are for information.

Made by `python -m benchmarks --walks {walks} --page docs/benchmarks.md` on {date}: {about}.

| case | ours, µs | peer, µs | min | median | max | gate | goal | {columns} | |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | {rules} | --- |
"""

WHY = """
## Why some rows miss their gate

Figures of 2026-11-22, on two cores of an AMD EPYC with AVX-512, at best.

The gates were set by steps that were written out for one model each, with layers fused and without
a tape; such steps reach them on this processor too (MLP 4.2, tiny 26, LeNet 6.1, mini GPT 2.4).
Here a layer that runs alone costs some 7 µs of Python through modules and the tape, forward and
back, and its results go through memory once more. What a `Sequential` holds side by side, linear
layers with their ReLUs, or a ReLU and its pool, runs in one kernel where nobody can see it. Where
products are nearly all of the work, both libraries run them near the roof (below).

- *tiny mlp*: no arithmetic at all. Of its 37 µs (65 before its layers ran together) the forward
  pass takes 14, backward 16, the update 7; the kernels themselves less than 5.
- *mlp*: of a step with batch 32 the two large layers take 93 µs forward and 93 backward where 70
  and 80 would be the roof, as the input is turned round first; the update of the largest weight 21
  (Adam's 44).
- *max pool*: the kernels take 13 of 27 µs, their wrappers 4, module and tape 10. *Layer norm*: 21
  of 41.
- *conv 1 to 6*, *LeNet-5*: with 25 places in the window a product is short, and one channel is too
  few for the change of basis that makes the other convolutions quick; forward takes 35 µs with its
  wrapper, the gradient of the filters 39, turning the images 4, Python 20 of some 98.
- *mini GPT*: in its best step the ops take 5.6 of 6.3 ms, the linear layers among them 3.5 (3.2
  where their arrays lie in the cache, 3.0 at the roof), attention 1.1; in the median step 7.1 of
  8.1, 4.2 and 1.4. A model of the same shape with almost no arithmetic takes 0.7 ms a step, which
  is Python. Its blocks are written out by hand, so nothing runs together.
- *LSTM*: the products run at 195 to 220 of 214 GFLOP/s, so that a step of width 128 could gain at
  most a fifth more, in either library.

Tried without gain: list comprehensions or written-out code in place of the tape's loops (0.4 µs a
step), a heap in place of sorting the steps, sums into pooled memory, a C library that keeps what is
freed, idle threads that spin longer, reciprocals by estimate, rows in groups of eight in softmax
and layer norm, hand-written vectors in the perceptron's epoch, the change of basis for a single
channel, rows of a softmax two by two, pages of 2 MiB.
"""


def page(
    about: dict[str, object],
    results: list[Result],
    elsewhere: dict[str, dict[str, float]],
    roof: list[str],
    means: list[float],
) -> str:
    """Return the page's Markdown.

    Args:
        about: what was measured on and with.
        results: the rows.
        elsewhere: median ratios by case, for each other setting.
        roof: sentences on how close to the machine the kernels come.
        means: the geometric mean of each walk alone.
    """
    text = _HEAD.format(
        date=datetime.date.today().isoformat(),
        about=", ".join(f"{key} {value}" for key, value in about.items()),
        walks=len(means),
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
    alone = ", ".join(f"{mean:.2f}" for mean in means)
    text += f"\nGeometric mean of the cases with a gate: {geometric_mean(results):.2f} "
    text += f"(of each walk alone: {alone}).\n"
    text += WHY + "\n## How close to the machine\n\n"
    return text + "".join(f"- {each}\n" for each in roof)
