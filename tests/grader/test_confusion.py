"""The confusion table of the diagnosis, measured over many seeds and printed.

    pytest -m campaign tests/grader/test_confusion.py -s

With GLIA_CAMPAIGN set to a folder, the tables are written there as confusion.md.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from glia_grader.exercise import all_exercises
from glia_grader.judge import LocalAnswerer, judge

SEEDS = range(100, 110)
NOBODY = "(none)"


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_confusion_table():
    lines, right, total = [f"# Diagnosis, {len(SEEDS)} seeds, hidden mode", ""], 0, 0
    for exercise in all_exercises().values():
        names = [m.name for m in exercise.misconceptions]
        lines += [f"## {exercise.name}", "", f"| written | {' | '.join([*names, NOBODY])} |"]
        lines.append("| --- |" + " --- |" * (len(names) + 1))
        answers = [("reference", exercise.reference)]
        answers += [(m.name, m.solution) for m in exercise.misconceptions]
        for name, solution in answers:
            named = Counter(_named(exercise, solution, seed) for seed in SEEDS)
            counts = " | ".join(str(named[n] or "·") for n in [*names, NOBODY])
            lines.append(f"| {name} | {counts} |")
            right += named[NOBODY if name == "reference" else name]
            total += len(SEEDS)
        lines.append("")
    lines.append(f"{right} of {total} named rightly ({100 * right / total:.1f}%).")
    text = "\n".join(lines)
    print("\n" + text)
    if os.environ.get("GLIA_CAMPAIGN"):
        Path(os.environ["GLIA_CAMPAIGN"], "confusion.md").write_text(text + "\n", encoding="utf-8")
    assert right == total


def _named(exercise, solution, seed):
    verdict = judge(exercise, LocalAnswerer(solution), seed=seed, hidden=True)
    return verdict.diagnosis.misconception if verdict.diagnosis else NOBODY
