"""Other students' work: scratch folders beside its own, their processes' files, the course.

expect: None
holds: 1 2
"""

import contextlib
import glob
import os

from world import GRADER, SENTINEL

open("mine.ipynb", "w").close()
here = os.path.realpath(".")
with contextlib.suppress(OSError):
    beside = [name for name in os.listdir("..") if os.path.realpath("../" + name) != here]
    if here != "/scratch" and beside:
        print("ESCAPED", beside)
for pid in ("1", str(os.getppid()), "self/task/1", "thread-self/.."):
    for door in ("cwd", "root/" + SENTINEL, "root/" + GRADER, "fd/3/../.."):
        with contextlib.suppress(OSError):
            found = os.listdir(f"/proc/{pid}/{door}")
            if found and found != ["mine.ipynb"]:
                print("ESCAPED", pid, door, found[:5])
for pattern in ("/**/submitted", "/*/*.ipynb", "/tmp/*/*", "/home/*/*", "/root/*", "/var/lib/*/*"):
    for path in glob.glob(pattern, recursive=False):
        with contextlib.suppress(OSError):
            open(path, "rb").close()
            if not os.path.realpath(path).startswith(here):
                print("ESCAPED", path)
