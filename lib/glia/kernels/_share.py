"""How work is shared out: who does which part, and when it is worth a second thread.

Which values are added up in which order never depends on the number of threads.
"""

from __future__ import annotations

from ._jit import jit

SERIAL = 500_000  # multiply-adds below which a parallel region costs more than it saves
STREAM = 100_000  # the same for floats that are only read and written


@jit
def parts_of(work, worth):
    """Return into how many parts work is cut: 1, 2, or 8, by its size and nothing else."""
    return 1 if work < worth else 2 if work < 16 * worth else 8


@jit
def share(part, parts, count, unit):
    """Return where a part of `count` items starts and stops, in multiples of `unit`."""
    units = (count + unit - 1) // unit
    first, last = part * units // parts, (part + 1) * units // parts
    return min(first * unit, count), min(last * unit, count)
