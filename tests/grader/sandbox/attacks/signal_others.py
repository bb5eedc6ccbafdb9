"""Signals to the grader, to the zygote, to everyone.

expect: None
"""

import contextlib
import ctypes
import os

from world import HOST_PID, NEIGHBOUR_PID

for pid in (NEIGHBOUR_PID, HOST_PID, os.getppid(), -1, 0, -HOST_PID):
    for number in (0, 15, 9):
        with contextlib.suppress(OSError):
            os.kill(pid, number)
            if pid != os.getpid():
                print("ESCAPED", pid)
libc = ctypes.CDLL(None)
if libc.syscall(129, HOST_PID, 9, None) == 0 or libc.tgkill(HOST_PID, HOST_PID, 9) == 0:
    print("ESCAPED")
