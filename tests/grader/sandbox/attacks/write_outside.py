"""Writes, renames, links and removes outside the scratch folder.

expect: None
"""

import contextlib
import os

import numpy
from world import GRADER, SENTINEL

here = os.path.dirname(numpy.__file__)
paths = [SENTINEL, GRADER + "/__init__.py", numpy.__file__, here + "/../evil.pth"]
paths += ["/tmp/evil", "/etc/evil", "/var/tmp/evil", "/dev/shm/../evil", "/proc/self/oom_score_adj"]
for path in paths:
    for mode in ("a", "w", "r+"):
        with contextlib.suppress(OSError), open(path, mode) as file:
            file.write("evil")
            print("ESCAPED", path)
    for act in (os.unlink, lambda p: os.rename(p, p + "x"), lambda p: os.symlink("x", p + "y")):
        with contextlib.suppress(OSError):
            act(path)
            print("ESCAPED", path)
with contextlib.suppress(OSError):
    os.mkdir(os.path.dirname(SENTINEL) + "/evil")
    print("ESCAPED")
