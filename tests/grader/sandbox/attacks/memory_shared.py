"""Anonymous shared memory, memory files and System V segments.

expect: died None exception
seconds: 20
"""

import contextlib
import ctypes
import mmap

kept, size = [], 0
with contextlib.suppress(OSError, MemoryError, ValueError):
    while size < 4 << 30:
        kept.append(mmap.mmap(-1, 1 << 28))
        size += 1 << 28
libc = ctypes.CDLL(None)
if size >= 4 << 30 or libc.memfd_create(b"x", 0) >= 0 or libc.shmget(0, 1 << 20, 0o1600) >= 0:
    print("ESCAPED")
