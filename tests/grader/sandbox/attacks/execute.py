"""Starts other programs, set-user-id ones among them.

expect: None
"""

import contextlib
import ctypes
import os
import subprocess

libc = ctypes.CDLL(None)
for program in ("/bin/sh", "/usr/bin/su", "/bin/mount"):
    with contextlib.suppress(OSError):
        subprocess.run([program, "--help"], check=False)
        print("ESCAPED", program)
    with contextlib.suppress(OSError):
        os.posix_spawn(program, [program, "--help"], {})
        print("ESCAPED", program)
    if libc.system(program.encode() + b" --help") == 0:
        print("ESCAPED", program)
    with contextlib.suppress(OSError):
        os.execv(program, [program, "--help"])
