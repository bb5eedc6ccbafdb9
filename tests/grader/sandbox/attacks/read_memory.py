# The memory of other processes.
# expect: None
import contextlib
import os

for pid in {1, os.getppid(), HOST_PID} - {os.getpid()}:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/mem", "rb") as file:
        print("ESCAPED", pid)
