"""How close to the machine: python -m benchmarks.roofline.

The roof is measured here and now, with loops that do nothing else: fused multiply-adds on registers
(the processor's arithmetic), and an array far larger than any cache, scaled in place (its memory).
Under it stand a large matrix product and Adam's update of as many weights. All are run in turns and
the best counts: another tenant can only make them slower, and for seconds at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

CHAIN = 12  # multiply-adds on each value between its load and its store
SMALL = 2048  # floats: in the first-level cache
LARGE = 1 << 25  # floats: 128 MiB


PASSES = 20
PAUSE = 0.2  # seconds between two passes


def quickest(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the seconds of the quickest run of each."""
    found = dict.fromkeys(runs, float("inf"))
    for _ in range(PASSES):
        for name, run in runs.items():
            for _ in range(3):
                start = time.perf_counter()
                run()
                found[name] = min(found[name], time.perf_counter() - start)
        time.sleep(PAUSE)
    return found


def measure() -> dict[str, float]:
    """Return GFLOP/s and GB/s of the roof and of what stands under it."""
    import glia
    from glia import backend, ops  # noqa: F401 - registers the ops
    from glia.aligned import aligned
    from glia.kernels._core.loops import vector_loop
    from glia.kernels._core.memory import address
    from numba import get_num_threads, njit, prange

    def chain(f, arrays, scalars):
        x = arrays[0]
        for _ in range(CHAIN):
            x = f.fma(x, scalars[0], scalars[1])
        return [x]

    multiply_add = vector_loop(chain, stores=(0,), unroll=8)
    scale = vector_loop(lambda f, a, s: [a[0] * s[0]], stores=(0,))

    @njit(parallel=True)
    def arithmetic(rows, rounds):
        for t in prange(len(rows)):
            for _ in range(rounds):
                multiply_add(
                    (address(rows) + 4 * t * rows.shape[1],),
                    rows.shape[1],
                    (np.float32(0.5), np.float32(1)),
                )

    @njit(parallel=True)
    def moved(x, factor):
        part = x.size // 8
        for t in prange(8):
            scale((address(x) + 4 * t * part,), part, (factor,))

    rows, rounds = aligned(np.ones((get_num_threads(), SMALL), np.float32)), 2000
    x, y = np.ones(LARGE, np.float32), np.ones(LARGE, np.float32)
    m, v = np.zeros_like(x), np.zeros_like(x)
    n = 1024
    a, b = glia.randn(n, n), glia.randn(n, n)
    update = backend.implementation("adam_update_")
    seconds = quickest(
        {
            "arithmetic": lambda: arithmetic(rows, rounds),
            "product": lambda: a @ b,
            "memory": lambda: moved(x, np.float32(1)),
            "update": lambda: update(x, y, m, v, 1e-3, 0.9, 0.999, 1e-8, 1),
        }
    )
    work = {
        "arithmetic": 2.0 * CHAIN * rows.size * rounds,
        "product": 2.0 * n**3,
        "memory": 2.0 * x.nbytes,
        "update": 7.0 * x.nbytes,  # reads w, g, m, v; writes w, m, v
    }
    return {name: work[name] / taken / 1e9 for name, taken in seconds.items()}


def main() -> None:
    """Print the figures."""
    found = measure()
    for text in lines(found):
        print(text)


def lines(found: dict[str, float]) -> list[str]:
    """Say what was found, a sentence each."""
    return [
        f"matrix product 1024: {found['product']:.0f} of {found['arithmetic']:.0f} GFLOP/s, "
        f"{found['product'] / found['arithmetic']:.0%} of the roof",
        f"Adam's update of {LARGE >> 20} million weights: {found['update']:.1f} GB/s; "
        f"scaling in place runs at {found['memory']:.1f}, {found['update'] / found['memory']:.0%}",
    ]


if __name__ == "__main__":
    main()
