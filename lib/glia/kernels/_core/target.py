"""What vectors the CPU has: lanes of float32, and the tile of C that its registers can hold.

| CPU | registers | lanes | tile of C (rows x vectors) | in use |
| --- | --- | --- | --- | --- |
| x86-64-v4 (AVX-512) | 32 | 16 | 8 x 3 | 24 sums + 3 of B + 1 of A |
| x86-64-v3 (AVX2) | 16 | 8 | 6 x 2 | 12 sums + 2 of B + 1 of A |
| any other | at least 16 | 4 | 4 x 2 | 8 sums + 2 of B + 1 of A |

The last line is the portable path: ARM, and whatever CPU name a user asks numba for.
"""

from __future__ import annotations

from typing import Any

import numba.extending
from numba.core import config

from .. import _jit  # noqa: F401 - chooses the CPU, which must come first

_settings: Any = config
intrinsic: Any = numba.extending.intrinsic  # it changes a function's signature, unseen by checkers

JIT = not _settings.DISABLE_JIT
LANES = {"x86-64-v4": 16, "x86-64-v3": 8}.get(_settings.CPU_NAME, 4)
ROWS, VECTORS = {16: (8, 3), 8: (6, 2), 4: (4, 2)}[LANES]
