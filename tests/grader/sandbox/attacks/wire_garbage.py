"""Writes nonsense on every descriptor.

expect: bad_reply timeout died
"""

import contextlib
import os

for descriptor in range(3, 64):
    with contextlib.suppress(OSError):
        os.write(descriptor, b"\xff" * 4096)
