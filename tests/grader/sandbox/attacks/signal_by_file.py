"""Names the grader as the owner of a file, and SIGKILL as the signal that tells of new data.

expect: None
"""

import contextlib
import ctypes
import fcntl
import os
import struct
import time

from world import HOST_PID, NEIGHBOUR_PID

libc = ctypes.CDLL(None)
for pid in (NEIGHBOUR_PID, HOST_PID, os.getppid(), -os.getpgid(0)):
    into, out = os.pipe()
    for number in (9, 15):
        with contextlib.suppress(OSError):
            fcntl.fcntl(into, 10, number)  # F_SETSIG
        with contextlib.suppress(OSError):
            fcntl.fcntl(into, fcntl.F_SETOWN, pid)
            print("ESCAPED", pid)
        with contextlib.suppress(OSError):
            fcntl.fcntl(into, 15, struct.pack("ii", 1, pid))  # F_SETOWN_EX
            print("ESCAPED", pid)
        for file, request in ((into, 0x8901), (3, 0x8901), (3, 0x8902)):  # FIOSETOWN, SIOCSPGRP
            if libc.ioctl(file, request, ctypes.byref(ctypes.c_int(pid))) == 0:
                print("ESCAPED", pid, hex(request))
        fcntl.fcntl(into, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(out, b"now")
time.sleep(0.1)
