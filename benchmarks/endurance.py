"""From fork to first answer, and whether a long run needs more memory than a short one.

    python -m benchmarks.endurance [--boxes 200] [--count 1000] [--jobs 2] [--json FILE]

The first part opens boxes one after the other: a fork, a student's definition, one answer. The
second grades `count` different submissions of ps1 in one run and looks at the resident memory of
the grader itself and of the processes that boxes are forked from.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.grading import make_class

GATE_MS = 15.0


def first_answers(boxes: int) -> dict[str, Any]:
    """Milliseconds from asking for a box to the answer of a function defined in it."""
    from glia_grader.sandbox.host import Sandbox

    figures: dict[str, Any] = {}
    with Sandbox(needs_glia=True) as sandbox:
        sandbox.settle()
        for name, given in {
            "plain numpy": {"hide": ("glia",), "heavy": False},
            "numba and figures": {"hide": ("glia",), "heavy": True},
            "the library": {},
        }.items():
            spent = []
            for _ in range(boxes + 5):
                begun = time.perf_counter()
                with sandbox.open(**given) as box:
                    box.exec("def f(x):\n    return x + 1\n", 5)
                    box.call("f", 1.0, timeout=5)
                    spent.append(1e3 * (time.perf_counter() - begun))
            spent = sorted(spent[5:])
            middle, late = statistics.median(spent), spent[int(0.95 * len(spent))]
            figures[name] = {"median": middle, "p95": late}
            print(f"{name:20} median {middle:6.1f} ms   95th percentile {late:6.1f} ms", flush=True)
        figures["tier"] = sandbox.tier
    print(f"gate: {GATE_MS:g} ms median; tier {figures['tier']}\n")
    return figures


def memory(count: int, jobs: int, folder: Path) -> dict[str, Any]:
    """Resident MiB along a run over `count` submissions."""
    from glia_grader.pipeline import Progress, grade
    from glia_grader.sandbox.host import Sandbox

    course = make_class(folder / "course", count, stock=False)
    samples: list[dict[str, float]] = []
    with Sandbox(jobs_hint=jobs) as sandbox:  # as `glia grade` opens it for ps1
        sandbox.settle()
        zygotes = _family(os.getpid())
        begun = time.perf_counter()

        def look(step: Progress) -> None:
            if step.done == 1 or step.done % max(1, count // 20) == 0:
                own, theirs = _resident(os.getpid()), sum(map(_resident, zygotes))
                seconds = time.perf_counter() - begun
                samples.append(
                    {"done": step.done, "grader": own, "zygotes": theirs, "seconds": seconds}
                )
                print(
                    f"{step.done:6} graded  grader {own:7.1f} MiB  zygotes {theirs:7.1f} MiB"
                    f"  {1e3 * seconds / step.done:6.1f} ms each",
                    flush=True,
                )

        result = grade(course, "ps1", jobs=jobs, sandbox=sandbox, progress=look)
    points = {record.points for record in result.records}
    settled = [s for s in samples if s["done"] >= count // 5]
    grown = {}
    for who in ("grader", "zygotes"):
        x, y = [s["done"] for s in settled], [s[who] for s in settled]
        grown[who] = statistics.linear_regression(x, y).slope * 1000
    print(
        f"\n{result.graded} submissions, points {sorted(points)}; growth a thousand submissions "
        f"after the first fifth: grader {grown['grader']:+.2f} MiB, "
        f"zygotes {grown['zygotes']:+.2f} MiB"
    )
    return {"count": count, "jobs": jobs, "growth": grown, "samples": samples}


def _family(pid: int) -> list[int]:
    """Every living descendant of a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _resident(pid: int) -> float:
    """MiB in memory that are not shared with a file."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=200, help="boxes of each kind")
    parser.add_argument("--count", type=int, default=1000, help="submissions; 0 for none")
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time")
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    # nbgrader calls the program `alembic` by name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    figures: dict[str, Any] = {"load": os.getloadavg()}
    if chosen.boxes:
        figures["first answer"] = first_answers(chosen.boxes)
    if chosen.count:
        with tempfile.TemporaryDirectory(prefix="glia-endurance-") as folder:
            figures["memory"] = memory(chosen.count, chosen.jobs, Path(folder))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
