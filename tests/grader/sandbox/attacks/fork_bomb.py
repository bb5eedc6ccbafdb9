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
    if fork() > 0:
        print("ESCAPED")
while True:
    os.fork()
