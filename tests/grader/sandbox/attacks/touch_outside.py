"""Sets the times of files outside, which needs no permission to write where one owns them.

expect: None
"""

import contextlib
import ctypes
import os

from world import GRADER, SENTINEL

libc = ctypes.CDLL(None)
for path in (SENTINEL, os.path.dirname(SENTINEL), GRADER + "/__init__.py", GRADER):
    for act in (
        lambda p: os.utime(p, (1, 1)),
        lambda p: os.utime(p, (1, 1), follow_symlinks=False),
        lambda p: libc.utime(p.encode(), None),
        lambda p: libc.utimes(p.encode(), None),
    ):
        with contextlib.suppress(OSError):
            before = os.stat(path).st_mtime_ns
            act(path)
            if os.stat(path).st_mtime_ns != before:
                print("ESCAPED", path)
