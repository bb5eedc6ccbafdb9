"""Reads the grader's sources, and whatever else lies about.

expect: None
holds: 1 2
"""

import contextlib
import os

from world import GRADER, SENTINEL

for path in (GRADER, SENTINEL, "/etc/passwd", "/etc/shadow", "/root", "/home", "/proc/1/root/etc"):
    with contextlib.suppress(OSError):
        print("ESCAPED", os.listdir(path) if os.path.isdir(path) else open(path).read(50))
    for escape in ("/scratch/../..", "/proc/self/root", "/dev/fd/3/..", "/old"):
        with contextlib.suppress(OSError):
            print("ESCAPED", open(escape + path + "/__init__.py").read(50))
