"""Forks for ever, by every door.

expect: exception
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for fork in (
    libc.fork,
    libc.vfork,
    lambda: libc.syscall(57),
    lambda: libc.syscall(56, 17, 0, 0, 0),
):
    child = fork()
    if child == 0:
        os._exit(0)  # else it would answer the host beside its parent
    if child > 0:
        print("ESCAPED")
while True:
    os.fork()
