"""How close to the machine: python -m benchmarks.roofline.

The roof is measured here and now, with loops that do nothing else: fused multiply-adds on registers
(the processor's arithmetic), and an array far larger than any cache, scaled in place (its memory).
Under it stand a large matrix product and Adam's update of as many weights. Best of some runs each,
since another tenant of the machine can only make them slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

CHAIN = 12  # multiply-adds on each value between its load and its store
SMALL = 2048  # floats: in the first-level cache
LARGE = 1 << 25  # floats: 128 MiB


def best(run: Callable[[], object], times: int = 15) -> float:
    """Return the seconds of the quickest run."""
    run()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure() -> dict[str, float]:
    """Return GFLOP/s and GB/s of the roof and of what stands under it."""
    import glia
    from glia import backend, ops  # noqa: F401 - registers the ops
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

    rows, rounds = np.ones((get_num_threads(), SMALL), np.float32), 2000
    flops = 2.0 * CHAIN * rows.size * rounds
    found = {"arithmetic": flops / best(lambda: arithmetic(rows, rounds)) / 1e9}
    x, y = np.ones(LARGE, np.float32), np.ones(LARGE, np.float32)
    found["memory"] = 2 * x.nbytes / best(lambda: moved(x, np.float32(1))) / 1e9
    n = 1024
    a, b = glia.randn(n, n), glia.randn(n, n)
    found["product"] = 2.0 * n**3 / best(lambda: a @ b) / 1e9
    m, v = np.zeros_like(x), np.zeros_like(x)
    update = backend.implementation("adam_update_")
    seconds = best(lambda: update(x, y, m, v, 1e-3, 0.9, 0.999, 1e-8, 1))
    found["update"] = 7 * x.nbytes / seconds / 1e9  # reads w, g, m, v; writes w, m, v
    return found


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
