"""Files that live in memory: shared memory by name, and whatever tmpfs there is.

expect: None exception died
seconds: 20
"""

import contextlib
import tempfile
from multiprocessing import resource_tracker, shared_memory

resource_tracker.register = lambda *a: None  # it would want a process of its own
kept, size = [], 0
with contextlib.suppress(OSError, MemoryError):
    while size < 1 << 30:
        piece = shared_memory.SharedMemory(create=True, size=1 << 26)
        piece.buf[:] = bytes(1 << 26)
        kept.append(piece)
        size += 1 << 26
for place in ("/dev/shm", "/run", "/tmp", "/var/tmp", "/run/user/0"):
    with contextlib.suppress(OSError, MemoryError):
        file = tempfile.TemporaryFile(dir=place)
        while size < 1 << 30:
            file.write(bytes(1 << 24))
            size += 1 << 24
if size >= 1 << 30:
    print("ESCAPED", size)
