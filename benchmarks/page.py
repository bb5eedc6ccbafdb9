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

Figures of 2026-11-22, on two cores of an AMD EPYC with AVX-512 (two multiply-adds of full width a
cycle), at best. On a processor of the generation before, with half that width, the mean was 3.01 on
the same day and before the last changes: PyTorch loses more there where little is computed (295 µs
for the *tiny mlp*, of which ours took 36), and less in products (1.07 to 1.10).

The gates were set by steps that were written out for one model each, with layers fused and without
a tape. Here a layer that runs alone costs 4 µs of Python through modules and the tape, forward and
back, its kernels' wrappers 3 to 6, a launch of two threads 2, and its results go through memory
once more. What a `Sequential` holds side by side, linear layers with their ReLUs, or a ReLU and its
pool, runs in one kernel where nobody can see it. Where products are nearly all of the work, both
libraries run them near the roof (below).

- *tiny mlp*: no arithmetic at all. Of its 34 µs the layers take 6, the loss 5, the way back 15, the
  update 5; the kernels themselves 1. PyTorch's 140 leave 14 for a ratio of 10.
- *mlp*, batch 32, SGD: of 141 µs the layers take 50, the loss 7, the way back 60, the update 24. At
  the roof the products would take 33 forward and 37 back; the update moves 4.7 MB.
- *max pool*: the kernels take 10 of 17 µs, their wrappers 3, module and tape 4. *Layer norm*: 15 of
  28, wrappers 6, module and tape 7.
- *conv 1 to 6*: forward takes 19 µs with its wrapper, the gradient of the filters 21, turning the
  images 4, Python 9 of 54; at the roof the products would take 12 each. With 25 places in the
  window a product is short, and one channel is too few for the change of basis that makes the other
  convolutions quick.
- *LSTM*, width 64: its ops take 1106 of 1155 µs; its products alone would take 875 at the speed of
  the large matrix product.

Among the rows for information, filters of a channel each and group norm go by numpy and are slower
than PyTorch's; a stride of two computes every place and leaves three in four out.

Tried without gain: list comprehensions or written-out code in place of the tape's loops (0.4 µs a
step), a heap in place of sorting the steps, idle threads that spin longer, reciprocals by estimate,
rows in groups of eight in softmax and layer norm, hand-written vectors in the perceptron's epoch,
the change of basis for a single channel, rows of a softmax two by two, pages of 2 MiB, tiles of 16
rows for products one vector wide.
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
