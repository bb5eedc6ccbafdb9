"""Stock nbgrader and `glia grade` on the same honest class: seconds, scores, feedback.

    python -m benchmarks.grading [--count 200] [--block 20] [--skip-stock]

Each block of students goes through every contender before the next block begins, so that a busy
machine is busy for all of them. Stock nbgrader runs in this process through its own API, with its
default preprocessors and nothing of ours in its configuration; starting our sandbox is counted
with ours.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STYLES = ("model", "loops", "compact", "model", "compiled")
STOCK_CONFIG = """
from pathlib import Path
c = get_config()
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "glia"
c.ClearSolutions.code_stub = {"python": "# Your code here.\\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer here.*"
"""
GATES = {"ours, 1 worker": 10.0, "ours, 2 workers": 18.0, "feedback": 10.0}


@dataclass
class Spent:
    """Seconds on the clock and of processors, block by block."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    start: float = 0.0
    start_cpu: float = 0.0

    @property
    def total(self) -> float:
        return self.start + sum(self.wall)

    @property
    def total_cpu(self) -> float:
        return self.start_cpu + sum(self.cpu)


def processor_seconds() -> float:
    """Of this process and of every child that has ended, and of those that still live."""
    used = sum(
        getattr(resource.getrusage(who), name)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        for name in ("ru_utime", "ru_stime")
    )
    return used + _living(os.getpid())


def _living(parent: int) -> float:
    """Processor seconds of living descendants, with what their own ended children used."""
    tick, total = os.sysconf("SC_CLK_TCK"), 0.0
    children: dict[int, list[tuple[int, float]]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                used = sum(map(int, fields[11:15])) / tick
                children.setdefault(int(fields[1]), []).append((int(entry.name), used))
    waiting = [parent]
    while waiting:
        for pid, used in children.get(waiting.pop(), ()):
            total += used
            waiting.append(pid)
    return total


@contextlib.contextmanager
def clocked(spent: Spent, *, start: bool = False) -> Iterator[None]:
    """Add what the block takes."""
    wall, cpu = time.perf_counter(), processor_seconds()
    yield
    wall, cpu = time.perf_counter() - wall, processor_seconds() - cpu
    if start:
        spent.start, spent.start_cpu = wall, cpu
    else:
        spent.wall.append(wall)
        spent.cpu.append(cpu)


def make_class(folder: Path, count: int, stock: bool) -> Path:
    """A course with `count` honest submissions, each a file of its own."""
    import nbformat
    from glia_grader import bundle
    from glia_grader.demo import answers
    from glia_grader.demo.notebooks import answered

    source = bundle.course_dir()
    (folder / "source" / "ps1").mkdir(parents=True)
    config = STOCK_CONFIG if stock else (source / "nbgrader_config.py").read_text("utf-8")
    (folder / "nbgrader_config.py").write_text(config, "utf-8")
    for path in (source / "source" / "ps1").iterdir():
        (folder / "source" / "ps1" / path.name).write_bytes(path.read_bytes())
    generated = api(folder).generate_assignment("ps1")
    if not generated["success"]:
        raise RuntimeError(f"nbgrader cannot generate ps1:\n{generated.get('log')}")
    release = nbformat.read(folder / "release" / "ps1" / "ps1.ipynb", as_version=4)
    for student, style in students(count):
        code = answers.model() if style == "model" else answers.style(style)
        own = {name: f"{text}\n# {student}" for name, text in code.items()}
        written = f"{answers.WRITTEN[0]} ({student})"
        place = folder / "submitted" / student / "ps1"
        place.mkdir(parents=True)
        text = json.dumps(answered(release, own, written), indent=1)
        (place / "ps1.ipynb").write_text(text, "utf-8")
        (place / "timestamp.txt").write_text("2026-03-13 12:00:00 UTC", "utf-8")
    return folder


def students(count: int) -> list[tuple[str, str]]:
    """Names and the style each works in."""
    return [(f"student{i:04}", STYLES[i % len(STYLES)]) for i in range(count)]


def api(folder: Path) -> Any:
    """nbgrader's own door to one course."""
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    return NbGraderAPI(config=config)


class Stock:
    """nbgrader as it comes: one kernel a submission."""

    def __init__(self, folder: Path):
        self.folder, self.api = folder, api(folder)

    def grade(self, names: list[str]) -> None:
        for name in names:
            result = self.api.autograde("ps1", name)
            if not result["success"]:
                raise RuntimeError(f"stock nbgrader failed at {name}:\n{result.get('log')}")

    def feedback(self, names: list[str]) -> None:
        for name in names:
            result = self.api.generate_feedback("ps1", name)
            if not result["success"]:
                raise RuntimeError(f"generate_feedback failed at {name}:\n{result.get('log')}")


class Ours:
    """`glia grade`, its sandbox kept between the blocks as it is within one run."""

    def __init__(self, folder: Path, jobs: int, stack: contextlib.ExitStack):
        from glia_grader.course import Course
        from glia_grader.sandbox.host import Sandbox
        from glia_grader.workshop import Workshop

        self.folder, self.jobs = folder, jobs
        needed = Workshop.open(Course(folder), "ps1").needs_glia  # as `glia grade` asks
        self.sandbox = stack.enter_context(Sandbox(jobs_hint=jobs, needs_glia=needed))
        self.records: dict[tuple[str, ...], Any] = {}

    def grade(self, names: list[str]) -> None:
        from glia_grader.pipeline import grade

        done = grade(self.folder, "ps1", jobs=self.jobs, students=names, sandbox=self.sandbox)
        self.records[tuple(names)] = done.records

    def feedback(self, names: list[str]) -> None:
        from glia_grader import feedback

        for record in self.records[tuple(names)]:
            feedback.write(record, self.folder / "feedback")


def scores(folder: Path) -> dict[str, dict[str, float | None]]:
    """Every automatic score in a gradebook."""
    from glia_grader.course import Course

    with Course(folder).gradebook() as book:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in book.assignment_submissions("ps1")
        }


def run(count: int, block: int, skip_stock: bool, folder: Path) -> dict[str, Any]:
    """All contenders over all blocks; prints as it goes."""
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    names = [name for name, _ in students(count)]
    blocks = [names[i : i + block] for i in range(0, count, block)]
    spent: dict[str, Spent] = {}
    folders: dict[str, Path] = {}
    with contextlib.ExitStack() as stack:
        contenders: dict[str, Any] = {}
        if not skip_stock:
            folders["stock"] = make_class(folder / "stock", count, stock=True)
            spent["stock"] = Spent()
            contenders["stock"] = Stock(folders["stock"])
        for jobs in (1, 2):
            name = f"ours, {jobs} worker{'s' if jobs > 1 else ''}"
            folders[name] = make_class(folder / f"ours{jobs}", count, stock=False)
            spent[name] = Spent()
            with clocked(spent[name], start=True):
                contenders[name] = Ours(folders[name], jobs, stack)
        _blocks("graded", blocks, {n: (c.grade, spent[n]) for n, c in contenders.items()})
        pages = {n: Spent() for n in contenders if n != "ours, 2 workers"}
        _blocks("feedback", blocks, {n: (contenders[n].feedback, s) for n, s in pages.items()})
    return _told(spent, pages, {n: scores(f) for n, f in folders.items()}, folders, count)


def _blocks(
    what: str,
    blocks: list[list[str]],
    contenders: dict[str, tuple[Callable[[list[str]], None], Spent]],
) -> None:
    for index, names in enumerate(blocks):
        order = list(contenders.items())
        for _, (work, spent) in order if index % 2 == 0 else reversed(order):
            with clocked(spent), contextlib.redirect_stderr(io.StringIO()):
                work(names)
        said = "  ".join(f"{n} {s.wall[-1]:.2f} s" for n, (_, s) in contenders.items())
        print(f"{what}, block {index + 1} of {len(blocks)}: {said}", flush=True)


def _told(
    spent: dict[str, Spent],
    pages: dict[str, Spent],
    found: dict[str, Any],
    folders: dict[str, Path],
    count: int,
) -> dict[str, Any]:
    """The table, and the same as a dictionary."""
    figures: dict[str, Any] = {"count": count, "load": os.getloadavg(), "grading": {}}
    first = next(iter(found.values()))
    print(f"\n{'grading':18}{'s a submission':>16}{'cpu s':>9}{'ratio':>9}{'gate':>7}{'in cpu':>9}")
    base = spent.get("stock")
    for name, s in spent.items():
        row = {"wall": s.total / count, "cpu": s.total_cpu / count, "start": s.start}
        if base is not None:
            row["ratio"], row["cpu_ratio"] = base.total / s.total, base.total_cpu / s.total_cpu
            each = [b / o for b, o in zip(base.wall, s.wall, strict=True)]
            row["block_ratio"] = statistics.median(each)
        row["scores_equal"] = found[name] == first
        figures["grading"][name] = row
        gate = f"{GATES[name]:.0f}" if name in GATES else ""
        print(
            f"{name:18}{row['wall']:16.3f}{row['cpu']:9.3f}{row.get('ratio', 0):9.1f}{gate:>7}"
            f"{row.get('cpu_ratio', 0):9.1f}"
            f"   start {s.start:.2f} s, median block ratio {row.get('block_ratio', 0):.1f}, "
            f"scores {'equal' if row['scores_equal'] else 'DIFFER'}"
        )
    ours = "ours, 1 worker"
    sizes = [p.stat().st_size for p in (folders[ours] / "feedback").rglob("*.html")]
    figures["feedback"] = {n: s.total / count for n, s in pages.items()}
    figures["page_bytes"] = max(sizes)
    print(f"\n{'feedback':18}{'s a submission':>16}{'ratio':>9}{'gate':>7}")
    for name, s in pages.items():
        ratio = pages["stock"].total / s.total if "stock" in pages else 0.0
        print(f"{name:18}{s.total / count:16.4f}{ratio:9.1f}{10:>7}")
    print(f"largest page of ours: {max(sizes) / 1000:.1f} kB")
    for name, rows in found.items():
        for student, row in rows.items():
            odd = {k: (v, first[student][k]) for k, v in row.items() if v != first[student][k]}
            if odd:
                print(f"  {name}: {student}: {odd}")
    return figures


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="submissions")
    parser.add_argument("--block", type=int, default=20, help="submissions in a block")
    parser.add_argument("--skip-stock", action="store_true", help="ours alone, for profiling")
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    # nbgrader calls the program `alembic` by name.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="glia-benchmark-") as folder:
        figures = run(chosen.count, chosen.block, chosen.skip_stock, Path(folder))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1), "utf-8")
    if any(not row["scores_equal"] for row in figures["grading"].values()):
        sys.exit("the scores differ")


if __name__ == "__main__":
    main()
