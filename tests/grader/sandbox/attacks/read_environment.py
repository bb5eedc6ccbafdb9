"""Looks for the grader's environment in every process that it can see.

expect: None
holds: 1 2
"""

import contextlib
import os

from world import HOST_PID, NEIGHBOUR_PID, SECRET

found = [repr(dict(os.environ))]
for name in ["self", "1", "2", str(os.getppid()), str(HOST_PID), str(NEIGHBOUR_PID)]:
    for file in ("environ", "cmdline", "maps"):
        with contextlib.suppress(OSError), open(f"/proc/{name}/{file}") as stream:
            found.append(stream.read())
if any(SECRET in text for text in found):
    print("ESCAPED")
