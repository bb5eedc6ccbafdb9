"""The memory of other processes.

expect: None
"""

import contextlib
import os

from world import HOST_PID

for pid in {1, os.getppid(), HOST_PID} - {os.getpid()}:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/mem", "rb") as file:
        print("ESCAPED", pid)
