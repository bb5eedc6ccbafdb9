"""Locks and leases on the gradebook: whoever wants to write it would wait for ever.

expect: None
"""

import contextlib
import fcntl
import os

from world import SENTINEL

with contextlib.suppress(OSError):
    file = os.open(SENTINEL, os.O_RDONLY)
    with contextlib.suppress(OSError):
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        print("ESCAPED: a lock on a range")
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("ESCAPED: a lock on the whole")
    with contextlib.suppress(OSError):
        fcntl.fcntl(file, 1024, fcntl.F_RDLCK)  # F_SETLEASE
        print("ESCAPED: a lease")
