"""Start-up, memory, growth: python -m benchmarks.resources [--steps N].

Each figure comes from a process of its own. Start-up is import and the first training step of a
LeNet; memory is the largest resident size after 30 steps; growth compares it after half of the
steps and after all of them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

_STEPS = """
import resource, sys, time
start = time.perf_counter()
import numpy as np
{imports}
rng = np.random.default_rng(0)
if {case!r} == "mlp":
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    x = rng.standard_normal((128, 784)).astype(np.float32)
else:
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10))
    x = rng.standard_normal((32, 1, 28, 28)).astype(np.float32)
x, y = tensor(x), tensor(rng.integers(0, 10, len(x)))
optimizer = optim.Adam(model.parameters(), lr=1e-4)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
for step in range({steps}):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    if step == 0:
        first = time.perf_counter() - start
    if step == {steps} // 2:
        half = peak()
print(first, half, peak())
"""
_IMPORTS = {
    "ours": "import glia; from glia import nn, optim, tensor",
    "torch": "import torch; from torch import nn, optim; tensor = torch.from_numpy; "
    "torch.set_num_threads(2)",
}


def program(library: str, case: str, steps: int) -> str:
    """Return a program that imports a library and trains for some steps."""
    return _STEPS.format(imports=_IMPORTS[library], case=case, steps=steps)


def run(library: str, case: str, steps: int) -> tuple[float, float, float]:
    """Return seconds to the first step's end, and MiB at half way and at the end."""
    command = [sys.executable, "-c", program(library, case, steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, half, end = map(float, done.stdout.split())
    return first, half, end


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="benchmarks.resources", description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000, help="of the growth measurement")
    asked = parser.parse_args()
    starts: dict[str, list[float]] = {"ours": [], "torch": []}
    for _ in range(5):
        for library, seconds in starts.items():
            seconds.append(run(library, "lenet", 2)[0])
    ours, torch = (min(seconds) for seconds in starts.values())
    print(f"import and first step: ours {ours:.2f} s, torch {torch:.2f} s, {torch / ours:.1f} x")
    for case in ("mlp", "lenet"):
        peaks = {library: run(library, case, 30)[2] for library in _IMPORTS}
        print(f"peak memory, {case}: ours {peaks['ours']:.0f}, torch {peaks['torch']:.0f} MiB")
    _, half, end = run("ours", "lenet", asked.steps)
    print(f"growth over {asked.steps} steps: {half:.1f} MiB half way, {end:.1f} MiB at the end")


if __name__ == "__main__":
    main()
