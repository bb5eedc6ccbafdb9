"""Memory of freed arrays stays with the process, for the arrays of the next step.

The C library of Linux returns large blocks to the system as soon as they are free. The next array
then begins with a page fault every 4 KiB, and a training step written in plain numpy may spend half
its time there. What counts as large the library learns from the blocks that it sees freed, up to
32 MiB: so it is shown one. No page of that block is ever touched. Where somebody has set
MALLOC_MMAP_THRESHOLD_ or its kin their setting holds, and other C libraries take no notice.

Source: the manual page mallopt(3), M_MMAP_THRESHOLD.
"""

from __future__ import annotations

import numpy as np

__all__ = ["keep_freed_memory"]

_LARGEST = (32 << 20) - (64 << 10)  # bytes; with its header a block may have 32 MiB


def keep_freed_memory() -> None:
    """Show the C library a large block that is freed: smaller ones it keeps from now on."""
    np.empty(_LARGEST, np.uint8)
