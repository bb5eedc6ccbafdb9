"""Run the benchmarks: python -m benchmarks [case …] [--json FILE] [--page FILE] [--walks N]."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path


def main() -> int:
    """Run the chosen cases and print the table; 1 if one disagrees or misses its gate."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", help="beginnings of names; all by default")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    parser.add_argument("--page", type=Path, help="write the table to this Markdown file too")
    parser.add_argument("--pairs", type=int, help="of slots for each case and walk")
    parser.add_argument("--walks", type=int, default=1, help="through the whole table")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    pin(asked.threads)  # before anything that starts threads is imported

    from . import cases as package
    from .harness import PAIRS, cases, geometric_mean, joined, run

    try:
        import torch

        torch.set_num_threads(asked.threads)
        torch.manual_seed(0)
    except ImportError:
        print("PyTorch is not installed: cases against it are skipped")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    chosen = [
        each
        for name, each in cases.items()
        if not asked.case or any(name.startswith(start) for start in asked.case)
    ]
    about = machine(asked.threads)
    print(" · ".join(f"{key} {value}" for key, value in about.items()))
    print(f"{'case':36} {'ours µs':>9} {'peer µs':>9} {'ratio min/median/max':>22}  gate  goal")
    walks = []
    for _ in range(asked.walks):
        walk = []
        for each in chosen:
            walk.append(run(each, asked.pairs or PAIRS))
            print(line(walk[-1]), flush=True)
        walks.append(walk)
    results = [joined(list(runs)) for runs in zip(*walks, strict=True)]
    means = [geometric_mean(walk) for walk in walks]
    if asked.walks > 1:
        alone = ", ".join(f"{mean:.2f}" for mean in means)
        print(f"all walks together; their geometric means alone: {alone}")
        for result in results:
            print(line(result))
    if mean := geometric_mean(results):
        print(f"geometric mean of the cases with a gate: {mean:.2f}")
    if asked.json:
        asked.json.write_text(
            json.dumps({"machine": about, "results": [asdict(r) for r in results]}, indent=1)
        )
    if asked.page:
        from .page import page
        from .roofline import lines, measure

        elsewhere = {
            "one thread": again(asked, ["--threads", "1"], {}),
            "AVX2": again(asked, [], AVX2),
        }
        text = page(about, results, elsewhere, lines(measure()), means)
        asked.page.write_text(text, "utf-8")
    return int(any(bool(r.note) or r.median < r.gate for r in results))


# What tells each runtime to do without the wider vectors.
AVX2 = {
    "NUMBA_CPU_NAME": "x86-64-v3",
    "NUMBA_CPU_FEATURES": "",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}


def again(asked: argparse.Namespace, options: list[str], settings: dict[str, str]) -> dict:
    """Run the same cases in another process under other settings; return the median ratios."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "benchmarks", *asked.case, *options]
        command += ["--json", str(report)]
        if asked.pairs:
            command += ["--pairs", str(asked.pairs)]
        subprocess.run(command, env={**os.environ, **settings}, check=False)
        results = json.loads(report.read_text())["results"]
    return {result["name"]: result["median"] for result in results}


def pin(threads: int) -> None:
    """Give every runtime the same number of threads."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's would spin between our kernels


def line(result) -> str:
    """Write one row of the table."""
    if result.note:
        return f"{result.name:36} {result.note}"
    ratios = f"{result.low:.2f} / {result.median:.2f} / {result.high:.2f}"
    if not result.gate:
        return (
            f"{result.name:36} {result.ours_us:9.1f} {result.theirs_us:9.1f} {ratios:>22}"
            "  for information"
        )
    met = "" if result.median >= result.gate else "  below its gate"
    return (
        f"{result.name:36} {result.ours_us:9.1f} {result.theirs_us:9.1f} {ratios:>22} "
        f"{result.gate:5.2f} {result.goal:5.2f}{met}"
    )


def machine(threads: int) -> dict[str, object]:
    """Name what was measured on and with."""
    versions = {}
    for name in ("numpy", "numba", "torch", "sklearn"):
        try:
            versions[name] = importlib.import_module(name).__version__
        except ImportError:
            versions[name] = "absent"
    return {"cpu": cpu(), "threads": threads, "python": platform.python_version(), **versions}


def cpu() -> str:
    """Return the CPU's name, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    wide = " (AVX-512)" if "avx512f" in text else " (AVX2)" if "avx2" in text else ""
    return (names[0] if names else platform.machine()) + wide


if __name__ == "__main__":
    sys.exit(main())
